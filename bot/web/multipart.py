"""Stream a submitted form: fields are kept in memory, files go directly to encrypted storage."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import parse_qsl

from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)
from starlette.requests import Request

from bot.web.limits.upload_limits import (
    UnprovenUploadError,
    Upload,
    UploadError,
    UploadLimiter,
    UploadTooLargeError,
)
from handlers.dialog.events import File, FileProblem

MAX_FILES_PER_FORM = 5
MAX_FIELD_BYTES = 1024 * 1024
"""Bytes of a field: fifteen times the longest story in Thai."""

MAX_FORM_FIELDS = 200
TICKET_FIELD_NAME = "csrf"
FIRST_FIELD_NAMES = {TICKET_FIELD_NAME, "text", "choice"}
"""Fields that are read before the form token, whose place in a form is no matter; all others only after it."""

MAX_ALL_FIELDS_BYTES = 2 * MAX_FIELD_BYTES
"""Bytes of all fields of a form that may hold files."""

MAX_FILE_NAMES_LENGTH = 500
FileSink: TypeAlias = Callable[[AsyncIterator[bytes], str], Awaitable[File]]
HasTicket: TypeAlias = Callable[[Mapping[str, str]], bool]
"""Whether the fields of a form hold a form token that we issued to this browser."""


@dataclass
class FormData:
    """The fields and files of a form. Of a field sent twice, the first counts."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)

    def get_text(self, name: str) -> str:
        """The text of a field with line feeds as line ends; empty if it was not sent."""
        return self.fields.get(name, "").replace("\r\n", "\n")


async def parse_form(
    request: Request,
    upload_limiter: UploadLimiter,
    has_ticket: HasTicket,
    file_sink: FileSink,
    *,
    accepts_files: bool = True,
) -> FormData:
    """Read a form to its end, if `has_ticket` agrees to its first fields.

    Files are accepted only after a ticket. Where there is none in time, the form has the fields that came until then
    and no ticket. Raises UploadError.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    upload = upload_limiter.open(request.client.host if request.client else None)
    chunks = upload_limiter.limit(upload, request.stream(), int(request.headers.get("content-length", "0")))
    if kind == "multipart/form-data":
        form = FormData()
        try:
            boundary = PushMultipartParser(
                options.get("boundary", ""), max_header_count=8, max_segment_count=MAX_FORM_FIELDS
            )
            await _MultipartReader(
                _parse_segments(chunks, boundary),
                upload,
                has_ticket,
                file_sink,
                form,
                accepts_files=accepts_files,
            ).read_all()
        except UnprovenUploadError:
            form.fields.pop(TICKET_FIELD_NAME, None)  # one that came too late makes no whole form of it
        except ParserLimitReached:
            raise UploadTooLargeError from None
        except MultipartError:
            raise UploadError from None
        return form
    if kind == "application/x-www-form-urlencoded":
        upload.max_unproven_size = MAX_FIELD_BYTES  # it holds no file, and says nothing before it is whole
        try:
            return _parse_urlencoded(await _read_field_bytes(chunks))
        except UnprovenUploadError:
            raise UploadTooLargeError from None
    raise UploadError


async def _parse_segments(
    chunks: AsyncIterator[bytes], parser: PushMultipartParser
) -> AsyncIterator[MultipartSegment | bytes | None]:
    async for chunk in chunks:
        for event in parser.parse(chunk):
            yield event
    parser.close()


async def _read_field_bytes(chunks: AsyncIterator[bytes]) -> bytes:
    whole = b""
    too_large = False
    async for chunk in chunks:
        too_large = too_large or len(whole) + len(chunk) > MAX_FIELD_BYTES
        whole = (
            b"" if too_large else whole + chunk
        )  # read on: the browser shows the page only after the whole body
    if too_large:
        raise UploadTooLargeError
    return whole


def _parse_urlencoded(body: bytes) -> FormData:
    try:
        pairs = parse_qsl(
            body.decode("ascii", "replace"), True, errors="replace", max_num_fields=MAX_FORM_FIELDS
        )
    except ValueError:
        raise UploadError from None
    return FormData(dict(reversed(pairs)))


@dataclass
class _MultipartReader:
    """Reads one multipart form."""

    events: AsyncIterator[MultipartSegment | bytes | None]
    upload: Upload
    has_ticket: HasTicket
    file_sink: FileSink
    form: FormData
    accepts_files: bool
    _is_part_ended: bool = True
    _field_bytes: int = 0

    async def read_all(self) -> None:
        """Read every part in turn into the form."""
        async for event in self.events:
            if isinstance(event, MultipartSegment):
                self._is_part_ended = False
                await self._read_part(event)
                async for _ in self._read_body():  # skip what was not read
                    pass

    async def _read_part(self, part: MultipartSegment) -> None:
        name = part.name or ""
        if part.filename is None:
            if self._is_read(name):
                self.form.fields[name] = await self._read_text()
                if name == TICKET_FIELD_NAME:
                    self.upload.is_proven = self.has_ticket(self.form.fields)
        elif part.filename and self.upload.is_proven and self.accepts_files:
            await self._read_file(part.filename)

    def _is_read(self, name: str) -> bool:
        """Whether a field is read: of a field sent twice the first counts, and who shows no token sends few."""
        return name not in self.form.fields and (name in FIRST_FIELD_NAMES or self.upload.is_proven)

    async def _read_text(self) -> str:
        content = await _read_field_bytes(self._read_body())
        self._field_bytes += len(content)
        if self._field_bytes > MAX_ALL_FIELDS_BYTES:
            raise UploadTooLargeError
        return content.decode("utf-8", "replace")

    async def _read_file(self, name: str) -> None:
        files = self.form.files
        if len(files) < MAX_FILES_PER_FORM:
            files.append(await self.file_sink(self._read_body(), name))
            return
        # Files above the limit are named together, so that one answer covers all of them.
        named = [file.name for file in files[MAX_FILES_PER_FORM:]] + [re.split(r"[/\\]", name)[-1]]
        names = "”, “".join(named)
        files[MAX_FILES_PER_FORM:] = [
            File("", names[:MAX_FILE_NAMES_LENGTH], "", 0, FileProblem.TOO_MANY_AT_ONCE)
        ]

    async def _read_body(self) -> AsyncIterator[bytes]:
        """The chunks of the current part that were not read yet."""
        while not self._is_part_ended:
            piece = await anext(self.events)
            if isinstance(piece, bytes):
                yield piece
            else:
                self._is_part_ended = True
