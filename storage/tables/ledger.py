"""The ledger, keys under which backups seal what may be erased; and numbers that are not given again."""

from sqlalchemy import Column, Integer, LargeBinary, String

from storage.tables.schema import define_unordered_table

# Made by the first backup that meets a thing; deleted by triggers with the thing itself.
ledger = define_unordered_table(
    "ledger",
    Column("kind", String(20), primary_key=True),  # LedgerKind
    Column("id", String(64), primary_key=True),  # as the thing's own row names it; bytes in hex
    Column("sealed", LargeBinary, nullable=False),
)

# Set by a restore: numbers up to here may have been given after the backup. Register numbers have `counters`.
number_floors = define_unordered_table(
    "number_floors",
    Column("kind", String(10), primary_key=True),  # NumberKind
    Column("fiscal_year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)
