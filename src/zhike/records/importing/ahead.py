"""Rows prepared one chunk ahead, for large files in a process of its own: while one chunk is written the next is understood."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from typing import Any

from django.conf import settings
from django.utils import translation

from zhike.records.importing import apart
from zhike.records.importing.chunks import Importer
from zhike.records.importing.delimited import Row
from zhike.records.importing.parsing import ReadRow

WORTH_IT = 5_000  # rows; below, starting the process costs more than it saves
AHEAD = 2

Prepared = tuple[Sequence[Row], list[ReadRow], Sequence[Any]]


def prepared(importer: Importer, chunks: Iterator[list[Row]], estimate: int) -> Iterator[Prepared]:
    """Each chunk as it was read and as its type prepares it."""
    duplicates = importer.screen.duplicates
    alone = settings.TESTING or (os.cpu_count() or 1) < 2 or estimate < WORTH_IT
    if duplicates is None or alone:
        for rows in chunks:
            found = importer.parse(rows)
            yield rows, found, importer.prepare(found)
        return
    with ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=apart.start))
        stack.callback(pool.shutdown, wait=False, cancel_futures=True)
        waiting: deque[tuple[Sequence[Row], list[ReadRow], Future[list[Any]]]] = deque()
        for rows in chunks:
            found = importer.parse(rows)
            values = [row.values for row in found if not row.fatal]
            language = translation.get_language() or importer.by.language
            waiting.append((rows, found, pool.submit(apart.read, importer.screen.type, values, importer.by, language)))
            if len(waiting) > AHEAD:
                yield _ended(importer, *waiting.popleft())
        while waiting:
            yield _ended(importer, *waiting.popleft())


def _ended(importer: Importer, rows: Sequence[Row], found: list[ReadRow], future: Future[list[Any]]) -> Prepared:
    return rows, found, importer.sorted_out(found, future.result())
