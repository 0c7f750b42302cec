"""People at the demo company's best customers, with their parts in decisions, so that the map of people has something to draw."""

from __future__ import annotations

from random import Random
from uuid import UUID

from zhike.customers.actions import create_many
from zhike.customers.models import Membership, Party
from zhike.customers.terms import Attitude, Decision
from zhike.demo.company import BY
from zhike.demo.customers import mobile, person_name

# position, part in decisions, attitude, superior by number
PARTS = (
    ("副总裁", Decision.APPROVER, Attitude.NEUTRAL, None),
    ("工程总监", Decision.DECIDER, Attitude.AGAINST, 0),
    ("采购经理", Decision.BUYER, Attitude.FOR, 0),
    ("副总裁秘书", Decision.GATEKEEPER, None, 0),
    ("店总经理", Decision.USER, Attitude.FOR, 2),
    ("外部设计院", Decision.INFLUENCER, Attitude.FOR, 1),
)
MOST = 40


def introduce(dice: Random) -> None:
    """Three to six people at each of the best customers."""
    for organisation in Party.objects.filter(level="A", form="organisation").order_by("id")[:MOST]:
        parts = PARTS[: dice.randrange(3, len(PARTS) + 1)]
        values = [
            {
                "name": person_name(dice),
                "form": "person",
                "kind": "person",
                "title": position,
                "mobile": mobile(dice),
                "owner": organisation.owner_id,
                "source": "客户介绍",
            }
            for position, *_rest in parts
        ]
        people = [pk for pk in create_many(values, by=BY) if isinstance(pk, UUID)]
        place(organisation, people)


def place(organisation: Party, people: list[UUID]) -> None:
    """Their positions, attitudes and superiors, known since before the story begins: the timeline is left to touches."""
    rows: list[Membership] = []
    for pk, (position, decision, attitude, above) in zip(people, PARTS, strict=False):
        superior = None if above is None else rows[above]
        rows.append(
            Membership(
                organisation=organisation, person_id=pk, role=position, decision=decision, attitude=attitude or "",
                primary=not rows, reports_to=superior,
            )
        )  # fmt: skip
    organisation.people.filter(primary=True).update(primary=False)
    Membership.objects.bulk_create(rows)
    main = Party.objects.get(pk=people[0])
    organisation.change(contact_name=main.name, contact_title=rows[0].role)
