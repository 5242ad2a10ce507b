"""The files of a case: pictures as cleaned copies, everything else to be saved, and each opening in the trail."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bot.bootstrap import RunningDesk
from bot.images import sanitize as pictures
from bot.web.officer.actions import OfficerActions
from bot.web.officer.responses import SHUT, OfficerResponses, handed, nothing
from bot.web.officer.session import SEAT, OfficerSession
from bot.web.templating import PageRenderer
from handlers.complaints.conflict_of_interest import REASON
from handlers.dialog.events import File, Lang, Reply
from handlers.staff.complaints import case_page as visit
from handlers.staff.complaints.case_page import PageActionResult
from storage.errors import StorageError
from storage.files.file_types import EXTENSIONS

SHORT = 9
"""Letters of a kind of file that is said: PDF, JPEG."""


@dataclass(frozen=True, slots=True)
class FileListItem:
    """A file in the list of a case. what: picture, file, coming or lost."""

    key: str
    name: str
    kind: str
    size: str
    what: str


class CaseFiles:
    """Opens files for who sits at their case."""

    def __init__(self, desk: RunningDesk, pages: PageRenderer, sheets: OfficerResponses) -> None:
        self.desk, self.pages, self.sheets = desk, pages, sheets
        self._room = asyncio.Semaphore(1)  # a picture of 50 megapixels is decoded at a time, not ten

    def holder(self, request: Request) -> OfficerSession | None:
        """Who has a seat, as far as their cookie says."""
        return OfficerSession.of(request, SEAT, self.desk.store.seals)

    def deeds(self, holder: OfficerSession) -> OfficerActions:
        """What they do."""
        return OfficerActions(self.desk, self.pages.office, holder.mark)

    def listed(self, files: Iterable[File]) -> list[FileListItem]:
        """The files as they stand on the page."""
        return [
            FileListItem(
                visit.key_of(file),
                file.name,
                _kind(file.kind),
                f"{max(1, file.size // 1024):,} KB",
                _what(file),
            )
            for file in files
        ]

    async def file(self, request: Request) -> Response:
        """A file to be saved; of a picture, the page that shows its copy."""
        holder, key = self.holder(request), request.path_params["key"]
        if holder is None:
            return self.sheets.closed("th")
        deeds = self.deeds(holder)
        named = await deeds.decide(visit.named(deeds.visit(), key))
        if named is not None and named.file is not None and _what(named.file) == "picture":
            return self._frame(request, holder, named.file, named.visitor.hole.lang)
        opened = await deeds.done(lambda v: visit.opened(v, key))
        return await self._handed(opened)

    async def picture(self, request: Request) -> Response:
        """The copy of a picture: its pixels and nothing else."""
        holder, key = self.holder(request), request.path_params["key"]
        opened = await self.deeds(holder).done(lambda v: visit.opened(v, key)) if holder else None
        if opened is None or opened.file is None or _what(opened.file) != "picture":
            return self.sheets.closed("th")
        async with self._room:
            try:
                content = b"".join([chunk async for chunk in self.desk.store.evidence.read(opened.file.id)])
            except (StorageError, OSError) as trouble:
                self.desk.engine.fault(trouble)
                return self.sheets.closed("th", status=404)
            made = await asyncio.to_thread(pictures.cleaned, content)
        if made is None:
            return Response(status_code=415, headers=dict(SHUT))
        return Response(made[0], headers=dict(SHUT), media_type=made[1])

    async def original(self, request: Request) -> Response:
        """A picture as it came, for a reason."""
        holder, key = self.holder(request), request.path_params["key"]
        filled = await self.sheets.filled(request, holder, nothing)
        reason = filled.words("text")
        if holder is None:
            return self.sheets.closed("th", reason)
        deeds = self.deeds(holder)
        if not holder.gave(filled.words("csrf")):
            opened, note = await deeds.decide(visit.named(deeds.visit(), key)), Reply("officer.stale")
        else:
            opened = await deeds.done(lambda v: visit.original(v, key, reason))
            if opened is None or opened.say is None:
                return await self._handed(opened, reason)
            note = opened.say
        if opened is None or opened.file is None:
            return self.sheets.closed("th", reason)
        return self._frame(request, holder, opened.file, opened.visitor.hole.lang, note, reason, 403)

    async def _handed(self, opened: PageActionResult | None, typed: str = "") -> Response:
        if opened is None or opened.file is None:
            return self.sheets.closed("th", typed, status=404 if opened else 410)
        evidence, file = self.desk.store.evidence, opened.file
        rest = evidence.read(file.id)
        try:
            first = await anext(rest, b"")  # before anything is said: what is damaged is no file
        except (StorageError, OSError) as trouble:
            self.desk.engine.fault(trouble)
            return self.sheets.closed("th", typed, status=404)
        return handed(_joined(first, rest), honest(file.name, file.kind), file.kind, file.size)

    def _frame(
        self, request: Request, holder: OfficerSession, file: File, lang: Lang, note: Reply | None = None,
        typed: str = "", status: int = 200,
    ) -> Response:  # fmt: skip
        seat, key = request.path_params["seat"], request.path_params["key"]
        return self.sheets.shown(
            "officer_picture.html",
            lang,
            status,
            back=f"/officer/{seat}",
            picture=f"/officer/{seat}/picture/{key}",
            path=f"/officer/{seat}/original/{key}",
            title=file.name,
            fewest=REASON,
            csrf=holder.ticket(),
            note=self.sheets.words(note, lang) if note else "",
            typed=typed,
        )


def honest(name: str, kind: str) -> str:
    """A name that ends as its content is: else a text called x.hta would run where it is saved."""
    endings = EXTENSIONS.get(kind, frozenset())
    if name.rpartition(".")[2].lower() in endings and "." in name:
        return name
    own = kind.rpartition("/")[2]
    ending = "txt" if kind == "text/plain" else own if own in endings else min(endings, default="bin")
    return f"{name}.{ending}"


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _kind(kind: str) -> str:
    """A media type as people say it; empty where they do not."""
    short = kind.rpartition("/")[2]
    return short.upper() if len(short) <= SHORT else ""


def _what(file: File) -> str:
    if file.coming:
        return "coming"
    if not file.kind and not file.size:
        return "lost"
    return "picture" if file.kind in pictures.KINDS else "file"
