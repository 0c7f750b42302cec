"""Who carries the business: the pyramid, and how unevenly money is spread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from zhike.methods.result import MethodError
from zhike.value.page.charts.curve import lorenz
from zhike.value.page.charts.drawing import Sheet, meter
from zhike.value.page.charts.pyramid import PLACES
from zhike.value.page.charts.pyramid import pyramid as slabs
from zhike.value.page.frame import Column, Method, Section, block, figure, refusal, table, unreturned
from zhike.value.page.markup import Safe, fill, join, strong, tag
from zhike.value.page.trust import COMPUTED, DOUBTS
from zhike.value.page.voice import Voice
from zhike.value.page.words import LEVELS, SLICES, of

if TYPE_CHECKING:
    from zhike.methods.value import AbcResult, ConcentrationResult, PyramidResult
    from zhike.value.study import Study


def pyramid(study: Study, voice: Voice) -> Section:
    """People and money per level beside Curry's guide."""
    found = study.pyramid
    lead: object = voice.say("按本时段金额从高到低排名分层。", "Customers ranked by what they spent, in four levels.")
    body: object
    if isinstance(found, MethodError):
        body = refusal(found, voice)
    else:
        top, base = found.levels["top"], found.levels["base"]
        lead = fill(
            voice.say(
                "顶端 {n}带来 {share} 的{what}，人均 {each}；底端 {m}带来 {low}，人均 {small}。",
                "The top level ({n}) brings {share} of {what}, {each} each; the base ({m}) brings {low}, {small} each.",
            ),
            n=strong(voice.people(top.customers)),
            share=strong(voice.share(top.share)),
            what=voice.revenue,
            each=voice.money(top.revenue_per_customer or 0),
            m=voice.people(base.customers),
            low=voice.share(base.share),
            small=voice.money(base.revenue_per_customer or 0),
        )
        body = pyramid_body(found, voice)
    return Section(
        "pyramid",
        voice.say("价值金字塔", "Value pyramid"),
        voice.say("谁养活我们？", "Who carries the business?"),
        lead,
        body,
        Method(
            voice.people(found.cases) if not isinstance(found, MethodError) else "—",
            voice.span(study.period),
            of(COMPUTED, "pyramid", voice.chinese),
            of(DOUBTS, "pyramid", voice.chinese) + unreturned(study, voice),
            () if isinstance(found, MethodError) else found.warnings,
        ),
    )


def pyramid_body(found: PyramidResult, voice: Voice) -> Safe:
    """The slabs beside their rows."""
    names = {level: of(LEVELS, level, voice.chinese) for level in PLACES}
    sheet = Sheet(
        "pyramid",
        208,
        240,
        voice.say("客户金字塔", "The customer pyramid"),
        voice.say(
            "四层：顶端、高端、中端、底端；数字见旁边的表。",
            "Four levels from top to base; figures stand in the table beside it.",
        ),
    )
    caption = voice.say("各层客户数、金额、占比与参照", "Customers, money, share and guide of each level")
    rows = table(level_columns(voice), level_rows(found, voice), caption=caption)
    idle = found.levels["inactive"].customers
    words = voice.say("塔外：本时段未购买的老客户 ", "Outside: former customers who did not buy ")
    outside = tag("p", words, tag("b", voice.count(idle)), class_="outside")
    tower = tag("div", tag("div", slabs(sheet, names), class_="slabs"), rows, class_="tower")
    return join([tower, outside if idle else None])


def level_columns(voice: Voice) -> tuple[Column, ...]:
    """The headings beside the slabs."""
    return (
        Column(voice.say("层级", "Level")),
        Column(voice.say("客户", "Customers"), figure=True),
        Column(voice.revenue.capitalize(), figure=True),
        Column(voice.say("占比与参照", "Share and guide"), spare=True),
        Column(voice.say("占比", "Share"), figure=True),
        Column(voice.say("参照", "Guide"), figure=True, spare=True),
        Column(voice.say("相差（点）", "Points off"), figure=True, spare=True),
        Column(voice.say("人均", "Each"), figure=True),
    )


def level_rows(found: PyramidResult, voice: Voice) -> Iterator[tuple[object, ...]]:
    """One row per slab, at its height."""
    full = max(0.5, *(found.levels[level].share for level in PLACES))
    for place, level in enumerate(PLACES, 1):
        at = found.levels[level]
        guide = at.benchmark or 0.0
        people, share = voice.count(at.customers), voice.share(at.share_of_customers)
        yield (
            two(of(LEVELS, level, voice.chinese), of(SLICES, level, voice.chinese)),
            two(people, share),
            tag("b", voice.cell(at.revenue)),
            meter(at.share, guide=guide, full=full, tone=f"lv{place}"),
            tag("b", voice.share(at.share)),
            f"{guide:.0%}",
            tag("span", points(at.share - guide, voice), class_="quiet"),
            voice.cell(at.revenue_per_customer or 0),
        )


def two(first: str, second: str) -> Safe:
    """A figure above what it means."""
    return tag("span", tag("b", first), tag("small", second), class_="two")


def points(off: float, voice: Voice) -> str:
    """Percentage points with their sign."""
    return voice.share(off, signed=True)[:-1]


def concentration(study: Study, voice: Voice) -> Section:
    """The Lorenz curve with ABC beside it."""
    curve, classes = study.concentration, study.abc
    lead: object = voice.say("多少客户带来多少钱。", "How many customers bring how much.")
    if not isinstance(curve, MethodError):
        parts = [
            fill(
                voice.say("前 {p} 的客户带来 {a}", "the first {p} bring {a}"),
                p=f"{part:.0%}",
                a=strong(voice.share(share)),
            )
            for part, share in told(curve)
        ]
        gini = fill(voice.say("基尼系数 {g}", "Gini {g}"), g=strong(voice.number(curve.gini, 4)))
        lead = join(
            [
                voice.say("", "Of all customers "),
                [[one, voice.say("；", "; ")] for one in parts],
                gini,
                voice.say("。", "."),
            ]
        )
    left = refusal(curve, voice) if isinstance(curve, MethodError) else lorenz_figure(curve, voice)
    right = refusal(classes, voice) if isinstance(classes, MethodError) else abc_table(classes, voice)
    doubts = () if isinstance(classes, MethodError) else classes.warnings
    return Section(
        "concentration",
        voice.say("集中度", "Concentration"),
        voice.say("我们有多依赖少数客户？", "How far do we depend on a few?"),
        lead,
        tag(
            "div",
            left,
            tag("div", block(voice.say("ABC 三类", "ABC classes"), right), first_ones(curve, voice)),
            class_="pair",
        ),
        Method(
            "—" if isinstance(curve, MethodError) else voice.people(curve.cases),
            voice.span(study.period),
            of(COMPUTED, "concentration", voice.chinese),
            of(DOUBTS, "concentration", voice.chinese),
            doubts,
        ),
    )


def first_ones(curve: ConcentrationResult | MethodError, voice: Voice) -> Safe | None:
    """What the first 20, 10 and 1 % bring."""
    if isinstance(curve, MethodError):
        return None
    title = voice.say("最大的客户", "The largest customers")
    columns = (
        Column(voice.say("前", "First")),
        Column(voice.say("客户", "Customers"), figure=True),
        Column(voice.say("占金额", "of money"), figure=True),
        Column("", spare=True),
    )
    rows = [
        (f"{part:.0%}", voice.count(int(curve.cases * part + 1e-9)), tag("b", voice.share(share)), meter(share))
        for part, share in told(curve)
    ]
    return block(title, table(columns, rows, caption=title))


def told(curve: ConcentrationResult) -> list[tuple[float, float]]:
    """Shares of the first so many customers, where that is at least one."""
    return [
        (part, share) for part, share in sorted(curve.shares.items(), reverse=True) if int(curve.cases * part + 1e-9)
    ]


def lorenz_figure(curve: ConcentrationResult, voice: Voice) -> Safe:
    """The curve, and its tenths as numbers."""
    points_ = [(float(p), float(share)) for p, share in curve.lorenz]
    fifth = voice.share(curve.shares.get(0.2, float("nan")))
    marks = [(0.8, voice.say(f"前 20% → {fifth}", f"first 20% → {fifth}"))]
    axes = (voice.say("客户，从小到大累计", "customers, smallest first"), voice.say("金额累计占比", "share of money"))
    words = (
        voice.say("洛伦茨曲线", "Lorenz curve"),
        voice.say("客户累计占比对金额累计占比。", "Cumulated share of customers against cumulated share of money."),
    )

    def draw(wide: bool) -> Safe:
        sheet = Sheet(f"lorenz-{'w' if wide else 'n'}", 420 if wide else 340, 320 if wide else 300, *words)
        return lorenz(sheet, points_, axes, marks)

    columns = (Column(voice.say("客户累计", "Customers")), Column(voice.say("金额累计", "Money"), figure=True))
    rows = [(f"{place}%", voice.share(points_[place][1])) for place in range(0, 101, 10)]
    return figure(draw, table(columns, rows, caption=words[0]), voice)


def abc_table(classes: AbcResult, voice: Voice) -> Safe:
    """A, B, C with people and money."""
    columns = (
        Column(voice.say("类", "Class")),
        Column(voice.say("客户", "Customers"), figure=True),
        Column(voice.say("占客户", "of all"), figure=True),
        Column(voice.revenue.capitalize(), figure=True),
        Column(voice.say("占金额", "of money"), figure=True),
        Column("", spare=True),
    )
    rows = [
        (
            tag("b", letter),
            voice.count(at.customers),
            voice.share(at.share_of_customers),
            voice.money(at.revenue),
            tag("b", voice.share(at.share)),
            meter(at.share, tone=f"lv{place + 1}"),
        )
        for place, (letter, at) in enumerate(classes.levels.items())
    ]
    return table(columns, rows, caption=voice.say("ABC 分类", "ABC classes"))
