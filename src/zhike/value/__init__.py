"""`zhike value`: from a file of orders to a report of what each customer is worth."""
