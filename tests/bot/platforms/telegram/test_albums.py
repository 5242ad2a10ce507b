"""The pictures of an album get one answer, when no other picture follows."""

import asyncio
from dataclasses import dataclass, field

from bot.platforms.telegram.albums import AlbumBuffer
from handlers.dialog.effects import Answer
from handlers.dialog.replies import NEUTRAL, Choice, Reply

QUESTION = Reply("report.evidence", NEUTRAL, {}, (Choice("7.done", "choice.done"),))


def make_answer(number: int) -> Answer:
    return Answer(
        (Reply("file.kept", NEUTRAL, {"name": f"{number}", "count": number}), QUESTION),
        outbox_ids=(f"row{number}",),
    )


@dataclass
class Chat:
    """Collects what is sent; an album is complete after `wait` seconds of silence."""

    wait: float = 0.0
    sent: list[tuple[int, Answer]] = field(default_factory=list)
    buffer: AlbumBuffer = field(init=False)

    def __post_init__(self) -> None:
        self.buffer = AlbumBuffer(self.send, self.wait)

    async def send(self, chat: int, answer: Answer) -> None:
        self.sent.append((chat, answer))

    def add(self, chat: int, number: int) -> None:
        self.buffer.add(chat, make_answer(number), self.buffer.finish)


async def wait_until_quiet() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_the_notes_of_all_pictures_come_in_one_answer_with_one_question() -> None:
    async def scene() -> None:
        chat = Chat()
        for number in (1, 2, 3):
            chat.add(5, number)
        await wait_until_quiet()
        ((to, answer),) = chat.sent
        assert to == 5
        assert answer.replies == (*(make_answer(n).replies[0] for n in (1, 2, 3)), QUESTION)
        assert answer.outbox_ids == ("row1", "row2", "row3")
        await chat.buffer.finish(5)
        assert len(chat.sent) == 1

    asyncio.run(scene())


def test_albums_of_two_chats_are_kept_apart() -> None:
    async def scene() -> None:
        chat = Chat()
        chat.add(5, 1)
        chat.add(6, 2)
        await wait_until_quiet()
        assert sorted((to, len(answer.replies)) for to, answer in chat.sent) == [(5, 2), (6, 2)]

    asyncio.run(scene())


def test_another_picture_makes_the_answer_wait_until_it_was_handled() -> None:
    async def scene() -> None:
        chat = Chat()
        chat.add(5, 1)
        chat.buffer.wait_for_more(5)  # the next picture came and is being handled
        await wait_until_quiet()
        assert chat.sent == []
        chat.add(5, 2)
        await wait_until_quiet()
        assert [len(answer.replies) for _, answer in chat.sent] == [3]

    asyncio.run(scene())


def test_a_text_in_between_sends_the_answer_at_once_and_only_once() -> None:
    async def scene() -> None:
        chat = Chat(wait=3600)
        chat.add(5, 1)
        await chat.buffer.finish(5)
        assert len(chat.sent) == 1
        await wait_until_quiet()
        assert len(chat.sent) == 1

    asyncio.run(scene())


def test_closing_sends_everything_that_waits() -> None:
    async def scene() -> None:
        chat = Chat(wait=3600)
        chat.add(5, 1)
        chat.add(6, 2)
        await chat.buffer.close()
        assert [to for to, _ in chat.sent] == [5, 6]
        await chat.buffer.close()
        assert len(chat.sent) == 2

    asyncio.run(scene())
