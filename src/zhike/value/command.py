"""`zhike value FILE…`: arguments, progress, summary. Exit code 0, or 2 when nothing useful remains."""

from __future__ import annotations

import argparse
import os
import sys
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zhike.methods.result import MethodError, is_chinese
from zhike.value.options import ENGINES, ROLES
from zhike.value.study import Study

STEPS = 8
WORDS: dict[str, tuple[str, str]] = {
    "about": ("从订单文件算出每位客户的价值", "what each customer is worth, from a file of orders"),
    "files": (
        "订单文件：CSV、TSV、gzip、XLSX、Parquet、SQLite，或 postgres://用户@主机/库?table=表",
        "order history: CSV, TSV, gzip, XLSX, Parquet, SQLite, or postgres://user@host/database?table=name",
    ),
    "column": ("该列的列名（默认按列名和内容判断）", "name of that column (by default told by name and content)"),
    "as_of": ("统计截止日 2024-12-31（默认为最后一天）", "last day counted, 2024-12-31 (default: the last there is)"),
    "period": ("比较的期间：year half quarter month，或 起..止", "periods to compare: year half quarter month, or FROM..TO"),
    "lang": ("报告语言 zh 或 en", "language of the report, zh or en"),
    "out": ("报告文件（默认 <文件名>-value.html）", "the report (default <name>-value.html)"),
    "json": ("另存指标为 JSON", "write the figures as JSON"),
    "tables": ("另存各表为 CSV 和 Parquet 到此文件夹", "write every table as CSV and Parquet into this folder"),
    "engine": ("计算引擎", "where to compute"),
    "table": ("工作表或数据库表名", "sheet or table of a workbook or database"),
    "title": ("报告标题", "title of the report"),
    "drop": ("删除完全重复的行", "leave out exact duplicate lines"),
    "currency": ("币种混杂时只算这一种", "count this currency only, where they are mixed"),
    "ask": ("列认不准时询问", "ask where a column is not certain"),
}  # fmt: skip


def terminal_language() -> str:
    """The language of the person at this terminal."""
    for name in ("ZHIKE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name, "").lower():
            return "zh" if value.startswith("zh") else "en"
    return "en"


def parser(lang: str) -> argparse.ArgumentParser:
    """The arguments in the terminal's language."""
    at = 0 if is_chinese(lang) else 1
    words = {name: pair[at] for name, pair in WORDS.items()}
    made = argparse.ArgumentParser(prog="zhike value", description=words["about"], allow_abbrev=False)
    made.add_argument("files", nargs="+", metavar="FILE", help=words["files"])
    for role in ROLES:
        made.add_argument(f"--{role}", metavar="COL", help=words["column"])
    made.add_argument("--as-of", metavar="DATE", help=words["as_of"])
    made.add_argument("--period", metavar="PERIOD", help=words["period"])
    made.add_argument("--lang", choices=("zh", "en"), default=lang, help=words["lang"])
    made.add_argument("--out", metavar="FILE", help=words["out"])
    made.add_argument("--json", metavar="FILE", help=words["json"])
    made.add_argument("--tables", metavar="DIR", help=words["tables"])
    made.add_argument("--engine", choices=ENGINES, default="duckdb", help=words["engine"])
    made.add_argument("--table", metavar="NAME", help=words["table"])
    made.add_argument("--title", help=words["title"])
    made.add_argument("--drop-duplicates", action="store_true", help=words["drop"])
    made.add_argument("--keep-currency", metavar="CODE", help=words["currency"])
    made.add_argument("--ask", action="store_true", help=words["ask"])
    return made


UNOPENED: dict[type[OSError], str] = {
    FileNotFoundError: "没有这个文件或文件夹",
    PermissionError: "没有权限",
    FileExistsError: "已有同名文件，不能作为文件夹",
    IsADirectoryError: "这是文件夹，不是文件",
    NotADirectoryError: "路径中有一段不是文件夹",
}


class Progress:
    """A bar on standard error, on a terminal only."""

    def __init__(self, lang: str) -> None:
        self.chinese, self.step, self.shown = is_chinese(lang), 0, sys.stderr.isatty()
        self.began = time.monotonic()

    def __call__(self, zh: str, en: str) -> None:
        self.step = min(self.step + 1, STEPS)
        if self.shown:
            full = "█" * (self.step * 3) + "░" * ((STEPS - self.step) * 3)
            spent = time.monotonic() - self.began
            print(f"\r\x1b[K{full} {zh if self.chinese else en}  {spent:.0f} s", end="", file=sys.stderr, flush=True)

    def done(self) -> None:
        """Clear the line."""
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> int:
    """Read, compute, write, sum up."""
    lang = terminal_language()
    try:
        asked = parser(lang).parse_args(list(arguments))
    except SystemExit as left:
        return int(left.code or 0)
    progress = Progress(lang)
    try:
        study = run(asked, progress)
    except MethodError as refused:
        progress.done()
        print(refused.say(lang), file=sys.stderr)
        return 2
    except OSError as error:
        progress.done()
        print(f"{error.filename or ''}: {unopened(error, lang)}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, MemoryError) as stopped:
        progress.done()
        word = (
            {"zh": "已取消。", "en": "Cancelled."}
            if isinstance(stopped, KeyboardInterrupt)
            else {"zh": "内存不足。", "en": "Out of memory."}
        )
        print(word[lang], file=sys.stderr)
        return 2
    progress.done()
    print(summary(study, lang))
    for kind in ("out", "json", "tables"):
        if path := getattr(asked, kind):
            print(f"  → {path}")
    return 0


def run(asked: argparse.Namespace, progress: Progress) -> Study:
    """The report as the arguments ask for it."""
    from zhike.value import report

    if asked.out is None and asked.json is None and asked.tables is None:
        asked.out = f"{stem_of(asked.files[0])}-value.html"
    columns: dict[str, Any] = {role: getattr(asked, role) for role in ROLES if getattr(asked, role)}
    if asked.ask and sys.stdin.isatty():
        from zhike.value.asking import ask

        columns = ask(asked.files, columns, asked.table, asked.lang)
    return report(
        asked.files, out=asked.out, json=asked.json, tables=asked.tables, as_of=asked.as_of, period=asked.period,
        lang=asked.lang, title=asked.title, table=asked.table, keep_currency=asked.keep_currency,
        drop_duplicates=asked.drop_duplicates, engine=asked.engine, tick=progress, **columns,
    )  # fmt: skip


def unopened(error: OSError, lang: str) -> str:
    """Why the system refused a file, in the reader's language where it is an everyday reason."""
    if is_chinese(lang) and (zh := next((words for kind, words in UNOPENED.items() if isinstance(error, kind)), None)):
        return zh
    return error.strerror or str(error)


def stem_of(given: str) -> str:
    """A name for the report; an address gives none, since it may hold a password."""
    return "orders" if "://" in given else Path(given).name.split(".")[0] or "orders"


def summary(study: Study, lang: str) -> str:
    """The study in a dozen lines."""
    zh, money = is_chinese(lang), study.measure == "money"
    total = f"{study.revenue:,.2f} {study.currency}".strip() if money else f"{study.revenue.normalize():,f}"
    rows = [
        ("读入 / 计入的行" if zh else "lines read / counted", f"{study.lines_read:,} / {study.lines_kept:,}"),
        ("客户" if zh else "customers", f"{study.customers:,}"),
        ("订单" if zh else "orders", f"{study.invoices:,}"),
        (("金额" if money else "件数（文件没有金额）") if zh else "revenue" if money else "units (no amounts)", total),
        ("期间" if zh else "period", f"{study.period[0]} – {study.period[1]}"),
    ]
    if not isinstance(study.concentration, MethodError):
        for part, share in study.concentration.shares.items():
            if study.customers * part < 1:  # the share of nobody
                continue
            name = f"前 {part:.0%} 客户" if zh else f"first {part:.0%} of customers"
            rows.append((name, f"{share:.2%}"))
    if not isinstance(study.thinning, MethodError):
        at_stake = f"{study.thinning.customers:,} · {study.thinning.at_stake:,.{2 if money else 0}f}"
        rows.append(("正在变稀的客户 · 末次购买前一年" if zh else "thinning out · bought in their last year", at_stake))
    from zhike.value.rules import REASONS, from_line

    for code, count in study.dropped.items():
        first = study.dropped_examples[code][0]
        where = from_line(first.file if len(study.files) > 1 else "", first.line)
        rows.append((("未计入：" if zh else "left out: ") + REASONS[code][not zh], f"{count:,}{where[not zh]}"))
    if study.duplicates:
        rows.append(("完全重复的行" if zh else "exact duplicate lines", f"{study.duplicates:,}"))
    rows.append(("用时 / 内存" if zh else "time / memory", f"{study.seconds:.1f} s / {study.memory_mb:,.0f} MB"))
    widest = max(width(name) for name, _ in rows)
    lines = [f"  {name}{' ' * (widest - width(name))}  {value}" for name, value in rows]
    return "\n".join(lines + [f"  ! {note.zh if zh else note.en}" for note in study.grave])


def width(text: str) -> int:
    """Columns on a terminal: Chinese takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
