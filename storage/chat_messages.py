"""What is known of the messages in chats: their ids, to delete them there, and where they went, to unsend them.

In memory only. On disk, an id of an account would show who was here after a draft was filed, and an id of a message
which case it went into. After a restart nothing of it is known, and people are told so (docs/threat-model.md).
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

CHAT_MESSAGE_TTL = timedelta(hours=48)
"""Telegram deletes no older message for a bot; LINE's rule wants what is unsent within a day deleted."""

MAX_CHATS = 20_000
MAX_MESSAGES_A_CHAT = 1_000
MAX_ORIGIN_CHARACTERS = 10_000_000
"""Characters of all texts that messages brought; the oldest are forgotten first."""


@dataclass
class ChatMessageLog:
    """The known message ids of each chat, by `Event.person_id`."""

    _messages: "OrderedDict[bytes, dict[int, datetime]]" = field(default_factory=OrderedDict, repr=False)

    def record(self, who: bytes, message: int, now: datetime) -> None:
        """Remember a message of a person's chat."""
        messages = self._messages.setdefault(who, {})
        messages[message] = now
        self._messages.move_to_end(who)
        if len(messages) > MAX_MESSAGES_A_CHAT:
            del messages[next(iter(messages))]
        if len(self._messages) > MAX_CHATS:
            self._messages.popitem(last=False)

    def pop_all(self, who: bytes, now: datetime) -> list[int]:
        """Return the ids of a person's chat that can still be deleted, sorted, and forget them."""
        messages = self._messages.pop(who, {})
        return sorted(number for number, at in messages.items() if now - at < CHAT_MESSAGE_TTL)

    def evict_expired(self, now: datetime) -> None:
        """Forget the chats in which nothing was said for `CHAT_MESSAGE_TTL`."""
        while self._messages:
            who, messages = next(iter(self._messages.items()))
            if now - max(messages.values()) < CHAT_MESSAGE_TTL:
                return
            del self._messages[who]


@dataclass(frozen=True, slots=True)
class MessageOrigin:
    """Where a message went. case: or question; what: the text or file that it brought, with its prefix."""

    case: str
    what: str = field(repr=False)
    at: datetime


@dataclass
class MessageOrigins:
    """Where the messages of the last 48 hours went, by the platform's id."""

    _by_message: "OrderedDict[str, MessageOrigin]" = field(default_factory=OrderedDict, repr=False)
    _characters: int = 0

    def record(self, case: str, sent: Mapping[str, str], now: datetime) -> None:
        """Remember which messages brought which parts of a case, once it is on disk."""
        for message, what in sent.items():
            self.forget(message)
            self._by_message[message] = MessageOrigin(case, what, now)
            self._characters += len(what)
        while self._characters > MAX_ORIGIN_CHARACTERS:
            self.forget(next(iter(self._by_message)))

    def find(self, message: str) -> MessageOrigin | None:
        """Return where a message went; None where that is not known, or no longer."""
        return self._by_message.get(message)

    def forget(self, message: str) -> None:
        """Forget a message, as one that was unsent."""
        known = self._by_message.pop(message, None)
        if known is not None:
            self._characters -= len(known.what)

    def evict_expired(self, now: datetime) -> int:
        """Forget the messages of before `CHAT_MESSAGE_TTL`; return their number."""
        expired = [m for m, origin in self._by_message.items() if now - origin.at >= CHAT_MESSAGE_TTL]
        for message in expired:
            self.forget(message)
        return len(expired)
