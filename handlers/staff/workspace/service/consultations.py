"""The views of consultations: all of them, and one from its questions to its published results."""

from dataclasses import dataclass, field

from handlers.consultations.messages import (
    Consultation,
    ConsultationLinks,
    ConsultationPhase,
    FreeText,
    GetConsultationLinks,
    ListConsultations,
    ListFreeTexts,
    ListPendingStatements,
    ListThemes,
    PendingStatement,
    Theme,
)
from handlers.dialog.effects import run_query
from handlers.dialog.replies import Phrase
from handlers.questions.pii import find_pii
from handlers.staff.command import QueryGenerator, ServiceCommandContext
from handlers.staff.service.consultation_results import format_theme_line
from handlers.staff.service.consultations import format_instant, format_question, get_current_phase
from handlers.staff.workspace.paging import ROWS_PER_PAGE, get_offset

MAX_LISTED_STATEMENTS = 20
"""Statements of citizens that are shown at once: the others follow when these are decided on."""


@dataclass(frozen=True, slots=True)
class ConsultationRow:
    """A consultation in the list."""

    code: str
    title: str
    phase: Phrase
    closes: str


@dataclass(frozen=True, slots=True)
class ConsultationList:
    """All consultations, newest first. has_draft: an announcement is begun; statements: waiting to be read."""

    rows: tuple[ConsultationRow, ...]
    page: int
    has_more: bool
    has_draft: bool
    statements: tuple[PendingStatement, ...] = field(repr=False)
    statement_count: int = 0
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FreeTextView:
    """A text of a citizen. found: what of it may identify somebody; themes: places of those that have it."""

    number: int
    text: str = field(repr=False)
    writers: int
    found: tuple[str, ...] = field(repr=False)
    themes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsultationView:
    """A consultation. texts: a page of what was written, while it is evaluated; themes with their line."""

    code: str
    title: str
    background: str
    link: str
    phase: ConsultationPhase
    opens: str
    closes: str
    questions: tuple[Phrase, ...]
    links: ConsultationLinks | None = None
    texts: tuple[FreeTextView, ...] = ()
    text_count: int = 0
    page: int = 1
    has_more: bool = False
    themes: tuple[tuple[Theme, Phrase], ...] = ()


def list_consultation_rows(cmd: ServiceCommandContext, page: int) -> QueryGenerator[ConsultationList]:
    """Return a page of the consultations, and the statements that wait for an officer."""
    listing = yield from run_query(ListConsultations())
    waiting = yield from run_query(ListPendingStatements())
    at = get_offset(page)
    rows = tuple(_make_row(cmd, one) for one in listing.rows[at : at + ROWS_PER_PAGE])
    return ConsultationList(
        rows,
        page,
        len(listing.rows) > at + ROWS_PER_PAGE,
        bool(cmd.work.consultation),
        waiting[:MAX_LISTED_STATEMENTS] if cmd.is_verified else (),
        len(waiting),
        listing.unreadable,
    )


def _make_row(cmd: ServiceCommandContext, one: Consultation) -> ConsultationRow:
    phase = Phrase(f"inquiry.phase.{get_current_phase(one, cmd.ctx.now)}")
    return ConsultationRow(one.code, one.title, phase, format_instant(one.closes, cmd))


def open_consultation(
    cmd: ServiceCommandContext, code: str, page: int
) -> QueryGenerator[ConsultationView | None]:
    """Return a consultation; None where there is none of this code. What citizens wrote needs a recent factor."""
    listing = yield from run_query(ListConsultations())
    one = next((one for one in listing.rows if one.code == code.upper()), None)
    if one is None:
        return None
    is_over = one.phase in {ConsultationPhase.CLOSED, ConsultationPhase.PUBLISHED}
    links = None if is_over else (yield from run_query(GetConsultationLinks(one.code)))
    texts: tuple[FreeText, ...] = ()
    themes: tuple[Theme, ...] = ()
    if is_over:
        themes = yield from run_query(ListThemes(one.code))
        texts = (yield from run_query(ListFreeTexts(one.code))) if cmd.is_verified else ()
    at = get_offset(page)
    return ConsultationView(
        one.code,
        one.title,
        one.background,
        one.link,
        get_current_phase(one, cmd.ctx.now),
        format_instant(one.opens, cmd),
        format_instant(one.closes, cmd),
        tuple(format_question(question) for question in one.questions),
        links,
        tuple(_make_text_view(text, themes) for text in texts[at : at + ROWS_PER_PAGE]),
        len(texts),
        page,
        len(texts) > at + ROWS_PER_PAGE,
        tuple((theme, format_theme_line(theme, cmd)) for theme in themes),
    )


def _make_text_view(one: FreeText, themes: tuple[Theme, ...]) -> FreeTextView:
    having = tuple(theme.place for theme in themes if one.number in theme.texts)
    return FreeTextView(one.number, one.text, one.writers, find_pii(one.text), having)
