"""The draft of the analysis: every fault has a measure, nobody is named, and Word opens it."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from docx import Document

from bot.assessment.analysis import build_analysis
from bot.assessment.analysis_files import build_analysis_files, render_word_document
from bot.assessment.checks import build_report
from bot.assessment.findings import ElementOutcome, EvidenceReport, Fault
from bot.assessment.report_view import build_report_view
from bot.assessment.word_document import WordDocumentBuilder
from handlers.assessment.items import build_assessment
from handlers.assessment.vocabulary import AgencyVariant
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from tests.bot.assessment.test_checks import PublicPage, observe
from tests.bot.assessment.test_monthly import NO_LINKS, report_of
from tests.in_memory_desk import OFFICE

AT = datetime(2026, 11, 30, 3, tzinfo=UTC)
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_texts(content: bytes) -> list[str]:
    """The texts of a DOCX, paragraph by paragraph; every part of it is well-formed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        parts = {
            name: ET.fromstring(archive.read(name))
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        }
    body = parts["word/document.xml"]
    return [
        "".join(one.text or "" for one in paragraph.iter(f"{WORD}t")) for paragraph in body.iter(f"{WORD}p")
    ]


def list_measures(report: EvidenceReport) -> list[tuple[str, ...]]:
    (table,) = (
        section.table
        for section in build_analysis(report, OFFICE).sections
        if section.table is not None and "มาตรการ" in section.table.head
    )
    return list(table.rows)


def test_every_fault_has_a_measure_a_day_and_a_follow_up() -> None:
    rows = list_measures(NO_LINKS)
    assert [row[0] for row in rows] == ["8", "26", "28"]
    assert all(all(cell.strip() for cell in row) for row in rows)
    assert OFFICE.guideline.unit.th in rows[1][3]
    assert all("(ระบุ)" in row[3] for row in rows)


def test_weak_points_are_what_is_verified_and_the_rest_is_to_be_developed() -> None:
    sections = {one.heading[:3]: one for one in build_analysis(NO_LINKS, OFFICE).sections}
    assert len(sections["3.1"].bullets) == NO_LINKS.count(ElementOutcome.NOT_MET)
    assert sections["3.2"].bullets == ()
    assert "รับเรื่อง 20" in " ".join(sections["2. "].paragraphs)


def test_an_office_without_a_fault_has_a_draft_too() -> None:
    sound = report_of()
    assert not [one for _, one in sound.findings if one.seen.fault]
    (row,) = list_measures(sound)
    assert row[1] == "ไม่พบจากการตรวจครั้งนี้"


def test_the_documents_say_that_they_are_drafts_and_are_whole() -> None:
    draft = build_analysis(report_of({PublicPage.WEBSITE: "", PublicPage.ASK: ""}), OFFICE)
    files = dict(build_analysis_files(draft, AT))
    assert files["analysis.pdf"].startswith(b"%PDF")
    texts = read_texts(files["analysis.docx"])
    assert texts[0] == draft.title
    for section in draft.sections:
        assert section.heading in texts
    with zipfile.ZipFile(io.BytesIO(files["analysis.docx"])) as archive:
        assert "ร่าง" in archive.read("word/header1.xml").decode()
    assert render_word_document(draft, AT) == files["analysis.docx"], "the same draft gives the same bytes"


def test_whatever_an_office_is_called_the_document_is_well_formed() -> None:
    document = WordDocumentBuilder()
    document.add_paragraph('<สำนัก> & "งาน"\x00\x0b\ud800\nบรรทัดสอง')
    document.add_table(("a",), [("]]>",)], (20,))
    assert read_texts(document.build("<&>", "\x01", "ร่าง", AT))[0] == '<สำนัก> & "งาน"บรรทัดสอง'


def test_word_finds_headings_tables_and_the_typeface_of_thai_offices() -> None:
    draft = build_analysis(report_of({PublicPage.WEBSITE: "", PublicPage.ASK: ""}), OFFICE)
    opened: Any = Document(io.BytesIO(render_word_document(draft, AT)))
    headings = [
        (one.style.name, one.text) for one in opened.paragraphs if one.style.name.startswith("Heading")
    ]
    assert headings == [(f"Heading {one.level}", one.heading) for one in draft.sections]
    tables = [one.table for one in draft.sections if one.table is not None]
    assert len(opened.tables) == len(tables) >= 3
    for found, table in zip(opened.tables, tables, strict=True):
        assert [tuple(cell.text for cell in row.cells) for row in found.rows] == [table.head, *table.rows]
        assert found.rows[0]._tr.trPr.find(f"{WORD}tblHeader") is not None
        assert [round(column.width.mm) for column in found.columns] == list(table.widths)
    for name, half_points in (("Normal", "32"), ("Heading 1", "34"), ("Title", "36"), ("List Bullet", "32")):
        look = opened.styles[name].element.rPr
        fonts = look.find(f"{WORD}rFonts")
        assert {fonts.get(f"{WORD}{script}") for script in ("ascii", "hAnsi", "cs")} == {"TH Sarabun New"}
        assert len(fonts.attrib) == 4, "no font of a theme, which would win"
        assert look.find(f"{WORD}szCs").get(f"{WORD}val") == half_points
    section = opened.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    about = opened.core_properties
    assert (about.title, about.author, about.language) == (draft.title, draft.office, "th-TH")
    assert about.created.replace(tzinfo=UTC) == AT


def test_one_lack_is_one_measure_and_measures_are_no_commands() -> None:
    assessment = build_assessment(OFFICE, 2569, AgencyVariant.NACC)
    closed = observe(closed=(PublicPage.STATISTICS, PublicPage.FIGURES, PublicPage.REPORT, PublicPage.ASK))
    report = build_report(assessment, replace(closed, figures=None))
    lacks = [one for _, one in report.findings if one.seen.fault is Fault.NO_STATISTICS]
    assert len(lacks) > 1
    measures = [row for row in list_measures(report) if row[2] == say_measure(Fault.NO_STATISTICS)]
    assert len(measures) == 1
    todo = [one.todo for one in build_report_view(report, OFFICE, "th").todo]
    assert len(todo) - len(set(todo)) == 1, "two pages that do not open are two things to do"
    assert [one for one in Fault if re.search("[A-Za-z_/]", say_measure(one))] == []


def say_measure(fault: Fault) -> str:
    return render_text(Phrase(f"analysis.measure.{fault}"), "th")
