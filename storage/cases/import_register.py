"""Import of an old register: cases without content, all or none of a file, and each file once."""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from handlers.complaints.lifecycle import ENDED_STATUSES, CaseStatus
from handlers.complaints.messages import ActorKind, HistoryEntryKind, ImportedCase
from handlers.dialog.events import Channel
from ita_stats.cases.fact import FactField
from storage import tables
from storage.cases.history import append_history_line, encrypt_report
from storage.crypto.aead import hmac_sha256
from storage.db.batch import WriteBatch, encode_case_status
from storage.db.group_commit import GroupCommitWriter
from storage.serialization import HistoryContent, StoredReport
from storage.tables.rules import imports

IMPORT_CHANNEL = Channel.TERMINAL
"""The channel of imported cases. Their real source is recorded as a fact."""

IMPORT_NOTICE_VERSION = "import"
"""Stands in for the version of the privacy notice, since none was shown."""


@dataclass
class RegisterImporter:
    committer: GroupCommitWriter

    async def find_import_date(self, content: bytes) -> date | None:
        """Return the day on which a file was imported; None where it was not."""
        column = imports.c
        async with self.committer.transaction() as connection:
            found = select(column.on).where(column.digest == self._hash_content(content))
            return (await connection.execute(found)).scalar()

    async def count_imports(self) -> int:
        """Return how many files were imported."""
        async with self.committer.transaction() as connection:
            return (await connection.execute(select(func.count()).select_from(imports))).scalar() or 0

    async def find_duplicates(self, cases: Iterable[ImportedCase]) -> list[ImportedCase]:
        """Return the cases whose register number exists already."""
        column = tables.cases.c
        years = {case.fiscal_year for case in cases}
        async with self.committer.transaction() as connection:
            query = select(column.fiscal_year, column.number).where(column.fiscal_year.in_(years))
            known = {(row.fiscal_year, row.number) for row in await connection.execute(query)}
        return [case for case in cases if (case.fiscal_year, case.number) in known]

    async def import_cases(
        self,
        content: bytes,
        cases: Sequence[ImportedCase],
        answer_by: Callable[[date], date],
        today: date,
        now: datetime,
        along: Callable[[], None] = lambda: None,
    ) -> None:
        """Insert all cases in one transaction. Raises `ConflictError` where a number is taken.

        along: called after each case, for a progress bar.
        """
        await self.committer.ensure_daily_key(now)
        async with self.committer.transaction() as connection:
            batch = WriteBatch(connection, self.committer.keyring, self.committer.daily_keys, now)
            for place, case in enumerate(cases):
                if place % 50 == 0:
                    await asyncio.sleep(0)  # let other tasks run
                await _insert_case(case, answer_by(case.received_on), today, batch)
                along()
            await _advance_counters(cases, batch)
            batch.insert("imports", digest=self._hash_content(content), on=today, rows=len(cases))
            await batch.flush()

    def _hash_content(self, content: bytes) -> bytes:
        """Keyed, so that somebody who steals the database cannot confirm which file was imported."""
        return hmac_sha256(self.committer.keyring.derive_salt("imports"), content)


async def _insert_case(case: ImportedCase, answer_by: date, today: date, batch: WriteBatch) -> None:
    own, about = secrets.token_hex(16), secrets.token_hex(16)
    wrapped, cipher = batch.keyring.create_case_cipher(own)
    outcome = case.outcome.value if case.outcome else None
    moved = case.status is not CaseStatus.RECEIVED
    batch.insert(
        "cases",
        id=own,
        fiscal_year=case.fiscal_year,
        number=case.number,
        receipt_mark=secrets.token_bytes(32),  # nobody holds its receipt
        **encode_case_status(case.status),
        outcome=outcome,
        seq=1 + moved,
        received_on=case.received_on,
        touched_on=today,
        answer_by=answer_by,
        alternate=False,
        notice=IMPORT_NOTICE_VERSION,
        key=wrapped,
        report=encrypt_report(StoredReport(about, case.category, IMPORT_CHANNEL, {}), own, cipher),
        officer=None,
        avoid=None,
        announce_at=None,
    )
    ended = case.closed_on or case.received_on
    lines: list[tuple[date, HistoryEntryKind, str | None, str | None]] = [
        (case.received_on, HistoryEntryKind.FILED, None, None)
    ]
    lines += [(ended, HistoryEntryKind.MOVED, case.status.value, outcome)] * moved
    for seq, (on, kind, status, how) in enumerate(lines, start=1):
        append_history_line(
            batch,
            cipher,
            own,
            seq,
            on,
            kind,
            ActorKind.OFFICE,
            HistoryContent(),
            status=status,
            outcome=how,
        )
    _add_case_facts(about, case, today, batch)
    await batch.audit(ActorKind.OFFICE, "imported", own)


def _add_case_facts(about: str, case: ImportedCase, today: date, batch: WriteBatch) -> None:
    """Add the facts of a case: that it was received, and its later status."""
    initial_facts = {
        FactField.RECEIVED: "1",
        FactField.CATEGORY: case.category,
        FactField.SOURCE: case.source.value,
        FactField.STATUS: CaseStatus.RECEIVED.value,
    }
    batch.add_facts(about, 0, case.received_on, today, initial_facts)
    if case.status is CaseStatus.RECEIVED:
        return
    became = {FactField.STATUS: case.status.value}
    if case.outcome:
        became[FactField.OUTCOME] = case.outcome.value
    on = case.closed_on if case.status in ENDED_STATUSES and case.closed_on else case.received_on
    batch.add_facts(about, len(initial_facts), on, today, became)


async def _advance_counters(cases: Iterable[ImportedCase], batch: WriteBatch) -> None:
    """Make sure that new cases are numbered after the imported ones."""
    last: dict[int, int] = {}
    for case in cases:
        last[case.fiscal_year] = max(last.get(case.fiscal_year, 0), case.number)
    column = tables.counters.c
    known = {
        row.fiscal_year: row.last
        for row in await batch.connection.execute(select(column.fiscal_year, column.last))
    }
    for year, number in last.items():
        batch.upsert("counters", fiscal_year=year, last=max(number, known.get(year, 0)))
