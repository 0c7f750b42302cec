"""Which customers a new one may be already."""
