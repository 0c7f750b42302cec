"""Jobs of customers, named here so that the worker knows them."""

from zhike.customers.handover import tasks as handover_tasks
from zhike.customers.merging import tasks as merging_tasks
from zhike.customers.pool import tasks as pool_tasks
from zhike.customers.territories import tasks as territory_tasks

__all__ = ["handover_tasks", "merging_tasks", "pool_tasks", "territory_tasks"]
