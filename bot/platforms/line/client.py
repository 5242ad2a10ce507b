"""Messaging API client over line-bot-sdk, which only this module imports.

Library errors are translated to those of `bot.delivery.transport` and of this module; none carries LINE's text.
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any
from urllib.request import getproxies

import aiohttp
from linebot.v3.messaging import (  # type: ignore[import-untyped]
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    Configuration,
    CreateRichMenuAliasRequest,
    RichMenuRequest,
    SetWebhookEndpointRequest,
    ShowLoadingAnimationRequest,
    TestWebhookEndpointRequest,
    UpdateRichMenuAliasRequest,
)

from bot.clock.outside_time import trace_dates
from bot.delivery.transport import (
    PermanentError,
    PlatformUnavailableError,
    QuotaExhaustedError,
    ReplyTokenUsedError,
    RetryLaterError,
    TokenRefusedError,
    TransportError,
)

LineJson = Mapping[str, Any]
"""A message, action or menu as JSON, in the form of the Messaging API reference."""

API_ORIGIN, CONTENT_ORIGIN = "https://api.line.me", "https://api-data.line.me"
CALL_TIMEOUT = 8.0
"""Seconds that a call may take. Whether one that timed out was carried out is unknown."""

WEBHOOK_TEST_TIMEOUT = 20.0
"""Seconds: LINE calls us meanwhile, and waits itself."""

MAX_FAILURE_LENGTH = 120
"""Characters of LINE's reason for a failed webhook that are shown."""

CHUNK_SIZE = 64 * 1024
MAX_CONNECTIONS = 64
DEFAULT_RETRY_AFTER = 5.0
"""Seconds to wait after HTTP 429, for which LINE names no time."""

TRANSCODING_RETRY_DELAY = 2.0
"""Seconds after which a file that LINE is still preparing (transcoding) is requested again."""


class LineClient:
    """Messaging API calls of one official account. Create it inside a running event loop.

    Each call raises TransportError, and no error of the SDK.
    """

    def __init__(self, token: str, origin: str = API_ORIGIN) -> None:
        self._origin = origin.rstrip("/")
        config = Configuration(access_token=token, host=self._origin)
        config.connection_pool_maxsize = MAX_CONNECTIONS
        self._client = AsyncApiClient(config)
        self._api, self._blob = AsyncMessagingApi(self._client), AsyncMessagingApiBlob(self._client)
        self._content = CONTENT_ORIGIN if self._origin == API_ORIGIN else self._origin
        self._auth = {"Authorization": f"Bearer {token}"}
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS),
            # Without a proxy, do not let aiohttp look for one at every call: that costs a tenth of a message's work.
            trust_env=bool(getproxies()),
            cookie_jar=aiohttp.DummyCookieJar(),
            trace_configs=trace_dates(),
        )

    async def close(self) -> None:
        await self._client.close()
        await self._session.close()

    async def reply(self, token: str, messages: Sequence[LineJson]) -> None:
        """Answer with a reply token, which does not count against the quota. Raises ReplyTokenUsedError."""
        body = {"replyToken": token, "messages": list(messages)}
        status, response = await self._post("/v2/bot/message/reply", body, {})
        if status == HTTPStatus.BAD_REQUEST and "reply token" in (_error_message(response) or ""):
            raise ReplyTokenUsedError
        _raise_unless_accepted(status, response)

    async def push(self, to: str, messages: Sequence[LineJson], key: str) -> None:
        """Send a push message, which counts against the month's quota.

        key: a UUID (X-Line-Retry-Key); a message sent again with the same key is delivered once. Raises
        QuotaExhaustedError.
        """
        body, headers = {"to": to, "messages": list(messages)}, {"X-Line-Retry-Key": key}
        status, response = await self._post("/v2/bot/message/push", body, headers)
        # 409 from LINE itself means that a push with this key was accepted before.
        if status != HTTPStatus.CONFLICT or _error_message(response) is None:
            _raise_unless_accepted(status, response)

    async def _post(self, path: str, body: LineJson, headers: dict[str, str]) -> tuple[int, bytes]:
        """Post JSON without the SDK, whose models cost 0.7 ms per message and check no more.

        Returns status and body of the response.
        """
        headers |= {**self._client.default_headers, "Content-Type": "application/json"}
        limit = aiohttp.ClientTimeout(total=CALL_TIMEOUT)
        call = self._session.post(
            self._origin + path, data=json.dumps(body), headers=headers, timeout=limit, allow_redirects=False
        )
        try:
            async with call as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise PlatformUnavailableError from None

    async def get_bot_info(self) -> tuple[str, bool]:
        """Return the account's own user id, and whether only the bot answers in it (reference, "Get bot info")."""
        info = await self._call_sdk(lambda: self._api.get_bot_info(_request_timeout=CALL_TIMEOUT))
        return str(info.user_id), info.chat_mode == "bot"

    async def get_account_name(self) -> str:
        """Return the account's basic id, by which people find it, such as `@123abcde`."""
        info = await self._call_sdk(lambda: self._api.get_bot_info(_request_timeout=CALL_TIMEOUT))
        return str(info.basic_id)

    async def get_webhook(self) -> str:
        """Return the address that LINE posts to; empty where there is none, or it is not in use."""
        try:
            found = await self._call_sdk(
                lambda: self._api.get_webhook_endpoint(_request_timeout=CALL_TIMEOUT)
            )
        except PermanentError:  # 404: none was set
            return ""
        return str(found.endpoint) if found.active else ""

    async def set_webhook(self, url: str) -> None:
        """Have events posted to an https address. Whether they are is a switch in LINE Developers."""
        request = SetWebhookEndpointRequest(endpoint=url)
        await self._call_sdk(lambda: self._api.set_webhook_endpoint(request, _request_timeout=CALL_TIMEOUT))

    async def test_webhook(self) -> str:
        """Have LINE call the webhook now, as at most 60 times an hour. Returns its reason for a failure, else empty."""
        tried = await self._call_sdk(
            lambda: self._api.test_webhook_endpoint(
                TestWebhookEndpointRequest(), _request_timeout=WEBHOOK_TEST_TIMEOUT
            )
        )
        return "" if tried.success else f"{tried.status_code} {tried.reason}"[:MAX_FAILURE_LENGTH]

    async def get_quota(self) -> tuple[int | None, int]:
        """Return the month's limit of messages (None: unlimited) and how many were sent."""
        quota = await self._call_sdk(lambda: self._api.get_message_quota(_request_timeout=CALL_TIMEOUT))
        used = await self._call_sdk(
            lambda: self._api.get_message_quota_consumption(_request_timeout=CALL_TIMEOUT)
        )
        limited = quota.type.value == "limited" if hasattr(quota.type, "value") else quota.type == "limited"
        return (int(quota.value) if limited and quota.value is not None else None), int(used.total_usage)

    async def show_loading(self, person: str, seconds: int = 20) -> None:
        """Show the loading animation."""
        request = ShowLoadingAnimationRequest(chatId=person, loadingSeconds=seconds)
        await self._call_sdk(lambda: self._api.show_loading_animation(request, _request_timeout=CALL_TIMEOUT))

    async def leave_group(self, kind: str, group_id: str) -> None:
        """Leave a group or a room."""
        leave = self._api.leave_group if kind == "group" else self._api.leave_room
        await self._call_sdk(lambda: leave(group_id, _request_timeout=CALL_TIMEOUT))

    async def list_rich_menus(self) -> dict[str, str]:
        """Return the names of the account's rich menus by id; names need not be unique."""
        response = await self._call_sdk(lambda: self._api.get_rich_menu_list(_request_timeout=CALL_TIMEOUT))
        return {menu.rich_menu_id: menu.name for menu in response.richmenus}

    async def list_rich_menu_aliases(self) -> dict[str, str]:
        """Return the ids of rich menus by alias."""
        response = await self._call_sdk(
            lambda: self._api.get_rich_menu_alias_list(_request_timeout=CALL_TIMEOUT)
        )
        return {alias.rich_menu_alias_id: alias.rich_menu_id for alias in response.aliases}

    async def create_rich_menu(self, menu: LineJson, image: bytes) -> str:
        """Create a rich menu with its image (PNG, at most 1 MB). Returns its id.

        If the image cannot be uploaded, the menu is deleted again.
        """
        request = RichMenuRequest.from_dict(dict(menu))
        created = await self._call_sdk(
            lambda: self._api.create_rich_menu(request, _request_timeout=CALL_TIMEOUT)
        )
        menu_id, kind = str(created.rich_menu_id), {"Content-Type": "image/png"}
        try:
            await self._call_sdk(
                lambda: self._blob.set_rich_menu_image(
                    menu_id, body=image, _headers=kind, _request_timeout=CALL_TIMEOUT
                )
            )
        except TransportError:
            with suppress(TransportError):  # LINE may be unreachable: the next start deletes it
                await self.delete_rich_menu(menu_id)
            raise
        return menu_id

    async def set_rich_menu_alias(self, alias: str, menu: str, *, known: bool) -> None:
        """Point an alias to a rich menu. known: whether the alias exists."""
        if known:
            update = UpdateRichMenuAliasRequest(richMenuId=menu)
            await self._call_sdk(
                lambda: self._api.update_rich_menu_alias(alias, update, _request_timeout=CALL_TIMEOUT)
            )
        else:
            new = CreateRichMenuAliasRequest(richMenuAliasId=alias, richMenuId=menu)
            await self._call_sdk(lambda: self._api.create_rich_menu_alias(new, _request_timeout=CALL_TIMEOUT))

    async def delete_rich_menu(self, menu: str) -> None:
        """Delete a rich menu."""
        await self._call_sdk(lambda: self._api.delete_rich_menu(menu, _request_timeout=CALL_TIMEOUT))

    async def show_rich_menu(self, menu: str, person: str | None = None) -> None:
        """Link a rich menu to a person, or make it the default."""
        if person is None:
            await self._call_sdk(lambda: self._api.set_default_rich_menu(menu, _request_timeout=CALL_TIMEOUT))
        else:
            await self._call_sdk(
                lambda: self._api.link_rich_menu_id_to_user(person, menu, _request_timeout=CALL_TIMEOUT)
            )

    async def unlink_rich_menu(self, person: str) -> None:
        """Remove a person's own rich menu, so that they see the default."""
        await self._call_sdk(
            lambda: self._api.unlink_rich_menu_id_from_user(person, _request_timeout=CALL_TIMEOUT)
        )

    async def download_content(self, message: str) -> AsyncIterator[bytes]:
        """Yield the content of a file that was sent.

        Raises RetryLaterError while LINE prepares it, rather than wait: the delivery worker has few slots for files
        (`bot.delivery.worker.MAX_PARALLEL_FETCHES`).
        """
        for _ in range(2):
            async with self._open_download(f"/v2/bot/message/{message}/content") as response:
                if response.status == HTTPStatus.OK:
                    async for piece in response.content.iter_chunked(CHUNK_SIZE):
                        yield piece
                    return
                await _raise_for_status(response)
            async with self._open_download(f"/v2/bot/message/{message}/content/transcoding") as response:
                await _raise_for_status(response)
                status = (_parse_json_object(await response.read()) or {}).get("status")
            if status == "failed":
                raise PermanentError
            if status != "succeeded":
                break
        raise RetryLaterError(TRANSCODING_RETRY_DELAY)

    @asynccontextmanager
    async def _open_download(self, path: str) -> AsyncIterator[aiohttp.ClientResponse]:
        limit = aiohttp.ClientTimeout(total=300, sock_connect=CALL_TIMEOUT, sock_read=30)
        try:
            async with self._session.get(self._content + path, headers=self._auth, timeout=limit) as response:
                yield response
        except (aiohttp.ClientError, TimeoutError, ValueError):
            # The library's message contains the URL, and with it the message's id.
            raise PlatformUnavailableError from None

    async def _call_sdk(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - the SDK's models have no types
        try:
            return await call()
        except ApiException as no:
            raise _status_to_error(no.status or 0, no.body) from None
        except (
            aiohttp.ClientError,
            TimeoutError,
            OSError,
            ValueError,
            RecursionError,
        ):  # the last two: not JSON
            raise PlatformUnavailableError from None
        finally:
            self._client.last_response = None  # the SDK keeps it, with the user id in its URL


async def _raise_for_status(response: aiohttp.ClientResponse) -> None:
    """Raise the error for a download's status, if it is one. 202 is not: the file is being prepared."""
    if response.status >= HTTPStatus.BAD_REQUEST:
        raise _status_to_error(response.status, await response.read())


def _raise_unless_accepted(status: int, body: bytes) -> None:
    """Raise the error of a message that LINE did not accept.

    Only a response in LINE's JSON counts as success, because a proxy in between may answer 200 too.
    """
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise _status_to_error(status, body)
    if _parse_json_object(body) is None:
        raise PlatformUnavailableError


def _status_to_error(status: int, body: bytes | str | None) -> TransportError:
    """Return the error for a status other than 2xx.

    LINE's errors are JSON with a `message` (reference, "Error responses"). Any other body comes from something in
    between, such as a proxy or a captive portal, and says nothing about the call: it counts as an outage.
    """
    message = _error_message(body)
    if status == HTTPStatus.GONE:
        return PermanentError()
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return (
            QuotaExhaustedError(3600)
            if "monthly limit" in (message or "")
            else RetryLaterError(DEFAULT_RETRY_AFTER)
        )
    if message is None or not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return PlatformUnavailableError()
    return (
        TokenRefusedError() if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} else PermanentError()
    )


def _error_message(body: bytes | str | None) -> str | None:
    """Return LINE's error text, to be compared but never logged; None if the body is not LINE's."""
    message = (_parse_json_object(body or b"") or {}).get("message")
    return message if isinstance(message, str) else None


def _parse_json_object(body: bytes | str) -> Mapping[str, Any] | None:
    """Parse a body as a JSON object; None if it is not one."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None
