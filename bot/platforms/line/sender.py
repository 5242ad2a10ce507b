"""What goes out to LINE: by a reply token where there is one, which costs nothing; by push where it must."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from bot.delivery.worker import PermanentError, RetryLaterError
from bot.engine import EngineAnswer
from bot.keyed_lock import KeyedLocks
from bot.platforms.line.client import (
    InvalidChannelTokenError,
    LineClient,
    LineUnavailableError,
    QuotaExhaustedError,
    ReplyTokenUsedError,
)
from bot.platforms.line.flex import plain
from bot.platforms.line.menu_selection import spoken
from bot.platforms.line.quota import PushQuota
from bot.platforms.line.render import MessageBatch, parcels
from handlers import i18n as wording
from handlers.dialog.events import Channel, Message
from storage.outgoing.queue import LeasedItem
from storage.serialization import OutboxMessage
from storage.store import Store

Batch = Sequence[Mapping[str, Any]]

FRESH = 50.0
"""Seconds that a reply token is good for; LINE says a minute."""

PAUSES = (0.3, 1.0, 3.0, 8.0, 15.0)
"""Seconds between tries of a reply."""

MOST_SPARE = 1000
MOST_LETTERS = 10_000
"""Letters of which it is remembered what came of them: a start without it brings some of it twice, and loses none."""

ALL = sys.maxsize
"""As many messages as a letter has."""


@dataclass(frozen=True, slots=True)
class ReplyToken:
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
class LineSender:
    """The post of one desk to LINE; the courier carries by it."""

    line: LineClient
    store: Store
    ledger: PushQuota
    fault: Callable[[BaseException], None]
    flag: Callable[[str, bool], Awaitable[None]] = _no_menu
    held: set[bytes] = field(default_factory=set, repr=False)
    """Whose letters could not be brought: persons by their marks, as everywhere here."""

    speaking: KeyedLocks[bytes] = field(default_factory=KeyedLocks, repr=False)
    """Persons who are being spoken to, by their marks: answers and letters come one after another."""

    _came: dict[str, int] = field(default_factory=dict, repr=False)
    _spare: dict[bytes, ReplyToken] = field(default_factory=dict, repr=False)

    def who(self, person: str) -> bytes:
        """A person's mark."""
        return self.store.seals.who(Channel.LINE, person)

    def seal(self, person: str) -> bytes:
        """A return address."""
        return self.store.seals.address.seal(person.encode(), "outbox", "", "back")

    def opened(self, back: bytes) -> str:
        """The person of a return address."""
        return self.store.seals.address.open(back, "outbox", "", "back").decode()

    def spare(self, person: str, token: ReplyToken) -> None:
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

    async def reply(self, token: ReplyToken, messages: Batch) -> bool:
        """Answer; whether it surely arrived at LINE. A card that it refuses goes as text, by the same token."""
        try:
            return await self._replied(token, messages)
        except PermanentError as trouble:
            self.fault(trouble)
            words = plain(messages)
            return words is not None and await self.reply(token, words)

    async def _replied(self, token: ReplyToken, messages: Batch) -> bool:
        """The same. Raises Never."""
        tried = False
        for pause in (*PAUSES, None):
            try:
                await self.line.reply(token.value, messages)
            except ReplyTokenUsedError:
                # Nobody else has this token: within its life, our own try before has used it.
                return tried and token.fresh
            except RetryLaterError as later:
                wait = min(later.seconds, FRESH)
            except LineUnavailableError:
                tried, wait = True, pause or 0
            except InvalidChannelTokenError as trouble:
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
            raise QuotaExhaustedError(3600)
        try:
            await self.line.push(person, messages, key)
        except QuotaExhaustedError:
            await self.ledger.is_full()
            raise
        except PermanentError as trouble:
            self.fault(trouble)  # a letter that is given up would go without a word else
            words = plain(messages)
            if words is None:
                raise
            # What was refused did not count, and its key is not to be used again (LINE, "Retry failed API requests").
            await self.push(person, words, retry_key(key, "plain"))
            return
        await self.ledger.pushed()

    async def carry(
        self, person: str, packed: Sequence[MessageBatch], letter: str, token: ReplyToken | None = None
    ) -> None:
        """Send what belongs to a letter: the first by a token, where LINE takes it, and the rest by push.

        What came is remembered, so that another try goes on from there. Raises as `push`.
        """
        for parcel in packed:
            if token is None or not await self.reply(token, parcel.batch):
                await self.push(person, parcel.batch, retry_key(letter, parcel.mark))
            token = None
            self.came(letter, parcel.whole)

    def came(self, letter: str, whole: int) -> None:
        """Remember how many messages of a letter came; which letter it is tells nothing of whose."""
        self._came.pop(letter, None)
        self._came[letter] = whole
        while len(self._came) > MOST_LETTERS:
            del self._came[next(iter(self._came))]

    async def deliver(self, back: bytes, messages: Sequence[Message], letter: str) -> None:
        """Bring what waited in the outbox. What cannot be pushed any more this month is shown by a red dot.

        Nobody else speaks to the person meanwhile; what an answer took along is not brought again.
        """
        person = self.opened(back)
        who = self.who(person)
        async with self.speaking.of(who):
            before = self._came.get(letter, 0)
            left = [replace(message, certain=True) for message in messages[before:]]
            packed = parcels(left, await spoken(self.store, who), before=before)
            token = self._spare.pop(who, None) if packed else None
            try:
                await self.carry(person, packed, letter, token if token is not None and token.fresh else None)
            except QuotaExhaustedError:
                self.held.add(who)
                await self._flag(person, news=True)
                raise
            if who in self.held and not await self._letters(person, besides=(letter,)):
                await self._unflag(person)

    async def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        """A file that somebody sent."""
        async for piece in self.line.content(what["message"]):
            yield piece

    async def waiting(self, person: str, besides: Sequence[str]) -> list[tuple[str, tuple[Message, ...]]]:
        """What could not be brought to a person before: of each letter its row in the outbox and what is left of it."""
        if self.who(person) not in self.held:
            return []
        letters = await self._letters(person, besides)
        told = ((one, [wording.render(say, one.what.lang) for say in one.what.says]) for one in letters)
        return [(one.id, tuple(messages[self._came.get(one.id, 0) :])) for one, messages in told]

    async def rows(self, person: str, answer: EngineAnswer) -> tuple[str, ...]:
        """The rows of an answer in the outbox. Those of one that was given before are found by what they say."""
        if not answer.again or answer.waiting or not any(say.certain for say in answer.says):
            return answer.waiting
        found = list[LeasedItem[OutboxMessage]]()
        for one in await self._letters(person):
            twin = any(one.what.says == other.what.says for other in found)
            if not twin and all(say in answer.says for say in one.what.says):
                found.append(one)
        return tuple(one.id for one in found)

    async def brought(self, person: str, rows: Sequence[str]) -> None:
        """It was brought: the rows go, and the red dot, where nothing else waits."""
        for row in rows:
            self.came(row, ALL)
        await self.store.outbox.done(rows)
        if self.who(person) in self.held and not await self._letters(person, rows):
            await self._unflag(person)

    async def _letters(self, person: str, besides: Sequence[str] = ()) -> list[LeasedItem[OutboxMessage]]:
        """What waits for a person and has not come whole."""
        letters = await self.store.outbox.look(Channel.LINE)
        return [
            one
            for one in letters
            if one.id not in besides
            and self._came.get(one.id, 0) < len(one.what.says)
            and self.opened(one.what.back) == person
        ]

    async def _unflag(self, person: str) -> None:
        if await self._flag(person, news=False):
            self.held.discard(self.who(person))

    async def _flag(self, person: str, *, news: bool) -> bool:
        """Show a person that something waits, or no longer; whether LINE took it."""
        try:
            await self.flag(person, news)
        except Exception as trouble:  # what waits, waits all the same
            self.fault(trouble)
            return False
        return True

    async def remember(self) -> None:
        """Learn, after a start, for whom something waits that was tried before."""
        letters = await self.store.outbox.look(Channel.LINE)
        self.held.update(self.who(self.opened(one.what.back)) for one in letters if one.attempts)


def retry_key(letter: str, part: str) -> str:
    """The key of a push: the same for the same part of a letter however often it is tried, and for no other."""
    told = sha256(f"{letter} {part}".encode("utf-8", "replace")).digest()
    return str(UUID(bytes=told[:16], version=4))
