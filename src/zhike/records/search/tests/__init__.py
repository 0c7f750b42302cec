"""Search finds what people type."""
