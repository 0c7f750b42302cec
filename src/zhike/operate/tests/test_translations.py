"""Catalogues follow the code, without any outside program."""

import gettext
from pathlib import Path

import pytest
from django.utils import translation

from zhike.operate import act, translations

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
name = _("Rename")
count = ngettext("%(count)s customer", "%(count)s customers", 2)
state = pgettext("state", "Open")
long = _("One " "sentence")
"""
TEMPLATE = """{% load i18n %}{% translate "Save" %} text 'it' <p title="{% translate 'Close' context 'door' %}">
{% blocktranslate trimmed with who=x %}
  Hello
  {{ who }}
{% endblocktranslate %}{% blocktranslate count n=n %}one "x"{% plural %}{{ n }} x{% endblocktranslate %}
{% include "a.html" with title=_("Owner") %}{{ value|default:_("None") }}
"""
TERMS = """Rename\t改名
%(count)s customers\t%(count)s 位客户
Open\t进行中\tstate
One sentence\t一句话
Save\t保存
Close\t关闭\tdoor
Hello %(who)s\t%(who)s，您好
%(n)s x\t%(n)s 个
Owner\t负责人
None\t无
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A product of two files."""
    (tmp_path / "sales" / "templates").mkdir(parents=True)
    (tmp_path / "sales" / "actions.py").write_text(PYTHON, encoding="utf-8")
    (tmp_path / "sales" / "templates" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "locale" / "terms").mkdir(parents=True)
    (tmp_path / "locale" / "terms" / "sales.tsv").write_text(TERMS, encoding="utf-8")
    return tmp_path


def test_messages_of_code_and_templates_are_found(root: Path) -> None:
    found = set(translations.collect(root))
    assert translations.Message("Open", context="state") in found
    assert translations.Message("Close", context="door") in found
    assert translations.Message("%(count)s customer", "%(count)s customers") in found
    assert translations.Message('one "x"', "%(n)s x") in found
    assert {message.singular for message in found} >= {"Rename", "One sentence", "Save", "Owner", "None"}
    assert translations.Message("Hello %(who)s") in found


@pytest.mark.slow
def test_catalogues_that_were_just_written_have_no_problem_and_stay_the_same(root: Path) -> None:
    translations.write(root)
    first = translations.catalogue_path("zh_Hant", root).read_bytes()
    translations.write(root)
    assert translations.catalogue_path("zh_Hant", root).read_bytes() == first
    assert translations.check(root) == []


def test_compiled_catalogues_answer_in_both_scripts(root: Path) -> None:
    translations.write(root)
    translations.compile_catalogues(root)
    simplified = gettext.translation("django", str(root / "locale"), languages=["zh_Hans"])
    traditional = gettext.translation("django", str(root / "locale"), languages=["zh_Hant"])
    assert simplified.pgettext("state", "Open") == "进行中"
    assert traditional.gettext("Owner") == "負責人"
    assert simplified.ngettext("%(count)s customer", "%(count)s customers", 5) == "%(count)s 位客户"


def test_missing_stale_conflicting_and_damaged_terms_are_named(root: Path) -> None:
    terms = root / "locale" / "terms"
    (terms / "sales.tsv").write_text(
        TERMS.replace("Save\t保存\n", "").replace("%(who)s，您好", "您好") + "Gone\t不见了\n", encoding="utf-8"
    )
    (terms / "later.tsv").write_text("Owner\t主人\n", encoding="utf-8")
    problems = "\n".join(translations.check(root))
    for expected in ("no Chinese for 'Save'", "nothing uses 'Gone'", "two translations of 'Owner'", "placeholders of"):
        assert expected in problems


def test_a_terms_line_without_a_translation_names_its_place(root: Path) -> None:
    (root / "locale" / "terms" / "sales.tsv").write_text("Rename\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"sales\.tsv, line 1"):
        translations.check(root)


def test_a_word_of_ones_own_wins_over_opencc(root: Path) -> None:
    (root / "locale" / "zh_Hant.tsv").write_text("Owner\t業務負責人\n", encoding="utf-8")
    translations.write(root)
    assert "業務負責人" in translations.catalogue_path("zh_Hant", root).read_text(encoding="utf-8")


def test_words_that_opencc_takes_from_elsewhere_are_ours(root: Path) -> None:
    (root / "locale" / "zh_Hant_words.tsv").write_text("負責人\t承辦人\n", encoding="utf-8")
    translations.write(root)
    assert "承辦人" in translations.catalogue_path("zh_Hant", root).read_text(encoding="utf-8")


def test_the_help_of_a_command_speaks_the_terminals_language() -> None:
    with translation.override("zh-hans"):
        told = act.parser().format_help()
    assert "幂等键" in told and "以此人的身份执行" in told
