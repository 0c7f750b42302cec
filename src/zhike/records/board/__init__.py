"""A list as a board: one lane for each choice of a field, cards that are dragged from one to another."""
