"""Codes of real cases strewn into any conversation: none is in an act, a session, a reply or a search."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaints.messages import FindCase
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.attempts import Attempts, GetAttempts
from handlers.dialog.effects import Now, Query
from handlers.dialog.events import Channel
from handlers.dialog.receipt import make_receipt
from handlers.feedback.messages import NewFeedbackNumber
from handlers.questions.faq_messages import FaqCatalogue, GetFaqCatalogue
from handlers.questions.messages import FindKnownAnswers, FindThreadByCode, GetQuestionRate
from handlers.service_desk import ServiceDesk
from handlers.staff.absences.messages import ListAbsences
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.members import FindStaffMember, StaffMember
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName, Role, ServiceCommandName
from handlers.staff.service.commands import SERVICE_COMMAND_TABLE
from handlers.staff.state import AwaitingText, ComplaintsWork, OfficerState, ServiceWork
from tests.handlers.dialog.codes.test_code_finder import SURROUNDINGS, WRITINGS
from tests.handlers.staff import officer_commands
from tests.handlers.staff.officer_commands import make_member
from tests.handlers.staff.service import service_officer
from tests.handlers.staff.test_any_command import MORE_ANSWERS
from tests.in_memory_desk import MORNING, OFFICE, WHOLE_REPORT, InMemoryDesk
from tests.in_memory_service_desk import InMemoryServiceDesk
from tests.kept_texts import find_kept_codes
from tests.properties import examples
from tests.run_decision import Outcome, begin_session, make_event, run_decision

STORIES = (
    "เคยแจ้งไว้แล้วตามรหัส {} แต่เขายังเรียกเงินผู้ปกครองอยู่",
    "{} หัวหน้าพัสดุคนเดิม โทร 081-234-5678",
    "ขอสำเนาหนังสือตอบเรื่อง {} ได้ที่ไหน",
)
around = st.sampled_from((*SURROUNDINGS, *STORIES))
strewn = st.tuples(st.just("code"), st.tuples(around, st.sampled_from(sorted(WRITINGS))))
deeds = st.one_of(
    strewn,
    strewn,
    st.tuples(st.just("edit"), st.tuples(around, st.sampled_from(sorted(WRITINGS)))),
    st.tuples(st.just("half"), st.integers(4, 16)),
    st.tuples(st.just("pick"), st.integers(0, 12)),
    st.tuples(
        st.just("text"),
        st.sampled_from(
            ["แจ้งเรื่อง", "ติดตาม", "ถามคำถาม", "ความคิดเห็น", "ยกเลิก", "ข้าม", "เสร็จแล้ว", "1", "5", "ใช่", "ไม่ใช่"]
        ),
    ),
    st.tuples(st.just("text"), st.just("เจ้าหน้าที่เรียกรับเงินจากผู้ปกครอง")),
)


class WatchedServiceDesk(InMemoryServiceDesk):
    """The service desk, with a record of what was searched."""

    def answer_query(self, query: Query[Any]) -> Any:
        if isinstance(query, FindKnownAnswers):
            assert not find_kept_codes(query.text)
        return super().answer_query(query)


def talk(stage: InMemoryDesk, code: str, said: list[tuple[str, Any]]) -> None:
    """Let somebody talk, with somebody else's code strewn in. After each message nothing that is kept has a code."""
    person = stage.new_user("ข")
    known = len(stage.acts)
    previous = "สวัสดี"
    for kind, value in said:
        last = person.messages[-1].choices if person.messages else ()
        match kind, value:
            case "code", (form, writing):
                person.send_event(text=form.format(WRITINGS[writing](code)))
            case "edit", (form, writing):
                person.send_event(text=form.format(WRITINGS[writing](code)), previous_text=previous)
            case "half", cut:
                person.send_event(text=f"รหัสเดิม {code[:cut]}")
                person.send_event(text=code[cut:])
            case "pick", place if place < len(last):
                person.send_event(choice=last[place][1])
            case "text", text:
                person.send_event(text=text)
                previous = text
        kept = (stage.acts[known:], stage.sessions.get(person.who), stage.kept_texts)
        if kind != "half":
            assert find_kept_codes(*kept) == []
        person.messages = person.messages[-10:]


@examples(200)
@given(
    st.sampled_from(list(Channel)),
    st.integers(0, len(WHOLE_REPORT)),
    st.lists(deeds, min_size=1, max_size=15),
)
def test_citizens_of_the_complaints_desk(channel: Channel, begun: int, said: list[tuple[str, Any]]) -> None:
    stage = InMemoryDesk(channel=channel)
    code = stage.new_user("ผู้แจ้ง").file_report().formatted
    person = stage.new_user("ข")
    for line in WHOLE_REPORT[:begun]:
        person.say(line)
    talk(stage, code, said)


@examples(200)
@given(st.sampled_from(["", "ความคิดเห็น", "ถามคำถาม", "ติดตามคำถาม"]), st.lists(deeds, min_size=1, max_size=15))
def test_citizens_of_the_service_desk(first: str, said: list[tuple[str, Any]]) -> None:
    stage = WatchedServiceDesk(channel=Channel.TELEGRAM)
    asker = stage.new_user("ผู้ถาม")
    asker.say("ขอยืมเต็นท์ผ้าใบของสำนักงานไปใช้งานบวชได้ไหม")
    asker.pick("ถามเจ้าหน้าที่")
    talk(stage, asker.receipt, [("text", first), *said] if first else said)


CODE = make_receipt(2718281828459045)
WHO: dict[Any, Any] = {
    Now: MORNING,
    GetAttempts: Attempts(),
    GetQuestionRate: Attempts(),
    FindCase: None,
    FindThreadByCode: None,
    FindKnownAnswers: (),
    GetFaqCatalogue: FaqCatalogue(),
    ListAbsences: (),
    NewFeedbackNumber: 7,
}
roles = st.sampled_from([Role.OFFICER, Role.SUPERVISOR])
numbers = st.sampled_from(["", "12 ", "12/2570 ", "K7M2QX ", "K7M2QX 1 "])


def check(outcome: Outcome) -> None:
    """Check that nothing that is kept, said, or asked of the storage has a code in it."""
    assert find_kept_codes(outcome.session, outcome.acts, outcome.replies, outcome.queries) == []
    assert "code.staff" in outcome.keys


def ask_desk(
    desk: Any, text: str, officer: OfficerState, answers: dict[Any, Any], staff: StaffMember
) -> Outcome:
    """What a desk does with an officer's text."""
    event = make_event(text, channel=Channel.TELEGRAM)
    known = {**WHO, **answers, **MORE_ANSWERS, FindStaffMember: staff}
    return run_decision(desk.decide(event, begin_session(officer=officer)), known)


@examples(300)
@given(st.sampled_from(CommandName), numbers, around, st.sampled_from(sorted(WRITINGS)), roles)
def test_officers_of_the_complaints_desk(
    name: CommandName, number: str, form: str, writing: str, role: Role
) -> None:
    if COMPLAINTS_COMMAND_TABLE.rows[name].is_public:
        return
    words = f"/{name} {number}{form.format(WRITINGS[writing](CODE.formatted))}"
    check(
        ask_desk(
            ComplaintsDesk(OFFICE, {make_event("").person_id}),
            words,
            officer_commands.VERIFIED,
            officer_commands.ANSWERS,
            make_member("s1", role),
        )
    )


@examples(300)
@given(st.sampled_from(ServiceCommandName), numbers, around, st.sampled_from(sorted(WRITINGS)), roles)
def test_officers_of_the_service_desk(
    name: ServiceCommandName, number: str, form: str, writing: str, role: Role
) -> None:
    if SERVICE_COMMAND_TABLE.rows[name].is_public:
        return
    words = f"/{name} {number}{form.format(WRITINGS[writing](CODE.formatted))}"
    check(
        ask_desk(
            ServiceDesk(OFFICE, roster={make_event("").person_id}),
            words,
            officer_commands.VERIFIED,
            service_officer.ANSWERS,
            make_member("s1", role),
        )
    )


@pytest.mark.parametrize("form", ["{}", "{} ค่ะ", "ผู้แจ้งขอให้เร่ง รหัส {}"])
def test_a_code_at_a_prompt_of_an_officer(form: str) -> None:
    text = form.format(CODE.formatted)
    note = ComplaintsWork(AwaitingText(ParsedCommand(CommandName.NOTE, 12, 2570)))
    answer = ServiceWork(AwaitingText(ParsedCommand(ServiceCommandName.ANSWER, 12, 2570)))
    for desk, officer, answers in (
        (ComplaintsDesk(OFFICE), OfficerState(complaints=note), officer_commands.ANSWERS),
        (ServiceDesk(OFFICE), OfficerState(service=answer), service_officer.ANSWERS),
    ):
        check(ask_desk(desk, text, officer, answers, make_member("s1", Role.OFFICER)))
