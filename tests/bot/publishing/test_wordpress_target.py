"""The WordPress target: written once, found again, and the old page stays whatever the website does."""

import asyncio
import html
import re
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot.publishing import wordpress_client
from bot.publishing.releases import ReleaseResult
from bot.publishing.target import PublishedRelease, PublishError, PublishOutcome, RefusedFile
from bot.publishing.wordpress_target import WordPressTarget
from tests.bot.publishing.fake_wordpress import PASSWORD, USER, FakeWordPress, serve_fake_wordpress
from tests.bot.publishing.release_desk import make_busy_desk, make_release_request, patch_attributes

SITE = "https://report.example.go.th"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Scene = Callable[[FakeWordPress, WordPressTarget], Awaitable[None]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[PublishedRelease]:
    """Two releases of a year."""
    ground = make_busy_desk(tmp_path_factory.mktemp("desk") / "var")
    several: list[ReleaseResult] = [
        ground.make_release(make_release_request(as_of=date(2026, 8, 31))),
        ground.make_release(),
    ]
    return [PublishedRelease(one.record, one.folder) for one in several]


def run_scenario(scene: Scene, site: str | None = SITE) -> None:
    """Run a coroutine with a website and our target."""

    async def run_in_loop() -> None:
        async with asyncio.timeout(20), serve_fake_wordpress() as fake:
            await scene(fake, WordPressTarget(fake.origin, USER, SecretStr(PASSWORD), "ita-statistics", site))

    asyncio.run(run_in_loop())


def test_a_page_and_four_files_and_a_second_time_nothing(made: list[PublishedRelease]) -> None:
    async def scene(fake: FakeWordPress, ours: WordPressTarget) -> None:
        published = await ours.publish(made)
        assert published == PublishOutcome(f"{fake.origin}/ita-statistics/")
        assert fake.write_requests == ["POST /wp/v2/media"] * 4 + ["POST /wp/v2/pages"] * 2
        assert {one["type"] for one in fake.media} == {
            "application/pdf",
            "text/csv",
            "image/png",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
        for one in fake.media:
            ending = one["source_url"].rpartition(".")[2]
            content = (made[1].folder / f"statistics.{ending}").read_bytes()
            assert one["bytes"] == content
            assert one["slug"] == f"ita-statistics-2569-2-{ending}-{sha256(content).hexdigest()[:8]}"
        year, page = fake.pages
        assert (page["status"], page["slug"]) == ("publish", "ita-statistics")
        assert (year["status"], year["slug"]) == ("publish", "ita-statistics-2569")
        assert f'href="{year["link"]}"' in page["content"]["raw"]
        content = html.unescape(page["content"]["raw"])
        assert all(one["source_url"] in content for one in fake.media)
        for name in ("statistics.json", "rows.svg", "manifest.json"):
            assert f"{SITE}/statistics/2569/2/{name}" in content
        assert [one["alt_text"] for one in fake.media if "alt_text" in one] != []
        fake.requests.clear()
        assert await ours.publish(made) == published
        assert fake.write_requests == []

    run_scenario(scene)


def test_the_next_release_changes_the_same_page_and_old_files_go(made: list[PublishedRelease]) -> None:
    async def scene(fake: FakeWordPress, ours: WordPressTarget) -> None:
        await ours.publish(made[:1])
        before, old = fake.pages[0]["content"]["raw"], {one["id"] for one in fake.media}
        fake.requests.clear()
        await ours.publish(made)
        *written, first, second, third, fourth = fake.write_requests
        assert written == ["POST /wp/v2/media"] * 4 + ["POST /wp/v2/pages", "POST /wp/v2/pages/100"]
        assert {first, second, third, fourth} == {f"DELETE /wp/v2/media/{number}" for number in old}
        assert [page["slug"] for page in fake.pages] == ["ita-statistics", "ita-statistics-2569"]
        assert fake.pages[0]["content"]["raw"] != before
        assert len(fake.media) == 4

    run_scenario(scene)


def test_where_files_may_not_be_deleted_they_are_marked_once(made: list[PublishedRelease]) -> None:
    async def scene(fake: FakeWordPress, ours: WordPressTarget) -> None:
        await ours.publish(made[:1])
        fake.may_delete = False
        for _ in range(2):
            await ours.publish(made)
        titles = [one["title"]["raw"] for one in fake.media]
        assert [title.count("superseded") for title in titles] == [1] * 4 + [0] * 4

    run_scenario(scene)


@pytest.mark.parametrize("site", [SITE, None])
def test_where_csv_and_xlsx_are_refused_the_page_links_ours(
    made: list[PublishedRelease], site: str | None
) -> None:
    async def scene(fake: FakeWordPress, ours: WordPressTarget) -> None:
        fake.refused_types |= {"text/csv", XLSX_TYPE}
        published = await ours.publish(made[:1])
        assert published.refused == (
            RefusedFile("statistics.xlsx", "file_type"),
            RefusedFile("statistics.csv", "file_type"),
        )
        content = fake.pages[0]["content"]["raw"]
        assert "statistics.pdf" not in content
        assert len(fake.media) == 2
        for name in ("statistics.xlsx", "statistics.csv"):
            assert (f'href="{SITE}/statistics/2569/1/{name}"' in content) is (site is not None)

    run_scenario(scene, site)


def test_a_picture_that_is_refused_is_left_out_or_ours(made: list[PublishedRelease]) -> None:
    async def scene(fake: FakeWordPress, ours: WordPressTarget) -> None:
        fake.refused_types.add("image/png")
        await ours.publish(made[:1])
        assert f'<img src="{SITE}/statistics/2569/1/statistics.png"' in fake.pages[0]["content"]["raw"]
        await replace(ours, site=None, slug="other").publish(made[:1])
        assert "<img" not in fake.pages[1]["content"]["raw"]

    run_scenario(scene)


def test_a_user_without_rights_is_told_apart_from_a_wrong_password(made: list[PublishedRelease]) -> None:
    async def scene(fake: FakeWordPress, ours: WordPressTarget) -> None:
        for status, code in ((403, "rights"), (401, "refused")):
            fake.faults_by_request[len(fake.requests) + 1] = (status, "rest_cannot_create")
            with pytest.raises(PublishError, match=code):
                await ours.publish(made)

    run_scenario(scene)


def test_a_table_has_its_borders_and_scopes_without_a_theme(made: list[PublishedRelease]) -> None:
    async def scene(fake: FakeWordPress, ours: WordPressTarget) -> None:
        await ours.publish(made)
        content = fake.pages[0]["content"]["raw"]
        cells = re.findall(r"<t[hd][ >][^>]*>?", content)
        assert cells
        assert all("border:1px solid" in cell for cell in cells)
        assert all("scope=" in cell for cell in cells if cell.startswith("<th"))
        assert content.count('<table border="1"') == content.count("<table")

    run_scenario(scene)


def test_a_website_that_writes_tags_its_own_way_is_not_written_to_again(made: list[PublishedRelease]) -> None:
    async def scene(fake: FakeWordPress, ours: WordPressTarget) -> None:
        fake.rewrite = lambda content: content.replace("<th scope=", "<th  data-x='1' scope=").replace(
            "</tr>\n", "</tr>"
        )
        await ours.publish(made)
        fake.requests.clear()
        await ours.publish(made)
        assert fake.write_requests == []

    run_scenario(scene)


def test_figures_that_somebody_changed_by_hand_are_put_right(made: list[PublishedRelease]) -> None:
    async def scene(fake: FakeWordPress, ours: WordPressTarget) -> None:
        await ours.publish(made)
        right = fake.pages[1]["content"]["raw"]
        fake.pages[1]["content"] = {"raw": right.replace("60", "6")}
        fake.pages[1]["status"] = "draft"
        fake.requests.clear()
        await ours.publish(made)
        assert fake.write_requests == ["POST /wp/v2/pages/101"]
        assert fake.pages[1]["content"]["raw"] == right
        assert fake.pages[1]["status"] == "draft"  # whoever took it off the web had a reason

    run_scenario(scene)


def test_without_an_address_of_our_own_nothing_is_linked_there(made: list[PublishedRelease]) -> None:
    async def scene(fake: FakeWordPress, ours: WordPressTarget) -> None:
        await ours.publish(made)
        assert "statistics.json" not in fake.pages[0]["content"]["raw"]
        assert "statistics/2569" not in fake.pages[0]["content"]["raw"]

    run_scenario(scene, None)


@pytest.mark.parametrize(
    ("trouble", "what"),
    [
        (401, "refused"),
        (403, "refused"),
        (404, "absent"),
        (413, "too_large"),
        (302, "moved"),
        (429, "broken"),
        (500, "broken"),
        (503, "broken"),
        (400, "answer"),
        ("html", "answer"),
        ("shape", "answer"),
        ("hang", "unreachable"),
        ("cut", "unreachable"),
    ],
)
@pytest.mark.parametrize("at", [2, 9, 10, 15, 16])
def test_trouble_at_any_request_leaves_the_old_page(
    made: list[PublishedRelease], trouble: int | str, what: str, at: int
) -> None:
    if (trouble, at) == (413, 2):
        pytest.skip("a file that is too large is linked, and the page is written")
    if trouble == "cut" and at in {9, 15}:
        pytest.skip("what only reads is asked again at once")

    async def scene(fake: FakeWordPress, ours: WordPressTarget) -> None:
        await ours.publish(made[:1])
        before = fake.pages[0]["content"]["raw"]
        fake.faults_by_request[len(fake.requests) + at] = trouble
        with pytest.raises(PublishError) as found:
            await ours.publish(made)
        assert found.value.code == what
        assert "CANARY" not in str(found.value)
        accepted = trouble == "cut" and at == 16  # the page was written, only the response was lost
        assert (fake.pages[0]["content"]["raw"] == before) is not accepted
        await ours.publish(made)
        assert (len(fake.pages), len(fake.media)) == (2, 4)  # what was uploaded before the failure is found
        assert fake.pages[0]["content"]["raw"] != before

    patience = aiohttp.ClientTimeout(total=2 if trouble == "hang" else 60)  # only what hangs is given up
    with patch_attributes(wordpress_client, REQUEST_TIMEOUT=patience):
        run_scenario(scene)


def test_a_page_whose_answer_was_lost_is_found(made: list[PublishedRelease]) -> None:
    async def scene(fake: FakeWordPress, ours: WordPressTarget) -> None:
        fake.faults_by_request[10] = "cut"
        with pytest.raises(PublishError):
            await ours.publish(made[:1])
        assert len(fake.pages) == 1
        await ours.publish(made[:1])
        assert len(fake.pages) == 1

    run_scenario(scene)


def test_a_wrong_password_and_a_website_that_is_not_there(made: list[PublishedRelease]) -> None:
    async def scene(fake: FakeWordPress, ours: WordPressTarget) -> None:
        with pytest.raises(PublishError, match="refused"):
            await replace(ours, password=SecretStr("wrong")).publish(made)
        assert set(fake.statuses) == {401}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(PublishError, match="unreachable") as found:
            await replace(ours, origin=nowhere).publish(made)
        assert found.value.__suppress_context__

    run_scenario(scene)


def test_the_password_shows_nowhere(made: list[PublishedRelease], tmp_path: Path) -> None:
    async def scene(fake: FakeWordPress, ours: WordPressTarget) -> None:
        await ours.publish(made)
        assert PASSWORD not in repr(ours)
        assert PASSWORD not in repr(fake.pages)

    run_scenario(scene)
