"""The month's statistics on a real WordPress, brought there by the program's own clock."""

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

from bot.publishing import wordpress_client as wire
from bot.publishing.target import PublishedRelease, PublishError
from bot.publishing.wordpress_target import WordPressTarget
from ita_stats.render import json_schema as published
from tests.bot.releasing import NOW, ReleaseDesk, busy, late, order
from tests.end import chat, wordpress

SITE = "https://report.example.go.th"


@dataclass
class WordPressScenario:
    """A desk and the office's website."""

    site: wordpress.WordPress
    ground: ReleaseDesk

    def gets(self, path: str) -> str:
        """What a visitor gets."""
        with urllib.request.urlopen(f"{self.site.origin}{path}", timeout=20) as answer:
            found: str = answer.read().decode()
        return found

    def lists(self, route: str) -> list[dict[str, Any]]:
        """Everything of a kind that WordPress tells to visitors."""
        found: list[dict[str, Any]] = json.loads(self.gets(f"/?rest_route=/wp/v2/{route}&per_page=100"))
        return found

    def page(self) -> dict[str, Any]:
        """Our page."""
        (found,) = [page for page in self.lists("pages") if page["slug"] == "ita-statistics"]
        return found

    def ticks(self, later: timedelta) -> subprocess.CompletedProcess[str]:
        """Run `ita-bot tick` as if so much time had passed."""
        env = chat.surroundings(
            self.ground.home,
            ITA_WORDPRESS_URL=self.site.origin,
            ITA_WORDPRESS_USER=wordpress.USER,
            ITA_WORDPRESS_PASSWORD=self.site.password,
            ITA_COMPLAINTS__PUBLIC_URL=SITE,
        )
        now = (datetime.now(UTC) + later).isoformat()
        command = [sys.executable, "-m", "bot", "tick", "--desk", "complaints", "--now", now]
        cwd = self.ground.home.parent
        return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=60)

    def posts(self, shown: list[PublishedRelease], **changed: Any) -> str:
        """Post a release as the program would."""
        given = {"origin": self.site.origin, "user": wordpress.USER, "slug": "ita-statistics", "site": SITE}
        given |= {"password": SecretStr(self.site.password), **changed}
        return asyncio.run(WordPressTarget(**given).post(shown))


@pytest.fixture(scope="module")
def scene() -> Iterator[WordPressScenario]:
    """A website of its own for this module."""
    if reason := wordpress.missing():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="wp-") as folder, wordpress.opened(Path(folder)) as site:
        yield WordPressScenario(site, busy(Path(folder) / "var"))


def did(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What a tick did of publishing."""
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line)["did"] for line in done.stdout.splitlines()]
    return [line for line in lines if line.startswith(("released", "published"))]


def test_the_clock_brings_it_there_and_a_second_time_changes_nothing(scene: WordPressScenario) -> None:
    first = scene.ticks(timedelta(days=32))
    assert did(first)[-1] == "published-wordpress"
    page, media = scene.page(), scene.lists("media")
    assert page["title"]["rendered"].startswith("ข้อมูลเชิงสถิติ")
    assert sorted(one["mime_type"].rpartition("/")[2][-5:] for one in media) == ["csv", "pdf", "png", "sheet"]
    shown = html.unescape(scene.gets(page["link"].removeprefix(scene.site.origin)))
    for name in ("ประจำเดือน", "แล้วเสร็จ", "อยู่ระหว่างดำเนินการ", "ไม่รับเรื่อง", "รวม", "<table>", "<caption"):
        assert name in shown
    assert f"{SITE}/statistics" in shown
    for one in media:
        with urllib.request.urlopen(one["source_url"], timeout=20) as file:
            content = file.read()
        own = next(
            scene.ground.place.folder.glob(f"releases/*/1/statistics.{one['source_url'][-4:].lstrip('.')}")
        )
        assert content == own.read_bytes()
        assert one["source_url"] in shown
    again = scene.ticks(timedelta(days=32, minutes=5))
    assert did(again) == []
    assert scene.site.password not in first.stderr + first.stdout + again.stderr
    assert scene.site.password.encode() not in b"".join(
        path.read_bytes() for path in scene.ground.home.rglob("*") if path.is_file()
    )


def test_posting_again_writes_nothing_and_a_correction_the_same_page(scene: WordPressScenario) -> None:
    made = scene.ground.releases(order(), NOW)
    scene.posts([PublishedRelease(made.kept, made.folder)])
    page, media = scene.page(), scene.lists("media")
    scene.posts([PublishedRelease(made.kept, made.folder)])
    assert (scene.page(), scene.lists("media")) == (page, media)
    scene.ground.has(late())
    second = scene.ground.releases(order(why='ลงรับ <b>ย้อนหลัง</b> & "แก้"'), NOW)
    scene.posts([PublishedRelease(made.kept, made.folder), PublishedRelease(second.kept, second.folder)])
    changed = scene.page()
    assert (changed["id"], len(scene.lists("media"))) == (page["id"], len(media) + 4)
    shown = scene.gets(changed["link"].removeprefix(scene.site.origin))
    assert "<b>ย้อนหลัง" not in shown
    total = published.read(second.kept.figures).total.received
    assert f">{total}</td>" in shown.replace(' class="figure"', "")
    before = scene.page()
    scene.posts([PublishedRelease(second.kept, second.folder)])
    assert scene.page() == before


def test_json_and_svg_are_refused_so_they_are_linked(scene: WordPressScenario) -> None:
    async def upload(name: str, kind: str) -> None:
        async with wire.opened(scene.site.origin, wordpress.USER, SecretStr(scene.site.password)) as one:
            await one.upload("/wp/v2/media", name, kind, b"{}")

    for name, kind in (("a.json", "application/json"), ("a.svg", "image/svg+xml")):
        with pytest.raises(PublishError):
            asyncio.run(upload(name, kind))


def test_a_wrong_password_leaves_the_page(scene: WordPressScenario) -> None:
    made = scene.ground.releases(order("2569Q1"), NOW)
    before = scene.page()
    with pytest.raises(PublishError, match="refused"):
        scene.posts([PublishedRelease(made.kept, made.folder)], password=SecretStr("wrong"))
    assert scene.page() == before
    login = base64.b64encode(f"{wordpress.USER}:wrong".encode()).decode()
    asking = urllib.request.Request(
        f"{scene.site.origin}/?rest_route=/wp/v2/pages&context=edit",
        headers={"Authorization": f"Basic {login}"},
    )
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(asking, timeout=20)
