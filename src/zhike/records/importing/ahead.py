"""Rows prepared ahead, for large files in processes of their own: while one chunk is written the next ones are understood."""

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

from zhike.kernel import context
from zhike.records.importing import apart
from zhike.records.importing.chunks import Importer
from zhike.records.importing.delimited import Row
from zhike.records.importing.parsing import ReadRow

WORTH_IT = 3_000  # rows; below, starting the processes costs more than it saves
MOST = 2  # processes

Prepared = tuple[Sequence[Row], list[ReadRow], Sequence[Any]]


def prepared(importer: Importer, chunks: Iterator[list[Row]], estimate: int) -> Iterator[Prepared]:
    """Each chunk as it was read and as its type prepares it."""
    duplicates = importer.screen.duplicates
    processors = os.cpu_count() or 1
    if duplicates is None or settings.TESTING or processors < 2 or estimate < WORTH_IT:
        for rows in chunks:
            found = importer.parse(rows)
            yield rows, found, importer.prepare(found)
        return
    count = min(MOST, processors)
    with ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=apart.start))
        stack.callback(pool.shutdown, wait=False, cancel_futures=True)
        waiting: deque[tuple[Sequence[Row], list[ReadRow], Future[list[Any]]]] = deque()
        about = (translation.get_language() or importer.by.language, context.current.get())
        for rows in chunks:
            found = importer.parse(rows)
            values = [row.values for row in found if not row.fatal]
            future = pool.submit(apart.read, importer.screen.type, values, importer.by, importer.batch_id, about)
            waiting.append((rows, found, future))
            if len(waiting) > count + 1:
                yield _ended(importer, *waiting.popleft())
        while waiting:
            yield _ended(importer, *waiting.popleft())


def _ended(importer: Importer, rows: Sequence[Row], found: list[ReadRow], future: Future[list[Any]]) -> Prepared:
    return rows, found, importer.sorted_out(found, future.result())
