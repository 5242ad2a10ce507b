"""The service desk's statistics, from a question that was asked to the site, the folder and WordPress."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.jobs.publishing import PublishingJob
from bot.publishing.folder_target import FolderTarget
from bot.publishing.notifications import StaffNotification
from bot.publishing.releases import ReleaseContext, ReleaseRequest, make_release, verify_release_folder
from bot.publishing.target import PublishedRelease, PublishError
from bot.publishing.wordpress_target import WordPressTarget
from bot.web.templating import PageRenderer
from handlers.dialog.effects import TurnResult
from handlers.dialog.session import Session
from handlers.questions.messages import CloseQuestion, ListOpenQuestions
from handlers.staff.remark_messages import SetRemark
from ita_stats.calendar import CalendarMonth, get_fiscal_year, to_bangkok_date
from ita_stats.period import parse_period
from storage.crypto.key_files import DeskPaths
from tests.bot.publishing.fake_wordpress import PASSWORD, USER, serve_fake_wordpress
from tests.bot.web.test_statistics import StatisticsSite
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.terminal_driver import run_ita_bot
from tests.end_to_end.threaded_server import WebServer
from tests.in_memory_desk import OFFICE
from tests.run_decision import make_event
from tests.storage.questions.test_store import ask_office, run_service_scenario

TOMORROW = timedelta(days=1)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A service desk that was asked a question today."""

    async def scene(desk: DeskHarness) -> None:
        await ask_office(desk)

    run_service_scenario(tmp_path, scene)
    return tmp_path / "var"


def make_service_release(home: Path) -> PublishedRelease:
    async def work() -> PublishedRelease:
        async with open_desk(home, "service") as desk:
            context = ReleaseContext(DeskPaths.under(home, "service"), desk.store, OFFICE)
            today = to_bangkok_date(datetime.now(UTC))
            period = parse_period(f"fy{get_fiscal_year(today)}", today)
            found = await make_release(
                context, ReleaseRequest(period, today, "month"), datetime.now(UTC) + TOMORROW
            )
            return PublishedRelease(found.record, found.folder)

    return asyncio.run(work())


def test_the_command_counts_questions_and_not_complaints(home: Path) -> None:
    year = get_fiscal_year(to_bangkok_date(datetime.now(UTC)))
    words = ("stats", "--desk", "service", "--period", f"fy{year}", "--format")
    found = json.loads(run_ita_bot(home, *words, "json").stdout)
    assert (found["service"]["asked"], found["service"]["waiting"], found["statement"]) == (1, 1, None)
    printed = run_ita_bot(home, *words, "table").stdout
    assert "คำถามที่ได้รับ" in printed
    assert "ร้องเรียน" not in printed


def test_a_question_that_was_erased_is_still_counted_by_the_command(tmp_path: Path) -> None:
    home = tmp_path / "var"

    async def scene(desk: DeskHarness) -> None:
        await ask_office(desk)
        (thread,) = (await desk.store.answer_query(ListOpenQuestions(), desk.now())).rows
        act = CloseQuestion(thread.id, thread.seq, to_bangkok_date(desk.now()))
        result = TurnResult(Session(at=desk.now()), (), (act,))
        await desk.store.commit(replace(make_event(), id="close"), None, result, desk.now())

    run_service_scenario(tmp_path, scene)
    year = get_fiscal_year(to_bangkok_date(datetime.now(UTC)))
    words = ("stats", "--desk", "service", "--period", f"fy{year}", "--format", "json")
    before = json.loads(run_ita_bot(home, *words).stdout)
    assert (before["service"]["asked"], before["service"]["closed_without_answer"]) == (1, 1)
    later = (datetime.now(UTC) + timedelta(days=36_000)).isoformat()
    ticked = run_ita_bot(home, "tick", "--desk", "service", "--now", later).stdout
    assert "question" in ticked
    after = json.loads(run_ita_bot(home, *words).stdout)
    assert (after["total"], after["rows"]) == (before["total"], before["rows"])


def test_remarks_of_the_desk_are_printed(tmp_path: Path) -> None:
    home, today = tmp_path / "var", to_bangkok_date(datetime.now(UTC))
    month = CalendarMonth.from_date(today).code

    async def scene(desk: DeskHarness) -> None:
        await ask_office(desk)
        act = SetRemark(month, "เปิดวันเสาร์", "s3")
        result = TurnResult(Session(at=desk.now()), (), (act,))
        await desk.store.commit(replace(make_event(), id="remark"), None, result, desk.now())

    run_service_scenario(tmp_path, scene)
    words = ("stats", "--desk", "service", "--period", f"fy{get_fiscal_year(today)}", "--format")
    for form in ("table", "csv", "json"):
        assert run_ita_bot(home, *words, form).stdout.count("เปิดวันเสาร์") == 1
    folder = make_service_release(home).folder
    assert "เปิดวันเสาร์" in (folder / "statistics.html").read_text("utf-8")
    assert "เปิดวันเสาร์" in (folder / "statistics.csv").read_text("utf-8-sig")


def test_the_same_files_signed_and_in_a_folder_of_its_own(home: Path, tmp_path: Path) -> None:
    made = make_service_release(home)
    assert verify_release_folder(made.folder) == []
    web = tmp_path / "web"
    target = FolderTarget(web / "service", PageRenderer(OFFICE), "service")
    with pytest.raises(PublishError, match="folder"):
        asyncio.run(target.publish([made]))
    web.mkdir()
    asyncio.run(target.publish([made]))
    assert verify_release_folder(web / "service" / "latest") == []
    page = (web / "service" / "index.html").read_text("utf-8")
    assert "สถิติการให้บริการ" in page
    assert "ร้องเรียน" not in page


def test_wordpress_has_a_page_of_its_own(home: Path) -> None:
    made = make_service_release(home)

    async def work() -> None:
        async with serve_fake_wordpress() as fake:
            site = "https://ask.example.go.th"
            target = WordPressTarget(
                fake.origin, USER, SecretStr(PASSWORD), "s-service", site, desk="service"
            )
            await target.publish([made])
            content = fake.pages[0]["content"]["raw"]
            assert f'href="{site}/statistics/service/{made.record.fiscal_year}/1/statistics.json"' in content
            assert f'href="{site}/statistics/service"' in content
            assert "คำถามที่ได้รับ" in content

    asyncio.run(work())


@pytest.fixture
def served(home: Path) -> Iterator[StatisticsSite]:
    make_service_release(home)
    site = StatisticsSite.__new__(StatisticsSite)
    site.server = WebServer(home, name="service")
    yield site
    site.server.close()


def test_the_site_serves_it_at_its_own_address(served: StatisticsSite) -> None:
    year = get_fiscal_year(to_bangkok_date(datetime.now(UTC)))
    page = served.get_page("/statistics/service")
    assert "สถิติการให้บริการ" in page
    assert "คำถามที่ได้รับ" in page
    assert "ร้องเรียน" not in page
    policy = served.request("/statistics/service")[1]["content-security-policy"]
    assert "frame-ancestors 'self' https://" in policy
    for path in ("latest", str(year), f"{year}/1", f"{year}/1/statistics.pdf", f"{year}/1/statistics.xlsx"):
        assert served.request(f"/statistics/service/{path}")[0] == 200
    assert served.request(f"/statistics/service/{year}/statistics.csv")[0] == 302
    assert 'href="/statistics/service"' in served.get_page("/")
    assert served.request("/statistics")[0] == 404


def test_a_desk_of_an_earlier_version_releases_only_the_newest_month(tmp_path: Path) -> None:
    home = tmp_path / "var"
    told: list[str] = []

    async def notify(news: StaffNotification) -> None:
        told.append(news.th)

    async def work() -> None:
        async with open_desk(home, "service") as desk:
            context = ReleaseContext(DeskPaths.under(home, "service"), desk.store, OFFICE)
            await desk.store.releases.record_first_start(datetime(2025, 10, 5, tzinfo=UTC))
            job = PublishingJob(context, [], notify, "https://ask.example.go.th/")
            for now in (datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 4, 5, tzinfo=UTC)):
                assert [result.job async for result in job.run(now)] == ["released"]
            days = [one.as_of for one in await desk.store.releases.list_all()]
            assert days == [date(2026, 2, 28), date(2026, 3, 31)]

    asyncio.run(work())
    assert all("https://ask.example.go.th/statistics/service" in one for one in told)
