"""What a person takes back is taken back from backups too: those up to now cannot open the thing any more."""

from sqlalchemy import Column, bindparam, func, literal_column, select
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as upsert

from storage import tables
from storage.backup.policy import LedgerKind
from storage.db.batch import WriteBatch

FORGOTTEN_BYTES = 16
"""Random bytes that stand in the place of a key that was forgotten: fewer than any sealed key has."""


def is_forgotten(sealed: bytes) -> bool:
    """Whether a row of the ledger has the mark of a key that was forgotten."""
    return len(sealed) == FORGOTTEN_BYTES


def _forget(kind: LedgerKind, owner: Column[str]) -> Insert:
    """Put a mark in the place of the key of a thing that is there, whether it had one or not."""
    # Constants are written out: the batch gives the parameters of rows alone.
    random = func.randomblob(literal_column(str(FORGOTTEN_BYTES)))
    mark = select(literal_column(f"'{kind.value}'"), owner, random).where(owner == bindparam("of_id"))
    put = upsert(tables.ledger).from_select(["kind", "id", "sealed"], mark)
    return put.on_conflict_do_update(
        index_elements=list(tables.ledger.primary_key), set_={"sealed": put.excluded.sealed}
    )


_FORGET_KEYS = (
    _forget(LedgerKind.CASE, tables.cases.c.id),
    _forget(LedgerKind.ENVELOPE, tables.envelopes.c.case_id),
    _forget(LedgerKind.QUESTION, tables.questions.c.id),
)


def forget_backup_keys(own: str, batch: WriteBatch) -> None:
    """Forget the ledger's keys of a case or question of which a part was taken back, in the batch's transaction.

    The next backup makes others, and has what is left. One that is being made, and has read what was there before,
    finds that the mark was not there when it began, and stores no key for it.
    """
    for statement in _FORGET_KEYS:
        batch.add_statement(statement, of_id=own)
