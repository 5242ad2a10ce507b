"""Officers' commands of the service desk, for exact tests: a command in; session, replies, acts and queries out."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from handlers.consultations.messages import (
    ConsultationLinks,
    ConsultationPhase,
    ConsultationResult,
    FindConsultation,
    FreeText,
    GetConsultationLinks,
    GetConsultationResult,
    ListConsultations,
    ListFreeTexts,
    ListPendingStatements,
    ListThemes,
    Theme,
)
from handlers.dialog.effects import Listing
from handlers.dialog.events import Channel
from handlers.dialog.session import Session
from handlers.feedback.messages import (
    Feedback,
    FindFeedback,
    FindFeedbackContact,
    ListFeedback,
)
from handlers.participation.messages import ListActivities
from handlers.questions.faq_messages import (
    FaqCatalogue,
    FaqEntry,
    GetFaqCatalogue,
    PublishedQuestion,
)
from handlers.questions.messages import (
    FindKnownAnswers,
    FindQuestionByNumber,
    ListOpenQuestions,
    QuestionThread,
)
from handlers.questions.similar import FindSimilarQuestions
from handlers.staff.command import CommandContext
from handlers.staff.dispatch import run_command
from handlers.staff.members import StaffMember
from handlers.staff.remark_messages import FindRemark
from handlers.staff.service.commands import SERVICE_COMMAND_TABLE
from handlers.staff.workspace.messages import NewWorkspaceLink
from tests.handlers.consultations.consultation_rows import CONSULTATION
from tests.handlers.questions.test_follow import OPEN
from tests.handlers.staff.officer_commands import (
    OFFICER,
    TODAY,
    VERIFIED,
)
from tests.in_memory_desk import MORNING
from tests.run_decision import Outcome, begin_session, make_context, make_event, run_decision

HOURS = FaqEntry("hours", "เปิดกี่โมง", "08.30-16.30 น.", link="https://office.example", checked=TODAY)
OLD = FaqEntry("old", "รับสมัครเมื่อไร", "หมดเขตแล้ว", until=date(2026, 1, 1), example=True)
POST = PublishedQuestion("p1", "ขอยืมเต็นท์ได้ไหม", "ยืมได้", OPEN.asked_on, date(2026, 11, 21))
GOOD = Feedback(2570, 12, "counter", 2, TODAY, "คิวยาว", has_contact=True)
CLOSED = replace(CONSULTATION, phase=ConsultationPhase.CLOSED, closes=MORNING - timedelta(days=1))
TEXT = FreeText(3, "q4", "ขอให้มีรถรับส่ง โทร 081-234-5678", 2)
THEME = Theme(1, "การเดินทาง", (3,))
RESULT = ConsultationResult(b"{}", 7, "https://office.example/o/K7M2QX")

ANSWERS: dict[Any, Any] = {
    FindQuestionByNumber: OPEN,
    ListOpenQuestions: Listing((OPEN,)),
    GetFaqCatalogue: FaqCatalogue((HOURS, OLD), (POST,)),
    FindKnownAnswers: (),
    FindSimilarQuestions: (),
    ListFeedback: Listing((GOOD,)),
    FindFeedback: GOOD,
    FindFeedbackContact: "081-000-0000",
    ListConsultations: Listing((CONSULTATION,)),
    GetConsultationLinks: ConsultationLinks("https://office.example/o"),
    FindConsultation: CLOSED,
    ListFreeTexts: (TEXT,),
    ListThemes: (THEME,),
    GetConsultationResult: RESULT,
    ListPendingStatements: (),
    FindRemark: "เปิดวันเสาร์",
    ListActivities: (),
    NewWorkspaceLink: None,
}


def give(
    words: str,
    *,
    staff: StaffMember = OFFICER,
    session: Session | None = None,
    answers: dict[Any, Any] | None = None,
    thread: QuestionThread | None = OPEN,
) -> Outcome:
    """Give a command as it is typed. thread: the question of its number."""
    command = SERVICE_COMMAND_TABLE.parse(words)
    assert command is not None, words
    ctx = make_context(
        make_event(words, channel=Channel.TELEGRAM), session or begin_session(officer=VERIFIED)
    )
    decision = run_command(CommandContext(ctx, staff, command, SERVICE_COMMAND_TABLE))
    return run_decision(decision, {**ANSWERS, FindQuestionByNumber: thread, **(answers or {})})


def told(outcome: Outcome) -> tuple[str, tuple[Any, ...]]:
    """The key of the last reply below `inquiry.`, and the acts."""
    return outcome.keys[-1].removeprefix("inquiry."), outcome.acts


def pending(outcome: Outcome) -> Any:
    return outcome.kept.officer.service.pending
