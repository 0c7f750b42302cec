"""Jobs of customers, named here so that the worker knows them."""

from zhike.customers.pool import tasks as pool_tasks
from zhike.customers.territories import tasks as territory_tasks

__all__ = ["pool_tasks", "territory_tasks"]
