"""Names and contact points in comparable form."""

from __future__ import annotations

from datetime import date

import pytest

from zhike.methods.duplicates import Kind, keys, normalise
from zhike.methods.duplicates.names import company, opencc_simplifier, person, text
from zhike.methods.duplicates.normalise import birthday, domain, email, identifier, phones


@pytest.mark.parametrize(
    "written",
    [
        "杭州恒源科技有限公司",
        "杭州市恒源科技有限责任公司",
        "浙江省杭州市恒源科技股份有限公司",
        "浙江省杭州市余杭区恒源科技有限公司",
        "恒源（杭州）科技有限公司",
        "恒源科技(杭州)有限公司",
        "杭州恆源科技有限公司",
        "  杭州 恒源科技　有限公司",
        "杭州恒源科技（集团）有限公司",
        "杭州恒源科技",
    ],
)
def test_one_company_in_many_writings_is_one_name(written: str) -> None:
    name = company(text(written, opencc_simplifier()))
    assert (name.region, name.brand, name.trade) == ("3301", "恒源", "科技")


@pytest.mark.parametrize(
    ("written", "brand"),
    [
        ("红河哈尼族彝族自治州山茶食品有限公司", "山茶"),
        ("Acme Trading Co., Ltd.", "acme trading"),
        ("ACME TRADING GmbH & Co. KG", "acme trading"),
        ("北京有限公司", "北京"),
        ("有限公司", "有限"),
        ("昆山市大都市置业有限公司", "大都市"),
        ("永康大药房", "永康大药房"),
    ],
)
def test_the_brand_is_read_off_the_name(written: str, brand: str) -> None:
    assert company(text(written, str)).brand == brand


def test_a_branch_is_not_its_head_office() -> None:
    branch = company("华为技术有限公司北京分公司")
    assert (branch.brand, branch.trade, branch.branch) == ("华为", "技术", "11")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("+86 138-1234-5678", ["13812345678"]),
        ("0086 138 1234 5678", ["13812345678"]),
        ("１３８１２３４５６７８", ["13812345678"]),
        ("0571-88881234-801", ["57188881234"]),
        ("(0571) 8888 1234 转 801", ["57188881234"]),
        ("86 13812345678/139 1111 2222", ["13812345678", "13911112222"]),
        ("13800138000", []),
        ("11111111", []),
        ("无", []),
        ("", []),
    ],
)
def test_a_telephone_number_becomes_its_dialled_digits(written: str, expected: list[str]) -> None:
    assert phones(written) == expected


def test_other_points_become_exact() -> None:
    assert email(" <Zhang.San@Example.COM> ") == "zhang.san@example.com"
    assert email("mailto:a.b+news@gmail.com") == "ab@gmail.com"
    assert email("no address") == ""
    assert domain("https://www.Example.com:8080/about?x=1") == "example.com"
    assert identifier("9133 0100-MA27XL0X8N") == "91330100MA27XL0X8N"
    assert identifier("000000") == ""
    assert birthday("1971/6/4") == birthday("19710604") == birthday(date(1971, 6, 4)) == "19710604"
    assert birthday("sometime") == ""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("欧阳小明", ("欧阳", "小明")),
        ("王小明先生", ("王", "小明")),
        ("Mr. Alan Smith", ("smith", "alan")),
        ("Smith, Alan", ("smith", "alan")),
        ("Cher", ("", "cher")),
        ("", ("", "")),
    ],
)
def test_a_persons_name_is_split(written: str, expected: tuple[str, str]) -> None:
    assert person(text(written, str)) == expected


def test_the_kind_is_guessed_from_the_fields() -> None:
    assert normalise({"id": "1", "name": "王小明"}).kind == Kind.PERSON
    assert normalise({"id": "1", "name": "恒源科技有限公司"}).kind == Kind.ORGANISATION
    assert normalise({"id": "1", "name": "某某", "credit_code": "91330100MA27XL0X8N"}).kind == Kind.ORGANISATION


def test_keys_name_their_kind_and_public_mail_is_no_website() -> None:
    found = keys(
        {
            "id": "1",
            "name": "杭州恒源科技有限公司",
            "phones": ["0571-88881234"],
            "emails": ["a@qq.com", "b@hengyuan.cn"],
        }
    )
    assert {"p:57188881234", "e:a@qq.com", "d:hengyuan.cn", "n:恒源", "n:恒源科技"} <= set(found)
    assert "d:qq.com" not in found


@pytest.mark.parametrize(
    "hostile", ["\x00", "\ud800", "(" * 500, "市" * 500, "有限公司" * 300, "’;--", "北京" * 300, " "]
)
def test_hostile_text_is_taken_as_text(hostile: str) -> None:
    fields = {"name": hostile, "phones": [hostile], "emails": [hostile], "website": hostile, "street": hostile}
    for kind in Kind:
        keys({"id": "1", "kind": kind, "birthday": hostile, **fields})
