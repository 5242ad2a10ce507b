"""An unreadable row is left out of every list; the log has its number, but none of its content."""

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.jobs.housekeeping import rescan_conflicts
from bot.log import LibraryLogHandler, log_exception
from handlers.complaints.approvals import ApprovalKind, ListApprovals, RequestApproval
from handlers.complaints.messages import Exclusion, ExclusionGround, FindCase, ListExclusions, SubscribeToCase
from handlers.consultations.messages import (
    AnnounceConsultation,
    CloseConsultation,
    ConsultationResult,
    FindConsultation,
    ListConsultations,
    ListPendingStatements,
    ListThemes,
    PublishConsultationResult,
    SaveTheme,
    Theme,
)
from handlers.dialog.effects import Query
from handlers.dialog.events import Channel
from handlers.dialog.receipt import make_receipt
from handlers.feedback.messages import FindFeedback, ListFeedback, NewFeedbackNumber, SubmitFeedback
from handlers.questions.faq_messages import FaqEntry, GetFaqCatalogue
from handlers.questions.messages import (
    FindQuestionByNumber,
    FindThreadByCode,
    ListOpenQuestions,
    ReplyAddress,
    SubmitQuestion,
)
from handlers.staff.complaints.messages import (
    FindCaseByNumber,
    GetCaseHistory,
    LinkCases,
    ListCases,
    ListLinkedCases,
    OutgoingReply,
    ScheduleSend,
    SearchCases,
    SubscribeGroup,
)
from handlers.staff.members import FindStaffMember, ListStaff
from ita_stats.calendar import to_bangkok_date
from storage.errors import UnreadableRowError
from storage.store import Store
from tests.in_memory_desk import OFFICE
from tests.storage.conftest import CANARY, NOW, StoredDesk, load_reporter_case, make_entry
from tests.storage.consultations.test_store import ANSWERS, ASKED, make_submission
from tests.storage.staff.test_members import add_joined_staff

UNKNOWN = "คานารีไม่รู้จัก"
TODAY = to_bangkok_date(NOW)


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Any:
    """The lines of the log as the program writes it: event, table and number.

    Once each, also where an earlier test in this process had the program set its log up.
    """
    logger = logging.getLogger("storage")
    before = logger.handlers[:], logger.propagate
    logger.handlers, logger.propagate = [LibraryLogHandler()], False

    def read() -> list[tuple[str, str]]:
        written = capsys.readouterr().err
        assert UNKNOWN not in written
        assert CANARY not in written
        lines = [json.loads(line) for line in written.splitlines()]
        return [(line["table"], line["number"]) for line in lines if line["event"] == "unreadable-row"]

    yield read
    logger.handlers, logger.propagate = before


async def ask(one: Store, query: Query[Any]) -> Any:
    return await one.answer_query(query, NOW)


async def file_two_cases(ground: StoredDesk, one: Store) -> None:
    """The cases 1/2570 and 2/2570."""
    for number in (1, 2):
        await ground.file_complaint(one, number)


@pytest.mark.parametrize("column", ["status", "outcome"])
def test_a_case_in_an_unknown_state(ground: StoredDesk, log: Any, column: str) -> None:
    async def scene(one: Store) -> None:
        await file_two_cases(ground, one)
        staff = await add_joined_staff(ground, one)
        cases = [(await load_reporter_case(one, make_receipt(number))).id for number in (1, 2)]
        await ground.commit_acts(one, LinkCases(cases[1], cases[0], staff))
        ground.execute_sql(f"UPDATE cases SET {column} = '{UNKNOWN}' WHERE number = 1")
        page = await ask(one, ListCases(staff, all_officers=True))
        assert [case.number for case in page.cases] == [2]
        assert page.unreadable == ("1/2570",)
        found = await ask(one, SearchCases(CANARY, staff, all_officers=True))
        assert [case.number for case in found.cases] == [2]
        assert found.unreadable == ("1/2570",)
        assert await ask(one, ListLinkedCases(cases[1], staff)) == ()
        assert log() == [("cases", "1/2570")] * 3
        with pytest.raises(UnreadableRowError, match="cases 1/2570"):
            await ask(one, FindCaseByNumber(1, 2570, staff))
        with pytest.raises(UnreadableRowError) as error:  # by receipt: the error has no number
            await ask(one, FindCase(make_receipt(1)))
        assert error.value.number == ""
        if column == "status":
            states, _ = await one.reminders.load_deadlines_and_recipients()
            assert [state.number for state in states] == [2]
            assert log() == [("cases", "1/2570")]

    ground.run_scenario(scene)


def test_a_report_from_an_unknown_channel(ground: StoredDesk, log: Any) -> None:
    async def scene(one: Store) -> None:
        await file_two_cases(ground, one)
        case = (await load_reporter_case(one, make_receipt(1))).id
        (wrapped,) = ground.execute_sql(f"SELECT key FROM cases WHERE id = '{case}'")[0]
        cipher = one.keyring.unwrap_case_cipher(case, wrapped)
        content = {"about": "", "category": "bribery", "channel": UNKNOWN, "answers": {"story": CANARY}}
        sealed = cipher.encrypt(json.dumps(content).encode(), "cases", case, "report")
        ground.execute_sql(f"UPDATE cases SET report = x'{sealed.hex()}' WHERE id = '{case}'")
        found = await ask(one, SearchCases(CANARY, "", all_officers=True))
        assert [one.number for one in found.cases] == [2]
        assert found.unreadable == ("1/2570",)
        with pytest.raises(UnreadableRowError, match="cases 1/2570"):
            await ask(one, FindCaseByNumber(1, 2570, ""))
        assert log() == [("cases", "1/2570")]
        await add_joined_staff(ground, one)
        for now, lines in ((NOW, 1), (NOW, 0), (NOW + timedelta(days=1), 1)):  # logged once a day
            await rescan_conflicts(one, OFFICE, now)
            assert log() == [("cases", "1/2570")] * lines
        with pytest.raises(UnreadableRowError):
            await ground.commit_acts(one, make_entry(await load_reporter_case(one, make_receipt(1)), "ตอบ"))

    ground.run_scenario(scene)


def test_a_group_that_cannot_be_read_keeps_no_complaint_back(ground: StoredDesk, log: Any) -> None:
    async def scene(one: Store) -> None:
        staff = await add_joined_staff(ground, one)
        for group in (b"a" * 32, b"b" * 32):
            await ground.commit_acts(one, SubscribeGroup(group, b"back", Channel.TELEGRAM, staff))
        ground.execute_sql("UPDATE groups SET address = x'00' WHERE mark = (SELECT min(mark) FROM groups)")
        await load_reporter_case(one, await ground.file_complaint(one))
        assert log() == [("groups", "")]
        assert len(await one.outbox.list_all("telegram")) == 1

    ground.run_scenario(scene)


def test_a_line_of_history_of_an_unknown_kind(ground: StoredDesk, log: Any) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        for words in ("ก", "ข"):
            await ground.commit_acts(one, make_entry(await load_reporter_case(one, receipt), words))
        ground.execute_sql(
            "DROP TRIGGER history_no_update", f"UPDATE history SET kind = '{UNKNOWN}' WHERE seq IN (2, 3)"
        )
        case = await load_reporter_case(one, receipt)
        assert [entry.seq for entry in case.entries] == [1]
        assert case.seq == 3  # unreadable entries still count for the next sequence number
        assert log() == [("history", "")] * 2
        lines = await ask(one, GetCaseHistory(case.id))
        assert [line.entry.seq for line in lines.rows] == [1]
        assert lines.unreadable == ("1/2570#2", "1/2570#3")
        assert log() == [("history", "1/2570#2"), ("history", "1/2570#3")]

    ground.run_scenario(scene)


def test_what_two_must_agree_to_is_asked_again_and_who_is_barred_stays_barred(
    ground: StoredDesk, log: Any
) -> None:
    async def scene(one: Store) -> None:
        exclusion = Exclusion("someone", ExclusionGround.NAMED)
        case = await load_reporter_case(one, await ground.file_complaint(one, exclusions=(exclusion,)))
        for kind in ApprovalKind:
            await ground.commit_acts(one, RequestApproval(case.id, "1/2570", kind, "a", "เหตุผล"))
        ground.execute_sql(f"UPDATE approvals SET what = '{UNKNOWN}' WHERE what = 'identity'")
        assert [found.kind for found in await ask(one, ListApprovals(case.id))] == [ApprovalKind.UNFOUNDED]
        ((table, _),) = log()
        assert table == "approvals"
        ground.execute_sql(f"UPDATE concerned SET why = '{UNKNOWN}'")
        with pytest.raises(UnreadableRowError, match="concerned"):
            await ask(one, ListExclusions(case.id))
        assert (await ask(one, FindCaseByNumber(1, 2570, "someone"))).hidden

    ground.run_scenario(scene)


async def ask_question(ground: StoredDesk, one: Store, number: int) -> None:
    act = SubmitQuestion(make_receipt(number), f"{CANARY} {number}", b"p" * 32, "en", TODAY, TODAY)
    await ground.commit_acts(one, act)


@pytest.mark.parametrize(
    "damage",
    [
        f"UPDATE questions SET lang = '{UNKNOWN}' WHERE number = 1",
        f"UPDATE questions SET rating = '{UNKNOWN}' WHERE number = 1",
        f"UPDATE question_lines SET kind = '{UNKNOWN}'"
        " WHERE question_id = (SELECT id FROM questions WHERE number = 1)",
    ],
)
def test_a_question(ground: StoredDesk, log: Any, damage: str) -> None:
    async def scene(one: Store) -> None:
        for number in (1, 2):
            await ask_question(ground, one, number)
        ground.execute_sql(damage)
        listing = await ask(one, ListOpenQuestions())
        assert [(thread.number, thread.lang) for thread in listing.rows] == [(2, "en")]
        assert listing.unreadable == ("1/2570",)
        assert log() == [("questions", "1/2570")]
        with pytest.raises(UnreadableRowError, match="questions 1/2570"):
            await ask(one, FindQuestionByNumber(1))
        with pytest.raises(UnreadableRowError) as error:  # by code: the error has no number
            await ask(one, FindThreadByCode(make_receipt(1)))
        assert error.value.number == ""

    ground.run_scenario(scene)


def test_an_opinion(ground: StoredDesk, log: Any) -> None:
    async def scene(one: Store) -> None:
        for text in ("ก", "ข"):
            number = await ask(one, NewFeedbackNumber(2570))
            act = SubmitFeedback(2570, number, "", None, TODAY, b"p" * 32, text)
            await ground.commit_acts(one, act)
        ground.execute_sql("UPDATE opinions SET sealed = x'00' WHERE number = 1")
        listing = await ask(one, ListFeedback())
        assert [found.text for found in listing.rows] == ["ข"]
        assert listing.unreadable == ("1/2570",)
        assert log() == [("opinions", "1/2570")]
        with pytest.raises(UnreadableRowError, match="opinions 1/2570"):
            await ask(one, FindFeedback(1, 2570))

    ground.run_scenario(scene)


def test_a_consultation_its_themes_and_statements(ground: StoredDesk, log: Any) -> None:
    async def scene(one: Store) -> None:
        for code in (ASKED.code, "XYZ789"):
            await ground.commit_acts(one, AnnounceConsultation(replace(ASKED, code=code), "staff:x"))
        await ground.commit_acts(one, make_submission(1, ANSWERS))
        await ground.commit_acts(one, make_submission(2, {**ANSWERS, "q5+": "ควรมีที่จอดรถ"}))
        ground.execute_sql("UPDATE statements SET sealed = x'00' WHERE id = (SELECT min(id) FROM statements)")
        assert len(await ask(one, ListPendingStatements())) == 1
        await ground.commit_acts(one, CloseConsultation(ASKED.code, "staff:x"))
        for place in (1, 2):
            await ground.commit_acts(one, SaveTheme(ASKED.code, Theme(place, "เวลา"), "staff:x"))
        ground.execute_sql("UPDATE themes SET sealed = x'00' WHERE place = 1")
        assert [theme.place for theme in await ask(one, ListThemes(ASKED.code))] == [2]
        ground.execute_sql(f"UPDATE ballots SET phase = '{UNKNOWN}' WHERE code = 'XYZ789'")
        listing = await ask(one, ListConsultations())
        assert [found.code for found in listing.rows] == [ASKED.code]
        assert listing.unreadable == ("XYZ789",)
        assert [c.code for c in await one.consultation_statistics.load_consultations()] == [ASKED.code]
        with pytest.raises(UnreadableRowError, match="ballots XYZ789"):
            await ask(one, FindConsultation("XYZ789"))
        (_, *lines) = log()
        assert lines == [("themes", "ABC123/1"), ("ballots", "XYZ789"), ("ballots", "XYZ789")]

    ground.run_scenario(scene)


def test_a_person_of_the_staff(ground: StoredDesk, log: Any) -> None:
    async def scene(one: Store) -> None:
        broken, good, silent = [
            await add_joined_staff(ground, one, who) for who in (b"a" * 32, b"b" * 32, b"c" * 32)
        ]
        address = {"channel": "web", "back": "YmFjaw==", "lang": UNKNOWN}
        sealed = one.keyring.staff.encrypt(json.dumps(address).encode(), "staff", silent, "address")
        ground.execute_sql(
            f"UPDATE staff SET role = '{UNKNOWN}' WHERE id = '{broken}'",
            f"UPDATE staff SET address = x'{sealed.hex()}' WHERE id = '{silent}'",
        )
        assert {person.id for person in await ask(one, ListStaff())} == {good, silent}
        assert [person.id for person, _ in await one.staff_admin.list_contacts()] == [good]
        assert all(who in one.roster for who in (b"a" * 32, b"b" * 32, b"c" * 32))
        assert set(log()) == {("staff", broken), ("staff", silent)}
        staff, _ = await one.conflict_rescan.load_staff()
        assert {person.id for person in staff} == {good, silent}
        assert log() == [("staff", broken)]
        with pytest.raises(UnreadableRowError, match=broken):
            await ask(one, FindStaffMember(b"a" * 32))

    ground.run_scenario(scene)
    ground.run_scenario(count_staff(2))  # the desk opens in spite of the unreadable row


def count_staff(count: int) -> Callable[[Store], Awaitable[None]]:
    async def scene(one: Store) -> None:
        assert one.roster.member_count == count

    return scene


def test_an_answer_known_to_everybody(ground: StoredDesk, log: Any) -> None:
    async def scene(one: Store) -> None:
        entries = [FaqEntry(id_, f"คำถาม {id_}", "คำตอบ") for id_ in ("a", "b")]
        await one.replace_faq(entries, NOW)
        ground.execute_sql("UPDATE knowledge SET sealed = x'00' WHERE id = 'a'")
        assert [entry.id for entry in (await ask(one, GetFaqCatalogue())).entries] == ["b"]
        assert log() == [("knowledge", "a")]

    ground.run_scenario(scene)


def test_the_log_of_a_single_row_names_it_and_not_its_content(log: Any) -> None:
    log_exception(UnreadableRowError("cases", "1/2570"))
    assert log() == [("cases", "1/2570")]


def test_what_waits_is_sent_beside_a_row_that_cannot_be_read(ground: StoredDesk, log: Any) -> None:
    async def scene(one: Store) -> None:
        await file_two_cases(ground, one)
        staff = await add_joined_staff(ground, one)
        for number in (1, 2):
            case = await load_reporter_case(one, make_receipt(number))
            await ground.commit_acts(one, ScheduleSend(OutgoingReply(case.id, staff, "ตอบ"), case.seq))
        ground.execute_sql(
            "UPDATE held SET sealed = x'00' WHERE case_id = (SELECT id FROM cases WHERE number = 1)"
        )
        assert await one.scheduled_replies.send_due(NOW + timedelta(minutes=2)) == 1
        ((table, _),) = log()
        assert table == "held"
        assert [e.text for e in (await load_reporter_case(one, make_receipt(2))).entries][-1] == "ตอบ"

    ground.run_scenario(scene)


def test_news_that_cannot_be_addressed_keep_no_act_back(ground: StoredDesk, log: Any) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        case = await load_reporter_case(one, receipt)
        await ground.commit_acts(one, SubscribeToCase(case.id, b"p" * 32, Channel.TELEGRAM, b"back", "th"))
        await ground.commit_acts(one, AnnounceConsultation(ASKED, "staff:x"))
        for number in (1, 2):
            back = ReplyAddress(bytes([number]) * 32, Channel.TELEGRAM, b"back", "th")
            await ground.commit_acts(one, make_submission(number, {"q1": "o1"}, back=back))
        await ground.commit_acts(one, CloseConsultation(ASKED.code, "staff:x"))
        ground.execute_sql(
            "UPDATE addresses SET sealed = x'00'",
            "UPDATE hearers SET sealed = x'00' WHERE mark = (SELECT min(mark) FROM hearers)",
        )
        await ground.commit_acts(one, make_entry(case, "รับทราบ"))
        assert [entry.text for entry in (await load_reporter_case(one, receipt)).entries] == ["", "รับทราบ"]
        result = ConsultationResult(b"{}")
        await ground.commit_acts(one, PublishConsultationResult(ASKED.code, result, ASKED.title, "staff:x"))
        assert log() == [("addresses", ""), ("hearers", "")]
        assert len(await one.outbox.list_all("telegram")) == 1
        ground.execute_sql("UPDATE outbox SET sealed = x'00'")
        assert await one.outbox.list_all("telegram") == []
        ((table, _),) = log()
        assert table == "outbox"

    ground.run_scenario(scene)
