"""The memory of one desk: its database, keys, sealed files and the one writer, opened together."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.dialog.events import NEVER, Event, Query, Session, StoreTextFile, TurnResult
from handlers.feedback.messages import NewFeedbackNumber
from handlers.questions.faq_messages import FaqEntry, GetFaqCatalogue
from handlers.questions.messages import FindKnownAnswers
from handlers.staff.complaints.messages import SearchCases
from handlers.staff.members import ListStaff
from ita_stats.cases.fact import Fact
from storage import audit, facts, tables
from storage.audit import AuditAnchor
from storage.cases.exclusion_rescan import ConflictRescan
from storage.cases.import_register import RegisterImporter
from storage.cases.reminders import CaseReminders
from storage.cases.retention import RetentionJobs
from storage.cases.search import search_cases
from storage.chat_messages import ChatMessageLog
from storage.consultations.results import ConsultationStatistics
from storage.crypto.aead import mark, same
from storage.crypto.daily_keys import DailyKeys
from storage.crypto.key_files import NAMES, DeskPaths, KeyFiles
from storage.crypto.keyring import Keyring
from storage.db import sqlite as database
from storage.db.batch import WriteBatch
from storage.db.group_commit import CommitResult, GroupCommitWriter
from storage.db.read_batcher import glancing
from storage.db.read_context import ReadContext
from storage.errors import KeyFileError
from storage.feedback import FeedbackNumbers
from storage.files.evidence import EvidenceStore
from storage.outgoing import queue as waiting
from storage.outgoing.queue import DurableQueue
from storage.outgoing.send_due import ScheduledReplies
from storage.query_registry import READERS, open_envelope, open_report
from storage.questions import faq as knowledge
from storage.questions.faq import FaqIndex
from storage.releases import ReleaseStore
from storage.serialization import OutboxMessage, QueuedTask, StoredReport
from storage.sessions import SessionStore
from storage.staff.admin import StaffAdmin
from storage.staff.directory import StaffDirectory
from storage.staff.roster import Roster


@dataclass
class Store:
    """Everything that a desk remembers."""

    seals: Keyring
    committer: GroupCommitWriter
    evidence: EvidenceStore
    outbox: DurableQueue[OutboxMessage]
    errands: DurableQueue[QueuedTask]
    retention: RetentionJobs
    traces: ChatMessageLog
    releases: ReleaseStore
    personnel: StaffAdmin
    sendings: ScheduledReplies
    reminding: CaseReminders
    importing: RegisterImporter
    rereading: ConflictRescan
    library: FaqIndex
    directory: StaffDirectory
    numbers: FeedbackNumbers
    _reader: AsyncEngine

    async def session(self, who: bytes) -> Session | None:
        """Where a person's talk stands."""
        live = self.committer.talks.live(who)
        if live is not None:
            return live
        return await self.committer.talks.read(who)

    async def answer(self, query: Query[Any], now: datetime) -> Any:  # noqa: ANN401 - as the query says
        """The answer to a question of a handler."""
        if isinstance(query, StoreTextFile):
            return await self.evidence.take_text(query.text, query.name, now)
        if isinstance(query, FindKnownAnswers):
            return await self.library.nearest(query)
        if isinstance(query, GetFaqCatalogue):
            return await self.library.shelf()
        if isinstance(query, NewFeedbackNumber):
            return await self.numbers.next(query)
        if isinstance(query, ListStaff):
            return await self.directory.everyone(query)
        if isinstance(query, SearchCases):
            return await search_cases(query, lambda: self._sight(now))
        async with self._sight(now) as sight:
            return await READERS[type(query)](query, sight)

    async def commit(
        self, event: Event, before: Session | None, turn: TurnResult, at: datetime
    ) -> CommitResult:
        """Write a turn; it is on the disk when this returns. Raises Conflict, DiskFull."""
        return await self.committer.commit(event, before, turn, at)

    async def said(self, event_id: str) -> CommitResult | None:
        """What was answered to an event, as long as that is kept; None for one that never came."""
        async with self._reader.connect() as connection:
            return await self.committer.said(connection, event_id)

    async def report(self, case: str) -> StoredReport:
        """What the reporter of a case wrote."""
        async with self._sight() as sight:
            return await open_report(case, sight)

    async def identity(self, case: str) -> dict[str, str]:
        """The reporter's name and contact; empty where none were given."""
        async with self._sight() as sight:
            return dict(await open_envelope(case, sight))

    async def stock(self, entries: Iterable[FaqEntry], now: datetime) -> None:
        """Put entries into the place of the whole knowledge base, in their order. Raises Conflict, DiskFull."""
        async with self.committer.transaction() as connection:
            batch = WriteBatch(connection, self.seals, self.committer.days, now)
            await knowledge.replace_all(batch, entries)
            await batch.flush()

    async def facts(self, until: date | None = None) -> list[Fact]:
        """All facts recorded up to a day, in the order in which they hold."""
        async with self._reader.connect() as connection:
            return await facts.read(connection, until)

    async def written_facts(self) -> AsyncIterator[Iterable[tuple[str, str, str]]]:
        """The facts of every case, all of one instant: see `storage.facts.written`."""
        async with self._reader.connect() as connection:
            async for several in facts.written(connection):
                yield several

    @property
    def polls(self) -> ConsultationStatistics:
        """Public opinion as it is counted and shown."""
        return ConsultationStatistics(self.seals, self._sight)

    @property
    def roster(self) -> Roster:
        """Who is on the staff, by their marks."""
        return self.committer.roster

    @property
    def salt(self) -> bytes:
        """A secret of the desk that never changes, for choices that must tell nothing and be made again alike."""
        return self.seals.salt("statistics")

    async def verify_audit(self, anchor: AuditAnchor | None = None) -> list[str]:
        """What is wrong with the audit trail; empty when it is sound."""
        async with self._reader.connect() as connection:
            return await audit.verify(connection, self.seals.audit_keys, self.seals.desk, anchor)

    async def anchor(self, now: datetime) -> AuditAnchor:
        """The head of the audit trail, to be kept elsewhere."""
        async with self._reader.connect() as connection:
            return await audit.anchor(connection, self.seals.audit_keys, self.seals.desk, now)

    async def ready(self) -> bool:
        """Whether the database answers."""
        async with self._reader.connect() as connection:
            return (await connection.execute(select(1))).scalar() == 1

    @asynccontextmanager
    async def _sight(self, now: datetime = NEVER) -> AsyncIterator[ReadContext]:
        async with self._reader.connect() as connection:
            yield ReadContext(connection, self.seals, self.committer.days, now)


@asynccontextmanager
async def opened(ring: KeyFiles, now: datetime) -> AsyncIterator[Store]:
    """A desk's memory, open as long as it is needed; what waits to be written is written before it closes."""
    await asyncio.to_thread(database.prepare, ring.place.database)
    writer, reader = database.writer(ring.place.database), database.reader(ring.place.database)
    try:
        async with writer.connect() as connection, glancing(ring.place.database) as glance:
            seals = Keyring(ring)
            committer = GroupCommitWriter(
                connection, seals, DailyKeys(seals), SessionStore(seals, glance), Roster(seals)
            )
            await _check_keys(committer, seals)
            await committer.today(now)
            async with committer.transaction():
                await committer.roster.load(connection)
            traced = bool(await glance.rows("SELECT 1 FROM traces LIMIT 1"))
            store = _store(committer, ring.place, reader, traced=traced)
            await store.releases.begin(now)
            writing = asyncio.create_task(committer.run(store.evidence.erase))
            try:
                yield store
            finally:
                await store.traces.flush()
                await committer.close(writing)
                with suppress(asyncio.CancelledError):
                    await writing
    finally:
        await writer.dispose()
        await reader.dispose()


def _store(committer: GroupCommitWriter, place: DeskPaths, reader: AsyncEngine, *, traced: bool) -> Store:
    seals = committer.seals
    evidence = EvidenceStore(place.folder / "evidence", committer, seals, reader)
    return Store(
        seals,
        committer,
        evidence,
        waiting.outbox(tables.outbox, committer, seals, reader),
        waiting.errands(tables.errands, committer, seals, reader),
        RetentionJobs(committer, evidence, place.database),
        ChatMessageLog(committer, not traced),
        ReleaseStore(committer, seals, reader),
        StaffAdmin(committer, committer.roster),
        ScheduledReplies(committer),
        CaseReminders(committer),
        RegisterImporter(committer),
        ConflictRescan(committer),
        FaqIndex(seals, reader),
        StaffDirectory(seals, committer.talks.glance),
        FeedbackNumbers(committer.talks.glance),
        reader,
    )


async def _check_keys(committer: GroupCommitWriter, seals: Keyring) -> None:
    """See that every key is this database's; one that is new leaves its proof. Raises KeyTrouble."""
    meta, place = tables.meta, seals.ring.place
    proofs = {
        f"{name}.{version}": mark(key, b"fits", place.desk.encode(), name.encode())
        for name in NAMES
        for version, key in seals.ring[name].items()
    }
    async with committer.transaction() as connection:
        stored = {row.name: row.value for row in await connection.execute(select(meta))}
        for name, proof in stored.items():
            file = place.keys[name.partition(".")[0]]
            if name not in proofs:
                raise KeyFileError(
                    f"{file}: version {name.partition('.')[2]} of this key is gone; put it back."
                )
            if not same(proofs[name], proof):
                raise KeyFileError(f"{file}: this key is not the one of {place.database}.")
        for name in proofs.keys() - stored.keys():
            await connection.execute(meta.insert(), {"name": name, "value": proofs[name]})
