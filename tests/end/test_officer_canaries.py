"""The officers' page in a process of its own: nothing of it stands in a log or on the disk, and large files stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

from bot.web.officer import session as seats
from handlers import thai
from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.dialog.receipt import made_of
from handlers.staff.page_access import NewAccessLink
from tests.end.desk import opened
from tests.end.officer_page import LINK, HttpBrowser
from tests.end.officers import Officer, filed, hired
from tests.end.test_canaries import search, spellings
from tests.end.web_server import start

REPLY = "KANARYREPLY"
FILE_NAME = "KANARYFILE.txt"
STORY = "คานารี"
LARGE = 20 * 1024 * 1024 - 1024
ROOM = 30 * 1024 * 1024
"""Bytes of memory that the largest file may cost."""


async def prepared(home: Path) -> tuple[list[str], Officer, bytes]:
    """An office with a case and its largest file, and two links that an officer asked for."""
    content = b"KANARYCONTENT" + b"x" * (LARGE - 13)

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(content), 65536):
            yield content[at : at + 65536]

    async with opened(home) as desk:
        desk.engine.answers[NewAccessLink] = seats.drawer("https://ita.example.go.th")  # type: ignore[index]
        await filed(desk, 1)
        file = await desk.store.evidence.take(chunks(), FILE_NAME, desk.now())
        assert file.problem is None
        view = await desk.view(made_of(1).shown)
        assert view is not None
        on = thai.day(desk.now())
        await desk.office(
            AddHistoryEntry(
                view.id, view.seq + 1, on, HistoryEntryKind.EVIDENCE, ActorKind.REPORTER, files=(file,)
            )
        )
        officer = await hired(desk, "KANARYOFFICER")
        links = []
        for words in ("/page 1", "/export 1"):
            said = "\n".join(m.text for m in await officer.says(words))
            found = LINK.search(said)
            assert found is not None
            links.append(found[1])
            links += [line for line in said.splitlines() if line.count("-") == 4 and "/" not in line]
        return links, officer, content


def test_nothing_leaks_and_the_largest_file_streams(tmp_path: Path) -> None:
    home = tmp_path / "var"
    (page, export, password), officer, content = asyncio.run(prepared(home))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    running = start(home, TMPDIR=str(temporary))
    browser, code = HttpBrowser(running.port), officer.code()
    form = browser.asks(f"{seats.OPENING}/{page}")
    seen = browser.sends(form, code)
    assert STORY in seen.text
    before = running.memory()
    running.forget_peak()
    file = browser.asks(seen.files[0])
    assert file.content == content
    assert running.peak() - before < ROOM
    asked = browser.sends(seen, REPLY, "reply")
    assert "รอส่งถึงผู้แจ้ง" in browser.sends(asked, asked.typed, "send").text
    other = HttpBrowser(running.port)
    assert other.sends(other.asks(f"{seats.OPENING}/{export}"), "000000").status == 403
    assert other.asks(f"{seats.OPENING}/%0Ax{page}").status == 410
    cookie = browser.jar[seen.path, seats.SEAT]
    log = "\n".join(running.ends()).encode()
    assert all(json.loads(line)["event"] != "fault" for line in log.splitlines())
    canaries = [STORY, REPLY, FILE_NAME, "KANARYCONTENT", "KANARYOFFICER", page, export, password, cookie]
    for canary in canaries:
        assert not any(spelling in log for spelling in spellings(canary)), canary
    assert search(home, canaries) + search(temporary, canaries) == []


def test_what_was_confirmed_survives_a_kill(tmp_path: Path) -> None:
    home = tmp_path / "var"
    (page, *_), officer, _ = asyncio.run(prepared(home))
    running = start(home)
    browser = HttpBrowser(running.port)
    seen = browser.sends(browser.asks(f"{seats.OPENING}/{page}"), officer.code())
    asked = browser.sends(seen, REPLY, "reply")
    kept = browser.jar
    assert browser.sends(asked, asked.typed, "send").status == 200
    running.dies()
    again = start(home)
    browser = HttpBrowser(again.port, kept)
    assert "รอส่งถึงผู้แจ้ง" in browser.asks(seen.path).text  # the seat is no memory of the program
    again.ends()
    assert asyncio.run(sent(home)) == [REPLY]


async def sent(home: Path) -> list[str]:
    """What reached the reporter, once the minute is over."""
    async with opened(home) as desk:
        await desk.store.sendings.send(desk.now() + timedelta(seconds=61))
        view = await desk.view(made_of(1).shown)
        assert view is not None
        return [entry.text for entry in view.entries if entry.text]
