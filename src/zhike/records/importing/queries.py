"""What the preview of an import shows, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError, Problems
from zhike.kernel.screens import screens
from zhike.kernel.text import sentences
from zhike.records.importing.chunks import DOUBTFUL, Importer
from zhike.records.importing.mapping import Match, Reason, mapping_fingerprint
from zhike.records.importing.parsing import ReadRow, RowReader
from zhike.records.importing.people import People
from zhike.records.importing.planning import Plan, Policy, checked
from zhike.records.importing.reading import Table, open_table
from zhike.records.importing.running import SAMPLE
from zhike.records.importing.storing import path_of
from zhike.records.importing.targets import fields_of, guessed
from zhike.records.models import ChosenMapping, Import, ImportLine

SHOWN = 50


def mine(actor: Actor, on: str) -> list[Import]:
    """The imports of one person into a type, the latest first."""
    return list(Import.objects.visible_to(actor).filter(on=on).order_by("-id")[:10])


def proposed(row: Import, by: Actor, plan: Plan) -> tuple[Plan, Table]:
    """The plan with an assignment of columns: what was chosen for the same headings before, or what is guessed."""
    table = open_table(path_of(row.key), hints=plan.reading)
    if len(plan.targets) == len(table.headers):
        return plan, table
    targets = [match.target for match in matches(row, by, table)]
    return replace(plan, targets=tuple(targets)), table


def matches(row: Import, by: Actor, table: Table) -> list[Match]:
    """Column by column the field it is given to, with the reason."""
    screen, sample = screens[row.on], [each.cells for each in table.sample(SAMPLE)]
    guesses = guessed(screen, by, table.headers, sample)
    known = ChosenMapping.objects.filter(owner_id=by.user_id, on=row.on, fingerprint=mapping_fingerprint(table.headers))
    remembered = known.values_list("targets", flat=True).first() if by.user_id else None
    if remembered is None or len(remembered) != len(guesses):
        return guesses
    allowed = fields_of(screen, by)
    return [
        replace(match, target=name, confidence=1.0, reason=Reason.REMEMBERED) if name in allowed or not name else match
        for match, name in zip(guesses, remembered, strict=True)
    ]


@dataclass(slots=True)
class Preview:
    """The first rows as they would go in. `refusals` say why the plan as a whole cannot be carried out."""

    table: Table
    plan: Plan
    matches: list[Match]
    rows: list[ReadRow]
    fates: list[str]
    counts: Counter[str]
    refusals: tuple[DomainError, ...] = ()


def preview(row: Import, by: Actor, plan: Plan) -> Preview:
    """Read the first rows by the plan and compare them with what exists. Writes nothing."""
    by = by.at("import")
    plan, table = proposed(row, by, plan)
    screen, found = screens[row.on], matches(row, by, table)
    try:
        checked(plan, screen, by, table.headers)
    except DomainError as error:
        each = error.problems if isinstance(error, Problems) else (error,)
        rows = [ReadRow(line) for line in table.sample(SHOWN)]
        return Preview(table, plan, found, rows, [""] * len(rows), Counter(), tuple(each))
    sample = table.sample(SAMPLE)
    importer = Importer(screen, by, plan, RowReader(screen, by, plan, sample, People(by, adding=False)))
    rows = importer.parse(sample)
    ready = importer.prepare(rows)
    known = iter(importer.likely(ready))
    fates = ["refused" if one.fatal else _fate(next(known), plan) for one in rows]
    return Preview(table, plan, found, rows[:SHOWN], fates[:SHOWN], Counter(fates))


def _fate(offers: Sequence[Any], plan: Plan) -> str:
    best = offers[0].probability if offers else 0.0
    if offers and offers[0].sure and plan.policy is not Policy.ASK:
        return {Policy.SKIP: "skipped", Policy.UPDATE: "updated", Policy.MERGE: "updated"}[plan.policy]
    return "asked" if best >= DOUBTFUL else "created"


def lines(row: Import, outcome: str, most: int = 100) -> list[ImportLine]:
    """Lines worth looking at, by what became of them."""
    return list(ImportLine.objects.filter(of=row, outcome=outcome).order_by("line")[:most])


def refused_rows(row: Import) -> Iterator[Mapping[str, Any]]:
    """Refused lines in the original columns, to be mended and imported again; the reason stands in a column of its own."""
    found = ImportLine.objects.filter(of=row, outcome__in=("refused", "left_out")).order_by("line")
    for line in found.iterator(chunk_size=1000):
        cells = {str(place): cell for place, cell in enumerate(line.cells)}
        yield {**cells, "line": line.line, "reason": sentences(line.data.get("reasons", ()))}
