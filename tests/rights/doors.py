"""The doors to a record: every way in which somebody may reach, change, take out or talk about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from zhike.customers.models import Party
from zhike.identity.models import User
from zhike.identity.testing import PASSWORD, World
from zhike.kernel.actions import registry, run
from zhike.kernel.models import Record
from zhike.kernel.screens import Kind, Screen, screens
from zhike.kernel.testing import SYSTEM
from zhike.records.columns import choices_of
from zhike.records.files import store
from zhike.records.models import Attachment
from zhike.records.search.index import index

# What a door needs: an index into the letters that the policy gives a role.
SEE, WORK, BIN, BACK, HAND, JOIN, PRINT, TALK, TAKE = range(9)


@dataclass(frozen=True, slots=True)
class Door:
    """One way to a record: what it needs (index into the policy's letters) and the request."""

    name: str
    needs: int
    knock: Callable[[Client, Screen, Record], Any]
    action: str = ""  # only types with this action have the door
    types: tuple[str, ...] = ()  # only these have it; () all
    staged: Callable[[World, Record], None] | None = None  # what must be so before somebody knocks

    def of(self, type_: str) -> bool:
        """Whether the type has it."""
        offered = not self.action or f"{self.action}_{type_}" in registry
        return offered and (not self.types or type_ in self.types)


def _get(tail: str) -> Callable[[Client, Screen, Record], Any]:
    return lambda client, screen, record: client.get(f"/{screen.slug}/{record.pk}/{tail}")


def _edit(client: Client, screen: Screen, record: Record) -> Any:
    sent = {screen.title: "改过的名字", "_version": str(record.version)}
    return client.post(f"/{screen.slug}/{record.pk}/edit/", sent)


def _patch(client: Client, screen: Screen, record: Record) -> Any:
    change = {screen.title: "改过的名字"}
    return client.patch(f"/api/{screen.slug}/{record.pk}", change, "application/json", headers={"If-Match": "*"})


def _drop(client: Client, screen: Screen, record: Record) -> Any:
    column = next(column for column in screen.columns if column.kind is Kind.CHOICE and column.editable)
    to = list(choices_of(column))[-1]
    return client.post(f"/{screen.slug}/{record.pk}/lane/?by={column.name}&_version={record.version}", {"to": to})


def _in_the_bin(_world: World, record: Record) -> None:
    model: Any = type(record)
    model.objects.filter(pk=record.pk).update(archived_at=timezone.now())


def _post(tail: str, **sent: str) -> Callable[[Client, Screen, Record], Any]:
    return lambda client, screen, record: client.post(f"/{screen.slug}/{record.pk}/{tail}", sent)


def _call(verb: str) -> Callable[[Client, Screen, Record], Any]:
    return lambda client, screen, record: client.post(f"/api/{screen.slug}/{record.pk}/{verb}", {}, "application/json")


def _hand_over(client: Client, screen: Screen, record: Record) -> Any:
    return client.post(f"/{screen.slug}/{record.pk}/transfer/", {"to": str(_successor()), "reason": "换区"})


def _api_hand_over(client: Client, screen: Screen, record: Record) -> Any:
    sent = {"to": str(_successor()), "reason": "换区"}
    return client.post(f"/api/{screen.slug}/{record.pk}/transfer", sent, "application/json")


def _successor() -> Any:
    return User.objects.get(username="zhengkai").pk


def _with_a_twin(_world: World, record: Record) -> None:
    """A second one that stands to the person just as the first does."""
    twin = run("create_party", by=SYSTEM, data={"name": "另一条"}).value
    alike = {name: getattr(record, name) for name in ("owner_id", "team_id", "pool_id")}
    Party.objects.filter(pk=twin.pk).update(**alike)
    record.twin = str(twin.pk)  # type: ignore[attr-defined]


def _join(client: Client, screen: Screen, record: Record) -> Any:
    other = {"other": record.twin}  # type: ignore[attr-defined]
    return client.post(f"/api/{screen.slug}/{record.pk}/merge", other, "application/json")


def _api_bulk(verb: str, **data: str) -> Callable[[Client, Screen, Record], Any]:
    def knock(client: Client, screen: Screen, record: Record) -> Any:
        pk = str(record.pk)
        values = {screen.title if name == "title" else name: value for name, value in data.items()}
        sent = {"ids": [pk], "data": values, "versions": {pk: record.version}}
        answer = client.post(f"/api/{screen.slug}/bulk/{verb}", sent, "application/json")
        return _of_one(answer, answer.json().get("refused", [])) if answer.status_code == 200 else answer

    return knock


def _bulk(verb: str) -> Callable[[Client, Screen, Record], Any]:
    def knock(client: Client, screen: Screen, record: Record) -> Any:
        answer = client.post(f"/{screen.slug}/bulk/{verb}_{screen.type}/", {"ids": [f"{record.pk}:{record.version}"]})
        return _of_one(answer, answer.context["result"].refused) if answer.status_code == 200 else answer

    return knock


def _of_one(answer: Any, refused: Any) -> Any:
    """What a bulk call said of its one record, as a status."""
    codes = {"not_found": 404, "forbidden": 403}
    return SimpleNamespace(status_code=codes.get(refused[0]["code"], 409) if refused else 200)


def _pick(client: Client, screen: Screen, record: Record) -> Any:
    """Offered while typing, or not at all."""
    items = client.get(f"/{screen.slug}/pick/", {"q": str(getattr(record, screen.title))}).json()["items"]
    return SimpleNamespace(status_code=200 if str(record.pk) in {item["value"] for item in items} else 404)


def _alone(_world: World, record: Record) -> None:
    """A name that no other record has, so that the picker has room for it."""
    title, name = screens[record.record_type].title, f"唯一{record.pk.hex[-12:]}"
    model: Any = type(record)
    model.objects.filter(pk=record.pk).update(**{title: name})
    setattr(record, title, name)
    if screens[record.record_type].search:
        index(record)


def _listed(client: Client, screen: Screen, record: Record) -> Any:
    items = client.get(f"/api/{screen.slug}").json()["items"]
    return _found(str(record.pk) in {item["id"] for item in items})


def _drawn(client: Client, screen: Screen, record: Record) -> Any:
    return _found(str(record.pk) in client.get(f"/{screen.slug}/").content.decode())


def _searched(client: Client, screen: Screen, record: Record) -> Any:
    answer = client.get("/search/", {"q": str(getattr(record, screen.title))}, headers={"Accept": "application/json"})
    hits = {hit["id"] for group in answer.json()["groups"] for hit in group["hits"]}
    return _found(str(record.pk) in hits)


def _taken_out(client: Client, screen: Screen, record: Record) -> Any:
    """In the file of an export, or not; or no export at all."""
    sent = {"format": "csv:utf-8-sig", "reason": "核对", "columns": [screen.title], "password": PASSWORD}
    answer: Any = client.post(f"/{screen.slug}/export/", sent)
    if answer.status_code != 200:
        return answer
    written = answer.getvalue().decode("utf-8-sig")
    return _found(str(getattr(record, screen.title)) in written)


def _found(there: bool) -> Any:
    """What is listed or not, as a status."""
    return SimpleNamespace(status_code=200 if there else 404)


def _api_comment(client: Client, screen: Screen, record: Record) -> Any:
    return client.post(f"/api/{screen.slug}/{record.pk}/comment", {"text": "请尽快回复"}, "application/json")


def _attach(client: Client, screen: Screen, record: Record) -> Any:
    paper = SimpleUploadedFile("报价.txt", "空调 20 台".encode())
    return client.post(f"/{screen.slug}/{record.pk}/files/", {"file": paper})


def _with_a_file(world: World, record: Record) -> None:
    """A file that the administrator put on it."""
    by = world.actor("沈嘉禾")
    ticket = store.take(SimpleUploadedFile("合同.txt", "空调 20 台".encode()), "合同.txt", by)
    run(f"attach_file_{record.record_type}", by=by, subject_id=record.pk, data={"upload": ticket, "name": "合同.txt"})
    record.paper = str(Attachment.objects.latest("created_at").pk)  # type: ignore[attr-defined]


def _fetch(client: Client, screen: Screen, record: Record) -> Any:
    answer: Any = client.get(f"/{screen.slug}/{record.pk}/files/{record.paper}/")  # type: ignore[attr-defined]
    if answer.streaming:
        answer.getvalue()  # read to its end, where the file is closed
    return answer


def _take_off(client: Client, screen: Screen, record: Record) -> Any:
    return client.post(f"/{screen.slug}/{record.pk}/files/{record.paper}/remove/")  # type: ignore[attr-defined]


DOORS = (
    Door("card", SEE, _get("")),
    Door("drawer", SEE, _get("drawer/")),
    Door("history", SEE, _get("history/")),
    Door("api get", SEE, lambda c, s, r: c.get(f"/api/{s.slug}/{r.pk}")),
    Door("api rows", SEE, lambda c, s, r: c.get(f"/api/{s.slug}/{r.pk}/rows"), types=("party",)),
    Door("api history", SEE, lambda c, s, r: c.get(f"/api/{s.slug}/{r.pk}/history")),
    Door("autocomplete", SEE, _pick, staged=_alone),
    Door("edit form", WORK, _get("edit/")),
    Door("edit", WORK, _edit),
    Door("drop on a lane", WORK, _drop, types=("party", "touch", "showroom")),
    Door("api patch", WORK, _patch),
    Door("api bulk edit", WORK, _api_bulk("update", title="改过的名字")),
    Door("archive", BIN, lambda c, s, r: c.post(f"/{s.slug}/{r.pk}/archive/", {"_version": str(r.version)})),
    Door("api delete", BIN, lambda c, s, r: c.delete(f"/api/{s.slug}/{r.pk}")),
    Door("bulk archive", BIN, _bulk("archive"), "archive"),
    Door("api bulk archive", BIN, _api_bulk("archive"), "archive"),
    Door("restore", BACK, _post("restore/"), "restore", staged=_in_the_bin),
    Door("api restore", BACK, _call("restore"), "restore", staged=_in_the_bin),
    Door("bulk restore", BACK, _bulk("restore"), "restore", staged=_in_the_bin),
    Door("transfer", HAND, _hand_over, "transfer"),
    Door("api transfer", HAND, _api_hand_over, "transfer"),
    Door("api merge", JOIN, _join, "merge", staged=_with_a_twin),
    Door("list", SEE, _listed),
    Door("list drawn", SEE, _drawn),
    Door("search", SEE, _searched, types=("party", "showroom"), staged=_alone),
    Door("related lists", SEE, _get("panel/related/"), types=("party",)),
    Door("people related", SEE, _get("panel/people/"), types=("party",)),
    Door("export", TAKE, _taken_out, staged=_alone),
    Door("files", SEE, _get("files/")),
    Door("fetch a file", SEE, _fetch, staged=_with_a_file),
    Door("attach a file", WORK, _attach),
    Door("take a file off", WORK, _take_off, staged=_with_a_file),
    Door("comments", SEE, _get("comments/")),
    Door("comment", TALK, _post("comments/", text="请尽快回复")),
    Door("api comment", TALK, _api_comment),
    Door("print", PRINT, _get("brief/"), types=("party",)),
)
