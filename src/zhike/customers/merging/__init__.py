"""Duplicates of customers: seen while typing, found in batches, merged field by field, and taken apart again."""
