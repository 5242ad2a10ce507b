"""The calls to Telegram: python-telegram-bot's. Beside the wire, nobody else here knows that library."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)

from bot.delivery.transport import PermanentError, RejectedError, RetryLaterError
from bot.platforms.telegram.http_client import BotApiHttpClient
from bot.platforms.telegram.models import ALLOWED_UPDATES
from bot.platforms.telegram.ptb_request import (
    CALL_TIMEOUT,
    AiohttpRequest,
    FloodError,
    decode_response,
    encode_json,
)
from bot.platforms.telegram.render import OutgoingMessage
from handlers.dialog.events import FileProblem

MAX_WEBHOOK_CONNECTIONS = 100
"""Updates that Telegram may bring side by side, the most that it does; 40 where nothing is said."""

POLL_TIMEOUT = 25
"""Seconds that Telegram holds a request for updates open."""


class InvalidBotTokenError(Exception):
    """Telegram does not know the token. The administrator's to mend; trying again is for when it was mended."""


class UpdatesConflictError(Exception):
    """Another program takes this bot's updates."""


class MessageGoneError(Exception):
    """The message that was to be changed is not there any more, or stands so already."""


class TelegramClient:
    """One bot's calls. Each raises Later or Never as the courier knows them, or NetworkError for an outage."""

    def __init__(self, token: str, origin: str) -> None:
        self._wire = AiohttpRequest()
        base = origin.rstrip("/")
        self._bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._wire,
            get_updates_request=self._wire,
        )
        self._calls = BotApiHttpClient(self._bot.base_url)

    async def open(self) -> None:
        """Open what calls need; asks nothing."""
        await self._wire.initialize()

    async def close(self) -> None:
        """Close the connections."""
        self._calls.close()
        await self._wire.shutdown()

    async def check_token(self) -> None:
        """See that the token is one. Raises Refused."""
        with _translate_errors():
            await self._bot.get_me()

    async def send(self, chat: int, bubble: OutgoingMessage) -> int:
        """Send a message; gives its id."""
        sent = await self._call(bubble.to_send_call(chat))
        return int(sent["message_id"])

    async def edit(self, chat: int, message: int, bubble: OutgoingMessage) -> None:
        """Put other words and buttons in the place of a message's. Raises Gone."""
        await self._call(bubble.to_edit_call(chat, message))

    async def delete(self, chat: int, messages: Sequence[int]) -> None:
        """Delete up to 100 messages; those that are not there are passed over."""
        await self._call({"method": "deleteMessages", "chat_id": chat, "message_ids": list(messages)})

    async def answer_callback(self, tap: str) -> None:
        """Let the button that was tapped stop turning."""
        await self._call({"method": "answerCallbackQuery", "callback_query_id": tap})

    async def _call(self, wish: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as the method says
        """One of the calls that each report makes, as it would ride in an answer.

        PTB's own methods for these build and read objects that nobody looks at, which costs more than the call.
        """
        return await self._request(
            {name: value for name, value in wish.items() if name != "method"}, wish["method"]
        )

    async def _request(
        self, parameters: Mapping[str, Any], method: str, seconds: float = CALL_TIMEOUT
    ) -> Any:  # noqa: ANN401
        with _translate_errors():
            body = encode_json(parameters)
            if self._wire.proxied:  # which `BotApiHttpClient` knows nothing of
                url = f"{self._bot.base_url}/{method}"
                status, raw = await self._wire.send_request("POST", url, body, seconds)
            else:
                status, raw = await self._calls.post(method, body, seconds)
            told = decode_response(status, raw)
            if status != HTTPStatus.OK or not told.get("ok"):
                raise _ERROR_BY_STATUS.get(status, NetworkError)(str(told.get("description", "")))
            return told["result"]

    async def send_picture(self, chat: int, content: bytes) -> int:
        """Send a PNG picture that cannot be passed on; gives the message's id."""
        with _translate_errors():
            sent = await self._bot.send_photo(chat, content, protect_content=True)
            return sent.message_id

    async def send_typing(self, chat: int) -> None:
        """Show for five seconds that an answer is being written."""
        with _translate_errors():
            await self._bot.send_chat_action(chat, "typing")

    async def set_commands(
        self, commands: Sequence[tuple[str, str]], language: str | None, chat: int | None = None
    ) -> None:
        """Set the commands of private chats in a language; None for everybody else's. chat: of that one only."""
        with _translate_errors():
            await self._bot.set_my_commands(
                [BotCommand(name, told) for name, told in commands],
                scope=BotCommandScopeAllPrivateChats() if chat is None else BotCommandScopeChat(chat),
                language_code=language,
            )

    async def delete_commands(self, chat: int) -> None:
        """Show a chat the commands of everybody again."""
        with _translate_errors():
            await self._bot.delete_my_commands(scope=BotCommandScopeChat(chat))

    async def set_webhook(self, address: str, secret: str) -> None:
        """Have updates sent to an address."""
        with _translate_errors():
            await self._bot.set_webhook(
                address,
                secret_token=secret,
                allowed_updates=ALLOWED_UPDATES,
                max_connections=MAX_WEBHOOK_CONNECTIONS,
            )

    async def delete_webhook(self) -> None:
        """Have updates kept until they are asked for."""
        with _translate_errors():
            await self._bot.delete_webhook()

    async def get_updates(self, after: int | None) -> list[Any]:
        """The updates after one, as they came: PTB would refuse all for one that it cannot read. Raises Elsewhere."""
        wanted: dict[str, Any] = {"timeout": POLL_TIMEOUT, "allowed_updates": ALLOWED_UPDATES}
        if after is not None:
            wanted["offset"] = after + 1
        came = await self._request(wanted, "getUpdates", POLL_TIMEOUT + CALL_TIMEOUT)
        if not isinstance(came, list):
            raise NetworkError("no updates")
        return came

    async def download_file(self, file_id: str) -> AsyncIterator[bytes]:
        """The content of a file, piece by piece; its address is kept nowhere."""
        with _translate_errors():
            place = (await self._bot.get_file(file_id)).file_path
        if place is None:
            raise PermanentError
        async for piece in self._wire.stream(place):
            yield piece


_ERROR_BY_STATUS: Mapping[int, Callable[[str], TelegramError]] = {
    400: BadRequest,
    401: InvalidToken,
    403: Forbidden,
    404: InvalidToken,
    409: Conflict,
}
_MESSAGE_GONE_TEXTS = ("not modified", "to edit not found", "can't be edited", "query is too old")
_PERMANENT_TEXTS = ("chat not found", "user not found", "peer_id_invalid", "upgraded to a supergroup")


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Tell the errors of PTB as what to do now. None of them takes words of Telegram's along."""
    try:
        yield
    except OSError:  # of `BotApiHttpClient`; of no answer in time, too
        raise NetworkError("no answer") from None
    except FloodError as flood:
        raise RetryLaterError(flood.seconds) from None
    except Forbidden:
        raise PermanentError from None
    except InvalidToken:
        raise InvalidBotTokenError from None
    except Conflict:
        raise UpdatesConflictError from None
    except BadRequest as bad:
        raise _bad_request_to_error(bad.message.lower()) from None


def _bad_request_to_error(told: str) -> Exception:
    if "too big" in told:
        return PermanentError(FileProblem.TOO_LARGE)
    if (
        "file_id" in told
        or "temporarily unavailable" in told
        or any(words in told for words in _PERMANENT_TEXTS)
    ):
        return PermanentError()
    return MessageGoneError() if any(words in told for words in _MESSAGE_GONE_TEXTS) else RejectedError()
