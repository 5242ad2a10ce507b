"""The public pages of participation: however many ask for the paper at once, one is made at a time."""

import asyncio
from datetime import date
from typing import Any, cast

import pytest
from starlette.requests import Request

from bot.papers.participation import ParticipationYear, select_participation_year
from bot.web import participation
from bot.web.participation import ParticipationPages
from bot.web.templating import PageRenderer
from tests.in_memory_desk import OFFICE

DAY = date(2026, 11, 30)


class EmptyYearPages(ParticipationPages):
    """Pages of a year in which nothing took place."""

    async def _load_year(self, _: Request) -> ParticipationYear:
        return select_participation_year((), (), 2570, DAY)


def test_papers_are_typeset_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = list[int]()
    asked = list[int]()

    async def render_slowly(*_: object) -> bytes:
        at_once.append(1)
        asked.append(len(at_once))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        at_once.pop()
        return b"%PDF"

    async def scene() -> None:
        pages = EmptyYearPages(cast("Any", None), cast("Any", None), PageRenderer(OFFICE))
        monkeypatch.setattr(participation.asyncio, "to_thread", render_slowly)
        scope = {"type": "http", "path": "/participation/2570.pdf", "query_string": b"", "headers": []}
        found = await asyncio.gather(*(pages.serve_pdf(Request(scope)) for _ in range(20)))
        assert [one.status_code for one in found] == [200] * 20

    asyncio.run(scene())
    assert asked == [1] * 20
