"""Bot API client over python-telegram-bot, which only this module and `ptb_request.py` import.

Library errors are translated to those of `bot.delivery.transport` and of this module; none carries Telegram's text.
"""

import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
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

from bot.delivery.transport import (
    MessageGoneError,
    PermanentError,
    PlatformUnavailableError,
    RejectedError,
    RetryLaterError,
    TokenRefusedError,
    TransportError,
    UpdatesConflictError,
)
from bot.platforms.platform import AccountState
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
"""Simultaneous webhook requests that Telegram may make: the maximum of setWebhook, whose default is 40."""

MAX_TOPICS = 1024
"""Chats whose topic is remembered."""

MAX_FAILURE_LENGTH = 120
"""Characters of Telegram's reason for a failed webhook that are shown."""

POLL_TIMEOUT = 25
"""Seconds that Telegram holds a getUpdates request open (long polling)."""


class ChatTopics:
    """The topic in which each chat was written last, so that it is answered there.

    In memory only, and by a hash of the chat's id under a key of this process.

    Private chats have topics where the bot's owner has turned them on; a message without one is in none.
    """

    def __init__(self) -> None:
        self._topics: dict[bytes, int] = {}
        self._key = secrets.token_bytes(32)

    def remember(self, chat: int, topic: int | None) -> None:
        """Remember where somebody wrote."""
        self.forget(chat)
        if topic is not None:
            self._topics[self._hash(chat)] = topic
            if len(self._topics) > MAX_TOPICS:
                self._topics.pop(next(iter(self._topics)))

    def find(self, chat: int) -> int | None:
        """Return the topic of a chat."""
        return self._topics.get(self._hash(chat))

    def forget(self, chat: int) -> bool:
        """Forget the topic of a chat; return whether there was one."""
        return self._topics.pop(self._hash(chat), None) is not None

    def _hash(self, chat: int) -> bytes:
        return blake2b(str(chat).encode(), key=self._key, digest_size=16).digest()

    def address(self, call: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a call in the form of a webhook reply with the topic of its chat, where it sends a message."""
        topic = self.find(call["chat_id"]) if call["method"] == "sendMessage" else None
        return {**call, "message_thread_id": topic} if topic is not None else call


class TelegramClient:
    """Bot API calls of one bot. Each raises TransportError, and no error of the library's."""

    def __init__(self, token: str, origin: str) -> None:
        self.topics = ChatTopics()
        self._wire = AiohttpRequest()
        base = origin.rstrip("/")
        self._bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._wire,
            get_updates_request=self._wire,
        )

    async def open(self) -> None:
        """Open the HTTP session; sends nothing."""
        await self._wire.initialize()

    async def close(self) -> None:
        await self._wire.shutdown()

    async def check_token(self) -> None:
        """Call getMe. Raises TokenRefusedError."""
        with _translate_errors():
            await self._bot.get_me()

    async def examine_account(self) -> AccountState:
        """Ask for the bot's name, its webhook, and what Telegram could not deliver. Raises TokenRefusedError."""
        with _translate_errors():
            bot = await self._bot.get_me()
            webhook = await self._bot.get_webhook_info()
            return AccountState(
                name=f"@{bot.username}",
                webhook=webhook.url,
                failure=(webhook.last_error_message or "")[:MAX_FAILURE_LENGTH],
                failed_at=webhook.last_error_date,
                waiting=webhook.pending_update_count,
            )

    async def send(self, chat: int, message: OutgoingMessage) -> int:
        """Send a message, in the topic in which its chat is. Returns its id."""
        call = message.to_send_call(chat)
        try:
            sent = await self._call(self.topics.address(call))
        except RejectedError:
            if not self.topics.forget(chat):
                raise
            sent = await self._call(call)  # the topic may have been deleted meanwhile
        with _translate_errors():
            return int(sent["message_id"])

    async def edit(self, chat: int, message_id: int, replacement: OutgoingMessage) -> None:
        """Replace the text and buttons of a message. Raises MessageGoneError."""
        await self._call(replacement.to_edit_call(chat, message_id))

    async def delete(self, chat: int, messages: Sequence[int]) -> None:
        """Delete up to 100 messages; missing ones are ignored."""
        await self._call({"method": "deleteMessages", "chat_id": chat, "message_ids": list(messages)})

    async def answer_callback(self, tap: str) -> None:
        """Acknowledge a tapped button, which ends its spinner."""
        await self._call({"method": "answerCallbackQuery", "callback_query_id": tap})

    async def _call(self, call: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as the method says
        """Make a call given in the form of a webhook reply (the method among its parameters).

        For the calls that every report makes: PTB's methods build and parse objects that are never used, which costs
        more than the call itself.
        """
        return await self._request(
            {name: value for name, value in call.items() if name != "method"}, call["method"]
        )

    async def _request(
        self, parameters: Mapping[str, Any], method: str, seconds: float = CALL_TIMEOUT
    ) -> Any:  # noqa: ANN401
        with _translate_errors():
            url = f"{self._bot.base_url}/{method}"
            status, raw = await self._wire.send_request("POST", url, encode_json(parameters), seconds)
            response = decode_response(status, raw)
            if status != HTTPStatus.OK or not response.get("ok"):
                raise _ERROR_BY_STATUS.get(status, NetworkError)(str(response.get("description", "")))
            return response["result"]

    async def send_picture(self, chat: int, content: bytes) -> int:
        """Send a PNG picture protected from forwarding. Returns the message's id."""
        with _translate_errors():
            topic = self.topics.find(chat)
            sent = await self._bot.send_photo(chat, content, protect_content=True, message_thread_id=topic)
            return sent.message_id

    async def send_typing(self, chat: int) -> None:
        """Show the "typing" indicator, which lasts five seconds."""
        with _translate_errors():
            await self._bot.send_chat_action(chat, "typing", message_thread_id=self.topics.find(chat))

    async def set_commands(
        self, commands: Sequence[tuple[str, str]], language: str | None, chat: int | None = None
    ) -> None:
        """Set the command menu of all private chats, or of one chat. language: None for every other language."""
        with _translate_errors():
            await self._bot.set_my_commands(
                [BotCommand(name, description) for name, description in commands],
                scope=BotCommandScopeAllPrivateChats() if chat is None else BotCommandScopeChat(chat),
                language_code=language,
            )

    async def delete_commands(self, chat: int) -> None:
        """Remove a chat's own command menu, so that it shows the one of all private chats."""
        with _translate_errors():
            await self._bot.delete_my_commands(scope=BotCommandScopeChat(chat))

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates posted to a URL, with the secret in a header of each request."""
        with _translate_errors():
            await self._bot.set_webhook(
                url,
                secret_token=secret,
                allowed_updates=ALLOWED_UPDATES,
                max_connections=MAX_WEBHOOK_CONNECTIONS,
            )

    async def delete_webhook(self) -> None:
        """Remove the webhook; Telegram then keeps updates for getUpdates."""
        with _translate_errors():
            await self._bot.delete_webhook()

    async def get_updates(self, after: int | None) -> list[Any]:
        """Return the raw updates after one. Raises UpdatesConflictError.

        Raw, because PTB rejects the whole batch if it cannot parse one update.
        """
        parameters: dict[str, Any] = {"timeout": POLL_TIMEOUT, "allowed_updates": ALLOWED_UPDATES}
        if after is not None:
            parameters["offset"] = after + 1
        updates = await self._request(parameters, "getUpdates", POLL_TIMEOUT + CALL_TIMEOUT)
        if not isinstance(updates, list):
            raise PlatformUnavailableError
        return updates

    async def download_file(self, file_id: str) -> AsyncIterator[bytes]:
        """Yield the content of a file. Its URL, which contains the bot token, is not stored."""
        with _translate_errors():
            url = (await self._bot.get_file(file_id)).file_path
        if url is None:
            raise PermanentError
        with _translate_errors():
            async for piece in self._wire.stream(url):
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
    """Translate PTB's errors to ours, which say what to do next. None carries Telegram's text.

    A response that PTB cannot parse comes from a proxy or portal in between: an outage.
    """
    try:
        yield
    except FloodError as flood:
        raise RetryLaterError(flood.retry_after) from None
    except Forbidden:
        raise PermanentError from None
    except InvalidToken:
        raise TokenRefusedError from None
    except Conflict:
        raise UpdatesConflictError from None
    except BadRequest as bad:
        raise _bad_request_to_error(bad.message.lower()) from None
    except (TelegramError, AttributeError, LookupError, TypeError, ValueError):
        raise PlatformUnavailableError from None


def _bad_request_to_error(description: str) -> TransportError:
    if "too big" in description:
        return PermanentError(FileProblem.TOO_LARGE)
    if (
        "file_id" in description
        or "temporarily unavailable" in description
        or any(words in description for words in _PERMANENT_TEXTS)
    ):
        return PermanentError()
    return (
        MessageGoneError() if any(words in description for words in _MESSAGE_GONE_TEXTS) else RejectedError()
    )
