"""The rules of matching: what counts, what does not, and what may not matter."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhike.methods.duplicates import DEFAULT, compare, match
from zhike.methods.duplicates.clusters import clusters
from zhike.methods.result import MethodError

Row = dict[str, Any]


def company(name: str, ident: str = "1", **fields: Any) -> Row:
    return {"id": ident, "kind": "organisation", "name": name, **fields}


def person(family: str, given: str, ident: str = "1", **fields: Any) -> Row:
    return {"id": ident, "kind": "person", "family": family, "given": given, **fields}


def test_one_telephone_and_one_name_make_one_customer() -> None:
    pair = compare(
        company("杭州恒源科技有限公司", phones=["0571-88881234"]),
        company("恒源科技（杭州）有限责任公司", "2", phones=["+86 571 8888 1234 转 8001"]),
    )
    assert pair.probability > 0.999
    assert {(reason.field, reason.code) for reason in pair.reasons} >= {("name", "same"), ("phone", "same")}
    assert "电话相同：57188881234" in pair.explain("zh")
    assert "Same telephone: 57188881234" in pair.explain("en")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华为（北京）有限公司", "华为（上海）有限公司"),
        ("华为技术有限公司北京分公司", "华为技术有限公司上海分公司"),
        ("华为技术有限公司", "华为技术有限公司北京分公司"),
        ("杭州恒源科技有限公司", "温州恒源科技有限公司"),
        ("杭州恒源科技有限公司", "杭州恒源建材有限公司"),
        ("杭州恒源科技有限公司", "杭州恒达科技有限公司"),
    ],
)
def test_look_alikes_are_different_companies(one: str, other: str) -> None:
    assert compare(company(one), company(other, "2")).probability < 0.5
    shared_site: Row = {"website": "www.example.cn"}
    assert compare(company(one, **shared_site), company(other, "2", **shared_site)).probability < 0.5


def test_different_credit_codes_outweigh_one_name() -> None:
    one = company("杭州恒源科技有限公司", credit_code="91330100MA27XL0X8N")
    other = company("杭州恒源科技有限公司", "2", credit_code="913301067042845315")
    assert compare(one, other).probability < 0.5


def test_a_common_name_alone_is_not_enough_but_weighs_with_a_birthday() -> None:
    assert compare(person("王", "伟"), person("王", "伟", "2")).probability < 0.05
    rare = compare(person("逄", "金鑫"), person("逄", "金鑫", "2")).probability
    assert compare(person("王", "伟"), person("王", "伟", "2")).probability < rare
    born: Row = {"birthday": "1980-02-03"}
    assert (
        compare(person("王", "伟", **born, wechat="ww"), person("王", "伟", "2", **born, wechat="ww")).probability
        > 0.99
    )


def test_western_names_meet_crossed_and_shortened() -> None:
    born: Row = {"birthday": "1971-06-24", "emails": ["r.allen@example.com"]}
    crossed = compare(person("allen", "robert", **born), person("Robert", "Allen", "2", **born))
    assert crossed.probability > 0.99
    assert any(reason.code == "crossed" for reason in crossed.reasons)
    short = compare(person("allen", "robert", **born), person("Allen", "Bob", "2", **born))
    assert any(reason.code == "nickname" for reason in short.reasons)


def test_a_person_is_never_a_company() -> None:
    pair = compare(person("王", "伟", phones=["13812345678"]), company("王伟", "2", phones=["13812345678"]))
    assert pair.probability == 0.0
    assert pair.explain("en")[0].startswith("Different kind of customer")


def test_an_agents_telephone_does_not_join_strangers() -> None:
    rows = [
        company(f"杭州{brand}有限公司", brand, phones=["13812345678"]) for brand in ("恒源", "泰和", "金鼎", "四海")
    ]
    assert match(rows).pairs == ()


def test_an_empty_list_and_a_single_record_have_no_pairs() -> None:
    assert match([]).pairs == ()
    assert match([company("杭州恒源科技有限公司")]).clusters == ()
    assert match([], []).pairs == ()


def test_ids_must_be_unique_within_a_list() -> None:
    with pytest.raises(MethodError, match="give each its own") as refused:
        match([company("甲乙"), company("丙丁")])
    assert refused.value.code == "repeated_id" and "请给每条记录各自的编号" in refused.value.say("zh")


def test_matching_one_customer_reads_no_numpy() -> None:
    code = "import sys; from zhike.methods.duplicates import compare, match; print('numpy' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_a_chain_does_not_make_a_cluster() -> None:
    chain = {(0, 1): 0.9, (1, 2): 0.9, (2, 3): 0.9}
    assert clusters(chain, lambda a, b: 0.0, 0.5, 400) == [[0, 1], [2, 3]]


def test_a_dense_group_stays_whole_and_loses_its_weak_link() -> None:
    dense = {(a, b): 0.99 for a in range(4) for b in range(a + 1, 4)}
    assert clusters({**dense, (3, 4): 0.6}, lambda a, b: 0.0, 0.5, 400) == [[0, 1, 2, 3]]


def test_a_huge_chain_is_cut_without_comparing_everything() -> None:
    def never(a: int, b: int) -> float:
        raise AssertionError("too many comparisons")

    chain = {(node, node + 1): 0.9 for node in range(1000)}
    assert all(len(group) == 2 for group in clusters(chain, never, 0.5, 400))


_NAMES = st.sampled_from(
    [
        "杭州恒源科技有限公司",
        "恒源科技",
        "恒源（温州）有限公司",
        "华为技术有限公司北京分公司",
        "Acme Ltd",
        "黑葡萄酒业",
        "黑葡桃酒业",
    ]
)
_PHONES = st.lists(st.sampled_from(["13812345678", "13812345679", "0571-88881234", "无"]), max_size=2)
_PEOPLE = st.fixed_dictionaries(
    {
        "kind": st.just("person"),
        "family": st.sampled_from(["王", "欧阳", "allen", "alen", "robert", ""]),
        "given": st.sampled_from(["伟", "小明", "robert", "bob", "allen", ""]),
        "birthday": st.sampled_from(["", "1971-06-24", "1971-06-25", "2000-01-01"]),
        "emails": st.lists(st.sampled_from(["bob@a.com", "bob@b.com", "bop@a.com", "12345678@qq.com"]), max_size=2),
        "phones": _PHONES,
        "street": st.sampled_from(["", "main street", "elm house"]),
        "building": st.sampled_from(["", "main street", "elm house"]),
        "number": st.sampled_from(["", "7"]),
        "aliases": st.sampled_from([(), ("王小二",), ("王伟",)]),
    }
)
_COMPANIES = st.fixed_dictionaries(
    {
        "kind": st.just("organisation"),
        "name": _NAMES,
        "aliases": st.lists(_NAMES, max_size=2),
        "phones": _PHONES,
        "division": st.sampled_from(["", "330106", "330300", "110101"]),
        "website": st.sampled_from(["", "www.a.com", "b.cn"]),
    }
)
_ROWS = st.lists(_PEOPLE | _COMPANIES, max_size=9).map(
    lambda rows: [{"id": f"r{number}", **row} for number, row in enumerate(rows)]
)
_QUICK = DEFAULT.__class__(sample=30)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(_PEOPLE | _COMPANIES, _PEOPLE | _COMPANIES)
def test_comparing_is_symmetric(one: Row, other: Row) -> None:
    a, b = {"id": "a", **one}, {"id": "b", **other}
    there, back = compare(a, b), compare(b, a)
    assert there.probability == pytest.approx(back.probability, abs=1e-12)
    assert sorted((r.field, r.code) for r in there.reasons) == sorted((r.field, r.code) for r in back.reasons)
    assert all(there.explain(lang) for lang in ("zh", "en")) or not there.reasons


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(_ROWS, st.randoms())
def test_the_order_of_records_does_not_matter(rows: list[Row], random: Any) -> None:
    shuffled = rows[:]
    random.shuffle(shuffled)
    assert match(rows, settings=_QUICK) == match(shuffled, settings=_QUICK)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(_ROWS, _ROWS)
def test_linking_is_symmetric(rows: list[Row], others: list[Row]) -> None:
    # Exact copies under one id on both sides tie for good; other lists have an order of their own.
    others = [{**row, "id": f"s{row['id']}"} for row in others]
    there, back = match(rows, others, settings=_QUICK), match(others, rows, settings=_QUICK)
    known = {(pair.left, pair.right): pair.probability for pair in there.pairs}
    turned = {(pair.right, pair.left): pair.probability for pair in back.pairs}
    assert known.keys() == turned.keys()
    assert all(known[edge] == pytest.approx(turned[edge], abs=1e-9) for edge in known)
    assert {frozenset((1 - side, name) for side, name in group) for group in there.clusters} == set(
        map(frozenset, back.clusters)
    )
