"""What the ledger tells of imports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.kernel.events import event


@event("import.received", sentence=_("%(who)s uploaded %(subject)s"), icon="file-import", shown=False)
class ImportReceived:
    """A file came in; nothing was imported yet."""

    on: str
    size: int


@event("import.started", sentence=_("%(who)s started the import of %(subject)s"), icon="file-import")
class ImportStarted:
    """Its plan was confirmed."""

    on: str
    batch: str
    policy: str


@event("import.resumed", sentence=_("%(who)s continued the import of %(subject)s"), icon="file-import")
class ImportResumed:
    """It goes on where it stood."""

    on: str
    line: int


@event("import.discarded", sentence=_("%(who)s discarded %(subject)s"), icon="trash", shown=False)
class ImportDiscarded:
    """The file was thrown away before anything came of it."""

    on: str


@event("import.finished", sentence=_("%(who)s imported %(subject)s"), icon="file-import")
class ImportFinished:
    """Its last row is in."""

    on: str
    batch: str
    counts: dict[str, int]


@event("import.undone", sentence=_("%(who)s took back the import of %(subject)s"), icon="arrow-back-up")
class ImportUndone:
    """What it created is gone again and what it changed is as before, but for records that others changed since."""

    on: str
    batch: str
    counts: dict[str, int]


@event(
    "import.undo_started",
    sentence=_("%(who)s asked to take back the import of %(subject)s"),
    icon="arrow-back-up",
    shown=False,
)
class ImportUndoStarted:
    """The taking back runs in the background."""

    on: str
    batch: str
