"""What people hang on any record: tags and comments."""
