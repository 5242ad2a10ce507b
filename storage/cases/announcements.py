"""When officers are told of a case: at a random moment after it came, so that the time tells nobody who wrote it.

Until then the case exists for its reporter alone. Its row has a random number below 0 and its moment, encrypted; facts,
audit lines and notices of it are written at the moment, from its history, in the transaction that gives it a register
number and forgets the moment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, RowMapping, bindparam, null, select, update

from handlers.complaints.lifecycle import STATUS_RULES, CaseStatus, Transition
from handlers.complaints.messages import ActorKind, HistoryEntryKind
from ita_stats.cases.fact import FactField
from storage import tables
from storage.cases.history import decrypt_report
from storage.cases.writes import add_filing_facts, build_transition_facts
from storage.db.batch import WriteBatch
from storage.db.epoch_minutes import from_epoch_minutes, to_epoch_minutes
from storage.db.group_commit import GroupCommitWriter
from storage.errors import ConflictError, TamperedError, UnreadableRowError
from storage.staff.notifications import notify_of_new_case
from storage.tables.rules import concerned
from storage.unreadable_rows import decode_rows, log_unreadable_row, reading_row

LONGEST_WAIT = 24 * 60
"""Minutes: twice the longest `[notice] delay`, since a moment after midnight is drawn anew."""

_CASE = tables.cases.c
_UPDATE_ANNOUNCED = (
    update(tables.cases)
    .where(_CASE.id == bindparam("case"))
    .values(number=bindparam("to_number"), announce_at=null())
)


@dataclass
class CaseAnnouncements:
    """Tells officers of cases whose moment has come."""

    committer: GroupCommitWriter

    async def announce_due(self, now: datetime) -> int:
        """Announce every case that is due; return how many. One transaction each.

        One that cannot be announced is logged, without its number, and stops no other.
        """
        count = 0
        for case in await self._list_due(to_epoch_minutes(now)):
            try:
                with reading_row("cases", ""):
                    count += await self._announce(case, now)
            except (UnreadableRowError, ConflictError):
                log_unreadable_row(UnreadableRowError("cases", ""))
        return count

    async def has_waiting(self, before: date, now: datetime) -> bool:
        """Whether a case that came before a day waits for its moment: its facts are of days that are over.

        So it is for some hours where the office made `[notice] delay` shorter. One that is due does not wait.
        """
        moments = await self._load_moments(_CASE.received_on < before)
        return any(_is_ahead(moment, to_epoch_minutes(now)) for moment, _ in moments)

    async def find_next(self, now: datetime) -> datetime | None:
        """Return when the next case is to be announced, `now` where one is due; None where none waits."""
        moments = [moment for moment, _ in await self._load_moments()]
        if any(not _is_ahead(moment, to_epoch_minutes(now)) for moment in moments):
            return now
        return from_epoch_minutes(moments[0]) if moments else None

    async def _list_due(self, minute: int) -> list[str]:
        return [case for moment, case in await self._load_moments() if not _is_ahead(moment, minute)]

    async def _load_moments(self, *conditions: ColumnElement[bool]) -> list[tuple[int, str]]:
        """Return minute and id of unannounced cases, in this order."""
        query = select(_CASE.id, _CASE.announce_at).where(_CASE.announce_at.is_not(None), *conditions)
        async with self.committer.transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return sorted((self._decrypt_moment(row), row["id"]) for row in rows)

    def _decrypt_moment(self, row: RowMapping) -> int:
        """Return a case's minute. One that cannot be read has come: no report is kept back by a damaged byte."""
        try:
            opened = self.committer.keyring.waiting.decrypt(
                row["announce_at"], "cases", row["id"], "announce_at"
            )
        except TamperedError:
            return 0
        return int.from_bytes(opened, "big")

    async def _announce(self, case: str, now: datetime) -> int:
        async with self.committer.transaction() as connection:
            found = select(tables.cases).where(_CASE.id == case, _CASE.announce_at.is_not(None))
            row = (await connection.execute(found)).mappings().first()
            if row is None:
                return 0  # another process was first
            batch = WriteBatch(
                connection, self.committer.keyring, self.committer.daily_keys, now, self.committer.roster
            )
            await _write_announcement(row, batch)
            await batch.flush()
        return 1


def _is_ahead(moment: int, minute: int) -> bool:
    """Whether a moment is still to come. One further away than any can be was drawn by a clock that was ahead."""
    return minute < moment <= minute + LONGEST_WAIT


async def _write_announcement(row: RowMapping, batch: WriteBatch) -> None:
    """Add what tells officers of a case: register number, facts and audit lines of its history, notice."""
    number = await batch.allocate_number(row["fiscal_year"])
    batch.add_statement(_UPDATE_ANNOUNCED, case=row["id"], to_number=number)
    line = tables.history.c
    columns = (line.on, line.kind, line.by, line.status, line.outcome, line.reason)
    query = select(*columns).where(line.case_id == row["id"]).order_by(line.seq)
    lines = (await batch.connection.execute(query)).mappings().all()
    hidden = select(concerned.c.staff_id).where(concerned.c.case_id == row["id"])
    exclusions = (await batch.connection.execute(hidden.order_by(concerned.c.staff_id))).all()
    _add_facts(row, number, lines, batch)
    name = f"{number}/{row['fiscal_year']}"
    readable, _ = decode_rows("history", lines, _require_known_action, lambda _: name)
    for entry in readable:
        await batch.audit(entry["by"], _get_audit_action(entry), row["id"])
    for one in exclusions:
        await batch.audit(ActorKind.CLOCK, f"hidden:{one.staff_id}", row["id"])
    if row["open"]:
        await notify_of_new_case(row["fiscal_year"], number, row["answer_by"], batch)


def _add_facts(row: RowMapping, number: int, lines: Iterable[RowMapping], batch: WriteBatch) -> None:
    """Add the facts of a case, each recorded on the day it happened. One that cannot be read is told, not counted."""
    try:
        with reading_row("cases", f"{number}/{row['fiscal_year']}"):
            cipher = batch.keyring.unwrap_case_cipher(row["id"], row["key"])
            report = decrypt_report(row["report"], row["id"], cipher)
            moves = [
                (entry["on"], _build_move_facts(entry))
                for entry in lines
                if entry["kind"] == HistoryEntryKind.MOVED.value
            ]
            place = add_filing_facts(report, row["received_on"], row["received_on"], batch)
    except UnreadableRowError as error:
        log_unreadable_row(error)
        return
    for on, values in moves:
        batch.add_facts(report.about, place, on, on, values)
        place += len(values)


def _build_move_facts(entry: RowMapping) -> Mapping[FactField, str]:
    reopened = _is_reopening(entry)
    return build_transition_facts(entry["status"], entry["outcome"], entry["reason"], reopened=reopened)


def _require_known_action(entry: RowMapping) -> RowMapping:
    """Return a line of history. Raises ValueError where no act of it is known."""
    _get_audit_action(entry)
    return entry


def _get_audit_action(entry: RowMapping) -> str:
    """Return what the audit trail calls a line that a reporter brought before officers knew of the case."""
    match HistoryEntryKind(entry["kind"]):
        case HistoryEntryKind.MOVED:
            return Transition.REOPEN if _is_reopening(entry) else Transition.WITHDRAW
        case kind:
            return kind.value


def _is_reopening(entry: RowMapping) -> bool:
    """Whether a reporter's transition opens the case again; else they withdraw it."""
    return STATUS_RULES[CaseStatus(entry["status"])].is_open
