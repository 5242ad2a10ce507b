"""Test server for the service desk's workspace, with what citizens sent there."""

from dataclasses import dataclass
from datetime import timedelta

from bot.web.workspace.addresses import make_access_link_factory, make_workspace_link_factory
from handlers.consultations.messages import (
    AnnounceConsultation,
    CloseConsultation,
    Consultation,
    ConsultationQuestion,
    ConsultationQuestionKind,
    SubmitResponse,
)
from handlers.dialog.effects import Act
from handlers.dialog.receipt import Receipt, make_receipt
from handlers.feedback.messages import SubmitFeedback
from handlers.questions.messages import SubmitQuestion
from handlers.staff.page_access import NewAccessLink
from handlers.staff.workspace.messages import NewWorkspaceLink
from handlers.thai.dates import get_fiscal_year, to_bangkok_date
from tests.end_to_end.threaded_server import WebServer
from tests.end_to_end.workspace.workspace_server import WorkspaceServer

CODE = "KANAR2"


@dataclass
class ServiceWorkspaceServer(WorkspaceServer):
    """A server whose officers answer questions on pages."""

    def __post_init__(self) -> None:
        self.server = WebServer(self.home, name="service")
        create = make_workspace_link_factory(self.server.address, "service")
        self.desk.engine.query_handlers[NewWorkspaceLink] = create  # type: ignore[index]
        create_access = make_access_link_factory(self.server.address, "service")
        self.desk.engine.query_handlers[NewAccessLink] = create_access  # type: ignore[index]

    def send_what_waits(self) -> None:
        """Let 61 seconds pass, and send what waited for them."""
        self.desk.clock_offset += timedelta(seconds=61)
        self.server.run(self.desk.store.scheduled_replies.send_due(self.desk.now()))

    def write(self, *acts: Act) -> None:
        """Write what citizens or the office did elsewhere."""
        for act in acts:
            self.server.run(self.desk.commit_office_act(act))

    def ask(self, number: int, words: str, days: int = 15) -> Receipt:
        """Ask the officers a question, to be answered within some days; returns its code."""
        today, receipt = to_bangkok_date(self.desk.now()), make_receipt(number)
        who = self.desk.person_id(f"asker {number}")
        self.write(SubmitQuestion(receipt, words, who, "th", today, today + timedelta(days=days)))
        return receipt

    def give_opinion(self, number: int, words: str, contact: str = "") -> None:
        """Send an opinion."""
        today, who = to_bangkok_date(self.desk.now()), self.desk.person_id(f"speaker {number}")
        year = get_fiscal_year(today)
        self.write(SubmitFeedback(year, number, "other", 2, today, who, words, contact=contact))

    def hold_consultation(self, words: str, *, closed: bool = True) -> None:
        """Announce a consultation, which one person answers; and close it."""
        opens = self.desk.now() - timedelta(hours=1)
        questions = (
            ConsultationQuestion("q1", ConsultationQuestionKind.TEXT, "อยากให้ทำอะไร"),
            ConsultationQuestion("q2", ConsultationQuestionKind.STATEMENTS, "ข้อเสนอ", {"s1": "ควรจองคิวได้"}),
        )
        held = Consultation(CODE, "ปรับเวลาเปิด", "มีผู้ขอ", "", opens, opens + timedelta(days=9), questions)
        voice = SubmitResponse(
            CODE, self.desk.person_id("voice"), has_account=True, answers={"q1": words, "q2+": "ขอที่จอดรถ"}
        )
        self.write(AnnounceConsultation(held, "staff:x"), voice)
        if closed:
            self.write(CloseConsultation(CODE, "staff:x"))
