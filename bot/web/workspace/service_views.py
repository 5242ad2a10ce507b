"""Render the views of the service desk: questions, the FAQ, consultations, opinions."""

from typing import Any, Literal, TypeAlias, assert_never

from starlette.responses import Response

from bot.web.workspace.open_session import OpenWorkspace, WorkspaceOutcome
from bot.web.workspace.pages import WorkspacePages
from bot.web.workspace.view_words import make_word_reader, mark_personal_data
from handlers.dialog.replies import Phrase
from handlers.participation.activity_text import format_activity
from handlers.participation.messages import MAX_ACTIVITY_PICTURES
from handlers.questions.contact_answers import find_unknown_places
from handlers.questions.faq_messages import FaqEntry
from handlers.staff.workspace.paging import parse_page
from handlers.staff.workspace.service.activities import list_all_activities, open_activity
from handlers.staff.workspace.service.consultations import list_consultation_rows, open_consultation
from handlers.staff.workspace.service.faq import (
    FaqEntryDraft,
    FaqState,
    judge_faq_draft,
    list_entry_commands,
    list_faq_entries,
    make_answer_preview,
    open_faq_entry,
)
from handlers.staff.workspace.service.opinions import list_opinions
from handlers.staff.workspace.service.questions import list_waiting_questions, open_question
from handlers.staff.workspace.views import WorkspaceView
from handlers.thai.dates import format_date, to_bangkok_date
from handlers.thai.text import clean_text

ServiceView: TypeAlias = Literal[
    WorkspaceView.QUESTIONS,
    WorkspaceView.QUESTION,
    WorkspaceView.FAQ,
    WorkspaceView.FAQ_ENTRY,
    WorkspaceView.CONSULTATIONS,
    WorkspaceView.CONSULTATION,
    WorkspaceView.ACTIVITY,
    WorkspaceView.OPINIONS,
]

PICTURE_PATH = "picture"
"""The last part of the address to which a picture of an activity is sent."""
PICTURE_ROUTE = f"{WorkspaceView.ACTIVITY}/{{year:int}}/{{number:int}}/{PICTURE_PATH}"
MAX_SEARCHED_LENGTH = 100
"""Characters of a search in the FAQ that are looked at."""


class ServiceViews:
    """Renders the views of the service desk. What is typed into a search is sent in a form: it is in no address."""

    def __init__(self, pages: WorkspacePages) -> None:
        self._pages = pages

    async def render(self, view: ServiceView, opened: OpenWorkspace, outcome: WorkspaceOutcome) -> Response:
        """Render one of the views."""
        match view:
            case WorkspaceView.QUESTIONS:
                listed = await opened.read(lambda cmd: list_waiting_questions(cmd, _get_page(opened)))
                return self._show("questions", view, opened, outcome, listed=listed)
            case WorkspaceView.QUESTION:
                return await self._render_question(opened, outcome)
            case WorkspaceView.FAQ:
                return await self._render_faq(opened, outcome)
            case WorkspaceView.FAQ_ENTRY:
                return await self._render_entry(opened, outcome)
            case WorkspaceView.CONSULTATIONS | WorkspaceView.CONSULTATION | WorkspaceView.ACTIVITY:
                return await self._render_participation(view, opened, outcome)
            case WorkspaceView.OPINIONS:
                opinions = await opened.read(lambda cmd: list_opinions(cmd, _get_page(opened)))
                return self._show("opinions", view, opened, outcome, listed=opinions)
            case _:
                assert_never(view)

    def _show(
        self,
        template: str,
        view: ServiceView,
        opened: OpenWorkspace,
        outcome: WorkspaceOutcome,
        **more: Any,  # noqa: ANN401 - template
    ) -> Response:
        more |= {
            "read": make_word_reader(self._pages.responses, opened.lang),
            "mark": mark_personal_data,
            "page_path": opened.http.url.path,
        }
        return self._pages.render(f"workspace/{template}.html", opened, view, outcome, **more)

    async def _render_question(self, opened: OpenWorkspace, outcome: WorkspaceOutcome) -> Response:
        at = opened.http.path_params
        question = await opened.read(lambda cmd: open_question(cmd, at["number"], at["year"]))
        number = f"{at['number']}/{at['year']}"
        if question is not None and not question.can_undo:
            words = self._pages.translate(Phrase("workspace.question.waits_no_more"), opened.lang)
            outcome = outcome.without_waiting(words)
        return self._show(
            "question", WorkspaceView.QUESTION, opened, outcome, question=question, number=number
        )

    async def _render_faq(self, opened: OpenWorkspace, outcome: WorkspaceOutcome) -> Response:
        """The list; or the preview of a new entry, which is stored by the command that its button gives."""
        words, state = _get_field(opened, "words")[:MAX_SEARCHED_LENGTH], _get_field(opened, "state")
        wanted = next((one for one in FaqState if one.value == state), None)
        page = parse_page(_get_field(opened, "page") or opened.http.query_params.get("page", ""))
        question = " ".join(clean_text(_get_field(opened, "question")).text.split()).replace("|", "/")
        draft = _read_draft(opened)
        listed = await opened.read(lambda cmd: list_faq_entries(cmd, page, wanted, words))
        preview, new = None, draft or FaqEntryDraft("")
        if question and draft and draft.answer:
            ctx = opened.make_command(opened.request).ctx
            entry = FaqEntry("", question, draft.answer)
            new = judge_faq_draft(entry, draft, to_bangkok_date(ctx.now))
            shown = new.problem or make_answer_preview(ctx, question, draft.answer, draft.link)
            preview = self._pages.translate(shown, opened.lang)
        return self._show(
            "faq", WorkspaceView.FAQ, opened, outcome, listed=listed, words=words, state=wanted,
            states=list(FaqState), preview=preview, question=question, draft=new, topics=listed.topics,
            can_store=new.problem is None and not find_unknown_places(new.answer),
        )  # fmt: skip

    async def _render_entry(self, opened: OpenWorkspace, outcome: WorkspaceOutcome) -> Response:
        """An entry with what citizens read; where it is changed in the form, with what they would read then."""
        name, draft = opened.http.query_params.get("id", ""), _read_draft(opened)
        entry = await opened.read(lambda cmd: open_faq_entry(cmd, name, draft))
        commands = list_entry_commands(entry) if entry else ()
        shown = self._pages.translate(entry.preview, opened.lang) if entry else None
        return self._show(
            "entry", WorkspaceView.FAQ_ENTRY, opened, outcome,
            entry=entry, commands=commands, preview=shown, topics=entry.topics if entry else (),
        )  # fmt: skip

    async def _render_consultation(self, opened: OpenWorkspace, outcome: WorkspaceOutcome) -> Response:
        code = opened.http.query_params.get("code", "")[:20]
        one = await opened.read(lambda cmd: open_consultation(cmd, code, _get_page(opened)))
        return self._show("consultation", WorkspaceView.CONSULTATION, opened, outcome, one=one)

    async def _render_participation(
        self,
        view: Literal[WorkspaceView.CONSULTATIONS, WorkspaceView.CONSULTATION, WorkspaceView.ACTIVITY],
        opened: OpenWorkspace,
        outcome: WorkspaceOutcome,
    ) -> Response:
        """All consultations and activities, or one of them."""
        if view is WorkspaceView.CONSULTATION:
            return await self._render_consultation(opened, outcome)
        if view is WorkspaceView.ACTIVITY:
            return await self._render_activity(opened, outcome)
        found = await opened.read(lambda cmd: list_consultation_rows(cmd, _get_page(opened)))
        activities = await opened.read(lambda _: list_all_activities())
        return self._show("consultations", view, opened, outcome, listed=found, activities=activities)

    async def _render_activity(self, opened: OpenWorkspace, outcome: WorkspaceOutcome) -> Response:
        at = opened.http.path_params
        one = await opened.read(lambda _: open_activity(at["year"], at["number"]))
        return self._show(
            "activity", WorkspaceView.ACTIVITY, opened, outcome,
            one=one, told=format_activity(one.text) if one else "", words=_get_field(opened, "words"),
            date=lambda day: format_date(day, opened.lang), most_pictures=MAX_ACTIVITY_PICTURES,
            picture_path=opened.http.url.path.removesuffix(f"/{PICTURE_PATH}") + f"/{PICTURE_PATH}",
        )  # fmt: skip


def _get_page(opened: OpenWorkspace) -> int:
    return parse_page(opened.http.query_params.get("page", ""))


def _get_field(opened: OpenWorkspace, name: str) -> str:
    """Return a field of the view's own form; empty where none was sent."""
    return opened.form.get_text(name) if opened.form is not None else ""


def _read_draft(opened: OpenWorkspace) -> FaqEntryDraft | None:
    """Return the fields of an entry that are looked at before they are stored; None where none were sent."""
    if not _get_field(opened, "look"):
        return None
    topic, link, until = (_get_field(opened, name).strip() for name in ("topic", "link", "until"))
    answer = clean_text(_get_field(opened, "answer")).text
    return FaqEntryDraft(answer, topic, link, until, _get_field(opened, "ways").strip())
