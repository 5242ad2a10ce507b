"""What goes out to LINE: by a reply token where there is one, which costs nothing; by push where it must."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from bot.courier import Later, Never
from bot.line import Line, MonthUsedUp, Outage, Refused, Used
from bot.line_bubble import bubbles
from bot.line_card import plain
from bot.line_quota import Ledger
from handlers import wording
from handlers.turn import Channel, Message
from storage.store import Store

Batch = Sequence[Mapping[str, Any]]

FRESH = 50.0
"""Seconds that a reply token is good for; LINE says a minute."""

PAUSES = (0.3, 1.0, 3.0, 8.0, 15.0)
"""Seconds between tries of a reply."""

MOST_SPARE = 1000


@dataclass(frozen=True, slots=True)
class Token:
    """A reply token. born: seconds of the monotonic clock."""

    value: str = field(repr=False)
    born: float

    @property
    def fresh(self) -> bool:
        """Whether LINE will still take it."""
        return time.monotonic() - self.born < FRESH


async def _no_menu(_person: str, _news: bool) -> None:
    """Where there are no rich menus, nothing shows news."""


@dataclass
class Post:
    """The post of one desk to LINE; the courier carries by it."""

    line: Line
    store: Store
    ledger: Ledger
    fault: Callable[[BaseException], None]
    flag: Callable[[str, bool], Awaitable[None]] = _no_menu
    held: set[bytes] = field(default_factory=set, repr=False)
    """Whose letters could not be brought: persons by their marks, as everywhere here."""

    _spare: dict[bytes, Token] = field(default_factory=dict, repr=False)

    def who(self, person: str) -> bytes:
        """A person's mark."""
        return self.store.seals.who(Channel.LINE, person)

    def seal(self, person: str) -> bytes:
        """A return address."""
        return self.store.seals.address.seal(person.encode(), "outbox", "", "back")

    def opened(self, back: bytes) -> str:
        """The person of a return address."""
        return self.store.seals.address.open(back, "outbox", "", "back").decode()

    def spare(self, person: str, token: Token) -> None:
        """Keep a token that nothing was said with, for what must be said soon."""
        who = self.who(person)
        self._spare.pop(who, None)
        self._spare[who] = token
        while len(self._spare) > MOST_SPARE:
            del self._spare[next(iter(self._spare))]

    async def tidy(self, now: datetime) -> int:  # noqa: ARG002 - tokens age by a clock of their own
        """Drop the tokens that nobody takes any more (`bot.courier.Tidy`)."""
        old = [who for who, token in self._spare.items() if not token.fresh]
        for who in old:
            del self._spare[who]
        return len(old)

    async def reply(self, token: Token, messages: Batch) -> bool:
        """Answer; whether it surely arrived at LINE. A card that it refuses goes as text, by the same token."""
        try:
            return await self._replied(token, messages)
        except Never as trouble:
            self.fault(trouble)
            words = plain(messages)
            return words is not None and await self.reply(token, words)

    async def _replied(self, token: Token, messages: Batch) -> bool:
        """The same. Raises Never."""
        tried = False
        for pause in (*PAUSES, None):
            try:
                await self.line.reply(token.value, messages)
            except Used:
                # Nobody else has this token: within its life, our own try before has used it.
                return tried and token.fresh
            except Later as later:
                wait = min(later.seconds, FRESH)
            except Outage:
                tried, wait = True, pause or 0
            except Refused as trouble:
                self.fault(trouble)
                return False
            else:
                return True
            if pause is None or not token.fresh:
                break
            await asyncio.sleep(wait)
        return False

    async def push(self, person: str, messages: Batch, key: str) -> None:
        """Send unasked; a card that LINE refuses goes as text. Raises MonthUsedUp, Later, Never, Refused, Outage."""
        if not await self.ledger.has_room():
            raise MonthUsedUp(3600)
        try:
            await self.line.push(person, messages, key)
        except MonthUsedUp:
            await self.ledger.is_full()
            raise
        except Never as trouble:
            self.fault(trouble)  # a letter that is given up would go without a word else
            words = plain(messages)
            if words is None:
                raise
            # What was refused did not count, and its key is not to be used again (LINE, "Retry failed API requests").
            await self.push(person, words, retry_key(key, 0))
            return
        await self.ledger.pushed()

    async def push_more(self, person: str, messages: Batch, token: Token, number: int) -> None:
        """Push what one reply had no room for. Raises as `push`."""
        await self.push(person, messages, retry_key(token.value, number))

    async def deliver(self, back: bytes, messages: Sequence[Message], letter: str) -> None:
        """Bring what waited in the outbox. What cannot be pushed any more this month is shown by a red dot."""
        person = self.opened(back)
        batches = bubbles(messages)
        token = self._spare.pop(self.who(person), None)
        if token is not None and token.fresh and await self.reply(token, batches[0]):
            batches = batches[1:]
        for number, batch in enumerate(batches):
            try:
                await self.push(person, batch, retry_key(letter, number))
            except MonthUsedUp:
                self.held.add(self.who(person))
                await self._flag(person, news=True)
                raise

    async def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        """A file that somebody sent."""
        async for piece in self.line.content(what["message"]):
            yield piece

    async def waiting(
        self, person: str, besides: Sequence[str]
    ) -> tuple[tuple[Message, ...], tuple[str, ...]]:
        """What could not be brought to a person before: the messages, and their rows in the outbox."""
        if self.who(person) not in self.held:
            return (), ()
        letters = await self.store.outbox.look(Channel.LINE)
        mine = [one for one in letters if one.id not in besides and self.opened(one.what.back) == person]
        told = tuple(wording.render(say, one.what.lang) for one in mine for say in one.what.says)
        return told, tuple(one.id for one in mine)

    async def brought(self, person: str, rows: Sequence[str]) -> None:
        """It was brought: the rows go, and the red dot."""
        await self.store.outbox.done(rows)
        if (who := self.who(person)) in self.held:
            self.held.discard(who)
            await self._flag(person, news=False)

    async def _flag(self, person: str, *, news: bool) -> None:
        try:
            await self.flag(person, news)
        except Exception as trouble:  # what waits, waits all the same
            self.fault(trouble)

    async def remember(self) -> None:
        """Learn, after a start, for whom something waits that was tried before."""
        letters = await self.store.outbox.look(Channel.LINE)
        self.held.update(self.who(self.opened(one.what.back)) for one in letters if one.attempts)


def retry_key(letter: str, number: int) -> str:
    """The key of a push: the same for the same letter however often it is tried, and for no other."""
    told = sha256(f"{letter} {number}".encode("utf-8", "replace")).digest()
    return str(UUID(bytes=told[:16], version=4))
