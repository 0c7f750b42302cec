"""Jobs of customers, named here so that the worker knows them."""

from zhike.customers.pool import tasks as pool_tasks

__all__ = ["pool_tasks"]
