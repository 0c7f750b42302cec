"""Prepared tokens: what a record is found by, and what a person's search asks for. The same on both databases.

* Chinese: all pairs of neighbouring characters of the simplified form, and the last character of each run; one
  character is sought as the beginning of a pair, three or more are rechecked in the folded text.
* Names by ear: pinyin joined from every syllable on ("hangzhoulvye", "zhoulvye", "lvye", …) and initials likewise; the first
  one to three syllables apart ("_hhang", "_hhangzhou", …), so that what is typed first is one posting list.
* Numbers of telephones whole, last eight, last four; e-mail by local part and by domain ("_qq_com", sought as "@qq").

A token holds letters, digits, "_" and characters of other scripts, nothing else, so it can be no operator of any query
language. SQLite must be told `FTS5_TOKENIZE`; PostgreSQL stores them by `array_to_tsvector`, never through a parser.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from zhike.kernel.folding import HAN, fold
from zhike.kernel.pinyin import spoken
from zhike.records.search.syllables import mixed_parts

FTS5_TOKENIZE: Final = "ascii tokenchars '_'"
LONGEST_QUERY: Final = 100
LONGEST_FIELD: Final = 2000
_MOST_CLAUSES: Final = 10
_EAR: Final = 20  # characters of joined pinyin kept; what is typed beyond is not looked at
_INITIALS: Final = 10
_LONGEST_TOKEN: Final = 40
_BEGINNING: Final = 16
HEARD: Final = "_h"
_FIRST_SYLLABLES: Final = 3

_PAIRED: Final = f"{HAN}\u3041-\u3096\u30a1-\u30fa\u30fc\uac00-\ud7a3"  # Chinese, kana, hangul: no spaces between words
_PICTURES: Final = "\u2190-\u2bff\U0001f000-\U0001faff"
_PIECE: Final = re.compile(f"([{_PAIRED}]+)|([^\\W_{_PAIRED}]+)|([{_PICTURES}])")
_LEGAL_FORM: Final = re.compile("(?:股份)?有限(?:责任)?公司$")
_ALNUM_PARTS: Final = re.compile("[0-9]+|[^0-9]+")
_NOT_TOKEN: Final = re.compile(r"[\W_]+")
_EXTENSION: Final = re.compile("[^0-9+() .-]")
_PHONE_QUERY: Final = re.compile(r"(\+?[0-9(][0-9() .-]{3,30}?)(?: ?(?:转|ext\.?|x|#) ?[0-9]{1,6})?")
_NOT_DIGIT: Final = re.compile("[^0-9]+")
_ADDRESS_QUERY: Final = re.compile(r"([^\s@]*)@([^\s@]*)")


@lru_cache(maxsize=1024)
def plain(text: str) -> str:
    """Folded, without accents, ü as v: the text in which tokens are made and long queries are rechecked."""
    text = fold(text)
    if text.isascii():
        return text
    bare = unicodedata.normalize("NFD", text.replace("ü", "v"))
    if len(bare) == len(text):
        return text.replace("ü", "v")
    return unicodedata.normalize("NFC", "".join(c for c in bare if not unicodedata.combining(c)))


def document_tokens(fields: Mapping[str, Sequence[str]]) -> list[str]:
    """What a record is found by. Keys: `name` (by ear too), `text`, `phone`, `email`, `number`; others are text."""
    tokens: dict[str, None] = {}
    for kind, values in fields.items():
        make = _MAKERS.get(kind, _text_tokens)
        for value in values:
            if value:
                tokens.update(dict.fromkeys(make(value[:LONGEST_FIELD])))
    tokens.pop("", None)
    return list(tokens)


def document_text(fields: Mapping[str, Sequence[str]]) -> str:
    """The folded names and texts of a record, in which `Query.recheck` is sought."""
    kept = (value for kind, values in fields.items() if kind in {"name", "text"} for value in values if value)
    return "\n".join(plain(value[:LONGEST_FIELD]) for value in kept)


def name_beginning(name: str) -> str:
    """The beginning of a name without spaces and signs, as it is compared with what somebody types first."""
    return _NOT_TOKEN.sub("", plain(name[:LONGEST_QUERY]))[:_BEGINNING]


def _pairs(run: str) -> list[str]:
    pairs = [run[index : index + 2] for index in range(len(run) - 1)]
    pairs.append(run[-1])
    return pairs


def _text_tokens(value: str) -> list[str]:
    tokens: list[str] = []
    for run, word, picture in _PIECE.findall(plain(value)):
        if run:
            tokens += _pairs(run)
        else:
            tokens.append((word or picture)[:_LONGEST_TOKEN])
    return tokens


def _name_tokens(value: str) -> list[str]:
    folded = plain(value)
    tokens = [token for run, _word, picture in _PIECE.findall(folded) for token in (_pairs(run) if run else [picture])]
    form = _LEGAL_FORM.search(folded)
    unheard = len(form[0]) if form else 0  # nobody looks for "youxiangongsi"
    for units in spoken(folded):
        heard = len(units) - unheard
        syllables = [unit if han else unit[:_LONGEST_TOKEN] for han, unit in units[:40]]
        short = [unit[0] if han else unit[:_LONGEST_TOKEN] for han, unit in units[:40]]
        tokens += _tails(syllables, _EAR, heard)
        if units and units[0][0]:
            tokens += [HEARD + "".join(syllables[:size]) for size in range(1, min(len(units), _FIRST_SYLLABLES) + 1)]
        tokens += [tail for tail in _tails(short, _INITIALS, heard) if len(tail) > 1]
    return tokens


def _tails(units: list[str], limit: int, most: int) -> list[str]:
    """The units joined from each of the first on: ["lv", "ye"] → ["lvye", "ye"]."""
    joined, start, tails = "".join(units), 0, []
    for unit in units[:most] if most > 0 else units:
        tails.append(joined[start : start + limit])
        start += len(unit)
    return tails


def _phone_tokens(value: str) -> list[str]:
    digits = _NOT_DIGIT.sub("", _EXTENSION.split(unicodedata.normalize("NFKC", value), maxsplit=1)[0])[:20]
    if len(digits) < 3:
        return [digits] if digits else []
    national = _national(digits)
    tokens = [digits, national, national[-8:], national[-4:]]
    if national != digits and not national.startswith(("1", "400", "800", "95", "96")):
        tokens.append("0" + national)
    elif national == digits and digits.startswith("0"):
        tokens.append(digits[1:])
    return tokens


def _national(digits: str) -> str:
    """Without China's country code."""
    for lead in ("0086", "86"):
        if digits.startswith(lead) and len(digits) - len(lead) in range(9, 13):
            return digits[len(lead) :]
    return digits


def _email_tokens(value: str) -> list[str]:
    local, _at, domain = plain(value).strip().rpartition("@")
    labels = _words(domain)
    return [_joined(local), *_words(local), _of_domain(labels), *labels[:-1]]


def _words(text: str) -> list[str]:
    return [word[:_LONGEST_TOKEN] for word in _NOT_TOKEN.split(text) if word]


def _joined(text: str) -> str:
    return "_".join(_words(text))[:_LONGEST_TOKEN]


def _of_domain(labels: list[str]) -> str:
    return ("_" + "_".join(labels))[:_LONGEST_TOKEN] if labels else ""


def _number_tokens(value: str) -> list[str]:
    words = _words(plain(value))
    tokens = [*words, "".join(words)[:_LONGEST_TOKEN]]
    for word in words:
        parts = _ALNUM_PARTS.findall(word)
        tokens += parts if len(parts) > 1 else []
        tokens += [part.lstrip("0") for part in parts if part[0] == "0" and part.strip("0")]
    return tokens


_MAKERS: Final = {
    "name": _name_tokens,
    "phone": _phone_tokens,
    "email": _email_tokens,
    "number": _number_tokens,
}


class Term(NamedTuple):
    """A token, or the beginning of one."""

    text: str
    prefix: bool


Alternative = tuple[Term, ...]  # all of them
Clause = tuple[Alternative, ...]  # any of them


class Query(NamedTuple):
    """All clauses must hold; a clause holds when one of its alternatives does; an alternative, when all its terms do.

    `recheck` lists strings that `document_text` must contain: pairs alone do not know their order.
    """

    clauses: tuple[Clause, ...]
    recheck: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.clauses)

    def fts5(self) -> str:
        """The MATCH expression of SQLite's FTS5."""
        return self._written('"{}"', '"{}"*', " AND ", " OR ")

    def tsquery(self) -> str:
        """The text of a PostgreSQL tsquery, to be cast without a parser (`%s::tsquery`)."""
        return self._written("'{}'", "'{}':*", " & ", " | ")

    def _written(self, exact: str, prefix: str, every: str, either: str) -> str:
        def term(item: Term) -> str:
            return (prefix if item.prefix else exact).format(item.text)

        def alternative(items: Alternative) -> str:
            return term(items[0]) if len(items) == 1 else f"({every.join(map(term, items))})"

        def clause(items: Clause) -> str:
            return alternative(items[0]) if len(items) == 1 else f"({either.join(map(alternative, items))})"

        return every.join(map(clause, self.clauses))


def query_tokens(text: str) -> Query:
    """What a person's search asks for; an empty query when it names nothing."""
    asked = plain(text[:LONGEST_QUERY]).strip()
    if digits := _as_phone(asked):
        return Query((_phone_clause(digits, asked),), ())
    clauses: list[Clause] = []
    recheck: list[str] = []
    rest = asked
    if found := _ADDRESS_QUERY.search(asked):
        rest = asked[: found.start()] + " " + asked[found.end() :]
        clauses += _address_clauses(*found.groups())
    for run, word, picture in _PIECE.findall(rest):
        if run:
            clauses.append((_run_terms(run),))
            recheck += [run] if len(run) > 2 else []
        else:
            clauses.append(_word_clause(word) if word else ((Term(picture, False),),))
    return Query(tuple(dict.fromkeys(clauses))[:_MOST_CLAUSES], tuple(recheck))


def _run_terms(run: str) -> Alternative:
    if len(run) == 1:
        return (Term(run, True),)
    return tuple(Term(pair, False) for pair in dict.fromkeys(_pairs(run)[:-1]))


def _word_clause(word: str) -> Clause:
    clause: list[Alternative] = [(Term(word[:_EAR], True),)]
    if len(word) <= _EAR and word.isascii() and word.isalpha() and (parts := mixed_parts(word)):
        clause.append(tuple(Term(part, True) for part in parts))
    elif len(word) > _INITIALS:
        clause.append((Term(word[:_INITIALS], False),))
    return tuple(clause)


def _as_phone(asked: str) -> str:
    found = _PHONE_QUERY.fullmatch(asked)
    digits = _NOT_DIGIT.sub("", found[1]) if found else ""
    return _national(digits) if len(digits) > 4 else ""


def _phone_clause(digits: str, asked: str) -> Clause:
    together: Clause = ((Term(digits[:20], True),),)
    parts = _NOT_DIGIT.split(asked)
    if len(parts) == 1 or not all(parts):
        return together
    return (*together, tuple(Term(part, True) for part in parts))


def _address_clauses(local: str, domain: str) -> Iterator[Clause]:
    if name := _joined(local):
        yield ((Term(name, not domain),),)
    if place := _of_domain(_words(domain)):
        yield ((Term(place, True),),)
