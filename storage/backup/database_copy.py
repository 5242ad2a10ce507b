"""Copy a database row by row as its policies say: sealing what may be erased, and opening it again.

The source is read in one transaction, beside programs that write; what is not for a backup is never written anywhere.
"""

import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType

from storage.backup.ledger import LedgerKeys, LedgerRows
from storage.backup.policy import LedgerKind, TablePolicy
from storage.errors import StorageError, TamperedError
from storage.files.directories import sync_file

Policies = Mapping[str, TablePolicy | None]


class DatabaseCopy:
    """A new database (main) beside the one that is copied (source). Use it as a context; all of it blocks."""

    def __init__(self, source: Path, target: Path) -> None:
        """Open both. The target must not exist. Raises OSError, sqlite3.Error."""
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        self._target = target
        # The copying goes on in another thread than the beginning, never in two at once.
        self._raw = sqlite3.connect(target, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "temp_store = MEMORY"):
            self._raw.execute(f"PRAGMA {pragma}")
        self._raw.execute("ATTACH DATABASE ? AS source", (str(source),))

    def __enter__(self) -> "DatabaseCopy":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(sqlite3.Error):
            self._raw.close()

    def begin(self) -> None:
        """Begin to read: from here on the source is seen as it is now."""
        self._raw.execute("BEGIN")
        self._raw.execute("SELECT count(*) FROM source.sqlite_master").fetchone()

    def load_ledger(self) -> LedgerRows:
        """Return the source's ledger as it was at the beginning, as the rows are that are sealed with it."""
        rows = self._raw.execute("SELECT kind, id, sealed FROM source.ledger").fetchall()
        return {(kind, own): sealed for kind, own, sealed in rows}

    def copy(self, policies: Policies, seal: "RowSealer") -> dict[str, int]:
        """Copy schema and rows; return the number of rows by table. The copy is on disk when this returns.

        Raises StorageError where a table has no policy or a value cannot be sealed or opened.
        """
        seal.register(self._raw)
        objects = self._raw.execute(
            "SELECT type, name, sql FROM source.sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        names = [name for kind, name, _ in objects if kind == "table"]
        unknown = [name for name in names if name not in policies]
        if unknown:
            raise StorageError(f"{unknown[0]}: it is not decided whether this table is in a backup")
        try:
            self._create(sql for kind, _, sql in objects if kind == "table")
            counts = self._copy_rows(names, policies, seal)
            self._create(sql for kind, _, sql in objects if kind != "table")
            self._raw.execute("COMMIT")
        except sqlite3.Error as error:
            raise StorageError(f"the database cannot be copied ({error})") from None
        self._raw.close()
        sync_file(self._target)
        return counts

    def _create(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self._raw.execute(statement)

    def _copy_rows(self, names: Iterable[str], policies: Policies, seal: "RowSealer") -> dict[str, int]:
        """Copy rows, of things before what belongs to them; return the number by table."""
        counts = dict[str, int]()
        copied = [(name, policy) for name in names if (policy := policies[name]) is not None]
        for name, policy in sorted(copied, key=lambda one: one[1].kind != one[0]):
            columns = [row[1] for row in self._raw.execute(f'PRAGMA main.table_info("{name}")')]
            counts[name] = self._raw.execute(seal.build_insert(name, columns, policy)).rowcount
        return counts


def list_evidence_places(database: Path) -> list[str]:
    """Return the names on disk of evidence that was written anew in a night, in no telling order.

    Of a file that came since, name and times on disk tell when it did: it is in the next backup.
    """
    return _list_column(database, "SELECT place FROM files WHERE place <> '' AND day IS NULL ORDER BY place")


def count_waiting_evidence(database: Path) -> int:
    """Return how many files of evidence a database has that came since the night."""
    return len(_list_column(database, "SELECT place FROM files WHERE place <> '' AND day IS NOT NULL"))


def list_case_ids(database: Path) -> list[str]:
    """Return the ids of all cases that a database has."""
    return _list_column(database, "SELECT id FROM cases")


def _list_column(database: Path, query: str) -> list[str]:
    with closing(sqlite3.connect(database)) as raw:
        return [value for (value,) in raw.execute(query)]


class RowSealer:
    """The SQL by which rows are copied, and the functions that it calls."""

    def __init__(self, keys: LedgerKeys) -> None:
        self.keys = keys

    def register(self, raw: sqlite3.Connection) -> None:
        """Make the functions known to a connection."""
        raw.create_function("sealed_value", 5, self._convert)
        raw.create_function("owner_column", 2, self._convert_owner)

    def build_insert(self, table: str, columns: list[str], policy: TablePolicy) -> str:
        """Return the statement that copies the rows of a table."""
        values = [self._select_column(table, column, policy) for column in columns]
        conditions = [f"({condition})" for condition in self._list_conditions(table, policy)]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        names = ", ".join(f'"{column}"' for column in columns)
        # Names are those of the schema.
        return f'INSERT INTO main."{table}" ({names}) SELECT {", ".join(values)} FROM source."{table}"{where}'  # noqa: S608

    def _select_column(self, table: str, column: str, policy: TablePolicy) -> str:
        if column in policy.left_out:
            return policy.left_out[column]
        if policy.kind is not None and column in policy.sealed:
            return f"sealed_value('{policy.kind}', {self._name_owner(policy)}, '{table}', '{column}', \"{column}\")"
        if policy.kind is not None and policy.is_owner_hidden and column == policy.owner:
            return f"owner_column('{policy.kind}', \"{column}\")"
        return f'"{column}"'

    def _list_conditions(self, table: str, policy: TablePolicy) -> list[str]:  # noqa: ARG002 - as the other way has it
        return [policy.condition] if policy.condition else []

    def _name_owner(self, policy: TablePolicy) -> str:
        return f'lower(hex("{policy.owner}"))' if policy.has_owner_in_bytes else f'"{policy.owner}"'

    def _convert(self, kind: str, own: str, table: str, column: str, value: bytes | None) -> bytes | None:
        if value is None:
            return None
        return self.keys.find_or_make_cipher(kind, own).encrypt(value, table, own, column)

    def _convert_owner(self, kind: str, value: bytes) -> bytes | None:
        self.keys.find_or_make_cipher(kind, value.hex())
        return self.keys.hash_owner(kind, value.hex())


class RowOpener(RowSealer):
    """The other way: rows of what has no key any more are left out, or emptied where they outlive it."""

    def __init__(self, keys: LedgerKeys) -> None:
        super().__init__(keys)
        self._owners = {
            kind.value: keys.map_owners(kind) for kind in (LedgerKind.CASE_NEWS, LedgerKind.RESULT_NEWS)
        }
        self.unreadable: set[tuple[str, str]] = set()
        """Kind and id of what has a key that does not open it: a part of it was taken back after this backup."""

    def register(self, raw: sqlite3.Connection) -> None:
        """Make the functions known to a connection."""
        super().register(raw)
        raw.create_function("has_key", 2, self._has_key)
        raw.create_function("opens", 5, self._opens)

    def build_insert(self, table: str, columns: list[str], policy: TablePolicy) -> str:
        """Return the statement that copies the rows of a table."""
        return super().build_insert(
            table, columns, policy.model_copy(update={"left_out": {}, "condition": ""})
        )

    def _list_conditions(self, table: str, policy: TablePolicy) -> list[str]:
        if policy.kind is None or policy.is_row_kept:
            return []
        owner = f"'{policy.kind}', {self._name_owner(policy)}"
        opened = [f"opens({owner}, '{table}', '{column}', \"{column}\")" for column in policy.sealed]
        return [f"has_key({owner})", *opened]

    def _name_owner(self, policy: TablePolicy) -> str:
        if policy.is_owner_hidden:
            return f"lower(hex(owner_column('{policy.kind}', \"{policy.owner}\")))"
        return super()._name_owner(policy)

    def _has_key(self, kind: str, own: str) -> bool:
        return self.keys.find_cipher(kind, own) is not None and (kind, own) not in self.unreadable

    def _opens(self, kind: str, own: str, table: str, column: str, value: bytes | None) -> bool:
        return value is None or self._convert(kind, own, table, column, value) is not None

    def _convert(self, kind: str, own: str, table: str, column: str, value: bytes | None) -> bytes | None:
        cipher = self.keys.find_cipher(kind, own)
        if value is None or cipher is None:
            return None
        try:
            return cipher.decrypt(value, table, own, column)
        except TamperedError:
            self.unreadable.add((kind, own))
            return None

    def _convert_owner(self, kind: str, value: bytes) -> bytes | None:
        own = self._owners[kind].get(value)
        return None if own is None else bytes.fromhex(own)
