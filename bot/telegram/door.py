"""Telegram's door: an update becomes an event of the talk, and the answer becomes messages of the chat.

One call may ride in the answer to Telegram's own request, at no cost but without a report of its fate; so only what
is neutral and may be lost or repeated rides there. Everything else is a call of its own.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeAlias

from bot.courier import Courier, Later, Never
from bot.engine import Answer, Engine
from bot.log import Happened, log
from bot.telegram.api import Gone
from bot.telegram.bubble import Bubble, bubbles
from bot.telegram.card import Card, card
from bot.telegram.intake import Intake
from bot.telegram.post import Post
from bot.telegram.update import PRIVATE, Membership, Said, Tap, Update
from bot.turns import Turns
from handlers import wording
from handlers.turn import Lang, Message, Say
from storage.store import Store

Wish: TypeAlias = Mapping[str, Any]
"""A call that Telegram is asked to carry out: the method and its parameters."""

OLDEST = timedelta(hours=25)
"""Telegram keeps an update for 24 hours; what is older was recorded by somebody and is played back."""

MOST_REMEMBERED = 4096
PAUSES = (2, 8, 30)
"""Seconds between tries to send a question that hangs on nothing but its arrival."""

LAST = 2.0
"""Seconds that what is under way has at the end."""


@dataclass
class Door:
    """The door of one desk. riding: whether answers may ride in the answer to Telegram's request (webhook)."""

    engine: Engine
    store: Store
    post: Post
    courier: Courier
    fault: Callable[[BaseException], None]
    riding: bool = True
    intake: Intake = field(init=False)
    _turns: Turns[int] = field(default_factory=Turns)
    _heard: "OrderedDict[str, None]" = field(default_factory=OrderedDict)
    _groups: "OrderedDict[int, None]" = field(default_factory=OrderedDict)
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    def __post_init__(self) -> None:
        """Make what takes messages in."""
        self.intake = Intake(self.engine, self.store, self.courier, self.post.api, self.fault)

    async def hear(self, update: Update) -> Wish | None:
        """Answer one update; gives the call that may ride in the answer to it."""
        if update.message is not None:
            return await self._said(update.update_id, update.message)
        if update.callback_query is not None:
            return await self._tapped(update.update_id, update.callback_query)
        if update.my_chat_member is not None:
            return self._joined(update.my_chat_member)
        return None

    async def deliver(self, back: bytes, messages: Sequence[Message]) -> None:
        """Send messages to a sealed address (`bot.courier.Carrier`)."""
        chat = self.intake.opened(back)
        for bubble in bubbles(messages):
            await self._send(chat, bubble)

    def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The content of a file (`bot.courier.Carrier`)."""
        return self.post.api.file(what["file"])

    async def close(self) -> None:
        """End what is done on the side."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=LAST)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _said(self, number: int, said: Said) -> Wish | None:
        if said.chat.type != PRIVATE:
            return self._outside(said.chat.id)
        if said.sender is None or said.sender.is_bot:
            return None
        if self.engine.now().timestamp() - said.date > OLDEST.total_seconds():
            log(Happened.QUARANTINED)
            return None
        chat = said.chat.id
        async with self._turns.of(chat):
            self._note(chat, said.message_id)
            if (said.text or "").strip() == "/wipe":
                return await self._wipe(chat)
            answer = await self.intake.take(number, said)
            return await self._answer(chat, answer) if answer else None

    async def _tapped(self, number: int, tap: Tap) -> Wish | None:
        if tap.data is None or (tap.message is not None and tap.message.chat.type != PRIVATE):
            return _let_go(tap) if self.riding and self._once(tap) else None
        chat = tap.sender.id
        async with self._turns.of(chat):
            answer = await self.engine.handle(replace(self.intake.event(number, chat), choice=tap.data))
            carrier = card(tap.message)
            if carrier is not None:
                self._note(chat, carrier.id)
            wish = await self._answer(chat, answer, carrier)
        if not self._once(tap):
            return wish
        if wish is None and self.riding:
            return _let_go(tap)
        self._beside(self._let_go(tap))
        return wish

    async def _answer(self, chat: int, answer: Answer, carrier: Card | None = None) -> Wish | None:
        """Say an answer; gives what may ride. What is certain and was said before is the outbox's to repeat."""
        shown = [b for b in bubbles(answer.messages) if not (answer.again and b.certain)]
        if not answer.again and any(bubble.keepsake for bubble in shown):
            shown = await self._tidied(chat, shown)
        left, wish = list(shown), None
        try:
            while left:
                here = carrier if carrier is not None and left == shown and carrier.takes(left[0]) else None
                if here is None or not here.shows(left[0]):
                    wish = self._ride(chat, left, here)
                    if wish is None:
                        await self._put(chat, left[0], here)
                left.pop(0)
        except Exception as trouble:  # what is certain stays in the outbox
            if not isinstance(trouble, (Later, Never)):
                self.fault(trouble)
            self._beside(self._insist(chat, [bubble for bubble in left if not bubble.certain]))
        if answer.waiting and not any(bubble.certain for bubble in left):
            self._beside(self.store.outbox.done(answer.waiting))
        return wish

    def _ride(self, chat: int, left: Sequence[Bubble], here: Card | None) -> Wish | None:
        """The last bubble as what rides, where it may: nothing hangs on its arrival, or on knowing its id."""
        bubble = left[0]
        if not self.riding or len(left) > 1 or bubble.certain:
            return None
        if here is not None:
            return bubble.put_in(chat, here.id)
        return None if bubble.guarded else bubble.sent(chat)

    async def _insist(self, chat: int, left: Sequence[Bubble]) -> None:
        """Try a few times more to send what does not wait in the outbox; after that the person will ask again."""
        for pause in PAUSES if left else ():
            await asyncio.sleep(pause)
            try:
                for bubble in left:
                    await self._send(chat, bubble)
            except Never:
                return
            except Exception:  # noqa: S112 - noted the first time
                continue
            return

    async def _put(self, chat: int, bubble: Bubble, here: Card | None) -> None:
        if here is None:
            return await self._send(chat, bubble)
        return self._note(chat, await self.post.change(chat, here.id, bubble))

    async def _send(self, chat: int, bubble: Bubble) -> None:
        self._note(chat, await self.post.send(chat, bubble))

    async def _wipe(self, chat: int) -> Wish | None:
        """Delete what is known of the chat, as the person wishes."""
        who = self.intake.who(chat)
        lang = await self.intake.lang(who)
        known = await self.store.traces.take(who)
        try:
            await self.post.delete(chat, known)
        except Exception as trouble:  # the person is told the truth, and asks again
            self.fault(trouble)
            for number in known:
                self.store.traces.note(who, number)
            return await self._tell(chat, Say("chat.not_wiped"), lang)
        return await self._tell(chat, Say("chat.wiped", {"count": len(known)}), lang)

    async def _tidied(self, chat: int, shown: Sequence[Bubble]) -> list[Bubble]:
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
        told = wording.text(Say("chat.tidied"), await self.intake.lang(who))
        return [b.with_words(told) if b.keepsake else b for b in shown]

    async def _tell(self, chat: int, say: Say, lang: Lang) -> Wish | None:
        return await self._answer(chat, Answer((wording.render(say, lang),)))

    def _outside(self, chat: int) -> Wish | None:
        """In a group: said once that this works in private only."""
        if not _first(self._groups, chat):
            return None
        bubble = Bubble(wording.text(Say("chat.private_only"), "th"))
        if self.riding:
            return bubble.sent(chat)
        self._beside(self._quietly(self.post.send(chat, bubble)))
        return None

    def _joined(self, membership: Membership) -> Wish | None:
        standing = membership.new_chat_member.status
        if membership.chat.type != PRIVATE and standing in {"member", "administrator"}:
            return self._outside(membership.chat.id)
        return None

    def _note(self, chat: int, message: int) -> None:
        self.store.traces.note(self.intake.who(chat), message)

    def _once(self, tap: Tap) -> bool:
        return _first(self._heard, tap.id)

    async def _let_go(self, tap: Tap) -> None:
        with suppress(Gone):  # it was too late, and turns no more
            await self.post.api.heard(tap.id)

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _quietly(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Exception as trouble:
            self.fault(trouble)


def _let_go(tap: Tap) -> Wish:
    return {"method": "answerCallbackQuery", "callback_query_id": tap.id}


def _first(seen: "OrderedDict[Any, None]", one: object) -> bool:
    """Whether this is the first of its kind, as far as is remembered."""
    if one in seen:
        return False
    seen[one] = None
    if len(seen) > MOST_REMEMBERED:
        seen.popitem(last=False)
    return True
