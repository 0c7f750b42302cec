"""Tags on records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from zhike.kernel.text import fold
from zhike.records.models import Tag, Tagging

TAGS = "tags"  # what columns and changes of tags are called


def tag_new(type_: str, rows: Sequence[tuple[UUID, Sequence[str]]]) -> None:
    """Tag many records that have none yet, in a few statements."""
    wanted = {fold(name): name for _pk, names in rows for name in names}
    known = _tags(type_, wanted)
    missing = [Tag(on=type_, folded=folded, name=name) for folded, name in wanted.items() if folded not in known]
    if missing:
        Tag.objects.bulk_create(missing, ignore_conflicts=True)
        known = _tags(type_, wanted)
    Tagging.objects.bulk_create(
        [
            Tagging(tag=tag, record_id=pk)
            for pk, names in rows
            for tag in {known[fold(n)].pk: known[fold(n)] for n in names}.values()
        ],
        ignore_conflicts=True,
    )


def _tags(type_: str, folded: Iterable[str]) -> dict[str, Tag]:
    return {tag.folded: tag for tag in Tag.objects.filter(on=type_, folded__in=list(folded))}


def set_tags(type_: str, record_id: UUID, names: Sequence[str]) -> None:
    """Make `names` the tags of a record; unknown ones come into being."""
    wanted = {fold(name): name for name in names}
    known = {tag.folded: tag for tag in Tag.objects.filter(on=type_, folded__in=wanted)}
    for folded, name in wanted.items():
        if folded not in known:
            known[folded], _made = Tag.objects.get_or_create(on=type_, folded=folded, defaults={"name": name})
    Tagging.objects.filter(record_id=record_id).exclude(tag__in=known.values()).delete()
    present = set(Tagging.objects.filter(record_id=record_id).values_list("tag_id", flat=True))
    Tagging.objects.bulk_create(
        [Tagging(tag=tag, record_id=record_id) for tag in known.values() if tag.pk not in present],
        ignore_conflicts=True,
    )
