"""Addresses and the table of places."""

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.customers.values.addresses import address_of, parse_address
from zhike.customers.values.divisions import divisions_dir, table
from zhike.kernel.errors import Invalid

pytestmark = pytest.mark.skipif(not (divisions_dir() / "areas.csv").exists(), reason="the set-up has not been run")


@pytest.mark.parametrize(
    ("text", "code", "street"),
    [
        ("浙江省杭州市西湖区文三路100号", "330106", "文三路100号"),
        ("杭州西湖文三路100号", "330106", "文三路100号"),
        ("浙江省西湖区文三路", "330106", "文三路"),
        ("北京市北京市朝阳区建国路1号", "110105", "建国路1号"),
        ("北京朝阳建国路", "110105", "建国路"),
        ("朝阳区建国路1号", "", "朝阳区建国路1号"),  # two cities have one
        ("上海市市辖区浦东新区世纪大道1号", "310115", "世纪大道1号"),
        ("上海南京东路100号", "31", "南京东路100号"),
        ("南京路100号", "", "南京路100号"),
        ("江苏昆山市花桥镇", "320583", "花桥镇"),
        ("义乌市稠州北路", "330782", "稠州北路"),
        ("吉林市船营区", "220204", ""),
        ("吉林省吉林市船营区", "220204", ""),
        ("内蒙古呼和浩特新城区", "150102", ""),
        ("延边州延吉市", "222401", ""),
        ("湖北省仙桃市干河街道", "429004", "干河街道"),
        ("广东东莞市长安镇", "441900", "长安镇"),
        ("重庆渝中区解放碑", "500103", "解放碑"),
        ("重庆市 渝北区 龙溪街道", "500112", "龙溪街道"),
        ("香港中环", "81", "中环"),
        ("臺灣台北市", "71", "台北市"),
        ("310000 浙江杭州 余杭区仓前", "330110", "仓前"),
        ("浙江余杭市临平", "330110", "临平"),
        ("浙江-杭州-余杭-文一西路969号", "330110", "文一西路969号"),
        ("苏州工业园区星湖街", "320576", "星湖街"),
        ("海淀区中关村大街", "110108", "中关村大街"),
        ("深圳南山科技园", "440305", "科技园"),
        ("Acme Street 1", "", "Acme Street 1"),
        ("", "", ""),
    ],
)
def test_addresses_are_understood(text: str, code: str, street: str) -> None:
    address = parse_address(text)
    assert (address.code, address.street) == (code, street)


def test_levels_left_out_are_filled_in() -> None:
    assert parse_address("西湖区文三路") == ("", "", "", "", "西湖区文三路")  # Nanchang has one too
    address = parse_address("义乌稠州北路1号")
    assert address == ("330782", "浙江省", "金华市", "义乌市", "稠州北路1号")
    assert address.full == "浙江省金华市义乌市稠州北路1号"
    assert parse_address("北京朝阳建国路").full == "北京市朝阳区建国路"
    assert address.complete
    assert not parse_address("杭州").complete


def test_every_full_name_is_found() -> None:
    for division in table().level(6):
        full = address_of(division.code).full
        assert parse_address(full + "1号").code == division.code, full


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(Invalid):
        address_of("999999")


@given(st.text(alphabet="浙江省杭州市西湖区北京朝阳路街1号 ,-内蒙古自治上海", max_size=30))
def test_nothing_is_lost_but_places(text: str) -> None:
    address = parse_address(text)
    assert text.strip().endswith(address.street)


@pytest.mark.parametrize("text", ["市" * 100_000, " ," * 50_000, "中国" * 150, "1" * 300, "-" * 300])
def test_T57_hostile_addresses_cost_no_time(text: str) -> None:
    table()
    started = time.process_time()
    with contextlib.suppress(Invalid):
        parse_address(text)
    assert time.process_time() - started < 0.1


@pytest.mark.release
def test_thirty_thousand_addresses_a_second() -> None:
    texts = ["浙江省杭州市西湖区文三路100号", "杭州西湖文三路100号", "江苏昆山市花桥镇", "海淀区中关村大街"] * 2500
    parse_address(texts[0])
    started = time.process_time()
    for text in texts:
        parse_address(text)
    assert len(texts) / (time.process_time() - started) > 20_000


def test_the_table_is_read_from_the_assets() -> None:
    assert isinstance(divisions_dir(), Path)
    assert table().path("330106") == ("浙江省", "杭州市", "西湖区")
    assert len(list(table().level(6))) > 2900
