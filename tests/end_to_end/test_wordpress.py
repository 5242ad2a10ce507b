"""The monthly statistics on a real WordPress, published by the scheduled job."""

import asyncio
import base64
import html
import json
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.publishing.target import PublishedRelease, PublishError, PublishOutcome, RefusedFile
from bot.publishing.wordpress_client import open_wordpress_client
from bot.publishing.wordpress_target import WordPressTarget
from ita_stats.render.json_text import parse_statistics
from tests.bot.publishing.release_desk import (
    NOW,
    ReleaseDesk,
    make_busy_desk,
    make_late_case,
    make_release_request,
)
from tests.end_to_end.real_wordpress import USER, WordPress, explain_missing_package, open_wordpress
from tests.end_to_end.terminal_driver import build_environment

pytestmark = pytest.mark.full("a real WordPress")

SITE = "https://report.example.go.th"


@dataclass
class WordPressScenario:
    """A desk and the office's website."""

    site: WordPress
    desk: ReleaseDesk

    def get_path(self, path: str) -> str:
        """The response that a visitor gets."""
        with urllib.request.urlopen(f"{self.site.origin}{path}", timeout=20) as answer:
            found: str = answer.read().decode()
        return found

    def list_objects(self, route: str) -> list[dict[str, Any]]:
        """All objects of a kind that WordPress shows to visitors."""
        found: list[dict[str, Any]] = json.loads(self.get_path(f"/?rest_route=/wp/v2/{route}&per_page=100"))
        return found

    def get_our_page(self) -> dict[str, Any]:
        """Our page."""
        (found,) = [page for page in self.list_objects("pages") if page["slug"] == "ita-statistics"]
        return found

    def run_tick(self, later: timedelta) -> subprocess.CompletedProcess[str]:
        """Run `ita-bot tick` as if so much time had passed."""
        env = build_environment(
            self.desk.home,
            ITA_WORDPRESS_URL=self.site.origin,
            ITA_WORDPRESS_USER=USER,
            ITA_WORDPRESS_PASSWORD=self.site.password,
            ITA_COMPLAINTS__PUBLIC_URL=SITE,
        )
        now = (datetime.now(UTC) + later).isoformat()
        command = [sys.executable, "-m", "bot", "tick", "--desk", "complaints", "--now", now]
        cwd = self.desk.home.parent
        return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=60)

    def post_release(self, shown: list[PublishedRelease], **changed: Any) -> PublishOutcome:
        """Publish a release as the program would."""
        given = {"origin": self.site.origin, "user": USER, "slug": "ita-statistics", "site": SITE}
        given |= {"password": SecretStr(self.site.password), **changed}
        return asyncio.run(WordPressTarget(**given).publish(shown))


@pytest.fixture(scope="module")
def scene() -> Iterator[WordPressScenario]:
    """A website for this module."""
    if reason := explain_missing_package():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="wp-") as folder, open_wordpress(Path(folder)) as site:
        yield WordPressScenario(site, make_busy_desk(Path(folder) / "var"))


def list_publishing_jobs(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The publishing results of a tick."""
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line)["did"] for line in done.stdout.splitlines()]
    return [line for line in lines if line.startswith(("released", "published"))]


def test_the_clock_brings_it_there_and_a_second_time_changes_nothing(scene: WordPressScenario) -> None:
    first = scene.run_tick(timedelta(days=32))
    assert list_publishing_jobs(first)[-1] == "published-wordpress"
    page, media = scene.get_our_page(), scene.list_objects("media")
    assert page["title"]["rendered"].startswith("ข้อมูลเชิงสถิติ")
    assert sorted(one["mime_type"].rpartition("/")[2][-5:] for one in media) == ["csv", "pdf", "png", "sheet"]
    shown = html.unescape(scene.get_path(page["link"].removeprefix(scene.site.origin)))
    for name in (
        "ประจำเดือน",
        "แล้วเสร็จ",
        "อยู่ระหว่างดำเนินการ",
        "ไม่รับเรื่อง",
        "รวม",
        '<table border="1"',
        "<caption",
    ):
        assert name in shown
    assert f"{SITE}/statistics" in shown
    for one in media:
        with urllib.request.urlopen(one["source_url"], timeout=20) as file:
            content = file.read()
        suffix = one["source_url"][-4:].lstrip(".")
        kept = scene.desk.paths.folder.glob(
            f"releases/*/*/statistics.{suffix}"
        )  # after 32 days, one or two releases
        assert content in [own.read_bytes() for own in kept]
        assert one["source_url"] in shown
    again = scene.run_tick(timedelta(days=32, minutes=5))
    assert list_publishing_jobs(again) == []
    assert scene.site.password not in first.stderr + first.stdout + again.stderr
    assert scene.site.password.encode() not in b"".join(
        path.read_bytes() for path in scene.desk.home.rglob("*") if path.is_file()
    )


def test_posting_again_writes_nothing_and_a_correction_the_same_page(scene: WordPressScenario) -> None:
    made = scene.desk.make_release(make_release_request(), NOW)
    scene.post_release([PublishedRelease(made.record, made.folder)])
    page, media = scene.get_our_page(), scene.list_objects("media")
    scene.post_release([PublishedRelease(made.record, made.folder)])
    assert (scene.get_our_page(), scene.list_objects("media")) == (page, media)
    scene.desk.write_facts(make_late_case())
    second = scene.desk.make_release(make_release_request(why='ลงรับ <b>ย้อนหลัง</b> & "แก้"'), NOW)
    scene.post_release(
        [PublishedRelease(made.record, made.folder), PublishedRelease(second.record, second.folder)]
    )
    changed = scene.get_our_page()
    assert changed["id"] == page["id"]
    kept = {one["slug"] for one in scene.list_objects("media")}
    # The files of the corrected release are gone; those of a release that was not named stay.
    corrected = f"ita-statistics-2569-{made.record.number}-"
    assert {slug for slug in kept if slug.startswith("ita-statistics-2569")} == {
        slug for slug in kept if slug.startswith(f"ita-statistics-2569-{second.record.number}-")
    }
    assert len([one for one in media if one["slug"].startswith(corrected)]) == 4
    years = [one for one in scene.list_objects("pages") if one["slug"] == "ita-statistics-2569"]
    assert [one["link"] in changed["content"]["rendered"] for one in years] == [True]
    shown = scene.get_path(changed["link"].removeprefix(scene.site.origin))
    assert "<b>ย้อนหลัง" not in shown
    total = parse_statistics(second.record.figures).total.received
    assert f">{total}</td>" in shown
    assert 'style="border:1px solid' in shown
    before = scene.get_our_page()
    scene.post_release([PublishedRelease(second.record, second.folder)])
    assert scene.get_our_page() == before


def test_json_and_svg_are_refused_so_they_are_linked(scene: WordPressScenario) -> None:
    async def upload(name: str, kind: str) -> None:
        async with open_wordpress_client(scene.site.origin, USER, SecretStr(scene.site.password)) as one:
            await one.upload("/wp/v2/media", name, kind, b"{}")

    for name, kind in (("a.json", "application/json"), ("a.svg", "image/svg+xml")):
        with pytest.raises(PublishError):
            asyncio.run(upload(name, kind))


def test_files_that_the_site_refuses_are_linked_and_named(scene: WordPressScenario) -> None:
    made = scene.desk.make_release(make_release_request("2569Q2"), NOW)
    plugin = scene.site.root / "wp-content" / "mu-plugins" / "no-sheets.php"
    plugin.parent.mkdir(exist_ok=True)
    plugin.write_text(
        "<?php add_filter('upload_mimes', function ($m) { unset($m['csv'], $m['xlsx']); return $m; });"
    )
    try:
        published = scene.post_release([PublishedRelease(made.record, made.folder)])
    finally:
        plugin.unlink()
    assert published.refused == (
        RefusedFile("statistics.xlsx", "file_type"),
        RefusedFile("statistics.csv", "file_type"),
    )
    content = scene.get_our_page()["content"]["rendered"]
    for name in ("statistics.xlsx", "statistics.csv"):
        assert f"{SITE}/statistics/2569/{made.record.number}/{name}" in content


def test_a_user_without_rights_is_told_so(scene: WordPressScenario) -> None:
    made = scene.desk.make_release(make_release_request("2569Q3"), NOW)
    before = scene.get_our_page()
    plugin = scene.site.root / "wp-content" / "mu-plugins" / "no-rights.php"
    plugin.parent.mkdir(exist_ok=True)
    plugin.write_text(
        "<?php add_filter('user_has_cap', function ($c) {"
        " return array_diff_key($c, ['upload_files' => 1, 'edit_pages' => 1, 'edit_posts' => 1]); });"
    )
    try:
        with pytest.raises(PublishError, match="rights"):
            scene.post_release([PublishedRelease(made.record, made.folder)])
    finally:
        plugin.unlink()
    assert scene.get_our_page() == before


def test_a_wrong_password_leaves_the_page(scene: WordPressScenario) -> None:
    made = scene.desk.make_release(make_release_request("2569Q1"), NOW)
    before = scene.get_our_page()
    with pytest.raises(PublishError, match="refused"):
        scene.post_release([PublishedRelease(made.record, made.folder)], password=SecretStr("wrong"))
    assert scene.get_our_page() == before
    login = base64.b64encode(f"{USER}:wrong".encode()).decode()
    asking = urllib.request.Request(
        f"{scene.site.origin}/?rest_route=/wp/v2/pages&context=edit",
        headers={"Authorization": f"Basic {login}"},
    )
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(asking, timeout=20)
