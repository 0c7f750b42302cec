"""Public pools: customers nobody owns, claimed by one of their members; and owned ones that fall into them."""
