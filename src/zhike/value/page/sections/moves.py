"""Between the two last periods: where the money came from and went, who changed level, by name."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from zhike.methods.result import MethodError
from zhike.value.page.charts.bridge import Step
from zhike.value.page.charts.bridge import bridge as draw_bridge
from zhike.value.page.charts.drawing import Sheet, meter, rungs
from zhike.value.page.frame import Column, Method, Section, block, figure, names_table, refusal, table, unreturned, who
from zhike.value.page.markup import Safe, fill, join, strong, tag
from zhike.value.page.trust import COMPUTED, DOUBTS
from zhike.value.page.voice import Voice
from zhike.value.page.words import BRIDGE, LEVELS, of

if TYPE_CHECKING:
    from zhike.methods.value import MigrationResult
    from zhike.value.study import Bridge, Mover, Study

CAUSES = ("new", "returned", "grown", "shrunk", "lost")
SHOWN = 10
OUTSIDE = ("new", "inactive")


def both_periods(study: Study, voice: Voice) -> str:
    """The two periods that are compared."""
    if study.current is None or study.previous is None:
        return voice.span(study.period)
    return f"{voice.span(study.previous)} → {voice.span(study.current)}"


def seasonal(study: Study, voice: Voice) -> str:
    """Periods that are not whole years compare different seasons."""
    if study.current is None:
        return ""
    days = (study.current[1] - study.current[0]).days + 1
    years = round(days / 365.25)
    if years and abs(days - years * 365.25) <= 3:
        return ""
    return voice.say(
        "两期不满整年，季节不同，增减里含有季节的成分；",
        "The two periods are not whole years: they are different seasons, and part of every change is the season. ",
    )


def bridge(study: Study, voice: Voice) -> Section:
    """From the money of the period before to that of the last."""
    found = study.bridge
    lead: object = voice.say("两期之间钱的来去。", "What came and what went between the two periods.")
    body: object
    if isinstance(found, MethodError):
        body = refusal(found, voice)
    else:
        change = found.now - found.then
        lead = fill(
            voice.say(
                "从 {a} 到 {b}（{c}）：新客户和回来的带来 {new}，老客户多买 {up}；少买与离开带走 {down}。",
                "From {a} to {b} ({c}): new and returning customers brought {new}, others bought {up} "
                "more; buying less and "
                "leaving took {down}.",
            ),
            a=strong(voice.money(found.then)),
            b=strong(voice.money(found.now)),
            c=strong(ratio(found, voice), "grn" if change >= 0 else "red"),
            new=strong(voice.money(found.new + found.returned, signed=True), "grn"),
            up=strong(voice.money(found.grown, signed=True), "grn"),
            down=strong(voice.money(found.shrunk + found.lost, signed=True), "red"),
        )
        body = bridge_figure(found, voice)
    return Section(
        "bridge",
        voice.say("金额桥", "Money bridge"),
        voice.say("钱从哪里来，到哪里去了？", "Where did the money come from, and where did it go?"),
        lead,
        body,
        Method(
            "—"
            if isinstance(found, MethodError)
            else voice.say(
                f"上期 {voice.people(found.customers['then'])}，本期 {voice.people(found.customers['now'])}",
                f"{voice.people(found.customers['then'])} before, {voice.people(found.customers['now'])} now",
            ),
            both_periods(study, voice),
            of(COMPUTED, "bridge", voice.chinese),
            seasonal(study, voice) + of(DOUBTS, "bridge", voice.chinese),
        ),
    )


def ratio(found: Bridge, voice: Voice) -> str:
    """Change over the money before."""
    return voice.share(float(found.now / found.then) - 1, signed=True) if found.then > 0 else "—"


def bridge_figure(found: Bridge, voice: Voice) -> Safe:
    """The waterfall, and the table behind it."""
    money = {cause: getattr(found, cause) for cause in ("then", *CAUSES, "now")}
    steps = [
        Step(
            of(BRIDGE, cause, voice.chinese),
            float(value),
            voice.money(value, signed=cause in CAUSES),
            voice.say(f"{voice.count(found.customers[cause])} 位", f"{voice.count(found.customers[cause])} cust."),
            cause not in CAUSES,
        )
        for cause, value in money.items()
    ]
    words = (
        voice.say("金额桥", "Money bridge"),
        voice.say(
            "从上期金额，经五类增减，到本期金额。",
            "From the money of the period before, by five causes, to that of the last.",
        ),
    )

    def draw(wide: bool) -> Safe:
        return draw_bridge(
            Sheet(f"bridge-{'w' if wide else 'n'}", 860 if wide else 340, 280 if wide else 320, *words), steps
        )

    columns = (
        Column(voice.say("步骤", "Step")),
        Column(voice.revenue.capitalize(), figure=True),
        Column(voice.say("客户", "Customers"), figure=True),
    )
    rows = [
        (of(BRIDGE, cause, voice.chinese), voice.exact(value), voice.count(found.customers[cause]))
        for cause, value in money.items()
    ]
    return figure(draw, table(columns, rows, caption=words[0]), voice)


def migration(study: Study, voice: Voice) -> Section:
    """From level to level, with people and money, and who moved most."""
    found = study.migration
    lead: object = voice.say("每位客户上期在哪一层，本期在哪一层。", "Each customer's level then and now.")
    body: object
    if isinstance(found, MethodError):
        body = refusal(found, voice)
    else:
        top, up, down = found.rates["top"], moved(found, -1), moved(found, 1)
        lead = fill(
            voice.say(
                "升层 {n} 位（{up}）；降层与停购 {m} 位（{down}）。上期在顶端的 {t} 位里，{kept} 位留在顶端。",
                "Moved up: {n} ({up}); moved down or stopped: {m} ({down}). At the top before: {t}; still there: {kept}.",
            ),
            n=strong(voice.count(up[0])),
            up=change_of(up[1], voice),
            m=strong(voice.count(down[0])),
            down=change_of(down[1], voice),
            t=voice.count(top.opening),
            kept=strong(voice.count(found.cells["top"]["top"].customers)),
        )
        body = matrix(found, voice)
    return Section(
        "migration",
        voice.say("层级迁移", "Migration"),
        voice.say("谁在上升，谁在下滑？", "Who is rising, who is sliding?"),
        lead,
        body,
        Method(
            "—" if isinstance(found, MethodError) else voice.people(found.cases),
            both_periods(study, voice),
            of(COMPUTED, "migration", voice.chinese),
            seasonal(study, voice) + of(DOUBTS, "migration", voice.chinese) + unreturned(study, voice),
            () if isinstance(found, MethodError) else found.warnings,
        ),
        None if isinstance(found, MethodError) else movers(study, voice),
    )


def change_of(money: Decimal, voice: Voice) -> Safe:
    """Money gained or lost, in its colour."""
    return strong(voice.money(money, signed=True), "grn" if money >= 0 else "red")


def moved(found: MigrationResult, way: int) -> tuple[int, Decimal]:
    """Customers and change of money of those who rose (−1) or fell (+1), between levels that had bought before."""
    people, money = 0, Decimal(0)
    for i, then in enumerate(found.levels[:-1]):
        for j, now in enumerate(found.levels):
            if (j - i) * way > 0:
                cell = found.cells[then][now]
                people, money = people + cell.customers, money + cell.money_now - cell.money_then
    return people, money


def matrix(found: MigrationResult, voice: Voice) -> Safe:
    """Rows are then, columns now; who was and is inactive is left out."""
    rows = [*found.levels, "new"]
    changes = {
        (i, j): found.cells[i][j].money_now - found.cells[i][j].money_then
        for i in rows
        for j in found.levels
        if not (i in OUTSIDE and j == "inactive")
    }
    largest = max((abs(change) for change in changes.values()), default=Decimal(0)) or Decimal(1)
    lines = []
    for i in rows:
        opening = sum(cell.customers for j, cell in found.cells[i].items() if (i, j) in changes)
        heading = tag(
            "span",
            rungs(i) if i not in OUTSIDE else None,
            of(LEVELS, i, voice.chinese),
            " ",
            tag("small", voice.count(opening)),
            class_="rung",
        )
        cells: list[object] = [heading]
        for j in found.levels:
            cells.append(cell_of(found.cells[i][j].customers, changes.get((i, j)), largest, voice))
        lines.append(cells)
    columns = [Column(voice.say("上期 ↓　本期 →", "Then ↓  Now →"))] + [
        Column(of(LEVELS, j, voice.chinese)) for j in found.levels
    ]
    caption = voice.say(
        "从上期层级（行）到本期层级（列）：人数与金额变化",
        "From level then (rows) to level now (columns): customers and change of money",
    )
    legend = tag(
        "p",
        voice.say("金额减少 ", "less money "),
        [tag("i", class_=f"swatch h{k}") for k in range(-4, 5)],
        voice.say(" 金额增加", " more money"),
        class_="legend",
    )
    return tag("div", table(columns, lines, caption=caption), legend, class_="matrix")


def cell_of(people: int, change: Decimal | None, largest: Decimal, voice: Voice) -> Safe | None:
    """One cell, coloured by its money on a root scale, so that small ones are seen too."""
    if change is None or not people:
        return tag("span", "·", class_="cell none")
    depth = round(float(abs(change) / largest) ** 0.5 * 4)
    heat = depth if change >= 0 else -depth
    return tag(
        "span", tag("b", voice.count(people)), tag("small", voice.cell(change, signed=True)), class_=f"cell h{heat}"
    )


def movers(study: Study, voice: Voice) -> Safe:
    """The largest gains and losses by name."""
    return tag(
        "div",
        block(
            voice.say("升得最多", "Rising most"),
            mover_table(study, study.movers_up, voice),
            aside=voice.say("按金额", "by money"),
            class_="keep",
        ),
        block(
            voice.say("降得最多", "Falling most"),
            mover_table(study, study.movers_down, voice),
            aside=voice.say("按金额", "by money"),
            class_="keep",
        ),
        class_="pair",
    )


def mover_table(study: Study, found: Sequence[Mover], voice: Voice) -> Safe:
    """Name, from rung to rung, money then and now, change."""
    if not found:
        return tag("p", voice.say("没有。", "Nobody."), class_="quiet")
    largest = float(max(abs(mover.change) for mover in found)) or 1.0
    columns = (
        Column(voice.say("客户", "Customer")),
        Column(voice.say("层级", "Level")),
        Column(voice.say("上期 → 本期", "Then → now"), figure=True, spare=True),
        Column("", spare=True),
        Column(voice.say("变化", "Change"), figure=True),
    )
    rows = [
        (
            who(study, mover.customer),
            step_of(mover.level_then, mover.level_now, voice),
            f"{voice.money(mover.then)} → {voice.money(mover.now)}",
            meter(abs(float(mover.change)) / largest, tone="up" if mover.change >= 0 else "down"),
            tag("b", voice.money(mover.change, signed=True), class_="grn" if mover.change >= 0 else "red"),
        )
        for mover in found[:SHOWN]
    ]
    caption = voice.say("变化最大的客户", "Customers who changed most")
    return names_table(columns, rows, caption=caption, listed=len(found), voice=voice)


def step_of(then: str, now: str, voice: Voice) -> Safe:
    """Two little pyramids, with the words for those outside and for readers of the screen."""
    words = f"{of(LEVELS, then, voice.chinese)} → {of(LEVELS, now, voice.chinese)}"
    shown = [
        tag("span", of(LEVELS, level, voice.chinese)) if level in OUTSIDE else rungs(level) for level in (then, now)
    ]
    drawn = tag("span", shown[0], tag("span", "→"), shown[1], class_="rungs-step", aria_hidden="true")
    return join([tag("span", words, class_="sr"), drawn])
