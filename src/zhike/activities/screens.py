"""Declarations of touches and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.activities import actions
from zhike.activities.terms import Direction, TouchKind
from zhike.kernel import clock
from zhike.kernel.html import made
from zhike.kernel.marks import NOTHING, when
from zhike.kernel.screens import Column, Kind, Reader, Screen, Section, Writers, register


def due_cell(value: Any, row: Mapping[str, Any], reader: Reader) -> SafeString:
    """The day a task is due; red when that has passed and the task is open."""
    if value is None:
        return NOTHING
    late = clock.business_day(value, reader.actor.zone) < reader.today
    return when(value, reader, "red" if late and not (row.get("_done_at") or row.get("done_at")) else "")


def important_cell(value: Any, row: Mapping[str, Any], reader: Reader) -> SafeString:
    """A tag where it is so; a column of “no” says nothing."""
    return made('<span class="mk amb">{}</span>', gettext("Important")) if value else NOTHING


TOUCH = register(
    Screen(
        type="touch",
        slug="touches",
        model="activities.Touch",
        label=_("Touch"),
        label_plural=_("Touches"),
        icon="message-circle",
        title="text",
        order="-at",
        party="party",
        rail=40,
        writers=Writers(create=actions.create_touch_row, update=actions.update_touch_row),
        creatable=True,
        custom_fields=True,
        sections=(Section(key="main", label=_("Touch")),),
        columns=(
            Column(
                name="text",
                label=_("What happened"),
                kind=Kind.LONG_TEXT,
                listed=True,
                required=True,
                aliases=("内容", "跟进内容", "沟通内容", "记录"),
            ),
            Column(
                name="party",
                label=_("Customer"),
                kind=Kind.RECORD,
                to="party",
                listed=True,
                required=True,
                aliases=("客户", "客户名称"),
            ),
            Column(
                name="kind",
                label=_("Kind"),
                kind=Kind.CHOICE,
                choices=TouchKind,
                listed=True,
                aliases=("方式", "跟进方式", "类型"),
            ),
            Column(
                name="at",
                label=_("When"),
                kind=Kind.DATETIME,
                listed=True,
                sortable=True,
                aliases=("时间", "跟进时间", "日期"),
            ),
            Column(name="owner", label=_("By"), kind=Kind.PERSON, listed=True, editable=False, aliases=("跟进人",)),
            Column(name="person", label=_("With whom"), kind=Kind.RECORD, to="party"),
            Column(name="direction", label=_("Direction"), kind=Kind.CHOICE, choices=Direction),
            Column(name="minutes", label=_("Minutes"), kind=Kind.NUMBER),
            Column(name="place", label=_("Place"), max_length=200),
        ),
    )
)

TASK = register(
    Screen(
        type="task",
        slug="tasks",
        model="activities.Task",
        label=_("Task"),
        label_plural=_("Tasks"),
        icon="list-check",
        order="due_at",
        party="party",
        writers=Writers(create=actions.create_task_row, update=actions.update_task_row),
        rail=30,
        list_related=("done_at",),
        sections=(Section(key="main", label=_("Task")),),
        columns=(
            Column(
                name="name",
                label=_("What to do"),
                listed=True,
                required=True,
                sortable=False,
                max_length=200,
                aliases=("任务", "待办", "主题", "标题"),
            ),
            Column(
                name="party",
                label=_("Customer"),
                kind=Kind.RECORD,
                to="party",
                listed=True,
                aliases=("客户", "客户名称"),
            ),
            Column(
                name="due_at",
                label=_("Due"),
                kind=Kind.DATETIME,
                listed=True,
                sortable=True,
                cell=due_cell,
                aliases=("截止", "到期", "截止时间"),
            ),
            Column(name="owner", label=_("Owner"), kind=Kind.PERSON, listed=True, aliases=("负责人", "执行人")),
            Column(name="important", label=_("Important"), kind=Kind.BOOL, listed=True, cell=important_cell),
            Column(name="reason", label=_("Reason"), max_length=400, listed=True, width="w8"),
            Column(name="done_at", label=_("Done"), kind=Kind.DATETIME, editable=False, sortable=True),
        ),
    )
)
