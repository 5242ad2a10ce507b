"""Registry of writers: maps each act type of a turn to the function that writes its rows."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import select

from handlers.complaints.messages import (
    AddHistoryEntry,
    ApplyTransition,
    FileCase,
    RecordCaseOpening,
    SubscribeToCase,
    UnsendMessage,
    Unsubscribe,
)
from handlers.consultations.messages import CloseConsultation
from handlers.dialog.attempts import SaveAttempts
from handlers.dialog.effects import Act, DeleteFiles, RenameDraftFile
from handlers.feedback.messages import RecordContactAccess, SubmitFeedback
from handlers.questions.faq_messages import (
    ApproveFaqEntry,
    DiscardFaqDraft,
    PublishQuestion,
    SaveFaqEntry,
    UnpublishQuestion,
)
from handlers.questions.messages import (
    AppendThreadLine,
    CancelAnswer,
    CloseQuestion,
    RateAnswer,
    SaveQuestionRate,
    ScheduleAnswer,
    SubmitQuestion,
)
from storage import tables
from storage.cases.approvals import APPROVAL_WRITERS
from storage.cases.exclusions import EXCLUSION_WRITERS
from storage.cases.officer_writes import OFFICER_CASE_WRITERS
from storage.cases.subscriptions import subscribe_to_case, unsubscribe_person
from storage.cases.unsend import unsend_message
from storage.cases.writes import add_history_entry, apply_transition, file_case, record_case_opening
from storage.consultations.close import close_consultation
from storage.consultations.results import RESULT_WRITERS
from storage.consultations.store import CONSULTATION_WRITERS
from storage.db.batch import (
    DELETE_DRAFT_FILE,
    WriteBatch,
)
from storage.feedback import record_contact_access, submit_feedback
from storage.files.file_meta import rename_draft_file
from storage.intake.slips import SLIP_WRITERS
from storage.matters.writes import MATTER_WRITERS
from storage.outgoing.undo_window import cancel_answer, schedule_answer
from storage.participation.activities import ACTIVITY_WRITERS
from storage.questions.faq import approve_faq_entry, discard_faq_draft, save_faq_entry
from storage.questions.store import (
    append_thread_line,
    close_question,
    publish_question,
    rate_answer,
    submit_question,
    unpublish_question,
)
from storage.registers.import_undo import IMPORT_WRITERS
from storage.release_approval import RELEASE_WRITERS
from storage.settings.current import SETTING_WRITERS
from storage.staff.absences import ABSENCE_WRITERS
from storage.staff.administration import ADMINISTRATION_WRITERS
from storage.staff.clock_confirmation import CLOCK_WRITERS
from storage.staff.enrolments import ENROLMENT_WRITERS
from storage.staff.members import STAFF_WRITERS
from storage.staff.page_access import PAGE_ACCESS_WRITERS
from storage.staff.passkeys import PASSKEY_WRITERS
from storage.staff.workspace import WORKSPACE_WRITERS
from storage.statistics.measures import MEASURE_WRITERS
from storage.statistics.remarks import REMARK_WRITERS
from storage.throttle import save_attempts, save_question_rate


async def delete_draft_files(act: DeleteFiles, batch: WriteBatch) -> None:
    """Delete files of a draft. Files that belong to a case are left alone."""
    column = tables.files.c
    drafts = select(column.id, column.place).where(column.id.in_(act.ids), column.owner.is_(None))
    for file in await batch.connection.execute(drafts):
        batch.add_statement(DELETE_DRAFT_FILE, file=file.id)
        batch.erased_files.append(file.place)


ACT_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    FileCase: file_case,
    RecordCaseOpening: record_case_opening,
    AddHistoryEntry: add_history_entry,
    ApplyTransition: apply_transition,
    SaveAttempts: save_attempts,
    DeleteFiles: delete_draft_files,
    RenameDraftFile: rename_draft_file,
    UnsendMessage: unsend_message,
    SubscribeToCase: subscribe_to_case,
    Unsubscribe: unsubscribe_person,
    **STAFF_WRITERS,
    **ENROLMENT_WRITERS,
    **ADMINISTRATION_WRITERS,
    **ABSENCE_WRITERS,
    **OFFICER_CASE_WRITERS,
    **EXCLUSION_WRITERS,
    **MATTER_WRITERS,
    **IMPORT_WRITERS,
    SubmitQuestion: submit_question,
    AppendThreadLine: append_thread_line,
    RateAnswer: rate_answer,
    CloseQuestion: close_question,
    ScheduleAnswer: schedule_answer,
    CancelAnswer: cancel_answer,
    SaveQuestionRate: save_question_rate,
    PublishQuestion: publish_question,
    UnpublishQuestion: unpublish_question,
    SaveFaqEntry: save_faq_entry,
    ApproveFaqEntry: approve_faq_entry,
    DiscardFaqDraft: discard_faq_draft,
    SubmitFeedback: submit_feedback,
    RecordContactAccess: record_contact_access,
    **CONSULTATION_WRITERS,
    CloseConsultation: close_consultation,
    **RESULT_WRITERS,
    **APPROVAL_WRITERS,
    **RELEASE_WRITERS,
    **REMARK_WRITERS,
    **MEASURE_WRITERS,
    **ACTIVITY_WRITERS,
    **CLOCK_WRITERS,
    **PAGE_ACCESS_WRITERS,
    **SLIP_WRITERS,
    **WORKSPACE_WRITERS,
    **PASSKEY_WRITERS,
    **SETTING_WRITERS,
}
