"""The process beside an import: started without the models, so that it can be found before Django is set up."""

from __future__ import annotations

import gc
import os
from multiprocessing import parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import Any
from uuid import UUID


def start() -> None:
    """Begin the process: it ends with the one that asked for it, however that ends."""
    import django

    above = parent_process()
    if above is not None:
        Thread(target=lambda: (wait([above.sentinel]), os._exit(1)), daemon=True).start()
    django.setup()
    gc.freeze()  # what stands now stays; rows come and go in numbers that would have it looked through for ever
    gc.set_threshold(200_000, 50, 50)


def read(type_: str, values: list[dict[str, Any]], by: Any, batch_id: UUID, about: tuple[str, Any]) -> list[Any]:
    """What the type makes of the values, as the one who asks would have it made: language and request are `about` them."""
    from django.utils import translation

    from zhike.kernel import context
    from zhike.kernel.screens import screens

    duplicates = screens[type_].duplicates
    assert duplicates is not None  # noqa: S101 - asked before
    language, request = about
    context.current.set(request)
    with translation.override(language):
        return list(duplicates.read(values, by=by, batch_id=batch_id))
