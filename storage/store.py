"""The memory of one desk: its database, keys, sealed files and the one writer, opened together."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.dialog.effects import Query, StoreTextFile, TurnResult
from handlers.dialog.events import Event
from handlers.dialog.session import NEVER, Session
from handlers.feedback.messages import NewFeedbackNumber
from handlers.questions.faq_messages import FaqEntry, GetFaqCatalogue
from handlers.questions.messages import FindKnownAnswers
from handlers.staff.complaints.messages import SearchCases
from handlers.staff.members import ListStaff
from ita_stats.cases.fact import Fact
from storage import audit, facts, tables
from storage.audit import AuditAnchor, verify_audit_trail
from storage.cases.exclusion_rescan import ConflictRescan
from storage.cases.import_register import RegisterImporter
from storage.cases.reminders import CaseReminders
from storage.cases.reporter_queries import load_identity, load_report
from storage.cases.retention import RetentionJobs
from storage.cases.search import search_cases
from storage.chat_messages import ChatMessageLog
from storage.consultations.statistics_source import ConsultationStatistics
from storage.crypto.aead import constant_time_equal, hmac_sha256
from storage.crypto.daily_keys import DailyKeys
from storage.crypto.key_files import KEY_NAMES, DeskPaths, KeyFiles
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.group_commit import CommitResult, GroupCommitWriter
from storage.db.read_batcher import ReadContext, open_read_batcher
from storage.db.sqlite import create_reader_engine, create_writer_engine, prepare_database
from storage.errors import KeyFileError
from storage.feedback import FeedbackNumbers
from storage.files.evidence import EvidenceStore
from storage.outgoing.queue import DurableQueue, create_outbox, create_task_queue
from storage.outgoing.send_due import ScheduledReplies
from storage.query_registry import QUERY_READERS
from storage.questions.faq import FaqIndex, replace_faq_entries
from storage.releases import ReleaseStore
from storage.serialization import OutboxMessage, QueuedTask, StoredReport
from storage.sessions import SessionStore
from storage.staff.admin import StaffAdmin
from storage.staff.directory import StaffDirectory
from storage.staff.roster import Roster


@dataclass
class Store:
    """Everything that a desk remembers."""

    keyring: Keyring
    committer: GroupCommitWriter
    evidence: EvidenceStore
    outbox: DurableQueue[OutboxMessage]
    task_queue: DurableQueue[QueuedTask]
    retention: RetentionJobs
    chat_messages: ChatMessageLog
    releases: ReleaseStore
    staff_admin: StaffAdmin
    scheduled_replies: ScheduledReplies
    reminders: CaseReminders
    register_importer: RegisterImporter
    conflict_rescan: ConflictRescan
    faq: FaqIndex
    staff_directory: StaffDirectory
    feedback_numbers: FeedbackNumbers
    _reader: AsyncEngine

    async def load_session(self, who: bytes) -> Session | None:
        """Where a person's talk stands."""
        live = self.committer.sessions.get_cached(who)
        if live is not None:
            return live
        return await self.committer.sessions.load(who)

    async def answer_query(self, query: Query[Any], now: datetime) -> Any:  # noqa: ANN401 - as the query says
        """The answer to a question of a handler."""
        if isinstance(query, StoreTextFile):
            return await self.evidence.store_text(query.text, query.name, now)
        if isinstance(query, FindKnownAnswers):
            return await self.faq.search(query)
        if isinstance(query, GetFaqCatalogue):
            return await self.faq.load_catalogue()
        if isinstance(query, NewFeedbackNumber):
            return await self.feedback_numbers.allocate(query)
        if isinstance(query, ListStaff):
            return await self.staff_directory.list_all(query)
        if isinstance(query, SearchCases):
            return await search_cases(query, lambda: self._open_read_context(now))
        async with self._open_read_context(now) as sight:
            return await QUERY_READERS[type(query)](query, sight)

    async def commit(
        self, event: Event, before: Session | None, turn: TurnResult, at: datetime
    ) -> CommitResult:
        """Write a turn; it is on the disk when this returns. Raises Conflict, DiskFull."""
        return await self.committer.commit(event, before, turn, at)

    async def find_previous_answer(self, event_id: str) -> CommitResult | None:
        """What was answered to an event, as long as that is kept; None for one that never came."""
        async with self._reader.connect() as connection:
            return await self.committer.find_previous_answer(connection, event_id)

    async def load_report(self, case: str) -> StoredReport:
        """What the reporter of a case wrote."""
        async with self._open_read_context() as sight:
            return await load_report(case, sight)

    async def load_identity(self, case: str) -> dict[str, str]:
        """The reporter's name and contact; empty where none were given."""
        async with self._open_read_context() as sight:
            return dict(await load_identity(case, sight))

    async def replace_faq(self, entries: Iterable[FaqEntry], now: datetime) -> None:
        """Put entries into the place of the whole knowledge base, in their order. Raises Conflict, DiskFull."""
        async with self.committer.transaction() as connection:
            batch = WriteBatch(connection, self.keyring, self.committer.daily_keys, now)
            await replace_faq_entries(batch, entries)
            await batch.flush()

    async def load_facts(self, until: date | None = None) -> list[Fact]:
        """All facts recorded up to a day, in the order in which they hold."""
        async with self._reader.connect() as connection:
            return await facts.load_facts(connection, until)

    async def stream_grouped_facts(self) -> AsyncIterator[Iterable[tuple[str, str, str]]]:
        """The facts of every case, all of one instant: see `storage.facts.written`."""
        async with self._reader.connect() as connection:
            async for several in facts.stream_grouped_facts(connection):
                yield several

    @property
    def consultation_statistics(self) -> ConsultationStatistics:
        """Public opinion as it is counted and shown."""
        return ConsultationStatistics(self.keyring, self._open_read_context)

    @property
    def roster(self) -> Roster:
        """Who is on the staff, by their marks."""
        return self.committer.roster

    @property
    def statistics_salt(self) -> bytes:
        """A secret of the desk that never changes, for choices that must tell nothing and be made again alike."""
        return self.keyring.derive_salt("statistics")

    async def verify_audit(self, anchor: AuditAnchor | None = None) -> list[str]:
        """What is wrong with the audit trail; empty when it is sound."""
        async with self._reader.connect() as connection:
            return await verify_audit_trail(connection, self.keyring.audit_keys, self.keyring.desk, anchor)

    async def build_audit_anchor(self, now: datetime) -> AuditAnchor:
        """The head of the audit trail, to be kept elsewhere."""
        async with self._reader.connect() as connection:
            return await audit.build_audit_anchor(connection, self.keyring.audit_keys, self.keyring.desk, now)

    async def is_ready(self) -> bool:
        """Whether the database answers."""
        async with self._reader.connect() as connection:
            return (await connection.execute(select(1))).scalar() == 1

    @asynccontextmanager
    async def _open_read_context(self, now: datetime = NEVER) -> AsyncIterator[ReadContext]:
        async with self._reader.connect() as connection:
            yield ReadContext(connection, self.keyring, self.committer.daily_keys, now)


@asynccontextmanager
async def open_store(ring: KeyFiles, now: datetime) -> AsyncIterator[Store]:
    """A desk's memory, open as long as it is needed; what waits to be written is written before it closes."""
    await asyncio.to_thread(prepare_database, ring.paths.database)
    writer, reader = (
        create_writer_engine(ring.paths.database),
        create_reader_engine(ring.paths.database),
    )
    try:
        async with writer.connect() as connection, open_read_batcher(ring.paths.database) as glance:
            seals = Keyring(ring)
            committer = GroupCommitWriter(
                connection, seals, DailyKeys(seals), SessionStore(seals, glance), Roster(seals)
            )
            await _check_keys(committer, seals)
            await committer.ensure_daily_key(now)
            async with committer.transaction():
                await committer.roster.load(connection)
            traced = bool(await glance.fetch("SELECT 1 FROM traces LIMIT 1"))
            store = _build_store(committer, ring.paths, reader, traced=traced)
            await store.releases.record_first_start(now)
            writing = asyncio.create_task(committer.run(store.evidence.delete_files))
            try:
                yield store
            finally:
                await store.chat_messages.flush()
                await committer.close(writing)
                with suppress(asyncio.CancelledError):
                    await writing
    finally:
        await writer.dispose()
        await reader.dispose()


def _build_store(
    committer: GroupCommitWriter, place: DeskPaths, reader: AsyncEngine, *, traced: bool
) -> Store:
    seals = committer.keyring
    evidence = EvidenceStore(place.folder / "evidence", committer, seals, reader)
    return Store(
        seals,
        committer,
        evidence,
        create_outbox(tables.outbox, committer, seals, reader),
        create_task_queue(tables.errands, committer, seals, reader),
        RetentionJobs(committer, evidence, place.database),
        ChatMessageLog(committer, not traced),
        ReleaseStore(committer, seals, reader),
        StaffAdmin(committer, committer.roster),
        ScheduledReplies(committer),
        CaseReminders(committer),
        RegisterImporter(committer),
        ConflictRescan(committer),
        FaqIndex(seals, reader),
        StaffDirectory(seals, committer.sessions.read_batcher),
        FeedbackNumbers(committer.sessions.read_batcher),
        reader,
    )


async def _check_keys(committer: GroupCommitWriter, seals: Keyring) -> None:
    """See that every key is this database's; one that is new leaves its proof. Raises KeyTrouble."""
    meta, place = tables.meta, seals.key_files.paths
    proofs = {
        f"{name}.{version}": hmac_sha256(key, b"fits", place.desk.encode(), name.encode())
        for name in KEY_NAMES
        for version, key in seals.key_files[name].items()
    }
    async with committer.transaction() as connection:
        stored = {row.name: row.value for row in await connection.execute(select(meta))}
        for name, proof in stored.items():
            file = place.key_paths[name.partition(".")[0]]
            if name not in proofs:
                raise KeyFileError(
                    f"{file}: version {name.partition('.')[2]} of this key is gone; put it back."
                )
            if not constant_time_equal(proofs[name], proof):
                raise KeyFileError(f"{file}: this key is not the one of {place.database}.")
        for name in proofs.keys() - stored.keys():
            await connection.execute(meta.insert(), {"name": name, "value": proofs[name]})
