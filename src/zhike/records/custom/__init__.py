"""Fields that the company adds to record types by itself."""
