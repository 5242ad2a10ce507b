"""The check of each element: looks at what was observed, and does no input or output itself."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from urllib.parse import urlsplit

from bot.assessment.findings import CheckedThing, ElementFinding, EvidenceReport, Fault, ItemFinding
from bot.assessment.observation import ObservedOffice, ObservedPage, PublicPage
from bot.assessment.public_fetch import get_site
from bot.assessment.statistics_checks import (
    check_activity_in_year,
    check_activity_shown,
    check_coverage,
    check_current,
    check_progress,
    check_shown,
    check_zero_sentence,
)
from bot.desk_names import DeskName
from bot.engine import utc_now
from handlers.assessment.items import Assessment
from handlers.assessment.vocabulary import CoverageRule, ElementCode
from handlers.dialog.replies import Phrase

ElementCheck = Callable[[ObservedOffice, CoverageRule], CheckedThing]
_DOOR_PATHS: Mapping[Fault, tuple[DeskName, frozenset[str]]] = {
    Fault.NO_LINK_TO_REPORT: ("complaints", frozenset({"", "/report", "/card"})),
    Fault.NO_LINK_TO_ASK: ("service", frozenset({"", "/ask", "/qna", "/card"})),
    Fault.NO_LINK_TO_OPINION: ("service", frozenset({"", "/opinion", "/opinions", "/card"})),
}
"""The paths of a desk's address that lead a visitor to a door; the home page and the card have all doors."""


def build_report(assessment: Assessment, observed: ObservedOffice) -> EvidenceReport:
    """Check every element of an assessment."""
    return EvidenceReport(
        assessment,
        utc_now(),
        tuple(
            ItemFinding(
                item,
                tuple(
                    ElementFinding(element, CHECKS[element.code](observed, item.coverage))
                    for element in item.elements
                ),
            )
            for item in assessment.items
        ),
        observed.figures,
    )


def describe_closed_page(page: ObservedPage) -> CheckedThing:
    """Describe a page that was not had."""
    problem = page.fetched.problem or "status"
    return CheckedThing(
        page.fetched.address,
        Fault.PAGE_CLOSED,
        {"problem": Phrase(f"evidence.problem.{problem}", {"status": page.fetched.status})},
    )


def check_form(page: PublicPage, observed: ObservedOffice, _: CoverageRule) -> CheckedThing:
    """Check that a page is open and asks for something."""
    seen = observed.pages[page]
    if not seen.fetched.is_there:
        return describe_closed_page(seen)
    return CheckedThing(seen.fetched.address, None if seen.read.has_form else Fault.NO_FORM)


def check_link(fault: Fault, observed: ObservedOffice, _: CoverageRule) -> CheckedThing:
    """Check that the office's website, or a page that its first one links to, leads to a door. fault: where none."""
    website = observed.pages[PublicPage.WEBSITE]
    if not website.fetched.is_there:
        closed = describe_closed_page(website)
        return CheckedThing(closed.address, Fault.WEBSITE_CLOSED, closed.args)
    found = find_page_with_door(fault, observed)
    if found is not None:
        return CheckedThing(found.fetched.address)
    desk, _paths = _DOOR_PATHS[fault]
    return CheckedThing(
        website.fetched.address, fault, {"wanted": observed.desk_addresses.get(desk, "") or "-"}
    )


def find_page_with_door(fault: Fault, observed: ObservedOffice) -> ObservedPage | None:
    """Return the first page of the office's website that leads to a door. fault: where none does."""
    for page in (observed.pages[PublicPage.WEBSITE], *observed.linked):
        if any(is_door_link(link, fault, observed) for link in page.read.links):
            return page
    return None


def has_website_without_door(observed: ObservedOffice) -> bool:
    """Whether the website was had, and as it is sent leads to not every door: its scripts may make the links."""
    is_there = observed.pages[PublicPage.WEBSITE].fetched.is_there
    return is_there and any(find_page_with_door(fault, observed) is None for fault in _DOOR_PATHS)


def is_door_link(link: str, fault: Fault, observed: ObservedOffice) -> bool:
    """Whether a link leads to a door: a page of its desk, or its account at a platform."""
    desk, paths = _DOOR_PATHS[fault]
    chats = observed.office.chats.complaints if desk == "complaints" else observed.office.chats.service
    if link.rstrip("/") in {account.rstrip("/") for account in (chats.line, chats.telegram) if account}:
        return True
    base = observed.desk_addresses.get(desk, "")
    if not base or get_site(link) != get_site(base):
        return False
    below = urlsplit(base).path.rstrip("/")
    path = urlsplit(link).path.rstrip("/")
    return path.startswith(below) and path.removeprefix(below) in paths


def check_apart(observed: ObservedOffice, _: CoverageRule) -> CheckedThing:
    """Check that reports go elsewhere than questions: another page, and other accounts at the platforms."""
    report, ask = observed.pages[PublicPage.REPORT], observed.pages[PublicPage.ASK]
    if not report.fetched.is_there:
        return describe_closed_page(report)
    address = report.fetched.address
    chats = observed.office.chats
    for own, other in (
        (chats.complaints.line, chats.service.line),
        (chats.complaints.telegram, chats.service.telegram),
    ):
        if own is not None and own == other:
            return CheckedThing(address, Fault.SAME_ACCOUNT, {"account": own})
    if ask.fetched.is_there and ask.fetched.address == address:
        return CheckedThing(address, Fault.SAME_PAGE)
    return CheckedThing(address)


def check_part(part: str, observed: ObservedOffice, _: CoverageRule) -> CheckedThing:
    """Check that the guideline has a part: an element with its id or mark, in which something stands."""
    page = observed.guideline
    if not page.fetched.is_there:
        return describe_closed_page(page)
    found = page.read.find_mark("data-guideline", part) or page.read.find_mark("id", part)
    named: dict[str, Phrase] = {"part": Phrase(f"evidence.part.{part}")}
    is_there = any(map(str.isdigit, found)) if part == "days" else bool(found)
    return CheckedThing(page.fetched.address, None if is_there else Fault.PART_MISSING, named)


def check_in_guideline(observed: ObservedOffice, _: CoverageRule) -> CheckedThing:
    """Check that the guideline leads to the channel that it is about."""
    page = observed.guideline
    if not page.fetched.is_there:
        return describe_closed_page(page)
    leads = any(is_door_link(link, Fault.NO_LINK_TO_REPORT, observed) for link in page.read.links)
    written = observed.desk_addresses.get("complaints", "").rstrip("/")
    leads = leads or (bool(written) and written in page.read.text)
    return CheckedThing(page.fetched.address, None if leads else Fault.GUIDELINE_WITHOUT_CHANNEL)


def check_answered(observed: ObservedOffice, _: CoverageRule) -> CheckedThing:
    """Check that answers can be read, and that no question waits beyond its day."""
    board, late = observed.pages[PublicPage.BOARD], observed.records.late_questions
    if not board.fetched.is_there:
        return describe_closed_page(board)
    if late:
        return CheckedThing(board.fetched.address, Fault.QUESTIONS_LATE, {"count": late})
    return CheckedThing(board.fetched.address)


def check_promises(observed: ObservedOffice, _: CoverageRule) -> CheckedThing:
    """Check that what was promised after consultations was answered."""
    page, late = observed.pages[PublicPage.OPINIONS], observed.records.late_promises
    if not page.fetched.is_there:
        return describe_closed_page(page)
    if late:
        return CheckedThing(page.fetched.address, Fault.PROMISES_LATE, {"count": late})
    return CheckedThing(page.fetched.address)


CHECKS: Mapping[ElementCode, ElementCheck] = {
    ElementCode.ASK_FORM: partial(check_form, PublicPage.ASK),
    ElementCode.ASK_ANSWERED: check_answered,
    ElementCode.ASK_LINKED: partial(check_link, Fault.NO_LINK_TO_ASK),
    ElementCode.GUIDELINE_HOW: partial(check_part, "how"),
    ElementCode.GUIDELINE_STEPS: partial(check_part, "steps"),
    ElementCode.GUIDELINE_UNIT: partial(check_part, "unit"),
    ElementCode.GUIDELINE_DAYS: partial(check_part, "days"),
    ElementCode.REPORT_FORM: partial(check_form, PublicPage.REPORT),
    ElementCode.REPORT_APART: check_apart,
    ElementCode.REPORT_IN_GUIDELINE: check_in_guideline,
    ElementCode.REPORT_LINKED: partial(check_link, Fault.NO_LINK_TO_REPORT),
    ElementCode.STATISTICS_SHOWN: check_shown,
    ElementCode.STATISTICS_PROGRESS: check_progress,
    ElementCode.STATISTICS_COVERAGE: check_coverage,
    ElementCode.STATISTICS_CURRENT: check_current,
    ElementCode.ZERO_SENTENCE: check_zero_sentence,
    ElementCode.OPINION_FORM: partial(check_form, PublicPage.OPINION),
    ElementCode.OPINION_LINKED: partial(check_link, Fault.NO_LINK_TO_OPINION),
    ElementCode.OPINION_ANSWERED: check_promises,
    ElementCode.ACTIVITY_SHOWN: check_activity_shown,
    ElementCode.ACTIVITY_IN_YEAR: check_activity_in_year,
}
"""The check of each element; a test asks for one of every code."""


def list_shown_addresses(report: EvidenceReport) -> Iterable[str]:
    """Return the addresses that show something, each once, in order."""
    return dict.fromkeys(one.seen.address for _, one in report.findings if one.seen.address)
