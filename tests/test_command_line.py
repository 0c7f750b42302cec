"""The `zhike` command: help, words of later versions, words without an owner, and Django's own."""

import importlib

import pytest

from zhike import __version__, cli


def test_help_names_every_word_in_both_languages(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIKE_LANG", "zh")
    assert cli.main(["help"]) == 0
    chinese = capsys.readouterr().out
    monkeypatch.setenv("ZHIKE_LANG", "en")
    assert cli.main([]) == 0
    english = capsys.readouterr().out
    for word in cli.COMMANDS:
        assert f"zhike {word}" in chinese
        assert f"zhike {word}" in english
    assert "体检" in chinese


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["version"]) == 0
    assert capsys.readouterr().out.strip() == __version__


def test_value_says_which_file_is_missing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIKE_LANG", "en")
    assert cli.main(["value", "absent.csv"]) == 2
    assert "There is no file absent.csv." in capsys.readouterr().err


def test_a_word_whose_module_is_absent_is_refused_in_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cli.COMMANDS, "later", cli.Command("zhike.operate.not_there:main", "x", "某事", django=False))
    assert cli.main(["later"]) == 2
    assert "later" in capsys.readouterr().err


def test_a_broken_module_is_not_mistaken_for_an_absent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ModuleNotFoundError("No module named 'absent_library'", name="absent_library")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(ModuleNotFoundError):
        cli.find("zhike.operate.serve:main")


def test_every_word_of_this_version_has_its_function() -> None:
    missing = [word for word, command in cli.COMMANDS.items() if not callable(cli.find(command.target))]
    assert not missing, missing


def test_other_words_go_to_django(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["diffsettings"]) == 0
    assert "ROOT_URLCONF = 'zhike.config.urls'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("terminal", "language"),
    [("zh_CN.UTF-8", "zh-hans"), ("zh", "zh-hans"), ("zh_TW.UTF-8", "zh-hant"), ("C.UTF-8", "en"), ("", "en")],
)
def test_the_command_line_speaks_the_terminals_language(
    monkeypatch: pytest.MonkeyPatch, terminal: str, language: str
) -> None:
    for name in ("ZHIKE_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", terminal)
    assert cli.language_of_terminal() == language
