#!/usr/bin/env python3
"""Third-party notices: `licences.py --write` lists what the product ships with, `--check` says whether that is true.

Python packages are those of base.txt, read from the installed metadata; front-end packages those of package-lock.json,
read from node_modules or the lock. Tools that only developers run are not shipped and not listed.
"""

import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
NOTICES = ROOT / "THIRD_PARTY.md"
HEAD = """# Third-party software

Zhike is licensed under the Apache License 2.0. It is installed together with the packages below, each under its own
licence; none of them is part of this repository. Written by `requirements/licences.py --write`.

"""
# Licences that an Apache-2.0 product may be installed with; LGPL and MPL parts stay replaceable packages of their own.
ACCEPTED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD", "CC0-1.0", "CNRI-Python", "HPND", "ISC",
    "LGPL-3.0-only", "LGPL-3.0-or-later", "LGPL-2.1-or-later", "LGPL", "MIT",
    "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Python-2.0",
    "Unlicense", "WTFPL", "Zlib",
}  # fmt: skip
# Packages for other platforms, or whose metadata is silent; looked up in their sources.
BY_HAND: dict[str, str] = {
    "colorama": "BSD-3-Clause",
    "pywin32": "PSF-2.0",
}
# Free-text metadata → SPDX.
SPDX = [
    (r"apache", "Apache-2.0"),
    (r"lgpl.*3|lesser.*v3", "LGPL-3.0-or-later"),
    (r"lgpl.*2|lesser.*v2", "LGPL-2.1-or-later"),
    (r"lgpl|lesser", "LGPL"),
    (r"mozilla|mpl", "MPL-2.0"),
    (r"bsd.*3|3-clause|new bsd|modified bsd", "BSD-3-Clause"),
    (r"bsd.*2|2-clause|simplified bsd", "BSD-2-Clause"),
    (r"bsd", "BSD"),
    (r"python software|psf", "PSF-2.0"),
    (r"\bisc\b", "ISC"),
    (r"\bmit\b", "MIT"),
    (r"unlicense|public domain", "Unlicense"),
]


class Package(NamedTuple):
    """One shipped package."""

    kind: str
    name: str
    licence: str


def plain(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(name: str) -> str:
    """The licence by SPDX name, from whichever metadata field speaks."""
    if name in BY_HAND:
        return BY_HAND[name]
    try:
        fields = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    if expression := fields.get("License-Expression"):
        return str(expression)
    classifiers = [text.split("::")[-1] for text in fields.get_all("Classifier") or [] if text.startswith("License ::")]
    free = (fields.get("License") or "").strip()
    for text in [*classifiers, free[:60]]:
        for pattern, spdx in SPDX:
            if re.search(pattern, text, re.IGNORECASE):
                return spdx
    return free[:60]


def python_packages() -> Iterator[Package]:
    """What base.txt pins, for every platform."""
    for line in (ROOT / "requirements" / "base.txt").read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([\w.-]+)(\[.*\])?==", line):
            if "emscripten'" in line and "!=" not in line:
                continue  # Python in a browser, where no server runs
            name = plain(found[1])
            yield Package("Python", name, licence_of(name))


def front_end_packages() -> Iterator[Package]:
    """What package-lock.json pins; tools for developers left out."""
    lock = ROOT / "package-lock.json"
    places = json.loads(lock.read_text(encoding="utf-8"))["packages"] if lock.exists() else {}
    for place, entry in places.items():
        if not place or entry.get("dev"):
            continue
        licence = entry.get("license", "")
        installed = ROOT / place / "package.json"
        if not licence and installed.exists():
            licence = json.loads(installed.read_text(encoding="utf-8")).get("license", "")
        yield Package("front end", place.rpartition("node_modules/")[2], BY_HAND.get(place) or licence)


def accepted(licence: str) -> bool:
    """Whether a licence expression can be met by accepted licences alone."""
    wanted = licence.replace("(", " ").replace(")", " ")
    choices = [re.split(r"\s+(?:AND|WITH)\s+", choice.strip()) for choice in re.split(r"\s+OR\s+", wanted)]
    return any(all(part.strip() in ACCEPTED for part in choice) for choice in choices)


def notices(packages: list[Package]) -> str:
    """The whole document; without versions, so that it changes only when a package or licence does."""
    rows = "".join(f"| {package.name} | {package.licence} | {package.kind} |\n" for package in packages)
    return f"{HEAD}| package | licence | part |\n|---|---|---|\n{rows}"


def main(arguments: list[str]) -> int:
    """Write the list, or check it."""
    packages = sorted({*python_packages(), *front_end_packages()})
    refused = [f"{p.name}: {p.licence or 'no licence found'}" for p in packages if not accepted(p.licence)]
    if arguments == ["--write"]:
        NOTICES.write_text(notices(packages), encoding="utf-8")
    elif arguments != ["--check"]:
        print(__doc__, file=sys.stderr)
        return 2
    elif not NOTICES.exists() or NOTICES.read_text(encoding="utf-8") != notices(packages):
        refused.append("THIRD_PARTY.md is stale: run requirements/licences.py --write")
    for line in refused:
        print(line, file=sys.stderr)
    print(f"{len(packages)} packages, {len(refused)} problem(s)")
    return 1 if refused else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
