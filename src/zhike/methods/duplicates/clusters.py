"""Groups that hold together as a whole: average linkage, so that no chain of single links joins strangers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from heapq import heapify, heappop, heappush

Edge = tuple[int, int]


def clusters(
    edges: Mapping[Edge, float], missing: Callable[[int, int], float], density: float, largest: int
) -> list[list[int]]:
    """Split the graph of pairs (i < j, probability) into groups of two or more.

    Two groups join while the mean probability over *all* pairs between them is at least `density`; pairs that were not
    compared get theirs from `missing`. Components above `largest` count those as 0, which can only split more.
    """
    return sorted(
        group
        for component in _components(edges)
        for group in _split(component, edges, missing if len(component) <= largest else None, density)
        if len(group) > 1
    )


def _components(edges: Mapping[Edge, float]) -> list[list[int]]:
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for left, right in edges:
        parent[root(left)] = root(right)
    groups: dict[int, list[int]] = {}
    for node in sorted(parent):
        groups.setdefault(root(node), []).append(node)
    return list(groups.values())


def _split(
    nodes: list[int], edges: Mapping[Edge, float], missing: Callable[[int, int], float] | None, density: float
) -> list[list[int]]:
    if len(nodes) == 2:
        return [nodes] if edges[nodes[0], nodes[1]] >= density else []
    links = _links(nodes, edges, missing)
    groups = {node: [node] for node in nodes}
    heap = [(-total, a, b, 1) for a in links for b, total in links[a].items() if a < b]
    heapify(heap)
    while heap:
        minus_mean, a, b, stamp = heappop(heap)
        if -minus_mean < density:
            break
        # An entry is stale once either group grew or went into another.
        if a not in groups or b not in groups or len(groups[a]) * len(groups[b]) != stamp:
            continue
        groups[a] = sorted(groups[a] + groups.pop(b))
        gone = links.pop(b)
        for c in sorted(links[a].keys() | gone.keys()):
            if c in (a, b):
                continue
            total = links[a].get(c, 0.0) + gone.get(c, 0.0)
            links[a][c] = links[c][a] = total
            links[c].pop(b, None)
            first, second = min(a, c), max(a, c)
            pairs = len(groups[a]) * len(groups[c])
            heappush(heap, (-total / pairs, first, second, pairs))
        links[a].pop(b, None)
    return list(groups.values())


def _links(
    nodes: list[int], edges: Mapping[Edge, float], missing: Callable[[int, int], float] | None
) -> dict[int, dict[int, float]]:
    links: dict[int, dict[int, float]] = {node: {} for node in nodes}
    if missing is None:
        members = set(nodes)
        for (left, right), probability in edges.items():
            if left in members:
                links[left][right] = links[right][left] = probability
        return links
    for position, left in enumerate(nodes):
        for right in nodes[position + 1 :]:
            known = edges.get((left, right))
            links[left][right] = links[right][left] = missing(left, right) if known is None else known
    return links
