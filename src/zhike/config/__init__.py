"""What joins the capabilities into one product: settings, addresses, subscriptions, schedules."""
