"""The words of merging: what moves by id instead of by foreign key, what stays, what a customer is worth in the queue."""

from __future__ import annotations

from typing import Final

#: models that hang on a record by `record_id`
MOVED_BY_ID: Final = ("records.Tagging", "records.Comment", "records.Attachment", "identity.Share")
#: models that name records by `record_id` and stay: derived from the record, or the memory of an import
STAYING_BY_ID: Final = ("records.SearchRow", "records.ImportLine")
#: foreign keys to a party that stay with the merged one: derived rows, memories, and the merge itself
STAYING: Final = {
    ("customers.MatchKey", "party"): "keys are worked out anew",
    ("customers.PoolWarning", "party"): "told once, about the record that was",
    ("customers.Merge", "survivor"): "the memory of an earlier merge",
    ("customers.Merge", "loser"): "the memory of an earlier merge",
    ("customers.DuplicatePair", "left"): "pairs are ordered by id and move on their own",
    ("customers.DuplicatePair", "right"): "pairs are ordered by id and move on their own",
    ("customers.Party", "merged_into"): "whoever was merged before is found step by step",
    ("customers.ContactPoint", "party"): "moves with a look at the columns",
    ("customers.PartyName", "party"): "moves with a look at the names",
}
#: rows between two parties: one between the two that become one has nothing left to say
BETWEEN: Final = {"customers.Membership": ("organisation", "person"), "customers.Relation": ("left", "right")}

WORTH: Final = {"A": 4.0, "B": 3.0, "C": 2.0, "D": 1.5}  # of a level, in the order of the queue
WORTH_OF_A_DEAL: Final = 1.0
LATER_DAYS: Final = 7
NOTICED: Final = 0.5  # pairs below even odds are no work for people
SURE_ELSEWHERE: Final = 0.8  # what is said of customers one may not see
