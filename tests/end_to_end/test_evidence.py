"""Evidence of real desks behind a real website: all met, and of an office with eight faults each found and named."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from bot.assessment.checks import build_report
from bot.assessment.documents import build_evidence_files
from bot.assessment.findings import ElementOutcome, EvidenceReport, Fault
from bot.assessment.observation import OfficeRecords, observe_office
from bot.assessment.public_fetch import open_public_fetcher
from bot.assessment.report_view import build_report_view, format_report_lines
from handlers.assessment.items import build_assessment
from handlers.assessment.vocabulary import AgencyVariant, CoverageRule, ElementCode, ItaTopic
from handlers.office import DeskMessengerLinks, ItaItem, MessengerLinks, Office
from tests.bot.assessment.office_front import LoopbackSite, serve_site
from tests.bot.publishing.release_desk import make_busy_desk, make_release_request
from tests.end_to_end.threaded_server import WebServer
from tests.in_memory_desk import OFFICE

pytestmark = pytest.mark.full("real servers")
YEAR, TODAY = 2569, date(2026, 11, 30)
KEPT_UP = OfficeRecords(late_questions=0, late_promises=0, consultations=(date(2026, 3, 2),))
SERVICE_PAGES = ("ask", "qna", "opinion", "opinions", "participation")
FIRST_PAGE = (
    '<h1>สำนักงาน</h1><a href="{0}/report">แจ้งทุจริต</a> '
    '<a href="{0}/ask">ถาม</a> <a href="{0}/opinion">ความเห็น</a>'
)


def confirm_items(office: Office) -> Office:
    """The office has read the rules of the year: every item of it is verified."""
    numbers = {
        "qa": "8",
        "guideline": "25",
        "channel": "26",
        "stats": "27",
        "opinion": "28",
        "participation": "29",
    }
    items = tuple(
        ItaItem(
            topic=ItaTopic(topic),
            number=number,
            assessment="ITA",
            year=YEAR,
            variant=AgencyVariant.MOE,
            verified=True,
        )
        for topic, number in numbers.items()
    )
    return office.model_copy(update={"items": items})


@dataclass
class ObservedDesks:
    """Two desks behind one front, and the office's website."""

    front: LoopbackSite
    website: LoopbackSite
    office: Office

    def collect(self, records: OfficeRecords = KEPT_UP, today: date = TODAY) -> EvidenceReport:
        office = self.office.model_copy(update={"website": self.website.address})
        addresses = {"complaints": self.front.address, "service": self.front.address}

        async def observe() -> EvidenceReport:
            own = (office.website, *addresses.values())
            async with open_public_fetcher(own) as fetcher:
                observed = await observe_office(
                    fetcher,
                    office,
                    addresses,  # type: ignore[arg-type]
                    YEAR,
                    CoverageRule.FIRST_HALF,
                    today,
                    records,
                )
            return build_report(build_assessment(office, YEAR, AgencyVariant.MOE), observed)

        return asyncio.run(observe())


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    """The ports of both desks; the complaints desk has released fiscal year 2569."""
    complaints_home = make_busy_desk(tmp_path_factory.mktemp("complaints") / "var")
    complaints_home.make_release(make_release_request())
    complaints = WebServer(complaints_home.home)
    service = WebServer(tmp_path_factory.mktemp("service") / "var", name="service")
    yield {"": complaints.port, **dict.fromkeys(SERVICE_PAGES, service.port)}
    complaints.close()
    service.close()


@pytest.fixture
def desks(ports: dict[str, int]) -> Iterator[ObservedDesks]:
    with ExitStack() as stack:
        front = stack.enter_context(serve_site(LoopbackSite(ports=ports)))
        website = stack.enter_context(serve_site(LoopbackSite()))
        website.pages["/"] = FIRST_PAGE.format(front.address)
        yield ObservedDesks(front, website, confirm_items(OFFICE))


def list_faults(report: EvidenceReport) -> dict[ElementCode, Fault]:
    return {one.element.code: one.seen.fault for _, one in report.findings if one.seen.fault}


def test_an_office_in_which_every_element_is_met(desks: ObservedDesks) -> None:
    report = desks.collect()
    assert list_faults(report) == {}
    assert {one.outcome for _, one in report.findings} == {ElementOutcome.MET}
    assert {one.element.code for _, one in report.findings} == set(ElementCode)
    shown = {one.element.code: one.seen for _, one in report.findings}
    assert shown[ElementCode.STATISTICS_COVERAGE].as_of == date(2026, 9, 30)
    assert shown[ElementCode.REPORT_FORM].address == f"{desks.front.address}/report"
    assert shown[ElementCode.REPORT_LINKED].address == desks.website.address


def test_an_office_with_eight_faults_each_found_and_named(desks: ObservedDesks) -> None:
    desks.website.pages["/"] = f'<a href="{desks.front.address}/ask">ถาม</a>'  # 1 and 2: no link to two doors
    links = MessengerLinks(line="https://line.me/R/ti/p/@office")
    one_account = DeskMessengerLinks(complaints=links, service=links)  # 3
    desks.office = desks.office.model_copy(update={"chats": one_account})
    for page in ("/guideline", "/"):
        desks.front.spoil[page] = lambda body: body.replace('data-guideline="unit"', "").replace(
            'id="unit"', ""
        )  # 4
    desks.front.spoil["/qna"] = lambda _: None  # 5: the board is closed
    desks.front.spoil["/opinion"] = lambda body: body.replace("<form", "<div")  # 6
    desks.front.spoil["/statistics/2569"] = lambda body: body.replace(
        '"as_of": "2026-09-30"', '"as_of": "2026-02-28"'
    )  # 7 and 8
    report = desks.collect()
    assert list_faults(report) == {
        ElementCode.REPORT_LINKED: Fault.NO_LINK_TO_REPORT,
        ElementCode.OPINION_LINKED: Fault.NO_LINK_TO_OPINION,
        ElementCode.REPORT_APART: Fault.SAME_ACCOUNT,
        ElementCode.GUIDELINE_UNIT: Fault.PART_MISSING,
        ElementCode.ASK_ANSWERED: Fault.PAGE_CLOSED,
        ElementCode.OPINION_FORM: Fault.NO_FORM,
        ElementCode.STATISTICS_COVERAGE: Fault.NOT_COVERED,
        ElementCode.STATISTICS_CURRENT: Fault.OUT_OF_DATE,
    }
    assert report.count(ElementOutcome.NOT_MET) == 8
    text = "\n".join(format_report_lines(build_report_view(report, desks.office, "th")))
    for said in ("@office", "ไม่มีส่วนงานที่รับผิดชอบ", "31 มีนาคม 2569", "ตอบว่าผิดพลาด (503)"):
        assert said in text


def test_a_desk_that_is_not_reached_and_a_website_that_is_gone(desks: ObservedDesks) -> None:
    desks.website.pages.clear()
    desks.front.spoil["/statistics"] = lambda _: None
    faults = list_faults(desks.collect(OfficeRecords(late_questions=2)))
    assert faults[ElementCode.REPORT_LINKED] is Fault.WEBSITE_CLOSED
    assert faults[ElementCode.STATISTICS_SHOWN] is Fault.NO_STATISTICS
    assert faults[ElementCode.ASK_ANSWERED] is Fault.QUESTIONS_LATE
    assert faults[ElementCode.ACTIVITY_SHOWN] is Fault.NO_ACTIVITY


def test_the_documents_of_a_report(desks: ObservedDesks, tmp_path: Path) -> None:
    files = dict(build_evidence_files(desks.collect(), desks.office, {}))
    assert set(files) == {"evidence.html", "evidence.pdf", "evidence.json"}
    assert files["evidence.pdf"].startswith(b"%PDF")
    page = files["evidence.html"].decode()
    assert page.count('data-outcome="met"') == len(ElementCode)
    assert "<script" not in page


def test_a_visit_carries_no_cookie_and_no_page_is_asked_for_twice(desks: ObservedDesks) -> None:
    desks.collect()
    asked = [path for path, _ in desks.front.asked]
    assert sorted(asked) == sorted(set(asked))
    for _, headers in (*desks.front.asked, *desks.website.asked):
        assert not {"Cookie", "cookie", "Authorization"} & set(headers)
