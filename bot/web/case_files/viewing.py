"""How a file of a case is shown: as a copy, as text, as a stream, or as its original.

It knows nothing of who asks: whoever routes to it has found the file, checked the right to it, and recorded it.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.bootstrap import RunningDesk
from bot.decoding.messages import KINDS_WITH_PAGES, MAX_PAGES, DecodingFailure, Pixels, ReadText
from bot.decoding.pool import DecoderPool, DecoderUnavailableError
from bot.images.sanitize import encode_picture
from bot.web.case_files.byte_range import parse_range
from bot.web.officer.responses import SANDBOX_HEADERS, OfficerResponses, stream_file
from handlers.complaints.conflict_of_interest import MIN_REASON_LENGTH
from handlers.dialog.codes.code_finder import remove_codes
from handlers.dialog.codes.typed_codes import get_code_placeholder
from handlers.dialog.events import File, Lang
from handlers.dialog.replies import Phrase
from handlers.evidence.file_kinds import (
    FILE_KINDS,
    FileKind,
    OriginalWarning,
    ShownAs,
    find_file_kind,
    find_shown_as,
)
from handlers.i18n import render_text
from handlers.staff.complaints.case_page import derive_file_slug
from storage.errors import StorageError

_PLAYED_AS = {
    FileKind.MOV: "video/mp4",
    FileKind.VIDEO_3GP: "video/mp4",
    FileKind.SOUND_3GP: "audio/mp4",
    FileKind.WMA: "audio/x-ms-wma",
}
"""Media types under which browsers try what they can play, where the file's own makes them refuse."""


class FormTokens(Protocol):
    """A session that gives form tokens, and knows its own."""

    def issue_form_token(self) -> str:
        """Return a token that only this session can send back."""

    def has_issued(self, form_token: str, /) -> bool:
        """Whether a token was given to this session."""


@dataclass(frozen=True, slots=True)
class FileListItem:
    """A file in the list of a case. state: `coming`, `lost`, or how it is shown (`ShownAs`)."""

    key: str
    name: str
    type_label: str
    size: str
    state: str


@dataclass(frozen=True, slots=True)
class FileAddress:
    """Where the pages of a file are: beneath `base`, such as `/staff/complaints/case/2570/1`, by its key."""

    base: str
    key: str

    def build(self, page: str) -> str:
        """Return the address of a page: `file`, `picture`, `play` or `original`."""
        return f"{self.base}/{page}/{self.key}"


@dataclass(frozen=True, slots=True)
class FilePage:
    """What a page of a file is made of. lane: whose other files wait while one is decoded; number: of a page, from 1.

    note: what is said above it; typed: a reason that was not taken; frame: the template around it.
    """

    file: File
    address: FileAddress
    back: str
    lang: Lang
    lane: str
    number: int = 1
    note: Phrase | None = None
    typed: str = ""
    frame: str = "officer.html"


class FileViewing:
    """Shows the files of a desk's cases."""

    def __init__(self, desk: RunningDesk, responses: OfficerResponses, decoders: DecoderPool) -> None:
        self._desk, self._responses, self._decoders = desk, responses, decoders

    async def list_files(self, files: Iterable[File], lang: Lang) -> list[FileListItem]:
        """The files as a page lists them."""
        return [
            FileListItem(
                derive_file_slug(file),
                file.name,
                describe_kind(file.kind, lang),
                f"{max(1, file.size // 1024):,} KB",
                await self._describe_state(file),
            )
            for file in files
        ]

    async def find_shown_as(self, file: File) -> ShownAs | None:
        """How a file is shown here; None where it has not come. What no library here decodes is had as it came."""
        if file.coming or not file.kind:
            return None
        shown = find_shown_as(file.kind)
        needs_library = shown in {ShownAs.PICTURE, ShownAs.TEXT}
        known = not needs_library or file.kind in await self._decoders.list_kinds()
        return shown if known else ShownAs.ORIGINAL

    async def _describe_state(self, file: File) -> str:
        shown = await self.find_shown_as(file)
        return shown.value if shown is not None else "coming" if file.coming else "lost"

    async def render_page(self, page: FilePage, tokens: FormTokens, status: int = 200) -> Response:
        """Render the page of a file that has come. What it says is on the page itself: the view has to be recorded."""
        shown = await self.find_shown_as(page.file) or ShownAs.ORIGINAL
        kind, token = find_file_kind(page.file.kind), tokens.issue_form_token()
        warning = FILE_KINDS[kind].warning if kind is not None else OriginalWarning.TRACES
        pages, failure, text = 1, None, None
        if shown is ShownAs.PICTURE:
            pages, failure = await self._count_pages(page)
        elif shown is ShownAs.TEXT:
            text = await self._read_text(page)
            failure = text if isinstance(text, DecodingFailure) else None
        return self._responses.render(
            "officer_file.html",
            page.lang,
            status,
            frame=page.frame,
            back=page.back,
            title=page.file.name,
            kind=describe_kind(page.file.kind, page.lang),
            shown=shown.value,
            picture=page.address.build("picture") + (f"?page={page.number}" if pages > 1 else ""),
            stream=f"{page.address.build('play')}?t={token}",
            file=page.address.build("file"),
            path=page.address.build("original"),
            page=page.number,
            pages=pages,
            text=text.text if isinstance(text, ReadText) else "",
            is_cut=isinstance(text, ReadText) and text.is_cut,
            failure="" if failure is None else "locked" if failure is DecodingFailure.LOCKED else "undecoded",
            warning=warning.value,
            fewest=MIN_REASON_LENGTH,
            csrf=token,
            note=render_text(page.note, page.lang) if page.note else "",
            typed=page.typed,
        )

    async def send_copy(self, file: File, lane: str, number: int) -> Response:
        """Serve the copy of a picture, or of a page of it: its pixels and nothing else."""
        try:
            pixels = await self._decode_page(file, lane, number)
        except DecoderUnavailableError as error:
            self._desk.engine.on_error(error)
            return Response(status_code=503, headers=dict(SANDBOX_HEADERS))
        except (StorageError, OSError) as error:
            self._desk.engine.on_error(error)
            return self._responses.render_closed("th", status=404)
        if isinstance(pixels, DecodingFailure):
            return Response(status_code=415, headers=dict(SANDBOX_HEADERS))
        content, kind = await asyncio.to_thread(encode_picture, pixels)
        return Response(content, headers=dict(SANDBOX_HEADERS), media_type=kind)

    async def send_stream(self, request: Request, file: File) -> Response:
        """Serve sound or video, or the part of it that a player asks for. Only to who was given its page's token."""
        part, kind = parse_range(request.headers.get("range"), file.size), find_file_kind(file.kind)
        headers = {**SANDBOX_HEADERS, "accept-ranges": "bytes"}
        if part is None:
            return Response(status_code=416, headers={**headers, "content-range": f"bytes */{file.size}"})
        rest = self._desk.store.evidence.read_range(file.id, part.start, part.stop)
        try:
            first = await anext(rest, b"")
        except (StorageError, OSError) as error:
            self._desk.engine.on_error(error)
            return self._responses.render_closed("th", status=404)
        headers["content-length"] = str(part.length)
        if part.is_part:
            headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
        played = _PLAYED_AS.get(kind, file.kind) if kind is not None else file.kind
        status = 206 if part.is_part else 200
        return StreamingResponse(_prepend_chunk(first, rest), status, headers, media_type=played)

    async def send_original(self, file: File, typed: str = "") -> Response:
        """Serve a file as it came, for download. typed: is given back where it cannot be read."""
        rest = self._desk.store.evidence.read_chunks(file.id)
        try:
            # Read before the headers are sent: a damaged file gives an error page.
            first = await anext(rest, b"")
        except (StorageError, OSError) as error:
            self._desk.engine.on_error(error)
            return self._responses.render_closed("th", typed, status=404)
        name = build_safe_filename(file.name, file.kind)
        return stream_file(_prepend_chunk(first, rest), name, file.kind, file.size)

    async def _decode_page(self, file: File, lane: str, number: int) -> Pixels | DecodingFailure:
        """Decode a page, counted from 1. Raises DecoderUnavailableError, StorageError, OSError."""
        # A lane for each session: a file that takes all the time there is holds up who opened it, and nobody else.
        async with self._decoders.open_slot(lane) as slot:
            return await slot.decode(file.kind, await self._read_whole(file), number - 1)

    async def _read_whole(self, file: File) -> bytes:
        return b"".join([chunk async for chunk in self._desk.store.evidence.read_chunks(file.id)])

    async def _count_pages(self, page: FilePage) -> tuple[int, DecodingFailure | None]:
        """The number of pages, and why none is shown; 1 where it cannot be found out: the picture itself will tell."""
        if page.file.kind not in KINDS_WITH_PAGES:
            return 1, None
        with suppress(DecoderUnavailableError, StorageError, OSError):
            pixels = await self._decode_page(page.file, page.lane, 1)
            return (pixels.pages, None) if isinstance(pixels, Pixels) else (1, pixels)
        return 1, None

    async def _read_text(self, page: FilePage) -> ReadText | DecodingFailure:
        """What is written in a file, without tracking codes: they are their reporter's alone."""
        try:
            async with self._decoders.open_slot(page.lane) as slot:
                found = await slot.read_text(page.file.kind, await self._read_whole(page.file))
        except (DecoderUnavailableError, StorageError, OSError) as error:
            self._desk.engine.on_error(error)
            return DecodingFailure.STOPPED
        if isinstance(found, DecodingFailure):
            return found
        text = await asyncio.to_thread(remove_codes, found.text, get_code_placeholder(page.lang))
        return ReadText(text, found.is_cut)


def get_page_number(request: Request) -> int:
    """The page that a request asks for, counted from 1; the first where it asks for none that there can be."""
    asked = request.query_params.get("page", "1")
    return int(asked) if re.fullmatch("[1-9][0-9]{0,2}", asked) and int(asked) <= MAX_PAGES else 1


def describe_kind(media_type: str, lang: Lang) -> str:
    """What a kind of file is called; empty for one that is not known."""
    kind = find_file_kind(media_type)
    return render_text(Phrase(f"kind.{kind.name.lower()}"), lang) if kind is not None else ""


def build_safe_filename(name: str, kind: str) -> str:
    """A file name whose extension matches the content: a text called x.hta would run where it is saved."""
    known = find_file_kind(kind)
    endings = FILE_KINDS[known].extensions if known is not None else ("bin",)
    return name if "." in name and name.rpartition(".")[2].lower() in endings else f"{name}.{endings[0]}"


async def _prepend_chunk(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk
