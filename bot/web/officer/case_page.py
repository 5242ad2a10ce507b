"""What a seat shows: one case, its files and a reply; or a paper to fetch; or an old register to bring."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.bootstrap import RunningDesk
from bot.exporters import case_pdf as casefile
from bot.web import html as markup
from bot.web.multipart import FormData
from bot.web.officer.actions import OfficerActions
from bot.web.officer.files import CaseFiles
from bot.web.officer.import_register import RegisterImport
from bot.web.officer.responses import OfficerResponses, handed, nothing
from bot.web.officer.session import SEAT, OfficerSession, forget
from bot.web.templating import PageRenderer
from handlers import thai
from handlers.dialog.events import Lang, Reply
from handlers.staff.complaints import case_page as visit
from handlers.staff.complaints.case_page import OpenedCasePage, PageSession
from handlers.staff.page_access import PageKind
from storage.errors import StorageError

KEEP = frozenset({"staff.held.already", "staff.too_long", "staff.reply.ask"})
"""What is said where words were not taken, so that they stand in the box again."""


class CasePages(CaseFiles):
    """The pages behind a link."""

    def __init__(self, desk: RunningDesk, pages: PageRenderer, sheets: OfficerResponses) -> None:
        super().__init__(desk, pages, sheets)
        self._registers = RegisterImport(desk, pages.office, sheets)

    async def room(self, request: Request) -> Response:
        """The page of a seat, or something that is done from there."""
        holder = self.holder(request)
        if request.method == "POST":
            return await self._post(request, holder)
        if holder is None:
            return self.sheets.closed("th")
        deeds = self.deeds(holder)
        visitor = await deeds.decide(visit.admitted(deeds.visit(), proved=True))
        if visitor is None:
            return self.sheets.closed("th")
        return await self._shown(request, holder, visitor)

    async def _shown(
        self,
        request: Request,
        holder: OfficerSession,
        visitor: PageSession,
        note: Reply | None = None,
        typed: str = "",
        status: int = 200,
    ) -> Response:
        lang = visitor.hole.lang
        words = self.sheets.words(note, lang) if note else ""
        more: dict[str, Any] = {"path": request.url.path, "csrf": holder.ticket(), "note": words}
        if visitor.hole.room is PageKind.IMPORT:
            return self._registers.begun(request, holder, lang)
        if visitor.hole.room is PageKind.EXPORT and visitor.found is not None:
            return self.sheets.shown("officer_paper.html", lang, status, number=visitor.found.shown, **more)
        if visitor.hole.room is PageKind.IDENTITY:
            return await self._named(holder, lang, more)
        look = await self.deeds(holder).done(visit.look)
        if look is None:
            return self.sheets.closed(lang, typed)
        more |= {"typed": typed, "waits": look.found.held == visitor.hole.staff.id, **self._case(look, lang)}
        return self.sheets.shown("officer_case.html", lang, status, **more)

    async def _named(self, holder: OfficerSession, lang: Lang, more: dict[str, Any]) -> Response:
        """The reporter's name, where it cannot be shown in the chat."""
        found = await self.deeds(holder).done(visit.identified)
        if found is None:
            return self.sheets.closed(lang)
        return self.sheets.shown(
            "officer_identity.html", lang, number=found.found.shown, lines=found.lines, **more
        )

    def _case(self, look: OpenedCasePage, lang: Lang) -> dict[str, Any]:
        """A case in words."""

        def said(say: Reply) -> str:
            return self.sheets.words(say, lang)

        return {
            "number": look.found.shown,
            "summary": markup.html(said(look.summary).partition("\n")[2]),
            "facts": [(said(f.args["name"]), said(f.args["value"])) for f in look.facts],  # type: ignore[arg-type]
            "talk": [said(line) for line in look.talk],
            "history": [said(line) for line in look.history],
            "files": self.listed(look.files),
        }

    async def _post(self, request: Request, holder: OfficerSession | None) -> Response:
        visitor = None
        if holder is not None:
            deeds = self.deeds(holder)
            visitor = await deeds.decide(visit.admitted(deeds.visit(), proved=True))
        if holder is None or visitor is None:
            filled = await self.sheets.filled(request, None, nothing)
            return self.sheets.closed("th", filled.words("text"))
        if visitor.hole.room is PageKind.IMPORT:
            answer = await self._registers.heard(request, holder, visitor)
            return answer or await self._left(request, holder)
        filled = await self.sheets.filled(request, holder, nothing)
        if not holder.gave(filled.words("csrf")):
            return await self._shown(
                request, holder, visitor, Reply("officer.stale"), filled.words("text"), 403
            )
        if filled.words("choice") == "leave":
            return await self._left(request, holder)
        try:
            return await self._said(request, holder, visitor, filled)
        except StorageError as trouble:
            self.desk.engine.fault(trouble)
            text = filled.words("text")  # the case cannot be shown: that too would have to be written
            return self.sheets.closed(visitor.hole.lang, text, "unsaved", 503)

    async def _said(
        self, request: Request, holder: OfficerSession, visitor: PageSession, filled: FormData
    ) -> Response:
        """Words to the reporter, their confirmation, or taking them back."""
        choice, text, deeds = filled.words("choice"), filled.words("text"), self.deeds(holder)
        if choice == "undo":
            say, _ = await deeds.once(filled.words("csrf"), visit.undone)
        elif choice == "edit":
            return await self._shown(request, holder, visitor, typed=text)
        elif choice == "send":
            say, _ = await deeds.once(
                f"{filled.words('csrf')} {text}", lambda v: visit.replied(v, text, confirmed=True)
            )
        else:
            turn = await deeds.decide(visit.replied(deeds.visit(), text, confirmed=False))
            say = turn.says[0]
        if say.key == "staff.confirm.ask":
            return self._proposed(request, holder, visitor, say, text)
        if say == visit.CLOSED:
            return self.sheets.closed(visitor.hole.lang, text)
        if say.key == "staff.held.now":
            return RedirectResponse(request.url.path, 303)
        typed = text if say.key in KEEP else ""
        return await self._shown(request, holder, visitor, say, typed)

    def _proposed(
        self, request: Request, holder: OfficerSession, visitor: PageSession, say: Reply, text: str
    ) -> Response:
        """What the reporter will see, to be confirmed once."""
        lang, seen = visitor.hole.lang, say.args["seen"]
        return self.sheets.shown(
            "officer_confirm.html",
            lang,
            path=request.url.path,
            csrf=holder.ticket(),
            number=say.args["number"],
            seen=self.sheets.words(seen, lang) if isinstance(seen, Reply) else "",
            typed=thai.clean(text).text,
        )

    async def _left(self, request: Request, holder: OfficerSession) -> Response:
        """The seat is left at once."""
        deeds = self.deeds(holder)
        self._registers.forget(holder)
        turn = await deeds.done(visit.left)
        page = self.sheets.closed(turn.lang if turn else "th", what="left", status=200)
        forget(page, SEAT, request.url.path, request)
        return page

    async def paper(self, request: Request) -> Response:
        """The case as an encrypted PDF, for who asked for it in the chat."""
        holder = self.holder(request)
        fetched = await self.deeds(holder).done(visit.fetched) if holder else None
        if fetched is None or fetched.visitor.found is None:
            return self.sheets.closed("th")
        found, hole, deeds = (
            fetched.visitor.found,
            fetched.visitor.hole,
            OfficerActions(self.desk, self.pages.office, b""),
        )
        content = await casefile.sealed(self.desk.store, self.pages.office, found, hole.password, deeds.now())
        name = f"case-{found.number}-{found.year}.pdf"
        return handed(content, name, "application/pdf", len(content))
