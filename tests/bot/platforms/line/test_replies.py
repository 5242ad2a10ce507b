"""Answers on LINE, each with the token of its event: what goes by reply, what by push, what LINE may deliver again."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from bot.keyed_lock import KeyedLocks, LockScope, PersonLock, PersonLockKey
from bot.platforms.line.events import ImageSet, MessageContent, WebhookEvent
from bot.platforms.line.inbound import LineInboundEvent
from bot.platforms.line.render import LIMITS, MAX_MESSAGES_PER_CALL, MessageBatch
from bot.platforms.line.replies import LineReplies, to_reply_token
from bot.platforms.line.sender import LineSender, ReplyToken
from handlers.dialog.effects import Answer
from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import MUST_ARRIVE, NEUTRAL, Message, Reply
from handlers.i18n import render_reply
from storage.store import Store

PERSON, WHO = "U1", b"w"


@dataclass
class RecordingSender:
    """Tells what it was given. accepts: whether replies are accepted; waiting: rows that could not be delivered."""

    accepts: bool = True
    waiting: Mapping[str, tuple[Message, ...]] = field(default_factory=dict)
    log: list[tuple[str, Any]] = field(default_factory=list)
    _locks: KeyedLocks[PersonLockKey] = field(default_factory=KeyedLocks)

    def lock_person(self, who: bytes, scope: LockScope) -> PersonLock:
        assert scope is LockScope.SENDING
        return self._locks.lock((scope, who))

    def keep_reply_token(self, _person: str, token: ReplyToken) -> None:
        self.log.append(("kept", token.value))

    async def find_outbox_ids(self, _person: str, answer: Answer) -> tuple[str, ...]:
        return answer.outbox_ids

    async def list_undelivered(
        self, _person: str, besides: Sequence[str]
    ) -> list[tuple[str, tuple[Message, ...]]]:
        return [(row, messages) for row, messages in self.waiting.items() if row not in besides]

    async def reply(self, token: ReplyToken, payloads: Sequence[Mapping[str, Any]]) -> bool:
        self.log.append((token.value, [one["text"] for one in payloads]))
        return self.accepts

    def record_delivered(self, delivery_id: str, count: int) -> None:
        self.log.append(("delivered", (delivery_id, count)))

    async def send_batches(self, _person: str, batches: Sequence[MessageBatch], delivery_id: str) -> None:
        texts = [one["text"] for batch in batches for one in batch.payloads]
        self.log.append((f"pushed {delivery_id}", texts))

    async def complete_delivery(self, _person: str, rows: Sequence[str]) -> None:
        self.log.append(("completed", tuple(rows)))


class StoreOfThais:
    """Everybody's language is Thai."""

    async def load_language(self, _who: bytes) -> str:
        return "th"


@dataclass
class Scene:
    """Answers that are sent beside a loop that runs. again: keys of events that LINE may deliver again."""

    sender: RecordingSender
    again: list[str] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)
    tasks: "list[asyncio.Task[Any]]" = field(default_factory=list)

    def make_replies(self) -> LineReplies:
        return LineReplies(
            cast("LineSender", self.sender),
            cast("Store", StoreOfThais()),
            self.errors.append,
            lambda work: self.tasks.append(asyncio.create_task(work)),
            self.again.extend,
        )


def play(sender: RecordingSender, act: Callable[[LineReplies], None]) -> Scene:
    async def scene() -> Scene:
        played = Scene(sender)
        replies = played.make_replies()
        act(replies)
        await asyncio.gather(*played.tasks)
        replies.flush()
        await asyncio.gather(*played.tasks)
        return played

    played = asyncio.run(scene())
    assert played.errors == []
    return played


def write(*texts: str, rows: tuple[str, ...] = ()) -> Answer:
    policy = MUST_ARRIVE if rows else NEUTRAL
    return Answer(tuple(Reply("literal", policy, {"text": text}) for text in texts), outbox_ids=rows)


def arrive(name: str, token: str | None, picture_of: tuple[str, int] | None = None) -> LineInboundEvent:
    webhook = WebhookEvent(type="message", webhookEventId=name, replyToken=token)
    file = None
    if picture_of is not None:
        file = MessageContent(
            id="9", type="image", imageSet=ImageSet(id=picture_of[0], index=1, total=picture_of[1])
        )
    return LineInboundEvent(webhook, PERSON, Event(webhook.event_key, WHO, Channel.LINE), file)


def render(text: str) -> tuple[Message, ...]:
    return (render_reply(Reply("literal", MUST_ARRIVE, {"text": text}), "th"),)


def test_an_answer_goes_by_its_token_and_its_rows_are_done() -> None:
    sender = RecordingSender()
    played = play(sender, lambda it: it.send_answer(arrive("e1", "t1"), write("ก", rows=("r1",))))
    assert (sender.log, played.again) == ([("t1", ["ก"]), ("completed", ("r1",))], [])


def test_without_a_token_nothing_is_sent_and_what_must_arrive_stays() -> None:
    sender = RecordingSender()
    play(sender, lambda it: it.send_answer(arrive("e1", None), write("ก", rows=("r1",))))
    assert sender.log == []


def test_a_reply_that_was_not_accepted_may_come_again_and_completes_nothing() -> None:
    sender = RecordingSender(accepts=False)
    played = play(sender, lambda it: it.send_answer(arrive("e1", "t1"), write("ก", rows=("r1",))))
    assert (sender.log, played.again) == ([("t1", ["ก"])], ["line:e1"])


def test_what_could_not_be_delivered_comes_first_as_far_as_there_is_room() -> None:
    sender = RecordingSender(waiting={"old": render("ข่าว"), "long": render("ย" * 30_000)})
    play(sender, lambda it: it.send_answer(arrive("e1", "t1"), write("ก")))
    assert sender.log == [("t1", ["ข่าว\n\nก"]), ("completed", ("old",))]


@pytest.mark.parametrize(("rows", "id_"), [(("r1",), "r1"), (("r1", "r2"), "t1"), ((), "t1")])
def test_what_one_reply_has_no_room_for_is_pushed(rows: tuple[str, ...], id_: str) -> None:
    """How far it was delivered is remembered for the outbox row only where the answer is that one row."""
    texts = [str(n) * LIMITS.text_units for n in range(MAX_MESSAGES_PER_CALL + 2)]  # each fills a message
    sender = RecordingSender()
    play(sender, lambda it: it.send_answer(arrive("e1", "t1"), write(*texts, rows=rows)))
    (first, sent), (what, (recorded, _)), (pushed, rest), done = sender.log
    assert (first, what, recorded, pushed) == ("t1", "delivered", id_, f"pushed {id_}")
    assert (sent + rest, done) == (texts, ("completed", rows))


def test_pictures_of_a_set_get_one_answer_with_the_last_token() -> None:
    def send_three(it: LineReplies) -> None:
        for n in (1, 2, 3):
            it.send_answer(arrive(f"e{n}", f"t{n}", ("set", 3)), write(f"รูป {n}"))

    sender = RecordingSender()
    play(sender, send_three)
    kept, (token, texts) = sender.log[:2], sender.log[2]
    assert kept == [("kept", "t1"), ("kept", "t2")]
    assert (token, texts) == ("t3", ["รูป 1\n\nรูป 2\n\nรูป 3"])


def test_a_set_of_which_some_do_not_come_is_answered_at_the_end_and_each_may_come_again() -> None:
    def send_two(it: LineReplies) -> None:
        for n in (1, 2):
            it.send_answer(arrive(f"e{n}", f"t{n}", ("set", 3)), write(f"รูป {n}"))

    sender = RecordingSender(accepts=False)
    played = play(sender, send_two)
    assert sender.log == [("kept", "t1"), ("t2", ["รูป 1\n\nรูป 2"])]
    assert played.again == ["line:e1", "line:e2"]


def test_one_picture_of_one_waits_for_no_other() -> None:
    sender = RecordingSender()
    play(sender, lambda it: it.send_answer(arrive("e1", "t1", ("set", 1)), write("รูป")))
    assert sender.log[0] == ("t1", ["รูป"])


def test_an_event_without_a_token_has_none() -> None:
    assert to_reply_token(WebhookEvent(type="unfollow")) is None
    token = to_reply_token(WebhookEvent(type="message", replyToken="t1"))
    assert token is not None
    assert (token.value, token.is_fresh, "t1" in repr(token)) == ("t1", True, False)
