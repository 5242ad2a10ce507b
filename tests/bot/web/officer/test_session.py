"""Access links to the workspace: created only if the complaints desk has a public address."""

import asyncio
from pathlib import Path

import pytest

from bot.bootstrap import open_app
from bot.web.officer.session import OfficerSession
from handlers.staff.page_access import AccessLink, NewAccessLink, PageKind
from storage.crypto.keyring import Keyring
from tests.end_to_end.desk_harness import open_desk

ADDRESS = "https://ita.example.go.th"


async def create_links() -> dict[str, AccessLink | None]:
    async with open_app(["complaints", "service"]) as house:
        wanted = NewAccessLink(PageKind.EXPORT, 2570, 12)
        return {name: await desk.engine.answer_query(wanted) for name, desk in house.desks.items()}


def test_a_desk_with_an_address_creates_access_links_to_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ITA_HOME", str(tmp_path / "var"))
    assert asyncio.run(create_links()) == {"complaints": None, "service": None}
    monkeypatch.setenv("ITA_SERVICE__PUBLIC_URL", ADDRESS)
    links = asyncio.run(create_links())
    assert links["complaints"] is None
    assert links["service"] is not None
    assert links["service"].url == f"{ADDRESS}/staff/service/open/{links['service'].secret}"
    monkeypatch.setenv("ITA_COMPLAINTS__PUBLIC_URL", f"{ADDRESS}/")
    keys = [asyncio.run(create_links()) for _ in range(2)]
    first, second = (one["complaints"] for one in keys)
    assert first is not None
    assert second is not None
    assert first.secret != second.secret
    assert first.url == f"{ADDRESS}/staff/complaints/open/{first.secret}"
    assert first.page_url == f"{ADDRESS}/staff/complaints/export/2570/12"
    assert len(first.secret) == 32
    assert first.secret not in repr(first)


def test_form_tokens_and_derived_sessions(tmp_path: Path) -> None:
    async def seals() -> Keyring:
        async with open_desk(tmp_path / "var") as desk:
            return desk.store.keyring

    kept = asyncio.run(seals())
    one, other = OfficerSession.create(kept), OfficerSession.create(kept)
    ticket = one.issue_form_token()
    assert one.has_issued(ticket)
    assert not other.has_issued(ticket)
    assert not one.has_issued(ticket.replace(".", "", 1))
    assert not one.has_issued("\ud800.\ud800")
    assert one.token not in repr(one)
    seats = {h.derive_session(s, t).token for h in (one, other) for s in ("a", "b") for t in (ticket, "x")}
    assert len(seats) == 8
    assert one.derive_session("a", ticket) == one.derive_session("a", ticket)
