"""What is done to customers."""

from zhike.customers.actions.many import create_many
from zhike.customers.actions.standing import (
    ScoreRow,
    note_contact,
    record_scores,
    set_level,
    set_next_step,
    transfer_party,
)
from zhike.customers.actions.writing import create, update

__all__ = [
    "ScoreRow",
    "create",
    "create_many",
    "note_contact",
    "record_scores",
    "set_level",
    "set_next_step",
    "transfer_party",
    "update",
]
