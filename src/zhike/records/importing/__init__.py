"""Import: files are read, columns mapped, texts turned into values."""
