"""The guideline as a page and a PDF: its four parts, version and date, changes dated, both languages."""

import asyncio
import re
from datetime import UTC, date, datetime
from io import BytesIO

import pikepdf
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.papers.guideline import (
    build_guideline_paper,
    build_guideline_view,
    compute_guideline_version,
    get_guideline_instant,
)
from bot.papers.paper import PaperTable, render_paper
from bot.web.guideline import GuidelinePages
from bot.web.templating import PageRenderer
from handlers.dialog.events import LANGS, Lang
from handlers.office import Bilingual, GuidelineChange, Office
from tests.in_memory_desk import OFFICE

NOW = datetime(2026, 11, 30, tzinfo=UTC)
SITE = "https://report.example.go.th"


def with_guideline(**changed: object) -> Office:
    return OFFICE.model_copy(update={"guideline": OFFICE.guideline.model_copy(update=changed)})


def test_a_changed_text_is_another_version_also_where_nobody_changed_the_number() -> None:
    office = with_guideline(version="1/2570")
    changed = with_guideline(version="1/2570", unit=Bilingual(th="กลุ่มอื่น"))
    assert re.fullmatch(r"1/2570\+[0-9a-f]{8}", compute_guideline_version(office))
    assert compute_guideline_version(office) != compute_guideline_version(changed)
    dated = with_guideline(version="1/2570", since=date(2026, 10, 1))
    assert compute_guideline_version(office) == compute_guideline_version(dated)


@pytest.mark.parametrize("lang", LANGS)
def test_the_four_parts_are_there_in_each_language(lang: Lang) -> None:
    paper = build_guideline_paper(OFFICE, SITE, lang)
    (table,) = (one for one in paper.blocks if isinstance(one, PaperTable))
    assert table.rows == tuple((one.name.in_lang(lang), str(one.days)) for one in OFFICE.guideline.steps)
    said = str(paper.blocks)
    for part in (OFFICE.guideline.how, OFFICE.guideline.unit, OFFICE.unsigned_letters):
        assert part.in_lang(lang) in said
    assert f"{SITE}/report" in said
    assert str(OFFICE.deadlines.first_answer_days) in said


def test_changes_are_dated_newest_first() -> None:
    changes = tuple(
        GuidelineChange(on=on, what=Bilingual(th=what))
        for on, what in ((date(2026, 10, 1), "แรก"), (date(2027, 1, 5), "ที่สอง"))
    )
    view = build_guideline_view(with_guideline(changes=changes), "", "th")
    assert [one.what for one in view.changes] == ["ที่สอง", "แรก"]
    assert view.changes[0].day == "5 มกราคม 2570"


def test_the_pdf_is_for_archives_and_screen_readers_and_the_same_each_time() -> None:
    office = with_guideline(version="1/2570", since=date(2026, 10, 1))
    at = get_guideline_instant(office, NOW)
    first, second = (render_paper(build_guideline_paper(office, SITE, "th"), "th", at) for _ in range(2))
    assert first == second
    with pikepdf.open(BytesIO(first)) as found:
        assert found.Root.MarkInfo.Marked
        assert "แนวปฏิบัติ" in str(found.open_metadata().get("dc:title"))


def call(route: Route, query: str = "") -> Response:
    """The answer of a route's page."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": route.path,
        "query_string": query.encode(),
        "headers": [],
    }
    found: Response = asyncio.run(route.endpoint(Request(scope)))
    return found


def test_the_page_and_the_pdf_have_addresses_of_their_own() -> None:
    page, pdf = GuidelinePages(PageRenderer(OFFICE), SITE).routes()
    assert isinstance(page, Route)
    assert isinstance(pdf, Route)
    assert (page.path, pdf.path) == ("/guideline", "/guideline.pdf")
    shown = bytes(call(page).body).decode()
    for part in ("how", "steps", "unit", "days"):
        assert f'data-guideline="{part}"' in shown
        assert f'id="{part}"' in shown
    assert f'data-guideline-version="{compute_guideline_version(OFFICE)}"' in shown
    found = call(pdf, "lang=en")
    assert (found.media_type, bytes(found.body)[:5]) == ("application/pdf", b"%PDF-")
    assert 'href="/guideline"' in PageRenderer(OFFICE).render_to_string(
        "home.html", "th", address="", reports=True, asks=True, alone=False, listed=None, notices=()
    )
