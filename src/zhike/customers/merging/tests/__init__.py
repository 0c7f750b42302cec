"""Tests of duplicates and merging."""
