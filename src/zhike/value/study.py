"""What a report is made of: all that was read, assumed and dropped, and every method's answer or its refusal.

A part that could not be computed is a `MethodError` in its place, which says why. Results keep their DuckDB alive, so
`study.thinning.list(50)` or `study.pyramid.table.head(20, …)` may be asked as long as the study lives. Customers are
texts; `study.called(customer)` is how a person would call them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from zhike.methods.result import MethodError, Note

if TYPE_CHECKING:
    from zhike.methods.clv import Choice, LifetimeValue
    from zhike.methods.cohorts import CohortsResult
    from zhike.methods.credit.ageing import Ageing
    from zhike.methods.engine import DuckDBEngine, Relation
    from zhike.methods.forecast import Forecast
    from zhike.methods.later_orders import RulesTest
    from zhike.methods.lifecycle import LifecycleResult, PatternsResult, ThinningResult
    from zhike.methods.rules import AssociationRules
    from zhike.methods.value import AbcResult, ConcentrationResult, MigrationResult, PyramidResult, RfmResult

Period = tuple[date, date]
GRAVE = ("date_mixed", "date_ambiguous", "days_to_come", "gap_in_history")


@dataclass(frozen=True, kw_only=True)
class FileRead:
    """One file (or table) as it was understood; `columns` are role → header, `statements` what was guessed."""

    path: str
    """Its name without folders."""
    format: str
    """csv, xlsx, parquet, sqlite, postgres."""
    encoding: str = ""
    delimiter: str = ""
    lines: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    statements: tuple[Note, ...] = ()


class Dropped(NamedTuple):
    """One line that is not counted: where it stands, why, and what it said."""

    file: str
    line: int
    reason: str
    content: str


class Month(NamedTuple):
    """One calendar month; months without orders are listed with zeros."""

    first: date
    revenue: Decimal
    orders: int
    customers: int


class Mover(NamedTuple):
    """A customer whose money changed between the two last periods; levels as in the pyramid, "new" and "inactive"."""

    customer: str
    level_then: str
    level_now: str
    then: Decimal
    now: Decimal

    @property
    def change(self) -> Decimal:
        """Money gained, or lost."""
        return self.now - self.then


class Bridge(NamedTuple):
    """Revenue from the period before to the last one: then + new + returned + grown + shrunk + lost = now."""

    then: Decimal
    new: Decimal
    """First bought in the last period."""
    returned: Decimal
    """Bought long ago, not in the period before, and again now."""
    grown: Decimal
    shrunk: Decimal
    """Zero or below."""
    lost: Decimal
    """Zero or below: bought before, not in the last period."""
    now: Decimal
    customers: Mapping[str, int]
    """How many of each: then, new, returned, grown, shrunk, lost, now."""


class WinBack(NamedTuple):
    """A lost customer worth a call: what the last year with us brought."""

    customer: str
    pattern: str
    last_day: date
    idle: int
    orders: int
    value: Decimal


class Worth(NamedTuple):
    """What one customer is expected to bring: purchases and money of the next twelve months, chance of being alive."""

    customer: str
    purchases: float
    alive: float
    value: float
    low: float
    """Between these bounds lies what is expected of it; nan where they were not drawn."""
    high: float


@dataclass(frozen=True, kw_only=True)
class Lifetime:
    """Lifetime value with the check that it had to pass on a later period."""

    choice: Choice
    """`.trials` of all models and `.naive`; `.model` is None where no model beat the naive forecast."""
    split: date
    """Models learned until this day and were judged by what came after it."""
    model: str
    """The best model, fitted again on all history: "BG/NBD" …; to be doubted where `choice.model` is None."""
    params: Mapping[str, float]
    """As learned until `split`: what was judged."""
    params_now: Mapping[str, float]
    """Learned again on all history: what the values rest on."""
    value: LifetimeValue | MethodError
    """Money of the next twelve months with its bounds, `groups` by level of the pyramid; its `error` is that of the later
    period in money. A refusal where no model is believed or spend cannot be modelled."""
    everyone: Mapping[str, Any] = field(repr=False)
    """Columns of `Worth`, the most valuable first; without rows where value is a refusal."""
    mean_alive: float
    expected_purchases: float
    """Purchases of the next twelve months, all customers together."""
    warnings: tuple[Note, ...] = ()

    def best(self, most: int = 100) -> tuple[Worth, ...]:
        """The most valuable customers."""
        return tuple(Worth(*row) for row in zip(*(self.everyone[name][:most] for name in Worth._fields), strict=True))


class Ranked(NamedTuple):
    """A customer by several measures at once: its place, points 0–100, and each measure (sales, orders, cycle, …)."""

    customer: str
    place: int
    points: float
    measures: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Customers by sales, orders, breadth and purchase cycle at once; the first fifth gets a policy of its own."""

    customers: int
    many: int
    """How many of the first ⌈20 %⌉ are still buying; `key` lists the first thousand of them."""
    many_gone: int
    """How many of the first ⌈20 %⌉ have left: win them back; `gone` lists the first thousand."""
    key: tuple[Ranked, ...]
    gone: tuple[Ranked, ...]
    measures: tuple[str, ...]
    everyone: Mapping[str, Any] = field(repr=False)
    """Columns by place: customer, place, points, gone, and each measure."""


class Debtor(NamedTuple):
    """Who has not paid what was due."""

    customer: str
    money: Decimal
    oldest: int
    """Days past due of the oldest line."""
    late: float
    """Days late of all that was ever due, each line weighing by its money."""


@dataclass(frozen=True, kw_only=True)
class Owed:
    """Money that is not paid yet."""

    ageing: Ageing
    customers: int
    """How many owe what is past due; `first` lists those who owe most."""
    first: tuple[Debtor, ...]
    table: Relation
    """Every customer to whom something was ever due: overdue (days, on average), owed, oldest."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """Everything a report says."""

    title: str
    files: tuple[FileRead, ...]
    as_of: date
    period: Period
    """All days that count; ABC, pyramid and concentration are of it."""
    current: Period | None
    previous: Period | None
    """The last two periods of equal length, for migration, bridge and movers; None where history is too short."""
    currency: str
    """As in the file ("CNY", "£"), or empty."""
    measure: str
    """Either "money", or "quantity" where the files have no amounts."""
    lines_read: int
    lines_kept: int
    dropped: Mapping[str, int]
    """Reason code → lines; the words are `rules.REASONS[code]`."""
    dropped_examples: Mapping[str, tuple[Dropped, ...]]
    duplicates: int
    duplicates_dropped: bool
    customers: int
    invoices: int
    revenue: Decimal
    names: Mapping[str, str]
    products: Mapping[str, str]
    """Product → description, where the files have one."""
    undone: Mapping[str, Decimal] = field(default_factory=dict)
    """Customers of whom at least half of the money was cancelled or returned, with that money; in no list of movers or lost."""
    abc: AbcResult | MethodError
    pyramid: PyramidResult | MethodError
    pyramid_now: PyramidResult | MethodError
    """Of `current`."""
    pyramid_before: PyramidResult | MethodError
    """Of `previous`."""
    migration: MigrationResult | MethodError
    bridge: Bridge | MethodError
    movers_up: tuple[Mover, ...]
    movers_down: tuple[Mover, ...]
    concentration: ConcentrationResult | MethodError
    rfm: RfmResult | MethodError
    lifecycle: LifecycleResult | MethodError
    stage_moves: MigrationResult | MethodError
    """From stage to stage of the life cycle, between the ends of `previous` and of the whole."""
    patterns: PatternsResult | MethodError
    thinning: ThinningResult | MethodError
    win_back: tuple[WinBack, ...]
    cohorts: CohortsResult | MethodError
    clv: Lifetime | MethodError
    rules: AssociationRules | MethodError
    """On products; items are product ids, their names in `products`. Refused where they failed on later orders."""
    rules_test: RulesTest | MethodError
    """How rules learned before the last quarter of history did in it, beside the best seller."""
    forecast: Forecast | MethodError
    """Of whole months of `monthly`; the first step is the month after the last whole one."""
    ranking: Ranking | MethodError
    owed: Owed | None = None
    """Only where the files say when lines were due and paid."""
    monthly: tuple[Month, ...]
    last_month_whole: bool
    """Whether the last of `monthly` is over at `as_of`; if not, it is not forecast from."""
    warnings: tuple[Note, ...]
    """Doubts about the data as a whole; each result has its own besides."""
    seconds: float
    memory_mb: float
    """Most memory this process has used."""
    lang: str = "zh"
    engine: DuckDBEngine = field(repr=False)
    """The one that read: tables `lines` (customer, day, amount, order, product, quantity) and `dropped`. Results may live
    in another, and know which."""

    @property
    def grave(self) -> tuple[Note, ...]:
        """Doubts that may make every figure wrong, and so are said first."""
        return tuple(note for note in self.warnings if note.code in GRAVE)

    def called(self, customer: str) -> str:
        """The customer's name with its number, or the number alone."""
        name = self.names.get(customer, "")
        return f"{name}（{customer}）" if name and name != customer else customer

    def product(self, product: str) -> str:
        """The product's description, or its number."""
        return self.products.get(product) or product
