"""Scheduled jobs run once: at the same instant again, or after a week's pause, nothing is done twice."""

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.jobs.housekeeping import run_due_jobs
from handlers.complaints.lifecycle import CaseOutcome, Transition, TransitionRequest
from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import MUST_ARRIVE, Reply
from ita_stats.calendar import end_of_day, to_bangkok_date
from storage.audit import AuditAnchor
from storage.crypto.key_files import DeskPaths
from storage.serialization import OutboxMessage, QueuedTask
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.in_memory_desk import OFFICE, WHOLE_REPORT
from tests.storage.conftest import store_file

KEPT_AFTER_CLOSING = timedelta(days=OFFICE.retention.after_closing_days)
CANARY = "CANARYSTORY"


class Person:
    """A person who writes to a desk."""

    def __init__(self, opened: DeskHarness, name: str) -> None:
        self.desk, self.name = opened, name
        self.events, self.buttons, self.receipt = 0, dict[str, str](), ""

    async def say(self, *lines: str) -> str:
        """Send lines, or pick labels in brackets; returns the last answer."""
        text = ""
        for line in lines:
            self.events += 1
            deed: dict[str, Any] = (
                {"choice": self.buttons[line[1:-1]]} if line.startswith("[") else {"text": line}
            )
            event = Event(f"{self.name}-{self.events}", self.desk.person_id(self.name), Channel.WEB, **deed)
            messages = await self.desk.handle(event)
            self.buttons = dict(messages[-1].choices)
            self.receipt = next((m.receipt for m in messages if m.receipt), self.receipt)
            text = "\n".join(m.text for m in messages)
        return text

    async def file_report(self) -> str:
        """File a whole report; returns its receipt."""
        story = [f"{CANARY} {line}" if "ร้อยละสิบ" in line else line for line in WHOLE_REPORT]
        await self.say(*story, "[ส่งเรื่อง]", "[ข้าม]")
        return self.receipt


async def run_clock(opened: DeskHarness, at: datetime | None = None) -> list[str]:
    """Run the due jobs; returns what they did."""
    place: DeskPaths = opened.store.keyring.key_files.paths
    return [did.job async for did in run_due_jobs(place, opened.store, OFFICE, at or opened.now())]


@asynccontextmanager
async def open_test_desk(folder: Path) -> AsyncIterator[DeskHarness]:
    async with open_desk(folder / "var") as opened:
        yield opened


def test_the_same_instant_again_does_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_test_desk(tmp_path) as opened:
            at = opened.now()
            assert await run_clock(opened, at) == ["audit-anchored"]
            assert await run_clock(opened, at) == []
            assert await run_clock(opened, at + timedelta(minutes=1)) == []

    asyncio.run(story())


def test_a_restart_does_nothing_twice(tmp_path: Path) -> None:
    async def once(at: datetime) -> list[str]:
        async with open_test_desk(tmp_path) as opened:
            return await run_clock(opened, at)

    at = datetime.now(UTC)
    assert [asyncio.run(once(at)), asyncio.run(once(at))] == [["audit-anchored"], []]


def test_the_day_is_bangkoks(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_test_desk(tmp_path) as opened:
            year = opened.now().year + 1
            late = datetime(year, 3, 1, 16, 59, tzinfo=UTC)  # 23:59 in Bangkok
            assert "audit-anchored" in await run_clock(opened, late)
            assert "audit-anchored" not in await run_clock(opened, late)
            assert "audit-anchored" in await run_clock(opened, late + timedelta(minutes=2))
            names = sorted(p.name for p in (tmp_path / "var/complaints/anchors").iterdir())
            assert names == [f"{year}-03-01.json", f"{year}-03-02.json"]

    asyncio.run(story())


def test_an_anchor_holds_and_is_the_owners_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_test_desk(tmp_path) as opened:
            await Person(opened, "ก").file_report()
            await run_clock(opened)
            (path,) = (tmp_path / "var/complaints/anchors").iterdir()
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
            anchor = AuditAnchor.model_validate_json(path.read_bytes())
            assert await opened.store.verify_audit(anchor) == []
            await Person(opened, "ข").file_report()  # the audit log continues after its anchor
            assert await opened.store.verify_audit(anchor) == []

    asyncio.run(story())


def test_an_idle_draft_lapses_and_its_person_is_told_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_test_desk(tmp_path) as opened:
            person = Person(opened, "ก")
            await person.say(*WHOLE_REPORT[:5])
            opened.clock_offset = timedelta(minutes=29)
            assert "drafts-lapsed" not in await run_clock(opened)
            opened.clock_offset = timedelta(minutes=32)
            assert "drafts-lapsed" in await run_clock(opened)
            assert "drafts-lapsed" not in await run_clock(opened)
            assert "ร่างเดิมจึงถูกลบ" in await person.say("สวัสดี")
            assert "ร่างเดิมจึงถูกลบ" not in await person.say("สวัสดี")

    asyncio.run(story())


def test_a_case_is_erased_when_its_time_is_over_and_not_before(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_test_desk(tmp_path) as opened:
            ended, going_on = await Person(opened, "ก").file_report(), await Person(opened, "ข").file_report()
            await opened.move_case(
                ended, TransitionRequest(Transition.WITHDRAW, outcome=CaseOutcome.WITHDRAWN)
            )
            facts = len(await opened.store.load_facts())
            assert "cases-erased" not in await run_clock(opened, opened.now() + KEPT_AFTER_CLOSING)
            assert "cases-erased" in await run_clock(
                opened, opened.now() + KEPT_AFTER_CLOSING + timedelta(days=2)
            )
            assert await opened.find_case_id(ended) is None
            assert await opened.find_case_id(going_on) is not None
            assert len(await opened.store.load_facts()) == facts
            assert await opened.check_integrity() == []

    asyncio.run(story())


def test_after_a_long_silence_everything_is_done_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_test_desk(tmp_path) as opened:
            await Person(opened, "ก").say(*WHOLE_REPORT[:5])
            did = await run_clock(opened, opened.now() + timedelta(days=7))
            assert {"drafts-lapsed", "answers-forgotten", "audit-anchored"} <= set(did)
            assert len(did) == len(set(did))
            assert await run_clock(opened, opened.now() + timedelta(days=7)) == []

    asyncio.run(story())


def test_a_file_that_nobody_fetches_any_more_is_not_kept_for_ever(tmp_path: Path) -> None:
    async def play() -> None:
        async with open_test_desk(tmp_path) as opened:
            for kind in ("line", "line.old"):  # of the second nothing is kept, and earlier versions kept it
                await opened.store.task_queue.add(kind, QueuedTask(kind, {"event": CANARY}), opened.now())
            await run_clock(opened, opened.now() + timedelta(hours=47))
            assert len(await opened.store.task_queue.list_all("line")) == 1
            assert await opened.store.task_queue.list_all("line.old") == []
            assert "errands-forgotten" in await run_clock(opened, opened.now() + timedelta(hours=49))
            assert await opened.store.task_queue.list_all("line") == []

    asyncio.run(play())


def test_files_are_written_anew_after_all_other_jobs(tmp_path: Path) -> None:
    async def play() -> None:
        async with open_test_desk(tmp_path) as opened:
            await store_file(opened.store, b"%PDF-1.4\n", "a.pdf", opened.now())
            # Of the next day in Bangkok, and not yet swept away as a file that belongs to nothing.
            next_day = end_of_day(to_bangkok_date(opened.now())) + timedelta(seconds=1)
            done = await run_clock(opened, next_day)
            assert "audit-anchored" in done
            assert done[-1] == "files-rewritten"

    asyncio.run(play())


def test_a_message_that_nobody_took_is_gone_after_72_hours(tmp_path: Path) -> None:
    async def play() -> None:
        async with open_test_desk(tmp_path) as opened:
            message = OutboxMessage(Channel.TERMINAL, b"", "th", (Reply("news.waiting", MUST_ARRIVE),))
            await opened.store.outbox.add(Channel.TERMINAL, message, opened.now())
            await run_clock(opened, opened.now() + timedelta(hours=71))
            assert len(await opened.store.outbox.list_all(Channel.TERMINAL)) == 1
            assert "letters-forgotten" in await run_clock(opened, opened.now() + timedelta(hours=73))
            assert await opened.store.outbox.list_all(Channel.TERMINAL) == []

    asyncio.run(play())


def test_a_message_of_a_platform_is_tried_once_more_before_it_is_too_old(tmp_path: Path) -> None:
    async def play() -> None:
        async with open_test_desk(tmp_path) as opened:
            outbox, later = opened.store.outbox, opened.now() + timedelta(hours=100)
            message = OutboxMessage(Channel.LINE, b"", "th", (Reply("news.waiting", MUST_ARRIVE),))
            await outbox.add(Channel.LINE, message, opened.now())
            assert "letters-forgotten" not in await run_clock(opened, later)
            assert len(await outbox.list_all(Channel.LINE)) == 1
            place, store = opened.store.keyring.key_files.paths, opened.store
            jobs = run_due_jobs(place, store, OFFICE, later, has_tried_delivery=True)
            assert "letters-forgotten" in [did.job async for did in jobs]
            assert await outbox.list_all(Channel.LINE) == []

    asyncio.run(play())
