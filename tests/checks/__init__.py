"""Checks of safety that cross capabilities: each is named after the row of the quality list that it keeps."""
