"""The document is held against the product: generated calls, valid ones and broken ones, never a failure on our side."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from zhike.config.wsgi import application
from zhike.identity import limits
from zhike.records.api.tests.conftest import Caller

pytestmark = pytest.mark.django_db
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance, ignored_auth, unsupported_method, missing_required_header,
]  # fmt: skip
EXAMPLES = int(os.environ.get("ZHIKE_API_EXAMPLES", "30"))  # an operation and kind of call, by night
SLICE = 15  # operations of each run in CI; all of them by night


@pytest.fixture(autouse=True)
def patient_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks try many wrong keys on purpose; the limit on those has tests of its own."""
    monkeypatch.setattr(limits, "PER_NETWORK", 1_000_000)


@contextmanager
def kept_connection() -> Iterator[None]:
    """The application runs within the test's own transaction, as Django's own client does it (which reconnects after each call)."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    try:
        yield
    finally:
        request_started.connect(close_old_connections)
        request_finished.connect(close_old_connections)


@kept_connection()
def hold(caller: Caller, *, operations: int | None, examples: int) -> None:
    """Call the operations that the caller's own document names, and check every answer against it."""
    headers = {"Authorization": f"Bearer {caller.key}"}
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application, headers=headers)
    found: list[Any] = [operation.ok() for operation in list[Any](schema.get_all_operations())]
    if operations is not None:
        found = random.Random(7).sample(found, min(operations, len(found)))
    failed = []
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        for operation in found:
            try:
                hold_operation(operation, headers, mode, examples)
            except (FailureGroup, Failure) as error:
                failed.append(f"{operation.label}: {error}")
    assert not failed, "\n\n".join(failed)


def hold_operation(operation: Any, headers: dict[str, str], mode: GenerationMode, examples: int) -> None:
    """A few seeded calls of one operation."""

    @seed(7)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    call()


@pytest.mark.slow
def test_T54_generated_calls_find_no_failure(admin: Caller) -> None:
    admin.customer(name="甲厂")
    hold(admin, operations=SLICE, examples=2)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", ["administrator", "manager", "salesperson"])
def test_T54_generated_calls_find_no_failure_for_any_role(make_caller: Any, role: str) -> None:
    caller = make_caller(role, role, team="North")
    hold(caller, operations=None, examples=EXAMPLES)
