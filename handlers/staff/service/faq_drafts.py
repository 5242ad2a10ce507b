"""Check answers: an officer approves, edits or discards each that came with the program, and those that are old."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.replies import NEUTRAL, Phrase, Reply
from handlers.questions.contact_answers import CONTACT_PLACES, find_unknown_places, format_places
from handlers.questions.faq_messages import (
    ApproveFaqEntry,
    DiscardFaqDraft,
    FaqCatalogue,
    FaqEntry,
    GetFaqCatalogue,
    SaveFaqEntry,
)
from handlers.staff.command import ServiceCommandContext, make_command_button
from handlers.staff.parse import ParsedCommand, split_first_word
from handlers.staff.permissions import ServiceCommandName
from handlers.thai.dates import format_date, to_bangkok_date
from handlers.thai.text import clean_text

MARK_LENGTH = 6
"""Hexadecimal digits that tell versions of a draft apart."""


def check_drafts(cmd: ServiceCommandContext) -> Decision:
    """Show drafts and old answers one by one; approve, edit or discard the one that was shown.

    Arguments: none, or the id of a draft; `ok` or `drop`, its short name and the mark of what was shown;
    `edit`, its short name and the new answer; `see` and its short name.
    """
    catalogue: FaqCatalogue = yield from run_query(GetFaqCatalogue())
    what, rest = split_first_word(cmd.command.rest)
    short, words = split_first_word(rest)
    if what in {"ok", "drop", "edit", "see"} and short:
        entry = next(
            (one for one in _list_unchecked(cmd, catalogue.entries) if _shorten_id(one) == short), None
        )
        if entry is None:
            return _show_first(cmd, catalogue.entries, Reply("inquiry.draft_gone", NEUTRAL))
        if what == "edit":
            return _edit_draft(cmd, catalogue.entries, entry, clean_text(words).text)
        if what == "see" or words != _mark_version(
            entry
        ):  # a colleague may have changed it since it was shown
            return show_draft(cmd, catalogue.entries, entry)
        return _decide(cmd, catalogue.entries, entry, approves=what == "ok")
    named = next((one for one in _list_unchecked(cmd, catalogue.entries) if one.id == what), None)
    if named is not None:
        return show_draft(cmd, catalogue.entries, named)
    return _show_first(cmd, catalogue.entries)


def _list_unchecked(cmd: ServiceCommandContext, entries: Sequence[FaqEntry]) -> list[FaqEntry]:
    """Return what is to be checked: the drafts, then the answers that nobody has checked for long, oldest first."""
    today, days = to_bangkok_date(cmd.ctx.now), cmd.ctx.office.answers.check_after_days
    found = [one for one in entries if one.needs_check(today, days)]
    return sorted(found, key=lambda one: (not one.is_draft, one.checked or date.min))


def _decide(
    cmd: ServiceCommandContext, entries: tuple[FaqEntry, ...], entry: FaqEntry, *, approves: bool
) -> TurnResult:
    checked = replace(entry, off=False, example=False, checked=to_bangkok_date(cmd.ctx.now))
    act: Act = ApproveFaqEntry(checked, cmd.staff.id)
    if not approves:
        act = (
            DiscardFaqDraft(entry.id, cmd.staff.id)
            if entry.is_draft
            else SaveFaqEntry(replace(entry, off=True))
        )
    key = "approved" if approves else "dropped" if entry.is_draft else "turned_off"
    return _show_after(cmd, entries, entry, act, key)


def _show_after(
    cmd: ServiceCommandContext, entries: tuple[FaqEntry, ...], entry: FaqEntry, act: Act, key: str
) -> TurnResult:
    """Say what was done with an entry, and show the next one."""
    done = Reply(f"inquiry.draft_{key}", NEUTRAL, {"id": entry.id, "question": entry.question})
    following = _find_next(cmd, entries, entry)
    if following is None:
        turn = _reply_none(cmd)
    else:
        turn = show_draft(cmd, tuple(one for one in entries if one.id != entry.id), following)
    return replace(turn, replies=(done, *turn.replies), acts=(act,))


def _edit_draft(
    cmd: ServiceCommandContext, entries: tuple[FaqEntry, ...], entry: FaqEntry, answer: str
) -> TurnResult:
    """Give an entry another answer; without one, ask for it. A draft is shown once more before it is used."""
    if not answer:
        command = ParsedCommand(ServiceCommandName.CHECK, rest=f"edit {_shorten_id(entry)}")
        key = "draft_edit" if entry.is_draft else "old_edit"
        return cmd.await_text_for(command).reply(key, NEUTRAL, answer=entry.answer)
    if find_unknown_places(answer):
        return refuse_places(cmd, answer)
    if not entry.is_draft:
        written = replace(entry, answer=answer, checked=to_bangkok_date(cmd.ctx.now))
        return _show_after(cmd, entries, entry, ApproveFaqEntry(written, cmd.staff.id), "approved")
    changed = replace(entry, answer=answer)
    after = tuple(changed if one.id == entry.id else one for one in entries)
    return replace(show_draft(cmd, after, changed), acts=(SaveFaqEntry(changed),))


def refuse_places(cmd: ServiceCommandContext, answer: str) -> TurnResult:
    """Store nothing of an answer that has words in braces which nothing fills; say them, and those that are filled."""
    return cmd.reply(
        "faq_places",
        NEUTRAL,
        answer=answer,
        unknown=format_places(find_unknown_places(answer)),
        known=format_places(CONTACT_PLACES),
    )


def show_draft(cmd: ServiceCommandContext, entries: tuple[FaqEntry, ...], entry: FaqEntry) -> TurnResult:
    """Show a draft with its source and what can be done with it."""
    name, mark, order = _shorten_id(entry), make_draft_mark(entry), ServiceCommandName.CHECK
    choices = [
        make_command_button(order, rest=f"ok {mark}", label=Phrase("inquiry.draft_ok")),
        make_command_button(order, rest=f"edit {name}", label=Phrase("inquiry.draft_change")),
        make_command_button(
            order,
            rest=f"drop {mark}",
            label=Phrase("inquiry.draft_drop" if entry.is_draft else "inquiry.old_off"),
        ),
    ]
    following = _find_next(cmd, entries, entry)
    if following is not None:
        choices.append(
            make_command_button(
                order, rest=f"see {_shorten_id(following)}", label=Phrase("inquiry.draft_next")
            )
        )
    unknown = Phrase("inquiry.old_unknown")
    return cmd.reply(
        "draft" if entry.is_draft else "old",
        NEUTRAL,
        tuple(choices),
        count=len(_list_unchecked(cmd, entries)),
        checked=format_date(entry.checked, cmd.ctx.lang) if entry.checked else unknown,
        id=entry.id,
        question=entry.question,
        also=" / ".join(entry.also) or "-",
        answer="\n".join(filter(None, (entry.answer, entry.link))),
        source=entry.source or "-",
    )


def _show_first(cmd: ServiceCommandContext, entries: tuple[FaqEntry, ...], *before: Reply) -> TurnResult:
    first = next(iter(_list_unchecked(cmd, entries)), None)
    turn = _reply_none(cmd) if first is None else show_draft(cmd, entries, first)
    return replace(turn, replies=(*before, *turn.replies))


def _reply_none(cmd: ServiceCommandContext) -> TurnResult:
    return cmd.reply("draft_none", NEUTRAL, (make_command_button(ServiceCommandName.FAQ),))


def _find_next(cmd: ServiceCommandContext, entries: tuple[FaqEntry, ...], entry: FaqEntry) -> FaqEntry | None:
    """Return what is to be checked after an entry, or first of all; None where there is nothing else."""
    unchecked = _list_unchecked(cmd, entries)
    at = next((place for place, one in enumerate(unchecked) if one.id == entry.id), -1)
    return next((one for one in (*unchecked[at + 1 :], *unchecked[:at]) if one.id != entry.id), None)


def make_draft_mark(entry: FaqEntry) -> str:
    """Return what a button says after `ok` or `drop`: the short name, and the mark of the version that was read."""
    return f"{_shorten_id(entry)} {_mark_version(entry)}"


def _shorten_id(entry: FaqEntry) -> str:
    """Return a short name of an entry for buttons, whose data has 64 bytes at most."""
    return _hash(entry.id)


def _mark_version(entry: FaqEntry) -> str:
    """Return a mark of what an officer reads of a draft: another one where it was changed since."""
    return _hash("\0".join((entry.question, *entry.also, entry.answer, entry.link)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:MARK_LENGTH]
