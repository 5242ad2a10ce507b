"""Sessions are read back as stored, including those of the version that stored an officer's state as text."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args, get_origin

import pytest

from handlers.complaints.lifecycle import CaseSource
from handlers.dialog.session import DialogTopic, Session
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName, ServiceCommandName
from handlers.staff.state import (
    AwaitingCaseChoice,
    AwaitingMeaning,
    AwaitingPurpose,
    AwaitingSecondFactor,
    AwaitingText,
    ComplaintsWork,
    Joining,
    NumberUse,
    OfficerState,
    PendingCommand,
    ProposedAnswer,
    ProposedPublication,
    ProposedReply,
    SearchProgress,
    ServiceWork,
    ShownChoice,
    ShownMenu,
)
from storage.serialization import decode_session, encode_session

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CHOICE = AwaitingCaseChoice(ParsedCommand(CommandName.REPLY, rest="ขอบคุณครับ 12"))
NOTE = AwaitingText(ParsedCommand(CommandName.NOTE, 12, 2570))
DRAFT = (("title", "เวลาเปิดบริการ"), ("closes", "31/12/2569"), ("ask", "คะแนน | พอใจเพียงใด"))

CASES: dict[str, tuple[str, OfficerState]] = {
    "verified": ('{"proved":"1795312800"}', OfficerState(AT)),
    "joining": (
        '{"join":"ABCD-EFGH","secret":"JBSWY3DPEHPK3PXP"}',
        OfficerState(joining=Joining("ABCD-EFGH", "JBSWY3DPEHPK3PXP")),
    ),
    "a text": ('{"awaits":"/note 12/2570"}', OfficerState(complaints=ComplaintsWork(NOTE))),
    "a text with an argument before it": (
        '{"awaits":"/close 12/2570 มีมูล"}',
        OfficerState(
            complaints=ComplaintsWork(AwaitingText(ParsedCommand(CommandName.CLOSE, 12, 2570, "มีมูล")))
        ),
    ),
    "words to search": (
        '{"awaits":"/search"}',
        OfficerState(complaints=ComplaintsWork(AwaitingText(ParsedCommand(CommandName.SEARCH)))),
    ),
    "a case for words": (
        '{"rest":"ขอบคุณครับ 12","rest_of":"reply"}',
        OfficerState(complaints=ComplaintsWork(CHOICE)),
    ),
    "the second factor": (
        '{"proved":"1795312800","then":"/facts 12/2570","last":"12/2570"}',
        OfficerState(
            AT,
            complaints=ComplaintsWork(AwaitingSecondFactor(ParsedCommand(CommandName.FACTS, 12, 2570))),
        ),
    ),
    "the second factor, and a text": (
        '{"awaits":"/note 12/2570","then":"/search ถนน"}',
        OfficerState(
            complaints=ComplaintsWork(
                AwaitingSecondFactor(ParsedCommand(CommandName.SEARCH, rest="ถนน"), NOTE)
            )
        ),
    ),
    "the second factor, and a case for words": (
        '{"rest":"ขอบคุณครับ 12","rest_of":"reply","then":"/identity 3 เหตุผล"}',
        OfficerState(
            complaints=ComplaintsWork(
                AwaitingSecondFactor(ParsedCommand(CommandName.IDENTITY, 3, rest="เหตุผล"), CHOICE)
            )
        ),
    ),
    "a reply that was shown": (
        '{"draft":"/ask 12/2570 10 วัน ส่งเอกสาร","draft_of":"12/2570","nonce":"31"}',
        OfficerState(
            complaints=ComplaintsWork(
                proposal=ProposedReply(ParsedCommand(CommandName.ASK, 12, 2570, "10 วัน ส่งเอกสาร"), 31)
            )
        ),
    ),
    "a reply that was confirmed": ('{"nonce":"31","draft_of":"12/2570"}', OfficerState()),
    "a search that goes on": (
        '{"sought":"ถนน","sought_to":"2569 4 1200"}',
        OfficerState(complaints=ComplaintsWork(search=SearchProgress("ถนน", (2569, 4), 1200))),
    ),
    "an intake": (
        '{"intake":"letter"}',
        OfficerState(complaints=ComplaintsWork(intake_source=CaseSource.LETTER)),
    ),
    "an answer that is asked for": (
        '{"awaits":"/answer 12/2570"}',
        OfficerState(service=ServiceWork(AwaitingText(ParsedCommand(ServiceCommandName.ANSWER, 12, 2570)))),
    ),
    "an answer that was shown": (
        '{"draft":"/reply ค่ะ","draft_of":"12/2570","draft_seq":"3","nonce":"31"}',
        OfficerState(service=ServiceWork(answer=ProposedAnswer(12, 2570, 3, "/reply ค่ะ", 31))),
    ),
    "an answer that was confirmed": (
        '{"draft":"เปิดทุกวัน","draft_of":"12/2570","draft_seq":"3"}',
        OfficerState(service=ServiceWork(answer=ProposedAnswer(12, 2570, 3, "เปิดทุกวัน", None))),
    ),
    "a contact behind the second factor": (
        '{"then":"/opinions contact 7/2570"}',
        OfficerState(
            service=ServiceWork(
                AwaitingSecondFactor(ParsedCommand(ServiceCommandName.OPINIONS, rest="contact 7/2570"))
            )
        ),
    ),
    "a question for the board": (
        '{"post_of":"abc","post_q":"ถาม","post_a":"ตอบ","post_t":"ภาษี","post_f":"เบอร์โทรศัพท์"}',
        OfficerState(
            service=ServiceWork(publication=ProposedPublication("abc", "ถาม", "ตอบ", "ภาษี", "เบอร์โทรศัพท์"))
        ),
    ),
    "an announcement": (
        '{"ballot":"ชื่อ: เวลาเปิดบริการ\\nปิด: 31/12/2569\\nถาม: คะแนน | พอใจเพียงใด","awaits":"/consult more"}',
        OfficerState(
            service=ServiceWork(
                AwaitingText(ParsedCommand(ServiceCommandName.CONSULT, rest="more")), consultation=DRAFT
            )
        ),
    ),
    "an announcement in English": (
        '{"ballot":"title: เวลาเปิดบริการ\\ncloses: 31/12/2569\\nask: คะแนน | พอใจเพียงใด"}',
        OfficerState(service=ServiceWork(consultation=DRAFT)),
    ),
    "a command that nobody knows": ('{"then":"/nothing","awaits":"/nothing"}', OfficerState()),
}


SINCE_0_6: dict[str, OfficerState] = {
    "a text without a purpose": OfficerState(complaints=ComplaintsWork(AwaitingPurpose("ขอบคุณครับ"))),
    "a mistyped command": OfficerState(
        service=ServiceWork(AwaitingMeaning((ParsedCommand(ServiceCommandName.ANSWER, 12, rest="ได้"),), 4))
    ),
    "what was shown": OfficerState(
        shown=ShownMenu((ShownChoice("/case 12/2570", "12/2570", "yes"),), NumberUse.REGISTER, "/งาน", 7)
    ),
    "the second factor, and a text without a purpose": OfficerState(
        complaints=ComplaintsWork(
            AwaitingSecondFactor(ParsedCommand(CommandName.SEARCH, rest="ถนน"), AwaitingPurpose("ถนน"))
        )
    ),
}
"""States that no earlier version wrote."""


NOTHING = '{"kind":"nothing"}'
WRITTEN_IN_0_5_2: dict[str, tuple[str, str]] = {
    "a text with an argument before it": (
        '{"command":{"name":"close","number":12,"year":2570,"rest":"มีมูล"},"kind":"text"}',
        NOTHING,
    ),
    "a case for words": (
        '{"command":{"name":"reply","number":0,"year":0,"rest":"ขอบคุณครับ 12"},"kind":"case"}',
        NOTHING,
    ),
    "the second factor, and a text": (
        '{"command":{"name":"search","number":0,"year":0,"rest":"ถนน"},"interrupted":'
        '{"command":{"name":"note","number":12,"year":2570,"rest":""},"kind":"text"},"kind":"factor"}',
        NOTHING,
    ),
    "an answer that is asked for": (
        NOTHING,
        '{"command":{"name":"answer","number":12,"year":2570,"rest":""},"kind":"text"}',
    ),
    "a contact behind the second factor": (
        NOTHING,
        '{"command":{"name":"opinions","number":0,"year":0,"rest":"contact 7/2570"},"kind":"factor"}',
    ),
}
"""What waited at the complaints desk and at the service desk, written while each had situations of its own."""


@pytest.mark.parametrize("name", CASES)
def test_a_session_of_the_version_before_is_read(name: str) -> None:
    kept, state = CASES[name]
    stored = f'{{"version":3,"at":"2026-11-22T02:00:00Z","prompt":31,"staff":{kept}}}'
    assert decode_session(stored.encode()) == Session(3, AT, prompt_number=31, officer=state)


@pytest.mark.parametrize("name", WRITTEN_IN_0_5_2)
def test_a_session_of_0_5_2_is_read(name: str) -> None:
    complaints, service = WRITTEN_IN_0_5_2[name]
    officer = (
        f'{{"verified_at":null,"joining":null,"complaints":{{"pending":{complaints},"proposal":null,"search":null,'
        f'"intake_source":null}},"service":{{"pending":{service},"answer":null,"publication":null,"consultation":[]}}}}'
    )
    stored = f'{{"version":3,"at":"2026-11-22T02:00:00Z","prompt":31,"officer":{officer}}}'
    assert decode_session(stored.encode()) == Session(3, AT, prompt_number=31, officer=CASES[name][1])


STATES = {**{name: state for name, (_, state) in CASES.items()}, **SINCE_0_6}


@pytest.mark.parametrize("name", STATES)
def test_a_session_is_read_as_it_was_written(name: str) -> None:
    told = {"story": '"staff"'}
    session = Session(3, AT, "en", DialogTopic.REPORT, "where", 7, told, officer=STATES[name])
    stored = encode_session(session)
    assert decode_session(stored) == session
    assert "staff" not in json.loads(stored)


def test_every_situation_is_among_those_that_are_read() -> None:
    seen = {type(part) for state in STATES.values() for part in _iterate_parts(state)}
    assert seen >= {get_origin(one) or one for one in get_args(PendingCommand)}
    assert seen >= {Joining, ProposedAnswer, ProposedPublication, ProposedReply, SearchProgress}


def _iterate_parts(state: OfficerState) -> tuple[object, ...]:
    complaints, service = state.complaints, state.service
    return (
        state.joining,
        complaints.pending,
        complaints.proposal,
        complaints.search,
        service.pending,
        service.answer,
        service.publication,
    )


def test_a_citizens_session_is_written_without_a_word_of_officers() -> None:
    session = Session(3, AT, step="story", prompt_number=7, message_origins={"12": "text:ก"})
    stored = b'{"version":3,"at":"2026-11-22T02:00:00Z","step":"story","prompt":7,"sent":{"12":"text:\xe0\xb8\x81"}}'
    assert encode_session(session) == stored
    assert decode_session(stored) == session
    before = Session(answers={"story": "staff"})
    assert decode_session(encode_session(before)) == before
    assert decode_session(b'{"answers":{"x":"staff"}}') == replace(before, answers={"x": "staff"})
