"""The ledger as a page: everything that happened, for those who may read it, and that somebody did."""
