"""Which columns are encrypted under the seal key itself, and how each value is bound to its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Table, func

from storage import tables
from storage.crypto.aead import Cipher
from storage.crypto.keyring import Keyring
from storage.tables.rules import approvals, concerned, import_rows, keyholes

SETTLED_LONG_AGO = date(2000, 1, 1)
"""Day of a file that is to be written anew at once: it is past, and tells nothing."""

_MARK_BYTES = 16
"""Values of so many bytes are marks of the ledger, and no ciphertexts (`storage.backup.taken_back`)."""


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column with values of one purpose.

    purpose: the cipher's name in a `Keyring`; row: the columns that name a row, as its ciphertext is bound to them;
    bound_to: the field that it is bound to. also: what else is set where a value is encrypted anew.
    """

    table: Table
    column: str
    purpose: str
    row: tuple[str, ...]
    bound_to: str
    also: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)

    def get_cipher(self, keyring: Keyring) -> Cipher:
        """Return the cipher of the column."""
        cipher: Cipher = getattr(keyring, self.purpose)
        return cipher

    def build_place(self, row: Mapping[str, Any]) -> tuple[str, str, str]:
        """Return the table, row and field that a value is bound to."""
        names = [row[name] for name in self.row]
        texts = [one.hex() if isinstance(one, bytes) else str(one) for one in names]
        return self.table.name, "/".join(texts), self.bound_to

    def build_condition(self, cipher: Cipher) -> ColumnElement[bool]:
        """Return the condition of the rows that were encrypted under an older version of the key."""
        return build_old_condition(self.table.c[self.column], cipher)


def build_old_condition(column: ColumnElement[Any], cipher: Cipher) -> ColumnElement[bool]:
    """Return the condition of values that were encrypted under an older version of a key."""
    return func.substr(column, 1, 2).in_(cipher.old_heads) & (func.length(column) > _MARK_BYTES)


_FILE_DAY = {"day": func.coalesce(tables.files.c.day, SETTLED_LONG_AGO)}

SEALED_COLUMNS: tuple[SealedColumn, ...] = (
    SealedColumn(tables.day_keys, "sealed", "day", ("day",), "key"),
    SealedColumn(tables.sessions, "sealed", "session", ("who",), "talk"),
    SealedColumn(tables.cases, "announce_at", "waiting", ("id",), "announce_at"),
    SealedColumn(tables.files, "sealed", "file", ("id",), "meta", _FILE_DAY),
    SealedColumn(tables.outbox, "sealed", "waiting", ("id",), "letter"),
    SealedColumn(tables.errands, "sealed", "waiting", ("id",), "errand"),
    SealedColumn(tables.addresses, "sealed", "waiting", ("mark",), "letter"),
    SealedColumn(tables.hearers, "sealed", "waiting", ("mark",), "letter"),
    SealedColumn(concerned, "sealed", "staff", ("case_id", "staff_id"), "reason"),
    SealedColumn(approvals, "sealed", "staff", ("id",), "reason"),
    SealedColumn(keyholes, "sealed", "staff", ("mark",), "told"),
    SealedColumn(import_rows, "sealed", "case", ("place",), "cases"),
    SealedColumn(tables.staff, "sealed", "staff", ("id",), "profile"),
    SealedColumn(tables.staff, "factor", "staff", ("id",), "factor"),
    SealedColumn(tables.staff, "address", "staff", ("id",), "address"),
    SealedColumn(tables.enrolments, "sealed", "staff", ("mark",), "told"),
    SealedColumn(tables.staff_sessions, "sealed", "staff", ("mark",), "told"),
    SealedColumn(tables.passkeys, "sealed", "staff", ("mark",), "told"),
    SealedColumn(tables.office_settings, "sealed", "staff", ("name",), "value"),
    SealedColumn(tables.held, "sealed", "staff", ("id",), "sending"),
    SealedColumn(tables.holds, "sealed", "staff", ("case_id",), "reason"),
    SealedColumn(tables.groups, "address", "staff", ("mark",), "address"),
    SealedColumn(tables.question_lines, "sealed", "question", ("question_id", "seq"), "text"),
    SealedColumn(tables.held_answers, "sealed", "question", ("question_id",), "answer"),
    SealedColumn(tables.knowledge, "sealed", "question", ("id",), "entry"),
    SealedColumn(tables.board, "sealed", "question", ("id",), "post"),
    SealedColumn(tables.meanings, "sealed", "question", ("id",), "vectors"),
    SealedColumn(tables.opinions, "sealed", "question", ("id",), "words"),
    SealedColumn(tables.opinions, "contact", "question", ("id",), "contact"),
    SealedColumn(tables.ballots, "key", "question", ("code",), "key"),
    SealedColumn(tables.ballots, "result", "question", ("code",), "result"),
    SealedColumn(tables.voices, "sealed", "question", ("id",), "answers"),
    SealedColumn(tables.statements, "sealed", "question", ("id",), "text"),
    SealedColumn(tables.themes, "sealed", "question", ("code", "place"), "theme"),
    SealedColumn(tables.ledger, "sealed", "ledger", ("kind", "id"), "key"),
)
"""Every such column but `cases.key`, under which a case has a key of its own (`reseal_cases`)."""
