"""The folder target: releases are added, `latest` is switched in one step, and unchanged files are not rewritten."""

import asyncio
import re
from datetime import date
from pathlib import Path

import pytest

from bot.publishing.folder_target import FolderTarget
from bot.publishing.releases import read_folder_files, verify_release_folder
from bot.publishing.target import PublishedRelease, PublishError
from bot.web.templating import PageRenderer
from storage.files import atomic_write
from storage.files.atomic_write import write_new_file
from tests.bot.publishing.release_desk import make_busy_desk, make_release_request, patch_attributes
from tests.in_memory_desk import OFFICE


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[PublishedRelease]:
    """Two releases of a year."""
    ground = make_busy_desk(tmp_path_factory.mktemp("desk") / "var")
    several = [ground.make_release(make_release_request(as_of=date(2026, 8, 31))), ground.make_release()]
    return [PublishedRelease(one.record, one.folder) for one in several]


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """The folder of a web server."""
    path = tmp_path / "web"
    path.mkdir()
    return path


def post(web: Path, shown: list[PublishedRelease]) -> str:
    return asyncio.run(FolderTarget(web, PageRenderer(OFFICE)).publish(shown)).address


def stamps(web: Path) -> dict[str, int]:
    """Every file with its time of writing."""
    return {str(p.relative_to(web)): p.lstat().st_mtime_ns for p in web.rglob("*")}


def test_releases_are_added_and_the_list_leads_to_every_file(web: Path, made: list[PublishedRelease]) -> None:
    (web / "other.txt").write_text("of the office")
    assert post(web, made[:1]) == "2569-1/statistics.html"
    first = dict(read_folder_files(web / "2569-1"))
    assert post(web, made) == "2569-2/statistics.html"
    assert dict(read_folder_files(web / "2569-1")) == first
    assert sorted(p.name for p in web.iterdir()) == [
        "2569",
        "2569-1",
        "2569-2",
        "index.html",
        "latest",
        "other.txt",
    ]
    assert verify_release_folder(web / "latest") == []
    assert {str((web / link).readlink()) for link in ("latest", "2569")} == {"2569-2"}
    page = (web / "index.html").read_text("utf-8")
    links = re.findall(r'href="([^"]+)"', page)
    assert len(links) == 2 * 9 + 2
    assert all((web / link).is_file() for link in links)
    assert page.index('"2569/statistics.html"') < page.index("2569-2/") < page.index("2569-1/")
    assert OFFICE.name.th in page
    modes = {p.stat().st_mode & 0o777 for p in web.rglob("*") if p.is_file() and p.name != "other.txt"}
    assert modes == {0o644}


def test_a_part_of_a_year_does_not_take_the_years_place(web: Path, tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var")
    made = [
        ground.make_release(make_release_request(as_of=date(2026, 8, 31))),
        ground.make_release(make_release_request("2569H2")),
    ]
    post(web, [PublishedRelease(one.record, one.folder) for one in made])
    assert str((web / "latest").readlink()) == "2569-2"
    assert str((web / "2569").readlink()) == "2569-1"


def test_a_second_time_nothing_is_written(web: Path, made: list[PublishedRelease]) -> None:
    post(web, made)
    before = stamps(web)
    post(web, made)
    assert stamps(web) == before


def test_what_was_damaged_is_put_right(web: Path, made: list[PublishedRelease]) -> None:
    post(web, made)
    (web / "2569-1" / "statistics.csv").write_bytes(b"")
    (web / "index.html").unlink()
    post(web, made)
    assert verify_release_folder(web / "2569-1") == []
    assert (web / "index.html").is_file()


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path, made: list[PublishedRelease]) -> None:
    with pytest.raises(PublishError, match="folder"):
        post(tmp_path / "mount", made)
    assert not (tmp_path / "mount").exists()


@pytest.mark.parametrize("broken", [0, 5, 11, 12, 23, 24])
def test_a_full_disk_leaves_the_old_page(web: Path, made: list[PublishedRelease], broken: int) -> None:
    post(web, made[:1])
    before = {p.name: p.read_bytes() for p in (web / "latest").iterdir()}, (web / "index.html").read_bytes()
    (web / "2569-1" / "anchor.json").write_bytes(b"{}")  # so that both releases must be written
    writing, count = write_new_file, iter(range(broken))

    def full(path: Path, data: bytes, mode: int) -> None:
        if next(count, None) is None:
            raise OSError(28, "No space left on device", str(path))
        writing(path, data, mode)

    with patch_attributes(atomic_write, write_new_file=full), pytest.raises(PublishError, match="room"):
        post(web, made)
    assert (web / "index.html").read_bytes() == before[1]
    assert {p.name for p in (web / "latest").iterdir()} == before[0].keys()
    assert not [p for p in web.iterdir() if p.name.endswith((".new", ".old"))]
    post(web, made)
    assert verify_release_folder(web / "latest") == []


def test_something_else_in_the_place_of_latest(web: Path, made: list[PublishedRelease]) -> None:
    (web / "latest").mkdir()
    (web / "latest" / "letter").write_text("")
    with pytest.raises(PublishError, match="folder"):
        post(web, made)
    assert (web / "latest" / "letter").exists()
    assert not list(web.glob(".*"))
