"""Who acts, with which rights: a value that identity fills and everything below and above only reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import Forbidden
from zhike.kernel.rights import lazily_in_words

if TYPE_CHECKING:
    from zhike.kernel.models import Record

Door = Literal["web", "api", "mcp", "cli", "job", "import"]


class FieldRule(StrEnum):
    """What a role may do with one field; the strictest of several roles holds."""

    OPEN = "open"
    READ_ONLY = "read_only"
    MASKED = "masked"
    HIDDEN = "hidden"


STRICTNESS = (FieldRule.OPEN, FieldRule.READ_ONLY, FieldRule.MASKED, FieldRule.HIDDEN)


@dataclass(frozen=True, slots=True)
class Reach:
    """The records a right extends to: all, or those of some owners, teams, circles (such as pools) or single records."""

    everything: bool = False
    owners: frozenset[UUID] = frozenset()
    teams: frozenset[UUID] = frozenset()
    circles: frozenset[UUID] = frozenset()
    records: frozenset[UUID] = frozenset()
    denied: Reach | None = None

    def __bool__(self) -> bool:
        if self.denied is not None and self.denied.everything:
            return False
        return self.everything or bool(self.owners or self.teams or self.circles or self.records)

    def join(self, other: Reach) -> Reach:
        """Both together; what either denies stays denied."""
        denied = self.denied.join(other.denied) if self.denied and other.denied else self.denied or other.denied
        return Reach(
            self.everything or other.everything,
            self.owners | other.owners,
            self.teams | other.teams,
            self.circles | other.circles,
            self.records | other.records,
            denied,
        )


NOWHERE = Reach()
EVERYWHERE = Reach(everything=True)


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts. `real_user_id` differs from `user_id` only while an administrator acts as somebody else."""

    user_id: UUID | None
    name: str
    real_user_id: UUID | None = None
    team_id: UUID | None = None
    grants: Mapping[str, Reach] = field(default_factory=dict)
    fields: Mapping[str, FieldRule] = field(default_factory=dict)
    language: str = "zh-hans"
    zone: str = "Asia/Shanghai"
    door: Door = "web"
    superuser: bool = False
    token_id: UUID | None = None
    withheld: frozenset[str] = frozenset()  # rights of the person that the token they come with does not carry
    epoch: int = 0  # of rights and declared fields, as of this actor; 0: unknown, so nothing is kept by it

    @classmethod
    def system(cls, name: str = "system", door: Door = "job") -> Actor:
        """The product itself, for schedules and set-up; its acts stand in the ledger without a person."""
        return cls(user_id=None, name=name, door=door, superuser=True)

    def at(self, door: Door) -> Actor:
        """The same one, coming through another door."""
        return replace(self, door=door)

    def reach(self, right: str) -> Reach:
        """Where `right` extends to; unknown rights extend nowhere."""
        return EVERYWHERE if self.superuser else self.grants.get(right, NOWHERE)

    def reaching(self, record_id: UUID, rights: Iterable[str]) -> Actor:
        """The same one, whose rights of these names extend to one record more, unless it is denied."""
        more = Reach(records=frozenset({record_id}))
        return replace(self, grants={**self.grants, **{right: self.reach(right).join(more) for right in rights}})

    def can(self, right: str) -> bool:
        """Whether the right is held at all, anywhere."""
        return bool(self.reach(right))

    def require(self, right: str, record: Record | None = None) -> None:
        """Raise Forbidden unless `right` is held, and extends to `record` where one is given."""
        if not self.can(right) or (record is not None and not record.within(self, right)):
            raise Forbidden(right, _beyond_token(right) if right in self.withheld else None)

    def rule(self, record_type: str, column: str) -> FieldRule:
        """The rule for one field of a record type."""
        return FieldRule.OPEN if self.superuser else self.fields.get(f"{record_type}.{column}", FieldRule.OPEN)


def _beyond_token(right: str) -> object:
    return _("This token does not carry the right “%(right)s”, though your role does. Use one that may do more.") % {
        "right": lazily_in_words(right)
    }
