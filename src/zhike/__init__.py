"""Zhike (知客): one record of each customer, and the work done on it."""

__version__ = "0.1.0"
