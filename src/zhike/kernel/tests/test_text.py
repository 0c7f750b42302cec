"""Text at the door, folded, masked, shortened."""

import time

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from zhike.kernel.text import BadText, clean, enumerated, fold, mask_email, mask_id, mask_phone, sentences, shorten

TORTURE = [
    "𠮷野家𡘙",  # CJK extension B
    "👨‍👩‍👧‍👦 一家",  # joined emoji
    "مرحبا بالعالم",  # right to left
    "café",
    "a\u202eb\u200bc",
    "李\u0301明",
    "多\n行\t文本",
]


@pytest.mark.parametrize("text", TORTURE)
def test_T87_unusual_text_survives_cleaning(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("绿\x00野", "text.control"),
        ("绿\x0b野", "text.control"),
        ("绿\ud83d野", "text.surrogate"),
        ("x" * 101, "text.long"),
        ("x" * 1_000_000, "text.long"),
        ("é" * 101, "text.long"),
    ],
)
def test_T87_text_that_cannot_be_given_back_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadText) as refusal:
        clean(text, 100)
    assert refusal.value.code == code
    assert str(refusal.value)


def test_T87_stacked_accents_cost_no_time() -> None:
    started = time.process_time()
    with pytest.raises(BadText):
        clean("a" + "\u0301\u0323" * 50_000)
    fold("a" + "\u0301\u0323" * 50_000)
    assert time.process_time() - started < 1


def test_text_is_trimmed_and_composed() -> None:
    assert clean("\u3000 cafe\u0301 ") == "café"


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        cleaned = clean(text)
    except BadText:
        return
    assert clean(cleaned) == cleaned
    assert cleaned.encode().decode() == cleaned


@given(st.text(max_size=50))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("綠野酒店", "绿野酒店"),
        ("ＡＢＣ　Ltd", "abc ltd"),
        ("STRASSE", "straße"),
        ("绿\u200b野", "绿野"),
        ("後來", "后来"),
    ],
)
def test_T87_what_looks_alike_folds_alike(left: str, right: str) -> None:
    assert fold(left) == fold(right)


@given(st.text(alphabet="綠野酒店後裡發ABCabc１２", max_size=12), st.integers(0, 6), st.integers(0, 12))
def test_the_fold_of_a_part_is_a_part_of_the_fold(text: str, start: int, end: int) -> None:
    assert fold(text[start:end]) in fold(text)


def test_masks_hide_what_identifies() -> None:
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("+8613812345678") == "+86138****5678"
    assert mask_phone("0571-8888 8888") == "0571-**** 8888"
    assert mask_phone("95588") == "***88"
    assert mask_email("zhang.wei@example.com") == "z***@example.com"
    assert mask_email("nonsense") == "***"
    assert mask_id("330106199001011234") == "330***********1234"
    assert mask_id("E1234567") == "********"


def test_a_value_in_a_message_is_one_short_line() -> None:
    assert shorten("a\nb\x00c") == "a b c"
    assert shorten("x" * 1_000_000) == "x" * 59 + "…"
    assert shorten(None) == "None"


@pytest.mark.parametrize(
    ("language", "list_", "text"),
    [
        ("zh-hans", "甲、乙", "已晚。请先打电话。"),
        ("zh-hant", "甲、乙", "已晚。请先打电话。"),
        ("en", "甲, 乙", "Late. Call first."),
    ],
)
def test_things_and_sentences_are_joined_as_the_language_does(language: str, list_: str, text: str) -> None:
    parts = ["Late.", "Call first."] if language == "en" else ["已晚。", "请先打电话。"]
    with override(language):
        assert (enumerated("甲乙"), sentences(parts)) == (list_, text)
