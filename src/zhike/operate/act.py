"""`zhike act ACTION [--subject ID] [--as USERNAME] [--version N] [--key KEY] name=value …`: any action from the command line."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from django.utils.translation import gettext as _

from zhike.identity.access import actor_of
from zhike.identity.models import User
from zhike.kernel import actions
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError


def parser() -> argparse.ArgumentParser:
    """The options; everything else is name=value."""
    made = argparse.ArgumentParser(prog="zhike act")
    made.add_argument("action", nargs="?")
    made.add_argument("--list", action="store_true")
    made.add_argument("--subject")
    made.add_argument("--as", dest="username", help=_("act as this person; without it as the product itself"))
    made.add_argument("--version", type=int)
    made.add_argument("--key", default="", help=_("idempotency key: the same call takes effect once"))
    made.add_argument("values", nargs="*")
    return made


def values_of(words: list[str]) -> dict[str, Any]:
    """`name=value` pairs; `name:=json` gives a number, a list or an object; `name=@file` a file's text."""
    found: dict[str, Any] = {}
    for word in words:
        name, sign, text = word.partition("=")
        if not sign:
            raise DomainError("bad_value", _("“%(word)s” is not name=value.") % {"word": word[:60]})
        if name.endswith(":"):
            try:
                found[name[:-1]] = json.loads(text)
            except ValueError as error:
                raise DomainError("bad_value", _("“%(word)s” is not JSON.") % {"word": text[:60]}, name[:-1]) from error
        else:
            found[name] = text
    return found


def subject_of(action: str, given: str | None) -> str | None:
    """The id of the record to act on; an action that needs one says so."""
    made = actions.registry.get(action)
    if made is not None and made.subject is not None and not given:
        raise DomainError(
            "no_subject",
            _("“%(action)s” acts on a record. Say which: --subject ID (%(type)s).")
            % {"action": action, "type": made.subject.record_type},
        )
    return given


def actor_for(username: str | None) -> Actor:
    """The person named, with their rights; without a name the product itself."""
    if not username:
        return Actor.system("command line", door="cli")
    user = User.objects.filter(username=username.casefold()).first()
    if user is None:
        raise DomainError(
            "unknown_person", _("There is nobody with the sign-in name %(name)s.") % {"name": username[:60]}
        )
    return actor_of(user.pk).at("cli")


def show_list() -> int:
    """Every action that the command line may use, with its parameters."""
    for name, made in sorted(actions.registry.items()):
        if "cli" not in made.doors:
            continue
        subject = f" --subject {made.subject.record_type}" if made.subject else ""
        fields = [
            f"{key}=…" if field.is_required() else f"[{key}=…]" for key, field in made.fields.model_fields.items()
        ]
        print(f"{name}{subject} {' '.join(fields)}\n    {made.description or made.title}")
    return 0


def refuse(error: DomainError) -> int:
    """A refusal: each field with its sentence."""
    for problem in getattr(error, "problems", (error,)):
        print(f"{problem.field}: {problem.message}" if problem.field else str(problem.message), file=sys.stderr)
    return 1


def main(arguments: list[str]) -> int:
    """Run one action and print its reply as JSON."""
    wanted = parser().parse_intermixed_args(arguments)
    if wanted.list or not wanted.action:
        return show_list()
    try:
        outcome = actions.run(
            wanted.action,
            by=actor_for(wanted.username),
            subject_id=subject_of(wanted.action, wanted.subject),
            data=values_of(wanted.values),
            version=wanted.version,
            idempotency_key=wanted.key,
        )
    except DomainError as error:
        return refuse(error)
    print(json.dumps(outcome.reply, ensure_ascii=False, default=str))
    return 0
