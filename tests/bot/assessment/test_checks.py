"""Each element has a check, and each fault is found in what was observed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.assessment.checks import CHECKS, is_door_link
from bot.assessment.findings import ElementOutcome, Fault
from bot.assessment.observation import (
    ObservedOffice,
    ObservedPage,
    OfficeRecords,
    PublicPage,
    get_statistics_year,
    list_addresses,
)
from bot.assessment.pages.page_reader import read_page
from bot.assessment.public_fetch import FetchedPage, FetchProblem
from bot.assessment.report_view import SIGNS
from bot.assessment.statistics_checks import find_due_cutoff, get_covered_days
from handlers.assessment.vocabulary import CoverageRule, ElementCode
from handlers.dialog.events import LANGS
from handlers.i18n import WORDING
from handlers.office import DeskMessengerLinks, MessengerLinks
from ita_stats.cases.model import StatisticsTables, StatusCounts
from tests.in_memory_desk import OFFICE
from tests.ita_stats.render.sample_documents import make_protected_tables

SITE = "https://ita.office.go.th"
DESKS = {"complaints": SITE, "service": SITE}
FORM = "<form method=post></form>"
GUIDELINE = "".join(f'<p data-guideline="{part}">มี 15 วัน</p>' for part in ("how", "steps", "unit", "days"))
BODIES: Mapping[PublicPage, str] = {
    **dict.fromkeys(PublicPage, "<p>หน้า"),
    **dict.fromkeys((PublicPage.REPORT, PublicPage.ASK, PublicPage.OPINION), FORM),
    PublicPage.WEBSITE: f'<a href="{SITE}/report">1</a><a href="{SITE}/ask">2</a><a href="{SITE}/opinion">3</a>',
    PublicPage.GUIDELINE: f'{GUIDELINE}<a href="{SITE}/report">แจ้ง</a>',
    PublicPage.PARTICIPATION: '<article data-activity="1/2569">',
}
YEAR = make_protected_tables(20)
FIRST_HALF = CoverageRule.FIRST_HALF


def see(page: PublicPage, body: str, problem: FetchProblem | None = None) -> ObservedPage:
    address = list_addresses(OFFICE, DESKS, 2569, 2569)[page]  # type: ignore[arg-type]
    fetched = FetchedPage(address, datetime(2026, 11, 30, tzinfo=UTC), 200, body, problem)
    return ObservedPage(fetched, read_page(body, address))


def observe(
    bodies: Mapping[PublicPage, str] | None = None, closed: tuple[PublicPage, ...] = ()
) -> ObservedOffice:
    pages = {page: see(page, body) for page, body in {**BODIES, **(bodies or {})}.items()}
    pages |= {page: see(page, "", FetchProblem.UNREACHABLE) for page in closed}
    return ObservedOffice(OFFICE, 2569, date(2026, 11, 30), DESKS, pages, figures=YEAR)  # type: ignore[arg-type]


def find_fault(observed: ObservedOffice, code: ElementCode, rule: CoverageRule = FIRST_HALF) -> Fault | None:
    return CHECKS[code](observed, rule).fault


def with_figures(**changed: object) -> StatisticsTables:
    return replace(YEAR, **changed)  # type: ignore[arg-type]


def test_every_element_has_a_check_and_every_fault_words_in_both_languages() -> None:
    assert set(CHECKS) == set(ElementCode)
    assert set(SIGNS) == set(ElementOutcome)
    for lang in LANGS:
        for fault in Fault:
            assert {f"evidence.fault.{fault}", f"evidence.todo.{fault}"} <= WORDING[lang].keys()
        for problem in (*FetchProblem, "unreadable"):
            assert f"evidence.problem.{problem}" in WORDING[lang]
        for outcome in ElementOutcome:
            assert f"evidence.outcome.{outcome}" in WORDING[lang]


@pytest.mark.parametrize("code", ElementCode)
def test_every_element_is_met_where_all_is_there(code: ElementCode) -> None:
    assert find_fault(observe(), code) is None


@pytest.mark.parametrize(
    ("closed", "code", "fault"),
    [
        (PublicPage.REPORT, ElementCode.REPORT_FORM, Fault.PAGE_CLOSED),
        (PublicPage.REPORT, ElementCode.REPORT_APART, Fault.PAGE_CLOSED),
        (PublicPage.ASK, ElementCode.ASK_FORM, Fault.PAGE_CLOSED),
        (PublicPage.BOARD, ElementCode.ASK_ANSWERED, Fault.PAGE_CLOSED),
        (PublicPage.OPINION, ElementCode.OPINION_FORM, Fault.PAGE_CLOSED),
        (PublicPage.OPINIONS, ElementCode.OPINION_ANSWERED, Fault.PAGE_CLOSED),
        (PublicPage.WEBSITE, ElementCode.REPORT_LINKED, Fault.WEBSITE_CLOSED),
        (PublicPage.STATISTICS, ElementCode.STATISTICS_SHOWN, Fault.NO_STATISTICS),
        (PublicPage.STATISTICS, ElementCode.ZERO_SENTENCE, Fault.NO_STATISTICS),
    ],
)
def test_a_closed_page_is_a_fault(closed: PublicPage, code: ElementCode, fault: Fault) -> None:
    assert find_fault(observe(closed=(closed,)), code) is fault


@pytest.mark.parametrize(
    ("page", "body", "code", "fault"),
    [
        (PublicPage.ASK, "", ElementCode.ASK_FORM, Fault.NO_FORM),
        (PublicPage.WEBSITE, "<a href=/contact>", ElementCode.REPORT_LINKED, Fault.NO_LINK_TO_REPORT),
        (PublicPage.WEBSITE, f"<a href={SITE}/report>", ElementCode.ASK_LINKED, Fault.NO_LINK_TO_ASK),
        (PublicPage.WEBSITE, f"<a href={SITE}/ask>", ElementCode.OPINION_LINKED, Fault.NO_LINK_TO_OPINION),
        (PublicPage.GUIDELINE, GUIDELINE, ElementCode.REPORT_IN_GUIDELINE, Fault.GUIDELINE_WITHOUT_CHANNEL),
        (PublicPage.GUIDELINE, "<p id=unit> </p>", ElementCode.GUIDELINE_UNIT, Fault.PART_MISSING),
        (PublicPage.GUIDELINE, "<p id=days>เร็ว</p>", ElementCode.GUIDELINE_DAYS, Fault.PART_MISSING),
        (PublicPage.PARTICIPATION, "", ElementCode.ACTIVITY_SHOWN, Fault.NO_ACTIVITY),
        (PublicPage.PARTICIPATION, "", ElementCode.ACTIVITY_IN_YEAR, Fault.NO_ACTIVITY),
    ],
)
def test_a_page_that_lacks_something_is_a_fault(
    page: PublicPage, body: str, code: ElementCode, fault: Fault
) -> None:
    assert find_fault(observe({page: body}), code) is fault


def test_the_guideline_of_the_home_page_counts_where_it_has_no_page_of_its_own() -> None:
    observed = observe({PublicPage.HOME: BODIES[PublicPage.GUIDELINE]}, closed=(PublicPage.GUIDELINE,))
    assert find_fault(observed, ElementCode.GUIDELINE_STEPS) is None


def test_one_account_or_one_page_for_both_desks_is_not_apart() -> None:
    links = MessengerLinks(telegram="https://t.me/one")
    chats = DeskMessengerLinks(complaints=links, service=links)
    office = OFFICE.model_copy(update={"chats": chats})
    assert find_fault(replace(observe(), office=office), ElementCode.REPORT_APART) is Fault.SAME_ACCOUNT
    observed = observe()
    pages = {**observed.pages, PublicPage.ASK: observed.pages[PublicPage.REPORT]}
    assert find_fault(replace(observed, pages=pages), ElementCode.REPORT_APART) is Fault.SAME_PAGE


def test_what_waits_at_the_service_desk_is_a_fault() -> None:
    observed = replace(observe(), records=OfficeRecords(late_questions=1, late_promises=2))
    assert find_fault(observed, ElementCode.ASK_ANSWERED) is Fault.QUESTIONS_LATE
    assert find_fault(observed, ElementCode.OPINION_ANSWERED) is Fault.PROMISES_LATE


def test_what_statistics_have_to_cover() -> None:
    assert get_covered_days(FIRST_HALF, 2569) == (date(2025, 10, 1), date(2026, 3, 31))
    assert get_covered_days(CoverageRule.CALENDAR_FIRST_HALF, 2569) == (date(2026, 1, 1), date(2026, 6, 30))
    assert get_covered_days(CoverageRule.PREVIOUS_YEAR, 2570) == (date(2025, 10, 1), date(2026, 9, 30))
    assert [get_statistics_year(rule, 2570) for rule in (FIRST_HALF, CoverageRule.PREVIOUS_YEAR)] == [
        2570,
        2569,
    ]


@pytest.mark.parametrize(
    ("as_of", "rule", "fault"),
    [
        (date(2026, 3, 30), FIRST_HALF, Fault.NOT_COVERED),
        (date(2026, 3, 31), FIRST_HALF, None),
        (date(2026, 5, 31), CoverageRule.CALENDAR_FIRST_HALF, Fault.NOT_COVERED),
        (date(2026, 6, 30), CoverageRule.CALENDAR_FIRST_HALF, None),
    ],
)
def test_coverage_to_the_day(as_of: date, rule: CoverageRule, fault: Fault | None) -> None:
    observed = replace(observe(), figures=with_figures(as_of=as_of))
    assert find_fault(observed, ElementCode.STATISTICS_COVERAGE, rule) is fault


def test_days_that_are_not_over_are_waited_for() -> None:
    observed = replace(observe(), today=date(2026, 3, 31))
    seen = CHECKS[ElementCode.STATISTICS_COVERAGE](observed, FIRST_HALF)
    assert (seen.fault, seen.waits_until) == (None, date(2026, 3, 31))


def test_how_current_statistics_have_to_be() -> None:
    assert find_due_cutoff("month", date(2026, 12, 7)) == date(2026, 10, 31)
    assert find_due_cutoff("month", date(2026, 12, 8)) == date(2026, 11, 30)
    assert find_due_cutoff("quarter", date(2026, 12, 8)) == date(2026, 9, 30)
    assert find_due_cutoff("half", date(2027, 4, 8)) == date(2027, 3, 31)
    old = replace(observe(), figures=with_figures(as_of=date(2026, 8, 31)))
    assert find_fault(old, ElementCode.STATISTICS_CURRENT) is Fault.OUT_OF_DATE


def test_the_sentence_of_zero_stands_where_it_must_and_nowhere_else() -> None:
    sentence = "ไม่มีเรื่องร้องเรียนในช่วงนี้"
    nothing = with_figures(total=StatusCounts(0, 0, 0, 0), statement=sentence)
    silent = replace(observe(), figures=nothing)
    assert find_fault(silent, ElementCode.ZERO_SENTENCE) is Fault.NO_ZERO_SENTENCE
    said = replace(observe({PublicPage.STATISTICS: f"<p>{sentence}"}), figures=nothing)
    assert find_fault(said, ElementCode.ZERO_SENTENCE) is None
    wrong = replace(observe(), figures=with_figures(statement=sentence))
    assert find_fault(wrong, ElementCode.ZERO_SENTENCE) is Fault.WRONG_ZERO_SENTENCE


def test_figures_that_do_not_add_up_are_a_fault() -> None:
    observed = replace(observe(), figures=with_figures(total=StatusCounts(5, 1, 1, 1)))
    assert find_fault(observed, ElementCode.STATISTICS_PROGRESS) is Fault.NO_PROGRESS


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        (SITE, True),
        (f"{SITE}/?lang=en", True),
        ("http://ita.office.go.th/report#form", True),
        (f"{SITE}/card", True),
        (f"{SITE}/statistics", False),
        (f"{SITE}/reports", False),
        ("https://ita.office.go.th.evil.example/report", False),
        ("https://office.go.th/report", False),
        ("mailto:report@office.go.th", False),
    ],
)
def test_which_links_lead_to_the_door(link: str, leads: bool) -> None:
    assert is_door_link(link, Fault.NO_LINK_TO_REPORT, observe()) is leads
