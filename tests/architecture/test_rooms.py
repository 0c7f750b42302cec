"""The same rooms in every capability, so that a newcomer finds things; and doors, so that rooms stay private."""

import ast

import pytest

from tests.architecture import source

ROOMS = {"terms", "models", "events", "queries", "access", "actions", "screens", "facts", "views", "tasks", "urls"}
FRAME = {"__init__", "apps"}
FOLDERS = {"migrations", "templates", "templatetags", "static", "tests", "management"}
DOORS = {"actions", "queries", "access", "events", "terms"}
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "services", "service", "managers", "misc", "lib", "base"}
# Machinery, mathematics and the floors around the house have rooms of their own.
OWN_ROOMS = {"kernel", "methods", "value", "records", "operate", "demo", "config", "locale"}
# capability → further rooms, each with its reason.
FURTHER: dict[str, dict[str, str]] = {
    "activities": {"guessing": "reads the next step out of a sentence: pure, without rows"},
    "identity": {
        "middleware": "the actor of every request",
        "context": "what every page shows of its reader",
        "adapters": "allauth's hooks",
        "devices": "a browser and its system in words",
        "forms": "what the pages of identity ask for",
        "joining": "a password through a one-time link",
        "limits": "how often something may be tried",
        "links": "one-time links",
        "passwords": "what a password must be",
        "secondfactor": "codes, recovery codes, passkeys",
        "sessions": "Django's session engine, by digest",
        "settings_pages": "the list of pages that every capability adds to",
        "setup": "the first run",
        "signin": "coming in and going out",
        "standard_roles": "the roles every organisation starts with",
        "testing": "the named cast",
        "tokens": "keys for programs",
    },
    "customers": {
        "inner": "the rows within a customer as programs read them",
        "values": "value objects of names, phones and addresses: too many for one file of terms",
        "pool": "public pools: claiming, falling in",
        "territories": "who gets a new customer",
        "handover": "all that a leaver owns, in one act",
        "matching": "whether rows of an import exist already",
        "merging": "duplicates: warned of, found, merged, taken apart",
    },
    "connect": {"mcp": "the agents' door is one protocol in one place"},
}


def capabilities() -> list[str]:
    """Folders of the house that hold code."""
    folders = [path for path in source.PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()]
    return sorted(path.name for path in folders)


def test_every_capability_stands_on_a_floor() -> None:
    assert set(capabilities()) - {"config"} <= set(source.FLOORS)


def test_rooms_have_the_common_names() -> None:
    found = []
    for capability in set(capabilities()) - OWN_ROOMS:
        allowed = ROOMS | FRAME | FOLDERS | set(FURTHER.get(capability, {}))
        for path in source.tracked_files():
            parts = path.relative_to(source.ROOT).parts
            if parts[:3] != ("src", "zhike", capability) or path.suffix != ".py":
                continue
            if (room := parts[3].removesuffix(".py")) not in allowed:
                found.append(f"{'/'.join(parts)}: {room} is no room; see docs/build")
    assert not found, "\n".join(sorted(found))


def test_no_file_is_a_drawer_for_everything() -> None:
    found = [m.name for m in source.modules() if {m.path.stem, m.path.parent.name} & FORBIDDEN]
    assert not found, found


def imports(tree: ast.Module) -> list[tuple[int, str]]:
    """Absolute imports within the product, but those for types only."""
    typing_only: set[ast.AST] = set()
    for node in source.nodes(tree):
        if isinstance(node, ast.If) and source.dotted(node.test).endswith("TYPE_CHECKING"):
            typing_only |= {inner for statement in node.body for inner in ast.walk(statement)}
    found = []
    for node in source.nodes(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module.count(".") == 1:
                found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
            else:
                found.append((node.lineno, node.module))
    return [(line, name) for line, name in found if name.startswith("zhike.")]


def closed_doors(capability: str, tree: ast.Module) -> list[tuple[int, str]]:
    """Imports that enter another capability through a private room."""
    found = []
    for line, name in imports(tree):
        other, _, room = name.removeprefix("zhike.").partition(".")
        if other in {capability, "kernel", "methods"} | (OWN_ROOMS - {"records"}) or not room:
            continue
        private = room.split(".")[0] in ROOMS - DOORS
        if private:
            found.append((line, name))
    return found


def test_capabilities_enter_each_other_by_their_doors() -> None:
    found = []
    for module in source.working_modules():
        if module.capability and module.capability not in source.ABOVE:
            found += [f"{module.name}:{line} {name}" for line, name in closed_doors(module.capability, module.tree)]
    assert not found, f"use {', '.join(sorted(DOORS))}:\n" + "\n".join(found)


def test_every_capability_tells_what_it_is_for_in_forty_lines() -> None:
    for capability in set(capabilities()) - {"config", "locale"}:
        readme = source.PACKAGE / capability / "README.md"
        assert readme.exists(), f"{capability} has no README.md"
        assert len(readme.read_text(encoding="utf-8").splitlines()) <= 40, (
            f"{capability}/README.md is longer than 40 lines"
        )


@pytest.mark.parametrize("line", ["from zhike.identity.models import User", "from zhike.identity import views"])
def test_the_door_rule_can_fail(line: str) -> None:
    assert closed_doors("customers", ast.parse(line))
