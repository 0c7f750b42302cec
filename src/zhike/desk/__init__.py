"""Floor 10: Today and the customer page; composes what lies below."""
