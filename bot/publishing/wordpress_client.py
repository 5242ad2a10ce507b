"""Client of the WordPress REST API, with an application password. No error contains text of a response."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.clock.outside_time import TimeSource, trace_dates
from bot.publishing.target import PublishError

MAX_RESPONSE_BYTES = 8 * 1024 * 1024
REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=90, sock_connect=10, sock_read=60)
_TOO_LARGE_REASONS = {
    "rest_upload_file_too_big",
    "rest_upload_limited_space",
    "rest_upload_user_quota_exceeded",
}
_ERROR_CODES = {
    HTTPStatus.UNAUTHORIZED: "refused",
    HTTPStatus.FORBIDDEN: "refused",
    HTTPStatus.NOT_FOUND: "absent",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
}


class WordPressClient:
    """Requests to one website, in one HTTP session. All raise PublishError."""

    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        self._session, self._origin = session, origin.rstrip("/") + "/"

    async def get(self, route: str, **parameters: str) -> Any:  # noqa: ANN401 - as the route says
        return await self._request("GET", route, parameters, None)

    async def post_json(self, route: str, content: Mapping[str, str]) -> Any:  # noqa: ANN401
        """Send a POST request with JSON. Returns the parsed response."""
        body = json.dumps(dict(content)).encode()
        return await self._request(
            "POST", route, {}, aiohttp.BytesPayload(body, content_type="application/json")
        )

    async def delete(self, route: str) -> Any:  # noqa: ANN401
        """Delete an object, past the trash, which media do not have."""
        return await self._request("DELETE", route, {"force": "true"}, None)

    async def upload(self, route: str, name: str, kind: str, content: bytes, **fields: str) -> Any:  # noqa: ANN401
        """Upload a file with form fields. kind: its media type. Returns the parsed response."""
        form = aiohttp.FormData(fields)
        form.add_field("file", content, filename=name, content_type=kind)
        return await self._request("POST", route, {}, form)

    async def _request(self, method: str, route: str, parameters: Mapping[str, str], data: Any) -> Any:  # noqa: ANN401
        # The parameter `rest_route` works with and without pretty permalinks.
        params = {"rest_route": route, **parameters}
        try:
            async with self._session.request(
                method, self._origin, params=params, data=data, allow_redirects=False
            ) as response:
                body = await response.content.read(MAX_RESPONSE_BYTES)
                _check_status(response.status, body)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise PublishError("unreachable") from None  # the original's message may contain the URL
        try:
            return json.loads(body)
        except ValueError:
            raise PublishError("answer") from None


def _check_status(status: int, body: bytes) -> None:
    """Raise PublishError unless the status is 2xx. body: WordPress names the reason by a code of its own."""
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status < HTTPStatus.BAD_REQUEST:
        raise PublishError("moved")
    reason = _read_reason(body)
    if status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE and reason.startswith("rest_upload_"):
        # With status 500 or 400: WordPress itself works, and refuses this file.
        raise PublishError("too_large" if reason in _TOO_LARGE_REASONS else "file_type")
    if status == HTTPStatus.FORBIDDEN and reason.startswith("rest_"):
        raise PublishError("rights")  # logged in, without the right; a wrong password is 401
    server = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
    raise PublishError("broken" if server else _ERROR_CODES.get(HTTPStatus(status), "answer"))


def _read_reason(body: bytes) -> str:
    """Return the `code` of an error response; empty where it is not one of WordPress."""
    try:
        return str(json.loads(body)["code"])
    except (ValueError, KeyError, TypeError):
        return ""


@asynccontextmanager
async def open_wordpress_client(
    origin: str, user: str, password: SecretStr
) -> AsyncIterator[WordPressClient]:
    """Open a client with basic authentication."""
    login = aiohttp.encode_basic_auth(user, password.get_secret_value(), encoding="utf-8")
    async with aiohttp.ClientSession(
        timeout=REQUEST_TIMEOUT,
        cookie_jar=aiohttp.DummyCookieJar(),
        trace_configs=trace_dates(TimeSource.WEBSITE),
        headers={"authorization": login, "accept": "application/json", "user-agent": "ita-bot"},
    ) as session:
        yield WordPressClient(session, origin)
