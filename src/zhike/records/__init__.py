"""Records: the machinery all record types share."""
