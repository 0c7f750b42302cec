"""People let out at once, sessions and passwords, acting as somebody, tokens that never may do more than their owner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from zhike.identity import access, tasks, tokens
from zhike.identity.actions import (
    PersonChange,
    act_as,
    deactivate_person,
    grant_right_to_role,
    reactivate_person,
    revoke_right_of_role,
    set_field_rule_of_role,
    set_roles_of_person,
    update_person,
)
from zhike.identity.models import Session, Team, Token, User
from zhike.identity.standard_roles import ensure
from zhike.identity.terms import Effect, Extent
from zhike.identity.testing import PASSWORD, World
from zhike.kernel.actions import run
from zhike.kernel.actor import Actor, FieldRule, Reach
from zhike.kernel.errors import Conflict, DomainError, Forbidden
from zhike.kernel.jobs import enqueue, job, works
from zhike.kernel.models import Event
from zhike.kernel.testing import SYSTEM

pytestmark = pytest.mark.django_db


def bearer(key: str) -> dict[str, Any]:
    return {"HTTP_AUTHORIZATION": f"Bearer {key}"}


def test_T9_one_let_out_is_refused_on_the_next_request(world: World) -> None:
    key, client = world.token("何永强"), world.client("何永强")
    assert client.get("/me/").status_code == 200 and tokens.actor_with(key)
    deactivate_person(world.people["何永强"], by=world.actor("沈嘉禾"))
    assert client.get("/me/").status_code == 302
    assert tokens.actor_with(key) is None
    assert Client().post("/signin/", {"username": "heyongqiang", "password": PASSWORD}).status_code == 422
    with pytest.raises(DomainError):
        access.actor_of(world.people["何永强"].pk)
    reactivate_person(User.objects.get(username="heyongqiang"), by=world.actor("沈嘉禾"))
    assert tokens.actor_with(key) is None and client.get("/me/").status_code == 302


def test_T9_the_last_who_gives_rights_cannot_be_lost(world: World) -> None:
    admin = world.actor("沈嘉禾")
    with pytest.raises(Conflict):
        deactivate_person(world.people["沈嘉禾"], by=admin)
    with pytest.raises(Conflict):
        deactivate_person(world.people["沈嘉禾"], by=SYSTEM)
    with pytest.raises(Conflict):
        set_roles_of_person(world.people["沈嘉禾"], roles=[], by=admin)
    with pytest.raises(Conflict):
        revoke_right_of_role(world.roles["administrator"], right="identity.roles", by=admin)


def test_T10_a_new_password_ends_other_sessions(world: World) -> None:
    here, there = world.client("何永强"), world.client("何永强")
    old = here.cookies["zhike"].value
    wrong = here.post("/me/password/", {"current": "wrong", "password": "一个全新的长密码"})
    assert wrong.status_code == 422
    assert here.post("/me/password/", {"current": PASSWORD, "password": "一个全新的长密码"}).status_code == 302
    assert here.get("/me/").status_code == 200 and there.get("/me/").status_code == 302
    assert here.cookies["zhike"].value != old


def test_T10_sessions_are_listed_and_ended_without_showing_keys(world: World) -> None:
    here, there = world.client("何永强"), world.client("何永强")
    page = here.get("/me/sessions/").content.decode()
    for client in (here, there):
        assert client.cookies["zhike"].value not in page
    other = Session.objects.filter(user=world.people["何永强"]).order_by("created_at").last()
    assert other is not None
    assert world.client("吴敏").post(f"/me/sessions/{other.pk}/end/").status_code == 404
    assert here.post(f"/me/sessions/{other.pk}/end/").status_code == 302
    assert there.get("/me/").status_code == 302 and here.get("/me/").status_code == 200


def test_T10_an_administrator_ends_anyones_sessions(world: World) -> None:
    client, person = world.client("何永强"), world.people["何永强"]
    assert world.client("周晓岚").post(f"/settings/people/{person.pk}/end-sessions/").status_code in (403, 404)
    assert client.get("/me/").status_code == 200
    assert world.client("沈嘉禾").post(f"/settings/people/{person.pk}/end-sessions/").status_code == 302
    assert client.get("/me/").status_code == 302


def test_T8_acting_as_somebody_changes_the_key_and_leaves_both_names(world: World) -> None:
    client, other = world.client("沈嘉禾"), world.people["何永强"]
    old = client.cookies["zhike"].value
    assert client.post(f"/settings/people/{other.pk}/act-as/", {"reason": "x"}).status_code == 422
    assert (
        client.post(f"/settings/people/{other.pk}/act-as/", {"reason": "he cannot see a customer"}).status_code == 302
    )
    assert client.cookies["zhike"].value != old
    page = client.get("/me/").content.decode()
    assert "何永强" in page and "沈嘉禾" in page and "/me/self/" in page
    assert client.get("/settings/roles/").status_code == 403
    assert client.post("/me/tokens/", {"name": "t", "days": "7"}).status_code == 403
    assert client.post("/me/self/").status_code == 302
    assert client.get("/settings/roles/").status_code == 200
    began, ended = Event.objects.filter(type__startswith="person.acted_as").order_by("id")
    assert began.actor_id == world.people["沈嘉禾"].pk and began.subject_id == other.pk
    assert ended.actor_id == other.pk and ended.real_actor_id == world.people["沈嘉禾"].pk


def test_nobody_acts_as_a_superuser_or_twice(world: World) -> None:
    User.objects.filter(username="bailu").update(is_superuser=True)
    with pytest.raises(Forbidden):
        act_as(User.objects.get(username="bailu"), reason="because", by=world.actor("沈嘉禾"))
    with pytest.raises(Forbidden):
        act_as(world.people["吴敏"], reason="because", by=world.actor("周晓岚"))


def test_nobody_manages_one_who_may_do_more(world: World) -> None:
    grant_right_to_role(world.roles["manager"], right="person.edit", extent=Extent.ALL, by=SYSTEM)
    with pytest.raises(Forbidden):
        update_person(world.people["沈嘉禾"], PersonChange(email="mine@evil.example"), by=world.actor("周晓岚"))
    update_person(world.people["吴敏"], PersonChange(title="主管"), by=world.actor("周晓岚"))


def test_T21_a_token_may_do_what_it_says_and_no_more_than_its_owner_now(world: World) -> None:
    reading = tokens.actor_with(world.token("沈嘉禾", read_only=True))
    only = tokens.actor_with(world.token("沈嘉禾", types=["team"]))
    full = world.token("沈嘉禾")
    assert reading and reading.can("team.view") and not reading.can("team.create")
    assert only and only.can("team.create") and not only.can("person.view")
    for actor in (reading, only, tokens.actor_with(full)):
        assert actor and not actor.can(access.ACCOUNT)
    with pytest.raises(Forbidden):
        run("create_team", by=reading, data={"name": "x"})
    assert run("create_team", by=tokens.actor_with(full), data={"name": "海外部"}).value  # type: ignore[arg-type]
    revoke_right_of_role(world.roles["administrator"], right="team.create", by=SYSTEM)
    with pytest.raises(Forbidden):
        run("create_team", by=tokens.actor_with(full), data={"name": "y"})  # type: ignore[arg-type]


def test_T21_an_ended_or_revoked_token_is_unknown(world: World) -> None:
    key = world.token("何永强")
    now = timezone.now()
    assert tokens.actor_with(key, now + timedelta(days=89)) and tokens.actor_with(key, now + timedelta(days=91)) is None
    token = Token.objects.get()
    assert key not in str(list(Token.objects.values()))
    assert world.client("吴敏").post(f"/me/tokens/{token.pk}/revoke/").status_code == 404
    assert world.client("何永强").post(f"/me/tokens/{token.pk}/revoke/").status_code == 302
    assert tokens.actor_with(key) is None


def test_T21_a_queued_job_runs_with_the_rights_of_the_moment_it_runs(world: World) -> None:
    seen: list[bool] = []
    job("identity.test_rights")(lambda by: seen.append(by.can("team.create")))
    admin = world.actor("沈嘉禾")
    enqueue("identity.test_rights", admin)
    revoke_right_of_role(world.roles["administrator"], right="team.create", by=SYSTEM)
    enqueue("identity.test_rights", admin)
    assert seen == [True, False]


def test_T32_a_token_call_ignores_cookies_and_a_cookie_call_needs_its_csrf_token(world: World) -> None:
    client = world.client("沈嘉禾", enforce_csrf_checks=True)
    assert client.get("/api/x", HTTP_AUTHORIZATION="Bearer zk_wrong").status_code == 401
    assert client.get("/me/", HTTP_AUTHORIZATION="Bearer zk_wrong").status_code == 200
    assert client.post("/api/x").status_code == 403
    assert Client().get("/me/", **bearer(world.token("沈嘉禾"))).status_code == 302


def test_T23_an_error_in_the_rights_code_refuses(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("broken")

    client = world.client("沈嘉禾", raise_request_exception=False)
    monkeypatch.setattr(access, "_field_rules", broken)
    access.rights_changed()
    assert client.get("/settings/roles/").status_code == 500
    monkeypatch.setattr("zhike.kernel.models.Scope.condition", broken)
    partly = Actor(None, "x", grants={"person.view": Reach(owners=frozenset({world.people["吴敏"].pk}))})
    with pytest.raises(RuntimeError):
        list(User.objects.visible_to(partly))


def test_denial_beats_every_allowance_and_the_strictest_field_rule_holds(world: World) -> None:
    both = [world.roles["manager"].pk, world.roles["service"].pk]
    set_roles_of_person(world.people["周晓岚"], roles=both, by=SYSTEM)
    grant_right_to_role(
        world.roles["service"], right="person.view", extent=Extent.TEAM_BELOW, effect=Effect.DENY, by=SYSTEM
    )
    set_field_rule_of_role(world.roles["service"], column="person.phone", rule=FieldRule.MASKED, by=SYSTEM)
    set_field_rule_of_role(world.roles["manager"], column="person.phone", rule=FieldRule.HIDDEN, by=SYSTEM)
    actor = world.actor("周晓岚")
    seen = set(User.objects.visible_to(actor).values_list("name", flat=True))
    assert "孙雨桐" in seen and "何永强" not in seen
    assert actor.rule("person", "phone") is FieldRule.HIDDEN


def test_standard_roles_are_made_once_and_leave_what_was_changed(world: World) -> None:
    revoke_right_of_role(world.roles["salesperson"], right="team.view", by=SYSTEM)
    grant_right_to_role(world.roles["salesperson"], right="team.edit", by=SYSTEM)
    ensure()
    assert not world.actor("何永强").can("team.view") and world.actor("何永强").can("team.edit")


def test_T63_every_change_of_rights_leaves_exactly_one_event(world: World) -> None:
    admin, role, person = world.actor("沈嘉禾"), world.roles["salesperson"], world.people["吴敏"]
    acts: list[tuple[str, Any, dict[str, Any]]] = [
        ("grant_right_to_role", role.pk, {"right": "team.edit", "extent": "all"}),
        ("revoke_right_of_role", role.pk, {"right": "team.edit"}),
        ("set_field_rule_of_role", role.pk, {"column": "person.phone", "rule": "masked"}),
        ("set_rights_of_role", role.pk, {"rights": {"team.view": "deny:all"}}),
        ("set_roles_of_person", person.pk, {"roles": [str(role.pk)]}),
        ("invite_person", person.pk, {}),
        ("end_sessions_of_person", person.pk, {}),
        ("change_organisation", None, {"name": "华澜集团"}),
        ("update_person", person.pk, {"title": "主管"}),
        ("deactivate_person", person.pk, {}),
    ]
    for name, subject, data in acts:
        before = Event.objects.count()
        run(name, by=admin, subject_id=subject, data=data)
        assert Event.objects.count() == before + 1, name
        event = Event.objects.order_by("-id")[0]
        assert (event.action, event.actor_id) == (name, admin.user_id)


def test_a_signed_in_request_costs_one_query_for_who_asks(world: World) -> None:
    client = world.client("何永强")
    client.get("/me/security/confirm/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/me/security/confirm/")
    assert len([q for q in asked.captured_queries if "identity_" in q["sql"]]) == 1
    assert len(asked) <= 3


def test_the_sweep_takes_away_what_is_over(world: World) -> None:
    world.client("何永强")
    world.client("吴敏")
    Session.objects.filter(user=world.people["吴敏"]).update(last_seen_at=timezone.now() - timedelta(hours=2))
    assert works["identity.sweep"] is tasks.sweep
    tasks.sweep(SYSTEM)
    assert Session.objects.get().user == world.people["何永强"]


def test_a_persons_card_leads_to_their_access(world: World) -> None:
    page = world.client("沈嘉禾").get(f"/people/{world.people['吴敏'].pk}/")
    assert page.status_code == 200
    assert f"/settings/people/{world.people['吴敏'].pk}/" in page.content.decode()


def test_people_are_added_and_changed_through_the_standard_forms(world: World) -> None:
    admin = world.actor("沈嘉禾")
    made = run(
        "create_person", by=admin, data={"name": "韩梅", "username": "hanmei", "team": str(world.teams["杭州组"].pk)}
    )
    assert made.value.team == world.teams["杭州组"]
    run("update_person", by=admin, subject_id=made.value.pk, data={"title": "专员", "email": "Han@Hualan.example"})
    person = User.objects.get(username="hanmei")
    assert (person.title, person.email, person.has_usable_password()) == ("专员", "han@hualan.example", False)
    with pytest.raises(DomainError):
        run("create_person", by=admin, data={"name": "x", "username": "a b"})


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36", "Chrome · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0", "Edge · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605 Version/17.5 Safari/605.1.15", "Safari · macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit MicroMessenger/8.0", "微信 · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox · Linux"),
        ("curl/8.5.0", "其他程序"),
        ("", "其他程序"),
    ],
)  # fmt: skip
def test_a_session_is_shown_by_browser_and_system_in_words(world: World, agent: str, words: str) -> None:
    client = world.client("何永强")
    Session.objects.filter(user=world.people["何永强"]).update(device=agent)
    shown = client.get("/me/sessions/").content.decode()
    assert words in shown and "Mozilla" not in shown
    assert "当前" in shown  # the one being used is marked


def test_two_teams_at_the_top_cannot_have_one_name_in_any_database(db: None) -> None:
    Team(name="总部", path="/a/").save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Team(name="总部", path="/b/").save(force_insert=True)
    assert not [found for found in run_checks(databases=["default"]) if found.id == "models.W047"]


def test_a_manager_keeps_tags_and_shares_views(world: World) -> None:
    manager, seller = world.actor("周晓岚"), world.actor("何永强")
    assert all(manager.can(right) for right in ("records.share_views", "records.tags"))
    assert not any(seller.can(right) for right in ("records.share_views", "records.tags", "records.fields"))
    assert world.client("周晓岚").get("/settings/tags/").status_code == 200
