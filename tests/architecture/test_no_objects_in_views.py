"""Views parse, ask for access, act or ask, and answer: no queries, no long bodies."""

import ast

from tests.architecture import source

LINES = 20
# `file:function` → why this view may be longer.
LONGER: dict[str, str] = {}


def view_modules() -> list[source.Module]:
    """`views.py` of every capability, and the files of a `views` package."""
    return [m for m in source.working_modules() if m.path.name == "views.py" or m.path.parent.name == "views"]


def test_views_reach_no_manager() -> None:
    managers = {"objects", "_default_manager", "_base_manager", "everything"}
    found = [
        f"{module.name}:{node.lineno}"
        for module in view_modules()
        for node in source.nodes(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in managers
    ]
    assert not found, "ask queries.py or access.py instead:\n" + "\n".join(found)


def test_views_are_short() -> None:
    found = []
    for module in view_modules():
        for function in source.functions(module.tree):
            place = f"{module.name}:{function.name}"
            body = (function.end_lineno or 0) - function.body[0].lineno + 1
            if body > LINES and place not in LONGER:
                found.append(f"{place}: {body} lines (limit {LINES})")
    assert not found, "\n".join(found)
