"""The wire to a WordPress: its REST API by aiohttp, with an application password. No error holds an answer's words."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.publishing.target import PublishError

MAX_RESPONSE_BYTES = 8 * 1024 * 1024
REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=90, sock_connect=10, sock_read=60)
_ERROR_CODES = {
    HTTPStatus.UNAUTHORIZED: "refused",
    HTTPStatus.FORBIDDEN: "refused",
    HTTPStatus.NOT_FOUND: "absent",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
}


class WordPressClient:
    """One conversation with a website."""

    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        self._session, self._origin = session, origin.rstrip("/") + "/"

    async def get(self, route: str, **asked: str) -> Any:  # noqa: ANN401 - as the route says
        return await self._request("GET", route, asked, None)

    async def post_json(self, route: str, content: Mapping[str, str]) -> Any:  # noqa: ANN401
        """Write something as JSON."""
        body = json.dumps(dict(content)).encode()
        return await self._request(
            "POST", route, {}, aiohttp.BytesPayload(body, content_type="application/json")
        )

    async def upload(self, route: str, name: str, kind: str, content: bytes, **said: str) -> Any:  # noqa: ANN401
        """Send a file, with what is said of it."""
        form = aiohttp.FormData(said)
        form.add_field("file", content, filename=name, content_type=kind)
        return await self._request("POST", route, {}, form)

    async def _request(self, method: str, route: str, asked: Mapping[str, str], data: Any) -> Any:  # noqa: ANN401
        # `rest_route` is understood whether or not the website has addresses of words ("permalinks").
        params = {"rest_route": route, **asked}
        try:
            async with self._session.request(
                method, self._origin, params=params, data=data, allow_redirects=False
            ) as answer:
                _check_status(answer.status)
                read = await answer.content.read(MAX_RESPONSE_BYTES)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise PublishError("unreachable") from None  # its words may hold the address
        try:
            return json.loads(read)
        except ValueError:
            raise PublishError("answer") from None


def _check_status(status: int) -> None:
    """Raise Unposted where an answer is not yes."""
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status < HTTPStatus.BAD_REQUEST:
        raise PublishError("moved")
    server = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
    raise PublishError("broken" if server else _ERROR_CODES.get(HTTPStatus(status), "answer"))


@asynccontextmanager
async def open_wordpress_client(
    origin: str, user: str, password: SecretStr
) -> AsyncIterator[WordPressClient]:
    """A conversation, as long as it is needed."""
    login = aiohttp.encode_basic_auth(user, password.get_secret_value(), encoding="utf-8")
    async with aiohttp.ClientSession(
        timeout=REQUEST_TIMEOUT,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"authorization": login, "accept": "application/json", "user-agent": "ita-bot"},
    ) as session:
        yield WordPressClient(session, origin)
