"""Pictures that a platform fetches by address: in memory, for a quarter of an hour, at paths nobody can guess."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.images import qr
from bot.images.chart import drawn
from handlers.dialog.chart import MonthlyChart
from handlers.dialog.events import Message

HANGS = timedelta(minutes=15)
MOST = 64
"""Pictures at a time, of some 50 kB; the oldest makes room."""

RANDOM = 32
"""Random bytes of a path."""


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A picture and the instant it is taken down."""

    content: bytes = field(repr=False)
    until: datetime


@dataclass
class TemporaryImages:
    """The pictures of one desk. origin: where the world reaches this server, by https; path: where they hang."""

    origin: str
    path: str
    now: Callable[[], datetime]
    _hung: dict[str, StoredImage] = field(default_factory=dict, repr=False)

    async def pictured(self, messages: Sequence[Message]) -> dict[MonthlyChart | str, str]:
        """The charts and QR codes of some messages, drawn and hung up: each with its address.

        What fades is a secret, and no picture of it hangs anywhere.
        """
        charts = dict.fromkeys(message.chart for message in messages if message.chart)
        codes = dict.fromkeys(message.qr for message in messages if message.qr and not message.fading)
        shown: dict[MonthlyChart | str, str] = {chart: self.hang(await drawn(chart)) for chart in charts}
        return shown | {code: self.hang(qr.drawn(code)) for code in codes}

    def hang(self, content: bytes) -> str:
        """Hang a PNG picture up; gives its address."""
        self._take_down()
        while len(self._hung) >= MOST:
            del self._hung[next(iter(self._hung))]
        name = secrets.token_urlsafe(RANDOM)
        self._hung[name] = StoredImage(content, self.now() + HANGS)
        return f"{self.origin}{self.path}/{name}"

    async def show(self, request: Request) -> Response:
        """A picture, as long as it hangs; nobody on the way may keep it. Raises HTTPException (404)."""
        self._take_down()
        hung = self._hung.get(request.path_params["name"])
        if hung is None:
            raise HTTPException(404)
        return Response(hung.content, media_type="image/png", headers={"cache-control": "no-store"})

    def route(self) -> Route:
        """Where they are fetched."""
        return Route(f"{self.path}/{{name:str}}", self.show)

    def _take_down(self) -> None:
        now = self.now()
        for name in [name for name, hung in self._hung.items() if hung.until <= now]:
            del self._hung[name]


def gallery(public_url: str | None, desk: str, now: Callable[[], datetime]) -> TemporaryImages | None:
    """The gallery of a desk; None where no https address is set, since platforms fetch by no other."""
    if not public_url or not public_url.startswith("https://"):
        return None
    return TemporaryImages(public_url.rstrip("/"), f"/line/{desk}/picture", now)
