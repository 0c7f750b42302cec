"""Nothing a browser sends becomes a lookup, a sort key or SQL by itself (T20): filters go through allow-lists."""

import ast

import pytest

from tests.architecture import source

REQUEST = ("GET", "POST", "data", "query_params")
QUERY = {
    "filter",
    "exclude",
    "get",
    "order_by",
    "annotate",
    "aggregate",
    "values",
    "values_list",
    "Q",
    "update",
    "create",
}
RAW = {"extra", "raw", "RawSQL"}
# file → why this file may speak SQL of its own.
RAW_ALLOWED: dict[str, str] = {
    "src/zhike/records/search/queries.py": "a constant: the search row's own column, to which the predicate is tied",
}


def from_request(node: ast.AST) -> bool:
    """Whether this expression holds something of the request's parameters."""
    return any(
        isinstance(inner, ast.Attribute) and inner.attr in REQUEST and source.dotted(inner.value).endswith("request")
        for inner in ast.walk(node)
    )


def spread_parameters(tree: ast.AST) -> list[int]:
    """Lines where request parameters are spread into a query."""
    lines = []
    for node in source.nodes(tree):
        if isinstance(node, ast.Call) and source.dotted(node.func).split(".")[-1] in QUERY:
            spread = [keyword.value for keyword in node.keywords if keyword.arg is None]
            spread += [argument.value for argument in node.args if isinstance(argument, ast.Starred)]
            if "order_by" in source.dotted(node.func):
                spread += node.args
            if any(from_request(value) for value in spread):
                lines.append(node.lineno)
    return lines


def test_T20_request_parameters_are_never_spread_into_queries() -> None:
    found = [f"{m.name}:{line}" for m in source.working_modules() for line in spread_parameters(m.tree)]
    assert not found, "\n".join(found)


def test_raw_sql_through_the_orm_is_named() -> None:
    found = [
        f"{module.name}:{node.lineno}"
        for module in source.working_modules()
        for node in source.nodes(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)
        if source.dotted(node.func).split(".")[-1] in RAW and module.name not in RAW_ALLOWED
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line",
    ["Party.objects.filter(**request.GET.dict())", "rows.order_by(self.request.GET['sort'])", "Q(**request.data)"],
)
def test_the_rule_can_fail(line: str) -> None:
    assert spread_parameters(ast.parse(line)) == [1]
