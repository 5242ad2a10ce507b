"""The calls to Telegram: python-telegram-bot's. Beside the wire, nobody else here knows that library."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
)
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)

from bot.courier import Later, Never
from bot.telegram.bubble import Bubble
from bot.telegram.update import ALLOWED
from bot.telegram.wire import SECONDS, Flood, Wire
from handlers.turn import FileProblem

POLL = 25
"""Seconds that Telegram holds a request for updates open."""

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Refused(Exception):  # noqa: N818
    """Telegram does not know the token. The administrator's to mend; trying again is for when it was mended."""


class Elsewhere(Exception):  # noqa: N818
    """Another program takes this bot's updates."""


class Gone(Exception):  # noqa: N818
    """The message that was to be changed is not there any more, or stands so already."""


class Mistaken(Exception):  # noqa: N818
    """Telegram refuses what we sent: our own mistake, and not mended by trying again at once."""


class Api:
    """One bot's calls. Each raises Later or Never as the courier knows them, or NetworkError for an outage."""

    def __init__(self, token: str, origin: str) -> None:
        self._wire = Wire()
        base = origin.rstrip("/")
        self._bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._wire,
            get_updates_request=self._wire,
        )

    async def open(self) -> None:
        """Open the connections; asks nothing."""
        await self._wire.initialize()

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.shutdown()

    async def check(self) -> None:
        """See that the token is one. Raises Refused."""
        with _explained():
            await self._bot.get_me()

    async def send(self, chat: int, bubble: Bubble) -> int:
        """Send a message; gives its id."""
        with _explained():
            sent = await self._bot.send_message(
                chat,
                bubble.text,
                reply_markup=_markup(bubble),
                protect_content=bubble.guarded or None,
                link_preview_options=_NO_PREVIEW,
            )
        return sent.message_id

    async def change(self, chat: int, message: int, bubble: Bubble) -> None:
        """Put other words and buttons in the place of a message's. Raises Gone."""
        with _explained():
            await self._bot.edit_message_text(
                bubble.text,
                chat,
                message,
                reply_markup=_markup(bubble),
                link_preview_options=_NO_PREVIEW,
            )

    async def delete(self, chat: int, messages: Sequence[int]) -> None:
        """Delete up to 100 messages; those that are not there are passed over."""
        with _explained():
            await self._bot.delete_messages(chat, messages)

    async def heard(self, tap: str) -> None:
        """Let the button that was tapped stop turning."""
        with _explained():
            await self._bot.answer_callback_query(tap)

    async def types(self, chat: int) -> None:
        """Show for five seconds that an answer is being written."""
        with _explained():
            await self._bot.send_chat_action(chat, "typing")

    async def offer(self, commands: Sequence[tuple[str, str]], language: str | None) -> None:
        """Set the commands of private chats in a language; None for everybody else's."""
        with _explained():
            await self._bot.set_my_commands(
                [BotCommand(name, told) for name, told in commands],
                scope=BotCommandScopeAllPrivateChats(),
                language_code=language,
            )

    async def listen_at(self, address: str, secret: str) -> None:
        """Have updates sent to an address."""
        with _explained():
            await self._bot.set_webhook(address, secret_token=secret, allowed_updates=ALLOWED)

    async def listen_here(self) -> None:
        """Have updates kept until they are asked for."""
        with _explained():
            await self._bot.delete_webhook()

    async def updates(self, after: int | None) -> list[Any]:
        """The updates after one, as they came: PTB would refuse all for one that it cannot read. Raises Elsewhere."""
        wanted = {"timeout": str(POLL), "allowed_updates": json.dumps(ALLOWED)}
        if after is not None:
            wanted["offset"] = str(after + 1)
        url = f"{self._bot.base_url}/getUpdates"
        with _explained():
            status, told = await self._wire.ask(url, "POST", wanted, POLL + SECONDS)
            if status in _FAILURES:
                raise _FAILURES[status]("getUpdates")
            came = self._wire.parse_json_payload(told).get("result")
        if not isinstance(came, list):
            raise NetworkError("no updates")
        return came

    async def file(self, file_id: str) -> AsyncIterator[bytes]:
        """The content of a file, piece by piece; its address is kept nowhere."""
        with _explained():
            place = (await self._bot.get_file(file_id)).file_path
        if place is None:
            raise Never
        async for piece in self._wire.stream(place):
            yield piece


_FAILURES: Mapping[int, type[TelegramError]] = {401: InvalidToken, 404: InvalidToken, 409: Conflict}
_GONE = ("not modified", "to edit not found", "can't be edited", "query is too old")
_NEVER = ("chat not found", "user not found", "peer_id_invalid")


@contextmanager
def _explained() -> Iterator[None]:
    """Tell the errors of PTB as what to do now. None of them takes words of Telegram's along."""
    try:
        yield
    except Flood as flood:
        raise Later(flood.seconds) from None
    except Forbidden:
        raise Never from None
    except InvalidToken:
        raise Refused from None
    except Conflict:
        raise Elsewhere from None
    except BadRequest as bad:
        raise _named(bad.message.lower()) from None


def _named(told: str) -> Exception:
    if "too big" in told:
        return Never(FileProblem.TOO_LARGE)
    if "file_id" in told or "temporarily unavailable" in told or any(words in told for words in _NEVER):
        return Never()
    return Gone() if any(words in told for words in _GONE) else Mistaken()


def _markup(bubble: Bubble) -> InlineKeyboardMarkup | None:
    if not bubble.choices:
        return None
    rows = [
        [InlineKeyboardButton(button["text"], callback_data=button["callback_data"]) for button in row]
        for row in bubble.keyboard
    ]
    return InlineKeyboardMarkup(rows)
