"""How a page of officers leaves: its own headers, its own frame, and nothing that stays behind."""

import re
import unicodedata
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.web.multipart import FileSink, FormData, parse_form
from bot.web.officer.session import OfficerSession
from bot.web.templating import PageRenderer
from bot.web.upload_limits import UploadLimiter, UploadTooLargeError
from handlers.dialog.events import File, Lang
from handlers.dialog.replies import Reply
from handlers.i18n import render_text

OFFICER_PAGE_HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-accel-buffering": "no",  # a proxy would lay what it cannot hold into a clear file
}
SANDBOX_HEADERS: Mapping[str, str] = {
    **OFFICER_PAGE_HEADERS,
    "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}
"""Of what somebody sent: whatever it is, it is no page of ours and runs nothing."""

CLOSED_STATUS = 410
_EXTENSION_PATTERN = re.compile(r"\.([A-Za-z0-9]{1,8})$")


class OfficerResponses:
    """Makes the responses."""

    def __init__(self, pages: PageRenderer) -> None:
        self._pages = pages
        self._bodies = UploadLimiter(max_concurrent=40)

    def render(self, template: str, lang: Lang, status: int = 200, **more: Any) -> Response:  # noqa: ANN401
        page = self._pages.render(template, lang, status, **more)
        page.headers.update(OFFICER_PAGE_HEADERS)
        return page

    def render_closed(
        self, lang: Lang, typed: str = "", what: str = "closed", status: int = CLOSED_STATUS
    ) -> Response:
        """The page of who may see nothing any more; what they typed and did not send is given back."""
        other: Lang = "th" if lang == "en" else "en"  # who it was is not known any more
        also = render_text(Reply(f"officer.{what}"), other)
        return self.render("officer_closed.html", lang, status, what=what, typed=typed, also=also)

    def translate_reply(self, say: Reply, lang: Lang) -> str:
        """Something said, in words."""
        return render_text(say, lang)

    async def read_form(self, request: Request, holder: OfficerSession | None, take: FileSink) -> FormData:
        """A form; files are taken only after a ticket of its holder. Raises Unread."""

        def can_accept_files(fields: Mapping[str, str]) -> bool:
            return holder is not None and holder.has_issued(fields.get("csrf", ""))

        return await parse_form(request, self._bodies, can_accept_files, take)


async def reject_files(chunks: AsyncIterator[bytes], name: str) -> File:
    """Where no file is asked for, none is taken."""
    async for _ in chunks:
        pass
    return File("", name, "", 0)


async def read_chunks(chunks: AsyncIterator[bytes], most: int) -> bytes:
    """A file in memory, read to its end. Raises TooLarge."""
    content, size = bytearray(), 0
    async for chunk in chunks:
        size += len(chunk)
        if size <= most:
            content += chunk
        else:
            content.clear()
    if size > most:
        raise UploadTooLargeError
    return bytes(content)


def stream_file(chunks: AsyncIterator[bytes] | bytes, name: str, kind: str, size: int) -> Response:
    """A file to be saved, as it came. size: bytes."""
    headers = {
        **SANDBOX_HEADERS,
        "content-disposition": build_content_disposition(name),
        "content-length": str(size),
    }
    if isinstance(chunks, bytes):
        return Response(chunks, headers=headers, media_type=kind)
    return StreamingResponse(chunks, headers=headers, media_type=kind or "application/octet-stream")


def build_content_disposition(name: str) -> str:
    """What a browser saves a file as (RFC 6266): nothing in the name reaches the header but as percent signs."""
    plain = "".join(c for c in name if unicodedata.category(c)[0] != "C").replace("/", "_").replace("\\", "_")
    ending = _EXTENSION_PATTERN.search(plain)
    bare = f"file.{ending[1]}" if ending else "file"
    return f"attachment; filename=\"{bare}\"; filename*=UTF-8''{quote(plain or 'file', safe='')}"
