"""Replies and answers wait a minute: cancelled within it, sent after it, and checked again before."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from handlers.complaints.lifecycle import (
    CaseOutcome,
    CaseStatus,
    Transition,
    TransitionRequest,
    get_next_status,
)
from handlers.complaints.messages import (
    ActorKind,
    ApplyTransition,
    Exclusion,
    ExclusionGround,
    HistoryEntryKind,
    SetExclusion,
)
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import Phrase
from handlers.questions.messages import (
    CancelAnswer,
    GetThread,
    OutgoingAnswer,
    ScheduleAnswer,
    SubmitQuestion,
)
from handlers.staff.complaints.messages import (
    AssignCase,
    CancelSend,
    FindCaseByNumber,
    OutgoingReply,
    ScheduleSend,
    SetAppointment,
)
from handlers.staff.members import LeaveStaff
from handlers.staff.permissions import Role
from handlers.staff.sending.undo_window import UNDO_SECONDS
from storage.errors import ConflictError
from storage.outgoing.send_due import ScheduledReplies
from storage.outgoing.undo_window import DELETE_SCHEDULED_ANSWER, DELETE_SCHEDULED_REPLY
from storage.questions.scheduled_answers import send_due_answers
from storage.store import Store
from tests.storage.cases.test_import_register import OPEN, bring
from tests.storage.conftest import CANARY, NOW, StoredDesk, close_case, load_reporter_case, make_entry
from tests.storage.staffed_desk import join_staff, list_letters, write_batch

DUE_AT = NOW + timedelta(seconds=UNDO_SECONDS)
ALMOST = DUE_AT - timedelta(seconds=1)
SCREEN = TransitionRequest(Transition.SCREEN)
CLOSE = TransitionRequest(Transition.CLOSE, CaseOutcome.INSUFFICIENT)


async def schedule(ground: StoredDesk, one: Store, **parts: object) -> OutgoingReply:
    """File a case, and schedule a reply to it by an officer."""
    staff = await join_staff(ground, one, "officer")
    receipt = await ground.file_complaint(one)
    case = await load_reporter_case(one, receipt)
    reply = replace(OutgoingReply(case.id, staff, CANARY), **parts)  # type: ignore[arg-type]
    await ground.commit_acts(one, ScheduleSend(reply, case.seq))
    return reply


def read_history(ground: StoredDesk) -> list[tuple[str, str]]:
    return [(kind, by) for kind, by in ground.execute_sql('SELECT kind, "by" FROM history ORDER BY seq')]


def read_audit(ground: StoredDesk) -> list[str]:
    return [what for (what,) in ground.execute_sql("SELECT what FROM audit ORDER BY seq")]


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({}, HistoryEntryKind.OFFICE),
        ({"by": date(2026, 12, 1)}, HistoryEntryKind.ASKED),
        ({"step": SCREEN}, HistoryEntryKind.MOVED),
    ],
)
def test_a_reply_is_sent_when_its_minute_is_over_and_once(
    ground: StoredDesk, parts: dict[str, object], kind: HistoryEntryKind
) -> None:
    async def scene(one: Store) -> None:
        await schedule(ground, one, **parts)
        assert CANARY.encode() not in ground.read_all_bytes()
        replies = ScheduledReplies(one.committer)
        assert [await replies.send_due(at) for at in (NOW, ALMOST, DUE_AT, DUE_AT)] == [0, 0, 1, 0]
        case = await load_reporter_case(one, make_receipt(1))
        assert (case.entries[-1].kind, case.entries[-1].text) == (kind, CANARY)
        assert case.status is (CaseStatus.SCREENING if parts.get("step") else CaseStatus.RECEIVED)
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    assert read_history(ground) == [("filed", "reporter"), (kind.value, "office")]
    assert read_audit(ground)[-2:] == ["held", kind.value if kind is not HistoryEntryKind.MOVED else "screen"]
    assert ground.execute_sql("SELECT count(*) FROM held") == [(0,)]


def test_an_open_case_of_an_old_register_is_ended(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        staff = await join_staff(ground, one, "officer")
        await bring(one, OPEN)
        case: Any = await one.answer_query(FindCaseByNumber(OPEN.number, OPEN.fiscal_year, staff), NOW)
        for count, step in enumerate((SCREEN, TransitionRequest(Transition.INVESTIGATE), CLOSE)):
            reply = OutgoingReply(case.id, staff, CANARY, step)
            at = NOW + timedelta(seconds=count * 2 * UNDO_SECONDS)
            await ground.commit_acts(one, ScheduleSend(reply, case.seq + count), at=at)
            assert await one.scheduled_replies.send_due(at + timedelta(seconds=UNDO_SECONDS)) == 1
        ended: Any = await one.answer_query(FindCaseByNumber(OPEN.number, OPEN.fiscal_year, staff), NOW)
        assert (ended.status, ended.outcome) == (CaseStatus.CLOSED, CaseOutcome.INSUFFICIENT)

    ground.run_scenario(scene)


def test_a_reply_can_be_cancelled_until_it_is_due(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        reply = await schedule(ground, one)
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, CancelSend(reply.case, reply.staff), at=DUE_AT)
        await ground.commit_acts(one, CancelSend(reply.case, reply.staff), at=ALMOST)
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, CancelSend(reply.case, reply.staff), at=ALMOST)
        assert await one.scheduled_replies.send_due(DUE_AT) == 0

    ground.run_scenario(scene)
    assert read_audit(ground)[-2:] == ["held", "taken-back"]


def test_what_a_supervisor_takes_back_is_told_to_its_author(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        reply = await schedule(ground, one)
        await ground.commit_acts(one, CancelSend(reply.case, reply.staff, "boss"))
        assert [(back, key) for back, _, key, _ in await list_letters(one)][-1:] == [
            (b"officer", "staff.notice.taken_back")
        ]
        assert await one.scheduled_replies.send_due(DUE_AT) == 0

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT actor, what FROM audit ORDER BY seq DESC LIMIT 1") == [
        ("staff:boss", "taken-back")
    ]


@pytest.mark.parametrize("why", ["it concerns them", "another was appointed"])
def test_what_waits_is_not_sent_in_the_name_of_somebody_from_whom_the_case_is_kept_now(
    ground: StoredDesk, why: str
) -> None:
    async def scene(one: Store) -> None:
        reply = await schedule(ground, one)
        boss = await join_staff(ground, one, "boss", Role.SUPERVISOR)
        if why == "it concerns them":
            barred = Exclusion(reply.staff, ExclusionGround.BARRED, boss, "-")
            await ground.commit_acts(one, SetExclusion(reply.case, barred, NOW.date()))
        else:
            assigned = AssignCase(reply.case, 2, NOW.date(), boss, boss)
            await ground.commit_acts(one, assigned, SetAppointment(reply.case, boss, boss))
        assert await one.scheduled_replies.send_due(DUE_AT) == 1
        case = await load_reporter_case(one, make_receipt(1))
        assert CANARY not in [entry.text for entry in case.entries]

    ground.run_scenario(scene)
    assert read_audit(ground)[-1] == "not-sent"


def test_a_reply_to_a_case_that_is_gone_keeps_no_other_back(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await schedule(ground, one)
        ground.execute_sql("DELETE FROM cases")  # from outside, where what waits is not deleted with it
        assert await one.scheduled_replies.send_due(DUE_AT) == 1
        assert await one.scheduled_replies.send_due(DUE_AT) == 0

    ground.run_scenario(scene)
    assert read_audit(ground)[-1] == "not-sent"


def test_a_case_that_went_on_or_in_which_another_reply_waits_takes_none_that_did_not_see_it(
    ground: StoredDesk,
) -> None:
    async def scene(one: Store) -> None:
        reply = await schedule(ground, one)
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, ScheduleSend(reply, 1))
        await ground.commit_acts(one, CancelSend(reply.case, reply.staff))
        case = await load_reporter_case(one, make_receipt(1))
        await ground.commit_acts(one, make_entry(case, "ข้อความอื่น"))
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, ScheduleSend(reply, case.seq))

    ground.run_scenario(scene)


def test_what_waits_is_sent_in_order_and_the_last_of_ones_own_is_taken_back(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        first = await schedule(ground, one, step=SCREEN)
        other = await join_staff(ground, one, "colleague")
        texts = ("ถามก่อน", "ตอบแล้ว", "อีกคนหนึ่ง", "ผิด")
        for waiting, text in enumerate(texts, start=1):
            staff = other if text == "อีกคนหนึ่ง" else first.staff
            with pytest.raises(ConflictError):  # more waits than was seen
                await ground.commit_acts(
                    one, ScheduleSend(replace(first, text=text, step=None), 1, waiting - 1)
                )
            reply = replace(first, staff=staff, text=text, step=None)
            await ground.commit_acts(
                one, ScheduleSend(reply, 1, waiting), at=NOW + timedelta(seconds=waiting)
            )
        await ground.commit_acts(one, CancelSend(first.case, first.staff), at=DUE_AT)
        assert await one.scheduled_replies.send_due(DUE_AT) == 1
        assert (await load_reporter_case(one, make_receipt(1))).status is CaseStatus.SCREENING
        with pytest.raises(ConflictError):  # it is due already
            await ground.commit_acts(
                one, CancelSend(first.case, first.staff), at=DUE_AT + timedelta(seconds=2)
            )
        assert await one.scheduled_replies.send_due(DUE_AT + timedelta(seconds=9)) == 3
        assert await one.scheduled_replies.send_due(DUE_AT + timedelta(seconds=99)) == 0
        case = await load_reporter_case(one, make_receipt(1))
        assert [entry.text for entry in case.entries[1:]] == [CANARY, "ถามก่อน", "ตอบแล้ว", "อีกคนหนึ่ง"]
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT count(*) FROM held") == [(0,)]


def test_what_waits_is_sent_in_order_after_the_program_ended(ground: StoredDesk) -> None:
    async def wait(one: Store) -> None:
        reply = await schedule(ground, one, step=SCREEN)
        for waiting, text in enumerate(("ถามก่อน", "ตอบแล้ว"), start=1):
            await ground.commit_acts(one, ScheduleSend(replace(reply, text=text, step=None), 1, waiting))

    async def send(one: Store) -> None:
        assert await one.scheduled_replies.send_due(DUE_AT) == 3
        case = await load_reporter_case(one, make_receipt(1))
        assert [entry.text for entry in case.entries[1:]] == [CANARY, "ถามก่อน", "ตอบแล้ว"]

    ground.run_scenario(wait)
    ground.run_scenario(send)


def test_acts_of_one_moment_lose_none(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        reply = await schedule(ground, one)
        texts = [f"ข้อ {n}" for n in range(6)]
        outcomes = await asyncio.gather(
            *(ground.commit_acts(one, ScheduleSend(replace(reply, text=text), 1, 1)) for text in texts),
            return_exceptions=True,
        )
        accepted = [
            text
            for text, outcome in zip(texts, outcomes, strict=True)
            if not isinstance(outcome, BaseException)
        ]
        assert len(accepted) == 1
        assert sum(isinstance(one, ConflictError) for one in outcomes) == 5
        assert await one.scheduled_replies.send_due(DUE_AT) == 2
        case = await load_reporter_case(one, make_receipt(1))
        assert [entry.text for entry in case.entries[1:]] == [CANARY, *accepted]

    ground.run_scenario(scene)


def test_a_reply_that_waited_while_the_program_was_renewed_is_read(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        reply = await schedule(ground, one)
        ((row,),) = ground.execute_sql("SELECT id FROM held")
        old = TypeAdapter(OutgoingReply).dump_json(reply)
        sealed = one.keyring.staff.encrypt(old, "held", row, "sending")
        ground.execute_sql(f"UPDATE held SET sealed = x'{sealed.hex()}'")
        await ground.commit_acts(one, ScheduleSend(replace(reply, text="ต่อมา"), 1, 1))
        assert await one.scheduled_replies.send_due(DUE_AT) == 2
        case = await load_reporter_case(one, make_receipt(1))
        assert [entry.text for entry in case.entries[1:]] == [CANARY, "ต่อมา"]

    ground.run_scenario(scene)


def test_what_a_reply_decides_is_checked_again_and_the_author_hears_of_it(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        reply = await schedule(ground, one, step=SCREEN)
        await one.outbox.complete([item.id for item in await one.outbox.list_all("telegram")])
        await close_case(ground, one, make_receipt(1))
        assert await one.scheduled_replies.send_due(DUE_AT) == 1
        case = await load_reporter_case(one, make_receipt(1))
        assert (case.status, case.entries[-1].kind) == (CaseStatus.NOT_ACCEPTED, HistoryEntryKind.MOVED)
        assert CANARY not in str(case.entries)
        args = {"number": "1/2570", "status": Phrase("staff.status.not_accepted")}
        assert await list_letters(one) == [(b"officer", "th", "staff.notice.overtaken", args)]
        assert reply.staff

    ground.run_scenario(scene)
    assert read_audit(ground)[-1] == "overtaken"


def test_what_somebody_wrote_in_their_last_minute_is_not_sent(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        reply = await schedule(ground, one)
        await ground.commit_acts(one, LeaveStaff(reply.staff, NOW.date()))
        await one.scheduled_replies.send_due(DUE_AT)
        assert len((await load_reporter_case(one, make_receipt(1))).entries) == 1

    ground.run_scenario(scene)
    assert read_audit(ground)[-1] == "not-sent"
    assert ground.execute_sql("SELECT count(*) FROM held") == [(0,)]


def test_a_reply_that_cannot_be_read_keeps_no_other_back(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        reply = await schedule(ground, one)
        second = await ground.file_complaint(one, 2)
        case = await load_reporter_case(one, second)
        await ground.commit_acts(one, ScheduleSend(replace(reply, case=case.id), case.seq))
        ground.execute_sql(f"UPDATE held SET sealed = zeroblob(60) WHERE case_id = '{reply.case}'")
        assert await one.scheduled_replies.send_due(DUE_AT) == 1
        assert (await load_reporter_case(one, second)).seq == 2

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT count(*) FROM held") == [(1,)]


def test_a_closing_outcome_reaches_the_statistics_only_when_it_is_sent(ground: StoredDesk) -> None:
    step = TransitionRequest(Transition.CLOSE, CaseOutcome.INSUFFICIENT)

    async def scene(one: Store) -> None:
        staff = await join_staff(ground, one, "officer")
        receipt = await ground.file_complaint(one)
        case = await load_reporter_case(one, receipt)
        await ground.commit_acts(one, ScheduleSend(OutgoingReply(case.id, staff, CANARY, SCREEN), 1))
        await one.scheduled_replies.send_due(DUE_AT)
        await ground.commit_acts(one, ScheduleSend(OutgoingReply(case.id, staff, CANARY, step), 2))
        outcomes = "SELECT value FROM facts WHERE field = 'outcome'"
        assert ground.execute_sql(outcomes) == []
        await one.scheduled_replies.send_due(DUE_AT)
        assert ground.execute_sql(outcomes) == [("insufficient",)]

    ground.run_scenario(scene)


# Answers to questions.


async def schedule_answer(ground: StoredDesk, one: Store) -> OutgoingAnswer:
    staff = await join_staff(ground, one, "clerk")
    ask = SubmitQuestion(make_receipt(9), "ขอยืมเต็นท์", b"p" * 32, "th", NOW.date(), date(2026, 12, 7))
    await ground.commit_acts(one, ask)
    ((thread,),) = ground.execute_sql("SELECT id FROM questions")
    answer = OutgoingAnswer(thread, staff, CANARY)
    await ground.commit_acts(one, ScheduleAnswer(answer, 1))
    return answer


def test_an_answer_is_sent_when_its_minute_is_over_and_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        answer = await schedule_answer(ground, one)
        assert CANARY.encode() not in ground.read_all_bytes()
        assert [await send_due_answers(one.committer, at) for at in (ALMOST, DUE_AT, DUE_AT)] == [0, 1, 0]
        thread = await one.answer_query(GetThread(answer.thread), NOW)
        assert (thread.answer, thread.scheduled_by) == (CANARY, "")

    ground.run_scenario(scene)


def test_an_answer_can_be_cancelled_until_it_is_due(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        answer = await schedule_answer(ground, one)
        cancel = CancelAnswer(answer.thread, answer.staff)
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, cancel, at=DUE_AT)
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, ScheduleAnswer(answer, 1))
        await ground.commit_acts(one, cancel, at=ALMOST)
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, cancel, at=ALMOST)
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, ScheduleAnswer(answer, 5))
        assert await one.scheduled_replies.send_due(DUE_AT) == 0

    ground.run_scenario(scene)
    assert read_audit(ground)[-2:] == ["held", "taken-back"]


def test_an_answer_that_a_supervisor_takes_back_is_told_to_its_author(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        answer = await schedule_answer(ground, one)
        with pytest.raises(ConflictError):  # it is not of that author any more
            await ground.commit_acts(one, CancelAnswer(answer.thread, "another", "boss"), at=ALMOST)
        await ground.commit_acts(one, CancelAnswer(answer.thread, answer.staff, "boss"), at=ALMOST)
        assert [(back, key) for back, _, key, _ in await list_letters(one)][-1:] == [
            (b"clerk", "inquiry.notice.taken_back")
        ]
        assert await one.scheduled_replies.send_due(DUE_AT) == 0

    ground.run_scenario(scene)
    assert read_audit(ground)[-1:] == ["taken-back"]


def test_deleting_what_is_scheduled_deletes_that_only(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        reply, answer = await schedule(ground, one), await schedule_answer(ground, one)
        async with write_batch(one) as batch:
            batch.add_statement(DELETE_SCHEDULED_REPLY, case="other")
            batch.add_statement(DELETE_SCHEDULED_ANSWER, question="other")
        assert ground.execute_sql("SELECT case_id FROM held") == [(reply.case,)]
        assert ground.execute_sql("SELECT question_id FROM held_answers") == [(answer.thread,)]

    ground.run_scenario(scene)


def test_who_withdrew_meanwhile_is_asked_nothing_and_the_officer_hears_of_it(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        reply = await schedule(ground, one, by=date(2026, 12, 1))
        await one.outbox.complete([item.id for item in await one.outbox.list_all("telegram")])
        case = await load_reporter_case(one, make_receipt(1))
        step = TransitionRequest(Transition.WITHDRAW, CaseOutcome.WITHDRAWN)
        status = get_next_status(case.status, step)
        move = ApplyTransition(case.id, case.seq + 1, NOW.date(), step, status, ActorKind.REPORTER)
        await ground.commit_acts(one, move)
        await one.outbox.complete([item.id for item in await one.outbox.list_all("telegram")])
        assert await one.scheduled_replies.send_due(DUE_AT) == 1
        assert CANARY not in str((await load_reporter_case(one, make_receipt(1))).entries)
        assert "staff.notice.overtaken" in str(await list_letters(one))
        assert reply.by

    ground.run_scenario(scene)
    assert read_audit(ground)[-1] == "overtaken"
