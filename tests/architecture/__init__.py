"""The house rules as tests: sizes, floors, doors, rooms, and words that must not appear."""
