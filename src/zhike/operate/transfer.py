"""`zhike import` and `zhike export`: the same imports and exports as on the pages, from the command line."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from zhike.kernel.errors import DomainError, Problems

if TYPE_CHECKING:
    from zhike.kernel.actor import Actor
    from zhike.kernel.screens import Screen
    from zhike.records.importing.queries import Preview
    from zhike.records.models import Import


def main_import(arguments: list[str]) -> int:
    """Read a file, say what was understood, and import it unless it is only a trial."""
    parser = argparse.ArgumentParser(prog="zhike import", description=_("Import a file of records."))
    parser.add_argument("file", type=Path)
    _shared(parser)
    parser.add_argument("--map", action="append", default=[], metavar=_("HEADING=FIELD"))
    parser.add_argument("--duplicates", choices=("skip", "update", "merge", "ask"), default="skip")
    parser.add_argument("--owner", choices=("me", "nobody"), default="me")
    parser.add_argument("--encoding", default="")
    parser.add_argument("--delimiter", default="")
    parser.add_argument("--sheet", default="")
    parser.add_argument("--days", choices=("ymd", "dmy", "mdy"), default="")
    parser.add_argument("--dry-run", action="store_true", help=_("show what would happen and stop"))
    parser.add_argument("--errors", type=Path, help=_("write refused rows to this file"))
    return _told(_import, parser.parse_args(arguments))


def main_export(arguments: list[str]) -> int:
    """Write records to a file, within somebody's rights, with a reason that is recorded."""
    parser = argparse.ArgumentParser(prog="zhike export", description=_("Export records to a file."))
    parser.add_argument("file", type=Path)
    _shared(parser)
    parser.add_argument("--columns", default="")
    parser.add_argument("--filter", default="")
    parser.add_argument("--encoding", choices=("utf-8-sig", "utf-8", "gb18030"), default="utf-8-sig")
    parser.add_argument("--reason", required=True)
    return _told(_export, parser.parse_args(arguments))


def _shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--type", default="customers", help=_("record type, by its address"))
    parser.add_argument("--as", dest="user", required=True, help=_("sign-in name of the person whose rights count"))


def _told(work: Any, options: argparse.Namespace) -> int:
    """Run; a refusal is told with its fields, not as a failure."""
    try:
        return int(work(options, _actor(options.user)))
    except DomainError as error:
        for one in error.problems if isinstance(error, Problems) else (error,):
            print(f"{one.field}: {one.message}" if one.field else one.message, file=sys.stderr)
    except FileNotFoundError as error:
        print(_("There is no file %(name)s.") % {"name": error.filename}, file=sys.stderr)
    return 1


def _actor(username: str) -> Actor:
    from zhike.identity.models import User
    from zhike.kernel.errors import NotFound
    from zhike.kernel.jobs import actor_of

    pk = User.objects.filter(username=username, is_active=True).values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound("person")
    return actor_of(pk).at("cli")


def _screen(slug: str) -> Screen:
    from zhike.records.access import screen_at

    return screen_at(slug)


def _import(options: argparse.Namespace, by: Actor) -> int:
    from zhike.records.importing import actions, queries, running
    from zhike.records.importing.planning import Plan
    from zhike.records.importing.storing import keep

    screen = _screen(options.type)
    with options.file.open("rb") as source:
        key, size = keep(iter(lambda: source.read(1 << 20), b""), options.file.name)
    row = actions.receive_import(on=screen.type, key=key, name=options.file.name, size=size, by=by)
    hints = {name: getattr(options, name) for name in ("encoding", "delimiter", "sheet")}
    decided = {"hints": hints, "policy": options.duplicates, "owner": options.owner, "days": options.days}
    plan, table = queries.proposed(row, by, Plan.of(decided))
    targets = _mapped(table.headers, plan.targets, options.map)
    plan = Plan.of({**plan.stored(), "targets": targets})
    _describe(queries.preview(row, by, plan))
    if options.dry_run:
        actions.discard_import(row, by=by)
        return 0
    actions.begin_import(row, plan=plan.stored(), by=by)
    began = time.perf_counter()
    finished = running.carry_out(row, by, _counter(table.estimated_rows))
    _outcome(row, time.perf_counter() - began)
    if options.errors and row.counts.get("refused"):
        _write_errors(row, options.errors)
    return 0 if finished else 1


def _mapped(headers: list[str], targets: tuple[str, ...], chosen: list[str]) -> list[str]:
    """The guess, with what was chosen by `--map HEADING=FIELD` (an empty field leaves the column out)."""
    wanted: Mapping[str, str] = dict(one.partition("=")[::2] for one in chosen)
    for heading in wanted:
        if heading not in headers:
            raise DomainError("bad_column", _("There is no column “%(name)s”.") % {"name": heading}, "map")
    return [wanted.get(heading, target) for heading, target in zip(headers, targets, strict=True)]


def _describe(found: Preview) -> None:
    table = found.table
    print(f"{table.format} {table.encoding} {table.delimiter!r} {table.sheet}".rstrip(" '"))
    for match, target in zip(found.matches, found.plan.targets, strict=True):
        print(f"  {match.heading} → {target or '—'}")
    for name, number in found.counts.most_common():
        print(f"  {name}: {number}")


def _counter(total: int) -> Any:
    def progress(done: int) -> bool:
        if sys.stderr.isatty():
            print(f"\r{done:,} / {total:,}", end="", file=sys.stderr, flush=True)
        return True

    return progress


def _outcome(row: Import, seconds: float) -> None:
    from zhike.records.importing.running import labels

    for name, label in labels().items():
        if row.counts.get(name):
            print(f"{label}: {row.counts[name]:,}")
    pace = row.counts.get("read", 0) / max(seconds, 0.001)
    print(_("%(seconds)s s, %(pace)s rows a second") % {"seconds": f"{seconds:.1f}", "pace": f"{pace:,.0f}"})


def _write_errors(row: Import, path: Path) -> None:
    from zhike.records.exporting.writing import Column, write_table
    from zhike.records.importing.queries import refused_rows

    columns = [Column(str(place), heading) for place, heading in enumerate(row.headers)]
    with path.open("wb") as out:
        write_table("csv", out, [*columns, Column("line", _("Line")), Column("reason", _("Reason"))], refused_rows(row))


def _export(options: argparse.Namespace, by: Actor) -> int:
    from zhike.records.exporting.actions import export_records
    from zhike.records.exporting.ordering import ordered, rows_of
    from zhike.records.exporting.writing import FORMATS, write_table

    screen = _screen(options.type)
    endings = {ending: name for name, (_media, ending) in FORMATS.items()}
    format = endings.get(options.file.suffix.lower(), "csv")
    params = {"filter": options.filter} if options.filter else {}
    columns = [name for name in options.columns.split(",") if name]
    asked: dict[str, Any] = {"columns": columns, "format": format, "encoding": options.encoding}
    export_records(on=screen.type, params=params, reason=options.reason, by=by, **asked)
    order = ordered(screen.type, by, params, **asked)
    with options.file.open("xb") as out:
        options.file.chmod(0o600)
        written = write_table(format, out, order.heads, rows_of(order, by), encoding=order.encoding)
    print(_("%(n)s records written to %(name)s") % {"n": f"{written.rows:,}", "name": options.file.name})
    return 0
