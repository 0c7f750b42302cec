"""What identity leaves in the ledger."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.identity.terms import WEEKDAYS
from zhike.kernel.events import event
from zhike.kernel.screens import Column


@event("person.signed_in", sentence=_("%(who)s signed in"), icon="login", shown=False)
class SignedIn:
    """Somebody signed in; `method` says by what."""

    method: str


@event("person.sign_in_failed", sentence=_("A try to sign in as %(subject)s failed"), icon="ban", shown=False)
class SignInFailed:
    """A wrong password or code; the name typed is not kept, for it may be a password."""

    reason: str


@event("person.signed_out", sentence=_("%(who)s signed out"), icon="logout", shown=False)
class SignedOut:
    """Somebody signed out."""


@event("person.acted_as", sentence=_("%(who)s began to act as %(subject)s"), icon="user-question", shown=False)
class ActedAs:
    """An administrator began to see the product as somebody else does."""

    reason: str


@event("person.acted_as_self", sentence=_("%(who)s stopped acting as %(subject)s"), icon="user-check", shown=False)
class ActedAsSelf:
    """And stopped."""


@event("person.created", sentence=_("%(who)s added %(subject)s"), icon="user-plus", shown=False)
class PersonCreated:
    """A person was added."""


@event("person.updated", sentence=_("%(who)s changed %(subject)s"), icon="pencil", shown=False)
class PersonUpdated:
    """Details of a person changed."""


@event("person.placed", sentence=_("%(who)s gave %(subject)s a place in the company"), icon="sitemap", shown=False)
class PersonPlaced:
    """Team or manager of a person changed."""

    team: str
    manager: str


@event("person.invited", sentence=_("%(who)s made a link for %(subject)s: %(purpose)s"), icon="mail", shown=False)
class PersonInvited:
    """A one-time link was made."""

    purpose: str


@event("person.joined", sentence=_("%(subject)s set a password through a link: %(purpose)s"), icon="key", shown=False)
class PersonJoined:
    """A one-time link was used."""

    purpose: str


@event("person.deactivated", sentence=_("%(who)s deactivated %(subject)s"), icon="user-off", shown=False)
class PersonDeactivated:
    """Somebody may no longer enter; sessions, tokens and links ended with it."""

    sessions: int
    tokens: int


@event("person.reactivated", sentence=_("%(who)s let %(subject)s in again"), icon="user-check", shown=False)
class PersonReactivated:
    """Somebody may enter again."""


@event("person.roles_set", sentence=_("%(who)s set the roles of %(subject)s: %(roles)s"), icon="shield", shown=False)
class RolesSet:
    """Roles of a person changed."""

    roles: str
    before: str


@event(
    "person.company_account_linked",
    sentence=_("The company account of %(subject)s was linked"),
    icon="link",
    shown=False,
)
class CompanyAccountLinked:
    """A company account opens a person's account from now on."""


@event("person.password_changed", sentence=_("%(who)s changed the password"), icon="key", shown=False)
class PasswordChanged:
    """Other sessions ended with it."""

    sessions: int


@event(
    "person.session_ended", sentence=_("%(who)s ended %(count)s sessions of %(subject)s"), icon="logout", shown=False
)
class SessionsEnded:
    """Sessions were ended by their owner or an administrator."""

    count: int


@event("person.preferences_set", sentence=_("%(who)s changed preferences"), icon="settings", shown=False)
class PreferencesSet:
    """Language, zone, theme or density changed."""


@event("person.second_factor", sentence=_("%(who)s: second factor %(what)s"), icon="shield-lock", shown=False)
class SecondFactorChanged:
    """A second factor was added, removed or renewed."""

    what: str


@event("token.created", sentence=_("%(who)s made the token …%(tail)s"), icon="key", shown=False)
class TokenCreated:
    """A key for programs was made."""

    tail: str
    read_only: bool
    types: tuple[str, ...]


@event("token.revoked", sentence=_("%(who)s revoked the token …%(tail)s"), icon="key", shown=False)
class TokenRevoked:
    """A key for programs was ended."""

    tail: str


@event("team.created", sentence=_("%(who)s made the team %(name)s"), icon="users-group", shown=False)
class TeamCreated:
    """A team was added to the tree."""

    name: str


@event("team.updated", sentence=_("%(who)s renamed the team %(before)s to %(name)s"), icon="pencil", shown=False)
class TeamUpdated:
    """A team got another name."""

    name: str
    before: str


@event("team.moved", sentence=_("%(who)s moved the team %(name)s under %(parent)s"), icon="sitemap", shown=False)
class TeamMoved:
    """A team, with all below it, hangs elsewhere in the tree."""

    name: str
    parent: str


@event("role.created", sentence=_("%(who)s made the role %(name)s"), icon="shield", shown=False)
class RoleCreated:
    """A role was added."""

    name: str


@event("role.updated", sentence=_("%(who)s changed the role %(name)s"), icon="shield", shown=False)
class RoleUpdated:
    """Name or note of a role changed."""

    name: str


@event(
    "role.granted",
    sentence=_("%(who)s: role %(name)s: %(effect)s %(right)s (%(extent)s)"),
    icon="shield-check",
    shown=False,
)
class RightGranted:
    """A role gives or denies a right from now on."""

    name: str
    right: str
    extent: str
    effect: str
    before: str = ""


@event(
    "role.revoked",
    sentence=_("%(who)s: role %(name)s no longer says anything on %(right)s"),
    icon="shield",
    shown=False,
)
class RightRevoked:
    """A grant or denial was taken out of a role."""

    name: str
    right: str
    effect: str
    before: str = ""


@event("role.rights_set", sentence=_("%(who)s changed what the role %(name)s may do"), icon="shield-check", shown=False)
class RightsSet:
    """Several rights of a role changed at once; each with what stood before and what stands now."""

    name: str
    rights: dict[str, list[str]]


@event(
    "role.field_rule_set",
    sentence=_("%(who)s: role %(name)s: field %(column)s is %(rule)s"),
    icon="eye-off",
    shown=False,
)
class FieldRuleSet:
    """A field became hidden, masked, read-only or open for a role."""

    name: str
    column: str
    rule: str
    before: str = ""


@event(
    "record.shared",
    sentence=_("%(who)s let %(person)s in on %(subject)s until %(until)s"),
    personal=("person",),
    icon="share",
)
class RecordShared:
    """A collaborator was let in."""

    person: str
    person_id: str
    level: str
    until: str


@event(
    "record.unshared",
    sentence=_("%(who)s ended the sharing of %(subject)s with %(person)s"),
    personal=("person",),
    icon="lock",
)
class RecordUnshared:
    """A collaborator was let out."""

    person: str
    person_id: str


@event(
    "organisation.changed",
    sentence=_("%(who)s changed the organisation's settings: %(fields)s"),
    icon="settings",
    shown=False,
)
class OrganisationChanged:
    """Name, zone, currency, language or working calendar changed."""

    fields: str


@event(
    "calendar.week_set",
    sentence=_("%(who)s changed the working hours of the week"),
    icon="calendar-time",
    shown=False,
    columns=tuple(Column(name=name, label=label) for name, label in WEEKDAYS.items()),
)
class WorkingWeekSet:
    """The hours of weekdays, or whose public holidays are kept, changed."""

    country: str


@event("calendar.day_off", sentence=_("%(who)s gave %(day)s off: %(reason)s"), icon="calendar-off", shown=False)
class DayOff:
    """A single day is not worked."""

    day: str
    reason: str


@event(
    "calendar.day_worked",
    sentence=_("%(who)s made %(day)s a working day: %(reason)s"),
    icon="calendar-check",
    shown=False,
)
class DayWorked:
    """A single day is worked."""

    day: str
    reason: str


@event("calendar.day_usual", sentence=_("%(who)s let %(day)s be as usual again"), icon="calendar", shown=False)
class DayAsUsual:
    """An exception was taken back."""

    day: str


@event("organisation.set_up", sentence=_("The product was set up for %(name)s"), icon="home", shown=False)
class SetUp:
    """The first-run pages were finished; their link is dead."""

    name: str
