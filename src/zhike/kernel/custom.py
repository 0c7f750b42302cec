"""The JSON columns of custom fields. SQLite uses an index on an expression only where the query writes the same literal, so the
keys that we made ourselves stand in the SQL instead of among its parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.fields.json import (
    KeyTransform,
    KeyTransformFactory,
    KeyTransformGt,
    KeyTransformGte,
    KeyTransformLt,
    KeyTransformLte,
)
from django.utils.module_loading import import_string

OWN_KEY = re.compile(r"c_[0-9a-f]{8}")


class OwnKeyTransform(KeyTransform):
    """The value under one of our own keys."""

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> tuple[str, tuple[Any, ...]]:
        """The expression Django writes, with the key as a literal: sortable kinds hold text, numbers, yes and no only."""
        lhs, params, keys = self.preprocess_lhs(compiler, connection)
        if len(keys) != 1 or OWN_KEY.fullmatch(str(keys[0])) is None:
            return super().as_sqlite(compiler, connection, **extra_context)
        path = f"""'$."{keys[0]}"'"""
        kinds = ",".join(f"'{kind}'" for kind in sorted(connection.ops.jsonfield_datatype_values))
        sql = f"(CASE WHEN JSON_TYPE({lhs}, {path}) IN ({kinds}) THEN JSON_TYPE({lhs}, {path}) ELSE JSON_EXTRACT({lhs}, {path}) END)"
        return sql, tuple(params) * 3


class _WithYesAndNo:
    """Comparing yes and no: on SQLite they come out of JSON as the words "false" and "true", whose order is the right one."""

    def process_rhs(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The other side in the same words."""
        sql, params = super().process_rhs(compiler, connection)  # type: ignore[misc]
        if connection.vendor == "sqlite":
            params = [str(value).lower() if isinstance(value, bool) else value for value in params]
        return sql, params


for lookup in (KeyTransformLt, KeyTransformLte, KeyTransformGt, KeyTransformGte):
    OwnKeyTransform.register_lookup(type(lookup.__name__, (_WithYesAndNo, lookup), {}))


class _OwnKeyFactory(KeyTransformFactory):
    def __call__(self, *args: Any, **kwargs: Any) -> OwnKeyTransform:
        return OwnKeyTransform(self.key_name, *args, **kwargs)


class CustomValues(models.JSONField):
    """{key: value} of the company's own fields, or {key: what lists go by} of those whose value does not say its order."""

    def get_transform(self, name: str) -> Any:
        """Our own keys get their own expression."""
        return _OwnKeyFactory(name) if OWN_KEY.fullmatch(name) else super().get_transform(name)


def work_out(record: models.Model, changed: Mapping[str, Any]) -> dict[str, Any] | None:
    """What lists go by for a record about to have these values, None where nothing is kept for them to go by.

    `records` knows how (settings.WORKED_OUT_BY).
    """
    worked: dict[str, Any] | None = import_string(settings.WORKED_OUT_BY)(record, changed)
    return worked
