"""When to call: how often people answer by weekday and hour, each person's own habit leaning on its segment's."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zhike.methods.intervals import wilson
from zhike.methods.result import MethodError, Note, Result

Floats = NDArray[np.float64]
DAYS_ZH = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
DAYS_EN = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
QUIET = frozenset({21, 22, 23, 0, 1, 2, 3, 4, 5, 6, 7})
_OWN = (0.25, 0.5, 0.25)  # an hour and its two neighbours


class Moment(NamedTuple):
    """An hour of the week (weekday 0 = Monday) and the smoothed share of attempts that are answered then."""

    weekday: int
    hour: int
    rate: float


@dataclass(frozen=True, kw_only=True)
class ContactTimes(Result):
    """`rates[segment]` (7, 24) smoothed answer rates; `attempts` and `answers` are the raw counts behind them."""

    base_rate: float
    rates: Mapping[Hashable, Floats]
    attempts: Mapping[Hashable, Floats]
    answers: Mapping[Hashable, Floats]
    own: Mapping[Hashable, tuple[Hashable, Floats, Floats]] = field(repr=False)
    """person → (segment, attempts, answers)."""

    def of(self, person: Hashable) -> Floats:
        """Rates of one person: (answers + k·segment) / (attempts + k) per cell, its neighbours counted in part."""
        if person not in self.own:
            raise MethodError("person_unknown", f"没有“{person}”的联系记录。", f"Nothing is known of {person!r}.")
        segment, tried, answered = self.own[person]
        k = self.parameters["person_weight"]
        found: Floats = (_spread(answered) + k * self.rates[segment]) / (_spread(tried) + k)
        return found

    def best(
        self, n: int = 3, *, person: Hashable | None = None, segment: Hashable = None, quiet: Iterable[int] = QUIET
    ) -> list[Moment]:
        """The n best hours outside the quiet ones, of a person, a segment, or (neither) of everybody."""
        rates = (self.of(person) if person is not None else self.rates[segment]).copy()
        rates[:, sorted(set(quiet))] = -1
        order = np.argsort(-rates, axis=None, kind="stable")[:n]
        return [Moment(int(c) // 24, int(c) % 24, float(rates.flat[c])) for c in order if rates.flat[c] >= 0]

    def interval(self, weekday: int, hour: int, segment: Hashable = None, level: float = 0.95) -> tuple[float, float]:
        """Wilson's interval of the raw rate in one cell; (0, 1) where nobody was ever tried."""
        tried = float(self.attempts[segment][weekday, hour])
        return wilson(float(self.answers[segment][weekday, hour]), tried, level) if tried else (0.0, 1.0)

    def findings(self) -> Iterable[Note]:
        for day, hour, rate in self.best(3):
            tried = int(self.attempts[None][day, hour])
            yield Note(
                "best_time",
                f"{DAYS_ZH[day]} {hour}–{hour + 1} 时约 {rate:.0%} 的联系有回应（平均 {self.base_rate:.0%}，该时段 {tried} 次）。",
                f"{DAYS_EN[day]} {hour}:00–{hour + 1}:00: about {rate:.0%} answer (usual {self.base_rate:.0%}; {tried} tries).",
            )


def contact_times(
    weekday: Any, hour: Any, answered: Any, *, person: Any = None, segment: Any = None,
    cell_weight: float = 20.0, person_weight: float = 10.0,
) -> ContactTimes:  # fmt: skip
    """Smoothed answer rates from past attempts, one entry each (n,): weekday 0–6 (Monday 0), hour 0–23 local, 0/1.

    rate(cell) = (a + m·prior) / (t + m), with a answers of t tries in the hour and, at half weight, its two neighbours;
    m = `cell_weight` tries. Prior of everybody: the product of its weekday's and hour's rates over the base rate; of a
    segment: everybody's rate of that cell. People lean on their segment with `person_weight` tries. Refused
    without any answer or any miss, and on impossible hours.

    >>> found = contact_times([0] * 80, [10] * 40 + [15] * 40, [1] * 30 + [0] * 10 + [1] * 10 + [0] * 30)
    >>> best = found.best(1)[0]
    >>> best.weekday, best.hour, round(best.rate, 3)
    (0, 10, 0.722)
    """
    cells, hit = _cells(weekday, hour), np.asarray(answered, dtype=float)
    if len(cells) != len(hit):
        raise MethodError("ragged", "各列长度不同。", "Columns differ in length.")
    if not 0 < hit.sum() < len(hit):
        raise MethodError(
            "one_outcome", "全部或没有一次有回应，无从比较。", "All or none answered: nothing to compare."
        )
    segments = np.asarray([None] * len(hit) if segment is None else segment, dtype=object)
    tried, got = _count(cells), _count(cells, hit)
    everybody = _smoothed(tried, got, _prior(tried, got), cell_weight)
    rates: dict[Hashable, Floats] = {None: everybody}
    attempts: dict[Hashable, Floats] = {None: tried}
    answers: dict[Hashable, Floats] = {None: got}
    for name in dict.fromkeys(segments.tolist()):
        mine = segments == name
        if name is not None:
            attempts[name], answers[name] = _count(cells[mine]), _count(cells[mine], hit[mine])
            rates[name] = _smoothed(attempts[name], answers[name], everybody, cell_weight)
    own = _people(person, segments, cells, hit) if person is not None else {}
    return ContactTimes(
        cases=len(hit),
        parameters={"cell_weight": cell_weight, "person_weight": person_weight},
        warnings=_doubts(tried),
        base_rate=float(hit.mean()),
        rates=rates,
        attempts=attempts,
        answers=answers,
        own=own,
    )


def _cells(weekday: Any, hour: Any) -> NDArray[np.int64]:
    days, hours = np.asarray(weekday, dtype=np.int64), np.asarray(hour, dtype=np.int64)
    if len(days) != len(hours) or not len(days):
        raise MethodError("ragged", "没有联系记录，或各列长度不同。", "No attempts, or columns of different length.")
    if days.min() < 0 or days.max() > 6 or hours.min() < 0 or hours.max() > 23:
        raise MethodError("hour_range", "星期须为 0–6、小时须为 0–23。", "Weekdays are 0–6, hours 0–23.")
    return days * 24 + hours


def _count(cells: NDArray[np.int64], weights: Floats | None = None) -> Floats:
    return np.bincount(cells, weights, 168).astype(float).reshape(7, 24)


def _spread(counts: Floats) -> Floats:
    """Each cell and half of the same day's hour before and after; midnight has one neighbour."""
    wide = np.pad(counts, ((0, 0), (1, 1)))
    found: Floats = 2 * (_OWN[0] * wide[:, :-2] + _OWN[1] * wide[:, 1:-1] + _OWN[2] * wide[:, 2:])
    return found


def _prior(tried: Floats, got: Floats) -> Floats:
    base = got.sum() / tried.sum()
    days = (got.sum(axis=1) + 20 * base) / (tried.sum(axis=1) + 20)
    hours = (_spread(got).sum(axis=0) + 20 * base) / (_spread(tried).sum(axis=0) + 20)
    found: Floats = np.clip(np.outer(days, hours) / base, 0.001, 0.999)
    return found


def _smoothed(tried: Floats, got: Floats, prior: Floats, weight: float) -> Floats:
    found: Floats = (_spread(got) + weight * prior) / (_spread(tried) + weight)
    return found


def _people(
    person: Any, segments: NDArray[Any], cells: NDArray[np.int64], hit: Floats
) -> dict[Hashable, tuple[Hashable, Floats, Floats]]:
    places: dict[Hashable, list[int]] = {}
    for place, one in enumerate(np.asarray(person, dtype=object).tolist()):
        places.setdefault(one, []).append(place)
    return {
        one: (segments[mine[-1]], _count(cells[mine]), _count(cells[mine], hit[mine])) for one, mine in places.items()
    }


def _doubts(tried: Floats) -> tuple[Note, ...]:
    if tried.sum() >= 500:
        return ()
    count = int(tried.sum())
    return (
        Note(
            "few_attempts",
            f"只有 {count} 次联系记录，时段差异多半是偶然。",
            f"Only {count} attempts: differences between hours are mostly chance.",
        ),
    )
