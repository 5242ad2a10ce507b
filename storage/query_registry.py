"""Registry of readers: maps each query type of a handler to the function that answers it."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from handlers.complaints.messages import FindCase, FindMessageCase
from handlers.dialog.attempts import GetAttempts
from handlers.dialog.effects import Query, StoreTextFile
from handlers.feedback.messages import NewFeedbackNumber
from handlers.questions.faq_messages import GetFaqCatalogue
from handlers.questions.messages import (
    FindKnownAnswers,
    FindQuestionByNumber,
    FindThreadByCode,
    GetQuestionRate,
    GetThread,
    ListOpenQuestions,
    QuestionThread,
)
from handlers.questions.similar import FindSimilarQuestions
from handlers.staff.complaints.messages import SearchCases
from handlers.staff.members import FindStaffMember, ListStaff
from handlers.staff.workspace.messages import CountWaitingQuestions
from storage.cases.approvals import APPROVAL_READERS
from storage.cases.exclusions import EXCLUSION_READERS
from storage.cases.officer_queries import OFFICER_CASE_READERS
from storage.cases.reporter_queries import find_reporter_case
from storage.cases.search import search_cases
from storage.chat_messages import MessageOrigins
from storage.consultations.results import RESULT_READERS
from storage.consultations.store import CONSULTATION_READERS
from storage.db.read_batcher import ReadContext
from storage.feedback import FEEDBACK_READERS, FeedbackNumbers
from storage.files.evidence import EvidenceStore
from storage.intake.slips import SLIP_READERS
from storage.participation.activities import ACTIVITY_READERS
from storage.questions.faq import FaqIndex
from storage.questions.similar_questions import MAX_COMPARED
from storage.questions.store import (
    count_waiting_questions,
    find_question_by_number,
    find_thread_by_code,
    get_thread,
    list_open_questions,
)
from storage.registers.import_undo import IMPORT_READERS
from storage.staff.absences import ABSENCE_READERS
from storage.staff.administration import ADMINISTRATION_READERS
from storage.staff.directory import StaffDirectory
from storage.staff.enrolments import ENROLMENT_READERS
from storage.staff.inbox import INBOX_READERS
from storage.staff.members import STAFF_READERS
from storage.staff.page_access import PAGE_ACCESS_READERS
from storage.staff.passkeys import PASSKEY_READERS
from storage.staff.trail import TRAIL_READERS
from storage.staff.workspace import WORKSPACE_READERS
from storage.statistics.remarks import REMARK_READERS
from storage.throttle import get_attempts, get_question_rate


class QuerySources(Protocol):
    """What queries are answered from; `Store` has it all."""

    evidence: EvidenceStore
    faq: FaqIndex
    feedback_numbers: FeedbackNumbers
    staff_directory: StaffDirectory

    @property
    def message_origins(self) -> MessageOrigins:
        """Where the messages of the last 48 hours went."""

    def open_read_context(self, now: datetime) -> AbstractAsyncContextManager[ReadContext]:
        """Open a read transaction, which sees one snapshot."""


SnapshotReader: TypeAlias = Callable[[Any, ReadContext], Awaitable[Any]]
QueryReader: TypeAlias = Callable[[Any, QuerySources, datetime], Awaitable[Any]]


def _read_one_snapshot(read: SnapshotReader) -> QueryReader:
    """Make the reader of a query that one read transaction answers."""

    async def read_snapshot(query: Query[Any], sources: QuerySources, now: datetime) -> Any:  # noqa: ANN401 - as the query says
        async with sources.open_read_context(now) as context:
            return await read(query, context)

    return read_snapshot


_SNAPSHOT_READERS: Mapping[type[Query[Any]], SnapshotReader] = {
    FindCase: find_reporter_case,
    GetAttempts: get_attempts,
    **STAFF_READERS,
    **ENROLMENT_READERS,
    **ADMINISTRATION_READERS,
    **ABSENCE_READERS,
    **OFFICER_CASE_READERS,
    **EXCLUSION_READERS,
    FindThreadByCode: find_thread_by_code,
    GetThread: get_thread,
    GetQuestionRate: get_question_rate,
    ListOpenQuestions: list_open_questions,
    CountWaitingQuestions: count_waiting_questions,
    FindQuestionByNumber: find_question_by_number,
    **APPROVAL_READERS,
    **FEEDBACK_READERS,
    **CONSULTATION_READERS,
    **RESULT_READERS,
    **PAGE_ACCESS_READERS,
    **WORKSPACE_READERS,
    **PASSKEY_READERS,
    **INBOX_READERS,
    **REMARK_READERS,
    **ACTIVITY_READERS,
    **SLIP_READERS,
    **TRAIL_READERS,
    **IMPORT_READERS,
}


async def _find_message_case(query: FindMessageCase, sources: QuerySources, _: datetime) -> str | None:
    origin = sources.message_origins.find(query.message_id)
    return origin.case if origin else None


async def _find_similar_questions(
    query: FindSimilarQuestions, sources: QuerySources, now: datetime
) -> tuple[QuestionThread, ...]:
    async with sources.open_read_context(now) as context:
        listing = await list_open_questions(ListOpenQuestions(0, MAX_COMPARED), context)
    return await sources.faq.similar.find(query.thread, listing.rows, sources.faq.meaning)


QUERY_READERS: Mapping[type[Query[Any]], QueryReader] = {
    **{query: _read_one_snapshot(read) for query, read in _SNAPSHOT_READERS.items()},
    FindMessageCase: _find_message_case,
    StoreTextFile: lambda query, sources, now: sources.evidence.store_text(query.text, query.name, now),
    FindKnownAnswers: lambda query, sources, _: sources.faq.search(query),
    FindSimilarQuestions: _find_similar_questions,
    GetFaqCatalogue: lambda _query, sources, _now: sources.faq.load_catalogue(),
    NewFeedbackNumber: lambda query, sources, _: sources.feedback_numbers.allocate(query),
    FindStaffMember: lambda query, sources, _: sources.staff_directory.find_member(query),
    ListStaff: lambda query, sources, _: sources.staff_directory.list_all(query),
    SearchCases: lambda query, sources, now: search_cases(query, lambda: sources.open_read_context(now)),
}
