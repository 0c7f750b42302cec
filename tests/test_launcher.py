"""The launcher: steps run once, messages help, suites are chosen; and what the run as a whole demands."""

import importlib.machinery
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The launcher as a module, working on an empty folder."""
    loader = importlib.machinery.SourceFileLoader("zhike_launcher", str(ROOT / "zhike"))
    spec = importlib.util.spec_from_loader("zhike_launcher", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    (tmp_path / ".venv").mkdir()
    for name, value in (("ROOT", tmp_path), ("VENV", tmp_path / ".venv")):
        monkeypatch.setattr(module, name, str(value))
    monkeypatch.setattr(module, "STAMPS", str(tmp_path / ".venv" / "stamps.json"))
    monkeypatch.setattr(module, "LOG", str(tmp_path / ".venv" / "log"))
    return module


def test_a_step_is_done_once_until_what_it_depends_on_changes(launcher: ModuleType) -> None:
    done: list[str] = []

    def work() -> tuple[bool, str]:
        done.append("x")
        return True, ""

    for key, present in (("a", True), ("a", True), ("b", True), ("b", False)):
        launcher.step("npm", key, work, present)
    assert len(done) == 3


def test_a_failed_step_leaves_no_stamp_and_says_what_helps(
    launcher: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIKE_LANG", "en")
    with pytest.raises(SystemExit) as stopped:
        launcher.step("packages", "a", lambda: (False, "error: Failed to connect to host"))
    assert stopped.value.code == 1
    assert "Check the network or proxy" in capsys.readouterr().err
    assert launcher.read_stamps() == {}


@pytest.mark.parametrize(
    ("output", "help_key"),
    [
        ("/usr/bin/python3: No module named pip", "help_pip"),
        ("OSError: [Errno 28] No space left on device", "help_space"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "help_hash"),
        ("npm error code ENOTFOUND", "help_network"),
        ("SyntaxError: invalid syntax", None),
    ],
)
def test_failures_are_explained(launcher: ModuleType, output: str, help_key: str | None) -> None:
    assert launcher.explain("packages", output) == help_key


def test_every_message_has_both_languages(launcher: ModuleType) -> None:
    for key, (chinese, english) in launcher.TEXT.items():
        assert chinese.count("%") == english.count("%"), key
        assert any("\u4e00" <= character <= "\u9fff" for character in chinese), key
        assert not any("\u4e00" <= character <= "\u9fff" for character in english), key


def test_the_language_follows_the_terminal(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ZHIKE_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert launcher.say("stopped") == "已停止。"
    monkeypatch.setenv("ZHIKE_LANG", "en")
    assert launcher.say("stopped") == "Stopped."


def test_suites_become_marks_and_the_rest_reaches_pytest(launcher: ModuleType) -> None:
    def told(*words: str) -> list[list[str]]:
        return [command[3:] for command in launcher.test_commands(list(words))]

    assert told("--long", "-k", "T71") == [["-m", "not release", "-k", "T71"]]
    assert told("src/zhike/kernel") == [["src/zhike/kernel"]]
    assert told("--fast", "-x") == [
        ["-m", "not process and not slow and not browser and not long and not release", "-x"]
    ]
    with pytest.raises(SystemExit):
        launcher.test_commands(["--fast", "--long"])


def test_a_whole_suite_runs_two_at_a_time_and_what_starts_processes_after_it_by_files(launcher: ModuleType) -> None:
    rest = "browser and not long and not release"
    two = ["-n", "2", "--dist", "worksteal", "-m"]
    files = ["-n", "2", "--dist", "loadfile", "-m", f"process and not {rest}"]
    commands = launcher.test_commands(["--ignore=src/zhike/methods"])
    assert [command[3:] for command in commands] == [
        [*two, f"not process and not {rest}", "--ignore=src/zhike/methods"],
        [*files, "--ignore=src/zhike/methods"],
    ]
    assert [command[3:] for command in launcher.test_commands(["--fast"])] == [
        [*two, f"not process and not slow and not {rest}"]
    ]


@pytest.mark.parametrize(("codes", "code"), [((0, 0), 0), ((1, 0), 1), ((0, 3), 3), ((1, 3), 3)])
def test_a_failure_in_any_part_of_the_suite_is_a_failure(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, codes: tuple[int, int], code: int
) -> None:
    commands = [[sys.executable, "-c", f"raise SystemExit({one})"] for one in codes]
    monkeypatch.setattr(launcher, "test_commands", lambda _words: commands)
    monkeypatch.setattr(launcher, "run_instead", lambda command: sys.exit(subprocess.call(command)))
    with pytest.raises(SystemExit) as ended:
        launcher.test([])
    assert ended.value.code == code


def test_what_the_test_command_installed_stays_for_the_demo(launcher: ModuleType) -> None:
    assert launcher.requirement_files(everything=False)[0] == "base"
    launcher.write_stamp("set", "test")
    assert launcher.requirement_files(everything=False)[0] == "test"


SKIPS = """
import pytest
@pytest.mark.shared
def test_needs_data():
    pytest.skip("no data here")
def test_may_be_skipped():
    pytest.skip("no matter")
"""


@pytest.mark.process
@pytest.mark.parametrize(("required", "code"), [("", 0), ("shared", 1), ("browser", 0), ("nonsense", 4)])
def test_a_required_skip_is_a_failure(tmp_path: Path, required: str, code: int) -> None:
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "test_skips.py").write_text(SKIPS, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    shared: x\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env={"ZHIKE_REQUIRE": required, "PATH": ""}, capture_output=True)
    assert done.returncode == code, done.stdout.decode()
