"""Sums of how well a desk works (decision 0055): nothing here belongs to a case or to a person.

Whether a reporter came back is read from what each case has under its own key, when a span settles. Of cases that are
erased before, only how many of a fiscal year they were is kept.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.ratings.messages import RecordSatisfaction
from handlers.dialog.effects import Act
from ita_stats.calendar import first_month_of_fiscal_year, get_fiscal_year
from storage import tables
from storage.cases.history import decrypt_case_opening, decrypt_report
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.errors import StorageError

RETURNED = "returned"
"""The sum of erased cases, told online, that were opened again with their code: by the fiscal year of receipt."""
CASES_PER_STEP = 50
"""Cases that are opened in memory before other tasks run: a millisecond or two."""

_SUM, _CASE = tables.yearly_sums.c, tables.cases.c
_INSERTED = upsert(tables.yearly_sums)
_ADD = _INSERTED.on_conflict_do_update(
    index_elements=[_SUM.fiscal_year, _SUM.name], set_={"count": _SUM.count + _INSERTED.excluded["count"]}
)
_SEALED_COLUMNS = (_CASE.id, _CASE.received_on, _CASE.key, _CASE.report, _CASE.opened)


async def record_satisfaction(act: RecordSatisfaction, batch: WriteBatch) -> None:
    """Count an answer in the sum of its fiscal year. Nothing is kept at the case, and nothing is audited."""
    row = {"fiscal_year": get_fiscal_year(act.on), "name": act.answer.value, "count": 1}
    await batch.connection.execute(_ADD, row)


async def add_erased_returns(connection: AsyncConnection, keyring: Keyring, cases: Sequence[str]) -> None:
    """Add to the sums which of some cases, that are erased now, were opened again with their code."""
    rows = (await connection.execute(select(*_SEALED_COLUMNS).where(_CASE.id.in_(cases)))).mappings().all()
    returned = Counter(get_fiscal_year(row["received_on"]) for row in rows if _was_opened_again(row, keyring))
    for year, count in returned.items():
        await connection.execute(_ADD, {"fiscal_year": year, "name": RETURNED, "count": count})


async def list_returns(
    connection: AsyncConnection, keyring: Keyring, first: date, last: date, after: str
) -> tuple[int, str | None]:
    """Count, of the next announced cases received in some days, those told online that were opened with their code.

    after: the last case of the piece before, empty at first. Returns the last of this one too, None after the last.
    """
    query = select(*_SEALED_COLUMNS).where(
        _CASE.received_on.between(first, last), tables.IS_ANNOUNCED_CASE, _CASE.id > after
    )
    rows = (await connection.execute(query.order_by(_CASE.id).limit(CASES_PER_STEP))).mappings().all()
    return sum(_was_opened_again(row, keyring) for row in rows), rows[-1]["id"] if rows else None


async def load_sums(connection: AsyncConnection, first: date, last: date) -> Mapping[str, int]:
    """Return the sums of the fiscal years that begin in some days, by name."""
    rows = (await connection.execute(select(tables.yearly_sums))).all()
    found = Counter[str]()
    for row in rows:
        if first <= first_month_of_fiscal_year(row.fiscal_year).first <= last:
            found[row.name] += row[2]
    return found


def _was_opened_again(row: RowMapping, keyring: Keyring) -> bool:
    """Whether a case was told online and opened with its code since. One that cannot be read is not counted."""
    if row["opened"] is None:
        return False
    try:
        cipher = keyring.unwrap_case_cipher(row["id"], row["key"])
        if decrypt_case_opening(row["opened"], row["id"], cipher) is None:
            return False
        return not decrypt_report(
            row["report"], row["id"], cipher
        ).source  # a source is what an officer entered
    except (StorageError, ValueError):
        return False


MEASURE_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    RecordSatisfaction: record_satisfaction
}
