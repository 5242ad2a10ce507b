"""The views of the FAQ: a list with a filter and a search, and one entry with what citizens see of it."""

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import assert_never

from handlers.dialog.context import Context
from handlers.dialog.effects import run_query
from handlers.dialog.replies import Phrase
from handlers.questions.ask import format_known_answer
from handlers.questions.contact_answers import (
    CONTACT_PLACES,
    fill_contact,
    find_unknown_places,
    format_places,
)
from handlers.questions.faq_messages import FaqEntry, GetFaqCatalogue
from handlers.questions.messages import AnswerMatch
from handlers.staff.command import QueryGenerator, ServiceCommandContext
from handlers.staff.service.faq_drafts import make_draft_mark
from handlers.staff.service.faq_fields import (
    FAQ_FIELD_NAMES,
    NOTHING,
    FaqField,
    FaqFieldProblem,
    change_faq_fields,
    format_faq_fields,
)
from handlers.staff.workspace.paging import ROWS_PER_PAGE, get_offset
from handlers.thai.dates import format_date, to_bangkok_date
from handlers.thai.matching import normalize_for_matching


class FaqState(StrEnum):
    """What an entry of the FAQ is to citizens."""

    DRAFT = "draft"  # came with the program, and nobody has checked it
    CHECKED = "checked"  # an officer wrote or checked it, and it answers
    OLD = "old"  # it answers, and nobody has checked it for long
    EXPIRED = "expired"  # its last day has passed
    OFF = "off"  # turned off


@dataclass(frozen=True, slots=True)
class ListedFaqEntry:
    """An entry in the list."""

    id: str
    question: str
    state: FaqState
    topic: str = ""


@dataclass(frozen=True, slots=True)
class FaqList:
    """A page of the entries that fit. counts: all entries by state, whatever is searched; topics: of all entries."""

    rows: tuple[ListedFaqEntry, ...]
    page: int
    has_more: bool
    found: int
    counts: tuple[tuple[FaqState, int], ...]
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FaqEntryView:
    """An entry, and what citizens see of it. checked: the day on which an officer last did, or empty.

    mark: of what is to be checked, the version that can be approved; else empty. draft: what was typed into its form,
    which the preview shows; topics: of all entries.
    """

    id: str
    question: str
    also: tuple[str, ...]
    answer: str = field(repr=False)
    state: FaqState
    link: str
    topic: str
    until: str
    source: str
    preview: Phrase
    checked: str = ""
    mark: str = ""
    draft: "FaqEntryDraft | None" = None
    topics: tuple[str, ...] = ()

    @property
    def ways(self) -> str:
        """The other ways to ask it, a line each."""
        return "\n".join(self.also)


@dataclass(frozen=True, slots=True)
class FaqEntryDraft:
    """The fields of an entry as an officer typed them into a form. ways: other ways to ask, a line each.

    change: the text with which `/faq set` makes the entry so, empty where nothing differs or something cannot be taken;
    problem: what cannot be taken.
    """

    answer: str = field(repr=False)
    topic: str = ""
    link: str = ""
    until: str = ""
    ways: str = field(default="", repr=False)
    change: str = field(default="", repr=False)
    problem: Phrase | None = None


def get_faq_state(entry: FaqEntry, on: date, check_after_days: int) -> FaqState:
    """Return the state of an entry on a day. check_after_days: after how many an answer is checked again."""
    if entry.is_draft:
        return FaqState.DRAFT
    if entry.off:
        return FaqState.OFF
    if not entry.is_valid_on(on):
        return FaqState.EXPIRED
    return FaqState.OLD if entry.needs_check(on, check_after_days) else FaqState.CHECKED


def list_faq_entries(
    cmd: ServiceCommandContext, page: int, state: FaqState | None = None, words: str = ""
) -> QueryGenerator[FaqList]:
    """Return a page of the entries in a state that contain some words in a question, an answer or the id."""
    catalogue, today = (yield from run_query(GetFaqCatalogue())), to_bangkok_date(cmd.ctx.now)
    days = cmd.ctx.office.answers.check_after_days
    states = {one.id: get_faq_state(one, today, days) for one in catalogue.entries}
    wanted = normalize_for_matching(words)
    found = [
        one
        for one in catalogue.entries
        if state in {None, states[one.id]} and (not wanted or _contains(one, wanted))
    ]
    at = get_offset(page)
    rows = tuple(
        ListedFaqEntry(one.id, one.question, states[one.id], one.topic)
        for one in found[at : at + ROWS_PER_PAGE]
    )
    counts = tuple((one, list(states.values()).count(one)) for one in FaqState)
    return FaqList(
        rows, page, len(found) > at + ROWS_PER_PAGE, len(found), counts, list_topics(catalogue.entries)
    )


def list_topics(entries: tuple[FaqEntry, ...]) -> tuple[str, ...]:
    """Return the topics of entries, each once, in their order."""
    return tuple(dict.fromkeys(one.topic for one in entries if one.topic))


def _contains(entry: FaqEntry, words: str) -> bool:
    texts = (entry.id, entry.question, *entry.also, entry.answer)
    return any(words in normalize_for_matching(text) for text in texts)


def open_faq_entry(
    cmd: ServiceCommandContext, entry_id: str, draft: FaqEntryDraft | None = None
) -> QueryGenerator[FaqEntryView | None]:
    """Return an entry; None where there is none. draft: the preview shows it in the place of the entry's own."""
    catalogue = yield from run_query(GetFaqCatalogue())
    entry = next((one for one in catalogue.entries if one.id == entry_id), None)
    if entry is None:
        return None
    today = to_bangkok_date(cmd.ctx.now)
    state = get_faq_state(entry, today, cmd.ctx.office.answers.check_after_days)
    looked = judge_faq_draft(entry, draft, today) if draft else None
    answer, link = (looked.answer, looked.link) if looked else (entry.answer, entry.link)
    seen = make_answer_preview(cmd.ctx, entry.question, answer, link)
    filled = fill_contact(entry.answer, cmd.ctx.office.contact)
    if looked is None and filled:
        match = AnswerMatch(
            "", entry.question, filled, entry.link, example=entry.example, checked=entry.checked
        )
        seen = format_known_answer(cmd.ctx, match)
    return FaqEntryView(
        entry.id,
        entry.question,
        entry.also,
        entry.answer,
        state,
        entry.link,
        entry.topic,
        format_date(entry.until, cmd.ctx.lang) if entry.until else "",
        entry.source,
        seen,
        format_date(entry.checked, cmd.ctx.lang) if entry.checked else "",
        make_draft_mark(entry) if state in {FaqState.DRAFT, FaqState.OLD} else "",
        looked,
        list_topics(catalogue.entries),
    )


def judge_faq_draft(entry: FaqEntry, draft: FaqEntryDraft, today: date) -> FaqEntryDraft:
    """Return what was typed into a form with the text that `/faq set` takes, or with what is wrong in it."""
    ways = tuple(dict.fromkeys(" ".join(one.split()) for one in draft.ways.splitlines() if one.strip()))
    typed = [
        (FaqField.TOPIC, draft.topic),
        (FaqField.LINK, draft.link),
        (FaqField.UNTIL, draft.until),
        *((FaqField.ASK, one) for one in ways),
        (FaqField.ANSWER, draft.answer),
    ]
    text = "\n".join(
        f"{FAQ_FIELD_NAMES[name]}: {' '.join(words.split()) or NOTHING}"
        if name is not FaqField.ANSWER
        else f"{FAQ_FIELD_NAMES[name]}: {words}"
        for name, words in typed
    )
    after = change_faq_fields(replace(entry, also=()), text, today)
    if isinstance(after, FaqFieldProblem):
        key = "places_here" if after.reason == "places" else after.reason
        return replace(draft, problem=Phrase(f"inquiry.faq_field_{key}", {"text": after.text}))
    return replace(draft, change=format_faq_fields(entry, after))


def make_answer_preview(ctx: Context, question: str, answer: str, link: str = "") -> Phrase:
    """Return an answer that is written now, as citizens will read it who are given it."""
    if unknown := find_unknown_places(answer):
        words = {
            "answer": answer,
            "unknown": format_places(unknown),
            "known": format_places(CONTACT_PLACES),
        }
        return Phrase("inquiry.faq_places", words)
    filled = fill_contact(answer, ctx.office.contact)
    if not filled:
        return Phrase("inquiry.faq_no_contact")
    match = AnswerMatch("", question, filled, link, checked=to_bangkok_date(ctx.now))
    return format_known_answer(ctx, match)


def list_entry_commands(entry: FaqEntryView) -> tuple[tuple[str, Phrase], ...]:
    """Return the commands about an entry, with what is on their buttons."""
    match entry.state:
        case FaqState.DRAFT:
            return (
                (f"/check ok {entry.mark}", Phrase("inquiry.draft_ok")),
                (f"/check drop {entry.mark}", Phrase("inquiry.draft_drop")),
            )
        case FaqState.OLD:
            return (
                (f"/check ok {entry.mark}", Phrase("inquiry.draft_ok")),
                (f"/faq off {entry.id}", Phrase("workspace.faq.turn_off")),
            )
        case FaqState.CHECKED | FaqState.EXPIRED:
            return ((f"/faq off {entry.id}", Phrase("workspace.faq.turn_off")),)
        case FaqState.OFF:
            return ((f"/faq on {entry.id}", Phrase("workspace.faq.turn_on")),)
        case _:
            assert_never(entry.state)
