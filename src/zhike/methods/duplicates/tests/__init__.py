"""Tests of the duplicates method."""
