"""Officers' replies: delayed by a minute and checked again when due; and cases exempt from erasure."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus, Transition, TransitionRequest
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    FindCase,
    HistoryEntryKind,
)
from handlers.dialog.events import Channel
from handlers.dialog.receipt import Receipt
from handlers.staff.permissions import Role
from handlers.thai.dates import to_bangkok_date
from storage import tables
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import Officer, add_officer, file_case

REASON = "ตรวจสอบแล้วไม่พบข้อเท็จจริงตามที่แจ้ง"


def run_desk_scenario(home: Path, scene: Any) -> None:
    async def run_in_loop() -> None:
        async with asyncio.timeout(60), open_desk(home) as desk:
            await scene(desk)
            assert await desk.check_integrity() == []

    asyncio.run(run_in_loop())


async def send_due_replies(desk: DeskHarness, after: int = 61) -> int:
    """Advance the clock by some seconds and run the job; returns how many replies it sent."""
    return await desk.store.scheduled_replies.send_due(desk.now() + timedelta(seconds=after))


async def load_queued_keys(desk: DeskHarness) -> list[str]:
    """The wording keys of what is queued for officers on Telegram."""
    return [say.key for one in await desk.store.outbox.list_all("telegram") for say in one.payload.says]


async def load_audit_kinds(desk: DeskHarness) -> list[str]:
    async with desk.store._reader.connect() as connection:
        return list((await connection.execute(select(tables.audit.c.what))).scalars())


async def schedule_closing(desk: DeskHarness, officer: Officer) -> None:
    (held,) = await officer.confirm(await officer.say(f"/close 1 insufficient {REASON}"))
    assert "60 วินาที" in held.text


async def find_case_of_receipt(desk: DeskHarness, receipt: Receipt) -> Any:
    return await desk.store.answer_query(FindCase(receipt), desk.now())


def test_nothing_goes_before_its_minute_is_over_and_then_once(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipt = await file_case(desk, 1, CaseStatus.SCREENING)
        await schedule_closing(desk, await add_officer(desk, "สมหญิง"))
        assert await send_due_replies(desk, 55) == 0
        assert (await find_case_of_receipt(desk, receipt)).status is CaseStatus.SCREENING
        assert await asyncio.gather(send_due_replies(desk), send_due_replies(desk)) in ([0, 1], [1, 0])
        view = await find_case_of_receipt(desk, receipt)
        assert (view.status, view.outcome) == (CaseStatus.CLOSED, CaseOutcome.INSUFFICIENT)
        assert view.entries[-1].text == REASON
        assert await send_due_replies(desk) == 0

    run_desk_scenario(tmp_path / "var", scene)


def test_what_the_reporter_withdrew_meanwhile_is_not_closed_again(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipt = await file_case(desk, 1, CaseStatus.SCREENING)
        officer = await add_officer(desk, "สมหญิง", reply_address=b"somewhere")
        await schedule_closing(desk, officer)
        view, step = (
            await find_case_of_receipt(desk, receipt),
            TransitionRequest(Transition.WITHDRAW, CaseOutcome.WITHDRAWN),
        )
        on = to_bangkok_date(desk.now())
        await desk.commit_office_act(
            ApplyTransition(view.id, view.seq + 1, on, step, CaseStatus.CLOSED, ActorKind.REPORTER)
        )
        assert await send_due_replies(desk) == 1
        assert (await find_case_of_receipt(desk, receipt)).outcome is CaseOutcome.WITHDRAWN
        assert "overtaken" in await load_audit_kinds(desk)
        assert await load_queued_keys(desk) == ["staff.notice.overtaken"]

    run_desk_scenario(tmp_path / "var", scene)


def test_the_last_words_of_who_was_removed_do_not_go(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipt = await file_case(desk, 1, CaseStatus.SCREENING)
        await schedule_closing(desk, await add_officer(desk, "สมหญิง"))
        await desk.remove_staff("สมหญิง")
        await send_due_replies(desk)
        assert (await find_case_of_receipt(desk, receipt)).status is CaseStatus.SCREENING
        assert "not-sent" in await load_audit_kinds(desk)

    run_desk_scenario(tmp_path / "var", scene)


def test_two_close_at_once_and_the_second_hears_what_waits(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipt = await file_case(desk, 1, CaseStatus.SCREENING)
        both = [await add_officer(desk, name) for name in ("สมหญิง", "วิชัย")]
        shown = [await one.say(f"/close 1 insufficient {REASON}") for one in both]
        said = await asyncio.gather(*(one.confirm(m) for one, m in zip(both, shown, strict=True)))
        texts = [messages[0].text for messages in said]
        assert sum("60 วินาที" in text for text in texts) == 1
        assert sum("เมื่อสิ่งที่รอส่งอยู่ถูกส่งแล้ว" in text for text in texts) == 1
        loser = both["เมื่อสิ่งที่รอส่งอยู่ถูกส่งแล้ว" in texts[1]]
        assert "เป็นของท่านอื่น" in (await loser.say("/undo 1"))[0].text
        shown_after = await loser.say("/reply 1 หากมีข้อสงสัย สอบถามได้")
        assert "ต่อจากนั้น" in shown_after[0].text
        assert "ตามลำดับ" in (await loser.confirm(shown_after))[0].text
        desk.clock_offset += timedelta(seconds=61)
        winner = both["เมื่อสิ่งที่รอส่งอยู่ถูกส่งแล้ว" not in texts[1]]
        assert "ส่งไปแล้ว" in (await winner.say("/undo 1"))[0].text
        assert await desk.store.scheduled_replies.send_due(desk.now() + timedelta(seconds=9)) == 2
        view = await find_case_of_receipt(desk, receipt)
        assert view.status is CaseStatus.CLOSED
        assert [entry.text for entry in view.entries[-2:]] == [REASON, "หากมีข้อสงสัย สอบถามได้"]

    run_desk_scenario(tmp_path / "var", scene)


def test_an_officer_hears_that_the_reporter_wrote(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipt = await file_case(desk, 1)
        officer = await add_officer(desk, "สมหญิง", reply_address=b"somewhere")
        await officer.say("/take 1")
        view, on = await find_case_of_receipt(desk, receipt), to_bangkok_date(desk.now())
        await desk.commit_office_act(
            AddHistoryEntry(
                view.id, view.seq + 1, on, HistoryEntryKind.REPORTER, ActorKind.REPORTER, "คานารีเพิ่มเติม"
            )
        )
        assert await load_queued_keys(desk) == ["staff.notice.wrote"]
        assert "คานารี" not in str(await desk.store.outbox.list_all(Channel.TELEGRAM))

    run_desk_scenario(tmp_path / "var", scene)


def test_what_is_kept_is_not_erased(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipts = [await file_case(desk, n, CaseStatus.CLOSED) for n in (1, 2)]
        chief = await add_officer(desk, "มาลี", Role.SUPERVISOR)
        await chief.say("/link 1 2")
        await chief.say("/hold 1 ศาลขอให้เก็บไว้")
        late = desk.now() + timedelta(days=800)
        assert await desk.store.retention.delete_ended_cases(late, timedelta(days=365)) == 1
        assert (await find_case_of_receipt(desk, receipts[0])) is not None
        assert (await find_case_of_receipt(desk, receipts[1])) is None
        await chief.say("/hold 1 เลิก")
        assert await desk.store.retention.delete_ended_cases(late, timedelta(days=365)) == 1

    run_desk_scenario(tmp_path / "var", scene)
