"""The JSON column of custom fields. SQLite uses an index on an expression only where the query writes the same literal, so the
keys that we made ourselves stand in the SQL instead of among its parameters."""

from __future__ import annotations

import re
from typing import Any

from django.db import models
from django.db.models.fields.json import KeyTransform, KeyTransformFactory

OWN_KEY = re.compile(r"c_[0-9a-f]{8}")


class OwnKeyTransform(KeyTransform):
    """The value under one of our own keys."""

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> tuple[str, tuple[Any, ...]]:
        """The expression Django writes, with the key as a literal: sortable kinds hold text and numbers only."""
        lhs, params, keys = self.preprocess_lhs(compiler, connection)
        if len(keys) != 1 or OWN_KEY.fullmatch(str(keys[0])) is None:
            return super().as_sqlite(compiler, connection, **extra_context)
        path = f"""'$."{keys[0]}"'"""
        kinds = ",".join(f"'{kind}'" for kind in sorted(connection.ops.jsonfield_datatype_values))
        sql = f"(CASE WHEN JSON_TYPE({lhs}, {path}) IN ({kinds}) THEN JSON_TYPE({lhs}, {path}) ELSE JSON_EXTRACT({lhs}, {path}) END)"
        return sql, tuple(params) * 3


class _OwnKeyFactory(KeyTransformFactory):
    def __call__(self, *args: Any, **kwargs: Any) -> OwnKeyTransform:
        return OwnKeyTransform(self.key_name, *args, **kwargs)


class CustomValues(models.JSONField):
    """{key: value} of the company's own fields."""

    def get_transform(self, name: str) -> Any:
        """Our own keys get their own expression."""
        return _OwnKeyFactory(name) if OWN_KEY.fullmatch(name) else super().get_transform(name)
