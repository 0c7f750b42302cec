"""Methods against what others published."""
