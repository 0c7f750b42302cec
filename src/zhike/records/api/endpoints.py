"""The operations under /api/: each parses, asks or runs, and answers; what exists follows from the declarations of this minute."""

from __future__ import annotations

import logging
from typing import Any

import orjson
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer

from zhike import __version__
from zhike.kernel import limits
from zhike.kernel.actions import Outcome, once, run
from zhike.kernel.actor import Actor
from zhike.kernel.doors import ActorRequest, answer, problem, sign_in_first
from zhike.kernel.errors import DomainError, Invalid, NotFound
from zhike.kernel.screens import screens
from zhike.records.access import screen_at
from zhike.records.actions import run_bulk
from zhike.records.api import bodies, offered, reading
from zhike.records.requests import read_query
from zhike.records.summary.presentation import summary_payload

logger = logging.getLogger(__name__)
MOST_IN_BULK = 500
JSON = "application/json"


class Caller(HttpBearer):
    """Whoever the identity middleware found: by token, or by session with its CSRF token."""

    openapi_description = "A personal token, made under “My tokens”."

    def __call__(self, request: HttpRequest) -> Any:
        return getattr(request, "actor", None)

    def authenticate(self, request: HttpRequest, token: str) -> Any:  # the middleware has done it
        return getattr(request, "actor", None)


api = NinjaAPI(
    title="知客 Zhike", version=__version__, auth=Caller(), openapi_url=None, docs_url=None, urls_namespace="api"
)


@api.exception_handler(DomainError)
def _refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    return answer(request, error)


@api.exception_handler(AuthenticationError)
def _anonymous(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return sign_in_first(request)


@api.exception_handler(OperationalError)
def _database_away(request: HttpRequest, error: OperationalError) -> HttpResponse:
    logger.error("the database did not answer", exc_info=error)
    body = {"code": "unavailable", "detail": str(_("The database is busy or away. Try again soon.")), "status": 503}
    response = problem(body, 503)
    response["Retry-After"] = "5"
    return response


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    got_request_exception.send(sender=None, request=request)
    logger.exception("%s %s failed", request.method, request.path)
    detail = str(_("Something failed on our side. Tell your administrator the request id."))
    return problem({"code": "failed", "detail": detail, "status": 500}, 500)


def reply(body: Any, status: int = 200, *, option: int = 0, **headers: str) -> HttpResponse:
    """JSON bytes; dates and ids are written by orjson."""
    return HttpResponse(
        orjson.dumps(body, default=str, option=orjson.OPT_NON_STR_KEYS | option),
        content_type=JSON,
        status=status,
        headers=headers,
    )


def done(outcome: Outcome, *, status: int = 200, **headers: str) -> HttpResponse:
    """What a run gave, with the version to go on from; a replayed reply says so."""
    if isinstance(version := outcome.reply.get("version"), int):
        headers["ETag"] = f'"{version}"'
    if outcome.replayed:
        headers["Idempotent-Replayed"] = "true"
    return reply(outcome.reply, status, option=orjson.OPT_SORT_KEYS, **headers)  # a replay gives the same bytes


@api.get("/me", operation_id="me")
def me(request: ActorRequest) -> HttpResponse:
    bodies.only(request.GET)
    actor = request.actor
    known = [right for screen in screens.values() for right in screen.rights]
    rights = sorted(known if actor.superuser else [right for right in actor.grants if actor.can(right)])
    about = {"id": actor.user_id, "name": actor.name, "team_id": actor.team_id, "language": actor.language}
    acting = actor.real_user_id if actor.real_user_id != actor.user_id else None
    return reply({**about, "zone": actor.zone, "acting_really": acting, "token_id": actor.token_id, "rights": rights})


@api.get("/openapi.json", operation_id="openapi")
def openapi(request: ActorRequest) -> HttpResponse:
    from zhike.records.api.document import document

    bodies.only(request.GET)
    return reply(document(request.actor))


@api.post("/actions/{name}", operation_id="act")
def run_other(request: ActorRequest, name: str) -> HttpResponse:
    bodies.only(request.GET)
    made = offered.other_actions(request.actor.door).get(name)
    if made is None:
        raise NotFound("action")
    body = bodies.read_body(request)
    subject_id = body.pop("id", None) if made.subject is not None else None
    if made.subject is not None and subject_id is None:
        raise Invalid("missing", _("Send the id of the record this is about as “id”."), "id")
    key = bodies.idempotency_key(request)
    return done(run(name, by=request.actor, subject_id=subject_id, data=body, idempotency_key=key))


@api.get("/{slug}", operation_id="list")
def list_records(request: ActorRequest, slug: str) -> HttpResponse:
    screen, actor = screen_at(slug), request.actor
    actor.require(f"{screen.type}.view")
    bodies.only(request.GET, "filter", "sort", "after", "size", "columns", "view", "bin", "q")
    if request.GET.get("q"):
        limits.spend(limits.SEARCH, actor)
    return reply(reading.list_payload(screen, actor, read_query(screen, actor, request.GET, strict=True)))


@api.post("/{slug}", operation_id="create")
def create(request: ActorRequest, slug: str) -> HttpResponse:
    screen = screen_at(slug)
    bodies.only(request.GET)
    data, key = bodies.read_body(request), bodies.idempotency_key(request)
    outcome = run(f"create_{screen.type}", by=request.actor, data=data, idempotency_key=key)
    return done(outcome, status=201, Location=f"/api/{slug}/{outcome.reply.get('id', '')}")


@api.post("/{slug}/bulk/{verb}", operation_id="bulk")
def bulk(request: ActorRequest, slug: str, verb: str) -> HttpResponse:
    screen, actor = screen_at(slug), request.actor
    bodies.only(request.GET)
    made = offered.bulk_actions(screen, actor.door).get(verb)
    if made is None:
        raise NotFound("action")
    actor.require(made.right)
    body, key = bodies.read_body(request), bodies.idempotency_key(request)
    ids, data, versions = read_selection(body, needed=verb == "update")
    limits.spend(limits.BULK, actor)
    meant = [made.name, ids, data, versions]
    found, replayed = once(key, actor, meant, lambda: bulk_reply(made.name, ids, data, actor, versions))
    return done(Outcome(None, found, replayed))


def read_selection(body: dict[str, Any], *, needed: bool) -> tuple[list[str], dict[str, Any], dict[str, int]]:
    """The ids and the values of a bulk call, and the versions that were read; an edit needs one for every record."""
    ids, data, versions = body.get("ids"), body.get("data") or {}, body.get("versions") or {}
    if unknown := set(body) - {"ids", "data", "versions"}:
        raise Invalid("unknown_field", _("Send “ids”, “data” and “versions” only."), sorted(unknown)[0][:60])
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_IN_BULK or not all(isinstance(i, str) for i in ids):
        raise Invalid("bad_selection", _("Choose 1 to %(most)s records.") % {"most": MOST_IN_BULK}, "ids")
    if not isinstance(data, dict):
        raise Invalid("bad_data", _("“data” is an object with the values of the action."), "data")
    if not isinstance(versions, dict) or not all(type(v) is int for v in versions.values()):
        raise Invalid("bad_versions", _("“versions” is an object: the version you read, by id."), "versions")
    if needed and set(ids) - set(versions):
        message = _("Send the version you read of every record as “versions”, so that nobody's change is lost.")
        raise Invalid("version_needed", message, "versions")
    return list(dict.fromkeys(ids)), data, versions


def bulk_reply(
    name: str, ids: list[str], data: dict[str, Any], actor: Actor, versions: dict[str, int]
) -> dict[str, Any]:
    """Each record succeeds or is refused by itself."""
    result = run_bulk(name, ids, data, actor, versions)
    return {"batch_id": result.batch_id, "done": result.done, "refused": [dict(r) for r in result.refused]}


@api.get("/{slug}/summary", operation_id="summary")
def summarise(request: ActorRequest, slug: str) -> HttpResponse:
    screen, actor = screen_at(slug), request.actor
    bodies.only(request.GET, "by", "and", "of", "filter", "view", "bin", "q")
    limits.spend(limits.REPORT, actor)
    return reply(summary_payload(screen, actor, read_query(screen, actor, request.GET), request.GET))


@api.get("/{slug}/similar", operation_id="similar")
def similar(request: ActorRequest, slug: str) -> HttpResponse:
    screen, actor = screen_at(slug), request.actor
    if screen.similar is None:
        raise NotFound("page")
    actor.require(f"{screen.type}.create")
    bodies.only(request.GET, *screen.similar.columns)
    limits.spend(limits.SEARCH, actor)
    return reply(screen.similar.find(request.GET.dict(), actor))


@api.get("/{slug}/{id}", operation_id="read")
def read(request: ActorRequest, slug: str, id: str) -> HttpResponse:
    bodies.only(request.GET)
    found = reading.record_payload(screen_at(slug), request.actor, id)
    return reply(found, ETag=f'"{found["version"]}"')


@api.patch("/{slug}/{id}", operation_id="update")
def update(request: ActorRequest, slug: str, id: str) -> HttpResponse:
    screen = screen_at(slug)
    bodies.only(request.GET)
    body = bodies.read_body(request)
    version = bodies.expected_version(request, body if screen.column("version") is None else None)
    if version is None and request.headers.get("If-Match") != "*":
        raise Invalid(
            "version_needed",
            _("Send the version you read, as If-Match or “version”, so that nobody's change is lost."),
            "version",
        )
    key = bodies.idempotency_key(request)
    return done(
        run(f"update_{screen.type}", by=request.actor, subject_id=id, data=body, version=version, idempotency_key=key)
    )


@api.delete("/{slug}/{id}", operation_id="archive")
def archive(request: ActorRequest, slug: str, id: str) -> HttpResponse:
    return act(request, slug, id, "archive")


@api.get("/{slug}/{id}/history", operation_id="history")
def history(request: ActorRequest, slug: str, id: str) -> HttpResponse:
    bodies.only(request.GET, "before")
    return reply(reading.history_payload(screen_at(slug), request.actor, id, request.GET.get("before", "")))


@api.get("/{slug}/{id}/rows", operation_id="rows")
def rows(request: ActorRequest, slug: str, id: str) -> HttpResponse:
    bodies.only(request.GET)
    found = reading.rows_payload(screen_at(slug), request.actor, id)
    return reply(found, ETag=f'"{found["version"]}"')


@api.post("/{slug}/{id}/{verb}", operation_id="act_on")
def run_on_record(request: ActorRequest, slug: str, id: str, verb: str) -> HttpResponse:
    return act(request, slug, id, verb)


def act(request: ActorRequest, slug: str, pk: str, verb: str) -> HttpResponse:
    """Any action on one record; If-Match guards it against what the caller has not seen."""
    made = offered.record_action(screen_at(slug), verb, request.actor.door)
    bodies.only(request.GET)
    body, version = bodies.read_body(request), bodies.expected_version(request)
    key = bodies.idempotency_key(request)
    return done(run(made.name, by=request.actor, subject_id=pk, data=body, version=version, idempotency_key=key))


def nothing_here(request: HttpRequest) -> HttpResponse:
    """Any other address under /api/ answers as machines expect."""
    if getattr(request, "actor", None) is None:
        return sign_in_first(request)
    return answer(request, NotFound("page"))
