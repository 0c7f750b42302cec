"""Tests that span capabilities; those of one capability stand beside its code."""
