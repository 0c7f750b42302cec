"""What people write is understood, or refused with its reason."""
