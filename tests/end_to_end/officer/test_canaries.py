"""Officers' pages in their own process: no content in a log or in clear text on the disk; large files stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.web.workspace.addresses import WORKSPACE_COOKIE, make_access_link_factory
from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.dialog.receipt import make_receipt
from handlers.staff.page_access import NewAccessLink
from handlers.thai.dates import to_bangkok_date
from tests.end_to_end.desk_harness import open_desk
from tests.end_to_end.officer.officer_server import LINK_PATH, LINK_PATTERN, HttpBrowser, HttpResponse
from tests.end_to_end.officer.test_link_pages import find_password
from tests.end_to_end.officers import Officer, add_officer, file_case
from tests.end_to_end.server_process import start_server
from tests.end_to_end.test_canaries import encode_canary, find_canaries
from tests.end_to_end.workspace.test_case import find_given
from tests.end_to_end.workspace.workspace_server import give

pytestmark = pytest.mark.full("a server in its own process")

REPLY = "KANARYREPLY"
FILE_NAME = "KANARYFILE.txt"
STORY = "คานารี"
LARGE = 20 * 1024 * 1024 - 1024
ROOM = 30 * 1024 * 1024
"""Bytes of memory that the largest file may cost."""


async def prepare_office(home: Path) -> tuple[list[str], Officer, bytes]:
    """An office with a case and its largest file, and two links that an officer asked for."""
    content = b"KANARYCONTENT" + b"x" * (LARGE - 13)

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(content), 65536):
            yield content[at : at + 65536]

    async with open_desk(home) as desk:
        desk.engine.query_handlers[NewAccessLink] = make_access_link_factory("https://ita.example.go.th")  # type: ignore[index]
        await file_case(desk, 1)
        file = await desk.store.evidence.store(chunks(), FILE_NAME, desk.now())
        assert file.problem is None
        view = await desk.find_reporter_case(make_receipt(1).formatted)
        assert view is not None
        on = to_bangkok_date(desk.now())
        await desk.commit_office_act(
            AddHistoryEntry(
                view.id, view.seq + 1, on, HistoryEntryKind.EVIDENCE, ActorKind.REPORTER, files=(file,)
            )
        )
        officer = await add_officer(desk, "KANARYOFFICER")
        links = []
        for words in ("/page 1", "/export 1"):
            said = "\n".join(m.text for m in await officer.say(words))
            found = LINK_PATTERN.search(said)
            assert found is not None
            links.append(found[1])
        return links, officer, content


def reply(browser: HttpBrowser, seen: HttpResponse) -> HttpResponse:
    """Reply to the reporter from a case's page, and confirm it."""
    asked = give(browser, seen, find_given(seen, "/reply"), REPLY)
    return give(browser, asked, find_given(asked, "/confirm y"))


def test_nothing_leaks_and_the_largest_file_streams(tmp_path: Path) -> None:
    home = tmp_path / "var"
    (page, export), officer, content = asyncio.run(prepare_office(home))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    running = start_server(home, TMPDIR=str(temporary))
    browser, code = HttpBrowser(running.port), officer.totp_code()
    form = browser.request(f"{LINK_PATH}/{page}")
    seen = browser.submit_form(form, code)
    assert STORY in seen.text
    shown = browser.request(seen.file_links[0])
    before = running.memory_bytes()
    running.reset_peak_memory()
    original = seen.file_links[0].replace("/file/", "/original/")
    file = browser.submit_form(shown, "ต้องตรวจไฟล์ทั้งหมด", path=original)
    assert file.content == content
    assert running.peak_memory_bytes() - before < ROOM
    assert "60" in reply(browser, seen).text
    password = find_password(browser.request(seen.path.replace("/case/", "/export/")))
    other = HttpBrowser(running.port)
    assert other.submit_form(other.request(f"{LINK_PATH}/{export}"), "000000").status == 403
    assert other.request(f"{LINK_PATH}/%0Ax{page}").status == 410
    cookie = browser.cookie_jar["/staff/complaints", WORKSPACE_COOKIE]
    log = "\n".join(running.stop()).encode()
    assert all(json.loads(line)["event"] != "fault" for line in log.splitlines())
    canaries = [STORY, REPLY, FILE_NAME, "KANARYCONTENT", "KANARYOFFICER", page, export, password, cookie]
    for canary in canaries:
        assert not any(spelling in log for spelling in encode_canary(canary)), canary
    assert find_canaries(home, canaries) + find_canaries(temporary, canaries) == []


def test_what_was_confirmed_survives_a_kill(tmp_path: Path) -> None:
    home = tmp_path / "var"
    (page, *_), officer, _ = asyncio.run(prepare_office(home))
    running = start_server(home)
    browser = HttpBrowser(running.port)
    seen = browser.submit_form(browser.request(f"{LINK_PATH}/{page}"), officer.totp_code())
    kept = browser.cookie_jar
    assert reply(browser, seen).status == 200
    running.kill()
    again = start_server(home)
    browser = HttpBrowser(again.port, kept)
    assert "/undo" in browser.request(seen.path).text  # the session is not kept in the program's memory
    again.stop()
    assert asyncio.run(load_sent_texts(home)) == [REPLY]


async def load_sent_texts(home: Path) -> list[str]:
    """The messages to the reporter after the delay of one minute."""
    async with open_desk(home) as desk:
        await desk.store.scheduled_replies.send_due(desk.now() + timedelta(seconds=61))
        view = await desk.find_reporter_case(make_receipt(1).formatted)
        assert view is not None
        return [entry.text for entry in view.entries if entry.text]
