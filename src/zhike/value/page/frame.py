"""What every section has: a question, its answer, the picture, and how far to trust it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhike.methods.result import MethodError, Note

from .markup import Safe, join, name, tag
from .voice import Voice

if TYPE_CHECKING:
    from zhike.value.study import Study


DAY = re.compile(r"(\d{4}-\d\d-\d\d)")


@dataclass(frozen=True, slots=True)
class Method:
    """How a section was computed; `cases` and `period` in words, `notes` are the method's own doubts."""

    cases: str
    period: str
    computed: str
    doubt: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Where it stands (`key` is its anchor), what it is called in short, what it asks, and its answer."""

    key: str
    label: str
    title: str
    lead: object
    body: object
    method: Method
    below: object = None
    """What needs the whole width."""

    def html(self, voice: Voice) -> Safe:
        """The section with its method beside it."""
        return tag(
            "section",
            tag(
                "header",
                tag("p", self.label, class_="eyebrow"),
                tag("h2", self.title, id=f"{self.key}-title"),
                tag("p", self.lead, class_="lead"),
            ),
            self.body
            if isinstance(self.body, Refusal)
            else tag("div", tag("div", self.body, class_="body"), how(self.method, voice), class_="beside"),
            tag("div", self.below, class_="below") if self.below else None,
            id=self.key,
            class_="section",
            aria_labelledby=f"{self.key}-title",
        )


def how(method: Method, voice: Voice) -> Safe:
    """Cases, period, how computed, when not to trust it."""
    rows = (
        (voice.say("案例", "Cases"), method.cases),
        (voice.say("时段", "Period"), whole_days(method.period)),
    )
    return tag(
        "aside",
        tag("h3", voice.say("怎么算的", "How it is computed")),
        tag("dl", [tag("div", tag("dt", label), tag("dd", value)) for label, value in rows], class_="facts"),
        tag("p", method.computed),
        tag("p", tag("b", voice.say("什么时候别信它", "When not to trust it"), class_="amb"), " ", method.doubt),
        [tag("p", voice.note(note), class_="doubt") for note in method.notes],
        class_="how",
    )


def whole_days(words: str) -> Safe:
    """A sentence whose days do not break in the middle."""
    return join(tag("span", part, class_="n") if DAY.fullmatch(part) else part for part in DAY.split(words))


def who(study: Study, customer: str, longest: int = 48) -> Safe:
    """A customer as a person would call it, with its number after it; a mark where most of its money went back."""
    called = study.names.get(customer, "")
    back = tag("small", " ↩", class_="amb") if customer in study.undone else None
    if not called or called == customer:
        return join([name(customer, longest), back]) if back else name(customer, longest)
    return join([name(called, longest), " ", tag("small", name(customer, 24)), back])


def unreturned(study: Study, voice: Voice) -> str:
    """A doubt for every list by name: cancelled and returned lines are left out, not taken off what was bought."""
    if not (study.dropped.get("cancelled") or study.dropped.get("returned")):
        return ""
    zh, en = (
        "取消与退货的行没有计入，也没有冲减原单：金额很大而只买过一两次的客户，先核对有没有退掉。",
        " Cancelled and returned lines are left out, not taken off the original order: check large customers of one or two "
        "purchases for returns first.",
    )
    if study.undone:
        zh += f"至少一半金额又退掉的 {voice.count(len(study.undone))} 位客户标有 ↩，升降、赢回和今后最有价值的名单里不列他们。"
        en += (
            f" The {voice.count(len(study.undone))} of whom at least half went back are marked ↩, and are not among movers, "
            "win-backs and those worth most."
        )
    return voice.say(zh, en)


class Refusal(Safe):
    """Why there is no chart here; a section that is nothing else says no more."""

    __slots__ = ()


def refusal(error: MethodError, voice: Voice) -> Refusal:
    """The reason in words."""
    heading = voice.say("这一项没有算，原因：", "Not computed, because:")
    return Refusal(tag("p", tag("b", heading, class_="amb"), " ", voice.note(error), class_="refusal"))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its heading, and whether it holds figures or is left out on a phone."""

    label: str
    figure: bool = False
    spare: bool = False

    @property
    def classes(self) -> str | None:
        """As the style sheet knows it."""
        return " ".join(word for word, wanted in (("num", self.figure), ("spare", self.spare)) if wanted) or None


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]], *, caption: str, seen: bool = False) -> Safe:
    """A table whose first cell of each row names it; the caption is for readers of the screen unless `seen`."""
    head = tag(
        "tr", [tag("th", c.label or tag("span", caption, class_="sr"), scope="col", class_=c.classes) for c in columns]
    )
    lines = []
    for row in rows:
        first, *rest = zip(columns, row, strict=True)
        cells = [tag("td", cell, class_=column.classes) for column, cell in rest]
        lines.append(tag("tr", tag("th", first[1], scope="row", class_=first[0].classes), cells))
    return tag(
        "div",
        tag("table", tag("caption", caption, class_=None if seen else "sr"), tag("thead", head), tag("tbody", lines)),
        class_="scroll",
        tabindex=0,
        role="group",
        aria_label=caption,
    )


def names_table(
    columns: Sequence[Column], rows: Sequence[Sequence[object]], *, caption: str, listed: int, voice: Voice
) -> Safe:
    """The first of a list by name; the whole list of `listed` stands in the tables that are written beside the page."""
    more = voice.count(listed - len(rows))
    note = voice.say(
        f"另有 {more} 位，见 --tables 导出的名单。", f"{more} more stand in the list that --tables writes."
    )
    rest = tag("p", note, class_="quiet") if listed > len(rows) else None
    return tag("div", table(columns, rows, caption=caption), rest, class_="names")


def figure(draw: Callable[[bool], Safe], behind: Safe, voice: Voice) -> Safe:
    """A chart in its wide and its narrow form, and its numbers as a table behind it."""
    return tag(
        "figure",
        tag("div", draw(True), class_="wide"),
        tag("div", draw(False), class_="narrow"),
        tag("details", tag("summary", voice.say("看数字", "Show the numbers")), behind),
    )


def block(title: object, *children: object, aside: object = None, class_: str = "") -> Safe:
    """A part of a section with a small heading."""
    heading = tag("h3", tag("span", title), tag("span", aside, class_="quiet") if aside else None, class_="block-title")
    return tag("div", heading, children, class_=f"block {class_}".strip())
