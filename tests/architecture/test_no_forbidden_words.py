"""No address of a package index, no path of anybody's machine, no door that runs text as code."""

import ast
import re

import pytest

from tests.architecture import source

# Spelt in pieces, so that this file does not find itself.
HOSTS = [
    "pypi" + ".org",
    "python" + "hosted",
    "registry." + "npmjs",
    "npm" + "mirror",
    "tuna." + "tsinghua",
    "mirrors." + "aliyun",
]
MACHINE = re.compile(
    "(?<![\\w.}])(/ro" + "ot/|/wo" + "rk/(main|shared)|/ho" + "me/\\w+/|/Us" + "ers/\\w+/|file:/" + "//)"
)
TEXT = {".py", ".html", ".js", ".css", ".md", ".toml", ".txt", ".in", ".json", ".yml", ".yaml", ".tsv", ".po", ""}
RUNS_TEXT = {"eval", "exec", "pickle.load", "pickle.loads", "yaml.load", "marshal.loads", "shelve.open", "os.system"}


def text_files() -> list[tuple[str, str]]:
    """Name and content of every file that is text."""
    found = []
    for path in source.tracked_files():
        if path.suffix in TEXT:
            try:
                found.append((path.relative_to(source.ROOT).as_posix(), path.read_text(encoding="utf-8")))
            except UnicodeDecodeError:
                continue
    return found


def test_no_index_host_is_committed() -> None:
    found = [f"{name}: {host}" for name, text in text_files() for host in HOSTS if host in text]
    assert not found, "\n".join(found)


def test_no_machine_path_is_committed() -> None:
    found = [f"{name}: {hit.group()}" for name, text in text_files() for hit in MACHINE.finditer(text)]
    assert not found, "\n".join(found)


def test_T27_nothing_runs_text_as_code() -> None:
    found = [
        f"{module.name}:{node.lineno} {source.dotted(node.func)}"
        for module in source.modules()
        for node in source.nodes(module.tree)
        if isinstance(node, ast.Call) and source.dotted(node.func) in RUNS_TEXT
    ]
    assert not found, "\n".join(found)


def test_T27_no_script_makes_code_from_text() -> None:
    makes = re.compile(r"\beval\s*\(|new Function\s*\(|document\.write\s*\(|javascript:")
    scripts = [path for path in source.tracked_files() if "static" in path.parts and path.suffix == ".js"]
    assert not [path for path in scripts if makes.search(path.read_text(encoding="utf-8"))]


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    inline = re.compile(
        r"<script(?![^>]*\b(src=|type=\"application/json\"))|<style|\sstyle=|\son[a-z]+=\"", re.IGNORECASE
    )
    found = []
    for path in source.tracked_files():
        if "templates" in path.parts and path.suffix == ".html":
            found += [
                f"{path.name}: {hit.group().strip()}" for hit in inline.finditer(path.read_text(encoding="utf-8"))
            ]
    assert not found, "the content security policy refuses these:\n" + "\n".join(found)


@pytest.mark.parametrize("line", ["open('/ro" + "ot/x')", "see /wo" + "rk/shared/a", "url = 'file:/" + "//etc'"])
def test_the_machine_path_rule_can_fail(line: str) -> None:
    assert MACHINE.search(line)
