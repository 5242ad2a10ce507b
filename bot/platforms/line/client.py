"""The calls to LINE: line-bot-sdk's. Nobody else here knows that library, and no error holds its words."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any, TypeVar
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
    ShowLoadingAnimationRequest,
    UpdateRichMenuAliasRequest,
)

from bot.delivery.transport import (
    PermanentError,
    PlatformUnavailableError,
    QuotaExhaustedError,
    ReplyTokenUsedError,
    RetryLaterError,
    TokenRefusedError,
    TransportError,
)

T = TypeVar("T")
LineJson = Mapping[str, Any]
"""A message, action or menu as LINE's reference writes it in JSON."""

API_ORIGIN, CONTENT_ORIGIN = "https://api.line.me", "https://api-data.line.me"
CALL_TIMEOUT = 8.0
"""How long a call may take; whether one that took longer has counted nobody knows."""

CHUNK_SIZE = 64 * 1024
MAX_CONNECTIONS = 64
DEFAULT_RETRY_AFTER = 5.0
"""Seconds to wait when LINE says "too many requests" and not for how long."""

TRANSCODING_RETRY_DELAY = 2.0
"""Seconds after which a file that LINE prepares is asked for again."""


class LineClient:
    """One official account. To be made in a running loop. Each call raises TransportError, and nothing of the SDK's."""

    def __init__(self, token: str, origin: str = API_ORIGIN) -> None:
        self._origin = origin.rstrip("/")
        config = Configuration(access_token=token, host=self._origin)
        config.connection_pool_maxsize = MAX_CONNECTIONS
        self._client = AsyncApiClient(config)
        self._api, self._blob = AsyncMessagingApi(self._client), AsyncMessagingApiBlob(self._client)
        self._content = CONTENT_ORIGIN if self._origin == API_ORIGIN else self._origin
        self._auth = {"Authorization": f"Bearer {token}"}
        # Where no proxy is set, nobody is asked for one at every call: that alone costs a tenth of a message's work.
        proxied = bool(getproxies())
        connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS)
        self._own = aiohttp.ClientSession(
            connector=connector, trust_env=proxied, cookie_jar=aiohttp.DummyCookieJar()
        )
        self._theirs = self._client.rest_client.pool_manager
        if not proxied:
            self._client.rest_client.pool_manager = self._own

    async def close(self) -> None:
        """Close the connections."""
        await self._theirs.close()
        await self._own.close()

    async def reply(self, token: str, messages: Sequence[LineJson]) -> None:
        """Answer with a reply token, which costs nothing. Raises ReplyTokenUsedError where it is."""
        try:
            await self._post("/v2/bot/message/reply", {"replyToken": token, "messages": list(messages)}, {})
        except ApiException as no:
            if no.status == HTTPStatus.BAD_REQUEST and "reply token" in (_error_message(no.body) or ""):
                raise ReplyTokenUsedError from None
            raise _to_line_error(no) from None

    async def push(self, to: str, messages: Sequence[LineJson], key: str) -> None:
        """Send unasked, which costs one of the month's messages.

        key: a UUID; the same message sent again under it counts once. Raises QuotaExhaustedError.
        """
        body, headers = {"to": to, "messages": list(messages)}, {"X-Line-Retry-Key": key}
        try:
            await self._post("/v2/bot/message/push", body, headers)
        except ApiException as no:
            if no.status != HTTPStatus.CONFLICT or _error_message(no.body) is None:
                raise _to_line_error(no) from None  # else it was accepted before

    async def _post(self, path: str, body: LineJson, headers: dict[str, str]) -> None:
        """By the SDK's transport, but not its models: these cost 0.7 ms for each message, and check nothing more.

        Sent is only what is answered in LINE's own JSON: whoever stands between us may say 200 too.
        """
        headers |= {**self._client.default_headers, "Content-Type": "application/json"}
        send = self._client.rest_client.post_request
        answer = await _await_response(
            send(self._origin + path, headers=headers, body=body, _request_timeout=CALL_TIMEOUT)
        )
        if _parse_json_object(answer.data) is None:
            raise PlatformUnavailableError

    async def get_bot_info(self) -> tuple[str, bool]:
        """The user id of the account itself, and whether nobody but us answers in it (reference, "Get bot info")."""
        info = await self._call_sdk(lambda: self._api.get_bot_info(_request_timeout=CALL_TIMEOUT))
        return str(info.user_id), info.chat_mode == "bot"

    async def get_quota(self) -> tuple[int | None, int]:
        """How many messages may be pushed in a month (None: any number), and how many were."""
        most = await self._call_sdk(lambda: self._api.get_message_quota(_request_timeout=CALL_TIMEOUT))
        used = await self._call_sdk(
            lambda: self._api.get_message_quota_consumption(_request_timeout=CALL_TIMEOUT)
        )
        limited = most.type.value == "limited" if hasattr(most.type, "value") else most.type == "limited"
        return (int(most.value) if limited and most.value is not None else None), int(used.total_usage)

    async def show_loading(self, person: str, seconds: int = 20) -> None:
        """Show that an answer is on its way."""
        wish = ShowLoadingAnimationRequest(chatId=person, loadingSeconds=seconds)
        await self._call_sdk(lambda: self._api.show_loading_animation(wish, _request_timeout=CALL_TIMEOUT))

    async def leave_group(self, kind: str, place: str) -> None:
        """Leave a group or a room."""
        leave = self._api.leave_group if kind == "group" else self._api.leave_room
        await self._call_sdk(lambda: leave(place, _request_timeout=CALL_TIMEOUT))

    async def list_rich_menus(self) -> dict[str, str]:
        """The rich menus of the account that there are: name by id, for several may have one."""
        there = await self._call_sdk(lambda: self._api.get_rich_menu_list(_request_timeout=CALL_TIMEOUT))
        return {menu.rich_menu_id: menu.name for menu in there.richmenus}

    async def list_rich_menu_aliases(self) -> dict[str, str]:
        """The aliases of rich menus: menu by alias."""
        there = await self._call_sdk(
            lambda: self._api.get_rich_menu_alias_list(_request_timeout=CALL_TIMEOUT)
        )
        return {one.rich_menu_alias_id: one.rich_menu_id for one in there.aliases}

    async def create_rich_menu(self, menu: LineJson, picture: bytes) -> str:
        """Make a rich menu with its picture (PNG, at most 1 MB); gives its id.

        One that gets no picture is of no use, and goes.
        """
        wish = RichMenuRequest.from_dict(dict(menu))
        made = await self._call_sdk(lambda: self._api.create_rich_menu(wish, _request_timeout=CALL_TIMEOUT))
        number, kind = str(made.rich_menu_id), {"Content-Type": "image/png"}
        try:
            await self._call_sdk(
                lambda: self._blob.set_rich_menu_image(
                    number, body=picture, _headers=kind, _request_timeout=CALL_TIMEOUT
                )
            )
        except Exception:
            with suppress(Exception):  # LINE may be away: the next start drops it
                await self.delete_rich_menu(number)
            raise
        return number

    async def set_rich_menu_alias(self, alias: str, menu: str, *, known: bool) -> None:
        """Let an alias stand for a rich menu; known: whether there is such an alias."""
        if known:
            change = UpdateRichMenuAliasRequest(richMenuId=menu)
            await self._call_sdk(
                lambda: self._api.update_rich_menu_alias(alias, change, _request_timeout=CALL_TIMEOUT)
            )
        else:
            new = CreateRichMenuAliasRequest(richMenuAliasId=alias, richMenuId=menu)
            await self._call_sdk(lambda: self._api.create_rich_menu_alias(new, _request_timeout=CALL_TIMEOUT))

    async def delete_rich_menu(self, menu: str) -> None:
        """Delete a rich menu."""
        await self._call_sdk(lambda: self._api.delete_rich_menu(menu, _request_timeout=CALL_TIMEOUT))

    async def show_rich_menu(self, menu: str, person: str | None = None) -> None:
        """Show a rich menu to a person, or to everybody who has none."""
        if person is None:
            await self._call_sdk(lambda: self._api.set_default_rich_menu(menu, _request_timeout=CALL_TIMEOUT))
        else:
            await self._call_sdk(
                lambda: self._api.link_rich_menu_id_to_user(person, menu, _request_timeout=CALL_TIMEOUT)
            )

    async def unlink_rich_menu(self, person: str) -> None:
        """Show a person the same rich menu as everybody."""
        await self._call_sdk(
            lambda: self._api.unlink_rich_menu_id_from_user(person, _request_timeout=CALL_TIMEOUT)
        )

    async def download_content(self, message: str) -> AsyncIterator[bytes]:
        """A file that was sent, piece by piece. Raises RetryLaterError while LINE prepares it.

        Nobody waits here: who fetches has room for a few files only (`bot.delivery.worker.MAX_PARALLEL_FETCHES`).
        """
        for _ in range(2):
            async with self._open_download(f"/v2/bot/message/{message}/content") as answer:
                if answer.status == HTTPStatus.OK:
                    async for piece in answer.content.iter_chunked(CHUNK_SIZE):
                        yield piece
                    return
                await _raise_for_status(answer)
            async with self._open_download(f"/v2/bot/message/{message}/content/transcoding") as answer:
                await _raise_for_status(answer)
                status = (_parse_json_object(await answer.read()) or {}).get("status")
            if status == "failed":
                raise PermanentError
            if status != "succeeded":
                break
        raise RetryLaterError(TRANSCODING_RETRY_DELAY)

    @asynccontextmanager
    async def _open_download(self, path: str) -> AsyncIterator[aiohttp.ClientResponse]:
        limit = aiohttp.ClientTimeout(total=300, sock_connect=CALL_TIMEOUT, sock_read=30)
        try:
            async with self._own.get(self._content + path, headers=self._auth, timeout=limit) as answer:
                yield answer
        except (aiohttp.ClientError, TimeoutError, ValueError):
            # The library's own words hold the address, and with it the message's id.
            raise PlatformUnavailableError from None

    async def _call_sdk(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - the SDK's models have no types
        try:
            return await _await_response(call())
        except ApiException as no:
            raise _to_line_error(no) from None
        finally:
            self._client.last_response = None  # else the SDK holds it, with the person in its address


async def _await_response(call: Awaitable[T]) -> T:
    """What a call gives; whatever keeps it from its end is PlatformUnavailableError, without its words."""
    try:
        return await call
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, RecursionError):  # an answer that is none
        raise PlatformUnavailableError from None


async def _raise_for_status(answer: aiohttp.ClientResponse) -> None:
    """Raise what the status of a download means. 202 is no trouble: it is being prepared."""
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise _status_to_error(answer.status, await answer.read())


def _to_line_error(no: ApiException) -> TransportError:
    """What an error of LINE means to us, without LINE's words."""
    return _status_to_error(no.status or 0, no.body)


def _status_to_error(status: int, body: bytes | str | None) -> TransportError:
    """What a status other than 2xx means.

    LINE refuses in JSON with a `message` (reference, "Error responses"). Any other page comes from something that
    stands between us, a proxy or a portal to log in at, and says nothing of what was called: it is an outage.
    """
    told = _error_message(body)
    if status == HTTPStatus.GONE:
        return PermanentError()
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return (
            QuotaExhaustedError(3600)
            if "monthly limit" in (told or "")
            else RetryLaterError(DEFAULT_RETRY_AFTER)
        )
    if told is None or not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return PlatformUnavailableError()
    return (
        TokenRefusedError() if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} else PermanentError()
    )


def _error_message(body: bytes | str | None) -> str | None:
    """LINE's own words of an error, to be compared and never to be shown; None where it is none of LINE's."""
    told = (_parse_json_object(body or b"") or {}).get("message")
    return told if isinstance(told, str) else None


def _parse_json_object(body: bytes | str) -> Mapping[str, Any] | None:
    """The JSON object of a body; None where it holds none."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
