"""Saved views: a filter, columns and an order under a name; one's own, or shared."""
