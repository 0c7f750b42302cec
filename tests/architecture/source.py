"""The product's source as data: files that git knows or would add, parsed once."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "zhike"
# From the ground up; equal numbers are siblings. `operate` and `demo` stand above the house.
FLOORS = {
    "methods": 0,
    "value": 0,  # has no tables either; stands on methods (import-linter)
    "kernel": 1,
    "identity": 2,
    "records": 3,
    "customers": 4,
    "activities": 5,
    "desk": 10,
    "connect": 10,
    "operate": 20,
    "demo": 21,
}
ABOVE = {"operate", "demo", "config"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """One Python file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its path from the root, for messages."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def capability(self) -> str:
        """The folder of the house it lives in, or an empty string."""
        parts = self.path.relative_to(ROOT).parts
        return parts[2] if parts[:2] == ("src", "zhike") and len(parts) > 3 else ""

    @property
    def is_test(self) -> bool:
        """Whether it tests instead of working."""
        parts = self.path.relative_to(ROOT).parts
        return "tests" in parts or self.path.name in ("conftest.py", "testing.py")


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file of the repository, new ones too, ignored ones not."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive
        names = [str(path.relative_to(ROOT)) for path in PACKAGE.rglob("*") if path.is_file()]
    return tuple(sorted(path for name in names if name and (path := ROOT / name).is_file()))


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file but migrations, which are written by a program."""
    found = []
    for path in tracked_files():
        if (path.suffix == ".py" or path == ROOT / "zhike") and "migrations" not in path.parts:
            text = path.read_text(encoding="utf-8")
            found.append(Module(path, text, ast.parse(text, str(path))))
    return tuple(found)


def working_modules() -> Iterator[Module]:
    """The product without its tests."""
    return (module for module in modules() if not module.is_test)


@cache
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Everything in a tree, walked once however many rules look at it."""
    return tuple(ast.walk(tree))


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function, nested ones and methods too."""
    return (node for node in nodes(tree) if isinstance(node, Function))


def lines_of(node: Function | ast.ClassDef) -> int:
    """Length from the first to the last line."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an attribute chain; an empty string for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (inner := dotted(node.value)):
        return f"{inner}.{node.attr}"
    return ""
