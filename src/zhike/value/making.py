"""From files to a `Study`: read, judge every line, compute every method once."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
import weakref
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from zhike.methods.cohorts import Unit, cohorts
from zhike.methods.engine import DuckDBEngine, Relation, as_orders, as_values
from zhike.methods.lifecycle import LifecycleResult, lifecycle, loss_patterns
from zhike.methods.result import MethodError, Note
from zhike.methods.value import abc, concentration, migration, pyramid, rfm
from zhike.value import naming, rules, stacking
from zhike.value.computing import baskets, lifetimes, months, moving, owing
from zhike.value.computing.attempt import attempt
from zhike.value.computing.periods import Periods, periods
from zhike.value.options import Options
from zhike.value.placing import placed, spark_of
from zhike.value.reading import read
from zhike.value.reading.source import Desk, Source, refuse
from zhike.value.study import Dropped, FileRead, Month, Study

Given = str | Path
T = TypeVar("T")


def make(files: Sequence[Given], options: Options) -> Study:
    """The study of one or more files. MethodError where nothing useful remains."""
    began = time.monotonic()
    if not files:
        raise refuse("no_files", "请给出至少一个文件。", "Name at least one file.")
    spark = spark_of(options.engine)
    folder = Path(tempfile.mkdtemp(prefix="zhike-value-"))
    engine = DuckDBEngine(memory=options.memory, threads=2, spill=folder / "spill")
    weakref.finalize(engine, shutil.rmtree, folder, ignore_errors=True)
    (folder / "read").mkdir()
    stack, lines = collect(files, options, engine, folder / "read")
    shutil.rmtree(folder / "read", ignore_errors=True)
    computing = placed(engine, spark, folder)
    engine.lock(*([options.tables] if options.tables else []))
    return computed((stack, lines, computing), options, engine, began)


def collect(
    files: Sequence[Given], options: Options, engine: DuckDBEngine, folder: Path
) -> tuple[stacking.Stack, rules.Lines]:
    """Reading: afterwards the engine holds `lines`, `dropped` and names, and nothing of the files."""
    desk = Desk(engine.connection, folder, options.table)
    engine.connection.execute("SET preserve_insertion_order = true")  # lines are told by their numbers
    options.tick("读取文件", "reading")
    places = [given if "://" in str(given) else Path(given).resolve() for given in files]
    if again := next((given for n, given in enumerate(files) if places[n] in places[:n]), None):
        name = "PostgreSQL" if "://" in str(again) else Path(again).name  # an address may hold a password
        raise refuse("file_twice", f"同一个文件给了两次：{name}", f"{name} is given twice.")
    sources = [read(given, desk) for given in files]
    stack = stacking.stack(sources, options.columns, desk)
    options.tick("逐行核对", "judging lines")
    wish = rules.Wish(options.as_of, options.drop_duplicates, options.keep_currency)
    lines = rules.judge(stack, wish, desk)
    naming.keep_names(engine.connection, stack.present, lines.ids)
    engine.connection.execute("DROP VIEW raw")
    for place in range(len(sources)):
        engine.connection.execute(f"DROP TABLE IF EXISTS raw_{place}")
    engine.connection.execute("SET preserve_insertion_order = false")
    return stack, lines


def computed(
    given: tuple[stacking.Stack, rules.Lines, Relation], options: Options, engine: DuckDBEngine, began: float
) -> Study:
    """All methods over the table `lines`, where it has been placed."""
    stack, lines, placed_lines = given
    ((first, last, customers, revenue, pieces),) = engine.rows(
        "SELECT min(day), max(day), count(DISTINCT customer), sum(amount), count(quantity) FROM lines"
    )
    invoices = order_numbers(engine)
    whole = invoices == lines.kept  # each line is an order already
    orders = replace(placed_lines, grain="order") if whole else as_orders(placed_lines).keep("orders")
    as_of = options.as_of or last
    when = periods(first, as_of, options.period)
    options.tick("谁最重要", "who matters")
    parts: dict[str, Any] = composition(orders, when)
    options.tick("变动", "movements")
    undone = {str(row[0]): Decimal(row[1]) for row in engine.rows("SELECT customer, money FROM undone")}
    parts |= movements(orders, when, undone)
    options.tick("生命周期", "life cycle")
    parts |= standing(orders, (first, as_of), when.previous, undone)
    late = owing.by_customer(placed_lines, as_of) if lines.owing else None
    parts["ranking"] = attempt(lambda: moving.ranking(parts["lifecycle"], placed_lines, volumes=pieces > 0, late=late))
    parts["owed"] = owing.owed(late, placed_lines, as_of) if late is not None else None
    options.tick("终身价值", "lifetime value")
    days = days_of(parts["lifecycle"], orders)
    parts["clv"] = attempt(lambda: lifetimes.lifetime(days, first, as_of, parts["pyramid"]))
    options.tick("搭配与预测", "cross-sell and forecast")
    parts |= together(placed_lines, "product" in stack.present, invoices, (first, as_of))
    monthly = months.monthly(orders, parts["cohorts"])
    parts["forecast"] = attempt(lambda: months.ahead(monthly, first, as_of))
    return Study(
        title=options.title or naming.title([source.name for source in stack.sources]),
        files=tuple(told(source, stack.roles[place], stack) for place, source in enumerate(stack.sources)),
        as_of=as_of, period=when.whole, current=when.current, previous=when.previous,
        currency=lines.currency, measure=lines.measure, lines_read=lines.read, lines_kept=lines.kept,
        dropped=lines.dropped, dropped_examples=examples(engine, lines.dropped),
        duplicates=lines.duplicates, duplicates_dropped=options.drop_duplicates,
        customers=customers, invoices=invoices, revenue=Decimal(revenue),
        names=naming.Book(engine.connection, "customer_names"), products=naming.Book(engine.connection, "product_names"),
        undone=undone,
        monthly=monthly, last_month_whole=months.whole(as_of),
        warnings=(*lines.notes, when.note, *doubts(customers, (first, last), options, Decimal(revenue), monthly)),
        seconds=time.monotonic() - began, memory_mb=most_memory(), lang=options.lang, engine=engine, **parts,
    )  # fmt: skip


def order_numbers(engine: DuckDBEngine) -> int:
    """How many orders there are. Where no two hashes are equal no two numbers are, which costs a fifth of counting them."""
    hashes = engine.asked('SELECT hash("order") AS number FROM lines').fetchnumpy()["number"]
    if rules.different(hashes) == len(hashes):
        return len(hashes)
    ((many,),) = engine.rows('SELECT count(DISTINCT "order") FROM lines')
    return int(many)


def composition(orders: Relation, when: Periods) -> dict[str, Any]:
    """ABC, pyramid, concentration of all days that count; RFM of the last year."""
    values = as_values(orders, when.whole).keep("values")
    as_of = when.whole[1]
    return {
        "abc": attempt(lambda: abc(values)),
        "pyramid": attempt(lambda: pyramid(values)),
        "concentration": attempt(lambda: concentration(values)),
        "rfm": attempt(lambda: rfm(orders, as_of=as_of)),
    }


def together(lines: Relation, products: bool, many: int, span: tuple[date, date]) -> dict[str, Any]:
    """Rules and their test; one refusal stands for both."""
    found = attempt(lambda: baskets.cross_sell(lines, products=products, baskets=many, span=span))
    rules_, test = (found, found) if isinstance(found, MethodError) else found
    return {"rules": rules_, "rules_test": test}


def movements(orders: Relation, when: Periods, undone: Collection[str]) -> dict[str, Any]:
    """Two pyramids, and what lies between them."""
    short = MethodError(when.note.code, when.note.zh, when.note.en)
    now = attempt(lambda: pyramid(orders, period=when.current)) if when.current else short
    before = attempt(lambda: pyramid(orders, period=when.previous)) if when.previous else short
    moved = attempt(lambda: migration(good(before), good(now)))
    up, down = moving.movers(moved, undone)
    return {
        "pyramid_now": now,
        "pyramid_before": before,
        "migration": moved,
        "bridge": attempt(lambda: moving.bridge(moved)),
        "movers_up": up,
        "movers_down": down,
    }


def good(part: T | MethodError) -> T:
    """The answer; a refusal goes on to what depends on it."""
    if isinstance(part, MethodError):
        raise part
    return part


def standing(
    orders: Relation, span: tuple[date, date], before: tuple[date, date] | None, undone: Collection[str]
) -> dict[str, Any]:
    """Where everybody stands, who is leaving, and who has left."""
    first, as_of = span
    years = (as_of - first).days / 365.25
    unit: Unit = "month" if years <= 3 else "quarter" if years <= 8 else "year"
    stages = attempt(lambda: lifecycle(orders, as_of=as_of))
    lost = attempt(lambda: loss_patterns(good(stages), as_of=as_of))
    return {
        "lifecycle": stages,
        "stage_moves": attempt(lambda: moving.stage_moves(good(stages), before)),
        "patterns": lost,
        "thinning": attempt(lambda: moving.thinning(good(stages), as_of)),
        "cohorts": attempt(lambda: cohorts(good(stages), as_of=as_of, unit=unit)),
        "win_back": moving.win_back(stages, lost, undone),
    }


def days_of(stages: LifecycleResult | MethodError, orders: Relation) -> Relation:
    """What each customer bought on each day, which the life cycle has summed already; else the orders."""
    if isinstance(stages, MethodError):
        return orders
    days = stages.days.table
    return Relation(orders.engine, days.select("customer", "day", amount=days.spend), "day")


def told(source: Source, roles: dict[str, int], stack: stacking.Stack) -> FileRead:
    """What a reader of the report should know of a file."""
    return FileRead(
        path=source.name,
        format=source.format,
        encoding=source.encoding,
        delimiter=source.delimiter,
        lines=source.lines or 0,
        columns={role: source.headers[place] for role, place in roles.items()},
        statements=(*source.statements, *stacking.notes_of(source, roles)),
    )


def examples(engine: DuckDBEngine, reasons: dict[str, int], many: int = 5) -> dict[str, tuple[Dropped, ...]]:
    """The first few lines dropped for each reason."""
    rows = engine.rows(
        "SELECT file, line, reason, content FROM dropped QUALIFY row_number() OVER (PARTITION BY reason ORDER BY file, line) "
        f"<= {many} ORDER BY reason, file, line"
    )
    return {code: tuple(Dropped(*row) for row in rows if row[2] == code) for code in reasons}


def doubts(
    customers: int, span: tuple[date, date], options: Options, revenue: Decimal, months_: Sequence[Month]
) -> tuple[Note, ...]:
    """What makes the whole less certain."""
    first, last = span
    found = []
    if customers == 1:
        found.append(
            Note("one_customer", "只有一位客户，各种占比没有意义。", "There is only one customer: shares mean nothing.")
        )
    if last > options.today:
        zh = f"最后的日期是 {last}，晚于今天（{options.today}）：请核对日期，或用 --as-of 截止。"
        en = f"The last day is {last}, after today ({options.today}): check the dates, or end with --as-of."
        found.append(Note("days_to_come", zh, en))
    found += gaps(months_)
    if first == last:
        found.append(
            Note(
                "one_day",
                "所有购买都在同一天，看不出变化。",
                "All purchases are of one day: nothing can be seen to change.",
            )
        )
    if revenue <= 0:
        found.append(
            Note("no_revenue", "总金额不为正，占比没有意义。", "The total is not positive: shares mean nothing.")
        )
    return tuple(found)


def gaps(listed: Sequence[Month]) -> list[Note]:
    """Months in a row without any order, where the others have so many that this is hardly chance."""
    busy = [month.orders for month in listed if month.orders]
    runs = [list(run) for idle, run in groupby(listed, key=lambda month: not month.orders) if idle]
    longest = max(runs, key=len, default=[])
    if len(longest) < 2 or sum(busy) < 5 * len(busy):
        return []
    first, last = (f"{month.first:%Y-%m}" for month in (longest[0], longest[-1]))
    zh = f"{first} 至 {last} 连续 {len(longest)} 个月没有任何订单：文件若缺了一段，流失、间隔与预测都会失真，请核对。"
    en = (
        f"There is no order at all in the {len(longest)} months from {first} to {last}: if a part of the file is missing, loss, gaps "
        "and forecast are wrong. Check it."
    )
    return [Note("gap_in_history", zh, en)]


def most_memory() -> float:
    """The most memory this process has held, in MB; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024
