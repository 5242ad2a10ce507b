"""Check the entries that came with the program: an officer approves, edits or discards each before citizens see it."""

import hashlib
from dataclasses import replace

from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import NEUTRAL, Phrase, Reply
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
from handlers.thai.text import clean_text

MARK_LENGTH = 6
"""Hexadecimal digits that tell versions of a draft apart."""


def check_drafts(cmd: ServiceCommandContext) -> Decision:
    """Show the drafts one by one with their sources; approve, edit or discard the one that was shown.

    Arguments: none, or the id of a draft; `ok` or `drop`, its short name and the mark of what was shown;
    `edit`, its short name and the new answer; `see` and its short name.
    """
    catalogue: FaqCatalogue = yield from run_query(GetFaqCatalogue())
    what, rest = split_first_word(cmd.command.rest)
    short, words = split_first_word(rest)
    if what in {"ok", "drop", "edit", "see"} and short:
        entry = _find_draft(catalogue, short)
        if entry is None:
            return _show_first(cmd, catalogue.entries, Reply("inquiry.draft_gone", NEUTRAL))
        if what == "edit":
            return _edit_draft(cmd, catalogue.entries, entry, clean_text(words).text)
        if what == "see" or words != _mark_version(
            entry
        ):  # a colleague may have changed it since it was shown
            return show_draft(cmd, catalogue.entries, entry)
        return _decide(cmd, catalogue.entries, entry, approves=what == "ok")
    named = next((one for one in catalogue.entries if one.is_draft and one.id == what), None)
    if named is not None:
        return show_draft(cmd, catalogue.entries, named)
    return _show_first(cmd, catalogue.entries)


def _find_draft(catalogue: FaqCatalogue, short: str) -> FaqEntry | None:
    return next((one for one in catalogue.entries if one.is_draft and _shorten_id(one) == short), None)


def _decide(
    cmd: ServiceCommandContext, entries: tuple[FaqEntry, ...], entry: FaqEntry, *, approves: bool
) -> TurnResult:
    checked = replace(entry, off=False, example=False)
    act = ApproveFaqEntry(checked, cmd.staff.id) if approves else DiscardFaqDraft(entry.id, cmd.staff.id)
    done = Reply(
        "inquiry.draft_approved" if approves else "inquiry.draft_dropped",
        NEUTRAL,
        {"id": entry.id, "question": entry.question},
    )
    following = _find_next(entries, entry)
    if following is None:
        turn = _reply_none(cmd)
    else:
        turn = show_draft(cmd, tuple(one for one in entries if one.id != entry.id), following)
    return replace(turn, replies=(done, *turn.replies), acts=(act,))


def _edit_draft(
    cmd: ServiceCommandContext, entries: tuple[FaqEntry, ...], entry: FaqEntry, answer: str
) -> TurnResult:
    """Give a draft another answer, and show it once more; without one, ask for it."""
    if not answer:
        command = ParsedCommand(ServiceCommandName.CHECK, rest=f"edit {_shorten_id(entry)}")
        return cmd.await_text_for(command).reply("draft_edit", NEUTRAL, answer=entry.answer)
    changed = replace(entry, answer=answer)
    after = tuple(changed if one.id == entry.id else one for one in entries)
    return replace(show_draft(cmd, after, changed), acts=(SaveFaqEntry(changed),))


def show_draft(cmd: ServiceCommandContext, entries: tuple[FaqEntry, ...], entry: FaqEntry) -> TurnResult:
    """Show a draft with its source and what can be done with it."""
    name, mark, order = _shorten_id(entry), _mark_version(entry), ServiceCommandName.CHECK
    choices = [
        make_command_button(order, rest=f"ok {name} {mark}", label=Phrase("inquiry.draft_ok")),
        make_command_button(order, rest=f"edit {name}", label=Phrase("inquiry.draft_change")),
        make_command_button(order, rest=f"drop {name} {mark}", label=Phrase("inquiry.draft_drop")),
    ]
    following = _find_next(entries, entry)
    if following is not None:
        choices.append(
            make_command_button(
                order, rest=f"see {_shorten_id(following)}", label=Phrase("inquiry.draft_next")
            )
        )
    return cmd.reply(
        "draft",
        NEUTRAL,
        tuple(choices),
        count=sum(one.is_draft for one in entries),
        id=entry.id,
        question=entry.question,
        also=" / ".join(entry.also) or "-",
        answer="\n".join(filter(None, (entry.answer, entry.link))),
        source=entry.source or "-",
    )


def _show_first(cmd: ServiceCommandContext, entries: tuple[FaqEntry, ...], *before: Reply) -> TurnResult:
    first = next((one for one in entries if one.is_draft), None)
    turn = _reply_none(cmd) if first is None else show_draft(cmd, entries, first)
    return replace(turn, replies=(*before, *turn.replies))


def _reply_none(cmd: ServiceCommandContext) -> TurnResult:
    return cmd.reply("draft_none", NEUTRAL, (make_command_button(ServiceCommandName.FAQ),))


def _find_next(entries: tuple[FaqEntry, ...], entry: FaqEntry) -> FaqEntry | None:
    """Return the draft after an entry, or the first one after the last; None where there is no other."""
    at = next(place for place, one in enumerate(entries) if one.id == entry.id)
    return next((one for one in (*entries[at + 1 :], *entries[:at]) if one.is_draft), None)


def _shorten_id(entry: FaqEntry) -> str:
    """Return a short name of an entry for buttons, whose data has 64 bytes at most."""
    return _hash(entry.id)


def _mark_version(entry: FaqEntry) -> str:
    """Return a mark of what an officer reads of a draft: another one where it was changed since."""
    return _hash("\0".join((entry.question, *entry.also, entry.answer, entry.link)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:MARK_LENGTH]
