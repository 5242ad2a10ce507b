"""The covering letter has the parts of an external letter, names the body, and has no word of the report."""

import asyncio
from contextlib import closing
from dataclasses import replace
from datetime import date

import pypdfium2

from bot.exporters.cover_letter import build_cover_letter, find_recipient, render_cover_letter
from handlers.complaints.lifecycle import CaseOutcome, CaseStatus
from handlers.complaints.messages import HistoryEntry, HistoryEntryKind
from handlers.staff.complaints.messages import CaseHistoryLine, OfficerCase
from ita_stats.render.typst import find_missing_characters
from tests.in_memory_desk import MORNING, OFFICE

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
