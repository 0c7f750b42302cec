"""What the desk asks of the floors below."""
