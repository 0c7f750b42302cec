"""How Chinese text sounds: syllables, initials and the stored key by which names sort.

Characters are read one by one from a table filled on demand (a hundred thousand names a second); the readings that
depend on the word (places, business) or on being a surname are corrected from the short lists below.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

from zhike.kernel.folding import HAN, fold

SORT_KEY_LENGTH: Final = 120

# What a character usually is in the names of firms and people, where the dictionary lists another reading first.
_USUAL: Final = {
    "长": "chang2", "行": "hang2", "厦": "xia4", "都": "du1", "调": "tiao2", "曾": "zeng1", "仇": "qiu2", "覃": "qin2",
    "葛": "ge3", "佛": "fo2",
}  # fmt: skip
# What it is as a surname: 单 is dān, but Ms 单 is Shàn.
_SURNAMES: Final = {
    "单": "shan4", "解": "xie4", "任": "ren2", "查": "zha1", "朴": "piao2", "翟": "zhai2", "盖": "ge3", "区": "ou1",
    "华": "hua4", "乐": "yue4", "缪": "miao4", "种": "chong2", "洗": "xian3", "燕": "yan1", "宁": "ning4",
    "纪": "ji3", "过": "guo1", "应": "ying1", "尉迟": "yu4 chi2", "万俟": "mo4 qi2", "长孙": "zhang3 sun1",
    "令狐": "ling2 hu2", "澹台": "tan2 tai2", "单于": "chan2 yu2", "宰父": "zai3 fu3",
}  # fmt: skip
# Words in which a character is read differently, and words that only look as if they began with a surname.
_WORDS: Final = {
    "重庆": "chong2 qing4", "六安": "lu4 an1", "台州": "tai1 zhou1", "天台": "tian1 tai1", "丽水": "li2 shui3",
    "蚌埠": "beng4 bu4", "番禺": "pan1 yu2", "东阿": "dong1 e1", "乐清": "yue4 qing1", "铅山": "yan2 shan1",
    "洪洞": "hong2 tong2", "单县": "shan4 xian4", "西藏": "xi1 zang4", "吐蕃": "tu3 bo1", "阿房宫": "e1 pang2 gong1",
    "大埔": "da4 bu4", "莘庄": "xin1 zhuang1", "尉犁": "yu4 li2", "浚县": "xun4 xian4", "泌阳": "bi4 yang2",
    "中牟": "zhong1 mu4", "牟平": "mu4 ping2", "繁峙": "fan2 shi4", "解州": "hai4 zhou1", "任丘": "ren2 qiu1",
    "任县": "ren2 xian4", "会稽": "kuai4 ji1", "闽侯": "min3 hou4", "珲春": "hun2 chun1", "桦甸": "hua4 dian4",
    "乐亭": "lao4 ting2", "大城县": "dai4 cheng2 xian4", "蔚县": "yu4 xian4", "涡阳": "guo1 yang2",
    "枞阳": "zong1 yang2", "筠连": "jun1 lian2", "犍为": "qian2 wei2", "行唐": "xing2 tang2", "济南": "ji3 nan2",
    "济宁": "ji3 ning2", "华阴": "hua4 yin1", "华山": "hua4 shan1", "会计": "kuai4 ji4", "音乐": "yin1 yue4",
    "乐器": "yue4 qi4", "重新": "chong2 xin1", "率先": "shuai4 xian1", "大夫": "dai4 fu5", "宝藏": "bao3 zang4",
    "调查": "diao4 cha2", "调研": "diao4 yan2", "传记": "zhuan4 ji4", "出差": "chu1 chai1", "差旅": "chai1 lv3",
    "创伤": "chuang1 shang1", "相机": "xiang4 ji1", "照相": "zhao4 xiang4", "供应": "gong1 ying4",
    "应用": "ying4 yong4", "薄荷": "bo4 he5", "给水": "ji3 shui3", "自给": "zi4 ji3", "便宜": "pian2 yi5",
    "华为": "hua2 wei2", "行知": "xing2 zhi1", "行长": "hang2 zhang3", "校长": "xiao4 zhang3", "院长": "yuan4 zhang3",
    "处长": "chu4 zhang3", "科长": "ke1 zhang3", "家长": "jia1 zhang3", "成长": "cheng2 zhang3", "增长": "zeng1 zhang3",
    "董事长": "dong3 shi4 zhang3", "旅行": "lv3 xing2", "步行": "bu4 xing2", "飞行": "fei1 xing2", "执行": "zhi2 xing2",
    "发行": "fa1 xing2", "运行": "yun4 xing2", "通行": "tong1 xing2", "自行": "zi4 xing2", "行政": "xing2 zheng4",
    "行李": "xing2 li3", "行动": "xing2 dong4", "行者": "xing2 zhe3", "行星": "xing2 xing1", "单位": "dan1 wei4",
    "区域": "qu1 yu4", "解决": "jie3 jue2", "任务": "ren4 wu4", "乐视": "le4 shi4", "乐高": "le4 gao1",
    "乐百氏": "le4 bai3 shi4", "解放": "jie3 fang4", "华联": "hua2 lian2", "华润": "hua2 run4",
}  # fmt: skip

_HAN_RUN: Final = re.compile(f"[{HAN}]+")
_TOKEN: Final = re.compile(f"([{HAN}]+)|([0-9]+)|([a-z]+)|([^\\W_])")
_WORD: Final = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))
_TONES: Final = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}


@cache
def _dictionary() -> dict[int, str]:
    from pypinyin.constants import PINYIN_DICT

    return dict(PINYIN_DICT)


def _spell(character: str) -> str:
    """The first reading with its tone as a digit ("lv4"); the character itself when it has none."""
    letters, tone = "", "5"
    for part in unicodedata.normalize("NFD", _dictionary().get(ord(character), "").split(",")[0]):
        if part in _TONES:
            tone = _TONES[part]
        elif part == "\u0308":  # the two dots of ü
            letters = letters[:-1] + "v"
        elif "a" <= part <= "z":
            letters += part
    return letters + tone if letters else character


class _Readings(dict[str, str]):
    def __missing__(self, character: str) -> str:
        self[character] = reading = _USUAL.get(character) or _spell(character)
        return reading


_READINGS: Final = _Readings()


class _Units(dict[str, str]):
    """Character → what it adds to a sort key: letters, tone, then itself, so that 王 and 汪 do not mix."""

    def __missing__(self, character: str) -> str:
        reading = _READINGS[character]
        self[character] = unit = reading if reading == character else reading + character
        return unit


class _Plain(dict[str, str]):
    """Character → syllable without its tone."""

    def __missing__(self, character: str) -> str:
        reading = _READINGS[character]
        self[character] = syllable = reading if reading == character else reading[:-1]
        return syllable


_UNITS: Final = _Units()
_PLAIN: Final = _Plain()


@cache
def _suspects() -> frozenset[str]:
    """Characters read differently somewhere. A run without any reads straight from the table, and most do."""
    pairs = [pair for word, reading in _WORDS.items() for pair in zip(word, reading.split(), strict=True)]
    return frozenset(character for character, reading in pairs if _READINGS[character] != reading).union(*_SURNAMES)


def _corrections(run: str, person: bool) -> dict[int, str]:
    """Readings, by place in the run, that may differ from the table's."""
    found: dict[int, str] = {}
    if person and not _WORD.match(run):
        surname = _SURNAMES.get(run[:2]) or _SURNAMES.get(run[0])
        found.update(enumerate(surname.split() if surname else ()))
    for match in _WORD.finditer(run):
        found.update(enumerate(_WORDS[match[0]].split(), match.start()))
    return found


def _looks_like_person(run: str) -> bool:
    return len(run) <= 3 or (len(run) == 4 and run[:2] in _SURNAMES)


def syllables(run: str, person: bool = False) -> list[str]:
    """One syllable for each character of a folded run of Chinese characters; a character without reading stays."""
    plain = list(map(_PLAIN.__getitem__, run))
    if not _suspects().isdisjoint(run):
        for place, reading in _corrections(run, person).items():
            plain[place] = reading[:-1]
    return plain


def _run_key(run: str, person: bool) -> str:
    units = list(map(_UNITS.__getitem__, run))
    if not _suspects().isdisjoint(run):
        for place, reading in _corrections(run, person).items():
            units[place] = reading + run[place]
    return "".join(units)


def sort_key(name: str, person: bool | None = None) -> str:
    """The key to store and to sort by, byte for byte: digits (by value), then letters and pinyin, then other scripts.

    `person` says whether the first character is a surname; left out, two or three characters are taken for a name.
    """
    text = fold(name[: 2 * SORT_KEY_LENGTH])
    if _HAN_RUN.fullmatch(text):
        return _run_key(text, _looks_like_person(text) if person is None else person)[:SORT_KEY_LENGTH]
    parts = []
    for index, (han, digits, letters, other) in enumerate(_TOKEN.findall(_without_accents(text))):
        if han:
            parts.append(_run_key(han, bool(person) and index == 0))
        elif digits:
            parts.append(_number_key(digits))
        else:
            parts.append(letters or other)
    return " ".join(parts)[:SORT_KEY_LENGTH]


def _number_key(digits: str) -> str:
    """2 before 10: the count of digits comes first."""
    digits = digits.lstrip("0") or "0"
    count = len(digits)
    return f"{count}{digits}" if count < 9 else f"9{min(count, 99):02}{digits}"


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _spoken(text: str, person: bool | None) -> list[tuple[bool, list[str]]]:
    """Pieces of the text: (are these syllables of Chinese characters?, syllables or one word)."""
    folded = fold(text)
    if _HAN_RUN.fullmatch(folded):
        return [(True, syllables(folded, _looks_like_person(folded) if person is None else person))]
    return [
        (True, syllables(han, bool(person) and index == 0)) if han else (False, [digits or letters or other])
        for index, (han, digits, letters, other) in enumerate(_TOKEN.findall(_without_accents(folded)))
    ]


def pinyin(text: str, person: bool | None = None) -> str:
    """杭州ABC酒店 → "hang zhou abc jiu dian"."""
    return " ".join(syllable for _, piece in _spoken(text, person) for syllable in piece)


def initials(text: str, person: bool | None = None) -> str:
    """绿野酒店 → "lyjd"; words and numbers in other letters stay whole."""
    return "".join(
        "".join(syllable[0] for syllable in piece) if han else piece[0] for han, piece in _spoken(text, person)
    )


def spoken(folded: str) -> Iterator[list[tuple[bool, str]]]:
    """The units of an already folded name as one hears it: (is it a Chinese character's syllable?, syllable or word).

    A second reading follows where the name can be read in two ways: 单 as a surname or not, 重庆 by rule or by letter.
    """
    units: list[tuple[bool, str]] = []
    other: list[tuple[bool, str]] = []
    whole = _HAN_RUN.fullmatch(folded)
    for index, (han, digits, letters, sign) in enumerate(_TOKEN.findall(folded)):
        if han:
            person = index == 0 and bool(whole) and _looks_like_person(han)
            units += [(True, syllable) for syllable in syllables(han, person)]
            other += [(True, _PLAIN[character]) for character in han]
        else:
            units.append((False, digits or letters or sign))
            other.append(units[-1])
    yield units
    if other != units:
        yield other
