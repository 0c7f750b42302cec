"""Value objects of a customer: numbers, addresses, names and dates as people write them, understood."""
