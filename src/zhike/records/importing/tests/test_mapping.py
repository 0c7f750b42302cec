"""Columns find their fields."""

from __future__ import annotations

from zhike.records.importing.mapping import Reason, Target, guess_mapping, mapping_fingerprint, normalised

TARGETS = [
    Target(
        "name", "客户名称", aliases=("名称", "公司名称", "company", "account name", "客户", "企业名称"), required=True
    ),
    Target("contact", "联系人", aliases=("联系人姓名", "contact", "contact name", "姓名")),
    Target("mobile", "手机", "phone", ("手机号", "手机号码", "移动电话", "mobile", "cell phone"), pattern="mobile"),
    Target("phone", "电话", "phone", ("座机", "固定电话", "telephone", "tel", "联系电话", "phone number")),
    Target("email", "邮箱", "email", ("电子邮件", "email", "e-mail", "mail")),
    Target("credit_code", "统一社会信用代码", "text", ("信用代码", "税号"), pattern="credit_code"),
    Target("amount", "金额", "money", ("合同金额", "amount", "成交金额")),
    Target("created", "创建时间", "datetime", ("录入时间", "created at", "date created")),
    Target("tags", "标签", "tags", ("tags", "label"), repeatable=True),
    Target("website", "网址", "url", ("网站", "官网", "website")),
]


def found(headings: list[str], *rows: list[str]) -> list[str]:
    return [match.target for match in guess_mapping(headings, rows, TARGETS)]


def test_headings_in_three_languages_find_their_fields() -> None:
    assert found(["客户名称*", "聯絡人", "手機號碼", "E-Mail", "合同金额（万元）"]) == [
        "name",
        "contact",
        "mobile",
        "email",
        "amount",
    ]
    assert found(["Account_Name", "contactName", "Cell Phone", "TEL.", "Created At"]) == [
        "name",
        "contact",
        "mobile",
        "phone",
        "created",
    ]


def test_the_last_word_of_a_heading_counts_most() -> None:
    assert found(["客户联系电话", "负责人手机号", "公司官网"]) == ["phone", "mobile", "website"]


def test_contents_tell_what_headings_do_not() -> None:
    rows = [["a@b.cn", "13800138000", "91310000MA1FL0000X"], ["c@d.com", "13900139000", "91310000MA1FL0001X"]]
    matches = guess_mapping(["列1", "列2", "列3"], rows, TARGETS)
    assert [match.target for match in matches] == ["email", "mobile", "credit_code"]
    assert all(match.reason is Reason.CONTENT and match.confidence < 0.9 and match.why for match in matches)


def test_a_field_is_given_once_unless_it_is_repeatable() -> None:
    assert found(["电话", "电话 (2)", "标签", "标签 (2)"]) == ["phone", "", "tags", "tags"]


def test_contents_that_contradict_the_heading_lower_its_claim() -> None:
    sure, unsure = (guess_mapping(["邮箱"], rows, TARGETS)[0] for rows in ([["a@b.cn"]], [["张三"]]))
    assert sure.confidence > 0.9 > unsure.confidence


def test_columns_without_a_field_stay_free() -> None:
    assert found(["喜欢的颜色", ""], ["红", ""]) == ["", ""]


def test_the_fingerprint_ignores_spelling_but_not_order() -> None:
    assert mapping_fingerprint(["客户名称 *", "手機"]) == mapping_fingerprint(["客户名称", "手机（必填）"])
    assert mapping_fingerprint(["a", "b"]) != mapping_fingerprint(["b", "a"])
    assert normalised("金额（元）") == "金额"
