"""What is done to customers."""

from zhike.customers.actions.keeping import keep_keys, likeness_of
from zhike.customers.actions.many import create_many
from zhike.customers.actions.people import (
    MemberChange,
    MemberDraft,
    add_alias,
    add_member,
    change_member,
    end_membership,
    relate_parties,
    remove_alias,
    return_member,
    unrelate_parties,
)
from zhike.customers.actions.privacy import erase_party, export_person
from zhike.customers.actions.reaching import (
    add_contact_point,
    change_contact_point,
    mark_do_not_use,
    remove_contact_point,
    reveal_contact,
)
from zhike.customers.actions.ready import read_many
from zhike.customers.actions.standing import (
    ScoreRow,
    note_contact,
    record_scores,
    set_level,
    set_next_step,
    take_contact_back,
    transfer_party,
)
from zhike.customers.actions.writing import create, update

__all__ = [
    "MemberChange",
    "MemberDraft",
    "ScoreRow",
    "add_alias",
    "add_contact_point",
    "add_member",
    "change_contact_point",
    "change_member",
    "create",
    "create_many",
    "end_membership",
    "erase_party",
    "export_person",
    "keep_keys",
    "likeness_of",
    "mark_do_not_use",
    "note_contact",
    "read_many",
    "record_scores",
    "relate_parties",
    "remove_alias",
    "remove_contact_point",
    "return_member",
    "reveal_contact",
    "set_level",
    "set_next_step",
    "take_contact_back",
    "transfer_party",
    "unrelate_parties",
    "update",
]
