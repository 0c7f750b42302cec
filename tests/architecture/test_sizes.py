"""The tail is watched: long functions, files, classes, templates and parameter lists."""

import ast

from tests.architecture import source

FUNCTION, FILE, CLASS, TEMPLATE, PARAMETERS = 50, 500, 300, 120, 7
# place → why it may be larger. A place is `file`, or `file:name` of a function or class.
EXCEPTIONS: dict[str, str] = {
    "src/zhike/kernel/actions.py:action": "a declaration: every keyword is one property of the action",
}


def complain(found: list[tuple[str, int]], limit: int) -> None:
    """Fail with every place over the limit that is not excused."""
    over = [f"{place}: {size} (limit {limit})" for place, size in found if size > limit and place not in EXCEPTIONS]
    assert not over, "split by meaning, or name the exception with its reason:\n" + "\n".join(over)


def test_functions_are_short() -> None:
    found = [(f"{m.name}:{f.name}", source.lines_of(f)) for m in source.modules() for f in source.functions(m.tree)]
    complain(found, FUNCTION)


def test_files_are_short() -> None:
    complain([(module.name, module.text.count("\n")) for module in source.modules()], FILE)


def test_classes_are_short() -> None:
    found = [
        (f"{module.name}:{node.name}", source.lines_of(node))
        for module in source.modules()
        for node in source.nodes(module.tree)
        if isinstance(node, ast.ClassDef)
    ]
    complain(found, CLASS)


def test_templates_are_short() -> None:
    templates = [path for path in source.tracked_files() if "templates" in path.parts and path.suffix == ".html"]
    sizes = [(path.relative_to(source.ROOT).as_posix(), len(path.read_text().splitlines())) for path in templates]
    complain(sizes, TEMPLATE)


def test_parameters_are_few() -> None:
    found = []
    for module in source.working_modules():
        for function in source.functions(module.tree):
            arguments = function.args
            names = [a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]
            found.append((f"{module.name}:{function.name}", len([n for n in names if n not in ("self", "cls")])))
    complain(found, PARAMETERS)


def test_every_exception_is_still_needed_and_has_a_reason() -> None:
    places = {module.name for module in source.modules()}
    for place, reason in EXCEPTIONS.items():
        assert place.split(":")[0] in places, f"{place} is gone: remove its exception"
        assert len(reason) > 10, f"say why {place} may be larger"
