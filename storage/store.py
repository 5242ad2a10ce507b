"""The store of one desk: database, keys, evidence files and the single writer, opened together."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.dialog.effects import Answer, Query, TurnResult
from handlers.dialog.events import DEFAULT_LANG, Event, Lang
from handlers.dialog.session import NEVER, DialogTopic, Session
from handlers.office import Office
from handlers.questions.faq_messages import FaqEntry, SaveFaqEntry
from ita_stats.cases.fact import Fact, FactField
from ita_stats.service.model import CountedThread
from storage import audit, facts, tables
from storage.audit import AuditAnchor, verify_audit_trail
from storage.cases.announcements import CaseAnnouncements
from storage.cases.exclusion_rescan import ConflictRescan
from storage.cases.import_register import RegisterImporter
from storage.cases.reminders import CaseReminders
from storage.cases.reporter_queries import load_identity, load_report
from storage.cases.retention import RetentionJobs
from storage.chat_messages import ChatMessageLog, MessageOrigins
from storage.consultations.statistics_source import ConsultationStatistics
from storage.crypto.aead import constant_time_equal
from storage.crypto.daily_keys import DailyKeys
from storage.crypto.key_files import DeskPaths, KeyFiles
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.clock_record import ClockRecord
from storage.db.group_commit import GroupCommitWriter
from storage.db.idempotency import find_event_answers, hash_events
from storage.db.read_batcher import ReadContext, open_read_batcher
from storage.db.readiness import ReadinessProbe
from storage.db.sqlite import create_reader_engine, create_writer_engine, is_damage, prepare_database
from storage.db.warning_record import WarningRecord
from storage.errors import DatabaseDamagedError, KeyFileError
from storage.feedback import FeedbackNumbers
from storage.files.evidence import EvidenceStore
from storage.files.nightly_rewrite import FileRewriter
from storage.files.old_owners import seal_old_owners
from storage.files.sealed_files import SealedFolder
from storage.outgoing.queue import DurableQueue
from storage.outgoing.rows import OUTBOX_ROWS, TASK_ROWS
from storage.outgoing.send_due import ScheduledReplies
from storage.query_registry import QUERY_READERS
from storage.questions.faq import FaqIndex, replace_faq_entries, save_faq_entry
from storage.questions.meaning_store import MeaningStore
from storage.questions.statistics_source import load_counted_threads
from storage.releases import ReleaseStore
from storage.serialization import OutboxMessage, QueuedTask, StoredReport
from storage.sessions import MOVE_SESSION, SessionStore
from storage.split_spans import SplitSpanStore
from storage.staff.admin import StaffAdmin
from storage.staff.directory import StaffDirectory
from storage.staff.roster import Roster
from storage.statistics.measures import RETURNED, list_returns, load_sums
from storage.statistics.remarks import load_remarks


@dataclass
class Store:
    """Everything that a desk stores."""

    keyring: Keyring
    committer: GroupCommitWriter
    evidence: EvidenceStore
    file_rewriter: FileRewriter
    outbox: DurableQueue[OutboxMessage]
    task_queue: DurableQueue[QueuedTask]
    retention: RetentionJobs
    chat_messages: ChatMessageLog
    releases: ReleaseStore
    split_spans: SplitSpanStore
    staff_admin: StaffAdmin
    scheduled_replies: ScheduledReplies
    announcements: CaseAnnouncements
    clock_record: ClockRecord
    warning_record: WarningRecord
    reminders: CaseReminders
    register_importer: RegisterImporter
    conflict_rescan: ConflictRescan
    faq: FaqIndex
    meanings: MeaningStore
    staff_directory: StaffDirectory
    feedback_numbers: FeedbackNumbers
    readiness: ReadinessProbe
    _reader: AsyncEngine

    def load_session(self, who: bytes) -> Awaitable[Session | None]:
        """Return a person's session, cached or from disk; None where there is none."""
        return self.committer.sessions.load(who)

    async def move_session(self, before: bytes, after: bytes) -> None:
        """Let a person's session belong to a new person id; the caller holds the lock of the old one.

        A session in memory only is moved there; the row of another is on disk when this returns.
        """
        session = await self.load_session(before)
        if session is None or session.topic is DialogTopic.LAPSED:
            return
        if session.version:
            content = self.committer.sessions.encode(after, session)
            await self.committer.write(MOVE_SESSION, {"before": before, "after": after, "content": content})
        self.committer.sessions.move(before, after)

    async def load_language(self, who: bytes) -> Lang:
        """Return the language of a person's session; Thai where there is none."""
        session = await self.load_session(who)
        return session.lang if session else DEFAULT_LANG

    def answer_query(self, query: Query[Any], now: datetime) -> Awaitable[Any]:
        """Answer a handler's query. The type of the result is the query's type parameter."""
        return QUERY_READERS[type(query)](query, self, now)

    def commit(
        self, event: Event, before: Session | None, turn: TurnResult, at: datetime
    ) -> Awaitable[Answer]:
        """Write a turn; it is on disk when this returns. Raises `ConflictError`, `DiskFullError`."""
        return self.committer.commit(event, before, turn, at)

    async def find_previous_answer(self, event_id: str) -> Answer | None:
        """Return the answer to an event of the last hour, as for a page that is reloaded; None for an unknown event."""
        days = self.committer.daily_keys
        fetch = self.committer.sessions.read_batcher.fetch
        return (await find_event_answers(fetch, days, hash_events(days, [event_id]))).get(event_id)

    async def load_report(self, case: str) -> StoredReport:
        """Return what the reporter of a case wrote."""
        async with self.open_read_context() as context:
            return await load_report(case, context)

    async def load_identity(self, case: str) -> dict[str, str]:
        """Return the reporter's name and contact; empty where none were given."""
        async with self.open_read_context() as context:
            return dict(await load_identity(case, context))

    async def replace_faq(self, entries: Iterable[FaqEntry], now: datetime) -> None:
        """Replace the whole FAQ with entries, in their order. Raises `ConflictError`, `DiskFullError`."""
        async with self.committer.transaction() as connection:
            batch = WriteBatch(connection, self.keyring, self.committer.daily_keys, now)
            await replace_faq_entries(batch, entries)
            await batch.flush()

    async def save_faq_entries(self, entries: Iterable[FaqEntry], now: datetime) -> None:
        """Insert or update some entries. Raises `ConflictError`, `DiskFullError`."""
        async with self.committer.transaction() as connection:
            batch = WriteBatch(connection, self.keyring, self.committer.daily_keys, now)
            for entry in entries:
                await save_faq_entry(SaveFaqEntry(entry), batch)
            await batch.flush()

    async def has_been_used(self) -> bool:
        """Whether a case was ever filed or imported here, or somebody of the staff ever joined."""
        joined = select(tables.staff.c.id).where(tables.staff.c.joined.is_not(None))
        async with self._reader.connect() as connection:
            for query in (select(tables.cases.c.id), joined):
                if (await connection.execute(query.limit(1))).first() is not None:
                    return True
        return False

    async def load_facts(self, until: date | None = None) -> list[Fact]:
        """Return all facts recorded up to a day (inclusive), ordered by case and seq."""
        async with self._reader.connect() as connection:
            return await facts.load_facts(connection, until)

    async def load_remarks(self) -> Mapping[str, str]:
        """Return what the office remarks in its statistics, by the code of a month or a fiscal year."""
        async with self._reader.connect() as connection:
            return await load_remarks(connection)

    async def count_returns(self, first: date, last: date) -> int:
        """Count the cases told online in some days that were opened again with their code, those erased included."""
        async with self._reader.connect() as connection:
            found = (await load_sums(connection, first, last)).get(RETURNED, 0)
            after: str | None = ""
            while after is not None:
                several, after = await list_returns(connection, self.keyring, first, last, after)
                found += several
                await asyncio.sleep(0)
        return found

    async def load_yearly_sums(self, first: date, last: date) -> Mapping[str, int]:
        """Return the sums of the fiscal years that begin in some days: see `storage.statistics.measures`."""
        async with self._reader.connect() as connection:
            return await load_sums(connection, first, last)

    async def find_case_of_fact(self, field: FactField, value: str) -> str:
        """Return the id (`about`) of a case that has a fact with this value; empty where there is none."""
        async with self._reader.connect() as connection:
            return await facts.find_case_of_fact(connection, field, value)

    async def stream_receipts(self) -> AsyncIterator[list[tuple[str, date, date, str]]]:
        """Yield what was recorded of the receipt of cases: see `storage.facts.stream_receipts`."""
        async with self._reader.connect() as connection:
            async for several in facts.stream_receipts(connection):
                yield several

    async def stream_grouped_facts(
        self, until: date | None = None
    ) -> AsyncIterator[Iterable[tuple[str, str, str]]]:
        """Yield the facts of every case, all read in one transaction: see `storage.facts.stream_grouped_facts`."""
        async with self._reader.connect() as connection:
            async for several in facts.stream_grouped_facts(connection, until):
                yield several

    async def load_counted_threads(self) -> list[CountedThread]:
        """Return the questions of the service desk as days only, for statistics."""
        async with self._reader.connect() as connection:
            return await load_counted_threads(connection)

    @property
    def consultation_statistics(self) -> ConsultationStatistics:
        """Consultations and feedback as `ita_stats` counts them."""
        return ConsultationStatistics(self.keyring, self.open_read_context)

    @property
    def roster(self) -> Roster:
        """The staff roster, by person hash."""
        return self.committer.roster

    def get_office(self, office: Office) -> Office:
        """Return an office as it is now: with what was changed since office.toml was read."""
        return self.committer.settings.get_office(office)

    async def refresh_settings(self) -> None:
        """Learn what another process changed of the office."""
        async with self.committer.transaction() as connection:
            await self.committer.settings.refresh(connection, self.keyring)

    @property
    def message_origins(self) -> MessageOrigins:
        """Where the messages of the last 48 hours went."""
        return self.committer.origins

    @property
    def statistics_salt(self) -> bytes:
        """A stable secret of the desk, for choices that must be reproducible but not predictable."""
        return self.keyring.derive_salt("statistics")

    async def verify_audit(self, anchor: AuditAnchor | None = None) -> list[str]:
        """Return what is wrong with the audit trail; empty when it is intact."""
        async with self._reader.connect() as connection:
            return await verify_audit_trail(connection, self.keyring.audit_keys, self.keyring.desk, anchor)

    async def build_audit_anchor(self, now: datetime) -> AuditAnchor:
        """Return the head of the audit trail, to be stored elsewhere."""
        async with self._reader.connect() as connection:
            return await audit.build_audit_anchor(connection, self.keyring.audit_keys, self.keyring.desk, now)

    @asynccontextmanager
    async def open_read_context(self, now: datetime = NEVER) -> AsyncIterator[ReadContext]:
        """Open a read transaction, which sees one snapshot. now: the instant of a query."""
        async with self._reader.connect() as connection:
            yield ReadContext(connection, self.keyring, self.committer.daily_keys, now)


@asynccontextmanager
async def open_store(key_files: KeyFiles, now: datetime) -> AsyncIterator[Store]:
    """Open a desk's store. On exit, everything that is queued is written before it closes.

    Raises DatabaseDamagedError where a page that is read at the start is damaged, KeyFileError, SchemaTooNewError,
    SchemaUpgradeError.
    """
    async with AsyncExitStack() as stack:
        try:
            store = await stack.enter_async_context(_open_store(key_files, now))
        except (DatabaseError, sqlite3.DatabaseError) as error:
            if not is_damage(error):
                raise
            raise DatabaseDamagedError from None
        yield store


@asynccontextmanager
async def _open_store(key_files: KeyFiles, now: datetime) -> AsyncIterator[Store]:
    await asyncio.to_thread(prepare_database, key_files.paths.database)
    writer, reader = (
        create_writer_engine(key_files.paths.database),
        create_reader_engine(key_files.paths.database),
    )
    try:
        async with (
            writer.connect() as connection,
            open_read_batcher(key_files.paths.database) as read_batcher,
        ):
            keyring = Keyring(key_files)
            committer = GroupCommitWriter(
                connection, keyring, DailyKeys(keyring), SessionStore(keyring, read_batcher), Roster(keyring)
            )
            await _check_keys(committer, keyring)
            await committer.ensure_daily_key(now)
            async with committer.transaction():
                await committer.roster.load(connection)
                await committer.settings.load(connection, keyring)
            await seal_old_owners(committer, keyring)
            store = _build_store(committer, key_files.paths, reader)
            await store.releases.record_first_start(now)
            await (
                store.retention.checkpoint_wal()
            )  # a program that was killed leaves its log, with who wrote when
            writing = asyncio.create_task(committer.run(store.evidence.delete_files))
            try:
                yield store
            finally:
                await committer.close(writing)
                with suppress(asyncio.CancelledError):
                    await writing
    finally:
        await writer.dispose()
        await reader.dispose()


def _build_store(committer: GroupCommitWriter, paths: DeskPaths, reader: AsyncEngine) -> Store:
    keyring = committer.keyring
    evidence = EvidenceStore(SealedFolder(paths.folder / "evidence"), committer, keyring, reader)
    faq = FaqIndex(keyring, reader)
    return Store(
        keyring,
        committer,
        evidence,
        FileRewriter(evidence.files, committer, keyring, reader),
        DurableQueue(OUTBOX_ROWS, committer, keyring, reader),
        DurableQueue(TASK_ROWS, committer, keyring, reader),
        RetentionJobs(committer, evidence, paths.database),
        ChatMessageLog(),
        ReleaseStore(committer, keyring, reader),
        SplitSpanStore(committer, reader),
        StaffAdmin(committer, committer.roster),
        ScheduledReplies(committer),
        CaseAnnouncements(committer),
        ClockRecord(committer),
        WarningRecord(committer),
        CaseReminders(committer),
        RegisterImporter(committer, reader, paths.folder / ".importing"),
        ConflictRescan(committer),
        faq,
        MeaningStore(committer, keyring, reader, faq),
        StaffDirectory(keyring, committer.sessions.read_batcher),
        FeedbackNumbers(committer.sessions.read_batcher),
        ReadinessProbe(committer, reader),
        reader,
    )


async def _check_keys(committer: GroupCommitWriter, keyring: Keyring) -> None:
    """Check that every key belongs to this database; store a proof for each new one. Raises `KeyFileError`."""
    meta, paths = tables.meta, keyring.key_files.paths
    async with committer.transaction() as connection:
        proofs = keyring.key_files.prove()
        stored = {row.name: row.value for row in await connection.execute(select(meta))}
        for name, proof in stored.items():
            file = paths.key_paths[name.partition(".")[0]]
            if name not in proofs:
                raise KeyFileError(
                    f"{file}: version {name.partition('.')[2]} of this key is gone; put it back."
                )
            if not constant_time_equal(proofs[name], proof):
                raise KeyFileError(f"{file}: this key is not the one of {paths.database}.")
        for name in proofs.keys() - stored.keys():
            await connection.execute(meta.insert(), {"name": name, "value": proofs[name]})
