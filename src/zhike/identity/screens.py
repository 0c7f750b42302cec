"""Record types of identity: people, teams, roles; the rights that belong to none; the pages under Settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.identity import queries
from zhike.identity.settings_pages import SettingsPage, add_settings_page
from zhike.kernel.screens import Column, Kind, Panel, Right, Screen, Section, register, register_rights

PERSON = register(
    Screen(
        type="person",
        slug="people",
        model="identity.User",
        label=_("Colleague"),
        label_plural=_("Staff"),
        icon="users",
        order="name",
        settings=True,
        sections=(Section(key="main", label=_("Colleague")), Section(key="place", label=_("Place in the company"))),
        columns=(
            Column(
                name="name", label=_("Name"), sort="sort_key", listed=True, sortable=True, required=True, max_length=80
            ),
            Column(name="username", label=_("Sign-in name"), listed=True, sortable=True, required=True, max_length=150),
            Column(name="title", label=_("Position"), listed=True, max_length=80),
            Column(name="email", label=_("E-mail"), kind=Kind.EMAIL, listed=True),
            Column(name="phone", label=_("Phone"), kind=Kind.PHONE, max_length=32),
            Column(name="team", label=_("Team"), kind=Kind.TEAM, listed=True, section="place"),
            Column(name="manager", label=_("Manager"), kind=Kind.PERSON, section="place"),
            Column(name="is_active", label=_("Active"), kind=Kind.BOOL, listed=True, editable=False, section="place"),
        ),
        panels=(
            Panel(
                key="access",
                title=_("Access"),
                template="identity/access_panel.html",
                context=lambda person, _actor: {"roles": queries.roles_of(person), "person": person},
                right="person.edit",
            ),
        ),
        owner="",
        list_related=("team", "manager"),
        importable=False,
        archivable=False,
        custom_fields=False,
        extra_rights=("invite", "deactivate"),
    )
)

TEAM = register(
    Screen(
        type="team",
        slug="teams",
        model="identity.Team",
        label=_("Team"),
        label_plural=_("Teams"),
        icon="sitemap",
        columns=(
            Column(name="name", label=_("Name"), listed=True, sortable=True, required=True, max_length=80),
            Column(name="parent", label=_("Belongs to"), kind=Kind.TEAM, listed=True),
        ),
        owner="",
        list_related=("parent",),
        importable=False,
        exportable=False,
        archivable=False,
        custom_fields=False,
    )
)

ROLE = register(
    Screen(
        type="role",
        slug="roles",
        model="identity.Role",
        label=_("Role"),
        label_plural=_("Roles"),
        icon="shield",
        columns=(
            Column(name="name", label=_("Name"), listed=True, sortable=True, required=True, max_length=80),
            Column(name="note", label=_("Note"), listed=True, max_length=400),
        ),
        owner="",
        importable=False,
        exportable=False,
        archivable=False,
        custom_fields=False,
    )
)

register_rights(
    (
        Right(code="identity.roles", label=_("Give rights and roles")),
        Right(code="identity.organisation", label=_("Change the organisation's settings")),
        Right(code="identity.sessions", label=_("Sign others out")),
        Right(code="identity.act_as", label=_("Act as somebody else")),
        Right(code="identity.why", label=_("See who can see a record, and why")),
        Right(code="record.share", label=_("Let others in on a record")),
        Right(code="ledger.read", label=_("Read the audit ledger")),
        Right(code="ledger.export", label=_("Take the audit ledger out as a file")),
    )
)

for page in (
    SettingsPage(label=_("Organisation"), icon="building", url="/settings/organisation/", right="identity.organisation",
                 note=_("Name, time zone, currency")),
    SettingsPage(label=_("Working calendar"), icon="calendar-time", url="/settings/calendar/", right="identity.organisation",
                 note=_("Hours of the week, public holidays, single days off or worked")),
    SettingsPage(label=_("Team tree"), icon="hierarchy-2", url="/settings/teams/", right="team.edit",
                 note=_("Who belongs where; what managers see follows it")),
    SettingsPage(label=_("Roles and rights"), icon="shield-check", url="/settings/roles/", right="identity.roles",
                 note=_("Who may do what, and how far")),
    SettingsPage(label=_("Invitations"), icon="mail", url="/settings/invitations/", right="person.invite",
                 note=_("Links by which people join")),
):  # fmt: skip
    add_settings_page(page)
