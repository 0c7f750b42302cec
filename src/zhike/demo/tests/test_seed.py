"""The demo company has work to show from the first minute."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zhike.customers.models import DuplicatePair
from zhike.demo import seed
from zhike.kernel import ledger
from zhike.kernel.models import Event

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_planted_duplicates_wait_in_the_queue_and_the_past_stands_in_its_order(
    tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        seed.build(120, home=tmp_path)
    assert DuplicatePair.objects.filter(probability__gte=0.9).exists()
    touches = list(Event.objects.filter(type="touch.logged").order_by("id").values_list("at", flat=True))
    assert len(touches) > 50 and touches == sorted(touches)
    assert ledger.verify().intact
