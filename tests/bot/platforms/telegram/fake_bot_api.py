"""A Bot API on loopback that refuses what Telegram refuses, and records every refusal.

It stores the chats as the persons see them, delivers updates to a webhook or to getUpdates, carries out a call in a
webhook response, and can be slow, broken, cut off or rate limited: `inject_fault` decides for each call.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web

from tests.bot.platforms.telegram.api_rules import TelegramRules

TOKEN = "700000001:AAcanaryTOKENcanaryTOKENcanaryTOKEN0"
MAX_FILE_BYTES = 20 * 1024 * 1024
CANARY_NAME = "CANARYNAME"


@dataclass
class FakeChatMessage:
    """A message in a chat."""

    id: int
    text: str
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    protected: bool = False
    by_bot: bool = True
    date: int = 0
    changed: int = 0

    @property
    def buttons(self) -> tuple[tuple[str, str], ...]:
        """Label and data of every button."""
        return tuple((b["text"], b["callback_data"]) for row in self.keyboard for b in row)


@dataclass(frozen=True)
class RecordedTelegramCall:
    """A call that was received. by: `wire`, or `answer` for a call in a webhook response."""

    method: str
    params: Mapping[str, Any]
    by: str
    at: float


@dataclass(frozen=True)
class TelegramFault:
    """A fault of a call: an error status, a delay in seconds, a connection cut before or after the call took effect.

    body: sent with the status, as by a proxy in between; it is not a response of Telegram's.
    """

    status: int = 0
    retry_after: int | None = None
    delay: float = 0
    cut: str = ""
    body: bytes = b""


class TelegramRefusalError(Exception):
    """Telegram refuses the call."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.told, self.parameters = status, description, parameters


@dataclass
class FakeBotApi:
    """The Telegram platform as one bot uses it."""

    rules: TelegramRules
    url: str = ""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    inject_fault: Callable[[str, Mapping[str, Any]], TelegramFault | None] = lambda method, params: None
    calls: list[RecordedTelegramCall] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    chats: dict[int, dict[int, FakeChatMessage]] = field(default_factory=dict)
    deleted: dict[int, set[int]] = field(default_factory=dict)
    answered: dict[str, bool] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    commands: dict[tuple[str, str], Any] = field(default_factory=dict)
    pictures: list[bytes] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    webhook: dict[str, Any] = field(default_factory=dict)
    webhook_failure: dict[str, Any] = field(default_factory=dict)
    queue: list[dict[str, Any]] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    session: aiohttp.ClientSession | None = None
    # A tap's id is as long as Telegram's own, so that no other number in memory contains it by chance.
    _numbers: dict[str, int] = field(
        default_factory=lambda: {"update": 1000, "message": 10, "query": 4_382_900_000_000_000_500}
    )
    _listener: int = 0
    _update_arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def next_number(self, what: str) -> int:
        """The next number of a kind."""
        self._numbers[what] += 1
        return self._numbers[what]

    # What persons do

    def make_message_update(self, chat: int, **content: Any) -> dict[str, Any]:
        """The update of a person's message."""
        message = self._make_message(chat, self.next_number("message"), by_bot=False, **content)
        shown = FakeChatMessage(
            message["message_id"], content.get("text", ""), by_bot=False, date=message["date"]
        )
        self.chats.setdefault(chat, {})[shown.id] = shown
        return self.make_update(message=message)

    def make_tap_update(self, chat: int, message: int, data: str) -> dict[str, Any]:
        """The update of a person's tap on a button."""
        query = str(self.next_number("query"))
        self.answered[query] = False
        shown = self.chats[chat][message]
        content: dict[str, Any] = {"text": shown.text, "reply_markup": {"inline_keyboard": shown.keyboard}}
        if shown.protected:
            content["has_protected_content"] = True
        message_with_button = self._make_message(chat, message, by_bot=True, **content)
        what = {
            "id": query,
            "from": make_telegram_user(chat),
            "message": message_with_button,
            "chat_instance": "1",
            "data": data,
        }
        return self.make_update(callback_query=what)

    def make_update(self, **what: Any) -> dict[str, Any]:
        """An update with the next number."""
        return {"update_id": self.next_number("update"), **what}

    def add_file(self, content: bytes) -> str:
        """Add a file to Telegram's servers; returns its id."""
        file = f"FILE{len(self.files)}"
        self.files[file] = content
        return file

    def _make_message(self, chat: int, number: int, *, by_bot: bool, **content: Any) -> dict[str, Any]:
        sender = (
            {"id": 700000001, "is_bot": True, "first_name": "bot"} if by_bot else make_telegram_user(chat)
        )
        private = {"id": chat, "type": "private", "first_name": CANARY_NAME}
        return {
            "message_id": number,
            "date": int(self.now().timestamp()),
            "chat": private,
            "from": sender,
            **content,
        }

    async def push_update(
        self, update: dict[str, Any], *, address: str = "", secret: str | None = None
    ) -> int:
        """Post an update to the webhook and carry out the call in its response; returns the status."""
        assert self.session is not None
        token = self.webhook.get("secret_token", "") if secret is None else secret
        headers = {"X-Telegram-Bot-Api-Secret-Token": token, "content-type": "application/json"}
        body = json.dumps(update, ensure_ascii=False).encode()
        async with self.session.post(address or self.webhook["url"], data=body, headers=headers) as answer:
            status, response_body = answer.status, await answer.read()
        self.statuses[status] += 1
        if status == 200 and response_body.strip():
            call = json.loads(response_body)
            if method := call.pop("method", None):
                # Telegram does not report whether this call succeeded.
                await self.execute_call(method, call, by="answer")
        return status

    async def queue_update(self, update: dict[str, Any]) -> None:
        """Queue an update for getUpdates, and wait until it was received and confirmed."""
        self.queue.append(update)
        self._update_arrived.set()
        while update in self.queue:  # noqa: ASYNC110 - confirmed by another request
            await asyncio.sleep(0.005)

    # What the bot does

    async def execute_call(self, method: str, params: dict[str, Any], *, by: str) -> dict[str, Any]:
        """Carry out a call, or refuse it."""
        self.calls.append(RecordedTelegramCall(method, params, by, asyncio.get_running_loop().time()))
        try:
            result = await self._dispatch_call(method, params)
        except TelegramRefusalError as refusal:
            if refusal.status in {400, 404}:
                self.refused.append(f"{method} by {by}: {refusal.told}")
            extra = {"parameters": refusal.parameters} if refusal.parameters else {}
            return {"ok": False, "error_code": refusal.status, "description": refusal.told, **extra}
        return {"ok": True, "result": result}

    async def _dispatch_call(self, method: str, params: dict[str, Any]) -> Any:
        if method not in self.rules.methods:
            raise TelegramRefusalError(404, "Not Found")
        if wrong := list(self.rules.find_violations(method, params)):
            raise TelegramRefusalError(400, "Bad Request: " + "; ".join(wrong))
        carry_out = getattr(self, f"_on_{method.lower()}", None)
        return (await carry_out(**params)) if carry_out else True

    async def _on_getme(self) -> Any:
        return {"id": 700000001, "is_bot": True, "first_name": "bot", "username": "canary_bot"}

    async def _on_sendmessage(self, chat_id: int, text: str, **more: Any) -> Any:
        if not text.strip():
            raise TelegramRefusalError(400, "Bad Request: message text is empty")
        return self._post_message(chat_id, text, **more)

    async def _on_senddocument(
        self, chat_id: int, document: bytes | str, caption: str = "", **more: Any
    ) -> Any:
        file = self.add_file(document) if isinstance(document, bytes) else document
        sent = self._post_message(chat_id, caption, **more)
        return {**sent, "document": {"file_id": file, "file_unique_id": f"U{file}"}}

    async def _on_sendphoto(self, chat_id: int, photo: bytes | str, caption: str = "", **more: Any) -> Any:
        assert isinstance(photo, bytes)
        sent = self._post_message(chat_id, caption, **more)
        self.pictures.append(photo)
        size = {"file_id": "P", "file_unique_id": "P", "width": 1, "height": 1}
        return {**sent, "photo": [size]}

    def _post_message(
        self, chat: int, text: str, *, reply_markup: Any = None, protect_content: bool = False, **_: Any
    ) -> Any:
        if chat in self.blocked:
            raise TelegramRefusalError(403, "Forbidden: bot was blocked by the user")
        if chat not in self.chats:
            raise TelegramRefusalError(400, "Bad Request: chat not found")
        keyboard = (reply_markup or {}).get("inline_keyboard", [])
        shown = FakeChatMessage(self.next_number("message"), text, keyboard, protect_content)
        shown.date, shown.changed = int(self.now().timestamp()), self.next_number("update")
        self.chats[chat][shown.id] = shown
        return self._to_sent_message(chat, shown)

    def _to_sent_message(self, chat: int, shown: FakeChatMessage) -> dict[str, Any]:
        return self._make_message(chat, shown.id, by_bot=True, text=shown.text)

    async def _on_editmessagetext(
        self, chat_id: int, message_id: int, text: str, reply_markup: Any = None, **_: Any
    ) -> Any:
        shown = self._find_own_message(chat_id, message_id)
        keyboard = (reply_markup or {}).get("inline_keyboard", [])
        if (shown.text, shown.keyboard) == (text, keyboard):
            raise TelegramRefusalError(400, "Bad Request: message is not modified")
        shown.text, shown.keyboard, shown.changed = text, keyboard, self.next_number("update")
        return self._to_sent_message(chat_id, shown)

    async def _on_editmessagereplymarkup(
        self, chat_id: int, message_id: int, reply_markup: Any = None
    ) -> Any:
        shown = self._find_own_message(chat_id, message_id)
        keyboard = (reply_markup or {}).get("inline_keyboard", [])
        if shown.keyboard == keyboard:
            raise TelegramRefusalError(400, "Bad Request: message is not modified")
        shown.keyboard = keyboard
        return self._to_sent_message(chat_id, shown)

    def _find_own_message(self, chat: int, message: int) -> FakeChatMessage:
        shown = self.chats.get(chat, {}).get(message)
        if shown is None or not shown.by_bot:
            raise TelegramRefusalError(400, "Bad Request: message to edit not found")
        return shown

    async def _on_deletemessages(self, chat_id: int, message_ids: list[int]) -> Any:
        if not 1 <= len(message_ids) <= 100:
            raise TelegramRefusalError(400, "Bad Request: 1-100 messages")
        for number in message_ids:
            shown = self.chats.get(chat_id, {}).get(number)
            if shown and self.now().timestamp() - shown.date < 48 * 3600:
                del self.chats[chat_id][number]
                self.deleted.setdefault(chat_id, set()).add(number)
        return True

    async def _on_answercallbackquery(self, callback_query_id: str, **_: Any) -> Any:
        if self.answered.get(callback_query_id, True):
            raise TelegramRefusalError(
                400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        self.answered[callback_query_id] = True
        return True

    async def _on_setmycommands(self, commands: Any, scope: Any = None, language_code: str = "") -> Any:
        if len(commands) > 100:
            raise TelegramRefusalError(400, "Bad Request: too many commands")
        self.commands[(self._get_scope_name(scope), language_code)] = commands
        return True

    async def _on_deletemycommands(self, scope: Any = None, language_code: str = "") -> Any:
        self.commands.pop((self._get_scope_name(scope), language_code), None)
        return True

    def _get_scope_name(self, scope: Any) -> str:
        """The name of a command scope, with its chat if it has one. Refuses an unknown chat."""
        command_scope = scope or {"type": "default"}
        if command_scope["type"] != "chat":
            return str(command_scope["type"])
        if command_scope["chat_id"] not in self.chats:
            raise TelegramRefusalError(400, "Bad Request: chat not found")
        return f"chat {command_scope['chat_id']}"

    async def _on_setwebhook(self, url: str, secret_token: str = "", **more: Any) -> Any:
        self.webhook = {"url": url, "secret_token": secret_token, **more}
        return True

    async def _on_getwebhookinfo(self) -> Any:
        known = {"url": self.webhook.get("url", ""), "has_custom_certificate": False}
        return {**known, "pending_update_count": len(self.queue), **self.webhook_failure}

    async def _on_deletewebhook(self, **_: Any) -> Any:
        self.webhook = {}
        return True

    async def _on_getfile(self, file_id: str) -> Any:
        if file_id not in self.files:
            raise TelegramRefusalError(
                400, "Bad Request: wrong file_id or the file is temporarily unavailable"
            )
        if len(self.files[file_id]) > MAX_FILE_BYTES:
            raise TelegramRefusalError(400, "Bad Request: file is too big")
        size = len(self.files[file_id])
        return {
            "file_id": file_id,
            "file_unique_id": f"U{file_id}",
            "file_size": size,
            "file_path": f"any/{file_id}",
        }

    async def _on_getupdates(self, offset: int = 0, limit: int = 100, **more: Any) -> Any:
        if self.webhook:
            raise TelegramRefusalError(409, "Conflict: can't use getUpdates method while webhook is active")
        mine = self._listener = self._listener + 1
        self._update_arrived.set()  # a newer getUpdates request ends an older one
        self._update_arrived = asyncio.Event()
        self.queue[:] = [u for u in self.queue if u["update_id"] >= offset]
        if not self.queue:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._update_arrived.wait(), min(more.get("timeout", 0), 1))
        if self._listener != mine:
            raise TelegramRefusalError(409, "Conflict: terminated by other getUpdates request")
        return self.queue[:limit]

    # HTTP

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        token, method = request.match_info["token"], request.match_info["method"]
        raw, form = await _read_parameters(request)
        try:
            params = self.rules.decode_parameters(method, raw, form=form)
        except ValueError:
            self.refused.append(f"{method}: a parameter is no JSON")
            return _to_json_response(
                {"ok": False, "error_code": 400, "description": "Bad Request: can't parse"}
            )
        fault = self.inject_fault(method, params) or TelegramFault()
        await asyncio.sleep(fault.delay)
        if fault.cut == "before":
            return _abort_connection(request)
        if fault.body:
            return web.Response(status=fault.status, body=fault.body)
        if fault.status:
            extra = {"parameters": {"retry_after": fault.retry_after}} if fault.retry_after else {}
            return _to_json_response(
                {"ok": False, "error_code": fault.status, "description": "weather", **extra}
            )
        if token != TOKEN:
            return _to_json_response({"ok": False, "error_code": 401, "description": "Unauthorized"})
        result = await self.execute_call(method, params, by="wire")
        return _abort_connection(request) if fault.cut == "after" else _to_json_response(result)

    async def handle_download(self, request: web.Request) -> web.StreamResponse:
        """Serve a file."""
        file = request.match_info["path"].removeprefix("any/")
        fault = self.inject_fault("download", {"file": file}) or TelegramFault()
        await asyncio.sleep(fault.delay)
        if fault.status or request.match_info["token"] != TOKEN or file not in self.files:
            return web.Response(status=fault.status or 404)
        if fault.cut:
            answer = web.StreamResponse(headers={"content-length": str(len(self.files[file]))})
            await answer.prepare(request)
            await answer.write(self.files[file][: len(self.files[file]) // 2])
            return _abort_connection(request)
        return web.Response(body=self.files[file])


def make_telegram_user(chat: int) -> dict[str, Any]:
    """A user object with every field that Telegram may send."""
    return {
        "id": chat,
        "is_bot": False,
        "first_name": CANARY_NAME,
        "username": "canaryuser",
        "language_code": "th",
    }


async def _read_parameters(request: web.Request) -> tuple[dict[str, Any], bool]:
    if request.content_type == "application/json":
        return await request.json(), False
    fields = await request.post()
    return {k: v if isinstance(v, str) else v.file.read() for k, v in fields.items()}, True  # type: ignore[union-attr]


def _to_json_response(answer: Mapping[str, Any]) -> web.Response:
    return web.json_response(answer, status=answer.get("error_code", 200))


def _abort_connection(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@asynccontextmanager
async def serve_fake_bot_api(rules: TelegramRules) -> AsyncIterator[FakeBotApi]:
    """Serve a Bot API on a free port while the context is open."""
    api = FakeBotApi(rules)
    app = web.Application(client_max_size=60 * 1024 * 1024)
    app.router.add_route("*", "/bot{token}/{method}", api.handle_request)
    app.router.add_get("/file/bot{token}/{path:.+}", api.handle_download)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    api.url = f"http://{host}:{port}"
    async with aiohttp.ClientSession() as api.session:
        try:
            yield api
        finally:
            await runner.cleanup()
