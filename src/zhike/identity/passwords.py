"""What a password must be: long enough and not one of those everybody tries. Nothing is trimmed or cut."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from zhike.identity.models import User
from zhike.kernel.errors import Invalid
from zhike.kernel.text import sentences

LONGEST = 1000


class ShortestValidator(MinimumLengthValidator):
    """Django's own, in words of ours: its sentence has no Chinese."""

    def get_error_message(self) -> str:
        return str(_("Use at least %(least)s characters.") % {"least": self.min_length})


class LongestValidator:
    """A bound against passwords made to keep the server busy; far above what anybody types."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(_("Use at most %(most)s characters.") % {"most": LONGEST}, "password_too_long")

    def get_help_text(self) -> str:
        return str(_("Use at least 8 characters; 15 or more are better."))


class NotOneselfValidator:
    """Refuses the sign-in name, the e-mail address and their turned or repeated forms."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None:
            return
        told = password.casefold()
        own = {user.username, user.email, user.email.partition("@")[0], user.name.casefold()} - {""}
        if any(told in {word, word[::-1], word * 2} for word in own):
            raise ValidationError(_("Choose a password that is not your name or address."), "password_is_name")

    def get_help_text(self) -> str:
        return str(_("Not your name or address."))


def check_new(password: str, user: User, *, field: str = "password") -> None:
    """Refuse a password that breaks a rule, naming the field."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("weak_password", sentences(error.messages), field) from error
