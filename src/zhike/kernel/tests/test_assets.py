"""The icon sprite and what is copied out of the front-end packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhike.kernel import assets

OUTLINE = """<svg width="24" class="icon">
  <path stroke="none" d="M0 0h24v24H0z" fill="none" />
  <path d="M5 4h4" />
</svg>"""


def modules_with(icons: list[str], folder: Path) -> Path:
    """A node_modules folder that holds one small file for each that is copied."""
    for source in assets.COPIED:
        path = folder / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("content\n//# sourceMappingURL=x.js.map\n")
    for name in icons:
        path = folder / f"@tabler/icons/icons/outline/{name}.svg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(OUTLINE)
    return folder


def test_the_sprite_holds_each_icon_once_without_its_bounding_box(tmp_path: Path) -> None:
    modules = modules_with(["phone", "users"], tmp_path)
    drawn = assets.sprite(modules / "@tabler/icons/icons/outline", ["phone", "users"])
    assert drawn.count("<symbol") == 2
    assert '<symbol id="phone" viewBox="0 0 24 24"><path d="M5 4h4" /></symbol>' in drawn
    assert "M0 0h24" not in drawn


def test_an_icon_that_does_not_exist_stops_the_build_and_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="telefone"):
        assets.sprite(tmp_path, ["telefone"])


def test_the_build_copies_what_is_listed_and_drops_pointers_to_source_maps(tmp_path: Path) -> None:
    modules = modules_with(assets.icon_names(), tmp_path / "node_modules")
    assets.build(modules, tmp_path / "assets")
    for target in assets.COPIED.values():
        assert (tmp_path / "assets" / target).is_file()
    assert "sourceMappingURL" not in (tmp_path / "assets/vendor/alpine.js").read_text()


def test_icons_are_listed_once_and_in_order() -> None:
    names = assets.icon_names()
    assert names == sorted(set(names))


def test_no_page_and_no_declaration_uses_an_icon_that_the_sprite_lacks() -> None:
    assert list(assets.unknown_icons(assets.KERNEL.parent)) == []


def test_an_unknown_icon_in_a_template_is_found(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('{% icon "phone" %}{% icon "telefone" %}{% include "x" with icon="nope" %}')
    assert [name for _path, name in assets.unknown_icons(tmp_path)] == ["telefone", "nope"]
