"""The views of questions: those that wait, and one with the known answers nearest to it beside."""

from dataclasses import dataclass, field

from handlers.dialog.effects import run_query
from handlers.dialog.replies import Phrase, ReplyArg
from handlers.dialog.text import disarm_links, shorten_text
from handlers.questions.faq_messages import FAQ_ENTRY_PREFIX
from handlers.questions.messages import (
    AnswerMatch,
    FindKnownAnswers,
    FindQuestionByNumber,
    ListOpenQuestions,
    QuestionState,
    QuestionThread,
    ThreadLineKind,
)
from handlers.questions.pii import find_pii
from handlers.questions.similar import FindSimilarQuestions
from handlers.staff.command import QueryGenerator, ServiceCommandContext
from handlers.staff.sending.undo_window import find_own_or_led
from handlers.staff.service.questions import (
    find_repeated_buckets,
    format_questions,
    make_answer_together,
)
from handlers.staff.workspace.paging import ROWS_PER_PAGE, get_offset
from handlers.thai.dates import format_date, to_bangkok_date

EXCERPT_LENGTH = 120
"""Characters of a question in the list."""


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question that waits. words: of its last line, empty while the second factor is not recent.

    same_asker: the mark of who asked more than one of these today, or empty.
    """

    number: str
    year: int
    place: int
    due: Phrase
    words: ReplyArg = field(repr=False)
    same_asker: str = ""


@dataclass(frozen=True, slots=True)
class QuestionList:
    """A page of the questions that wait, soonest due first. unreadable: numbers of rows that cannot be read."""

    rows: tuple[QuestionRow, ...]
    page: int
    has_more: bool
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadLineView:
    """A line of a thread. found: what of it may identify somebody, to be marked."""

    kind: ThreadLineKind
    on: str
    text: ReplyArg = field(repr=False)
    found: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """A known answer near the question. use: the command that proposes it; text: what completes that command."""

    title: str
    answer: str
    link: str
    use: str
    text: str = field(default="", repr=False)
    is_on_board: bool = False


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question with its thread, and what may be done with it now: commands as buttons bring them.

    known: the nearest known answers, best first; publication: its text as `/publish` reads it, where it is answered.
    similar: the open questions near it, each with its number; together: the command that answers all of them at once.
    """

    number: str
    state: Phrase
    due: Phrase
    lines: tuple[ThreadLineView, ...]
    known: tuple[KnownAnswer, ...]
    can_answer: bool
    can_close: bool
    can_undo: bool
    can_publish: bool
    is_published: bool
    publication: str = field(default="", repr=False)
    similar: tuple[Phrase, ...] = field(default=(), repr=False)
    together: str = ""


def list_waiting_questions(cmd: ServiceCommandContext, page: int) -> QueryGenerator[QuestionList]:
    """Return a page of the questions that wait."""
    listing = yield from run_query(ListOpenQuestions(get_offset(page), ROWS_PER_PAGE + 1))
    repeated = find_repeated_buckets(listing.rows)
    rows = tuple(_make_row(cmd, one, repeated) for one in listing.rows[:ROWS_PER_PAGE])
    has_more = len(listing.rows) + len(listing.unreadable) > ROWS_PER_PAGE
    return QuestionList(rows, page, has_more, listing.unreadable)


def _make_row(cmd: ServiceCommandContext, thread: QuestionThread, repeated: set[str]) -> QuestionRow:
    last, words = thread.lines[-1], ""
    if cmd.is_verified:
        words = disarm_links(shorten_text(last.text.replace("\n", " "), EXCERPT_LENGTH))
    return QuestionRow(
        thread.register_number,
        thread.fiscal_year,
        thread.number,
        _describe_due(cmd, thread),
        words or (last.display_text if cmd.is_verified else ""),
        thread.bucket if thread.bucket in repeated else "",
    )


def _describe_due(cmd: ServiceCommandContext, thread: QuestionThread) -> Phrase:
    if thread.scheduled_by:
        return Phrase("workspace.question.held")
    late = "late" if thread.answer_by < to_bangkok_date(cmd.ctx.now) else "by"
    return Phrase(f"inquiry.due_{late}", {"day": format_date(thread.answer_by, cmd.ctx.lang)})


def open_question(cmd: ServiceCommandContext, number: int, year: int) -> QueryGenerator[QuestionView | None]:
    """Return a question with its thread and the nearest known answers; None where there is none of this number."""
    thread = yield from run_query(FindQuestionByNumber(number, year))
    if thread is None:
        return None
    asked = next((one.text for one in reversed(thread.lines) if one.kind is not ThreadLineKind.ANSWER), "")
    is_waiting, is_open = not thread.scheduled_by, thread.state is QuestionState.OPEN
    known: tuple[AnswerMatch, ...] = ()
    similar: tuple[QuestionThread, ...] = ()
    if is_waiting and is_open and asked:
        similar = yield from run_query(FindSimilarQuestions(thread))
        known = yield from run_query(FindKnownAnswers(asked, to_bangkok_date(cmd.ctx.now)))
    state = Phrase("inquiry.state_held" if thread.scheduled_by else f"thread.{thread.state}")
    return QuestionView(
        thread.register_number,
        state,
        _describe_due(cmd, thread),
        tuple(
            ThreadLineView(
                one.kind,
                format_date(one.on, cmd.ctx.lang),
                one.officer_text,
                find_pii(disarm_links(one.text)),
            )
            for one in thread.lines
        ),
        tuple(_make_known_answer(thread, one) for one in known),
        can_answer=is_waiting,
        can_close=is_waiting and is_open,
        can_undo=find_own_or_led(thread.waiting, cmd.staff) is not None,
        can_publish=is_waiting and bool(thread.answer),
        is_published=bool(thread.published_id),
        publication=f"ถาม: {thread.question}\nตอบ: {thread.answer}" if thread.answer else "",
        similar=format_questions(similar),
        together=make_answer_together(thread, similar).data if similar else "",
    )


def _make_known_answer(thread: QuestionThread, one: AnswerMatch) -> KnownAnswer:
    """Return a known answer with the command that uses it: an entry by its id, a published answer by its text."""
    answer = f"/answer {thread.register_number}"
    if one.id.startswith(FAQ_ENTRY_PREFIX):
        use = f"{answer} ={one.id.removeprefix(FAQ_ENTRY_PREFIX)}"
        return KnownAnswer(one.title, one.answer, one.link, use)
    return KnownAnswer(one.title, one.answer, one.link, answer, one.answer, is_on_board=True)
