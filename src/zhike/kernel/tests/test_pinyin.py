"""How names sound and sort."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.kernel.text import initials, pinyin, sort_key


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("杭州绿野酒店", "hang zhou lv ye jiu dian"),
        ("單小明", "shan xiao ming"),
        ("曾国藩", "zeng guo fan"),
        ("尉迟恭", "yu chi gong"),
        ("欧阳修", "ou yang xiu"),
        ("单位食堂", "dan wei shi tang"),
        ("重庆重工", "chong qing zhong gong"),
        ("厦门银行", "xia men yin hang"),
        ("中国银行六安支行", "zhong guo yin hang lu an zhi hang"),
        ("台州音乐厅", "tai zhou yin yue ting"),
        ("青年旅行社", "qing nian lv xing she"),
        ("长沙ABC贸易2号店", "chang sha abc mao yi 2 hao dian"),
        ("", ""),
        ("😀", ""),
    ],
)
def test_text_sounds_as_it_is_spoken(text: str, sound: str) -> None:
    assert pinyin(text) == sound


def test_initials_keep_other_words_whole() -> None:
    assert initials("绿野酒店") == "lyjd"
    assert initials("绿野A座3号") == "lya" + "z" + "3h"
    assert initials("任正非") == "rzf"


def test_names_sort_as_in_a_directory() -> None:
    expected = [
        "2号店",
        "10号店",
        "360公司",
        "阿里巴巴",
        "ABC",
        "安徽",
        "B超",
        "汪洋",
        "汪一",
        "王二",
        "王五",
        "西安",
        "先锋",
        "Zoë",
        "Ёлка",
    ]
    assert sorted(reversed(expected), key=sort_key) == expected
    assert sorted(reversed(expected), key=lambda name: sort_key(name).encode()) == expected


@given(st.text(max_size=300))
def test_any_name_has_a_key_that_fits(name: str) -> None:
    key = sort_key(name)
    assert len(key) <= 120
    assert "\x00" not in key


@pytest.mark.release
def test_eighty_thousand_names_a_second() -> None:
    names = ["杭州绿野酒店管理有限公司", "张伟", "单小明", "Acme 上海贸易", "重庆长江船舶2号"] * 4000
    sort_key("预热")
    started = time.process_time()
    for name in names:
        sort_key(name)
    assert len(names) / (time.process_time() - started) > 40_000  # half of what one core of our machines does
