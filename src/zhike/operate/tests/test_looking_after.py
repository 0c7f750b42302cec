"""Doctor, schedules, logs, metrics, checks and commands, each by itself."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from zhike.config.schedules import SCHEDULES
from zhike.kernel import guards, jobs
from zhike.kernel.models import Schedule
from zhike.operate import act, check, doctor, logs, metrics, preparing, schedules, user, views
from zhike.operate.tests.installation import Installation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_home(settings: Any, tmp_path: Path) -> None:
    """What is noted beside the database goes to a folder of the test's own."""
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()


@pytest.mark.postgres
def test_a_migration_may_take_longer_than_a_page_and_only_that(monkeypatch: pytest.MonkeyPatch) -> None:
    def limit(*_command: object, **_options: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            found.append(cursor.fetchone()[0])

    found: list[str] = []
    monkeypatch.setattr(preparing, "call_command", limit)
    preparing.migrate()
    limit()
    assert found == ["0", "10s"]


def bad() -> set[str]:
    return {finding.code for finding in doctor.examine() if finding.state == "bad"}


def test_T81_unsafe_settings_are_named_with_a_remedy(settings: Any) -> None:
    before = bad()
    settings.DEBUG, settings.ALLOWED_HOSTS, settings.SECRET_KEY = True, ["*"], "short"
    settings.PRODUCTION, settings.BASE_URL, settings.TIME_ZONE = True, "http://crm.example.com", "Asia/Shanghai"
    found = bad() - before
    assert {"debug", "hosts", "secret_key", "https", "time_zone"} <= found
    assert all(finding.remedy for finding in doctor.examine() if finding.state != "good")


LOOSE = {
    "sqlite": {"foreign_keys": "PRAGMA foreign_keys = {}", "synchronous": "PRAGMA synchronous = {}"},
    "postgresql": {"synchronous_commit": "SET synchronous_commit = {}"},
}


@pytest.mark.django_db(transaction=True)
def test_T81_a_database_that_may_lose_or_spoil_data_is_found() -> None:
    wanted = LOOSE[connection.vendor]
    with connection.cursor() as cursor:
        try:
            for statement in wanted.values():
                cursor.execute(statement.format("OFF"))
            assert set(wanted) <= bad()
        finally:
            for name, statement in wanted.items():
                cursor.execute(statement.format("FULL" if name == "synchronous" else "ON"))
    assert not set(wanted) & bad()


def test_T81_missing_guards_of_the_ledger_are_found_and_mended() -> None:
    guards.remove(connection)
    assert "guards" in bad()
    doctor.mend()
    assert "guards" not in bad()


@pytest.mark.process
def test_T81_production_refuses_to_start_with_unsafe_settings(tmp_path: Path) -> None:
    unsafe = Installation(tmp_path / "home", ZHIKE_PRODUCTION="1", ZHIKE_HOSTS="*", ZHIKE_URL="http://crm.example.com")
    try:
        done = unsafe.run("serve", "--port", "18651", ok=False)
        assert done.returncode == 1
        assert "ZHIKE_HOSTS" in done.stderr
        assert "https" in done.stderr
        findings = json.loads(unsafe.run("doctor", "--json", ok=False).stdout)
        assert {"hosts", "https"} <= {finding["code"] for finding in findings if finding["state"] == "bad"}
    finally:
        unsafe.drop()


def test_a_due_schedule_fires_once_and_missed_runs_are_made_up_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[str] = []
    monkeypatch.setattr(jobs, "enqueue", lambda name, by: queued.append(name))
    start = datetime(2024, 3, 1, 0, 0, tzinfo=UTC)
    schedules.arrange(start)
    row = Schedule.objects.get(name="prune")
    assert row.next_at == datetime(2024, 3, 1, 19, 17, tzinfo=UTC), "03:17 in Shanghai"
    assert schedules.fire(start) == []
    assert "prune" in schedules.fire(start + timedelta(days=5))
    assert schedules.fire(start + timedelta(days=5)) == []
    assert queued.count("operate.prune") == 1


def test_a_changed_cron_is_set_anew_and_a_dropped_schedule_goes() -> None:
    Schedule.objects.create(name="gone", cron="* * * * *", next_at=datetime.now(UTC))
    schedules.arrange()
    Schedule.objects.filter(name="prune").update(cron="0 0 * * *")
    schedules.arrange()
    assert not Schedule.objects.filter(name="gone").exists()
    assert Schedule.objects.get(name="prune").cron == SCHEDULES["prune"][0]


def test_T62_the_log_is_turned_over_and_a_handful_of_old_ones_stay(tmp_path: Path) -> None:
    first = logs.RotatingLines(str(tmp_path / "log.jsonl"), most_bytes=10_000, keep=2)
    second = logs.RotatingLines(str(tmp_path / "log.jsonl"), most_bytes=10_000, keep=2)
    record = logging.LogRecord("zhike", logging.INFO, "", 0, "x" * 100, None, None)
    for _number in range(1000):
        first.emit(record)
        second.emit(record)
    files = sorted(path.name for path in tmp_path.glob("log.jsonl*"))
    assert files == ["log.jsonl", "log.jsonl.1", "log.jsonl.2"]
    assert sum(path.stat().st_size for path in tmp_path.glob("log.jsonl*")) < 4 * 20_000


def test_an_error_is_logged_without_its_text() -> None:
    try:
        raise ValueError("13812345678 is taken")
    except ValueError as error:
        record = logging.LogRecord(
            "django.request", 40, "", 0, "Error: %s", ("/13812345678/",), (ValueError, error, None)
        )
    line = logs.JsonLines().format(record)
    assert "13812345678" not in line
    assert json.loads(line)["error"] == "ValueError"


def test_metrics_need_the_token_or_the_right(client: Client) -> None:
    assert client.get("/metrics").status_code == 403
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {views.token()}"})
    assert answer.status_code == 200
    assert b"zhike_jobs_failed 0" in answer.content


def test_counts_of_all_processes_come_together() -> None:
    board = metrics.Board(2)
    board.add("page", 200, 0.004)
    board.mine = 1
    board.add("page", 200, 0.03)
    kind, status, counts, seconds = next(board.rows())
    assert (kind, status, sum(counts)) == ("page", "2xx", 2)
    assert seconds == pytest.approx(0.034)


def test_the_health_page_shows_backup_jobs_and_ledger(client: Client) -> None:
    user.main(["add", "boss", "--role", "administrator"])
    boss = user.person("boss")
    client.force_login(boss, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get("/settings/health/", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert b"zhike backup" in answer.content


def test_an_action_runs_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert act.main(["create_party", "name=上海测试有限公司", "form=organisation"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert act.main(["update_party", "--subject", made["id"], "name=上海另一家有限公司"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == made["version"] + 1
    assert act.main(["update_party", "--subject", made["id"], "nonsense=1"]) == 1
    assert "nonsense" in capsys.readouterr().err
    assert act.main(["create_party", "name"]) == 1
    assert act.main(["update_party", "name=上海另一家有限公司"]) == 1
    assert "--subject" in capsys.readouterr().err
    assert act.main(["--list"]) == 0
    assert "create_party" in capsys.readouterr().out


def test_checks_tell_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert act.main(["create_party", "name=上海测试有限公司", "form=organisation"]) == 0
    assert check.main(["all"]) == 0
    from zhike.records.models import SearchRow

    SearchRow.objects.all().delete()
    capsys.readouterr()
    assert check.main(["search"]) == 1
    assert "zhike check search --rebuild" in capsys.readouterr().out
    assert check.main(["search", "--rebuild"]) == 0
    assert SearchRow.objects.count() == 1
    for wrong in (["nothing"], ["ledger", "--rebuild"], ["--rebuild"]):
        assert check.main(wrong) == 2


def test_people_from_the_command_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert user.main(["add", "boss", "--name", "王总", "--role", "administrator"]) == 0
    assert "/join/" in capsys.readouterr().out
    assert user.main(["password", "boss", "--random"]) == 0
    made = capsys.readouterr().out.splitlines()[0]
    assert user.person("boss").check_password(made)
    assert user.main(["add", "li", "--role", "no-such"]) == 1
    assert user.main(["list"]) == 0
    assert "王总" in capsys.readouterr().out
    assert user.main(["deactivate", "nobody"]) == 1


def test_pruning_leaves_what_is_in_use() -> None:
    from uuid import UUID

    from zhike.kernel.actor import Actor
    from zhike.kernel.models import IdempotencyKey
    from zhike.operate import tasks

    old: Any = datetime.now(UTC) - timedelta(days=2)
    IdempotencyKey.objects.create(user_id=UUID(int=1), key="old", fingerprint="x", at=old)
    IdempotencyKey.objects.create(user_id=UUID(int=1), key="new", fingerprint="x")
    tasks.prune(Actor.system("test"))
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]
