"""The declaration of customers: from it list, card, form, import, export, API and search follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.customers import actions, inner, queries
from zhike.customers.actions.adding import FURTHER, further
from zhike.customers.matching import employers, incoming
from zhike.customers.merging import queries as merging_queries
from zhike.customers.merging import similar
from zhike.customers.models import Party
from zhike.customers.pool import queries as pool_queries
from zhike.customers.terms import Form, Gender, Kind, Level, Relationship, Size
from zhike.kernel import clock, marks
from zhike.kernel.html import made, text
from zhike.kernel.screens import (
    Beside,
    Column,
    Duplicates,
    Elsewhere,
    Merging,
    Panel,
    Reader,
    Right,
    Screen,
    Section,
    Sensitive,
    Similar,
    Writers,
    register,
    register_rights,
)
from zhike.kernel.screens import Kind as Is
from zhike.records.actions import OWNERSHIP

STALE_DAYS, COLD_DAYS = 30, 90  # a last touch older than this is coloured


def name_cell(value: Any, row: Mapping[str, Any], reader: Reader) -> SafeString:
    """The one-character mark of the kind, and the name."""
    return made('{} <span class="cut">{}</span>', marks.kind(row.get("_kind") or row.get("kind") or ""), value)


def level_cell(value: Any, row: Mapping[str, Any], reader: Reader) -> SafeString:
    """The pyramid."""
    return marks.level(value) if value else marks.NOTHING


def touch_cell(value: Any, row: Mapping[str, Any], reader: Reader) -> SafeString:
    """When somebody was last in touch; amber and red when it is long ago."""
    if value is None:
        return made('<span class="i3">{}</span>', gettext("Never"))
    age = (reader.now - value).days
    return marks.when(value, reader, "red" if age > COLD_DAYS else "amb" if age > STALE_DAYS else "")


def next_cell(value: Any, row: Mapping[str, Any], reader: Reader) -> SafeString:
    """The next step and its day; red when it is overdue, amber when none is planned."""
    if not value:
        return made('<span class="amb">{}</span>', gettext("not planned"))
    at = row.get("_next_step_at") or row.get("next_step_at")
    if at is None:
        return text(value)
    day = clock.display_day(clock.business_day(at, reader.actor.zone), reader.today)
    return made('<span class="{}">{} · {}</span>', "red" if at < reader.now else "", value, day)


BASIC = (
    Column(
        name="name", label=_("Customer"), section="basic", sort="sort_key", listed=True, sortable=True, required=True,
        max_length=200, cell=name_cell,
        aliases=("客户", "客户名称", "公司名称", "单位名称", "企业名称", "名称", "姓名", "客户姓名", "name", "company",
                 "company name", "customer", "customer name", "account", "account name", "full name", "organisation",
                 "organization"),
    ),
    Column(
        name="level", label=_("Level"), kind=Is.CHOICE, choices=Level, section="basic", listed=True, inline=True,
        cell=level_cell, aliases=("客户等级", "等级", "级别", "层级", "客户级别", "level", "tier", "grade"),
    ),
    Column(
        name="owner", label=_("Owner"), kind=Is.PERSON, section="basic", listed=True,
        aliases=("负责人", "业务员", "客户经理", "销售", "所属人", "owner", "account owner", "sales rep", "salesperson"),
    ),
    Column(
        name="last_touch_at", label=_("Last touch"), kind=Is.DATETIME, section="status", listed=True, sortable=True,
        editable=False, cell=touch_cell, width="w5",
    ),
    Column(
        name="next_step", label=_("Next step"), section="status", listed=True, editable=False, width="w8",
        cell=next_cell,
    ),
    Column(
        name="city", label=_("City"), section="address", listed=True, max_length=40, width="w4",
        aliases=("城市", "市", "所在城市", "地市", "city", "town"),
    ),
    Column(
        name="source", label=_("Source"), section="basic", listed=True, max_length=80, inline=True, width="w5",
        aliases=("来源", "客户来源", "渠道来源", "线索来源", "source", "lead source"),
    ),
    Column(
        name="kind", label=_("Kind"), kind=Is.CHOICE, quick=True, choices=Kind, section="basic",
        aliases=("客户类型", "类型", "客户类别", "kind", "type", "customer type"),
    ),
    Column(
        name="form", label=_("Form"), kind=Is.CHOICE, choices=Form, section="basic",
        aliases=("个人或单位", "客户性质", "性质", "form", "person or organisation"),
    ),
    Column(
        name="short_name", label=_("Short name"), section="basic", max_length=100,
        aliases=("简称", "公司简称", "客户简称", "short name", "nickname"),
    ),
    Column(
        name="english_name", label=_("English name"), section="basic", max_length=200,
        aliases=("英文名", "英文名称", "english name"),
    ),
    Column(
        name="former_name", label=_("Former name"), section="basic", max_length=200,
        aliases=("曾用名", "原名", "former name", "previous name"),
    ),
    Column(name="tags", label=_("Tags"), kind=Is.TAGS, section="basic", aliases=("标签", "tags", "labels")),
)  # fmt: skip

BUSINESS = (
    Column(
        name="credit_code", label=_("Credit code"), section="business", max_length=30,
        aliases=("统一社会信用代码", "信用代码", "社会信用代码", "税号", "纳税人识别号", "credit code", "uscc", "tax id"),
    ),
    Column(
        name="industry", label=_("Industry"), section="business", max_length=80, listed=True, width="w5",
        aliases=("行业", "所属行业", "industry", "sector"),
    ),
    Column(
        name="size", label=_("Size"), kind=Is.CHOICE, choices=Size, section="business",
        aliases=("规模", "人员规模", "公司规模", "size", "company size"),
    ),
    Column(
        name="relationship", label=_("Relationship"), kind=Is.CHOICE, choices=Relationship, section="business",
        aliases=("关系类型", "合作关系", "relationship"),
    ),
    Column(
        name="parent", label=_("Parent company"), kind=Is.RECORD, to="party", section="business",
        aliases=("上级单位", "母公司", "所属集团", "集团", "parent", "parent company", "subsidiary of"),
    ),
    Column(
        name="contact_name", label=_("Contact person"), quick=True, section="contact", max_length=80, listed=False,
        aliases=("联系人", "联系人姓名", "主要联系人", "姓名", "contact", "contact name", "contact person",
                 "name", "full name"),
    ),
    Column(
        name="contact_title", label=_("Contact's position"), section="contact", max_length=80,
        aliases=("联系人职务", "联系人职位", "contact title", "contact position"),
    ),
)  # fmt: skip

CONTACT = (
    Column(
        name="mobile", label=_("Mobile"), kind=Is.PHONE, quick=True, section="contact", sensitive=Sensitive.PHONE, max_length=200,
        aliases=("手机", "手机号", "手机号码", "移动电话", "联系手机", "mobile", "mobile phone", "cell", "cell phone"),
    ),
    Column(
        name="phone", label=_("Telephone"), kind=Is.PHONE, section="contact", sensitive=Sensitive.PHONE,
        max_length=200,
        aliases=("电话", "联系电话", "固定电话", "座机", "公司电话", "联系方式", "phone", "phone number", "telephone", "tel",
                 "business phone"),
    ),
    Column(
        name="email", label=_("E-mail"), kind=Is.EMAIL, section="contact", sensitive=Sensitive.EMAIL, max_length=254,
        aliases=("邮箱", "电子邮箱", "电子邮件", "邮件", "email", "e-mail", "mail", "email address"),
    ),
    Column(
        name="wechat", label=_("WeChat"), section="contact", sensitive=Sensitive.ID, max_length=60,
        aliases=("微信", "微信号", "wechat", "weixin"),
    ),
    Column(
        name="qq", label=_("QQ"), section="contact", sensitive=Sensitive.ID, max_length=20,
        aliases=("QQ号", "QQ号码", "qq", "qq number"),
    ),
    Column(
        name="website", label=_("Website"), kind=Is.URL, section="contact", max_length=200,
        aliases=("网址", "网站", "官网", "主页", "website", "web", "url", "home page"),
    ),
    Column(
        name="do_not_contact", label=_("Do not contact"), kind=Is.BOOL, section="contact",
        aliases=("请勿联系", "免打扰", "拒绝联系", "do not contact", "opt out"),
    ),
)  # fmt: skip

ADDRESS = (
    Column(
        name="province", label=_("Province"), section="address", max_length=30,
        aliases=("省", "省份", "所在省", "province", "state", "region", "state/province"),
    ),
    Column(
        name="district", label=_("District"), section="address", max_length=40,
        aliases=("区", "区县", "县", "所在区", "district", "county"),
    ),
    Column(
        name="address", label=_("Address"), section="address", max_length=300,
        aliases=("地址", "详细地址", "公司地址", "联系地址", "通讯地址", "注册地址", "address", "street", "street address"),
    ),
)  # fmt: skip

PERSONAL = (
    Column(
        name="birthday", label=_("Birthday"), path="birthday_text", imported_as=Is.DATE, section="personal", max_length=40,
        help=_("1990-05-01, or a lunar day such as 农历八月十五."),
        aliases=("生日", "出生日期", "出生年月", "birthday", "birth date", "date of birth"),
    ),
    Column(
        name="gender", label=_("Gender"), kind=Is.CHOICE, choices=Gender, section="personal",
        aliases=("性别", "gender", "sex"),
    ),
    Column(
        name="title", label=_("Position"), section="personal", max_length=80,
        aliases=("职务", "职位", "称谓", "title", "job title", "position"),
    ),
)  # fmt: skip

OTHER = (
    Column(
        name="note", label=_("Note"), kind=Is.LONG_TEXT, section="other",
        aliases=("备注", "说明", "描述", "note", "notes", "remark", "remarks", "description", "comments"),
    ),
    Column(name="team", label=_("Team"), kind=Is.TEAM, section="other", editable=False, aliases=("团队", "部门", "team")),
    Column(
        name="external_id", label=_("Number elsewhere"), section="other", max_length=100,
        aliases=("客户编号", "编号", "客户代码", "外部编号", "id", "customer id", "customer no", "customer number", "customer key",
                 "客户号", "code", "uid"),
    ),
    Column(
        name="source_system", label=_("System of origin"), section="other", max_length=60,
        aliases=("来源系统", "source system"),
    ),
    Column(name="completeness", label=_("Completeness"), kind=Is.NUMBER, section="status", editable=False),
    Column(name="last_deal_at", label=_("Last deal"), kind=Is.DATETIME, section="status", editable=False),
    Column(name="next_step_at", label=_("Next step on"), kind=Is.DATETIME, section="status", editable=False),
    Column(
        name="created_at", label=_("Created"), kind=Is.DATETIME, section="status", sortable=True, editable=False,
        aliases=("创建时间", "创建日期", "建档日期", "建档时间", "录入时间", "created", "created at", "created on"),
    ),
    Column(
        name="pool", label=_("Public pool"), kind=Is.RECORD, to="pool", section="status", editable=False,
    ),
    Column(
        name="pooled_at", label=_("In the pool since"), kind=Is.DATETIME, section="status", sortable=True, editable=False,
    ),
    Column(name="pool_reason", label=_("Why it is in the pool"), section="status", editable=False, max_length=200),
    Column(name="locked", label=_("Locked"), kind=Is.BOOL, section="status", editable=False),
    Column(
        name="protected_until", label=_("Protected until"), kind=Is.DATETIME, section="status", editable=False,
    ),
    Column(
        name="created_by", label=_("Created by"), kind=Is.PERSON, section="status", editable=False,
        aliases=("创建人", "录入人", "created by", "author"),
    ),
)  # fmt: skip


def score_cell(value: Any, row: Mapping[str, Any], reader: Reader, *, name: str) -> SafeString:
    """A score as the card writes it; the moment it is of on hover."""
    if value is None:
        return marks.NOTHING
    moment = f"{clock.local(row[f'{name}__at'], reader.actor.zone):%Y-%m-%d %H:%M}"
    return made('<span title="{}">{}</span>', gettext("As of %(moment)s") % {"moment": moment}, floatformat(value, -2))


def score_columns() -> list[Column]:
    """A column for each score that was received."""
    names = {f"{queries.SCORE}{kind}": kind for kind in queries.score_kinds() if "," not in kind}
    return [
        Column(
            name=name, label=kind, kind=Is.NUMBER, section="status", editable=False, sortable=True, width="w4",
            cell=partial(score_cell, name=name), fill=queries.fill_scores,
            at=Elsewhere(
                model="customers.Score", relation="scores", where=(("kind", kind), ("latest", True)), value="value", back="party",
            ),
        )
        for name, kind in names.items()
    ]  # fmt: skip


def searched(party: Party) -> Mapping[str, Sequence[str]]:
    """What finds a party: every name, number, address and code."""
    return queries.searched(party)


SCREEN = register(
    Screen(
        type="party",
        slug="customers",
        model="customers.Party",
        label=_("Customer"),
        label_plural=_("Customers"),
        icon="users",
        columns=(*BASIC, *CONTACT, *BUSINESS, *ADDRESS, *PERSONAL, *OTHER),
        sections=(
            Section(key="basic", label=_("Basics")),
            Section(key="contact", label=_("Contact")),
            Section(key="address", label=_("Address")),
            Section(key="business", label=_("Business")),
            Section(key="personal", label=_("Personal")),
            Section(key="other", label=_("Other")),
        ),
        panels=(
            Panel(
                key="people", title=_("People and decisions"), template="customers/people.html", context=queries.people_panel
            ),
            Panel(key="pool", title=_("Public pool"), template="customers/pool/panel.html", context=pool_queries.pool_panel),
            Panel(
                key="related", title=_("Related"), template="customers/related.html", context=queries.related_panel,
                later=True,
            ),
            Panel(
                key="merged", title=_("Merged records"), template="customers/merging/panel.html",
                context=merging_queries.merged_panel, later=True,
            ),
            Panel(key="scores", title=_("Scores"), template="customers/scores.html", context=queries.scores_panel),
            Panel(
                key="points", title=_("Ways to reach"), template="customers/points.html", context=queries.points_panel,
                place="left",
            ),
            Panel(
                key="names", title=_("Other names"), template="customers/names.html", context=queries.names_panel,
                place="left", later=True,
            ),
            Panel(
                key="owners", title=_("Who was in charge"), template="customers/owners.html", context=queries.owners_panel,
                place="left", later=True,
            ),
            Panel(
                key="completeness", title=_("Completeness"), template="customers/completeness.html",
                context=queries.completeness_panel, place="left",
            ),
        ),
        inner=inner.ROWS,
        writers=Writers(
            create=actions.create, update=actions.update, create_many=actions.create_many, further=further,
            beside=("aliases", FURTHER, OWNERSHIP),
        ),
        duplicates=Duplicates(read=actions.read_many, find=incoming.find, note=incoming.note),
        beside=Beside(
            made=_("Companies made for people"),
            columns=employers.COLUMNS,
            keep=employers.keep,
            take_back=employers.take_back,
        ),
        merging=Merging(survivor=queries.survivor_of, absorbed=queries.merged_ids),
        similar=Similar(columns=similar.READ, find=lambda values, actor: similar.similar(values, actor).as_json()),
        hints="/customers/similar/",
        name_parts=True,
        search=searched,
        search_reads=("names", "points"),
        rail=20,
        party="pk",
        list_related=("kind", "next_step_at"),
        extra_rights=("merge", "claim"),
        on_cards=queries.on_cards,
        received=score_columns,
    )
)  # fmt: skip

register_rights(
    (
        Right(code="party.erase", label=_("Erase a customer's personal data")),
        Right(code="party.score", label=_("Record scores of customers")),
    )
)

# the rooms within customers declare their own, after the customer itself
from zhike.customers.handover import actions as _handover_actions  # noqa: E402, F401
from zhike.customers.merging import screens as _merging_screens  # noqa: E402, F401
from zhike.customers.pool import screens as _pool_screens  # noqa: E402, F401
from zhike.customers.territories import screens as _territory_screens  # noqa: E402, F401
