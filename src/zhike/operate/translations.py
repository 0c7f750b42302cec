"""Catalogues: msgids from the code, Chinese from `locale/terms/*.tsv`, traditional Chinese by OpenCC.

A terms file has a line per msgid: English, tab, simplified Chinese, and for a msgid with a context a third column.
`locale/zh_Hant.tsv` overrides what OpenCC would write text by text, `locale/zh_Hant_words.tsv` word by word.
Catalogues (.po) are committed, compiled ones (.mo) are not.
"""

import ast
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent
LANGUAGES = ("zh_Hans", "zh_Hant")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "_now": None,
    "_lazy": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
LITERAL = r"""u?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
TEMPLATE_CALL = re.compile(rf"\b(_|n?p?gettext)\({LITERAL}(?:,\s*{LITERAL})?(?:,\s*{LITERAL})?")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")
# A catalogue's dates would change with every run and say nothing.
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)


class Message(NamedTuple):
    """One text as the code asks for it."""

    singular: str
    plural: str = ""
    context: str = ""


class Term(NamedTuple):
    """One line of a terms file: text of (msgid, context)."""

    chinese: str
    file: str


Terms = dict[tuple[str, str], Term]
Messages = dict[Message, set[str]]


def source_files(root: Path, ending: str) -> Iterator[Path]:
    """Files that speak to people: tests and catalogues do not."""
    for path in sorted(root.rglob(f"*{ending}")):
        if not {"tests", "migrations", "locale"} & set(path.relative_to(root).parts):
            yield path


def messages_in_python(path: Path) -> Iterator[Message]:
    """Every gettext call with literal arguments."""
    source = io.BytesIO(path.read_bytes())
    for _line, found, _comments, context in extract("python", source, keywords=KEYWORDS):
        texts = (found,) if isinstance(found, str) else tuple(found)
        if texts and texts[0]:
            yield Message(texts[0], texts[1] if len(texts) > 1 else "", context or "")


def messages_in_template(path: Path) -> Iterator[Message]:
    """Every translate and blocktranslate tag and `_("…")` in a tag, through Django's own template-to-gettext step."""
    from django.utils.translation.template import templatize

    for call in TEMPLATE_CALL.finditer(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
        function, *literals = call.groups()
        texts = [ast.literal_eval(literal) for literal in literals if literal]
        context = texts.pop(0) if function in ("pgettext", "npgettext") else ""
        yield Message(texts[0], texts[1] if len(texts) > 1 else "", context)


def collect(root: Path = PACKAGE) -> Messages:
    """All messages of the product and the files that use each."""
    messages: Messages = {}
    for ending, reader in (
        (".py", messages_in_python),
        (".html", messages_in_template),
        (".txt", messages_in_template),
    ):
        for path in source_files(root, ending):
            if ending == ".txt" and "templates" not in path.parts:
                continue
            for message in reader(path):
                messages.setdefault(message, set()).add(path.relative_to(root).as_posix())
    return messages


def read_lines(path: Path) -> Iterator[list[str]]:
    """The columns of a terms file."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        columns = [column.replace("\\n", "\n") for column in line.split("\t")]
        if len(columns) not in (2, 3) or not all(columns[:2]):
            raise ValueError(f"{path.name}, line {number}: expected English, tab, Chinese; found {line[:60]!r}")
        yield columns


def read_terms(root: Path = PACKAGE) -> tuple[Terms, list[str]]:
    """Every term, and what speaks against the files."""
    terms: Terms = {}
    problems: list[str] = []
    for path in sorted((root / "locale" / "terms").glob("*.tsv")):
        for english, chinese, *context in read_lines(path):
            key = (english, context[0] if context else "")
            before = terms.setdefault(key, Term(chinese, path.name))
            if before.chinese != chinese:
                problems.append(
                    f"two translations of {english!r}: {before.chinese} ({before.file}), {chinese} ({path.name}); "
                    "agree on one or give one a context"
                )
    return terms, problems


def term_of(message: Message, terms: Terms) -> str:
    """The Chinese of a message; a plural may be listed under either of its English forms."""
    for english in (message.singular, message.plural, message.singular.replace("%%", "%")):
        if english and (term := terms.get((english, message.context))):
            return term.chinese
    return ""


def traditional(root: Path = PACKAGE) -> "dict[str, str]":
    """What a person wrote instead of OpenCC's words."""
    path = root / "locale" / "zh_Hant.tsv"
    return {columns[0]: columns[1] for columns in read_lines(path)} if path.exists() else {}


def traditional_words(root: Path = PACKAGE) -> list[tuple[str, str]]:
    """OpenCC's words that Taiwan's offices do not use here, and theirs."""
    path = root / "locale" / "zh_Hant_words.tsv"
    return [(columns[0], columns[1]) for columns in read_lines(path)] if path.exists() else []


def in_traditional(text: str, convert: Callable[[str], str], words: Iterable[tuple[str, str]]) -> str:
    """A text by OpenCC, then with our own words."""
    text = convert(text)
    for theirs, ours in words:
        text = text.replace(theirs, ours)
    return text


def build(language: str, messages: Messages, terms: Terms, root: Path = PACKAGE) -> bytes:
    """The catalogue of one language, in a stable order."""
    from opencc import OpenCC

    convert, overrides, words = OpenCC("s2twp").convert, traditional(root), traditional_words(root)
    catalog = Catalog(locale=language, project="Zhike", version="", creation_date=NO_DATE, revision_date=NO_DATE)
    catalog.header_comment = f"# {language}: written by `zhike translations --write` from locale/terms; edit those."
    catalog.fuzzy = False
    for message in sorted(messages):
        text = term_of(message, terms)
        if language == "zh_Hant" and text:
            text = overrides.get(message.singular) or in_traditional(text, convert, words)
        catalog.add(
            (message.singular, message.plural) if message.plural else message.singular,
            (text,) if message.plural else text,
            locations=[(file, 0) for file in sorted(messages[message])],
            context=message.context or None,
        )
    out = io.BytesIO()
    write_po(out, catalog, width=0, include_lineno=False)
    return out.getvalue()


def catalogue_path(language: str, root: Path = PACKAGE) -> Path:
    """Where Django looks for it."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def problems_of(messages: Messages, terms: Terms) -> Iterator[str]:
    """Missing, stale and damaged translations."""
    asked = {(text, message.context) for message in messages for text in (message.singular, message.plural) if text}
    asked |= {(text.replace("%%", "%"), context) for text, context in asked}
    for message, files in sorted(messages.items()):
        text = term_of(message, terms)
        if not text:
            yield f"no Chinese for {message.singular!r} ({min(files)})"
        elif placeholders(text) not in [placeholders(form) for form in (message.singular, message.plural) if form]:
            yield f"placeholders of {message.singular!r} differ: {text!r} ({min(files)})"
    for (english, context), term in sorted(terms.items()):
        if (english, context) not in asked:
            yield f"nothing uses {english!r} any more ({term.file})"


def placeholders(text: str) -> list[str]:
    """What will be filled in, in a comparable order."""
    return sorted(found.group() for found in PLACEHOLDER.finditer(text.replace("%%", "")))


def check(root: Path = PACKAGE) -> list[str]:
    """Everything that is wrong with the catalogues; empty when all is well."""
    messages, (terms, problems) = collect(root), read_terms(root)
    problems += problems_of(messages, terms)
    for language in LANGUAGES:
        path = catalogue_path(language, root)
        if not path.exists() or path.read_bytes() != build(language, messages, terms, root):
            problems.append(f"{path.relative_to(root)} is stale: run `zhike translations --write`")
    return problems


def write(root: Path = PACKAGE) -> None:
    """Both catalogues anew."""
    messages, (terms, _problems) = collect(root), read_terms(root)
    for language in LANGUAGES:
        path = catalogue_path(language, root)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(build(language, messages, terms, root))


def compile_catalogues(root: Path = PACKAGE) -> None:
    """Catalogues as the running product reads them."""
    for language in LANGUAGES:
        path = catalogue_path(language, root)
        if path.exists():
            with path.open("rb") as source:
                catalog = read_po(source, locale=language, domain="django")
            with path.with_suffix(".mo").open("wb") as target:
                write_mo(target, catalog)


def report(problems: Iterable[str]) -> int:
    """Problems to the reader; their number decides the exit code."""
    found = list(problems)
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"{len(found)} problem(s) in the catalogues" if found else "catalogues are complete and current")
    return 1 if found else 0


def main(arguments: list[str]) -> int:
    """`zhike translations --check | --write | --compile`."""
    if arguments == ["--check"]:
        return report(check())
    if arguments == ["--write"]:
        write()
        compile_catalogues()
        return report(check())
    if arguments == ["--compile"]:
        compile_catalogues()
        return 0
    print(main.__doc__, file=sys.stderr)
    return 2
