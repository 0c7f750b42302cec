"""The scene that the voices play in: one customer of 何永强's, with people, touches and an open task."""

from __future__ import annotations

from zhike.activities.actions import TaskDraft, TouchDraft, log_touch, plan_task
from zhike.activities.terms import TouchKind
from zhike.customers.models import Party
from zhike.identity.testing import World
from zhike.kernel.actions import run

HOTEL = "杭州绿野精选酒店管理集团股份有限公司"


def hotel(world: World) -> Party:
    """The customer everybody talks about."""
    he = world.actor("何永强")
    data = {
        "name": HOTEL,
        "level": "A",
        "mobile": "13812345678",
        "industry": "酒店",
        "address": "浙江省杭州市滨江区江南大道588号",
    }
    party: Party = run("create_party", by=he, data=data).value
    said = TouchDraft(text="二期 6 店的冰箱方案，陆总要求 12 月初评审", kind=TouchKind.CALL)
    log_touch(party, said, by=he)
    plan_task(party, TaskDraft(name="给出五年保养书面条款", reason="答应周五前给"), by=he)
    party.refresh_from_db()
    return party
