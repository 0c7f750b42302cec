"""The same small company as the record API's tests."""

from zhike.records.api.tests.conftest import admin, make_caller, other_seller, seller

__all__ = ["admin", "make_caller", "other_seller", "seller"]
