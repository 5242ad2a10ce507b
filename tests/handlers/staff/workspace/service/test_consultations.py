"""The views of consultations: their phase, and what citizens wrote only after a recent factor."""

from dataclasses import replace

from handlers.consultations.messages import (
    ConsultationLinks,
    ConsultationPhase,
    ListConsultations,
    ListFreeTexts,
    ListPendingStatements,
    PendingStatement,
)
from handlers.dialog.effects import Listing
from handlers.dialog.replies import Phrase
from handlers.staff.workspace.paging import ROWS_PER_PAGE
from handlers.staff.workspace.service.consultations import (
    MAX_LISTED_STATEMENTS,
    list_consultation_rows,
    open_consultation,
)
from tests.handlers.consultations.consultation_rows import CONSULTATION
from tests.handlers.staff.service.service_officer import CLOSED, TEXT, THEME
from tests.handlers.staff.workspace.service.views import show

STATEMENTS = tuple(
    PendingStatement(f"s{number}", CONSULTATION.code, "q3", "ควรเปิดเสาร์") for number in range(30)
)


def test_the_list_has_phases_and_a_bounded_number_of_statements() -> None:
    listed = show(lambda cmd: list_consultation_rows(cmd, 1), answers={ListPendingStatements: STATEMENTS})
    (row,) = listed.rows
    assert (row.code, row.phase) == (CONSULTATION.code, Phrase("inquiry.phase.open"))
    assert (len(listed.statements), listed.statement_count) == (MAX_LISTED_STATEMENTS, 30)
    unverified = show(
        lambda cmd: list_consultation_rows(cmd, 1),
        verified=False,
        answers={ListPendingStatements: STATEMENTS},
    )
    assert (unverified.statements, unverified.statement_count) == ((), 30)


def test_one_that_is_open_has_its_links_and_no_text() -> None:
    view = show(lambda cmd: open_consultation(cmd, CONSULTATION.code.lower(), 1))
    assert view is not None
    assert view.phase is ConsultationPhase.OPEN
    assert view.links == ConsultationLinks("https://office.example/o")
    assert (view.texts, view.themes) == ((), ())


def test_one_that_closed_shows_texts_with_personal_data_marked_and_their_themes() -> None:
    known = {ListConsultations: Listing((CLOSED,))}
    view = show(lambda cmd: open_consultation(cmd, CLOSED.code, 1), answers=known)
    assert view is not None
    assert [(one.number, one.found, one.themes) for one in view.texts] == [
        (TEXT.number, ("081-234-5678",), (THEME.place,))
    ]
    assert [theme for theme, _ in view.themes] == [THEME]
    assert view.links is None
    unverified = show(lambda cmd: open_consultation(cmd, CLOSED.code, 1), verified=False, answers=known)
    assert unverified is not None
    assert (unverified.texts, len(unverified.themes)) == ((), 1)


def test_pages_of_texts_and_an_unknown_code() -> None:
    texts = tuple(replace(TEXT, number=number) for number in range(1, ROWS_PER_PAGE + 3))
    known = {ListConsultations: Listing((CLOSED,)), ListFreeTexts: texts}
    second = show(lambda cmd: open_consultation(cmd, CLOSED.code, 2), answers=known)
    assert second is not None
    assert ([one.number for one in second.texts], second.has_more, second.text_count) == (
        [ROWS_PER_PAGE + 1, ROWS_PER_PAGE + 2],
        False,
        ROWS_PER_PAGE + 2,
    )
    assert show(lambda cmd: open_consultation(cmd, "NONE00", 1)) is None
