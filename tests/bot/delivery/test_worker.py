"""The delivery worker: messages arrive and files are fetched, whatever the platform does meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bot.background import run_in_background
from bot.delivery.transport import (
    PermanentError,
    PlatformLimits,
    PushHeldBackError,
    RetryLaterError,
    Transport,
)
from bot.delivery.worker import FETCH_LEASE, DeliveryWorker
from handlers.dialog.events import Channel, Event, File, FileProblem
from handlers.dialog.replies import MUST_ARRIVE, Message, Reply
from storage.serialization import OutboxMessage
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.samples import SAMPLE_FILES, make_photo, make_rar

BACK = b"sealed elsewhere"
HURRIED, PATIENT = PlatformLimits(file_wait=0.05), PlatformLimits(file_wait=20)


@dataclass
class FakeTransport:
    """A transport that records what it was asked to send and what was sent."""

    failures: list[Exception] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    content: bytes = b""
    gate: asyncio.Event | None = None
    limits: PlatformLimits = HURRIED
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, back: bytes, messages: Sequence[Message], delivery_id: str) -> None:
        self.calls.append("deliver")
        self.was_asked.set()
        if self.gate is not None:
            await self.gate.wait()
        assert back == BACK
        if self.failures:
            raise self.failures.pop(0)
        self.sent.extend(messages)

    async def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        self.calls.append(what["file"])
        self.was_asked.set()
        if self.gate is not None:
            await self.gate.wait()
        yield self.content[:1000]
        if self.failures:
            raise self.failures.pop(0)
        yield self.content[1000:]


@dataclass
class DeliveryScenario:
    """A desk, its delivery worker, and one person who sends files."""

    desk: DeskHarness
    platform: FakeTransport
    courier: DeliveryWorker

    def new_event(self, name: str, channel: Channel = Channel.TELEGRAM, **deed: object) -> Event:
        who = self.desk.person_id("ก")
        return Event(name, who, channel, reply_to=BACK, **deed)  # type: ignore[arg-type]

    def add_platform(self) -> FakeTransport:
        """Give the desk a second platform, LINE."""
        platform = FakeTransport()
        self.courier.transports[Channel.LINE] = platform
        return platform

    async def count_waiting(self) -> int:
        return len(await self.desk.store.outbox.list_all(Channel.TELEGRAM))

    async def queue_message(self, channel: Channel = Channel.TELEGRAM) -> None:
        says = (Reply("confirm.right", MUST_ARRIVE),)
        letter = OutboxMessage(channel, BACK, "th", says)
        await self.desk.store.outbox.add(channel, letter, self.desk.now())

    async def advance_clock(self, **time: float) -> None:
        self.desk.clock_offset += timedelta(**time)
        await self.courier.run_once()
        await self.wait_until_idle()

    async def wait_until_idle(self) -> None:
        while self.courier._tasks:
            await asyncio.gather(*self.courier._tasks)
            await asyncio.sleep(0)


def run_scenario(tmp_path: Path, scene: Callable[[DeliveryScenario], Awaitable[None]]) -> None:
    """Open a desk with a delivery worker, run a coroutine on it, and close it."""

    async def run_in_loop() -> None:
        async with asyncio.timeout(30), open_desk(tmp_path / "var") as desk:
            platform = FakeTransport()
            transports: dict[Channel, Transport] = {Channel.TELEGRAM: platform}
            courier = DeliveryWorker(desk.engine, desk.store, transports, desk.errors.append)
            try:
                await scene(DeliveryScenario(desk, platform, courier))
            finally:
                await courier.close()

    asyncio.run(run_in_loop())


def test_a_letter_goes_out_once(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        await s.queue_message()
        await s.courier.run_once()
        await s.advance_clock(hours=1)
        assert [m.text for m in s.platform.sent] == ["ตรงกัน เก็บรหัสไว้ให้ดี"]
        assert await s.count_waiting() == 0

    run_scenario(tmp_path, scene)


@pytest.mark.parametrize(
    ("refusal", "is_stuck"), [(PushHeldBackError(3600), False), (RetryLaterError(3600), True)]
)
def test_a_letter_that_is_held_back_for_hours_is_not_alarmed_and_one_that_is_refused_is(
    tmp_path: Path, refusal: Exception, is_stuck: bool
) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.failures = [refusal] * 14
        await s.queue_message()
        for _ in range(14):
            await s.advance_clock(hours=1, seconds=5)
        assert (s.platform.sent, s.platform.failures) == ([], [])
        assert await s.desk.store.outbox.count_stuck(s.desk.now(), Channel.TERMINAL) == is_stuck

    run_scenario(tmp_path, scene)


@pytest.mark.parametrize("trouble", [RetryLaterError(40), OSError("away")])
def test_a_letter_that_could_not_go_goes_later(tmp_path: Path, trouble: Exception) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.failures = [trouble]
        await s.queue_message()
        await s.courier.run_once()
        assert (s.platform.sent, await s.count_waiting()) == ([], 1)
        if isinstance(trouble, RetryLaterError):
            await s.advance_clock(seconds=39)
            assert s.platform.sent == []
        await s.advance_clock(seconds=4)
        assert (len(s.platform.sent), await s.count_waiting()) == (1, 0)

    run_scenario(tmp_path, scene)


def test_a_letter_to_one_who_left_is_given_up_and_the_others_go(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.failures = [PermanentError()]
        await s.queue_message()
        await s.queue_message()
        await s.courier.run_once()
        assert (len(s.platform.sent), await s.count_waiting()) == (1, 0)

    run_scenario(tmp_path, scene)


def test_a_file_is_fetched_at_once_and_judged_by_its_content(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.content, s.platform.limits = SAMPLE_FILES["ใบเสร็จ.pdf"](), PATIENT
        file = await s.courier.fetch_file(s.new_event("1"), "ใบเสร็จ.pdf", {"file": "f1"})
        assert (file.kind, file.misnamed, file.coming) == ("image/png", True, False)
        content = b"".join([piece async for piece in s.desk.store.evidence.read_chunks(file.id)])
        assert content == s.platform.content
        s.platform.content = SAMPLE_FILES["รวม.rar"]()
        file = await s.courier.fetch_file(s.new_event("2"), "รวม.rar", {"file": "f2"})
        assert (file.id, file.problem) == ("", FileProblem.NOT_ALLOWED)
        assert await s.desk.store.task_queue.list_all(Channel.TELEGRAM) == []

    run_scenario(tmp_path, scene)


def test_the_talk_goes_on_while_a_file_is_on_its_way(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.content, s.platform.gate = make_photo(), asyncio.Event()
        event = s.new_event("1")
        file = await s.courier.fetch_file(event, "ภาพถ่าย.jpg", {"file": "f1"})
        assert (file.coming, file.problem) == (True, None)
        said = await s.desk.handle(s.new_event("1", file=file))
        assert "กำลังรับไฟล์ “ภาพถ่าย.jpg”" in said[0].text
        s.platform.gate.set()
        await s.wait_until_idle()
        assert (await s.desk.store.evidence.load_meta(file.id)).kind == "image/jpeg"
        assert s.platform.sent == []  # it arrived as announced

    run_scenario(tmp_path, scene)


def test_a_file_that_does_not_come_is_told(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.content, s.platform.gate = make_rar(), asyncio.Event()
        file = await s.courier.fetch_file(s.new_event("1"), "รวม.rar", {"file": "f1"})
        await s.desk.handle(s.new_event("1", file=file))
        s.platform.gate.set()
        await s.wait_until_idle()
        await s.advance_clock(seconds=1)
        assert ["ไฟล์บีบอัด RAR" in m.text for m in s.platform.sent] == [True]
        place = await s.desk.store.evidence.load_meta(file.id)
        assert (place.key, place.problem) == ("", FileProblem.NOT_ALLOWED)

    run_scenario(tmp_path, scene)


def test_a_fetch_that_was_cut_short_is_begun_again(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.content, s.platform.failures = make_photo(), [OSError("cut"), RetryLaterError(1)]
        file = await s.courier.fetch_file(s.new_event("1"), "ภาพถ่าย.jpg", {"file": "f1"})
        assert file.coming
        await s.desk.engine.handle(s.new_event("1", file=file))
        await s.advance_clock(seconds=10)
        await s.advance_clock(seconds=30)
        assert s.platform.calls == ["f1", "f1", "f1"]
        assert (await s.desk.store.evidence.load_meta(file.id)).kind == "image/jpeg"
        assert [type(one) for one in s.desk.errors] == [OSError]  # being asked to wait is not a failure

    run_scenario(tmp_path, scene)


def test_an_errand_of_an_earlier_run_is_decided_when_it_is_done(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.content, s.platform.gate = make_photo(), asyncio.Event()
        await s.courier.fetch_file(s.new_event("1"), "ภาพถ่าย.jpg", {"file": "f1"})
        await s.courier.close()  # the program ended before a decision
        s.platform.gate.set()
        await s.advance_clock(seconds=FETCH_LEASE.total_seconds() + 1)
        assert any("พักไว้ให้ 30 นาที" in m.text for m in s.platform.sent)
        session = await s.desk.store.load_session(s.desk.person_id("ก"))
        assert session is not None
        assert [f.kind for f in session.files] == ["image/jpeg"]

    run_scenario(tmp_path, scene)


def test_a_file_of_a_draft_that_was_thrown_away_is_not_kept(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.content, s.platform.gate = make_photo(), asyncio.Event()
        file = await s.courier.fetch_file(s.new_event("1"), "ภาพถ่าย.jpg", {"file": "f1"})
        await s.desk.handle(s.new_event("1", file=file))
        for number, words in enumerate(("แจ้งเรื่อง", "ยกเลิก", "2"), start=2):
            said = await s.desk.handle(s.new_event(str(number), text=words))
        assert "ลบ" in said[0].text
        s.platform.gate.set()
        await s.wait_until_idle()
        assert list(s.desk.store.evidence.folder.iterdir()) == []
        assert s.platform.sent == []

    run_scenario(tmp_path, scene)


def test_a_refusal_of_the_platform_is_an_answer(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.failures, s.platform.limits = [PermanentError(FileProblem.TOO_LARGE)], PATIENT
        file = await s.courier.fetch_file(s.new_event("1"), "ใหญ่.mp4", {"file": "f1"})
        assert file == File("", "ใหญ่.mp4", "", 0, FileProblem.TOO_LARGE)

    run_scenario(tmp_path, scene)


def test_two_files_are_fetched_at_a_time(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.content, s.platform.gate = make_photo(), asyncio.Event()
        events = [s.new_event(str(n)) for n in range(4)]
        await asyncio.gather(*(s.courier.fetch_file(e, "ภาพถ่าย.jpg", {"file": e.id}) for e in events))
        assert len(s.platform.calls) == 2
        s.platform.gate.set()
        await s.wait_until_idle()
        assert sorted(one for one in s.platform.calls if one != "deliver") == [e.id for e in events]

    run_scenario(tmp_path, scene)


def test_a_round_that_breaks_is_followed_by_another(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        rounds = iter([OSError("once"), KeyError("twice"), None])
        enough = asyncio.Event()

        async def breaks(_channel: Channel) -> None:
            if (trouble := next(rounds, None)) is not None:
                raise trouble
            enough.set()

        s.courier._serve_channel = breaks  # type: ignore[method-assign]
        task = asyncio.create_task(s.courier.run(every=0))
        await asyncio.wait_for(enough.wait(), 5)
        task.cancel()
        assert [type(fault) for fault in s.desk.errors] == [OSError, KeyError]

    run_scenario(tmp_path, scene)


def test_an_outbox_that_cannot_be_read_is_asked_again(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        async def broken(*_: object) -> None:
            raise OSError("away")

        await s.queue_message()
        take, s.desk.store.outbox.lease = s.desk.store.outbox.lease, broken  # type: ignore[method-assign,assignment]
        await s.courier.run_once()
        assert s.platform.sent == []
        s.desk.store.outbox.lease = take  # type: ignore[method-assign]
        await s.courier.run_once()
        assert len(s.platform.sent) == 1

    run_scenario(tmp_path, scene)


def test_a_platform_that_hangs_does_not_delay_the_other(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        hanging, other = s.platform, s.add_platform()
        hanging.gate = asyncio.Event()
        async with run_in_background(s.courier.run(every=0)):
            await s.queue_message()
            await hanging.was_asked.wait()
            for count in (1, 2, 3):  # round after round, while the first one still waits
                await s.queue_message(Channel.LINE)
                while len(other.sent) < count:  # noqa: ASYNC110 - what a platform sent is a list
                    await asyncio.sleep(0)
            assert (hanging.calls, hanging.sent) == (["deliver"], [])
            hanging.gate.set()
            while not hanging.sent:  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert (len(hanging.sent), len(other.sent)) == (1, 3)

    run_scenario(tmp_path, scene)


def test_a_platform_that_fails_does_not_stop_the_other(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.failures = [OSError("away")] * 3
        other = s.add_platform()
        for channel in (Channel.TELEGRAM, Channel.LINE):
            await s.queue_message(channel)
        await s.courier.run_once()
        assert (s.platform.sent, len(other.sent)) == ([], 1)
        s.courier.transports[Channel.TELEGRAM] = None  # type: ignore[assignment] - a whole platform that is broken
        await s.queue_message(Channel.LINE)
        await s.advance_clock(hours=1)
        assert (len(other.sent), await s.count_waiting()) == (2, 1)

    run_scenario(tmp_path, scene)


def test_files_that_hang_on_one_platform_leave_the_other_its_downloads(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.gate, other = asyncio.Event(), s.add_platform()
        for number in "123":
            await s.courier.fetch_file(s.new_event(number), "ภาพถ่าย.jpg", {"file": number})
        other.content, other.limits = make_photo(), PATIENT
        file = await s.courier.fetch_file(s.new_event("4", Channel.LINE), "ภาพถ่าย.jpg", {"file": "4"})
        assert (file.coming, file.kind) == (False, "image/jpeg")
        assert (s.platform.calls, other.calls) == (["1", "2"], ["4"])

    run_scenario(tmp_path, scene)


def test_the_talk_goes_on_without_a_file_that_the_end_of_the_program_cut_off(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.gate, s.platform.limits = asyncio.Event(), PATIENT
        fetching = asyncio.create_task(s.courier.fetch_file(s.new_event("1"), "ภาพถ่าย.jpg", {"file": "1"}))
        await s.platform.was_asked.wait()
        await s.courier.close()
        assert (await fetching).coming
        late = await s.courier.fetch_file(s.new_event("2"), "ภาพถ่าย.jpg", {"file": "2"})
        assert late.coming
        assert s.platform.calls == ["1"]
        assert len(await s.desk.store.task_queue.list_all(Channel.TELEGRAM)) == 2

    run_scenario(tmp_path, scene)
