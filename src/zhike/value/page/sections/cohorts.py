"""Of those who first bought together, how many came back."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

from zhike.methods.result import MethodError
from zhike.value.page.frame import Column, Method, Section, refusal, table
from zhike.value.page.markup import Safe, fill, join, strong, tag
from zhike.value.page.trust import DOUBTS
from zhike.value.page.voice import Voice
from zhike.value.page.words import of

if TYPE_CHECKING:
    from zhike.methods.cohorts import CohortsResult
    from zhike.value.study import Study

ROWS, COLUMNS, ON_A_PHONE = 14, 13, 5
FEW = 10  # a share of fewer says nothing
COUNTED = {"月": "个月", "季": "个季度"}
UNITS = {"week": ("周", "week"), "month": ("月", "month"), "quarter": ("季", "quarter"), "year": ("年", "year")}


def cohorts(study: Study, voice: Voice) -> Section:
    """The retention triangle of the last cohorts."""
    found = study.cohorts
    lead: object = voice.say("首购后，有多少人回来。", "How many come back after their first purchase.")
    body: object
    computed_unit = ("月", "month")
    if isinstance(found, MethodError):
        body = refusal(found, voice)
    else:
        computed_unit = UNITS[str(found.parameters["unit"])]
        lead = sentence(found, voice)
        body = triangle(found, voice)
    zh, en = computed_unit
    return Section(
        "cohorts",
        voice.say("同期群", "Cohorts"),
        voice.say("新客户留得住吗？", "Do new customers stay?"),
        lead,
        body,
        Method(
            "—" if isinstance(found, MethodError) else voice.people(found.cases),
            voice.span(None if isinstance(found, MethodError) else found.period),
            voice.say(
                f"按首次购买所在的{zh}分群；第 k {zh}的数字是该群中在第 k {zh}买过的人所占比例。平均按人数加权，"
                "未结束的一期不计。",
                f"Grouped by the {en} of the first purchase; the number under k is the share of the group "
                f"that bought in the k-th {en} "
                "after it. The mean is weighted by size and leaves out the period that is not over.",
            ),
            of(DOUBTS, "cohorts", voice.chinese),
            () if isinstance(found, MethodError) else found.warnings,
        ),
    )


def sentence(found: CohortsResult, voice: Voice) -> object:
    """What comes back after one period, and later."""
    mean = [float(value) for value in found.mean_retention]
    unit = UNITS[str(found.parameters["unit"])]
    if len(mean) < 2 or not math.isfinite(mean[1]):
        return voice.say("历史太短，还看不到回头。", "The history is too short to see anybody come back.")
    later = min(6, len(mean) - 1)
    while later > 1 and not math.isfinite(mean[later]):
        later -= 1
    return fill(
        voice.say(
            "首购后的下一{u}有 {a} 再次购买；第 {k} {u}有 {b}。",
            "In the {u} after their first purchase {a} buy again; in {u} {k} it is {b}.",
        ),
        u=voice.say(COUNTED.get(unit[0], unit[0]), unit[1]),
        a=strong(voice.share(mean[1])),
        k=str(later),
        b=strong(voice.share(mean[later])),
    )


def triangle(found: CohortsResult, voice: Voice) -> Safe:
    """Rows of cohorts, last of them last, columns of periods; the mean on top."""
    unit = str(found.parameters["unit"])
    retention = found.retention
    width = min(retention.shape[1], COLUMNS)
    chosen = [place for place, size in enumerate(found.sizes) if size >= FEW][-ROWS:]
    seen = [float(retention[place, k]) for place in chosen for k in range(1, width)]
    most = max((share for share in seen if math.isfinite(share)), default=0.0) or 1.0
    columns = [
        Column(voice.say("首购", "First bought")),
        Column(voice.say("人数", "Size"), figure=True),
        *(Column(f"+{k}", figure=True, spare=k > ON_A_PHONE) for k in range(1, width)),
    ]
    mean = [float(value) for value in found.mean_retention]
    rows = [
        (
            tag("b", voice.say("平均", "Mean")),
            voice.count(found.cases),
            *(shade(mean[k], most, voice) for k in range(1, width)),
        )
    ]
    for place in chosen:
        shades = [shade(float(retention[place, k]), most, voice) for k in range(1, width)]
        rows.append((start(found.starts[place], unit), voice.count(int(found.sizes[place])), *shades))
    caption = voice.say(
        "各群在首购之后各期的购买比例", "Share of each group that bought in each period after the first"
    )
    left_out = len(found.starts) - len(chosen)
    note = voice.say(
        f"更早的和不足 {FEW} 人的共 {left_out} 群未列出。",
        f"Not shown: {left_out} groups that are earlier, or of fewer than {FEW}.",
    )
    return join(
        [
            tag("div", table(columns, rows, caption=caption), class_="matrix tight"),
            tag("p", note, class_="quiet") if left_out > 0 else None,
        ]
    )


def start(first: date, unit: str) -> str:
    """The period's name."""
    if unit == "year":
        return str(first.year)
    if unit == "quarter":
        return f"{first.year} Q{(first.month + 2) // 3}"
    return first.isoformat() if unit == "week" else f"{first.year}-{first.month:02}"


def shade(share: float, most: float, voice: Voice) -> Safe:
    """A share on its colour, darkest at the largest; nothing where the period has not begun."""
    if not math.isfinite(share):
        return tag("span", "", class_="cell blank")
    depth = 0 if share <= 0 else max(1, min(5, math.ceil(share / most * 5 - 1e-9)))
    return tag("span", voice.share(share), class_=f"cell q{depth}")
