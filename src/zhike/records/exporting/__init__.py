"""Export: rows are written as files that are safe to open."""
