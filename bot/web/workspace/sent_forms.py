"""Show a page as a form left it: a form leads to an address, so that Back and Reload find a page there."""

from dataclasses import replace
from typing import Any

from bot.web.multipart import FormData
from bot.web.workspace.actions import make_submission_id
from bot.web.workspace.addresses import PASSKEY_NOTE, SHOWN_FORM
from bot.web.workspace.open_session import OpenWorkspace, ShownReply, WorkspaceOutcome, build_outcome
from bot.web.workspace.pages import WorkspacePages
from handlers.dialog.codes.code_finder import remove_codes
from handlers.dialog.codes.typed_codes import get_code_placeholder
from handlers.dialog.effects import Answer, Decision, TurnResult
from handlers.dialog.replies import Phrase
from handlers.staff.command import CommandTable
from handlers.staff.state import TAKEN_BACK, SentForm
from handlers.staff.workspace.commands import AskedNext, may_show_content
from handlers.staff.workspace.sent_forms import (
    find_sent_form,
    find_settled,
    find_unsent_form,
    is_prompt_button,
    may_read_case_again,
)
from handlers.staff.workspace.sign_in import WorkspaceRequest
from handlers.staff.workspace.views import WORKSPACE_VIEWS, WorkspaceDesk, WorkspaceView

UNKEPT_FIELDS = frozenset({"csrf", "code"})
"""Fields of a form that are not kept: a token of the form, and a code of the second factor."""

_PASSKEY_NOTES = {"refused": "workspace.passkey.refused", "unsaved": "workspace.passkey.unsaved"}


def make_sent_form(opened: OpenWorkspace, filled: FormData, name: str) -> SentForm:
    """Return what is kept of a form, without the tracking codes in it. name: identifies the submission."""
    mark = get_code_placeholder(opened.lang)
    fields = tuple(
        (one, remove_codes(filled.get_text(one), mark)) for one in filled.fields if one not in UNKEPT_FIELDS
    )
    return SentForm(make_submission_id(name), opened.http.url.path, fields)


def show_own_form(request: WorkspaceRequest) -> Decision:
    """Do nothing for a form that a view shows something by, such as a search or a preview."""
    yield from ()
    return TurnResult(request.session)


def has_taken_back(answer: Answer) -> bool:
    """Whether an answer took a text back."""
    return any(TAKEN_BACK in reply.args for reply in answer.replies)


class RecalledForms:
    """Finds what came of a form, in the person's session and among the answers of the last hour."""

    def __init__(self, desk: WorkspaceDesk, table: CommandTable[Any, Any], pages: WorkspacePages) -> None:
        self._desk: WorkspaceDesk = desk
        self._table, self._pages = table, pages

    async def recall(
        self, opened: OpenWorkspace, view: WorkspaceView
    ) -> tuple[OpenWorkspace, WorkspaceOutcome]:
        """Return what the page of a GET shows: what came of the form in its address, or a text that was left unsent.

        What was typed is content, too: where the view asks for the second factor first, it is there again after it.
        """
        hides_typed = WORKSPACE_VIEWS[view].needs_factor and not may_show_content(opened.request)
        session, path = opened.request.session, opened.http.url.path
        form = find_sent_form(session, opened.http.query_params.get(SHOWN_FORM, ""), path)
        if form is not None:
            shown = replace(opened, form=FormData(dict(form.fields)))
            return shown, await self._build_outcome(opened, form, hides_typed=hides_typed)
        note = _PASSKEY_NOTES.get(opened.http.query_params.get(PASSKEY_NOTE, ""))
        if note is not None and (hides_typed or view is WorkspaceView.SESSIONS):
            return opened, WorkspaceOutcome((ShownReply(self._pages.translate(Phrase(note), opened.lang)),))
        unsent = None if hides_typed else find_unsent_form(session, path)
        if unsent is None:
            return opened, WorkspaceOutcome()
        words = self._pages.translate(Phrase("workspace.unsent"), opened.lang)
        return opened, self._give_back(opened, WorkspaceOutcome((ShownReply(words),)), unsent)

    async def _build_outcome(
        self, opened: OpenWorkspace, form: SentForm, *, hides_typed: bool
    ) -> WorkspaceOutcome:
        answer = await opened.actions.find_answer(form.id)
        if answer is None or form.get_text("end"):
            return WorkspaceOutcome()
        if not await self._may_show_content(opened, form, answer):
            answer = replace(answer, replies=tuple(one for one in answer.replies if not one.policy.expires))
        asks = AskedNext(form.asked, form.asks_factor) if form.asked else None
        given, text = form.get_text("given"), form.get_text("text")
        if previewed := form.get_text("previewed_text"):
            given, text = form.get_text("previewed"), previewed
        answer = replace(answer, lang=opened.lang)
        outcome = build_outcome(answer, asks, given, "" if hides_typed else text, self._desk, self._table)
        if settled := find_settled(opened.request.session, form):
            return self._say_settled(opened, form, outcome, settled)
        if form.waits and has_taken_back(answer) and not hides_typed:
            return self._give_back(opened, outcome, form)
        return replace(outcome, called=self._name_act(opened, outcome.given))

    def _give_back(
        self, opened: OpenWorkspace, outcome: WorkspaceOutcome, form: SentForm
    ) -> WorkspaceOutcome:
        """Return the outcome with the text of a form in its box, which says what it was written for."""
        given, text = form.get_text("given"), form.get_text("text")
        called = self._name_act(opened, given)
        return replace(outcome, given=given, typed=text, called=called, instead=form.id)

    def _name_act(self, opened: OpenWorkspace, given: str) -> str:
        command = self._table.parse(given)
        label = Phrase(command.name.label_key) if command is not None else Phrase("workspace.your_text")
        return self._pages.responses.translate_reply(label, opened.lang)

    def _say_settled(
        self, opened: OpenWorkspace, form: SentForm, outcome: WorkspaceOutcome, letter: str
    ) -> WorkspaceOutcome:
        """Say what was decided on what is shown: its buttons are gone, so that nothing is done twice.

        The answer to a button that was pressed once more is left out: it says that nothing waits.
        """
        key = "workspace.settled_no" if letter == "n" else "workspace.settled_yes"
        note = ShownReply(self._pages.translate(Phrase(key), opened.lang))
        if not form.prompt and not form.waits and outcome.typed:
            return WorkspaceOutcome((note,))
        if not form.prompt:
            return outcome
        shown = tuple(
            replace(one, choices=tuple(c for c in one.choices if not is_prompt_button(c.given)))
            for one in outcome.replies
        )
        return replace(outcome, replies=(note, *shown), typed="")

    async def _may_show_content(self, opened: OpenWorkspace, form: SentForm, answer: Answer) -> bool:
        """Whether content is shown once more: within the second factor, of a case that is not kept from them since."""
        if not any(reply.policy.expires for reply in answer.replies):
            return True
        if not may_show_content(opened.request):
            return False
        if self._desk != "complaints":
            return True
        given = opened.make_command(opened.request, form.get_text("given"))
        return await opened.actions.engine.run_decision(may_read_case_again(given))
