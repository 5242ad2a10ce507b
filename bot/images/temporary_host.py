"""Host pictures that a platform fetches by URL: in memory, for a quarter of an hour, at unguessable paths."""

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
"""Pictures at a time, of about 50 kB each; beyond that, the oldest is dropped."""

PATH_RANDOM_BYTES = 32


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A PNG picture and the instant at which it is deleted (UTC)."""

    content: bytes = field(repr=False)
    expires_at: datetime


@dataclass
class TemporaryImages:
    """The pictures of one desk. origin: this server's public https origin; path: path prefix of the pictures."""

    origin: str
    path: str
    now: Callable[[], datetime]
    _images: dict[str, StoredImage] = field(default_factory=dict, repr=False)

    async def publish_images(self, messages: Sequence[Message]) -> dict[MonthlyChart | str, str]:
        """Render and host the charts and QR codes of messages. Returns their URLs.

        A QR code in a message that expires contains a secret, and is not hosted.
        """
        charts = dict.fromkeys(message.chart for message in messages if message.chart)
        codes = dict.fromkeys(message.qr for message in messages if message.qr and not message.policy.expires)
        urls: dict[MonthlyChart | str, str] = {
            chart: self.add(await render_chart_png(chart)) for chart in charts
        }
        return urls | {code: self.add(render_qr_png(code)) for code in codes}

    def add(self, content: bytes) -> str:
        """Host a PNG picture. Returns its URL."""
        self._delete_expired()
        while len(self._images) >= MAX_IMAGES:
            del self._images[next(iter(self._images))]
        name = secrets.token_urlsafe(PATH_RANDOM_BYTES)
        self._images[name] = StoredImage(content, self.now() + IMAGE_TTL)
        return f"{self.origin}{self.path}/{name}"

    async def serve_image(self, request: Request) -> Response:
        """Serve a picture that has not expired, not to be cached. Raises HTTPException (404)."""
        self._delete_expired()
        image = self._images.get(request.path_params["name"])
        if image is None:
            raise HTTPException(404)
        return Response(image.content, media_type="image/png", headers={"cache-control": "no-store"})

    def build_route(self) -> Route:
        return Route(f"{self.path}/{{name:str}}", self.serve_image)

    def _delete_expired(self) -> None:
        now = self.now()
        for name in [name for name, image in self._images.items() if image.expires_at <= now]:
            del self._images[name]


def create_temporary_images(
    public_url: str | None, desk: str, now: Callable[[], datetime]
) -> TemporaryImages | None:
    """Create the host of a desk; None without a public https URL, since LINE fetches from no other."""
    if not public_url or not public_url.startswith("https://"):
        return None
    return TemporaryImages(public_url.rstrip("/"), f"/line/{desk}/picture", now)
