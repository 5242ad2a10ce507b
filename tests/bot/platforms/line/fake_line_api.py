"""A LINE Messaging API on loopback that refuses what LINE refuses, and records every refusal.

It stores the chats as the persons see them, posts signed webhooks, keeps single-use reply tokens, retry keys, the
monthly quota and rich menus, and can be slow, broken or cut off: `inject_fault` decides for each call.
"""

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp
from aiohttp import web

from tests.bot.platforms.line.api_rules import LineRules

TOKEN = "CANARYLINEtoken+abc/def="
SECRET = "canarysecret8c570fa6dd201bb328f1"
BOT_USER_ID = "Ubot0000000000000000000000000000000"[:33]
REPLY_TOKEN_TTL = 60
QUOTA_EXHAUSTED_MESSAGE = "You have reached your monthly limit."


@dataclass(frozen=True)
class RecordedLineCall:
    """A call that was received."""

    name: str
    path: dict[str, str]
    body: Any
    retry_key: str | None
    status: int


@dataclass(frozen=True)
class LineFault:
    """A fault of a call: an error status, a delay in seconds, a connection cut before or after the call took effect."""

    status: int = 0
    delay: float = 0
    cut: str = ""
    body: bytes = b'{"message":"weather"}'


class LineRefusalError(Exception):
    """LINE refuses the call."""

    def __init__(self, status: int, told: str, **headers: str) -> None:
        super().__init__(told)
        self.status, self.told, self.headers = status, told, headers


@dataclass
class FakeContent:
    """A file that a person sent. ready_after: number of status requests until it is ready."""

    data: bytes
    ready_after: int = 0
    gone: bool = False
    failed: bool = False
    chunk_delay: float = 0


@dataclass
class FakeLineApi:
    """The LINE platform as one official account uses it."""

    rules: LineRules | None
    url: str = ""
    webhook: str = ""
    now: Callable[[], float] = time.time
    inject_fault: Callable[[str, Any], LineFault | None] = lambda name, body: None
    calls: list[RecordedLineCall] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    chats: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    accepted_retry_keys: dict[str, str] = field(default_factory=dict)
    contents: dict[str, FakeContent] = field(default_factory=dict)
    menus: dict[str, dict[str, Any]] = field(default_factory=dict)
    images: dict[str, bytes] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    linked_menus: dict[str, str] = field(default_factory=dict)
    left_groups: list[str] = field(default_factory=list)
    default_menu: str = ""
    chat_mode: str = "bot"
    endpoint: str = ""
    uses_webhook: bool = True
    webhook_answer: tuple[int, str] = (200, "OK")
    quota: int | None = 300
    used: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    record_calls: bool = True
    session: aiohttp.ClientSession | None = None
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _message_arrived: dict[str, asyncio.Event] = field(default_factory=dict)

    # What persons do

    def make_event(self, person: str, kind: str = "message", **more: Any) -> dict[str, Any]:
        """A webhook event of a person, with a new reply token if LINE gives one."""
        number = next(self._numbers)
        stamp = int(self.now() * 1000)
        event: dict[str, Any] = {
            "type": kind,
            "mode": "active",
            "timestamp": stamp,
            "source": {"type": "user", "userId": person},
            "webhookEventId": f"01H{number:023d}",
            "deliveryContext": {"isRedelivery": False},
            **more,
        }
        if kind not in {"unsend", "unfollow", "leave"}:
            token = f"reply{number:028d}"
            self.tokens[token] = (person, self.now())
            event["replyToken"] = token
        return event

    def make_text_event(self, person: str, words: str) -> dict[str, Any]:
        """The event of a text message."""
        message = {"id": f"{next(self._numbers):018d}", "type": "text", "text": words, "quoteToken": "q"}
        return self.make_event(person, message=message)

    def make_postback_event(self, person: str, data: str) -> dict[str, Any]:
        """The event of a tap on a postback action."""
        return self.make_event(person, "postback", postback={"data": data})

    def make_file_event(
        self, person: str, content: FakeContent, kind: str = "image", **more: Any
    ) -> dict[str, Any]:
        """The event of a file message."""
        number = f"{next(self._numbers):018d}"
        self.contents[number] = content
        message = {"id": number, "type": kind, "contentProvider": {"type": "line"}, **more}
        return self.make_event(person, message=message)

    def mark_redelivered(self, event: dict[str, Any]) -> dict[str, Any]:
        """The same event, delivered again."""
        return {**event, "deliveryContext": {"isRedelivery": True}}

    async def post_events(
        self, *events: dict[str, Any], destination: str = BOT_USER_ID, **headers: str
    ) -> int:
        """Post events to the webhook; returns the status."""
        body = json.dumps({"destination": destination, "events": list(events)}, ensure_ascii=False).encode()
        return await self.post_body(body, {"x-line-signature": sign_body(body), **headers})

    async def post_body(self, body: Any, headers: dict[str, str]) -> int:
        """Post any body to the webhook; returns the status."""
        assert self.session is not None
        sent = {"content-type": "application/json; charset=utf-8", **headers}
        async with self.session.post(self.webhook, data=body, headers=sent) as answer:
            await answer.read()
        self.statuses[answer.status] += 1
        return answer.status

    async def wait_for_messages(self, person: str, before: int, patience: float = 60) -> list[dict[str, Any]]:
        """Wait for messages beyond the first `before` that a person got; returns them."""
        end = time.monotonic() + patience
        while len(self.chats.get(person, [])) <= before:
            arrived = self._message_arrived.setdefault(person, asyncio.Event())
            arrived.clear()
            async with asyncio.timeout(max(0.01, end - time.monotonic())):
                await arrived.wait()
        return self.chats[person][before:]

    # What the account does

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        """Check and carry out one call."""
        found = self.rules.find_operation(request.method, request.path) if self.rules else None
        raw = await request.read()
        body = json.loads(raw) if raw and request.content_type == "application/json" else raw
        name = found[0]["operationId"] if found else request.path.rsplit("/", 1)[-1]
        fault = self.inject_fault(name, body)
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.cut == "before":
                return self._abort_connection(request)
            if fault.status:
                return web.Response(status=fault.status, body=fault.body, content_type="application/json")
        status, answer, headers = 200, {}, {}
        try:
            answer = self._dispatch_call(request, found, body)
            status = 202 if name == "showLoadingAnimation" else 200
        except LineRefusalError as refusal:
            status, answer, headers = refusal.status, {"message": refusal.told}, refusal.headers
            if status in {400, 404, 401, 413, 422}:
                self.refused.append(f"{name}: {status} {refusal.told}")
        if self.record_calls:
            path = found[1] if found else {}
            self.calls.append(
                RecordedLineCall(name, path, body, request.headers.get("x-line-retry-key"), status)
            )
        if fault is not None and fault.cut == "after":
            return self._abort_connection(request)
        if isinstance(answer, FakeContent):
            return await self._stream_content(request, answer)
        return web.json_response(answer, status=status, headers={"x-line-request-id": "r", **headers})

    def _abort_connection(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def _dispatch_call(self, request: web.Request, found: Any, body: Any) -> Any:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            raise LineRefusalError(401, "Authentication failed")
        if self.rules is None:
            return self._on_replymessage(body, None)
        if found is None:
            raise LineRefusalError(404, "Not found")
        operation, path = found
        if wrong := self.rules.find_violations(operation, body):
            raise LineRefusalError(400, "; ".join(wrong[:5]))
        key = request.headers.get("x-line-retry-key")
        declared = any(p.get("name") == "X-Line-Retry-Key" for p in operation.get("parameters", []))
        if key is not None and not declared:
            raise LineRefusalError(400, "The retry key is not accepted here")
        handler = getattr(self, "_on_" + operation["operationId"].lower(), None)
        return handler(body, key, **path) if handler else {}

    def _on_replymessage(self, body: Any, _key: str | None) -> Any:
        person, born = self.tokens.pop(body["replyToken"], ("", 0.0))
        if not person or self.now() - born > REPLY_TOKEN_TTL:
            raise LineRefusalError(400, "Invalid reply token")
        return self._deliver_messages(person, body["messages"])

    def _on_pushmessage(self, body: Any, key: str | None) -> Any:
        if key is not None:
            try:
                UUID(key)
            except ValueError:
                raise LineRefusalError(400, "Invalid retry key") from None
            if key in self.accepted_retry_keys:
                raise LineRefusalError(
                    409, "The retry key is already accepted", **{"x-line-accepted-request-id": "r"}
                )
        if self.quota is not None and self.used >= self.quota:
            raise LineRefusalError(429, QUOTA_EXHAUSTED_MESSAGE)
        self.used += 1
        if key is not None:
            self.accepted_retry_keys[key] = body["to"]
        return self._deliver_messages(body["to"], body["messages"])

    def _deliver_messages(self, person: str, messages: list[dict[str, Any]]) -> Any:
        if self.record_calls:
            self.chats.setdefault(person, []).extend(messages)
        if person in self._message_arrived:
            self._message_arrived[person].set()
        return {"sentMessages": [{"id": str(next(self._numbers))} for _ in messages]}

    def _on_getmessagequota(self, _body: Any, _key: str | None) -> Any:
        return {"type": "none"} if self.quota is None else {"type": "limited", "value": self.quota}

    def _on_getmessagequotaconsumption(self, _body: Any, _key: str | None) -> Any:
        return {"totalUsage": self.used}

    def _on_getbotinfo(self, _body: Any, _key: str | None) -> Any:
        info = {"userId": BOT_USER_ID, "basicId": "@canary", "displayName": "bot"}
        return {**info, "chatMode": self.chat_mode, "markAsReadMode": "auto"}

    def _on_setwebhookendpoint(self, body: Any, _key: str | None) -> Any:
        self.endpoint = body["endpoint"]
        return {}

    def _on_getwebhookendpoint(self, _body: Any, _key: str | None) -> Any:
        if not self.endpoint:
            raise LineRefusalError(404, "Webhook endpoint not found")
        return {"endpoint": self.endpoint, "active": self.uses_webhook}

    def _on_testwebhookendpoint(self, _body: Any, _key: str | None) -> Any:
        status, reason = self.webhook_answer
        success = status == 200
        stamp = "2026-11-30T09:00:00Z"
        return {
            "success": success,
            "timestamp": stamp,
            "statusCode": status,
            "reason": reason,
            "detail": str(status),
        }

    def _on_getmessagecontent(self, _body: Any, _key: str | None, messageId: str) -> Any:  # noqa: N803
        content = self.contents.get(messageId)
        if content is None:
            raise LineRefusalError(404, "Not found")
        if content.gone:
            raise LineRefusalError(410, "Gone")
        if content.ready_after > 0:
            raise LineRefusalError(202, "")
        return content

    def _on_getmessagecontenttranscodingbymessageid(
        self,
        _body: Any,
        _key: str | None,
        messageId: str,  # noqa: N803
    ) -> Any:
        content = self.contents[messageId]
        if content.failed:
            return {"status": "failed"}
        content.ready_after -= 1
        return {"status": "processing" if content.ready_after > 0 else "succeeded"}

    def _on_leavegroup(self, _body: Any, _key: str | None, groupId: str) -> Any:  # noqa: N803
        return self._leave_group(groupId)

    def _on_leaveroom(self, _body: Any, _key: str | None, roomId: str) -> Any:  # noqa: N803
        return self._leave_group(roomId)

    def _leave_group(self, place: str) -> Any:
        if place in self.left_groups:
            raise LineRefusalError(404, "Not found")
        self.left_groups.append(place)
        return {}

    def _on_createrichmenu(self, body: Any, _key: str | None) -> Any:
        made = f"richmenu-{next(self._numbers)}"
        self.menus[made] = body
        return {"richMenuId": made}

    def _on_setrichmenuimage(self, body: bytes, _key: str | None, richMenuId: str) -> Any:  # noqa: N803
        if richMenuId not in self.menus:
            raise LineRefusalError(404, "no such rich menu")
        if richMenuId in self.images:
            raise LineRefusalError(400, "An image has already been uploaded")
        if not body or len(body) > 1024 * 1024:
            raise LineRefusalError(413, "the image is larger than 1 MB")
        self.images[richMenuId] = body
        return {}

    def _on_getrichmenulist(self, _body: Any, _key: str | None) -> Any:
        return {"richmenus": [{"richMenuId": one, **menu} for one, menu in self.menus.items()]}

    def _on_deleterichmenu(self, _body: Any, _key: str | None, richMenuId: str) -> Any:  # noqa: N803
        self.menus.pop(richMenuId, None)
        self.images.pop(richMenuId, None)
        return {}

    def _on_setdefaultrichmenu(self, _body: Any, _key: str | None, richMenuId: str) -> Any:  # noqa: N803
        self._require_image(richMenuId)
        self.default_menu = richMenuId
        return {}

    def _on_getrichmenualiaslist(self, _body: Any, _key: str | None) -> Any:
        return {"aliases": [{"richMenuAliasId": a, "richMenuId": m} for a, m in self.aliases.items()]}

    def _on_createrichmenualias(self, body: Any, _key: str | None) -> Any:
        if body["richMenuAliasId"] in self.aliases:
            raise LineRefusalError(400, "conflict richmenu alias id")
        self._require_image(body["richMenuId"])
        self.aliases[body["richMenuAliasId"]] = body["richMenuId"]
        return {}

    def _on_updaterichmenualias(
        self,
        body: Any,
        _key: str | None,
        richMenuAliasId: str,  # noqa: N803
    ) -> Any:
        self._require_image(body["richMenuId"])
        self.aliases[richMenuAliasId] = body["richMenuId"]
        return {}

    def _on_linkrichmenuidtouser(
        self,
        _body: Any,
        _key: str | None,
        userId: str,  # noqa: N803
        richMenuId: str,  # noqa: N803
    ) -> Any:
        self._require_image(richMenuId)
        self.linked_menus[userId] = richMenuId
        return {}

    def _on_unlinkrichmenuidfromuser(self, _body: Any, _key: str | None, userId: str) -> Any:  # noqa: N803
        self.linked_menus.pop(userId, None)
        return {}

    def _require_image(self, menu: str) -> None:
        if menu not in self.images:
            raise LineRefusalError(400, "must upload richmenu image before applying it")

    async def _stream_content(self, request: web.Request, content: FakeContent) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"content-type": "application/octet-stream"})
        await answer.prepare(request)
        for at in range(0, len(content.data), 64 * 1024):
            await asyncio.sleep(content.chunk_delay)
            await answer.write(content.data[at : at + 64 * 1024])
        await answer.write_eof()
        return answer


def sign_body(body: bytes, secret: str = SECRET) -> str:
    """Sign a body as LINE does."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


@asynccontextmanager
async def serve_fake_line_api(rules: LineRules | None, port: int = 0) -> AsyncIterator[FakeLineApi]:
    """Serve a LINE API on loopback while the context is open."""
    line = FakeLineApi(rules)
    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_route("*", "/{any:.*}", line.handle_request)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    assert runner.addresses
    line.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        # The server may close an idle connection while the next webhook request is being sent over it.
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=connector) as session:
            line.session = session
            yield line
    finally:
        await runner.cleanup()
