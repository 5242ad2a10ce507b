"""What of each table is in a backup: nothing is forgotten, and nothing opens that was erased."""

import pytest
from sqlalchemy import LargeBinary

from storage.backup.policy import TABLE_POLICIES, LedgerKind
from storage.tables import metadata
from storage.tables.rules import SCHEMA_METADATA

READABLE_BYTES = {
    "meta.value": "proofs of keys",
    "cases.receipt_mark": "an HMAC of 80 random bits",
    "cases.report": "under the key of the case",
    "envelopes.sealed": "under the key of the envelope",
    "history.sealed": "under the key of the case",
    "files.owner": "an HMAC of the case",
    "audit.mac": "the chain",
    "audit_head.mac": "the chain",
    "audit_head.proof": "the chain",
    "imports.digest": "of a register of the office",
    "register_words.mark": "an HMAC of a word that stands in the office's own register",
    "slips.mark": "an HMAC of a random code that works once",
    "slips.voided_mark": "an HMAC of 80 random bits",
    "slips.sealed": "under the key of the case",
    "staff.sealed": "names of the staff, which the office has anyway",
    "office_settings.sealed": "what everybody reads, and drafts of answers",
    "questions.receipt_mark": "an HMAC of 80 random bits",
    "knowledge.sealed": "public",
    "board.sealed": "public",
    "shelf.version": "random",
    "opinions.twin": "an HMAC of the words, which outlives them in the database too",
    "ballots.result": "public",
    "papers.content": "public",
    "voices.mark": "under the key of the consultation",
    "voices.sealed": "answers, which are kept without a name",
    "statements.twin": "an HMAC of the words, of texts that the answers have too",
    "themes.sealed": "public",
    "activity_pictures.content": "public",
    "releases.manifest": "public",
    "releases.figures": "public",
}
"""Columns of bytes that are in a backup as they are, and why who has all keys may read them for a year."""


def test_every_table_is_decided_on() -> None:
    assert SCHEMA_METADATA is metadata
    assert TABLE_POLICIES.keys() == {*metadata.tables, "alembic_version"}


def test_every_column_of_bytes_is_decided_on() -> None:
    found = set()
    for name, table in metadata.tables.items():
        policy = TABLE_POLICIES[name]
        for column in table.columns if policy is not None else ():
            hidden = {*policy.sealed, *policy.left_out, *([policy.owner] if policy.is_owner_hidden else [])}
            if isinstance(column.type, LargeBinary) and column.name not in hidden:
                found.add(f"{name}.{column.name}")
    assert found == READABLE_BYTES.keys()


@pytest.mark.parametrize(
    "name", sorted(name for name, policy in TABLE_POLICIES.items() if policy is not None)
)
def test_a_policy_names_columns_that_there_are(name: str) -> None:
    policy = TABLE_POLICIES[name]
    assert policy is not None
    named = {*policy.sealed, *policy.left_out, *([policy.owner] if policy.owner else [])}
    assert named <= (
        {column.name for column in metadata.tables[name].columns} if name in metadata.tables else set()
    )
    assert bool(policy.kind) == bool(policy.owner)


def test_each_kind_is_named_by_a_table_of_its_own_rows() -> None:
    assert {kind.value for kind in LedgerKind} == {
        name for name, policy in TABLE_POLICIES.items() if policy is not None and policy.kind == name
    }
