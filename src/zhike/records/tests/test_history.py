"""The story of a record: by kind, by person, page by page, without what is not for the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zhike.identity.access import rights_changed
from zhike.identity.models import FieldGrant
from zhike.kernel.actions import run

if TYPE_CHECKING:
    from zhike.identity.testing import World


@pytest.fixture
def record(world: World) -> Any:
    """A customer that two people worked on."""
    made = run("create_party", by=world.actor("何永强"), data={"name": "西湖电器", "source": "秋季展会"}).value
    run("update_party", by=world.actor("周晓岚"), subject_id=made.pk, data={"source": "老客户转介绍"})
    return made


def test_a_story_is_read_by_kind_and_by_person(world: World, record: Any) -> None:
    client = world.client("何永强")
    url = f"/customers/{record.pk}/history/"
    assert "老客户转介绍" in client.get(url).content.decode()
    assert "老客户转介绍" not in client.get(url, {"kind": "party.created"}).content.decode()
    assert "老客户转介绍" in client.get(url, {"who": str(world.people["周晓岚"].pk)}).content.decode()
    assert "老客户转介绍" not in client.get(url, {"who": str(world.people["何永强"].pk)}).content.decode()
    assert client.get(url, {"kind": "'; DROP", "who": "x", "before": "%00"}).status_code == 200


@pytest.mark.parametrize("rule", ["hidden", "masked"])
def test_T18_the_story_keeps_what_a_role_may_not_read(world: World, record: Any, rule: str) -> None:
    FieldGrant.objects.create(role=world.roles["salesperson"], column="party.source", rule=rule)
    rights_changed()
    client = world.client("何永强")
    for url in (f"/customers/{record.pk}/history/", f"/customers/{record.pk}/", f"/customers/{record.pk}/drawer/"):
        page = client.get(url).content.decode()
        assert "老客户转介绍" not in page
        assert "秋季展会" not in page


def test_nobody_reads_the_story_of_a_record_out_of_reach(world: World, record: Any) -> None:
    assert world.client("吴敏").get(f"/customers/{record.pk}/history/").status_code == 404
