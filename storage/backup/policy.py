"""What of each table goes into a backup, and under whose ledger key.

A backup is kept for a year, and a ledger for a week. So what may be erased sooner is either never in a backup, or
sealed once more under a key that only the ledger has, and that is deleted with the thing itself.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class LedgerKind(StrEnum):
    """Things that have a key in the ledger: each is named by the table of its rows."""

    CASE = "cases"
    ENVELOPE = "envelopes"
    FILE = "files"
    QUESTION = "questions"
    OPINION = "opinions"
    CONSULTATION = "ballots"
    CASE_NEWS = "addresses"
    RESULT_NEWS = "hearers"


class TablePolicy(BaseModel):
    """How the rows of a table are copied. It is stored with each backup, which is restored as it was made.

    kind, owner: whose key, and the column that names it (bytes are named in hex); sealed: columns under that key.
    is_owner_hidden: that column itself would tell something, and is replaced by a hash under the key. is_row_kept: the
    row outlives the key, and then has null in its sealed columns. left_out: SQL of the value that a column gets instead
    of its own, which is not for a backup; condition: SQL of the rows that are copied.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: LedgerKind | None = None
    owner: str = ""
    has_owner_in_bytes: bool = False
    is_owner_hidden: bool = False
    is_row_kept: bool = False
    sealed: tuple[str, ...] = ()
    left_out: Annotated[dict[str, str], Field(default_factory=dict)]
    condition: str = ""


def _own(
    kind: LedgerKind, owner: str, *sealed: str, is_row_kept: bool = False, **left_out: str
) -> TablePolicy:
    return TablePolicy(kind=kind, owner=owner, sealed=sealed, is_row_kept=is_row_kept, left_out=left_out)


def _news(kind: LedgerKind) -> TablePolicy:
    return TablePolicy(
        kind=kind,
        owner="mark",
        has_owner_in_bytes=True,
        is_owner_hidden=True,
        sealed=("person", "sealed"),
        left_out={},
    )


_ALL = TablePolicy(left_out={})
_NEVER = None

TABLE_POLICIES: Mapping[str, TablePolicy | None] = {
    "alembic_version": _ALL,
    "meta": _ALL,
    "sessions": _NEVER,
    "day_keys": _NEVER,
    "events": _NEVER,
    "answers": _NEVER,
    "tries": _NEVER,
    "counters": _ALL,
    # When officers are told is a minute, which is not kept; what cannot be read has come.
    "cases": _own(
        LedgerKind.CASE,
        "id",
        "key",
        announce_at="iif(announce_at IS NULL, NULL, X'00')",
        opened="NULL",
    ),
    "envelopes": _own(LedgerKind.ENVELOPE, "case_id", "key"),
    "history": _own(LedgerKind.CASE, "case_id"),
    "files": TablePolicy(
        kind=LedgerKind.FILE,
        owner="id",
        sealed=("sealed",),
        left_out={"until": "0"},
        condition="owner IS NOT NULL",
    ),
    "unsealed_owners": _NEVER,
    "facts": _ALL,
    "outbox": _NEVER,
    "errands": _NEVER,
    "addresses": _news(LedgerKind.CASE_NEWS),
    "audit": _ALL,
    "audit_head": _ALL,
    "chores": TablePolicy(left_out={}, condition="name <> 'probe'"),
    "reminders": _own(LedgerKind.CASE, "case_id"),
    "concerned": _own(LedgerKind.CASE, "case_id", "sealed"),
    "approvals": _own(LedgerKind.CASE, "case_id", "sealed"),
    "keyholes": _NEVER,
    "slips": _own(LedgerKind.CASE, "case_id"),
    "matters": _own(LedgerKind.CASE, "case_id"),
    "imports": _ALL,
    "import_rows": _NEVER,
    "imported_cases": _own(LedgerKind.CASE, "case_id"),
    "register_words": _ALL,
    # Who works here joins anew after a restore, so nothing by which they could come in is kept.
    "staff": TablePolicy(left_out={"who": "NULL", "factor": "NULL", "address": "NULL"}),
    "invitations": _NEVER,
    "staff_requests": _NEVER,
    "staff_sessions": _NEVER,
    "passkeys": _NEVER,
    "absences": _ALL,
    "enrolments": _NEVER,
    "recoveries": _NEVER,
    "spent": _NEVER,
    "held": _own(LedgerKind.CASE, "case_id", "sealed"),
    "holds": _own(LedgerKind.CASE, "case_id", "sealed"),
    "links": _own(LedgerKind.CASE, "case_id"),
    "groups": _NEVER,
    "questions": _own(LedgerKind.QUESTION, "id", bucket="''"),
    "question_lines": _own(LedgerKind.QUESTION, "question_id", "sealed"),
    "question_facts": _ALL,
    "held_answers": _own(LedgerKind.QUESTION, "question_id", "sealed"),
    "knowledge": _ALL,
    "board": _ALL,
    "shelf": _ALL,
    "meanings": _NEVER,  # made anew
    "opinions": _own(LedgerKind.OPINION, "id", "sealed", "contact", is_row_kept=True, sender="NULL"),
    "ballots": _own(LedgerKind.CONSULTATION, "code", "key", is_row_kept=True),
    "papers": _ALL,
    "voices": _ALL,
    "hearers": _news(LedgerKind.RESULT_NEWS),
    # Texts that wait are deleted when their consultation closes, with its key.
    "statements": _own(LedgerKind.CONSULTATION, "code", "sealed"),
    "themes": _ALL,
    "releases": _ALL,
    "postings": _ALL,
    "split_spans": _ALL,
    "counting_years": _ALL,
    "yearly_sums": _NEVER,  # what changes from copy to copy would tell when somebody answered
    "remarks": _ALL,
    "activities": _ALL,
    "activity_pictures": _ALL,
    "office_settings": _ALL,
    "ledger": _NEVER,
    "number_floors": _ALL,
}
"""An entry for every table of the schema; None: none of its rows. A table without one fails the backup, and a test."""
