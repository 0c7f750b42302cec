"""Last: what was read, what was assumed, what was left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from zhike.value.page.frame import Column, Method, Section, block, table
from zhike.value.page.markup import Safe, fill, join, name, strong, tag
from zhike.value.page.trust import DOUBTS
from zhike.value.page.voice import Voice
from zhike.value.page.words import ROLES, of
from zhike.value.rules import REASONS

if TYPE_CHECKING:
    from zhike.methods.result import Note
    from zhike.value.study import FileRead, Study

SHOWN = ("encoding", "columns", "duplicates")


def reason(code: str, voice: Voice) -> str:
    """Why lines were left out, in the words of the rules."""
    return of(REASONS, code, voice.chinese)


def reading(study: Study, voice: Voice) -> Section:
    """Files, guesses, dropped lines with examples, duplicates, doubts about the whole."""
    out = study.lines_read - study.lines_kept
    lead = fill(
        voice.say(
            "读入 {n} 行，计入 {kept} 行（{share}），未计入 {out} 行，各有原因。",
            "{n} lines were read, {kept} count ({share}); {out} do not, each for a reason.",
        )
        if out
        else voice.say("读入 {n} 行，全部计入。", "{n} lines were read, and all of them count."),
        n=strong(voice.count(study.lines_read)),
        kept=strong(voice.count(study.lines_kept)),
        share=voice.share(study.lines_kept / study.lines_read if study.lines_read else 0.0),
        out=strong(voice.count(out)),
    )
    assumed = noted(study.warnings, voice)
    body = join(
        [
            block(voice.say("文件", "Files"), [file_read(file, voice) for file in study.files]),
            block(voice.say("没有计入的行", "Lines that do not count"), dropped(study, voice), class_="keep")
            if study.dropped
            else None,
            tag("p", duplicates(study, voice)),
            block(voice.say("还假定了什么", "What else was assumed"), assumed, class_="keep") if assumed else None,
        ]
    )
    return Section(
        "reading",
        voice.say("依据", "Basis"),
        voice.say("读了什么，假定了什么，去掉了什么？", "What was read, assumed and left out?"),
        lead,
        body,
        Method(
            voice.say(
                f"{voice.people(study.customers)}，{voice.count(study.invoices)} 张订单",
                f"{voice.people(study.customers)}, {voice.count(study.invoices)} orders",
            ),
            voice.span(study.period),
            voice.say(
                f"合计 {voice.exact(study.revenue)}。金额按十进制精确累加。计算用时 {voice.number(study.seconds, 1)}"
                f" 秒，内存 {voice.count(study.memory_mb)} MB。全部在本机完成，数据没有离开这台电脑。",
                f"Total {voice.exact(study.revenue)}, added exactly in decimals. It took {voice.number(study.seconds, 1)}"
                " s and "
                f"{voice.count(study.memory_mb)} MB, on this computer alone: nothing left it.",
            ),
            of(DOUBTS, "reading", voice.chinese),
        ),
    )


def noted(notes: Iterable[Note], voice: Voice) -> Safe | None:
    """What was guessed, but for what the section shows in its own way."""
    lines = [tag("li", voice.note(note)) for note in notes if note.code not in SHOWN]
    return tag("ul", lines, class_="plain") if lines else None


def file_read(file: FileRead, voice: Voice) -> Safe:
    """One file: how it was read, which column is what, what was guessed."""
    facts = [
        file.format,
        file.encoding,
        {
            ",": voice.say("逗号分隔", "commas"),
            " ": voice.say("空格分隔", "spaces"),
            "\t": voice.say("制表符分隔", "tabs"),
            ";": voice.say("分号分隔", "semicolons"),
        }.get(file.delimiter, file.delimiter),
    ]
    facts.append(voice.say(f"{voice.count(file.lines)} 行", f"{voice.count(file.lines)} lines"))
    pairs = [
        tag("li", of(ROLES, role, voice.chinese), voice.say("：", ": "), tag("b", name(header, 40)))
        for role, header in file.columns.items()
    ]
    return tag(
        "div",
        tag(
            "p",
            tag("b", name(file.path, 80)),
            " ",
            tag("span", " · ".join(fact for fact in facts if fact), class_="quiet"),
        ),
        tag("ul", pairs, class_="chips"),
        noted(file.statements, voice),
        class_="file",
    )


def dropped(study: Study, voice: Voice) -> Safe:
    """Reasons with counts, each with an example."""
    columns = (
        Column(voice.say("原因", "Reason")),
        Column(voice.say("行数", "Lines"), figure=True),
        Column(voice.say("例如", "For example"), spare=True),
    )
    rows = []
    for code, lines in sorted(study.dropped.items(), key=lambda item: (-item[1], item[0])):
        examples = study.dropped_examples.get(code, ())
        shown = [
            tag(
                "span",
                voice.say(f"第 {one.line} 行：", f"line {one.line}: "),
                tag("code", name(one.content, 90)),
                class_="example",
            )
            for one in examples[:2]
        ]
        rows.append((reason(code, voice), voice.count(lines), shown))
    return table(columns, rows, caption=voice.say("没有计入的行，按原因", "Lines that do not count, by reason"))


def duplicates(study: Study, voice: Voice) -> Safe:
    """Exact duplicates are told, and left unless asked."""
    if not study.duplicates:
        return join([voice.say("没有完全相同的行。", "No two lines are exactly the same.")])
    return fill(
        voice.say("{n} 行与另一行完全相同，已去掉。", "{n} lines were exact copies of others and were left out.")
        if study.duplicates_dropped
        else voice.say(
            "{n} 行与另一行完全相同，仍然计入；若是重复录入，请加 --drop-duplicates 再跑一次。",
            "{n} lines are exact copies of others and still count; if they were entered twice, run again "
            "with --drop-duplicates.",
        ),
        n=strong(voice.count(study.duplicates)),
    )
