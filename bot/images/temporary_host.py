"""Pictures that a platform fetches by address: in memory, for a quarter of an hour, at paths nobody can guess."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.images.chart import render_chart_png
from bot.images.qr import render_qr_png
from handlers.dialog.replies import Message, MonthlyChart

IMAGE_TTL = timedelta(minutes=15)
MAX_IMAGES = 64
"""Pictures at a time, of some 50 kB; the oldest makes room."""

PATH_RANDOM_BYTES = 32
"""Random bytes of a path."""


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A picture and the instant it is taken down."""

    content: bytes = field(repr=False)
    expires_at: datetime


@dataclass
class TemporaryImages:
    """The pictures of one desk. origin: where the world reaches this server, by https; path: where they hang."""

    origin: str
    path: str
    now: Callable[[], datetime]
    _images: dict[str, StoredImage] = field(default_factory=dict, repr=False)

    async def publish_images(self, messages: Sequence[Message]) -> dict[MonthlyChart | str, str]:
        """The charts and QR codes of some messages, drawn and hung up: each with its address.

        What fades is a secret, and no picture of it hangs anywhere.
        """
        charts = dict.fromkeys(message.chart for message in messages if message.chart)
        codes = dict.fromkeys(message.qr for message in messages if message.qr and not message.expires)
        shown: dict[MonthlyChart | str, str] = {
            chart: self.add(await render_chart_png(chart)) for chart in charts
        }
        return shown | {code: self.add(render_qr_png(code)) for code in codes}

    def add(self, content: bytes) -> str:
        """Hang a PNG picture up; gives its address."""
        self._delete_expired()
        while len(self._images) >= MAX_IMAGES:
            del self._images[next(iter(self._images))]
        name = secrets.token_urlsafe(PATH_RANDOM_BYTES)
        self._images[name] = StoredImage(content, self.now() + IMAGE_TTL)
        return f"{self.origin}{self.path}/{name}"

    async def serve_image(self, request: Request) -> Response:
        """A picture, as long as it hangs; nobody on the way may keep it. Raises HTTPException (404)."""
        self._delete_expired()
        hung = self._images.get(request.path_params["name"])
        if hung is None:
            raise HTTPException(404)
        return Response(hung.content, media_type="image/png", headers={"cache-control": "no-store"})

    def build_route(self) -> Route:
        """Where they are fetched."""
        return Route(f"{self.path}/{{name:str}}", self.serve_image)

    def _delete_expired(self) -> None:
        now = self.now()
        for name in [name for name, hung in self._images.items() if hung.expires_at <= now]:
            del self._images[name]


def create_temporary_images(
    public_url: str | None, desk: str, now: Callable[[], datetime]
) -> TemporaryImages | None:
    """The gallery of a desk; None where no https address is set, since platforms fetch by no other."""
    if not public_url or not public_url.startswith("https://"):
        return None
    return TemporaryImages(public_url.rstrip("/"), f"/line/{desk}/picture", now)
