"""One search over all record types: prepared tokens, the same on both databases."""

from zhike.records.search.index import forget, index, index_many

__all__ = ["forget", "index", "index_many"]
