"""Checks of the published statistics and of activities: days covered, how current, and the sentence of zero."""

from datetime import date, timedelta

from bot.assessment.findings import CheckedThing, Fault
from bot.assessment.observation import ObservedOffice, PublicPage
from handlers.assessment.vocabulary import CoverageRule
from handlers.dialog.replies import Phrase
from ita_stats.calendar import CalendarMonth, first_month_of_fiscal_year, get_fiscal_year
from ita_stats.cases.model import Layout, StatisticsTables
from ita_stats.period import MONTHS_PER_ROW

DAY = timedelta(days=1)
GRACE = timedelta(days=7)
"""After the 1st of a month: until then the release of the row before may still wait for somebody."""


def get_covered_days(rule: CoverageRule, year: int) -> tuple[date, date]:
    """Return the first and last day that the assessment of a year (Buddhist) wants covered."""
    start = first_month_of_fiscal_year(year)
    match rule:
        case CoverageRule.PREVIOUS_YEAR:
            return first_month_of_fiscal_year(year - 1).first, start.first - DAY
        case CoverageRule.CALENDAR_FIRST_HALF:
            return (start + 3).first, (start + 8).last
        case CoverageRule.YEAR:
            return start.first, (start + 11).last
        case CoverageRule.FIRST_HALF | CoverageRule.NONE:
            return start.first, (start + 5).last


def find_due_cutoff(layout: Layout, today: date) -> date:
    """Return the day as of which statistics must be published by today: the end of the last row, after some grace."""
    month = CalendarMonth.from_date(today - GRACE)
    start = first_month_of_fiscal_year(get_fiscal_year(month.first))
    while (month.number - start.number) % MONTHS_PER_ROW[layout]:
        month += -1
    return month.first - DAY


def check_shown(observed: ObservedOffice, _: CoverageRule) -> CheckedThing:
    """Check that the page of the statistics is open, and that its figures can be read."""
    page = observed.pages[PublicPage.STATISTICS]
    if not page.fetched.is_there or observed.figures is None:
        return _describe_missing(observed)
    return _see_page(observed, observed.figures)


def check_progress(observed: ObservedOffice, _: CoverageRule) -> CheckedThing:
    """Check that received, done and in progress are told, and that they agree."""
    figures = observed.figures
    if figures is None:
        return _describe_missing(observed)
    received, *states = figures.total.cells
    told = [state for state in states if state is not None]
    agrees = received is not None and len(told) == len(states) and received == sum(told)
    return _see_page(observed, figures, None if agrees else Fault.NO_PROGRESS)


def check_coverage(observed: ObservedOffice, rule: CoverageRule) -> CheckedThing:
    """Check that the statistics cover the days that this year's rule wants; wait where these are not over yet."""
    first, last = get_covered_days(rule, observed.year)
    figures = observed.figures
    if observed.today <= last:
        return CheckedThing(observed.pages[PublicPage.STATISTICS].fetched.address, waits_until=last)
    if figures is None:
        return _describe_missing(observed)
    covers = figures.period.first <= first and min(figures.period.last, figures.as_of) >= last
    return _see_page(observed, figures, None if covers else Fault.NOT_COVERED, first, last)


def check_current(observed: ObservedOffice, rule: CoverageRule) -> CheckedThing:
    """Check that the newest finished row is published, as far as the assessment wants it."""
    figures = observed.figures
    if figures is None:
        return _describe_missing(observed)
    due = min(find_due_cutoff(figures.layout, observed.today), figures.period.last)
    if rule is CoverageRule.PREVIOUS_YEAR:
        due = min(due, get_covered_days(rule, observed.year)[1])
    late = figures.as_of < due
    return _see_page(observed, figures, Fault.OUT_OF_DATE if late else None, due, due)


def check_zero_sentence(observed: ObservedOffice, _: CoverageRule) -> CheckedThing:
    """Check that “there was no complaint” is published where there was none, and nowhere else."""
    figures, page = observed.figures, observed.pages[PublicPage.STATISTICS]
    if figures is None or not page.fetched.is_there:
        return _describe_missing(observed)
    if figures.total.received == 0:
        is_said = figures.statement is not None and " ".join(figures.statement.split()) in page.read.text
        return _see_page(observed, figures, None if is_said else Fault.NO_ZERO_SENTENCE)
    return _see_page(observed, figures, Fault.WRONG_ZERO_SENTENCE if figures.statement else None)


def check_activity_shown(observed: ObservedOffice, _: CoverageRule) -> CheckedThing:
    """Check that some activity of participation is shown, of whatever year: its page, or that of consultations."""
    return _check_activities(observed, has_any=bool(observed.records.consultations))


def check_activity_in_year(observed: ObservedOffice, rule: CoverageRule) -> CheckedThing:
    """Check that an activity of the year is shown; wait while the year goes on and there is none."""
    first, last = get_covered_days(CoverageRule.YEAR if rule is CoverageRule.NONE else rule, observed.year)
    there = any(first <= day <= last for day in observed.records.consultations)
    seen = _check_activities(observed, has_any=there)
    if seen.fault is Fault.NO_ACTIVITY and observed.today <= last:
        return CheckedThing(seen.address, waits_until=last)
    return seen


def _check_activities(observed: ObservedOffice, *, has_any: bool) -> CheckedThing:
    """Look at the page of activities, else at that of consultations. has_any: whether a consultation counts."""
    page, opinions = observed.pages[PublicPage.PARTICIPATION], observed.pages[PublicPage.OPINIONS]
    if page.fetched.is_there and page.read.list_values("data-activity"):
        return CheckedThing(page.fetched.address)
    if opinions.fetched.is_there and has_any:
        return CheckedThing(opinions.fetched.address)
    shown = page if page.fetched.is_there else opinions
    return CheckedThing(shown.fetched.address, Fault.NO_ACTIVITY, {"year": observed.year})


def _describe_missing(observed: ObservedOffice) -> CheckedThing:
    page, figures = observed.pages[PublicPage.STATISTICS].fetched, observed.pages[PublicPage.FIGURES].fetched
    failed = page if page.problem is not None else figures
    problem = failed.problem or "unreadable"
    return CheckedThing(
        page.address,
        Fault.NO_STATISTICS,
        {"problem": Phrase(f"evidence.problem.{problem}", {"status": failed.status})},
    )


def _see_page(
    observed: ObservedOffice,
    figures: StatisticsTables,
    fault: Fault | None = None,
    first: date | None = None,
    last: date | None = None,
) -> CheckedThing:
    """Describe the page with the day as of which its figures are. first, last: the days that are wanted."""
    days = {"first": first, "last": last, "as_of": figures.as_of, "from": figures.period.first}
    return CheckedThing(
        observed.pages[PublicPage.STATISTICS].fetched.address,
        fault,
        {name: day.isoformat() for name, day in days.items() if day is not None},
        figures.as_of,
    )
