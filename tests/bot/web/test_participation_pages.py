"""The public pages of participation: however many ask for the paper at once, one is made at a time."""

import asyncio
from datetime import date
from typing import Any, cast

import pytest
from starlette.requests import Request

from bot.decoding.messages import Pixels
from bot.images.sanitize import encode_public_picture
from bot.papers.paper import Paragraph
from bot.papers.participation import (
    ParticipationYear,
    build_participation_paper,
    select_participation_year,
)
from bot.web import participation
from bot.web.participation import MAX_PAPER_PICTURES, ParticipationPages
from bot.web.templating import PageRenderer
from handlers.participation.messages import (
    Activity,
    ActivityKind,
    ActivityPicture,
    ActivityTakers,
    ActivityText,
)
from tests.in_memory_desk import OFFICE

DAY = date(2026, 11, 30)


ACTIVITY = Activity(
    2570,
    1,
    ActivityText(ActivityKind.MEETING, date(2026, 10, 12), "แผน", (ActivityTakers("ครู", 2),), "ผล"),
    DAY,
    is_shown=True,
    pictures=tuple(ActivityPicture(place, "คน", 1280, 960) for place in range(1, MAX_PAPER_PICTURES + 3)),
)
PICTURE = encode_public_picture(Pixels("RGB", 1280, 960, bytes(1280 * 960 * 3), 1)).content
SCOPE = {"type": "http", "path": "/participation/2570.pdf", "query_string": b"", "headers": []}


class PicturedStore:
    """A store whose pictures are all one."""

    picture = PICTURE

    async def answer_query(self, _query: object, _now: object) -> bytes:
        return self.picture


class OneYearPages(ParticipationPages):
    """Pages of a year with one activity of many pictures."""

    def __init__(self) -> None:
        self.store = PicturedStore()
        super().__init__(cast("Any", self.store), cast("Any", None), PageRenderer(OFFICE))

    async def _load_year(self, _: Request) -> ParticipationYear:
        return select_participation_year((ACTIVITY,), (), 2570, DAY)


def test_papers_are_typeset_one_after_another_and_the_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
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
        pages = OneYearPages()
        monkeypatch.setattr(participation.asyncio, "to_thread", render_slowly)
        for place in range(20):  # a picture changed under its place each time
            pages.store.picture = PICTURE + bytes([place])
            found = await asyncio.gather(*(pages.serve_pdf(Request(SCOPE)) for _ in range(3)))
            assert [one.status_code for one in found] == [200] * 3

    asyncio.run(scene())
    assert asked == [1] * 20


def test_a_paper_has_so_many_pictures_and_says_where_the_others_are() -> None:
    pages = OneYearPages()
    found = asyncio.run(pages._load_pictures(asyncio.run(pages._load_year(Request(SCOPE)))))
    assert len(found) == MAX_PAPER_PICTURES
    assert bytes(asyncio.run(pages.serve_pdf(Request(SCOPE))).body).startswith(b"%PDF")
    paper = build_participation_paper(OFFICE, asyncio.run(pages._load_year(Request(SCOPE))), "th", found)
    assert Paragraph("ภาพของกิจกรรมนี้อยู่ที่หน้าเว็บ") in paper.blocks


def test_who_waits_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(participation, "WAITING_SECONDS", 0)

    async def scene() -> int:
        pages = OneYearPages()
        async with pages._typesetting:
            return (await pages.serve_pdf(Request(SCOPE))).status_code

    assert asyncio.run(scene()) == 503
