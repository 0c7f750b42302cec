"""Tests of formula."""
