"""Consultation results in a folder: complete, not rewritten without need, repaired when damaged, failures reported."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.bootstrap import App, RunningDesk
from bot.consultations.public_view import PublicOpinion, build_public_opinion, build_results_rules
from bot.desk_names import DeskName
from bot.jobs.publishing import run_publishing_jobs
from bot.publishing import opinions_folder
from bot.publishing.opinions_folder import OpinionFolder, publish_opinions, publish_overview
from bot.settings import Settings
from ita_stats.opinions.model import CountedConsultation, ThemeDecision
from ita_stats.opinions.render import RESULTS_FILE_TYPES, render_results_file
from ita_stats.opinions.results_builder import build_results
from storage.crypto.key_files import DeskPaths
from tests.bot.consultations.opinion_source import (
    CLOSED_CONSULTATION,
    OPEN_CONSULTATION,
    InMemoryOpinionSource,
    make_opinion_source,
    make_public_opinion,
)
from tests.end_to_end.desk_harness import open_desk
from tests.in_memory_desk import OFFICE

NOW = datetime.now(UTC)
SITE = "https://ask.example.go.th"


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """The folder of a web server."""
    path = tmp_path / "web"
    path.mkdir()
    return path


def post(web: Path, memory: InMemoryOpinionSource, address: str = SITE) -> int:
    return OpinionFolder(web, address).publish(asyncio.run(make_public_opinion(memory).load_overview(NOW)))


def stamps(web: Path) -> dict[str, int]:
    """Every file with its time of writing."""
    return {str(p.relative_to(web)): p.lstat().st_mtime_ns for p in web.rglob("*")}


def test_everything_stands_there_and_leads_somewhere(web: Path) -> None:
    (web / "other.txt").write_text("of the office")
    memory = make_opinion_source()
    assert post(web, memory) == 3
    own = web / "opinions"
    assert sorted(p.name for p in web.iterdir()) == ["opinions", "other.txt"]
    assert sorted(p.name for p in own.iterdir()) == ["K7Q2", "en.html", "index.html"]
    assert {p.name for p in (own / "K7Q2").iterdir()} == {*RESULTS_FILE_TYPES, "files.json"}
    for name in RESULTS_FILE_TYPES:
        assert (own / "K7Q2" / name).read_bytes() == render_results_file(memory.results_by_code["K7Q2"], name)
    for page in own.rglob("*.html"):
        links = re.findall(r'href="([^"]+)"', page.read_text("utf-8"))
        assert links
        assert all(link.startswith("https://") or (page.parent / link).is_file() for link in links), page
    assert f'href="{SITE}/opinion?c={OPEN_CONSULTATION.code}"' in (own / "index.html").read_text("utf-8")
    assert {p.stat().st_mode & 0o777 for p in own.rglob("*") if p.is_file()} == {0o644}


def test_without_an_address_nothing_leads_to_nowhere(web: Path) -> None:
    post(web, make_opinion_source(), "")
    page = (web / "opinions" / "index.html").read_text("utf-8")
    assert "/opinion?c=" not in page
    assert OPEN_CONSULTATION.title in page


def test_a_second_time_nothing_is_written(web: Path) -> None:
    post(web, make_opinion_source())
    before = stamps(web)
    assert post(web, make_opinion_source()) == 0
    assert stamps(web) == before


@pytest.mark.parametrize("damage", ["results.pdf", "results.json", "files.json", "index.html"])
def test_what_was_damaged_is_put_right(web: Path, damage: str) -> None:
    post(web, make_opinion_source())
    target = web / "opinions" / "K7Q2" / damage
    whole = target.read_bytes()
    for broken in (b"[]", b"", whole[:-9]):
        target.write_bytes(broken)
        assert post(web, make_opinion_source()) == 1
        assert target.read_bytes() == whole
    target.unlink()
    assert post(web, make_opinion_source()) == 1


def test_an_answer_that_came_later_is_published(web: Path) -> None:
    memory = make_opinion_source()
    post(web, memory)
    found = memory.results_by_code["K7Q2"]
    answered = replace(found.themes[3], taken=ThemeDecision.ADOPTED, reason="ลดสำเนา", done=date(2027, 2, 1))
    memory.results_by_code["K7Q2"] = replace(found, themes=(*found.themes[:3], answered))
    assert post(web, memory) == 3
    assert "ลดสำเนา" in (web / "opinions" / "K7Q2" / "index.html").read_text("utf-8")
    assert "ลดสำเนา" in (web / "opinions" / "index.html").read_text("utf-8")
    told = json.loads((web / "opinions" / "K7Q2" / "results.json").read_text("utf-8"))
    assert told["themes"][3]["done"] == "2027-02-01"


def three_rounds(home: Path, heard: PublicOpinion, folder: Path) -> list[int]:
    """Two rounds and one on the next day; returns the number of files that each wrote, and of notifications."""

    async def go() -> list[int]:
        done = []
        async with open_desk(home, "service") as desk:
            own = RunningDesk("service", DeskPaths.under(home, "service"), desk.store, desk.engine)
            for now in (NOW, NOW, NOW + timedelta(1)):
                did = [one async for one in publish_overview(heard, OpinionFolder(folder, SITE), own, now)]
                assert {(one.desk, one.job) for one in did} <= {("service", "published-opinions")}
                done.append(sum(one.count for one in did))
        return done

    return asyncio.run(go())


def test_the_rounds_publish_once(web: Path, tmp_path: Path) -> None:
    assert three_rounds(tmp_path / "var", make_public_opinion(make_opinion_source()), web) == [3, 0, 0]


def test_an_office_that_asked_nobody_publishes_nothing(web: Path, tmp_path: Path) -> None:
    assert three_rounds(tmp_path / "var", make_public_opinion(InMemoryOpinionSource()), web) == [0, 0, 0]
    assert [*web.iterdir()] == []


def test_a_folder_that_is_not_there_is_not_made_and_told_once_a_day(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert three_rounds(tmp_path / "var", make_public_opinion(make_opinion_source()), tmp_path / "mount") == [
        0,
        0,
        0,
    ]
    assert not (tmp_path / "mount").exists()
    assert capfd.readouterr().err.count('"not-published"') == 2
    with pytest.raises(FileNotFoundError):
        post(tmp_path / "mount", make_opinion_source())


@pytest.mark.parametrize("desk", ["complaints", "service"])
def test_a_house_with_a_folder_asks_its_service_desk(desk: DeskName, web: Path, tmp_path: Path) -> None:
    async def go() -> int:
        async with open_desk(tmp_path / "var", desk) as found:
            own = RunningDesk(desk, DeskPaths.under(tmp_path / "var", desk), found.store, found.engine)
            chosen = Settings(_env_file=None, publish_folder=web)  # type: ignore[call-arg]
            house = App(chosen, OFFICE, {desk: own})
            if desk == "service":
                assert build_public_opinion(house).get_salt() == found.store.statistics_salt
            return len([did async for did in publish_opinions(house, NOW)])

    assert asyncio.run(go()) == 0


def test_the_office_says_how_few_are_protected() -> None:
    terms = build_results_rules(OFFICE, b"salt")
    assert (terms.least, terms.office_th) == (OFFICE.statistics.hide_below, OFFICE.name.th)
    assert build_results(CLOSED_CONSULTATION, (), (), terms).voices is None


class Broken(InMemoryOpinionSource):
    """A desk whose consultations cannot be read."""

    async def list_consultations(self) -> Sequence[CountedConsultation]:
        raise OSError("unreadable")


def test_trouble_of_the_service_desk_does_not_stop_the_statistics(
    web: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opinions_folder, "build_public_opinion", lambda _: make_public_opinion(Broken()))
    home, did = tmp_path / "var", list[str]()

    async def go() -> None:
        async with open_desk(home, "service") as service, open_desk(home) as complaints:
            house = App(
                Settings(_env_file=None, publish_folder=web),  # type: ignore[call-arg]
                OFFICE,
                {
                    "service": RunningDesk(
                        "service", DeskPaths.under(home, "service"), service.store, service.engine
                    ),
                    "complaints": RunningDesk(
                        "complaints", DeskPaths.under(home, "complaints"), complaints.store, complaints.engine
                    ),
                },
            )
            async for one in run_publishing_jobs(house, NOW + timedelta(40)):
                did.append(one.job)

    with pytest.raises(OSError, match="unreadable"):
        asyncio.run(go())
    assert set(did) == {"released", "published-folder"}
