"""What a person takes back is taken back from backups too: those up to now cannot open the thing any more."""

from sqlalchemy import bindparam, delete

from storage import tables
from storage.backup.policy import LedgerKind
from storage.db.batch import WriteBatch

FORGET_KEY = delete(tables.ledger).where(
    tables.ledger.c.kind == bindparam("of_kind"), tables.ledger.c.id == bindparam("of_id")
)


def forget_backup_keys(own: str, batch: WriteBatch) -> None:
    """Delete the ledger's keys of a case or question of which a part was taken back.

    The next backup makes others, and has what is left.
    """
    for kind in (LedgerKind.CASE, LedgerKind.ENVELOPE, LedgerKind.QUESTION):
        batch.add_statement(FORGET_KEY, of_kind=kind.value, of_id=own)
