"""All that a leaver owns, given on in one act."""
