"""Walks through the pages as a person sees them."""
