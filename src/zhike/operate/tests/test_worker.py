"""The worker's looks: one that rests lets small pieces of work come together."""

import threading

import pytest

from zhike.operate.worker import Loop


@pytest.mark.django_db
def test_a_loop_that_rests_looks_seldom_however_much_there_is_to_do() -> None:
    ending, looks = threading.Event(), 0

    def look() -> bool:
        nonlocal looks
        looks += 1
        if looks == 3:
            ending.set()
        return True

    waited: list[float | None] = []

    class Noticed(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            return ending.is_set()

        def is_set(self) -> bool:
            return ending.is_set()

    Loop("ledger", look, Noticed(), rest=0.25).run()
    assert waited == [0.25, 0.25, 0.25]
