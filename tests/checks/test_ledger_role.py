"""T64 on PostgreSQL: with the documented grants not even the product's own role changes the ledger, and the product works."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from zhike.identity.models import User
from zhike.identity.standard_roles import ensure
from zhike.kernel import ledger
from zhike.kernel.models import Event, EventDetail
from zhike.operate import doctor
from zhike.records.api.tests.conftest import key_of
from zhike.records.api.tests.processes import surroundings, two_processes

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
GUIDE = Path(__file__).parents[2] / "docs" / "operate" / "postgresql.md"
ROLE, PASSWORD = f"zhike_test_{os.getpid()}", "nur-zum-pruefen"
FORBIDDEN = (
    "UPDATE kernel_event SET type = 'party.updated'", "UPDATE kernel_event SET digest = ''", "DELETE FROM kernel_event",
    "UPDATE kernel_eventdetail SET body = '{}'", "UPDATE kernel_erasure SET erased_by = NULL", "DELETE FROM kernel_erasure",
    "UPDATE kernel_seal SET digest = ''", "DELETE FROM kernel_seal", "TRUNCATE kernel_event CASCADE", "TRUNCATE kernel_seal",
    "ALTER TABLE kernel_event DISABLE TRIGGER ALL", "ALTER TABLE kernel_event ADD COLUMN more int",
    "DROP TRIGGER kernel_event_no_delete ON kernel_event", "DROP TABLE kernel_seal", "DROP SCHEMA public CASCADE",
    "CREATE OR REPLACE FUNCTION kernel_event_no_delete() RETURNS trigger AS $$ BEGIN RETURN OLD; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER aside BEFORE INSERT ON kernel_event EXECUTE FUNCTION kernel_event_no_delete()",
    "CREATE RULE aside AS ON INSERT TO kernel_event DO INSTEAD NOTHING",
    "SET session_replication_role = replica",
)  # fmt: skip


def documented() -> str:
    """The statements of the guide, for a role of this test."""
    found = re.search(r"```sql\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert found is not None
    return re.sub(r"\bzhike\b", ROLE, found[1])


@pytest.fixture
def served_by_a_role(transactional_db: None) -> Iterator[str]:
    """The address of the test's database for a role that holds what the guide grants."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            pytest.skip("making roles needs PostgreSQL's administrator")
        cursor.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
        try:
            cursor.execute(documented())
            parts = urlsplit(os.environ["DATABASE_URL"])
            where = f"{ROLE}:{PASSWORD}@{(parts.netloc.rpartition('@')[2])}"
            yield parts._replace(netloc=where, path=f"/{connection.settings_dict['NAME']}").geturl()
        finally:
            cursor.execute(f"REASSIGN OWNED BY {ROLE} TO CURRENT_USER")
            cursor.execute(f"DROP OWNED BY {ROLE}")
            cursor.execute(f"DROP ROLE {ROLE}")


def test_T64_the_products_role_cannot_change_the_ledger_and_the_product_works(
    served_by_a_role: str, tmp_path: Path
) -> None:
    boss = User.objects.create(username="boss", name="沈嘉禾", sort_key="s")
    boss.roles.add(ensure("en")["administrator"])
    works_for(boss, served_by_a_role, tmp_path)
    before = Event.objects.count()
    for statement in FORBIDDEN:
        with psycopg.connect(served_by_a_role, autocommit=True) as link:
            with pytest.raises(psycopg.Error) as refused:
                link.execute(statement)
            assert refused.value.sqlstate == "42501", (statement, str(refused.value))
    assert Event.objects.count() == before
    told = told_by_the_doctor(served_by_a_role, tmp_path)
    assert told["ledger_role"]["state"] == "good"
    assert "warn" in {f.state for f in doctor.of_the_role()}, "the administrator's own role could"


def works_for(person: User, address: str, folder: Path) -> None:
    """A day's work over HTTP, then sealing, erasing and verifying, all as the role."""
    key = key_of(person)
    with two_processes(folder, address) as served:
        party = served.call(key, "POST", "/api/customers", {"name": "金丝雀先生", "form": "person"}).json()
        own = f"/api/customers/{party['id']}"
        assert served.call(key, "PATCH", own, {"level": "A", "version": party["version"]}).status == 200
        assert served.call(key, "GET", f"{own}/history").json()["items"]
        assert served.call(key, "DELETE", own, None, If_Match="*").status == 200
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {ROLE}")
        try:
            ledger.seal_all()
            details = EventDetail.objects.count()
            assert ledger.erase_details(Event.objects.values_list("id", flat=True)[:1], erased_by=person.pk) == 1
            assert EventDetail.objects.count() == details - 1
            assert ledger.verify().intact
            cursor.execute("CREATE INDEX own_c_of_a_test ON customers_party ((custom->>'c_x'))")
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute("DROP INDEX IF EXISTS own_c_of_a_test")


def told_by_the_doctor(address: str, folder: Path) -> dict[str, dict[str, str]]:
    command = [sys.executable, "-m", "zhike", "doctor", "--json"]
    said = subprocess.run(command, env=surroundings(folder, address), capture_output=True, text=True, timeout=120)
    return {finding["code"]: finding for finding in json.loads(said.stdout)}
