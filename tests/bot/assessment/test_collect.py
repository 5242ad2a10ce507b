"""What the service desk's own database tells of what waits, and the command that checks and writes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.assessment import collect
from bot.assessment.collect import load_records
from bot.assessment.observation import OfficeRecords
from bot.assessment.pictures import PictureBrowser
from bot.cli.main import cli_app
from tests.bot.assessment.office_front import LoopbackSite, serve_site
from tests.end_to_end.browser_driver import CHROMIUM
from tests.end_to_end.desk_harness import DeskHarness
from tests.in_memory_desk import OFFICE, OFFICE_TOML
from tests.storage.questions.test_store import ask_office, run_service_scenario


def test_a_question_waits_beyond_its_day_and_not_before(tmp_path: Path) -> None:
    found = list[OfficeRecords]()

    async def scene(desk: DeskHarness) -> None:
        await ask_office(desk)
        for days in (0, OFFICE.deadlines.first_answer_days, OFFICE.deadlines.first_answer_days + 1):
            now = datetime.now(UTC) + timedelta(days)
            found.append(await load_records(desk.store, OFFICE, now))

    run_service_scenario(tmp_path, scene)
    assert [one.late_questions for one in found] == [0, 0, 1]
    assert found[0] == OfficeRecords(0, 0, ())


@pytest.fixture
def office_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ITA_HOME", str(tmp_path / "var"))
    return tmp_path


def write_office(folder: Path, website: str) -> None:
    text = OFFICE_TOML.replace("https://www.example.com", website, 1)
    (folder / "office.toml").write_text(text, "utf-8")


def test_the_command_says_what_is_missing_and_writes_it(
    office_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve_site(LoopbackSite({"/": "<h1>สำนักงาน</h1>"})) as website:
        write_office(office_folder, website.address)
        monkeypatch.setenv("ITA_COMPLAINTS__PUBLIC_URL", website.address)
        arguments = ["evidence", "--year", "2563", "--out", "found", "--no-pictures"]
        result = CliRunner().invoke(cli_app, arguments)
    assert result.exit_code == 1, result.output
    assert "ข้อ 26 ช่องทางแจ้งเรื่องร้องเรียน" in result.stdout
    assert "✗ ไม่ครบ" in result.stdout
    assert "ยังไม่ได้ตั้งที่อยู่เว็บ" in result.stdout  # of the service desk
    described = json.loads((office_folder / "found" / "evidence.json").read_text("utf-8"))
    assert (described["year"], described["variant"], described["taken_from"]) == (2563, "moe", None)
    assert sorted(path.name for path in (office_folder / "found").iterdir()) == [
        "evidence.html",
        "evidence.json",
        "evidence.pdf",
    ]
    assert not list((office_folder / "var").glob("*/*.db")), "a desk that is not there is not made"


def test_what_is_not_verified_fails_nothing(office_folder: Path) -> None:
    with serve_site(LoopbackSite()) as website:
        write_office(office_folder, website.address)
        result = CliRunner().invoke(cli_app, ["evidence", "--year", "2567", "--variant", "nacc"])
    assert result.exit_code == 0, result.output
    assert "? ตรวจเอง (ไม่พบ)" in result.stdout


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_asked(office_folder: Path) -> None:
    (office_folder / "found").write_text("a file")
    result = CliRunner().invoke(cli_app, ["evidence", "--year", "2569", "--out", "found"])
    assert result.exit_code == 2


@pytest.mark.full("pictures in a browser")
@pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine")
def test_a_website_whose_scripts_make_its_links_is_read_as_visitors_see_it(
    office_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = PictureBrowser(str(CHROMIUM), ("--no-sandbox",))
    arguments = ["evidence", "--year", "2563"]
    said = "เว็บไซต์หลักไม่มีลิงก์ไปยังช่องทางแจ้งเรื่องทุจริต"
    with serve_site(LoopbackSite()) as website, serve_site(LoopbackSite()) as desk:
        link = f"<a href={desk.address}/report>แจ้งเรื่อง</a>"
        website.pages["/"] = f"<body><script>document.body.innerHTML = '{link}'</script></body>"
        write_office(office_folder, website.address)
        monkeypatch.setenv("ITA_COMPLAINTS__PUBLIC_URL", desk.address)
        monkeypatch.setattr(collect, "find_browser", lambda: None)
        assert said in CliRunner().invoke(cli_app, arguments).stdout
        monkeypatch.setattr(collect, "find_browser", lambda: browser)
        drawn = CliRunner().invoke(cli_app, arguments).stdout
    assert drawn
    assert said not in drawn
