"""V18 “The customer comes in half an hour to sign; the person in charge has left; I know nothing.”

→ One page brief: who they are, value, open business, promises, last contacts, risks; and a handover that moves
everything a leaver owns in one act. *1 click.*
"""

import pytest

from tests.conftest import OpenPage
from tests.voices.stage import HOTEL, hotel
from zhike.activities.models import Task
from zhike.identity.models import User
from zhike.identity.testing import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_v18_one_click_from_the_card_gives_the_brief(open_page: OpenPage, world: World) -> None:
    party = hotel(world)
    page = open_page(f"/customers/{party.pk}/", user=world.people["周晓岚"])
    page.locator(f"a[href$='/customers/{party.pk}/brief/'], a[href='brief/']").first.click()  # the one click
    page.wait_for_url("**/brief/")
    told = page.locator("main").inner_text()
    assert HOTEL in told
    assert "二期 6 店的冰箱方案" in told  # last contacts
    assert "给出五年保养书面条款" in told  # open business
    assert "何永强" in told  # who was in charge


def test_v18_a_handover_moves_everything_in_one_act(open_page: OpenPage, world: World) -> None:
    party = hotel(world)
    leaver, successor = world.people["何永强"], world.people["吴敏"]
    elsewhere = world.client("何永强")
    page = open_page(f"/settings/people/{leaver.pk}/handover/", user=world.people["沈嘉禾"])
    assert (
        HOTEL[:4] in page.locator("main").inner_text() or "1" in page.locator("main").inner_text()
    )  # the preview counts
    page.select_option("select[name=to]", str(successor.pk))
    page.click("main form .form-foot button.btn")
    page.wait_for_load_state("networkidle")
    party.refresh_from_db()
    assert party.owner_id == successor.pk
    assert set(Task.objects.filter(party=party).values_list("owner_id", flat=True)) == {successor.pk}
    assert not User.objects.get(pk=leaver.pk).is_active
    assert elsewhere.get("/").status_code == 302  # signed out at once
