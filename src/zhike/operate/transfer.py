"""`zhike import` and `zhike export`."""

from __future__ import annotations

import sys

from django.utils.translation import gettext as _


def main_import(arguments: list[str]) -> int:
    """Not yet from the command line."""
    print(_("Import files on the page Import for now; the command line follows."), file=sys.stderr)
    return 2


def main_export(arguments: list[str]) -> int:
    """Not yet from the command line."""
    print(_("Export from any list for now; the command line follows."), file=sys.stderr)
    return 2
