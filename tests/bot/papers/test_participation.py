"""What people took part in, of a year: chosen, listed with its consultations, on a page and on paper."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.decoding.messages import Pixels
from bot.images.sanitize import encode_public_picture
from bot.papers.paper import Heading, PaperPicture, render_paper
from bot.papers.participation import (
    ListedConsultation,
    build_participation_paper,
    select_participation_year,
)
from bot.web.participation import ParticipationPages
from bot.web.templating import PageRenderer
from handlers.participation.messages import (
    Activity,
    ActivityKind,
    ActivityPicture,
    ActivityTakers,
    ActivityText,
)
from handlers.thai.dates import format_date
from tests.in_memory_desk import OFFICE

TODAY = date(2026, 11, 30)


def make_activity(number: int, day: date, year: int, *, is_shown: bool = True) -> Activity:
    text = ActivityText(
        ActivityKind.PLANNING, day, f"<i>แผน {number}</i>", (ActivityTakers("ครู", 1200),), "หนึ่ง\n\nสอง"
    )
    return Activity(year, number, text, day, is_shown)


NEWEST = make_activity(1, date(2026, 10, 12), 2570)
EARLIER = make_activity(1, date(2026, 9, 1), 2569)
HIDDEN = make_activity(2, date(2026, 9, 2), 2569, is_shown=False)
CONSULTATION = ListedConsultation("แผนพัฒนา", date(2026, 8, 1), "/opinions/K7Q2")
ALL = (NEWEST, HIDDEN, EARLIER)


def test_the_newest_year_with_an_activity_is_shown_else_the_current_one() -> None:
    newest = select_participation_year(ALL, [CONSULTATION], None, TODAY)
    assert (newest.year, newest.activities, newest.consultations) == (2570, (NEWEST,), ())
    assert newest.years == (2570, 2569)
    before = select_participation_year(ALL, [CONSULTATION], 2569, TODAY)
    assert (before.activities, before.consultations) == ((EARLIER,), (CONSULTATION,))
    empty = select_participation_year((), (), None, TODAY)
    assert (empty.year, empty.activities, empty.years) == (2570, (), (2570,))


def show(year: int | None = None, *activities: Activity) -> str:
    found = select_participation_year(activities, [CONSULTATION], year, TODAY)
    return PageRenderer(OFFICE).render_to_string(
        "participation.html", "th", found=found, date=lambda day: format_date(day, "th")
    )


def test_the_page_names_each_activity_and_is_markup_of_nobody() -> None:
    page = show(2569, *ALL)
    assert 'data-activity="2026-09-01"' in page
    assert page.count("<article") == 1
    assert "&lt;i&gt;แผน 1&lt;/i&gt;" in page
    assert "ผู้เข้าร่วม 1,200 คน" in page
    assert 'href="/opinions/K7Q2"' in page
    assert 'href="/participation/2570"' in page
    assert "data-participation-empty" in show(None)
    pictured = show(2569, replace(EARLIER, pictures=(ActivityPicture(2, "คน <b>", 40, 30),)))
    assert 'src="/participation/2569/1/2.jpg" alt="คน &lt;b&gt;" width="40" height="30"' in pictured


def test_the_paper_has_the_same_and_can_be_typeset() -> None:
    pictured = replace(
        EARLIER, pictures=(ActivityPicture(2, "คน <b>", 2, 1), ActivityPicture(3, "หาย", 2, 1))
    )
    found = select_participation_year((NEWEST, HIDDEN, pictured), [CONSULTATION], 2569, TODAY)
    content = encode_public_picture(Pixels("RGBA", 2, 1, bytes(8), 1)).content
    paper = build_participation_paper(OFFICE, found, "th", {(1, 2): content})
    assert [one.alt for one in paper.blocks if isinstance(one, PaperPicture)] == ["คน <b>"]
    assert Heading(EARLIER.text.title) in paper.blocks
    assert "แผนพัฒนา" in str(paper.blocks)
    assert render_paper(paper, "th", datetime(2026, 11, 30, tzinfo=UTC)).startswith(b"%PDF")
    assert ParticipationPages.routes
