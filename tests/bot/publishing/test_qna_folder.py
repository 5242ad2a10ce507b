"""The Q&A board in a folder: written once, again after a publication, and failures are reported."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest

from bot.bootstrap import App, RunningDesk
from bot.jobs.publishing import run_publishing_jobs
from bot.publishing.qna_folder import write_board_files
from bot.settings import Settings
from handlers.questions.faq_messages import PublishedQuestion, PublishQuestion, UnpublishQuestion
from handlers.thai.dates import to_bangkok_date
from storage.crypto.key_files import DeskPaths
from storage.errors import ConflictError
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.in_memory_desk import OFFICE

SITE = "https://ask.example.go.th"


def make_app(desk: DeskHarness, home: Path, web: Path) -> App:
    settings = Settings(publish_folder=web, service={"public_url": SITE})  # type: ignore[arg-type]
    own = RunningDesk("service", DeskPaths.under(home, "service"), desk.store, desk.engine)
    return App(settings, OFFICE, {"service": own})


async def run_publishing(desk: DeskHarness, home: Path, web: Path) -> dict[str, int]:
    return {did.job: did.count async for did in run_publishing_jobs(make_app(desk, home, web), desk.now())}


def test_the_board_stands_in_the_folder_and_is_not_written_twice(tmp_path: Path) -> None:
    web, home = tmp_path / "web", tmp_path / "var"
    web.mkdir()

    async def scene() -> None:
        async with open_desk(home, "service") as desk:
            assert "published-board" not in await run_publishing(desk, home, web)
            on = to_bangkok_date(desk.now())
            post = PublishedQuestion("a" * 32, "ยืมเต็นท์ได้ไหม", "ยืมได้ <b>", on - timedelta(days=3), on, "บริการ")
            await desk.commit_office_act(PublishQuestion("", post))
            assert (await run_publishing(desk, home, web))["published-board"] == 2
            page = (web / "qna" / "index.html").read_text("utf-8")
            assert "ยืมเต็นท์ได้ไหม" in page
            assert "<h2>บริการ</h2>" in page
            assert "<b>" not in page
            assert f'href="{SITE}/ask"' in page
            assert "ยืมเต็นท์" in (web / "qna" / "feed.xml").read_text("utf-8")
            assert "published-board" not in await run_publishing(desk, home, web)
            (web / "qna" / "index.html").write_text("damaged", "utf-8")
            assert (await run_publishing(desk, home, web))["published-board"] == 1
            await desk.commit_office_act(UnpublishQuestion(post.id, "x"))
            with pytest.raises(ConflictError):
                await desk.commit_office_act(UnpublishQuestion(post.id, "x"))
            assert (await run_publishing(desk, home, web))["published-board"] == 2
            for file in ("index.html", "feed.xml"):
                assert "ยืมเต็นท์" not in (web / "qna" / file).read_text("utf-8")

    asyncio.run(scene())


def test_a_folder_that_is_not_there_is_told_once_a_day(tmp_path: Path) -> None:
    web, home = tmp_path / "web", tmp_path / "var"

    async def scene() -> None:
        async with open_desk(home, "service") as desk:
            on = to_bangkok_date(desk.now())
            await desk.commit_office_act(
                PublishQuestion("", PublishedQuestion("a" * 32, "ถาม", "ตอบ", on, on))
            )
            for _ in range(2):
                assert "published-board" not in await run_publishing(desk, home, web)
            assert await desk.store.retention.is_done("board-unposted", str(on))

    asyncio.run(scene())


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OSError, match="denied"):
        write_board_files(tmp_path, {"qna/index.html": b""})
