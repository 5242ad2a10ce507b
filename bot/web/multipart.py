"""A form as a browser sends it, read as it streams in: words are kept, files go straight to where they are sealed."""

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

from bot.web.upload_limits import UploadError, UploadLimiter, UploadTooLargeError
from handlers.dialog.events import File, FileProblem

MOST_AT_ONCE = 5
MOST_WORDS = 1024 * 1024
"""Bytes of a field: fifteen times the longest story in Thai."""

MOST_FIELDS = 200
FIELDS = {"csrf", "text", "choice"}
LONGEST_NAMES = 500
Taker: TypeAlias = Callable[[AsyncIterator[bytes], str], Awaitable[File]]
Admits: TypeAlias = Callable[[Mapping[str, str]], bool]


@dataclass
class FormData:
    """What was filled in. A field sent twice counts once, as it was sent first."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)

    def words(self, name: str) -> str:
        """The words of a field, with line ends as everywhere else; empty where it was not sent."""
        return self.fields.get(name, "").replace("\r\n", "\n")


async def read(request: Request, bodies: UploadLimiter, admits: Admits, take: Taker) -> FormData:
    """Read a form to its end. Files are taken only if `admits` agrees to the fields before them. Raises Unread."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    chunks = bodies.paced(request.stream(), int(request.headers.get("content-length", "0")))
    if kind == "multipart/form-data":
        try:
            boundary = PushMultipartParser(
                options.get("boundary", ""), max_header_count=8, max_segment_count=MOST_FIELDS
            )
            return await _MultipartReader(_events(chunks, boundary), admits, take).whole()
        except ParserLimitReached:
            raise UploadTooLargeError from None
        except MultipartError:
            raise UploadError from None
    if kind == "application/x-www-form-urlencoded":
        return _plain(await _words(chunks))
    raise UploadError


async def _events(
    chunks: AsyncIterator[bytes], parser: PushMultipartParser
) -> AsyncIterator[MultipartSegment | bytes | None]:
    async for chunk in chunks:
        for event in parser.parse(chunk):
            yield event
    parser.close()


async def _words(chunks: AsyncIterator[bytes]) -> bytes:
    whole = b""
    too_much = False
    async for chunk in chunks:
        too_much = too_much or len(whole) + len(chunk) > MOST_WORDS
        whole = b"" if too_much else whole + chunk  # read on: the page waits for the end of the body
    if too_much:
        raise UploadTooLargeError
    return whole


def _plain(body: bytes) -> FormData:
    try:
        pairs = parse_qsl(body.decode("ascii", "replace"), True, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise UploadError from None
    return FormData(dict(reversed(pairs)))


@dataclass
class _MultipartReader:
    """A multipart form on its way in."""

    events: AsyncIterator[MultipartSegment | bytes | None]
    admits: Admits
    take: Taker
    filled: FormData = field(default_factory=FormData)
    _ended: bool = True

    async def whole(self) -> FormData:
        """Every part, one after the other."""
        async for event in self.events:
            if isinstance(event, MultipartSegment):
                self._ended = False
                await self._part(event)
                async for _ in self._body():  # what nobody wanted
                    pass
        return self.filled

    async def _part(self, part: MultipartSegment) -> None:
        name = part.name or ""
        if part.filename is None:
            if name in FIELDS and name not in self.filled.fields:  # what nobody asked for is read past
                self.filled.fields[name] = (await _words(self._body())).decode("utf-8", "replace")
        elif part.filename and self.admits(self.filled.fields):
            await self._file(part.filename)

    async def _file(self, name: str) -> None:
        files = self.filled.files
        if len(files) < MOST_AT_ONCE:
            files.append(await self.take(self._body(), name))
            return
        # The others are named together, so that one answer tells of all of them.
        named = [file.name for file in files[MOST_AT_ONCE:]] + [re.split(r"[/\\]", name)[-1]]
        told = "”, “".join(named)
        files[MOST_AT_ONCE:] = [File("", told[:LONGEST_NAMES], "", 0, FileProblem.TOO_MANY_AT_ONCE)]

    async def _body(self) -> AsyncIterator[bytes]:
        """The pieces of the present part that were not read yet."""
        while not self._ended:
            piece = await anext(self.events)
            if isinstance(piece, bytes):
                yield piece
            else:
                self._ended = True
