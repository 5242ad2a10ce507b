"""Edit the FAQ. Before a second entry is made, those that are there already and near it are shown."""

from dataclasses import replace
from datetime import date

from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import KEEPS_TEXT, NEUTRAL, Phrase
from handlers.dialog.text import shorten_text
from handlers.questions.contact_answers import fill_contact, find_unknown_places
from handlers.questions.faq_messages import (
    FAQ_ENTRY_PREFIX,
    PUBLISHED_QUESTION_PREFIX,
    FaqCatalogue,
    FaqEntry,
    GetFaqCatalogue,
    SaveFaqEntry,
)
from handlers.questions.messages import AnswerMatch, FindKnownAnswers
from handlers.staff.command import ServiceCommandContext, make_command_button, make_prompt_buttons
from handlers.staff.parse import parse_prompt_answer, split_first_word
from handlers.staff.permissions import ServiceCommandName
from handlers.staff.service.faq_drafts import check_drafts, refuse_places, show_draft
from handlers.staff.service.faq_fields import FaqFieldProblem, change_faq_fields, has_faq_fields
from handlers.staff.state import ProposedFaqEntry
from handlers.thai.dates import to_bangkok_date
from handlers.thai.matching import normalize_for_matching, parse_number
from handlers.thai.text import clean_text

MAX_LISTED_ENTRIES = 40
"""FAQ entries that are listed."""

MAX_SHOWN_ID_LENGTH = 60
"""Characters that are repeated of what was typed in place of an entry's id."""

MAX_SHOWN_ANSWER_LENGTH = 200
"""Characters of the answer of an entry that is near."""

MAX_OTHER_WAY_LENGTH = 500
"""Characters of another way to ask, as in files of the FAQ."""


def manage_faq(cmd: ServiceCommandContext) -> Decision:
    """List the FAQ, expired entries first, or add, edit, disable or enable an entry, or set its fields."""
    catalogue = yield from run_query(GetFaqCatalogue())
    what, rest = split_first_word(cmd.command.rest)
    entries, today = {one.id: one for one in catalogue.entries}, to_bangkok_date(cmd.ctx.now)
    if what in {"check", "ตรวจ"}:
        checked = replace(cmd.command, name=ServiceCommandName.CHECK, rest=rest)
        return (yield from check_drafts(replace(cmd, command=checked)))
    if what in {"add", "เพิ่ม"}:
        return (yield from _add_entry(cmd, catalogue, rest))
    name, words = split_first_word(rest)
    if what in {"edit", "แก้", "off", "ปิด", "on", "เปิด", "set", "ตั้ง"}:
        if name not in entries:
            return _reply_unknown(cmd, name)
        if what in {"set", "ตั้ง"}:
            return _set_fields(cmd, catalogue.entries, entries[name], words)
        return _change_entry(cmd, catalogue.entries, entries[name], what, words)
    return _list_entries(cmd, catalogue.entries, today)


def _add_entry(cmd: ServiceCommandContext, catalogue: FaqCatalogue, rest: str) -> Decision:
    """Add an entry; where some are near it, show them first. What was typed is then kept in the session."""
    question, bar, answer = rest.partition("|")
    answer, fields = _split_new_fields(answer)
    question, answer = clean_text(question).text, clean_text(answer).text
    if not bar or not question or not answer:
        return cmd.reply("faq_add_how", NEUTRAL)
    if find_unknown_places(answer):
        return refuse_places(cmd, answer)
    today = to_bangkok_date(cmd.ctx.now)
    tried = change_faq_fields(FaqEntry("", question, answer), fields, today)
    if isinstance(tried, FaqFieldProblem):
        return _refuse_field(cmd, tried)
    found = yield from run_query(FindKnownAnswers(question, today))
    near, published = _find_near(catalogue, question, found)
    if not near and not published:
        return _store_new(cmd, catalogue, question, answer, fields)
    prompt = cmd.ctx.session.prompt_number + 1
    proposed = ProposedFaqEntry(question, answer, tuple(one.id for one in near), prompt, fields)
    kept = replace(cmd, ctx=cmd.ctx.replace_session(prompt_number=prompt)).with_work(
        replace(cmd.work, faq_entry=proposed)
    )
    changes = tuple(
        make_command_button(
            ServiceCommandName.CONFIRM,
            rest=f"c{prompt} {place}",
            label=Phrase("inquiry.near_change", {"place": place}),
        )
        for place in range(1, len(near) + 1)
    )
    lines = (
        *(_format_near_line(cmd, place, one) for place, one in enumerate(near, start=1)),
        *(
            Phrase("inquiry.near_line_board", {"question": one.title, "answer": _shorten_answer(one.answer)})
            for one in published
        ),
    )
    buttons = make_prompt_buttons(ServiceCommandName.CONFIRM, prompt, "inquiry.near_add", "inquiry.near_no")
    return kept.reply(
        "near_ask", NEUTRAL, (*changes, *buttons), question=question, answer=answer, lines=lines
    )


def _split_new_fields(answer: str) -> tuple[str, str]:
    """Return an answer and the fields that stand after its last bar."""
    before, bar, after = answer.rpartition("|")
    return (before, after.strip()) if bar and has_faq_fields(after.strip()) else (answer, "")


def _set_fields(
    cmd: ServiceCommandContext, entries: tuple[FaqEntry, ...], entry: FaqEntry, words: str
) -> TurnResult:
    """Change fields of an entry: its topic, link, last day, other ways to ask it, and its answer."""
    today = to_bangkok_date(cmd.ctx.now)
    if not words.strip():
        return cmd.reply("faq_set_how", NEUTRAL, id=entry.id)
    changed = change_faq_fields(entry, words, today)
    if isinstance(changed, FaqFieldProblem):
        return _refuse_field(cmd, changed)
    if entry.is_draft:  # what it says is still to be checked
        after = tuple(changed if one.id == entry.id else one for one in entries)
        return replace(show_draft(cmd, after, changed), acts=(SaveFaqEntry(changed),))
    if changed.answer != entry.answer:
        changed = replace(changed, example=False, checked=today)
    back = (make_command_button(ServiceCommandName.FAQ),)
    return cmd.reply("faq_set_done", NEUTRAL, back, (SaveFaqEntry(changed),), id=entry.id)


def _refuse_field(cmd: ServiceCommandContext, problem: FaqFieldProblem) -> TurnResult:
    if problem.reason == "places":
        return refuse_places(cmd, problem.text)
    text = shorten_text(problem.text, MAX_SHOWN_ANSWER_LENGTH)
    return cmd.reply(f"faq_field_{problem.reason}", NEUTRAL, text=text, presentation=KEEPS_TEXT)


def _find_near(
    catalogue: FaqCatalogue, question: str, found: tuple[AnswerMatch, ...]
) -> tuple[list[FaqEntry], list[AnswerMatch]]:
    """Return the entries near a question, and the published questions near it.

    Entries are those that citizens would be given, then those of the same words that are turned off or out of date.
    """
    entries = {FAQ_ENTRY_PREFIX + one.id: one for one in catalogue.entries}
    near = [entries[one.id] for one in found if one.id in entries]
    asked = normalize_for_matching(question)
    same = (one for one in catalogue.entries if normalize_for_matching(one.question) == asked)
    near += [one for one in same if one not in near]
    return near, [one for one in found if one.id.startswith(PUBLISHED_QUESTION_PREFIX)]


def _format_near_line(cmd: ServiceCommandContext, place: int, one: FaqEntry) -> Phrase:
    """Show an entry as citizens read it, with the office's contact in its places where the office has told it."""
    ctx = cmd.ctx
    answer = fill_contact(one.answer, ctx.office.contact) or one.answer
    return Phrase(
        f"inquiry.near_line_{_name_state(one, to_bangkok_date(ctx.now))}",
        {"place": place, "id": one.id, "question": one.question, "answer": _shorten_answer(answer)},
    )


def _shorten_answer(answer: str) -> str:
    return shorten_text(" ".join(answer.split()), MAX_SHOWN_ANSWER_LENGTH)


def _store_new(
    cmd: ServiceCommandContext, catalogue: FaqCatalogue, question: str, answer: str, fields: str
) -> TurnResult:
    taken, number = {one.id for one in catalogue.entries}, 1
    while f"own-{number}" in taken:
        number += 1
    entry = FaqEntry(f"own-{number}", question, answer, checked=to_bangkok_date(cmd.ctx.now))
    entry = _add_fields(cmd, entry, fields)
    return cmd.reply(
        "faq_added",
        NEUTRAL,
        (make_command_button(ServiceCommandName.FAQ),),
        (SaveFaqEntry(entry),),
        id=entry.id,
        question=question,
    )


def _add_fields(cmd: ServiceCommandContext, entry: FaqEntry, fields: str) -> FaqEntry:
    """Return an entry with fields that were looked at when they were typed; without them, where a day has passed."""
    changed = change_faq_fields(entry, fields, to_bangkok_date(cmd.ctx.now))
    return entry if isinstance(changed, FaqFieldProblem) else changed


def decide_on_near(cmd: ServiceCommandContext, proposed: ProposedFaqEntry) -> Decision:
    """Change an entry that is near, add the new one all the same, or drop it, as the officer chose."""
    catalogue: FaqCatalogue = yield from run_query(GetFaqCatalogue())
    decided = cmd.with_work(replace(cmd.work, faq_entry=None))
    pressed = parse_prompt_answer(cmd.command.rest)
    if pressed.is_yes:
        return _store_new(decided, catalogue, proposed.question, proposed.answer, proposed.fields)
    number = (parse_number(pressed.rest) or 0) if pressed.letter == "c" else 0
    if not 1 <= number <= len(proposed.near):
        back = (make_command_button(ServiceCommandName.FAQ),)
        return decided.reply(
            "near_dropped",
            NEUTRAL,
            back,
            question=proposed.question,
            answer=" | ".join(filter(None, (proposed.answer, proposed.fields))),
        )
    name = proposed.near[number - 1]
    entry = next((one for one in catalogue.entries if one.id == name), None)
    if entry is None:  # a colleague removed it meanwhile: the other choices still stand
        return _reply_unknown(cmd, name)
    return _replace_answer(decided, entry, proposed)


def _replace_answer(cmd: ServiceCommandContext, entry: FaqEntry, proposed: ProposedFaqEntry) -> TurnResult:
    """Give an entry the answer that was typed; the question that was typed becomes another way to ask it.

    It answers from then on, also where it was turned off or out of date. The earlier answer is told.
    """
    asked = " ".join(proposed.question.split())
    known = {normalize_for_matching(one) for one in (entry.question, *entry.also)}
    is_new = normalize_for_matching(asked) not in known and len(asked) <= MAX_OTHER_WAY_LENGTH
    until = entry.until if replace(entry, off=False).is_valid_on(to_bangkok_date(cmd.ctx.now)) else None
    changed = replace(
        entry,
        answer=proposed.answer,
        also=(*entry.also, asked) if is_new else entry.also,
        until=until,
        off=False,
        example=False,
        checked=to_bangkok_date(cmd.ctx.now),
    )
    changed = _add_fields(cmd, changed, proposed.fields)
    return cmd.reply(
        "near_changed",
        NEUTRAL,
        (make_command_button(ServiceCommandName.FAQ),),
        (SaveFaqEntry(changed),),
        id=entry.id,
        question=entry.question,
        answer=proposed.answer,
        before=entry.answer,
    )


def _reply_unknown(cmd: ServiceCommandContext, name: str) -> TurnResult:
    return cmd.reply(
        "faq_unknown",
        NEUTRAL,
        (make_command_button(ServiceCommandName.FAQ),),
        id=shorten_text(name, MAX_SHOWN_ID_LENGTH),
    )


def _change_entry(
    cmd: ServiceCommandContext, entries: tuple[FaqEntry, ...], entry: FaqEntry, what: str, words: str
) -> TurnResult:
    if what in {"edit", "แก้"}:
        answer = clean_text(words).text
        if not answer:
            return cmd.reply("faq_edit_how", NEUTRAL, id=entry.id, answer=entry.answer)
        if find_unknown_places(answer):
            return refuse_places(cmd, answer)
        if entry.is_draft:  # what it says now is still to be checked
            changed = replace(entry, answer=answer)
            after = tuple(changed if one.id == entry.id else one for one in entries)
            return replace(show_draft(cmd, after, changed), acts=(SaveFaqEntry(changed),))
        return cmd.reply(
            "faq_edited",
            NEUTRAL,
            (make_command_button(ServiceCommandName.FAQ),),
            (
                SaveFaqEntry(
                    replace(entry, answer=answer, example=False, checked=to_bangkok_date(cmd.ctx.now))
                ),
            ),
            id=entry.id,
        )
    off = what in {"off", "ปิด"}
    if entry.is_draft and not off:
        return show_draft(cmd, entries, entry)
    act = SaveFaqEntry(replace(entry, off=off))
    return cmd.reply(
        "faq_off" if off else "faq_on",
        NEUTRAL,
        (make_command_button(ServiceCommandName.FAQ),),
        (act,),
        id=entry.id,
    )


def _list_entries(cmd: ServiceCommandContext, known: tuple[FaqEntry, ...], today: date) -> TurnResult:
    stale = [one for one in known if not one.off and not one.is_valid_on(today)]
    drafts = sum(one.is_draft for one in known)
    others = [one for one in known if one not in stale and not one.is_draft]
    days = cmd.ctx.office.answers.check_after_days
    old = sum(one.needs_check(today, days) for one in known) - drafts
    lines = tuple(_format_entry_line(one, today) for one in (*stale, *others)[:MAX_LISTED_ENTRIES])
    notes = (
        *((Phrase("inquiry.faq_drafts", {"count": drafts}),) if drafts else ()),
        *((Phrase("inquiry.faq_old", {"count": old, "days": days}),) if old else ()),
    )
    return cmd.reply(
        "faq_list",
        NEUTRAL,
        (
            *((make_command_button(ServiceCommandName.CHECK),) if drafts + old else ()),
            make_command_button(ServiceCommandName.QUESTIONS),
        ),
        count=len(known) - drafts,
        stale=len(stale),
        lines=(*notes, *lines),
    )


def _format_entry_line(one: FaqEntry, today: date) -> Phrase:
    return Phrase(f"inquiry.faq_line_{_name_state(one, today)}", {"id": one.id, "question": one.question})


def _name_state(one: FaqEntry, today: date) -> str:
    return "off" if one.off else "on" if one.is_valid_on(today) else "stale"
