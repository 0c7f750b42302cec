"""The libraries that methods are compared with stay out of the product: named in benches and tests alone, imported by nobody.

Import-linter cannot say this, as it sees no import by name.
"""

import ast
import re

from tests.architecture import source

ORACLES = re.compile(r"(lifetimes|lifelines|plspm|mlxtend|efficient_apriori|splink|sklift|pandas|statsmodels)(\.|$)")
BENCHES = "src/zhike/methods/benches/"
IMPORTERS = ("import_module", "importlib.import_module", "__import__")


def named(node: ast.AST) -> list[str]:
    """The modules that a statement or a call imports, as far as they are written out."""
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [node.module or ""]
    if isinstance(node, ast.Call) and source.dotted(node.func) in IMPORTERS and node.args:
        first = node.args[0]
        return [first.value] if isinstance(first, ast.Constant) and isinstance(first.value, str) else []
    return []


def imports(module: source.Module) -> list[tuple[str, str, bool]]:
    """Each oracle that a module imports: where, which, and whether only by name, when it runs."""
    return [
        (f"{module.name}:{getattr(node, 'lineno', 0)}", name, isinstance(node, ast.Call))
        for node in source.nodes(module.tree)
        for name in named(node)
        if ORACLES.match(name)
    ]


def test_benches_import_what_they_compare_with_by_name_and_nobody_else_does() -> None:
    found = [
        (place, name, late)
        for module in source.working_modules()
        if module.path.is_relative_to(source.PACKAGE)
        for place, name, late in imports(module)
    ]
    assert not [(place, name) for place, name, late in found if not (late and place.startswith(BENCHES))]
    assert {name.split(".")[0] for _, name, _ in found} >= {"lifetimes", "plspm", "mlxtend", "splink", "pandas"}
