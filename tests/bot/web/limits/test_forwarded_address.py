"""The address that a proxy forwards is believed from this machine and from the proxy that is named, and nobody else."""

import asyncio
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.bootstrap import App
from bot.serve import build_server_config
from bot.settings import Settings
from tests.in_memory_desk import OFFICE

PROXY, FORWARDED = "10.0.0.5", "203.0.113.9"


def read_client(proxy: str | None, peer: str) -> str:
    """The address that a request counts under which comes from `peer` and names another."""
    settings = Settings(_env_file=None, proxy=proxy)  # type: ignore[call-arg, arg-type]
    config = build_server_config(App(settings, OFFICE, {}))
    seen: list[Any] = []

    async def note_client(scope: Scope, _: Receive, __: Send) -> None:
        seen.append(scope["client"][0])

    headers = [(b"x-forwarded-for", FORWARDED.encode())]
    scope: Any = {"type": "http", "client": (peer, 1), "headers": headers, "scheme": "http"}
    middleware = ProxyHeadersMiddleware(note_client, config.forwarded_allow_ips)  # type: ignore[arg-type]
    asyncio.run(middleware(scope, None, None))  # type: ignore[arg-type]
    return str(seen[0])


@pytest.mark.parametrize(
    ("proxy", "peer", "believed"),
    [
        (None, "127.0.0.1", True),
        (None, "::1", True),
        (None, PROXY, False),
        (PROXY, PROXY, True),
        ("10.0.0.0/24", PROXY, True),
        (PROXY, "10.0.0.6", False),
        (PROXY, "127.0.0.1", True),
        (PROXY, "198.51.100.1", False),
    ],
)
def test_who_is_believed(
    monkeypatch: pytest.MonkeyPatch, proxy: str | None, peer: str, believed: bool
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    assert (read_client(proxy, peer) == FORWARDED) is believed
