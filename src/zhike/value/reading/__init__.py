"""Reading order histories as they are: formats, encodings, headers, dates, numbers."""
