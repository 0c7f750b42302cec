"""Formula fields: a small, bounded expression language."""
