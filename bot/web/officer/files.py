"""The files of a case: pictures as cleaned copies, everything else to be saved, and each opening in the trail."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bot.bootstrap import RunningDesk
from bot.images.sanitize import SHOWABLE_IMAGE_TYPES, sanitize_image
from bot.web.officer.actions import OfficerActions
from bot.web.officer.responses import SANDBOX_HEADERS, OfficerResponses, reject_files, stream_file
from bot.web.officer.session import OFFICER_SESSION_COOKIE, OfficerSession
from bot.web.templating import PageRenderer
from handlers.complaints.conflict_of_interest import MIN_REASON_LENGTH
from handlers.dialog.events import File, Lang
from handlers.dialog.replies import Reply
from handlers.staff.complaints.case_page import (
    PageActionResult,
    derive_file_slug,
    find_case_file,
    open_case_file,
    open_original_file,
)
from storage.errors import StorageError
from storage.files.file_types import FILE_EXTENSIONS

MAX_TYPE_LABEL_LENGTH = 9
"""Letters of a kind of file that is said: PDF, JPEG."""


@dataclass(frozen=True, slots=True)
class FileListItem:
    """A file in the list of a case. what: picture, file, coming or lost."""

    key: str
    name: str
    type_label: str
    size: str
    state: str


class CaseFiles:
    """Opens files for who sits at their case."""

    def __init__(self, desk: RunningDesk, pages: PageRenderer, sheets: OfficerResponses) -> None:
        self.desk, self.pages, self.sheets = desk, pages, sheets
        self._room = asyncio.Semaphore(1)  # a picture of 50 megapixels is decoded at a time, not ten

    def find_session(self, request: Request) -> OfficerSession | None:
        """Who has a seat, as far as their cookie says."""
        return OfficerSession.from_request(request, OFFICER_SESSION_COOKIE, self.desk.store.keyring)

    def create_actions(self, holder: OfficerSession) -> OfficerActions:
        """What they do."""
        return OfficerActions(self.desk, self.pages.office, holder.token_hash)

    def list_files(self, files: Iterable[File]) -> list[FileListItem]:
        """The files as they stand on the page."""
        return [
            FileListItem(
                derive_file_slug(file),
                file.name,
                _format_file_type(file.kind),
                f"{max(1, file.size // 1024):,} KB",
                _classify_file(file),
            )
            for file in files
        ]

    async def serve_file(self, request: Request) -> Response:
        """A file to be saved; of a picture, the page that shows its copy."""
        holder, key = self.find_session(request), request.path_params["key"]
        if holder is None:
            return self.sheets.render_closed("th")
        deeds = self.create_actions(holder)
        named = await deeds.decide(find_case_file(deeds.create_page_request(), key))
        if named is not None and named.file is not None and _classify_file(named.file) == "picture":
            return self._render_picture_page(request, holder, named.file, named.session.access.lang)
        opened = await deeds.execute(lambda v: open_case_file(v, key))
        return await self._send_file(opened)

    async def serve_picture(self, request: Request) -> Response:
        """The copy of a picture: its pixels and nothing else."""
        holder, key = self.find_session(request), request.path_params["key"]
        opened = (
            await self.create_actions(holder).execute(lambda v: open_case_file(v, key)) if holder else None
        )
        if opened is None or opened.file is None or _classify_file(opened.file) != "picture":
            return self.sheets.render_closed("th")
        async with self._room:
            try:
                content = b"".join(
                    [chunk async for chunk in self.desk.store.evidence.read_chunks(opened.file.id)]
                )
            except (StorageError, OSError) as trouble:
                self.desk.engine.on_error(trouble)
                return self.sheets.render_closed("th", status=404)
            made = await asyncio.to_thread(sanitize_image, content)
        if made is None:
            return Response(status_code=415, headers=dict(SANDBOX_HEADERS))
        return Response(made[0], headers=dict(SANDBOX_HEADERS), media_type=made[1])

    async def serve_original(self, request: Request) -> Response:
        """A picture as it came, for a reason."""
        holder, key = self.find_session(request), request.path_params["key"]
        filled = await self.sheets.read_form(request, holder, reject_files)
        reason = filled.get_text("text")
        if holder is None:
            return self.sheets.render_closed("th", reason)
        deeds = self.create_actions(holder)
        if not holder.has_issued(filled.get_text("csrf")):
            opened, note = (
                await deeds.decide(find_case_file(deeds.create_page_request(), key)),
                Reply("officer.stale"),
            )
        else:
            opened = await deeds.execute(lambda v: open_original_file(v, key, reason))
            if opened is None or opened.reply is None:
                return await self._send_file(opened, reason)
            note = opened.reply
        if opened is None or opened.file is None:
            return self.sheets.render_closed("th", reason)
        return self._render_picture_page(
            request, holder, opened.file, opened.session.access.lang, note, reason, 403
        )

    async def _send_file(self, opened: PageActionResult | None, typed: str = "") -> Response:
        if opened is None or opened.file is None:
            return self.sheets.render_closed("th", typed, status=404 if opened else 410)
        evidence, file = self.desk.store.evidence, opened.file
        rest = evidence.read_chunks(file.id)
        try:
            first = await anext(rest, b"")  # before anything is said: what is damaged is no file
        except (StorageError, OSError) as trouble:
            self.desk.engine.on_error(trouble)
            return self.sheets.render_closed("th", typed, status=404)
        return stream_file(
            _prepend_chunk(first, rest), build_safe_filename(file.name, file.kind), file.kind, file.size
        )

    def _render_picture_page(
        self, request: Request, holder: OfficerSession, file: File, lang: Lang, note: Reply | None = None,
        typed: str = "", status: int = 200,
    ) -> Response:  # fmt: skip
        seat, key = request.path_params["seat"], request.path_params["key"]
        return self.sheets.render(
            "officer_picture.html",
            lang,
            status,
            back=f"/officer/{seat}",
            picture=f"/officer/{seat}/picture/{key}",
            path=f"/officer/{seat}/original/{key}",
            title=file.name,
            fewest=MIN_REASON_LENGTH,
            csrf=holder.issue_form_token(),
            note=self.sheets.translate_reply(note, lang) if note else "",
            typed=typed,
        )


def build_safe_filename(name: str, kind: str) -> str:
    """A name that ends as its content is: else a text called x.hta would run where it is saved."""
    endings = FILE_EXTENSIONS.get(kind, frozenset())
    if name.rpartition(".")[2].lower() in endings and "." in name:
        return name
    own = kind.rpartition("/")[2]
    ending = "txt" if kind == "text/plain" else own if own in endings else min(endings, default="bin")
    return f"{name}.{ending}"


async def _prepend_chunk(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _format_file_type(kind: str) -> str:
    """A media type as people say it; empty where they do not."""
    short = kind.rpartition("/")[2]
    return short.upper() if len(short) <= MAX_TYPE_LABEL_LENGTH else ""


def _classify_file(file: File) -> str:
    if file.coming:
        return "coming"
    if not file.kind and not file.size:
        return "lost"
    return "picture" if file.kind in SHOWABLE_IMAGE_TYPES else "file"
