"""The demo company's own people: an appliance maker with a head office and three regions, and who signs in."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from zhike.identity import standard_roles
from zhike.identity.access import rights_changed
from zhike.identity.actions import (
    PersonDraft,
    change_organisation,
    create_person,
    create_team,
    place_person,
    set_roles_of_person,
)
from zhike.identity.models import Organisation, Team, User
from zhike.kernel.actor import Actor

BY = Actor.system("demo", door="import")
NAME = "华澜电器"
TEAMS = (
    ("总部", ""),
    ("华东大区", "总部"),
    ("杭州组", "华东大区"),
    ("苏皖组", "华东大区"),
    ("华北大区", "总部"),
    ("华南大区", "总部"),
)
# name, sign-in name, team, manager, role, position
PEOPLE = (
    ("沈嘉禾", "shenjiahe", "总部", "", "administrator", "总经理"),
    ("周晓岚", "zhouxiaolan", "华东大区", "沈嘉禾", "manager", "华东大区经理"),
    ("何永强", "heyongqiang", "杭州组", "周晓岚", "salesperson", "客户经理"),
    ("吴敏", "wumin", "杭州组", "周晓岚", "salesperson", "客户经理"),
    ("郑凯", "zhengkai", "苏皖组", "周晓岚", "salesperson", "客户经理"),
    ("陈立群", "chenliqun", "华北大区", "沈嘉禾", "manager", "华北大区经理"),
    ("孙雨桐", "sunyutong", "华北大区", "陈立群", "salesperson", "客户经理"),
    ("林志远", "linzhiyuan", "华南大区", "沈嘉禾", "manager", "华南大区经理"),
    ("黄嘉欣", "huangjiaxin", "华南大区", "林志远", "salesperson", "客户经理"),
    ("唐婉如", "tangwanru", "总部", "沈嘉禾", "service", "客服主管"),
    ("梁思琪", "liangsiqi", "总部", "沈嘉禾", "marketer", "市场经理"),
    ("白露", "bailu", "总部", "沈嘉禾", "auditor", "内审"),
)
SHOWN = {"沈嘉禾": "administrator", "周晓岚": "manager", "何永强": "salesperson"}
# provinces by who sells there: codes of GB/T 2260
GROUND = {
    "何永强": ("33",), "吴敏": ("33",), "郑凯": ("32", "34", "31"), "周晓岚": ("33", "32"), "孙雨桐": ("11", "12", "13", "37"),
    "陈立群": ("11", "37"), "黄嘉欣": ("44", "35"), "林志远": ("44", "45"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Company:
    """Everybody by name."""

    people: dict[str, User]
    teams: dict[str, Team]


def found(now: datetime, home: Path) -> Company:
    """The organisation, its teams and people; the sign-ins of three of them go to a file only its owner may read."""
    change_organisation(name=NAME, zone="Asia/Shanghai", by=BY)
    Organisation.objects.filter(id=1).update(ready_at=now)
    roles = standard_roles.ensure()
    teams: dict[str, Team] = {}
    for name, above in TEAMS:
        teams[name] = create_team(name=name, parent=teams.get(above), by=BY)
    people: dict[str, User] = {}
    accounts = []
    for name, username, team, manager, role, title in PEOPLE:
        draft = PersonDraft(name=name, username=username, email=f"{username}@hualan.example", title=title)
        person = people[name] = create_person(draft, by=BY)
        place_person(person, team=teams[team], manager=people.get(manager), by=BY)
        set_roles_of_person(person, roles=[roles[role].pk], by=BY)
        if name in SHOWN:
            password = secrets.token_urlsafe(9)
            person.set_password(password)
            person.save(update_fields=["password"])
            accounts.append(f"{SHOWN[name]:14} {username:12} {password}   {name} · {title}")
        person.refresh_from_db()
    rights_changed()
    keep(home / "demo-accounts.txt", accounts)
    return Company(people, teams)


def keep(path: Path, lines: list[str]) -> None:
    """Write a file that only its owner may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
