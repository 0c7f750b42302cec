"""Forms that only draw and carry text: what a value is, the action decides, and its refusals are put beside the fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from zhike.identity import queries
from zhike.identity.terms import WEEKDAYS, Density, Theme
from zhike.kernel.errors import DomainError, Problems
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import screens

FIRST_ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Urumqi", "Asia/Singapore", "Asia/Tokyo")
HOLIDAYS = (("CN", _("China (with shifted working days)")), ("", _("nowhere")))


class Carrying(forms.Form):
    """A form whose fields never judge by themselves beyond their kind."""

    def refuse(self, error: DomainError) -> None:
        """Show a refusal where it belongs."""
        self.is_valid()
        for problem in error.problems if isinstance(error, Problems) else (error,):
            self.add_error(problem.field if problem.field in self.fields else None, str(problem.message))

    def attempt(self, act: Callable[[Mapping[str, Any]], Any]) -> Any:
        """What `act` answers for the values, or None after a refusal, which the form then shows."""
        if not self.is_valid():
            return None
        try:
            return act(self.cleaned_data) or True
        except DomainError as error:
            self.refuse(error)
            self.status, self.wait = error.status, int(error.data.get("retry_after", 0))
            return None

    status, wait = 422, 0


def posted(request: HttpRequest) -> Any:
    """The data of a form: what was posted, or nothing."""
    return request.POST if request.method == "POST" else None


def _password(label: Any, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "maxlength": 1000})
    hint = (
        _("At least 8 characters; 15 or more are better. A sentence is good.") if autocomplete == "new-password" else ""
    )
    return forms.CharField(label=label, widget=widget, help_text=hint, strip=False, max_length=1000)


def _zones() -> Iterable[tuple[str, str]]:
    names = sorted(
        z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    )
    return [(z, z) for z in [*FIRST_ZONES, *(n for n in names if n not in FIRST_ZONES)]]


class SignInForm(Carrying):
    """Name and password."""

    username = forms.CharField(
        label=_("Sign-in name or e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}),
    )
    password = _password(_("Password"), "current-password")


class CodeForm(Carrying):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label=_("Code from your app, or a recovery code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class AppForm(CodeForm):
    """The first code of a new app; no recovery code will do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code from your app")


class PasskeyForm(Carrying):
    """What the browser answers about a passkey."""

    name = forms.CharField(label=_("Name of this key"), max_length=80, required=False)
    credential = forms.JSONField(widget=forms.HiddenInput)

    @property
    def first_problem(self) -> str:
        """The first refusal, where there is no place beside a field."""
        return next((str(problem) for problems in self.errors.values() for problem in problems), "")


class ForgottenForm(Carrying):
    """Whose password is to be set anew."""

    username = forms.CharField(label=_("Sign-in name or e-mail"), max_length=254)


class NewPasswordForm(Carrying):
    """A password, set through a link."""

    password = _password(_("New password"), "new-password")


class ChangePasswordForm(NewPasswordForm):
    """The password of one who knows the old one."""

    current = _password(_("Current password"), "current-password")
    field_order = ("current", "password")


class ConfirmForm(Carrying):
    """It is really you."""

    password = _password(_("Your password"), "current-password")


class PreferencesForm(Carrying):
    """Language, zone, appearance."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    zone = forms.ChoiceField(label=_("Time zone"), required=False)
    theme = forms.ChoiceField(label=_("Appearance"), choices=Theme.choices)
    density = forms.ChoiceField(label=_("Rows"), choices=Density.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [("", _("As the organisation")), *_zones()]  # type: ignore[attr-defined]


class TokenForm(Carrying):
    """A new token."""

    name = forms.CharField(label=_("What it is for"), max_length=80)
    read_only = forms.BooleanField(label=_("May only read"), required=False, initial=True)
    days = forms.TypedChoiceField(
        label=_("Ends after"), coerce=int, initial=90,
        choices=[(7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("one year"))],
    )  # fmt: skip
    types = forms.MultipleChoiceField(
        label=_("Only these record types"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["types"].choices = [(s.type, s.label_plural) for s in screens.values()]  # type: ignore[attr-defined]


class OrganisationForm(Carrying):
    """The organisation."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=120)
    language = forms.ChoiceField(label=_("Language for new people"), choices=settings.LANGUAGES)
    zone = forms.ChoiceField(label=_("Time zone"))
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="CNY")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = _zones()  # type: ignore[attr-defined]


class NewOrganisationForm(OrganisationForm):
    """The organisation as the first run asks for it, with the days it is closed."""

    country = forms.ChoiceField(label=_("Public holidays of"), choices=HOLIDAYS, required=False)
    weekend = forms.TypedMultipleChoiceField(
        label=_("Days off every week"), coerce=int, choices=tuple(enumerate(WEEKDAYS.values())), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """As the action takes them."""
        told = self.cleaned_data
        calendar = {"country": told["country"] or "", "weekend": told["weekend"]}
        return {k: told[k] for k in ("name", "language", "zone", "currency")} | {"calendar": calendar}


class WeekForm(Carrying):
    """The hours of each weekday, and whose public holidays are kept."""

    country = forms.ChoiceField(label=_("Public holidays of"), choices=HOLIDAYS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in WEEKDAYS.items():
            box = forms.TextInput(attrs={"placeholder": _("day off")})
            self.fields[name] = forms.CharField(label=label, required=False, max_length=80, widget=box)


class DayForm(Carrying):
    """A single day."""

    day = forms.CharField(widget=forms.HiddenInput)
    worked = forms.ChoiceField(
        label=_("This day is"), required=False, widget=forms.RadioSelect,
        choices=(("", _("as usual")), ("false", _("off")), ("true", _("worked"))),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), required=False, max_length=80)


class FirstPersonForm(Carrying):
    """The first administrator."""

    name = forms.CharField(label=_("Your name"), max_length=80)
    username = forms.CharField(
        label=_("Sign-in name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    email = forms.CharField(label=_("E-mail"), max_length=150, required=False)
    password = _password(_("Password"), "new-password")


class ColleaguesForm(Carrying):
    """Several people at once, one a line."""

    people = forms.CharField(
        label=_("Colleagues, one a line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Name, sign-in name, e-mail if there is one: 周晓岚, zhouxiaolan, zhou@example.com"),
    )
    role = forms.ChoiceField(label=_("Their role"), required=False, initial="salesperson")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", "—"), *((r.code, r.name) for r in queries.roles())]  # type: ignore[attr-defined]

    @classmethod
    def again(cls, refused: Mapping[str, str], role: str) -> ColleaguesForm:
        """The lines that were refused, with the reasons, to be put right; an empty form where there are none."""
        if not refused:
            return cls()
        form = cls({"people": "\n".join(refused), "role": role})
        form.is_valid()
        for line, problem in refused.items():
            form.add_error("people", _("“%(line)s”: %(problem)s") % {"line": shorten(line), "problem": problem})
        return form


class TeamForm(Carrying):
    """A team and where it hangs."""

    name = forms.CharField(label=_("Name"), max_length=80)
    parent = forms.ChoiceField(label=_("Belongs to"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = [("", _("Top of the tree")), *queries.teams_flat()]  # type: ignore[attr-defined]


class RoleForm(Carrying):
    """Name and note of a role."""

    name = forms.CharField(label=_("Name"), max_length=80)
    note = forms.CharField(label=_("Note"), max_length=400, required=False)


class ShareForm(Carrying):
    """Somebody to be let in on a record."""

    person = forms.ChoiceField(label=_("Who"))
    level = forms.ChoiceField(label=_("May do"), choices=[("view", _("look")), ("edit", _("work on it"))])
    expires_at = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean_expires_at(self) -> dt.datetime | None:
        """The day named is the last one."""
        day: dt.date | None = self.cleaned_data["expires_at"]
        return dt.datetime.combine(day, dt.time(23, 59, 59)) if day else None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(p.pk, p.name) for p in queries.active_people()]
        self.fields["person"].choices = [("", "—"), *people]  # type: ignore[attr-defined]  # nobody is let in by chance
