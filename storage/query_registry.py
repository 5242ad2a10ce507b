"""Registry of readers: maps each query type of a handler to the function that answers it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from handlers.complaints.messages import (
    FindCase,
    FindMessageCase,
    GetAttempts,
)
from handlers.dialog.effects import Query
from handlers.questions.messages import (
    FindQuestionByNumber,
    FindThreadByCode,
    GetQuestionRate,
    GetThread,
    ListOpenQuestions,
    QuestionThread,
)
from storage.cases.approvals import APPROVAL_READERS
from storage.cases.exclusions import EXCLUSION_READERS
from storage.cases.officer_queries import OFFICER_CASE_READERS
from storage.cases.reporter_queries import find_message_case, find_reporter_case
from storage.consultations.results import RESULT_READERS
from storage.consultations.store import CONSULTATION_READERS
from storage.db.read_batcher import ReadContext
from storage.feedback import FEEDBACK_READERS
from storage.questions.store import (
    find_question_by_number,
    find_thread_by_code,
    list_open_questions,
    load_thread,
)
from storage.staff.members import STAFF_READERS
from storage.staff.page_access import PAGE_ACCESS_READERS
from storage.throttle import get_attempts, get_question_rate


async def find_question_thread(query: FindThreadByCode, context: ReadContext) -> QuestionThread | None:
    """Return the thread of a question's code."""
    return await find_thread_by_code(query, context.connection, context.keyring)


async def get_question_thread(query: GetThread, context: ReadContext) -> QuestionThread | None:
    """Return the thread with an id."""
    return await load_thread(query.id, context.connection, context.keyring)


QUERY_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    FindCase: find_reporter_case,
    GetAttempts: get_attempts,
    FindMessageCase: find_message_case,
    **STAFF_READERS,
    **OFFICER_CASE_READERS,
    **EXCLUSION_READERS,
    FindThreadByCode: find_question_thread,
    GetThread: get_question_thread,
    GetQuestionRate: get_question_rate,
    ListOpenQuestions: lambda query, context: list_open_questions(query, context.connection, context.keyring),
    FindQuestionByNumber: lambda query, context: find_question_by_number(
        query, context.connection, context.keyring
    ),
    **APPROVAL_READERS,
    **FEEDBACK_READERS,
    **CONSULTATION_READERS,
    **RESULT_READERS,
    **PAGE_ACCESS_READERS,
}
