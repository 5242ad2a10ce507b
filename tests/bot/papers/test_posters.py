"""Posters and the snippet: every way of each desk, each file of the table, and nothing of others overwritten."""

from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from typer.testing import CliRunner

from bot.cli.main import cli_app
from bot.papers.command import write_posters
from bot.papers.paper import Paper, Paragraph, render_paper
from bot.papers.posters import PosterWay, build_snippet, list_poster_ways, render_poster_files
from bot.web.policies import build_frame_ancestors
from bot.web.templating import PageRenderer
from handlers.office import DeskMessengerLinks, MessengerLinks
from tests.in_memory_desk import OFFICE

NOW = datetime(2026, 11, 30, tzinfo=UTC)
LINE = "https://line.me/R/ti/p/%40office"
LINKED = OFFICE.model_copy(
    update={
        "chats": DeskMessengerLinks(complaints=MessengerLinks(line=LINE, telegram="https://t.me/office_bot"))
    }
)


def test_each_way_of_a_desk_has_its_address() -> None:
    ways = list_poster_ways(LINKED, "complaints", "https://report.example.go.th/", "th")
    assert [(one.name, one.shown) for one in ways] == [
        ("หน้าเว็บ", "report.example.go.th/report"),
        ("LINE", "line.me/R/ti/p/@office"),
        ("Telegram", "t.me/office_bot"),
    ]
    assert list_poster_ways(LINKED, "service", "", "th") == ()
    assert list_poster_ways(LINKED, "service", "https://ask.example.go.th", "en") == (
        PosterWay("Web page", "https://ask.example.go.th/ask"),
    )


def test_a_desk_has_four_posters_each_as_pdf_and_png() -> None:
    found = dict(render_poster_files(LINKED, {"complaints": "", "service": ""}, NOW))
    names = {
        f"complaints-{lang}{grey}.{kind}"
        for lang in ("th", "en")
        for grey in ("", "-grey")
        for kind in ("pdf", "png")
    }
    assert set(found) == names
    with pikepdf.open(BytesIO(found["complaints-th.pdf"])) as paper:
        assert len(paper.pages) == 1
        assert [round(float(side)) for side in paper.pages[0].mediabox[2:]] == [595, 842]
    grey = Image.open(BytesIO(found["complaints-th-grey.png"])).convert("RGB")
    small = grey.resize((60, 85)).tobytes()
    assert small[0::3] == small[1::3] == small[2::3]


def test_the_snippet_leads_to_both_desks_and_frames_the_card() -> None:
    sites = {"complaints": "https://report.example.go.th", "service": "https://ask.example.go.th/"}
    snippet = build_snippet(OFFICE, sites)  # type: ignore[arg-type]
    for path in (
        "report.example.go.th/report",
        "ask.example.go.th/ask",
        "ask.example.go.th/card",
        "/guideline",
    ):
        assert path in snippet
    assert build_snippet(OFFICE, {}) == ""


@pytest.mark.parametrize("has_complaints", [True, False])
def test_the_card_leads_out_of_its_frame_and_has_no_form(has_complaints: bool) -> None:
    shown = PageRenderer(LINKED).render_to_string(
        "card.html", "th", address="", reports=has_complaints, asks=True, more=""
    )
    links = shown.count('<a class="button')
    assert links == shown.count('target="_blank"') == (6 if has_complaints else 4)
    assert "<form" not in shown
    assert "<script" not in shown
    assert build_frame_ancestors(OFFICE.website).startswith("frame-ancestors 'self' ")


def test_a_folder_that_holds_anything_else_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ITA_HOME", str(tmp_path / "var"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x")
    assert CliRunner().invoke(cli_app, ["posters", "--out", "mine"]).exit_code == 2
    assert (tmp_path / "mine" / "letter.txt").exists()
    nowhere = CliRunner().invoke(cli_app, ["posters", "--out", "new"])
    assert nowhere.exit_code == 2
    assert not (tmp_path / "new").exists()
    assert write_posters.__doc__


FOREIGN = "北京 😀 ငွေ ຂ້ອງ ខ្មែរ مال"


def read_pdf(content: bytes) -> str:
    """The text of a PDF, page by page."""
    with closing(pypdfium2.PdfDocument(content)) as opened:
        return "".join(page.get_textpage().get_text_bounded() for page in opened)


def test_papers_and_posters_print_other_alphabets_or_count_what_they_cannot() -> None:
    paper = Paper("สำนักงาน", f"ประกาศ {FOREIGN}", (), (Paragraph(f"{FOREIGN} აბ"),), "ท้าย")
    told = read_pdf(render_paper(paper, "th", NOW))
    assert all(word in told for word in FOREIGN.split())
    assert "แทนอักขระ 2 ตัว" in told
    name = OFFICE.name.model_copy(update={"th": f"สำนักงาน {FOREIGN}"})
    named = LINKED.model_copy(update={"name": name})
    poster = read_pdf(dict(render_poster_files(named, {}, NOW))["complaints-th.pdf"])
    assert all(word in poster for word in FOREIGN.split())
    assert "แทนอักขระ" not in poster
