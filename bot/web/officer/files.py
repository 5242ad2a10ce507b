"""The files of a case: pictures as sanitised copies, others as downloads; each opening is recorded in the audit log."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bot.bootstrap import RunningDesk
from bot.decoding.messages import KINDS_WITH_PAGES, MAX_PAGES, DecodingFailure, Pixels
from bot.decoding.pool import DecoderPool, DecoderUnavailableError
from bot.images.sanitize import encode_picture
from bot.web.officer.actions import OfficerActions
from bot.web.officer.responses import SANDBOX_HEADERS, OfficerResponses, reject_files, stream_file
from bot.web.officer.session import OFFICER_SESSION_COOKIE, OfficerSession
from bot.web.templating import PageRenderer
from handlers.complaints.conflict_of_interest import MIN_REASON_LENGTH
from handlers.dialog.events import File, Lang
from handlers.dialog.replies import Phrase
from handlers.evidence.file_kinds import FILE_KINDS, find_file_kind
from handlers.staff.complaints.case_page import (
    PageActionResult,
    derive_file_slug,
    find_case_file,
    open_case_file,
    open_original_file,
)
from storage.errors import StorageError
from storage.files.picture_headers import PICTURE_KINDS

MAX_TYPE_LABEL_LENGTH = 9
"""Characters of a file type label that is shown: PDF, JPEG."""


@dataclass(frozen=True, slots=True)
class FileListItem:
    """A file in the list of a case. state: `picture`, `undecoded`, `file`, `coming` or `lost`."""

    key: str
    name: str
    type_label: str
    size: str
    state: str


class CaseFiles:
    """Serves files to the holder of a case page session."""

    def __init__(
        self, desk: RunningDesk, pages: PageRenderer, responses: OfficerResponses, decoders: DecoderPool
    ) -> None:
        self.desk, self.pages, self.responses, self.decoders = desk, pages, responses, decoders

    def find_session(self, request: Request) -> OfficerSession | None:
        """The session of the request's cookie, not yet checked against the database."""
        return OfficerSession.from_request(request, OFFICER_SESSION_COOKIE, self.desk.store.keyring)

    def create_actions(self, session: OfficerSession) -> OfficerActions:
        return OfficerActions(self.desk.engine, self.pages.office, session.token_hash)

    async def list_files(self, files: Iterable[File]) -> list[FileListItem]:
        """The files as the page lists them."""
        decoded = await self.decoders.list_kinds()
        return [
            FileListItem(
                derive_file_slug(file),
                file.name,
                _format_file_type(file.kind),
                f"{max(1, file.size // 1024):,} KB",
                _classify_file(file, decoded),
            )
            for file in files
        ]

    async def serve_file(self, request: Request) -> Response:
        """Download a file; for a picture, show the page with its copy."""
        session, key = self.find_session(request), request.path_params["key"]
        if session is None:
            return self.responses.render_closed("th")
        actions = self.create_actions(session)
        named = await actions.decide(lambda v: find_case_file(v, key))
        if named is not None and named.file is not None and await self._is_picture(named.file):
            return await self._render_picture_page(request, session, named.file, named.session.access.lang)
        opened = await actions.execute(lambda v: open_case_file(v, key))
        return await self._send_file(opened)

    async def serve_picture(self, request: Request) -> Response:
        """Serve the sanitised copy of a picture: its pixels and nothing else."""
        session, key = self.find_session(request), request.path_params["key"]
        if session is None:
            return self.responses.render_closed("th")
        opened = await self.create_actions(session).execute(lambda v: open_case_file(v, key))
        if opened is None or opened.file is None or not await self._is_picture(opened.file):
            return self.responses.render_closed("th")
        try:
            pixels = await self._decode_page(session, opened.file, get_page_number(request))
        except DecoderUnavailableError as error:
            self.desk.engine.on_error(error)
            return Response(status_code=503, headers=dict(SANDBOX_HEADERS))
        except (StorageError, OSError) as error:
            self.desk.engine.on_error(error)
            return self.responses.render_closed("th", status=404)
        if isinstance(pixels, DecodingFailure):
            return Response(status_code=415, headers=dict(SANDBOX_HEADERS))
        content, kind = await asyncio.to_thread(encode_picture, pixels)
        return Response(content, headers=dict(SANDBOX_HEADERS), media_type=kind)

    async def _is_picture(self, file: File) -> bool:
        return _classify_file(file, await self.decoders.list_kinds()) == "picture"

    async def _decode_page(self, session: OfficerSession, file: File, page: int) -> Pixels | DecodingFailure:
        """Decode a page, counted from 1. Raises DecoderUnavailableError, StorageError, OSError."""
        # A lane for each session: a file that takes all the time there is holds up who opened it, and nobody else.
        async with self.decoders.open_slot(session.token_hash.hex()) as slot:
            content = b"".join([chunk async for chunk in self.desk.store.evidence.read_chunks(file.id)])
            return await slot.decode(file.kind, content, page - 1)

    async def _count_pages(self, session: OfficerSession, file: File) -> int:
        """The number of pages of a file; 1 where it cannot be found out, as the picture itself will show."""
        if file.kind not in KINDS_WITH_PAGES:
            return 1
        with suppress(DecoderUnavailableError, StorageError, OSError):
            pixels = await self._decode_page(session, file, 1)
            return pixels.pages if isinstance(pixels, Pixels) else 1
        return 1

    async def serve_original(self, request: Request) -> Response:
        """Download a picture as it was sent; requires a reason."""
        session, key = self.find_session(request), request.path_params["key"]
        filled = await self.responses.read_form(request, session, reject_files)
        reason = filled.get_text("text")
        if session is None:
            return self.responses.render_closed("th", reason)
        actions = self.create_actions(session)
        if not session.has_issued(filled.get_text("csrf")):
            opened, note = (
                await actions.decide(lambda v: find_case_file(v, key)),
                Phrase("officer.stale"),
            )
        else:
            opened = await actions.execute(lambda v: open_original_file(v, key, reason))
            if opened is None or opened.note is None:
                return await self._send_file(opened, reason)
            note = opened.note
        if opened is None or opened.file is None:
            return self.responses.render_closed("th", reason)
        return await self._render_picture_page(
            request, session, opened.file, opened.session.access.lang, note, reason, 403
        )

    async def _send_file(self, opened: PageActionResult | None, typed: str = "") -> Response:
        if opened is None or opened.file is None:
            return self.responses.render_closed("th", typed, status=404 if opened else 410)
        evidence, file = self.desk.store.evidence, opened.file
        rest = evidence.read_chunks(file.id)
        try:
            # Read before the headers are sent: a damaged file gives an error page.
            first = await anext(rest, b"")
        except (StorageError, OSError) as error:
            self.desk.engine.on_error(error)
            return self.responses.render_closed("th", typed, status=404)
        return stream_file(
            _prepend_chunk(first, rest), build_safe_filename(file.name, file.kind), file.kind, file.size
        )

    async def _render_picture_page(
        self, request: Request, session: OfficerSession, file: File, lang: Lang, note: Phrase | None = None,
        typed: str = "", status: int = 200,
    ) -> Response:  # fmt: skip
        seat, key = request.path_params["seat"], request.path_params["key"]
        page, pages = get_page_number(request), await self._count_pages(session, file)
        return self.responses.render(
            "officer_picture.html",
            lang,
            status,
            back=f"/officer/{seat}",
            picture=f"/officer/{seat}/picture/{key}" + (f"?page={page}" if pages > 1 else ""),
            file=f"/officer/{seat}/file/{key}",
            page=page,
            pages=pages,
            path=f"/officer/{seat}/original/{key}",
            title=file.name,
            fewest=MIN_REASON_LENGTH,
            csrf=session.issue_form_token(),
            note=self.responses.translate_reply(note, lang) if note else "",
            typed=typed,
        )


def get_page_number(request: Request) -> int:
    """The page that a request asks for, counted from 1; the first where it asks for none that there can be."""
    asked = request.query_params.get("page", "1")
    return int(asked) if re.fullmatch("[1-9][0-9]{0,2}", asked) and int(asked) <= MAX_PAGES else 1


def build_safe_filename(name: str, kind: str) -> str:
    """A file name whose extension matches the content: a text called x.hta would run where it is saved."""
    known = find_file_kind(kind)
    endings = FILE_KINDS[known].extensions if known is not None else ("bin",)
    return name if "." in name and name.rpartition(".")[2].lower() in endings else f"{name}.{endings[0]}"


async def _prepend_chunk(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _format_file_type(kind: str) -> str:
    """The short name of a media type, e.g. `PDF`; empty if it is too long to be one."""
    short = kind.rpartition("/")[2]
    return short.upper() if len(short) <= MAX_TYPE_LABEL_LENGTH else ""


def _classify_file(file: File, decoded: frozenset[str]) -> str:
    """The state of a file in the list. decoded: media types that are shown as pictures."""
    if file.coming:
        return "coming"
    if not file.kind and not file.size:
        return "lost"
    if file.kind in decoded:
        return "picture"
    return "undecoded" if file.kind in PICTURE_KINDS else "file"
