"""What officers send: held for a minute, decided anew when it goes; and what is kept from erasure."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from handlers import thai
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
from storage import tables
from tests.end.desk import DeskHarness, opened
from tests.end.officers import Officer, filed, hired

REASON = "ตรวจสอบแล้วไม่พบข้อเท็จจริงตามที่แจ้ง"


def playing(home: Path, scene: Any) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60), opened(home) as desk:
            await scene(desk)
            assert await desk.findings() == []

    asyncio.run(whole())


async def sent(desk: DeskHarness, after: int = 61) -> int:
    """Let so many seconds pass, and the clock come by; gives how much it sent."""
    return await desk.store.sendings.send(desk.now() + timedelta(seconds=after))


async def letters(desk: DeskHarness) -> list[str]:
    """The keys of what waits to be told to officers on Telegram."""
    return [say.key for one in await desk.store.outbox.look("telegram") for say in one.what.says]


async def trail(desk: DeskHarness) -> list[str]:
    async with desk.store._reader.connect() as connection:
        return list((await connection.execute(select(tables.audit.c.what))).scalars())


async def closing(desk: DeskHarness, officer: Officer) -> None:
    (held,) = await officer.confirms(await officer.says(f"/close 1 insufficient {REASON}"))
    assert "60 วินาที" in held.text


async def seen(desk: DeskHarness, receipt: Receipt) -> Any:
    return await desk.store.answer(FindCase(receipt), desk.now())


def test_nothing_goes_before_its_minute_is_over_and_then_once(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipt = await filed(desk, 1, CaseStatus.SCREENING)
        await closing(desk, await hired(desk, "สมหญิง"))
        assert await sent(desk, 55) == 0
        assert (await seen(desk, receipt)).status is CaseStatus.SCREENING
        assert await asyncio.gather(sent(desk), sent(desk)) in ([0, 1], [1, 0])
        view = await seen(desk, receipt)
        assert (view.status, view.outcome) == (CaseStatus.CLOSED, CaseOutcome.INSUFFICIENT)
        assert view.entries[-1].text == REASON
        assert await sent(desk) == 0

    playing(tmp_path / "var", scene)


def test_what_the_reporter_withdrew_meanwhile_is_not_closed_again(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipt = await filed(desk, 1, CaseStatus.SCREENING)
        officer = await hired(desk, "สมหญิง", back=b"somewhere")
        await closing(desk, officer)
        view, step = await seen(desk, receipt), TransitionRequest(Transition.WITHDRAW, CaseOutcome.WITHDRAWN)
        on = thai.day(desk.now())
        await desk.office(
            ApplyTransition(view.id, view.seq + 1, on, step, CaseStatus.CLOSED, ActorKind.REPORTER)
        )
        assert await sent(desk) == 1
        assert (await seen(desk, receipt)).outcome is CaseOutcome.WITHDRAWN
        assert "overtaken" in await trail(desk)
        assert await letters(desk) == ["staff.notice.overtaken"]

    playing(tmp_path / "var", scene)


def test_the_last_words_of_who_was_removed_do_not_go(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipt = await filed(desk, 1, CaseStatus.SCREENING)
        await closing(desk, await hired(desk, "สมหญิง"))
        await desk.dismiss("สมหญิง")
        await sent(desk)
        assert (await seen(desk, receipt)).status is CaseStatus.SCREENING
        assert "not-sent" in await trail(desk)

    playing(tmp_path / "var", scene)


def test_one_thing_at_a_time_waits_and_only_its_writer_takes_it_back(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await filed(desk, 1, CaseStatus.SCREENING)
        both = [await hired(desk, name, Role.SUPERVISOR) for name in ("สมหญิง", "วิชัย")]
        shown = [await one.says(f"/close 1 insufficient {REASON}") for one in both]
        said = await asyncio.gather(*(one.confirms(m) for one, m in zip(both, shown, strict=True)))
        texts = [messages[0].text for messages in said]
        assert sum("60 วินาที" in text for text in texts) == 1
        assert sum("รอส่งอยู่แล้ว" in text for text in texts) == 1
        loser = both["รอส่งอยู่แล้ว" in texts[1]]
        assert "เป็นของท่านอื่น" in (await loser.says("/undo 1"))[0].text
        assert "รอส่งอยู่แล้ว" in (await loser.says("/investigate 1"))[0].text
        desk.away += timedelta(seconds=61)
        winner = both["รอส่งอยู่แล้ว" not in texts[1]]
        assert "ส่งไปแล้ว" in (await winner.says("/undo 1"))[0].text
        assert "ไม่มีอะไรรอยืนยัน" in (await winner.picks("/confirm y1"))[0].text

    playing(tmp_path / "var", scene)


def test_an_officer_hears_that_the_reporter_wrote(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipt = await filed(desk, 1)
        officer = await hired(desk, "สมหญิง", back=b"somewhere")
        await officer.says("/take 1")
        view, on = await seen(desk, receipt), thai.day(desk.now())
        await desk.office(
            AddHistoryEntry(
                view.id, view.seq + 1, on, HistoryEntryKind.REPORTER, ActorKind.REPORTER, "คานารีเพิ่มเติม"
            )
        )
        assert await letters(desk) == ["staff.notice.wrote"]
        assert "คานารี" not in str(await desk.store.outbox.look(Channel.TELEGRAM))

    playing(tmp_path / "var", scene)


def test_what_is_kept_is_not_erased(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipts = [await filed(desk, n, CaseStatus.CLOSED) for n in (1, 2)]
        chief = await hired(desk, "มาลี", Role.SUPERVISOR)
        await chief.says("/link 1 2")
        await chief.says("/hold 1 ศาลขอให้เก็บไว้")
        late = desk.now() + timedelta(days=800)
        assert await desk.store.retention.erase_cases(late, timedelta(days=365)) == 1
        assert (await seen(desk, receipts[0])) is not None
        assert (await seen(desk, receipts[1])) is None
        await chief.says("/hold 1 เลิก")
        assert await desk.store.retention.erase_cases(late, timedelta(days=365)) == 1

    playing(tmp_path / "var", scene)
