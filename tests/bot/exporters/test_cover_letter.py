"""The covering letter has the parts of an external letter, names the body, and has no word of the report."""

import asyncio
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from bot.errors import ConfigurationError
from bot.exporters.cover_letter import build_cover_letter, find_recipient, render_cover_letter
from bot.exporters.emblem import check_emblem
from bot.office_file import load_office
from handlers.complaints.lifecycle import CaseOutcome, CaseStatus
from handlers.complaints.messages import HistoryEntry, HistoryEntryKind
from handlers.staff.complaints.messages import CaseHistoryLine, OfficerCase
from ita_stats.render.typst import find_missing_characters
from tests.in_memory_desk import MORNING, OFFICE
from tests.samples import make_png

DAY = date(2026, 11, 5)
CASE = OfficerCase("c1", 12, 2570, CaseStatus.CLOSED, CaseOutcome.FORWARDED, 4, DAY, DAY, DAY)
BODY = "สำนักงาน ป.ป.ช. ประจำจังหวัดเชียงใหม่"
FORWARDED = HistoryEntry(
    4, DAY, HistoryEntryKind.MOVED, CaseStatus.CLOSED, CaseOutcome.FORWARDED, None, BODY, "เหตุผลลับ"
)


def test_the_body_is_the_last_one_it_was_forwarded_to() -> None:
    filed = CaseHistoryLine(HistoryEntry(1, DAY, HistoryEntryKind.FILED), "reporter")
    first = CaseHistoryLine(replace(FORWARDED, body="ป.ป.ท."), "office")
    assert find_recipient([filed]) == ""
    assert find_recipient([filed, first, CaseHistoryLine(FORWARDED, "office")]) == BODY


def test_what_stands_in_it() -> None:
    letter = build_cover_letter(OFFICE, CASE, BODY, 2, MORNING)
    assert letter["to"] == f"หัวหน้าหน่วยงาน {BODY}"
    assert "12/2570" in str(letter["subject"])
    assert "5 พฤศจิกายน 2569" in str(letter["paragraphs"])
    assert letter["day"] == "วันที่ ........ พฤศจิกายน 2569"
    assert len(letter["enclosed"]) == 2  # type: ignore[arg-type]
    assert len(build_cover_letter(OFFICE, CASE, BODY, 0, MORNING)["enclosed"]) == 1  # type: ignore[arg-type]
    assert "เหตุผลลับ" not in str(letter)
    assert find_missing_characters(letter) == []


def test_it_is_one_page_of_a4_with_its_parts_in_order() -> None:
    content = asyncio.run(render_cover_letter(OFFICE, CASE, BODY, 2, MORNING))
    with closing(pypdfium2.PdfDocument(content)) as pdf:
        assert len(pdf) == 1
        assert [round(points / 72 * 25.4) for points in pdf[0].get_size()] == [210, 297]
        text = pdf[0].get_textpage().get_text_bounded()
    places = [text.find(part) for part in ("12/2570", "ป.ป.ช.", "PDF", "2526")]
    assert places[:3] == sorted(places[:3])
    assert -1 not in places[:3]
    assert places[3] == -1  # the regulation is not quoted


def count_pictures(content: bytes) -> int:
    with closing(pypdfium2.PdfDocument(content)) as pdf:
        found = [
            one for one in pdf[0].get_objects(max_depth=5) if one.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
        ]
        return len(found)


def test_the_emblem_is_the_offices_file_and_none_is_invented(tmp_path: Path) -> None:
    Image.new("RGB", (300, 320), "red").save(tmp_path / "emblem.png")
    example = (Path(__file__).parents[3] / "office.example.toml").read_text("utf-8")
    (tmp_path / "office.toml").write_text(f'emblem = "emblem.png"\n{example}', "utf-8")
    office = load_office(tmp_path / "office.toml")
    for given, pictures in ((office, 1), (OFFICE, 0)):
        content = asyncio.run(render_cover_letter(given, CASE, BODY, 2, MORNING))
        assert count_pictures(content) == pictures
        with closing(pypdfium2.PdfDocument(content)) as pdf:
            assert len(pdf) == 1
            text = pdf[0].get_textpage().get_text_bounded()
        assert ("ตราครุฑ" in text) is not bool(pictures)
    for damage in (
        lambda: (tmp_path / "emblem.png").write_bytes(make_png(300, 320)),
        (tmp_path / "emblem.png").unlink,
    ):
        damage()  # after the start, or inside the picture: the letter is made, with its place free
        assert count_pictures(asyncio.run(render_cover_letter(office, CASE, BODY, 2, MORNING))) == 0


@pytest.mark.parametrize(
    "content", [None, b"", b"GIF89a" + bytes(100), make_png(40, 30), make_png(300, 300)[:20]]
)
def test_an_emblem_that_cannot_be_printed_stops_the_start_and_is_named(
    content: bytes | None, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "emblem.png").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"emblem: .*PNG|emblem: .*office\.toml"):
        check_emblem(tmp_path / "emblem.png")
