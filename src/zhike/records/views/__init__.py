"""Pages of the machinery: lists, cards, forms, actions, bulk."""
