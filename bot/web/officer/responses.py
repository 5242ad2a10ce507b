"""Responses of the officers' page: their own headers, never cached, never framed."""

import re
import unicodedata
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.web.limits.upload_limits import UploadLimiter, UploadTooLargeError
from bot.web.multipart import FileSink, FormData, parse_form
from bot.web.officer.session import OfficerSession
from bot.web.templating import PageRenderer
from handlers.dialog.events import NEXT_LANG, File, FileProblem, Lang
from handlers.dialog.replies import Phrase, Reply
from handlers.i18n import render_text
from storage.files.evidence import sanitize_file_name

OFFICER_PAGE_HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-accel-buffering": "no",  # a proxy would buffer a large response in an unencrypted file
}
SANDBOX_HEADERS: Mapping[str, str] = {
    **OFFICER_PAGE_HEADERS,
    "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}
"""Headers for files that were sent in: whatever it is, it is not a page of ours and runs nothing."""

CLOSED_STATUS = 410
_EXTENSION_PATTERN = re.compile(r"\.([A-Za-z0-9]{1,8})$")


class OfficerResponses:
    """Renders the officers' pages and reads their forms."""

    def __init__(self, pages: PageRenderer) -> None:
        self._pages = pages
        self._upload_limiter = UploadLimiter(max_concurrent=40)

    def render(self, template: str, lang: Lang, status: int = 200, **more: Any) -> Response:  # noqa: ANN401
        page = self._pages.render(template, lang, status, **more)
        page.headers.update(OFFICER_PAGE_HEADERS)
        if more.get("passkey") is not None:  # the one script of these pages
            policy = OFFICER_PAGE_HEADERS["content-security-policy"]
            page.headers["content-security-policy"] = f"script-src 'self'; {policy}"
        return page

    def render_closed(
        self, lang: Lang, typed: str = "", what: str = "closed", status: int = CLOSED_STATUS
    ) -> Response:
        """The page for an ended session. What was typed but not sent is given back."""
        # The session is gone, and with it the reader's language.
        also = render_text(Phrase(f"officer.{what}"), NEXT_LANG[lang])
        return self.render("officer_closed.html", lang, status, what=what, typed=typed, also=also)

    def translate_reply(self, reply: Phrase | Reply, lang: Lang) -> str:
        return render_text(reply, lang)

    async def read_form(
        self, request: Request, session: OfficerSession | None, file_sink: FileSink
    ) -> FormData:
        """Read a form; files are accepted only after a valid form token of the session. Raises UploadError."""

        def has_ticket(fields: Mapping[str, str]) -> bool:
            return session is not None and session.has_issued(fields.get("csrf", ""))

        return await parse_form(request, self._upload_limiter, has_ticket, file_sink)


class FileContents:
    """A file sink that keeps the files of a form in memory, each up to so many bytes; a larger one is told as such."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.contents: list[bytes] = []

    async def store(self, chunks: AsyncIterator[bytes], name: str) -> File:
        """Read a file to its end, and keep it."""
        try:
            content = await read_chunks(chunks, self._most)
        except UploadTooLargeError:
            return File("", sanitize_file_name(name), "", 0, FileProblem.TOO_LARGE)
        self.contents.append(content)
        return File("", sanitize_file_name(name), "", len(content))


async def reject_files(chunks: AsyncIterator[bytes], name: str) -> File:
    """A file sink for forms without a file field: read past the file and keep nothing."""
    async for _ in chunks:
        pass
    return File("", name, "", 0)


async def read_chunks(chunks: AsyncIterator[bytes], most: int) -> bytes:
    """Read a file into memory, to its end. Raises UploadTooLargeError."""
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
    """Serve a file as a download, unchanged. size: bytes."""
    headers = {
        **SANDBOX_HEADERS,
        "content-disposition": build_content_disposition(name),
        "content-length": str(size),
    }
    if isinstance(chunks, bytes):
        return Response(chunks, headers=headers, media_type=kind)
    return StreamingResponse(chunks, headers=headers, media_type=kind or "application/octet-stream")


def build_content_disposition(name: str) -> str:
    """A Content-Disposition header (RFC 6266): nothing of the name gets in except percent-encoded."""
    plain = "".join(c for c in name if unicodedata.category(c)[0] != "C").replace("/", "_").replace("\\", "_")
    ending = _EXTENSION_PATTERN.search(plain)
    bare = f"file.{ending[1]}" if ending else "file"
    return f"attachment; filename=\"{bare}\"; filename*=UTF-8''{quote(plain or 'file', safe='')}"
