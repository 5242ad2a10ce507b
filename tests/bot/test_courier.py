"""The courier: what must arrive arrives, and what was sent is fetched, whatever the platform does meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.worker import HEADSTART, DeliveryWorker, PermanentError, RetryLaterError
from handlers.dialog.events import Channel, Event, File, FileProblem, Message, Reply
from storage.serialization import OutboxMessage
from tests import samples
from tests.end.desk import DeskHarness, opened

BACK = b"sealed elsewhere"


@dataclass
class FakeTransport:
    """A carrier with two lists: what it was asked for, and what went out."""

    troubles: list[Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    content: bytes = b""
    gate: asyncio.Event | None = None

    async def deliver(self, back: bytes, messages: Sequence[Message], letter: str) -> None:
        self.asked.append("deliver")
        assert back == BACK
        if self.troubles:
            raise self.troubles.pop(0)
        self.sent.extend(messages)

    async def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        self.asked.append(what["file"])
        if self.gate is not None:
            await self.gate.wait()
        yield self.content[:1000]
        if self.troubles:
            raise self.troubles.pop(0)
        yield self.content[1000:]


@dataclass
class DeliveryScenario:
    """A desk, its courier, and one person who sends things."""

    desk: DeskHarness
    platform: FakeTransport
    courier: DeliveryWorker

    def event(self, name: str, **deed: object) -> Event:
        who = self.desk.who("ก")
        return Event(name, who, Channel.TELEGRAM, back=BACK, **deed)  # type: ignore[arg-type]

    async def waits(self) -> int:
        return len(await self.desk.store.outbox.look(Channel.TELEGRAM))

    async def letter(self) -> None:
        says = (Reply("confirm.right", certain=True),)
        letter = OutboxMessage(Channel.TELEGRAM, BACK, "th", says)
        await self.desk.store.outbox.add(Channel.TELEGRAM, letter, self.desk.now())

    async def later(self, **time: float) -> None:
        self.desk.away += timedelta(**time)
        await self.courier.round()
        await self.settled()

    async def settled(self) -> None:
        while self.courier._tasks:
            await asyncio.gather(*self.courier._tasks)
            await asyncio.sleep(0)


def play(tmp_path: Path, scene: Callable[[DeliveryScenario], Awaitable[None]]) -> None:
    """Open a desk with a courier, play, and close."""

    async def whole() -> None:
        async with asyncio.timeout(30), opened(tmp_path / "var") as desk:
            platform = FakeTransport()
            carriers = {Channel.TELEGRAM: platform}
            courier = DeliveryWorker(desk.engine, desk.store, carriers, desk.faults.append, patience=0.05)
            try:
                await scene(DeliveryScenario(desk, platform, courier))
            finally:
                await courier.close()

    asyncio.run(whole())


def test_a_letter_goes_out_once(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        await s.letter()
        await s.courier.round()
        await s.later(hours=1)
        assert [m.text for m in s.platform.sent] == ["ตรงกัน เก็บรหัสไว้ให้ดี"]
        assert await s.waits() == 0

    play(tmp_path, scene)


@pytest.mark.parametrize("trouble", [RetryLaterError(40), OSError("away")])
def test_a_letter_that_could_not_go_goes_later(tmp_path: Path, trouble: Exception) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.troubles = [trouble]
        await s.letter()
        await s.courier.round()
        assert (s.platform.sent, await s.waits()) == ([], 1)
        if isinstance(trouble, RetryLaterError):
            await s.later(seconds=39)
            assert s.platform.sent == []
        await s.later(seconds=4)
        assert (len(s.platform.sent), await s.waits()) == (1, 0)

    play(tmp_path, scene)


def test_a_letter_to_one_who_left_is_given_up_and_the_others_go(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.troubles = [PermanentError()]
        await s.letter()
        await s.letter()
        await s.courier.round()
        assert (len(s.platform.sent), await s.waits()) == (1, 0)

    play(tmp_path, scene)


def test_a_file_is_fetched_at_once_and_judged_by_its_content(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.content, s.courier.patience = samples.FILES["ใบเสร็จ.pdf"](), 20
        file = await s.courier.bring(s.event("1"), "ใบเสร็จ.pdf", {"file": "f1"})
        assert (file.kind, file.misnamed, file.coming) == ("image/png", True, False)
        content = b"".join([piece async for piece in s.desk.store.evidence.read(file.id)])
        assert content == s.platform.content
        s.platform.content = samples.FILES["รวม.zip"]()
        file = await s.courier.bring(s.event("2"), "รวม.zip", {"file": "f2"})
        assert (file.id, file.problem) == ("", FileProblem.NOT_ALLOWED)
        assert await s.desk.store.errands.look(Channel.TELEGRAM) == []

    play(tmp_path, scene)


def test_the_talk_goes_on_while_a_file_is_on_its_way(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.content, s.platform.gate = samples.photo(), asyncio.Event()
        event = s.event("1")
        file = await s.courier.bring(event, "ภาพถ่าย.jpg", {"file": "f1"})
        assert (file.coming, file.problem) == (True, None)
        said = await s.desk.hears(s.event("1", file=file))
        assert "กำลังรับไฟล์ “ภาพถ่าย.jpg”" in said[0].text
        s.platform.gate.set()
        await s.settled()
        assert (await s.desk.store.evidence.meta(file.id)).kind == "image/jpeg"
        assert s.platform.sent == []  # it came, as was said

    play(tmp_path, scene)


def test_a_file_that_does_not_come_is_told(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.content, s.platform.gate = samples.archive(), asyncio.Event()
        file = await s.courier.bring(s.event("1"), "รวม.zip", {"file": "f1"})
        await s.desk.hears(s.event("1", file=file))
        s.platform.gate.set()
        await s.settled()
        await s.later(seconds=1)
        assert ["ชนิดที่รับไม่ได้" in m.text for m in s.platform.sent] == [True]
        place = await s.desk.store.evidence.meta(file.id)
        assert (place.key, place.problem) == ("", FileProblem.NOT_ALLOWED)

    play(tmp_path, scene)


def test_a_fetch_that_was_cut_short_is_begun_again(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.content, s.platform.troubles = samples.photo(), [OSError("cut"), RetryLaterError(1)]
        file = await s.courier.bring(s.event("1"), "ภาพถ่าย.jpg", {"file": "f1"})
        assert file.coming
        await s.desk.engine.handle(s.event("1", file=file))
        await s.later(seconds=10)
        await s.later(seconds=30)
        assert s.platform.asked == ["f1", "f1", "f1"]
        assert (await s.desk.store.evidence.meta(file.id)).kind == "image/jpeg"
        assert [type(one) for one in s.desk.faults] == [OSError]  # to be asked to wait is no fault

    play(tmp_path, scene)


def test_an_errand_of_an_earlier_run_is_decided_when_it_is_done(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.content, s.platform.gate = samples.photo(), asyncio.Event()
        await s.courier.bring(s.event("1"), "ภาพถ่าย.jpg", {"file": "f1"})
        await s.courier.close()  # the program ended before anybody decided
        s.platform.gate.set()
        await s.later(seconds=HEADSTART.total_seconds() + 1)
        assert any("พักไว้ให้ 30 นาที" in m.text for m in s.platform.sent)
        session = await s.desk.store.session(s.desk.who("ก"))
        assert session is not None
        assert [f.kind for f in session.files] == ["image/jpeg"]

    play(tmp_path, scene)


def test_a_file_of_a_draft_that_was_thrown_away_is_not_kept(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.content, s.platform.gate = samples.photo(), asyncio.Event()
        file = await s.courier.bring(s.event("1"), "ภาพถ่าย.jpg", {"file": "f1"})
        await s.desk.hears(s.event("1", file=file))
        for number, words in enumerate(("แจ้งเรื่อง", "ยกเลิก", "2"), start=2):
            said = await s.desk.hears(s.event(str(number), text=words))
        assert "ลบ" in said[0].text
        s.platform.gate.set()
        await s.settled()
        assert list(s.desk.store.evidence.folder.iterdir()) == []
        assert s.platform.sent == []

    play(tmp_path, scene)


def test_a_refusal_of_the_platform_is_an_answer(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.troubles = [PermanentError(FileProblem.TOO_LARGE)]
        file = await s.courier.bring(s.event("1"), "ใหญ่.mp4", {"file": "f1"})
        assert file == File("", "ใหญ่.mp4", "", 0, FileProblem.TOO_LARGE)

    play(tmp_path, scene)


def test_two_files_are_fetched_at_a_time(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        s.platform.content, s.platform.gate = samples.photo(), asyncio.Event()
        events = [s.event(str(n)) for n in range(4)]
        await asyncio.gather(*(s.courier.bring(e, "ภาพถ่าย.jpg", {"file": e.id}) for e in events))
        assert len(s.platform.asked) == 2
        s.platform.gate.set()
        await s.settled()
        assert sorted(one for one in s.platform.asked if one != "deliver") == [e.id for e in events]

    play(tmp_path, scene)


def test_a_round_that_breaks_is_followed_by_another(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        rounds = iter([OSError("once"), KeyError("twice"), None])
        enough = asyncio.Event()

        async def breaks() -> None:
            if (trouble := next(rounds, None)) is not None:
                raise trouble
            enough.set()

        s.courier.round = breaks  # type: ignore[method-assign]
        task = asyncio.create_task(s.courier.run(every=0))
        await asyncio.wait_for(enough.wait(), 5)
        task.cancel()
        assert [type(fault) for fault in s.desk.faults] == [OSError, KeyError]

    play(tmp_path, scene)


def test_an_outbox_that_cannot_be_read_is_asked_again(tmp_path: Path) -> None:
    async def scene(s: DeliveryScenario) -> None:
        async def broken(*_: object) -> None:
            raise OSError("away")

        await s.letter()
        take, s.desk.store.outbox.take = s.desk.store.outbox.take, broken  # type: ignore[method-assign,assignment]
        await s.courier.round()
        assert s.platform.sent == []
        s.desk.store.outbox.take = take  # type: ignore[method-assign]
        await s.courier.round()
        assert len(s.platform.sent) == 1

    play(tmp_path, scene)
