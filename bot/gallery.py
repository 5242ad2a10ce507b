"""Pictures for officers: in memory for a quarter of an hour, each under a key that nobody can guess."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SHOWN = 900.0
"""Seconds."""

MOST = 32
"""Pictures that are kept; of more, the oldest goes."""


@dataclass
class Gallery:
    """The pictures of one desk, as PNG."""

    clock: Callable[[], float] = time.monotonic
    _hung: dict[str, tuple[float, bytes]] = field(default_factory=dict, repr=False)

    def hang(self, picture: bytes) -> str:
        """Keep a picture; gives its key."""
        while len(self._hung) >= MOST:
            del self._hung[next(iter(self._hung))]
        key = secrets.token_urlsafe(24)
        self._hung[key] = self.clock(), picture
        return key

    def find(self, key: str) -> bytes | None:
        """The picture of a key; None for one that is unknown, or whose time is over."""
        since, picture = self._hung.get(key, (0.0, b""))
        if not picture or self.clock() - since > SHOWN:
            self._hung.pop(key, None)
            return None
        return picture

    def route(self, desk: str) -> Route:
        """Where LINE fetches them, which takes addresses only."""

        async def show(request: Request) -> Response:
            picture = self.find(request.path_params["key"])
            if picture is None:
                return Response(status_code=404, headers=HIDDEN)
            return Response(picture, media_type="image/png", headers=HIDDEN)

        return Route(f"{path(desk)}/{{key:str}}", show)


HIDDEN = {"cache-control": "no-store", "x-robots-tag": "noindex"}


def path(desk: str) -> str:
    """Where the pictures of a desk are found on its site."""
    return f"/picture/{desk}"
