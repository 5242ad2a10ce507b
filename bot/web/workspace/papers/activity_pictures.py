"""Pictures of an activity: an officer sends one, and its pixels are published under words that say what it shows."""

import asyncio
from dataclasses import dataclass, replace
from hashlib import sha256

from starlette.responses import RedirectResponse, Response

from bot.bootstrap import RunningDesk
from bot.decoding.messages import DecodingFailure
from bot.decoding.pool import DecoderPool, DecoderUnavailableError
from bot.images.sanitize import PublicPicture, encode_public_picture
from bot.web.multipart import FormData
from bot.web.officer.responses import FileContents
from bot.web.workspace.addresses import get_desk_path
from bot.web.workspace.open_session import OpenWorkspace, ShownReply, WorkspaceOutcome, has_page_action
from bot.web.workspace.pages import WorkspacePages
from bot.web.workspace.service_views import ServiceViews
from handlers.dialog.replies import OfficerPageAction, Phrase
from handlers.evidence.file_kinds import ShownAs, find_shown_as
from handlers.participation.messages import (
    MAX_PICTURE_WORDS_LENGTH,
    AddActivityPicture,
    RemoveActivityPicture,
)
from handlers.questions.pii import redact_pii
from handlers.staff.workspace.service.activities import PICTURE_ADDED, add_picture, remove_picture
from handlers.staff.workspace.views import WorkspaceView, get_view_address, may_open_view
from handlers.thai.matching import parse_number
from handlers.thai.text import clean_text
from storage.errors import StorageError
from storage.files.file_types import detect_file_type

MAX_NUMBER = 1_000_000
"""Above any year, number and place of a picture; SQLite takes no number of any length."""
MAX_UPLOAD_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RefusedPicture:
    """A form that was not taken. note: why; form: what was typed, given back."""

    note: Phrase
    form: FormData


class ActivityPictures:
    """Takes the forms of an activity's pictures."""

    def __init__(self, desk: RunningDesk, pages: WorkspacePages, decoders: DecoderPool) -> None:
        self._desk, self._pages, self._decoders = desk, pages, decoders

    async def handle_request(self, opened: OpenWorkspace, views: ServiceViews) -> Response:
        """Handle a form, or show the activity with why it was not taken. The address alone only leads there."""
        if not may_open_view(WorkspaceView.ACTIVITY, self._desk.name, opened.found.staff.role):
            return self._pages.render("workspace/not_allowed.html", opened, status=403)
        at = opened.http.path_params
        if opened.http.method == "GET" or max(at["year"], at["number"]) > MAX_NUMBER:
            return self._lead_back(opened)
        result = await self._handle_form(opened)
        if isinstance(result, Response):
            return result
        words = ShownReply(self._pages.translate(result.note, opened.lang))
        shown = replace(opened, form=result.form)
        return await views.render(WorkspaceView.ACTIVITY, shown, WorkspaceOutcome((words,), status=422))

    async def _handle_form(self, opened: OpenWorkspace) -> Response | RefusedPicture:
        """Add or delete a picture, and lead back to the activity; or say why not."""
        received = FileContents(MAX_UPLOAD_BYTES)
        form = await self._pages.responses.read_form(opened.http, opened.cookie, received.store)
        if not opened.cookie.has_issued(form.get_text("csrf")):
            return RefusedPicture(Phrase("officer.stale"), form)
        try:
            if form.get_text("remove"):
                return await self._remove(opened, form)
            return await self._add(opened, form, received.contents)
        except StorageError as error:
            self._desk.engine.on_error(error)
            return RefusedPicture(Phrase("officer.unsaved"), form)

    async def _remove(self, opened: OpenWorkspace, form: FormData) -> Response | RefusedPicture:
        at, place = opened.http.path_params, min(parse_number(form.get_text("remove")) or 0, MAX_NUMBER)
        act = RemoveActivityPicture(at["year"], at["number"], place, "")
        name = f"{form.get_text('csrf')} remove {at['year']} {at['number']} {place}"
        answer, _ = await opened.actions.execute_once(name, lambda v: remove_picture(v, act))
        if has_page_action(answer, OfficerPageAction.CLOSE):
            return RedirectResponse(get_desk_path(self._desk.name), 303)
        return self._lead_back(opened)

    async def _add(
        self, opened: OpenWorkspace, form: FormData, contents: list[bytes]
    ) -> Response | RefusedPicture:
        words = redact_pii(" ".join(clean_text(form.get_text("words")).text.split()))
        if form.files and form.files[0].problem is not None:
            return _refuse("large", form)
        if not contents:
            return _refuse("none", form)
        if not words or len(words) > MAX_PICTURE_WORDS_LENGTH:
            return _refuse("words", form)
        picture = await self._decode(contents[0])
        if picture is None:
            return _refuse("unreadable", form)
        at = opened.http.path_params
        act = AddActivityPicture(
            at["year"], at["number"], words, picture.width, picture.height, picture.content
        )
        mark = sha256(contents[0]).hexdigest()
        name = f"{form.get_text('csrf')} picture {at['year']} {at['number']} {mark}"
        answer, _ = await opened.actions.execute_once(name, lambda v: add_picture(v, act))
        if has_page_action(answer, OfficerPageAction.CLOSE):
            return RedirectResponse(get_desk_path(self._desk.name), 303)
        if answer.replies and answer.replies[0].key != PICTURE_ADDED.key:
            reply = answer.replies[0]
            return RefusedPicture(Phrase(reply.key, reply.args), form)
        return self._lead_back(opened)

    async def _decode(self, content: bytes) -> PublicPicture | None:
        """Return a picture's pixels as they are published; None where it is no picture that can be read here."""
        kind = await asyncio.to_thread(detect_file_type, content)
        if kind is None or find_shown_as(kind.value) is not ShownAs.PICTURE:
            return None
        if kind.value not in await self._decoders.list_kinds():
            return None
        try:
            async with self._decoders.open_slot("activity") as slot:
                pixels = await slot.decode(kind.value, content)
        except DecoderUnavailableError as error:
            self._desk.engine.on_error(error)
            return None
        if isinstance(pixels, DecodingFailure):
            return None
        return await asyncio.to_thread(encode_public_picture, pixels)

    def _lead_back(self, opened: OpenWorkspace) -> Response:
        at = opened.http.path_params
        address = get_view_address(WorkspaceView.ACTIVITY, at["year"], at["number"])
        return RedirectResponse(f"{get_desk_path(self._desk.name)}/{address}", 303)


def _refuse(why: str, form: FormData) -> RefusedPicture:
    limits = {"size": MAX_UPLOAD_BYTES // 1024 // 1024, "count": MAX_PICTURE_WORDS_LENGTH}
    return RefusedPicture(Phrase(f"inquiry.activity.picture.{why}", limits), form)
