"""The forms of the workspace that were sent last: pages are shown again from them, and texts are given back."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from handlers.dialog.effects import TurnResult
from handlers.dialog.replies import OfficerPageAction, Reply
from handlers.dialog.session import Session
from handlers.staff.command import CommandTable, ComplaintsCommandContext, QueryGenerator
from handlers.staff.complaints.find_case import resolve_case
from handlers.staff.parse import NameT
from handlers.staff.state import TAKEN_BACK, SentForm, WorkT
from handlers.staff.workspace.commands import find_asked_next

INSTEAD_OF = "instead"
"""The field that names the form whose text was given back and is written here anew."""

_PROMPT = re.compile(r"/\w+ ([ync])(\d{1,9})(?: .*)?")
MAX_SENT_FORMS = 8
"""Forms that are kept, so that one comes back as many pages."""

MAX_KEPT_LENGTH = 20_000
"""Characters of all forms that are kept together; the newest is kept whatever its length."""


def keep_sent_form(
    table: CommandTable[NameT, WorkT], form: SentForm, session: Session, replies: Sequence[Reply]
) -> Session:
    """Return the session with a form that was sent, and what its command asks for next.

    A text that waited to be confirmed waits no longer once its confirmation came of something, nor one in whose place
    another was written. One that was taken back waits again.
    """
    asks = find_asked_next(table, session) if form.get_text("given") else None
    kept = replace(
        form,
        asked=asks.given if asks else "",
        asks_factor=bool(asks and asks.is_factor),
        waits=bool(form.get_text("text")) and _asks_to_confirm(replies),
        prompt=next((at for _, at in _list_prompts(replies)), ""),
    )
    if taken := next((str(one.args[TAKEN_BACK]) for one in replies if TAKEN_BACK in one.args), ""):
        about = _find_subject(table, form)
        written = [one for one in session.officer.sent if about and _find_subject(table, one) == about]
        kept = _give_back(kept, taken, written)
    others = tuple(one for one in session.officer.sent if one.id != form.id)
    keeps_text = any(one.presentation.officer_page is OfficerPageAction.KEEP_TEXT for one in replies)
    if not keeps_text and not kept.asks_factor:  # one that asks for the code first came of nothing yet
        settled = (form.get_text("previewed"), form.get_text("previewed_text"))
        others = tuple(replace(one, waits=False) if _find_words(one) == settled else one for one in others)
        letter, prompt = _find_prompt(form.get_text("given"))
        others = tuple(
            replace(one, waits=False, settled=letter) if prompt and one.prompt == prompt else one
            for one in others
        )
    instead = form.get_text(INSTEAD_OF)
    others = tuple(replace(one, waits=False) if one.id == instead else one for one in others)
    return session.replace(officer=replace(session.officer, sent=_cut_forms((*others, kept))))


def find_sent_form(session: Session, id_: str, path: str) -> SentForm | None:
    """Return the form of an address; None where it was sent on another page, or is kept no more."""
    return next((one for one in session.officer.sent if (one.id, one.path) == (id_, path)), None)


def find_unsent_form(session: Session, path: str) -> SentForm | None:
    """Return the newest form of a page whose text was shown, and neither sent nor dropped; None without one."""
    return next((one for one in reversed(session.officer.sent) if one.waits and one.path == path), None)


def find_settled(session: Session, form: SentForm) -> str:
    """Return how the prompt was answered that a form shows, or to which it is an answer; empty where it is open."""
    _, prompt = _find_prompt(form.get_text("given"))
    about = form.prompt or prompt
    return next((one.settled for one in session.officer.sent if about and one.prompt == about), "")


def is_prompt_button(given: str) -> bool:
    """Whether a button answers a prompt, by what it brings."""
    return bool(_find_prompt(given)[1])


def may_read_case_again(cmd: ComplaintsCommandContext) -> QueryGenerator[bool]:
    """Whether the case of a command may be read by this person now: it may be kept from them since."""
    if cmd.command.name not in cmd.table.about_one or not cmd.command.number:
        return True
    return not isinstance((yield from resolve_case(cmd)), TurnResult)


def _asks_to_confirm(replies: Sequence[Reply]) -> bool:
    return any(
        choice.data.startswith(("/confirm y", "/setting y")) for reply in replies for choice in reply.choices
    )


def _find_prompt(given: str) -> tuple[str, str]:
    """Return letter and number of the prompt that a button answers, by what it brings; empty where it answers none."""
    found = _PROMPT.fullmatch(given)
    return (found[1], found[2]) if found is not None else ("", "")


def _list_prompts(replies: Sequence[Reply]) -> Iterator[tuple[str, str]]:
    found = (_find_prompt(choice.data) for reply in replies for choice in reply.choices)
    return (one for one in found if one[1])


def _find_subject(table: CommandTable[NameT, WorkT], form: SentForm) -> tuple[int, int] | None:
    """Return number and year of the case or question that a form is about; None where it names none."""
    command = table.parse(form.get_text("given"))
    return (command.number, command.year) if command is not None and command.number else None


def _give_back(form: SentForm, taken: str, written: Sequence[SentForm]) -> SentForm:
    """Return the form that took a text back, with that text, and what it was written for where that is known.

    written: the forms about the same case or question. The same words may have gone to others; a text of which only the
    end is the same has the days before it, or is another one.
    """
    sent = [(one, one.get_text("text").strip()) for one in reversed(written) if one.settled == "y"]
    same = [one for one, text in sent if text == taken.strip()]
    longer = [one for one, text in sent if text.endswith(taken.strip())]
    was = next(iter((*same, *longer)), None)
    given, text = _find_words(was) if was is not None else ("", taken)
    others = tuple((name, value) for name, value in form.fields if name not in {"given", "text"})
    return replace(form, fields=(*others, ("given", given), ("text", text)), waits=True)


def _find_words(form: SentForm) -> tuple[str, str]:
    return form.get_text("given"), form.get_text("text")


def _cut_forms(forms: tuple[SentForm, ...]) -> tuple[SentForm, ...]:
    """Return the newest forms, within the limits."""
    kept, length = [forms[-1]], sum(len(text) for _, text in forms[-1].fields)
    for one in reversed(forms[-MAX_SENT_FORMS:-1]):
        length += sum(len(text) for _, text in one.fields)
        if length > MAX_KEPT_LENGTH:
            break
        kept.append(one)
    return tuple(reversed(kept))
