"""Telegram's voice: an answer becomes messages of a chat, one of which may ride in the answer to an update.

What rides costs nothing and its fate is not reported; so only what is neutral and may be lost or repeated rides.
Everything else is a call of its own, and what is certain waits in the outbox until the call was taken.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

from bot.delivery.worker import PermanentError, RetryLaterError
from bot.engine import EngineAnswer
from bot.images import chart, qr
from bot.platforms.telegram.existing_message import ExistingMessage
from bot.platforms.telegram.expiring import ExpiringMessages
from bot.platforms.telegram.inbound import TelegramInbound
from bot.platforms.telegram.render import OutgoingMessage, bubbles
from bot.platforms.telegram.sender import TelegramSender
from handlers import i18n as wording
from handlers.dialog.events import Message, Reply
from storage.store import Store

Wish: TypeAlias = Mapping[str, Any]
"""A call that Telegram is asked to carry out: the method and its parameters."""

PAUSES = (2, 8, 30)
"""Seconds between tries to send a question that hangs on nothing but its arrival."""

SOON = 2.0
"""Seconds until the outbox tries again what just could not be sent."""

TOGETHER = 0.2
"""Seconds that delivered letters are gathered before they are struck off the outbox."""

LAST = 2.0
"""Seconds that what is under way has at the end."""


@dataclass
class TelegramReplies:
    """Speaks to the chats of one desk. riding: whether answers may ride (webhook)."""

    store: Store
    post: TelegramSender
    intake: TelegramInbound
    fault: Callable[[BaseException], None]
    riding: bool = True
    fading: ExpiringMessages = field(init=False)
    _delivered: list[str] = field(default_factory=list)
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    def __post_init__(self) -> None:
        """Make what deletes what must not stand for long."""
        self.fading = ExpiringMessages(self.store, self.post, self.fault)

    async def deliver(self, chat: int, messages: Sequence[Message]) -> None:
        """Send messages, each by a call. Raises what the post raises."""
        for bubble in bubbles(messages):
            await self._send(chat, bubble)

    async def close(self) -> None:
        """End what is done on the side."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=LAST)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def answer(
        self, chat: int, answer: EngineAnswer, carrier: ExistingMessage | None = None, *, rides: bool = True
    ) -> Wish | None:
        """Say an answer; gives what may ride. What is certain and was said before is the outbox's to repeat."""
        shown = [b for b in bubbles(answer.messages) if not (answer.again and b.certain)]
        if not answer.again and any(bubble.keepsake for bubble in shown):
            shown = await self._tidied(chat, shown)
        left, wish = list(shown), None
        try:
            while left:
                here = carrier if carrier is not None and left == shown and carrier.takes(left[0]) else None
                if here is None or not here.shows(left[0]):
                    wish = self._ride(chat, left, here) if rides else None
                    if wish is None:
                        await self._put(chat, left[0], here)
                left.pop(0)
        except Exception as trouble:
            await self._unsaid(chat, left, answer, trouble)
        if answer.waiting and not any(bubble.certain for bubble in left):
            self._strike(answer.waiting)
        return wish

    async def _unsaid(
        self, chat: int, left: Sequence[OutgoingMessage], answer: EngineAnswer, trouble: Exception
    ) -> None:
        """See that the rest is said later: what is certain by the outbox, and soon, for a person waits for it."""
        if not isinstance(trouble, (RetryLaterError, PermanentError)):
            self.fault(trouble)
        pause = trouble.seconds if isinstance(trouble, RetryLaterError) else SOON
        self.beside(self._insist(chat, [bubble for bubble in left if not bubble.certain], pause))
        if any(bubble.certain for bubble in left):
            until = self.intake.engine.now() + timedelta(seconds=pause)
            await self._quietly(self.store.outbox.hurry(answer.waiting, until))

    def _ride(self, chat: int, left: Sequence[OutgoingMessage], here: ExistingMessage | None) -> Wish | None:
        """The last bubble as what rides, where it may: nothing hangs on its arrival, or on knowing its id."""
        bubble = left[0]
        if not self.riding or len(left) > 1 or bubble.certain or bubble.fading or bubble.chart:
            return None
        if (here is None and bubble.guarded) or not self.post.pace.rides(chat):
            return None
        return bubble.sent(chat) if here is None else bubble.put_in(chat, here.id)

    def _strike(self, waiting: Sequence[str]) -> None:
        """Strike delivered letters off, a few together: one that a crash leaves standing is sent twice, never lost."""
        if not self._delivered:
            self.beside(self._struck())
        self._delivered.extend(waiting)

    async def _struck(self) -> None:
        await asyncio.sleep(TOGETHER)
        delivered, self._delivered = self._delivered, []
        await self.store.outbox.done(delivered)

    async def _insist(self, chat: int, left: list[OutgoingMessage], wait: float) -> None:
        """Try a few times more to send what does not wait in the outbox; after that the person will ask again.

        wait: seconds that Telegram asked for.
        """
        for pause in PAUSES if left else ():
            await asyncio.sleep(max(pause, wait))
            wait = 0.0
            try:
                while left:
                    await self._send(chat, left[0])
                    left.pop(0)
            except PermanentError:
                return
            except RetryLaterError as later:
                wait = later.seconds
            except Exception:  # noqa: S112 - noted the first time
                continue

    async def _put(self, chat: int, bubble: OutgoingMessage, here: ExistingMessage | None) -> None:
        if here is None:
            return await self._send(chat, bubble)
        return await self._stands(chat, await self.post.change(chat, here.id, bubble), bubble)

    async def _send(self, chat: int, bubble: OutgoingMessage) -> None:
        await self._stands(chat, await self.post.send(chat, bubble), bubble)

    async def _stands(self, chat: int, message: int, bubble: OutgoingMessage) -> None:
        self.note(chat, message)
        if bubble.fading:
            await self.fading.note(chat, message, self.intake.engine.now())
        if bubble.qr or bubble.chart:
            self.beside(self._pictured(chat, bubble))

    async def _pictured(self, chat: int, bubble: OutgoingMessage) -> None:
        """Show a picture below the words, which say the same: so nothing waits for it, and it is not insisted on."""
        drawn = await chart.drawn(bubble.chart) if bubble.chart else qr.drawn(bubble.qr)
        picture = await self.post.picture(chat, drawn)
        await self._stands(chat, picture, OutgoingMessage("", fading=bubble.fading))

    async def _tidied(self, chat: int, shown: Sequence[OutgoingMessage]) -> list[OutgoingMessage]:
        """A case was filed: its draft goes from the chat before its receipt comes, which says so."""
        who = self.intake.who(chat)
        known = await self.store.traces.take(who)
        try:
            await self.post.delete(chat, known)
        except Exception as trouble:  # the receipt comes all the same
            self.fault(trouble)
            for number in known:
                self.store.traces.note(who, number)
            return list(shown)
        told = wording.text(Reply("chat.tidied"), await self.intake.lang(who))
        return [b.with_words(told) if b.keepsake else b for b in shown]

    def note(self, chat: int, message: int) -> None:
        """A message stands in a chat, and can be deleted there for a while."""
        self.store.traces.note(self.intake.who(chat), message)

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that no answer waits for."""
        task = asyncio.create_task(self._quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _quietly(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Exception as trouble:
            self.fault(trouble)
