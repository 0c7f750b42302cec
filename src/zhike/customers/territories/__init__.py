"""Who gets a new customer: ordered rules, explained."""
