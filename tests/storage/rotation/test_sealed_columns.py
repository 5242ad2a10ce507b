"""Every column that holds bytes is encrypted anew when keys change, or stands here with the reason why not."""

import ast
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary
from sqlalchemy.dialects import sqlite

from storage.rotation.reseal_rows import reseal_column
from storage.rotation.rotate_keys import KeyRotation
from storage.rotation.sealed_columns import SEALED_COLUMNS, SealedColumn
from storage.store import Store
from storage.tables.rules import SCHEMA_METADATA
from tests.house.source_tree import ROOT
from tests.storage.conftest import NOW, StoredDesk

HASHES = {
    *("meta.value", "sessions.who", "events.mark", "tries.bucket", "cases.receipt_mark", "files.owner"),
    *("addresses.mark", "addresses.person", "hearers.mark", "hearers.person", "audit.mac", "audit_head.mac"),
    *("audit_head.proof", "questions.receipt_mark", "opinions.twin", "opinions.sender", "statements.twin"),
    *(
        "voices.mark",
        "staff.who",
        "staff_sessions.mark",
        "passkeys.mark",
        "invitations.mark",
        "invitations.digits",
        "enrolments.mark",
    ),
    *("enrolments.invitation", "recoveries.mark", "spent.mark", "groups.mark", "keyholes.mark"),
    *("imports.digest", "import_rows.digest", "slips.mark", "slips.voided_mark", "shelf.version"),
    "register_words.mark",
}
"""HMACs, digests and random words."""
OF_CASES = {
    "cases.key",
    "cases.report",
    "cases.opened",
    "history.sealed",
    "slips.sealed",
    "envelopes.key",
    "envelopes.sealed",
}
"""Under the key of a case or envelope, and those keys (`reseal_cases`)."""
OF_DAYS = {"answers.sealed", "tries.sealed"}
"""Under the daily key, which is encrypted anew and destroyed after 48 hours."""
PUBLIC = {"activity_pictures.content", "papers.content", "releases.manifest", "releases.figures"}


def test_every_column_of_bytes_is_known() -> None:
    columns = {
        f"{table.name}.{column.name}"
        for table in SCHEMA_METADATA.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    resealed = {f"{one.table.name}.{one.column}" for one in SEALED_COLUMNS}
    assert columns == resealed | HASHES | OF_CASES | OF_DAYS | PUBLIC


def iterate_encryptions() -> Iterator[tuple[str, str]]:
    """Table and field of every value that the program encrypts under a desk's keys, where they stand in its source."""
    for path in (ROOT / "storage").rglob("*.py"):
        if path.parent.name == "rotation":
            continue
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(call, ast.Call)
                and getattr(call.func, "attr", "") == "encrypt"
                and len(call.args) == 4
            ):
                table, field = call.args[1], call.args[3]
                if isinstance(table, ast.Constant) and isinstance(field, ast.Constant):
                    yield str(table.value), str(field.value)


def test_values_are_bound_to_the_fields_that_the_program_binds_them_to() -> None:
    known = {(one.table.name, one.bound_to) for one in SEALED_COLUMNS}
    inner = {
        ("cases", "report"),
        ("cases", "opened"),
        ("cases", "key"),
        ("history", "body"),
        ("slips", "use"),
    }
    inner |= {("envelopes", "key"), ("envelopes", "identity"), ("answers", "said"), ("tries", "tries")}
    found = set(iterate_encryptions())
    assert found - inner <= known
    assert len(found) > 25


def make_value(column: "Column[Any]") -> object:
    """Any value that a column can have."""
    match column.type:
        case Boolean():
            return 0
        case Integer():
            return secrets.randbelow(10**6)
        case Date():
            return date(2026, 11, 1 + secrets.randbelow(28)).isoformat()
        case LargeBinary():
            return secrets.token_bytes(32)
        case _:
            return secrets.token_hex(8)


def insert_sealed_row(ground: StoredDesk, store: Store, one: SealedColumn) -> dict[str, Any]:
    """A row with a value of a column, as the program would have encrypted it; returned by column."""
    stored = {column.name: make_value(column) for column in one.table.columns}
    loaded = {
        column.name: convert(stored[column.name])
        if (convert := column.type.result_processor(sqlite.dialect(), None))
        else stored[column.name]
        for column in one.table.columns
    }
    stored[one.column] = one.get_cipher(store.keyring).encrypt(b"words", *one.build_place(loaded))
    with closing(sqlite3.connect(ground.paths.database)) as raw, raw:
        names = ", ".join(f'"{name}"' for name in stored)
        places = ", ".join("?" * len(stored))
        raw.execute(f'INSERT INTO "{one.table.name}" ({names}) VALUES ({places})', [*stored.values()])
    return loaded


@pytest.mark.parametrize("one", SEALED_COLUMNS, ids=lambda one: f"{one.table.name}.{one.column}")
def test_a_column_is_encrypted_anew_and_opens_with_the_new_key_alone(
    ground: StoredDesk, one: SealedColumn
) -> None:
    async def scene(store: Store) -> None:
        ground.execute_sql("DELETE FROM day_keys")
        row = insert_sealed_row(ground, store, one)
        rotation = KeyRotation(store, 0, 0)
        await rotation._set_marks(wanted := rotation._choose_versions())
        await rotation._add_keys(wanted, NOW)
        count = await reseal_column(store, one, 0)
        assert (count.changed, count.unreadable) == (1, 0)
        (sealed,) = ground.execute_sql(
            f'SELECT "{one.column}" FROM "{one.table.name}" WHERE length("{one.column}") > 32'
        )[0]
        assert sealed[:2] == b"\x01\x02"
        assert one.get_cipher(store.keyring).decrypt(sealed, *one.build_place(row)) == b"words"

    ground.run_scenario(scene)
