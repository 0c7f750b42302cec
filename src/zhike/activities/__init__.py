"""Floor 5: touches and tasks."""
