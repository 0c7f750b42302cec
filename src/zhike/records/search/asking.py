"""One person's question to one record type, in the words of either database.

Rights on fields, decided here and nowhere else:

* hidden column: finds nothing. Telephones, e-mail and identity numbers are classes of their own in the index and are left
  out; any other hidden column is dropped by testing each hit anew on what is left.
* masked telephone (the default without `unmask`): found by the whole number, its last eight or last four digits, never by
  a beginning, so that nobody feels their way along a number. The last four stand in the mask anyway.
* masked e-mail: found by the whole address, or by its domain, which the mask shows. Masked identity number: by the whole.
* any other masked column counts as hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zhike.kernel.actor import STRICTNESS, Actor, FieldRule
from zhike.kernel.screens import Screen, Sensitive
from zhike.records.search.keys import (
    BEGINNING,
    BEGINNINGS,
    EMAIL,
    IDENTITY,
    PHONE,
    WHOLE,
    closed,
    code_of,
    letter_of,
    visible_fields,
)  # fmt: skip
from zhike.records.search.tokens import HEARD, Term, document_tokens, name_beginning, query_tokens

SHORTEST_CLOSED = 4  # characters of a number or address below which its beginning is not sought
SHORTEST_NUMBER = (
    6  # serial numbers share their beginnings: shorter ones are sought whole (zeros at the front may be left out)
)
CLOSED = (PHONE, EMAIL, IDENTITY)

Any_ = tuple[Term, ...]  # one of them
All_ = tuple[Any_, ...]  # each of them
Clauses = tuple[tuple[All_, ...], ...]  # every clause holds by one of its alternatives


@dataclass(frozen=True, slots=True)
class Sight:
    """What one person may find a type's records by."""

    classes: dict[str, FieldRule]
    hidden: frozenset[str]

    @classmethod
    def of(cls, screen: Screen, actor: Actor) -> Sight:
        """From the rules for fields; the strictest rule of a class holds for all of it."""
        unmasked = actor.can(f"{screen.type}.unmask")
        rules: dict[str, FieldRule] = {}
        for column in screen.columns:
            if letter := letter_of(column):
                masked = column.sensitive is not Sensitive.NO and not unmasked
                own = (actor.rule(screen.type, column.name), FieldRule.MASKED if masked else FieldRule.OPEN)
                rules[letter] = max(rules.get(letter, FieldRule.OPEN), *own, key=STRICTNESS.index)
        for letter in CLOSED:
            rules.setdefault(letter, FieldRule.OPEN if unmasked else FieldRule.MASKED)
        lead = f"{screen.type}."
        unseen = (FieldRule.HIDDEN, FieldRule.MASKED)
        hidden = () if actor.superuser else (k.removeprefix(lead) for k, r in actor.fields.items() if r in unseen)
        open_ones = [n for n in hidden if (c := screen.column(n)) is None or not letter_of(c)]
        return cls(rules, frozenset(open_ones))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question ready for the index: clauses over stored tokens, strings to recheck, and the question as a name."""

    clauses: Clauses
    recheck: tuple[str, ...]
    name: str  # the question without spaces, to be compared with names
    hidden: frozenset[str]
    code: str

    def fts5(self) -> str:
        """The MATCH expression of SQLite's FTS5."""
        return _written(self.clauses, _quoted, " AND ", " OR ")

    def tsquery(self) -> str:
        """The text of a tsquery, to be cast, never parsed."""
        return _written(self.clauses, _lexeme, " & ", " | ")

    def index_form(self, vendor: str) -> str:
        """The question in the database's own words."""
        return self.tsquery() if vendor == "postgresql" else self.fts5()

    def names(self, vendor: str) -> list[str]:
        """Two questions more: names that are what was asked, and names that begin so, as they are written or as they sound."""
        if not self.name:
            return []
        whole = Term(closed(self.code, WHOLE, self.name), False)
        begins = (
            Term(whole.text, True)
            if len(self.name) > BEGINNINGS
            else Term(closed(self.code, BEGINNING, self.name), False)
        )
        on_postgresql = vendor == "postgresql"
        write, either = (_lexeme, " | ") if on_postgresql else (_quoted, " OR ")
        heard = [Term(self.code + HEARD + self.name, False)] if self.name.isascii() and self.name.isalpha() else []
        return [write(whole), either.join(map(write, [begins, *heard]))]

    def instr(self, column: str) -> tuple[str, list[str]]:
        """A condition on the stored text of tokens itself, for few rows known beforehand (SQLite)."""
        values: list[str] = []

        def term(item: Term) -> str:
            values.append(f" {item.text}" if item.prefix else f" {item.text} ")
            return f"instr({column}, %s) > 0"

        return _written(self.clauses, term, " AND ", " OR "), values

    def stands_in(self, text: str, tokens: Iterable[str]) -> bool:
        """Whether the visible columns alone answer: open tokens made anew from them, closed ones as they are stored."""
        seen = {self.code + token for token in document_tokens(visible_fields(text, self.hidden))}
        lead = f"{self.code}_"
        seen.update(token for token in tokens if token.startswith(lead))
        return all(any(all(any(_has(seen, t) for t in any_) for any_ in all_) for all_ in c) for c in self.clauses)


def _has(tokens: set[str], term: Term) -> bool:
    return any(token.startswith(term.text) for token in tokens) if term.prefix else term.text in tokens


def _quoted(term: Term) -> str:
    return f'"{term.text}"*' if term.prefix else f'"{term.text}"'


def _lexeme(term: Term) -> str:
    return f"'{term.text}':*" if term.prefix else f"'{term.text}'"


def _written(clauses: Clauses, term: Callable[[Term], str], every: str, either: str) -> str:
    def joined(parts: Iterable[str], word: str) -> str:
        texts = list(parts)
        return texts[0] if len(texts) == 1 else f"({word.join(texts)})"

    return joined(
        (
            joined((joined((joined(map(term, any_), either) for any_ in all_), every) for all_ in c), either)
            for c in clauses
        ),
        every,
    )


def hint_for(text: str) -> str:
    """Why a question is not asked at all; empty when it is."""
    asked = "".join(text.split())
    return _("Type one more letter or digit.") if len(asked) == 1 and asked < "\u2e80" else ""


def ask(screen: Screen, actor: Actor, text: str) -> Asked | None:
    """The question as it stands for one person and type; None when nothing can answer it."""
    query = query_tokens(text)
    if not query or hint_for(text):
        return None
    sight, code = Sight.of(screen, actor), code_of(screen.type)
    whole_address = "@" in text
    clauses = []
    for clause in query.clauses:
        alternatives = [_marked(code, alternative, sight, whole_address) for alternative in clause]
        kept = tuple(alternative for alternative in alternatives if all(alternative))
        if not kept:
            return None
        clauses.append(kept)
    return Asked(tuple(clauses), query.recheck, name_beginning(text), sight.hidden, code)


def _marked(code: str, alternative: tuple[Term, ...], sight: Sight, whole_address: bool) -> All_:
    return tuple(tuple(_places(code, term, sight, whole_address)) for term in alternative)


def _places(code: str, term: Term, sight: Sight, whole_address: bool) -> Iterable[Term]:
    """The stored tokens that may answer a term for this person: open ones, and closed ones as their rule allows."""
    if term.text.startswith("_"):
        if sight.classes[EMAIL] is not FieldRule.HIDDEN:
            yield _domain(code, term.text)
        return
    digits = any(character.isdigit() for character in term.text)
    prefix = term.prefix and (not digits or len(term.text) >= SHORTEST_NUMBER)
    yield Term(code + term.text, prefix)
    if not term.text.isascii():
        return
    long = len(term.text) >= SHORTEST_CLOSED
    for letter in CLOSED:
        rule = sight.classes[letter]
        if rule is FieldRule.HIDDEN or (letter == PHONE and not term.text.isdigit()):
            continue
        masked = rule is FieldRule.MASKED
        if masked and (not long or (letter == EMAIL and not whole_address)):
            continue
        yield Term(closed(code, letter, term.text), prefix and long and not masked)


def _domain(code: str, text: str) -> Term:
    """ "@qq.com" is that domain, "@qq" one of its words, "@huawei" the beginning of one: frequent ones are never ranges."""
    labels = text.strip("_").split("_")
    if len(labels) > 1:
        return Term(closed(code, EMAIL, text), False)
    short = len(labels[0]) < SHORTEST_NUMBER
    return Term(closed(code, EMAIL, labels[0] if short else text), not short)
