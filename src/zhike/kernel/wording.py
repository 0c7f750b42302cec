"""What the scripts say, in the reader's language; the page carries it as JSON."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

WORDS: Final = {
    "undo": gettext_noop("Undo"),
    "close": gettext_noop("Close"),
    "undone": gettext_noop("Undone"),
    "copied": gettext_noop("Copied"),
    "failed": gettext_noop("That did not work. Try again; if it keeps failing, tell your administrator."),
    "by_name": gettext_noop("Search by name"),
    "offline": gettext_noop("No network. Check the connection and try again."),
    "kept": gettext_noop("No network. Kept on this device and sent as soon as it is back."),
    "sent": gettext_noop("Sent what was waiting on this device."),
    "refused": gettext_noop("One entry that was waiting was refused; open it and correct it."),
    "unsent": gettext_noop(
        "There are entries not sent yet. Signing out deletes them from this device. Sign out all the same?"
    ),
    "signed_out": gettext_noop("You are signed out. Sign in again; what you typed is kept."),
    "forbidden": gettext_noop("You are not allowed to do this."),
    "nothing": gettext_noop("Nothing found. Try a phone tail, pinyin initials or part of the name."),
    "yes": gettext_noop("Yes"),
    "no": gettext_noop("No"),
    "and": gettext_noop("to"),
    "week": gettext_noop("Week"),
    "month": gettext_noop("Month"),
    "quarter": gettext_noop("Quarter"),
    "year": gettext_noop("Year"),
    "lifted": gettext_noop("Lifted. Arrow keys move it, Enter drops it, Escape puts it back."),
    "dropped": gettext_noop("Dropped."),
}


def words() -> dict[str, str]:
    """The words of WORDS in the current language."""
    return {key: _(text) for key, text in WORDS.items()}
