"""Writes Word documents (DOCX) with python-docx: headings, paragraphs, bullets, tables, in Thai offices' typeface."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

WORD_FONT = "TH Sarabun New"
"""The typeface that Thai offices write in, and have."""
_POINTS = 16
_CELL_POINTS = 14
_PAGE_MM = (210, 297)
"""A4: width, height."""
_LEFT_MARGIN_MM, _MARGIN_MM, _HEADER_MM = 25, 20, 10
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class WordStyle(StrEnum):
    """Styles that Word knows, so that its outline, its table of contents and the office can go on with them."""

    NORMAL = "Normal"
    TITLE = "Title"
    HEADING_1 = "Heading 1"
    HEADING_2 = "Heading 2"
    BULLET = "List Bullet"
    HEADER = "Header"


_BOLD_POINTS = {WordStyle.TITLE: _POINTS + 2, WordStyle.HEADING_1: _POINTS + 1, WordStyle.HEADING_2: _POINTS}


class WordDocumentBuilder:
    """Builds a document from its top to its end."""

    def __init__(self) -> None:
        self._document = Document()
        for style in WordStyle:
            self._set_style(style)
        language = self._document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
        if language is not None:
            language.set(qn("w:bidi"), "th-TH")
        section = self._document.sections[0]
        section.page_width, section.page_height = (Mm(length) for length in _PAGE_MM)
        section.left_margin = Mm(_LEFT_MARGIN_MM)
        section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN_MM)
        section.header_distance = section.footer_distance = Mm(_HEADER_MM)

    def _set_style(self, style: WordStyle) -> None:
        """Set a style in the office's typeface, black, without the ornaments of Word's template."""
        found: Any = self._document.styles[style]
        properties = found.element.get_or_add_rPr()
        for name in ("w:rFonts", "w:color", "w:spacing", "w:kern"):
            for one in properties.findall(qn(name)):
                properties.remove(one)
        fonts = OxmlElement("w:rFonts")
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), WORD_FONT)
        properties.insert(0, fonts)
        _set_size(found.font, _BOLD_POINTS.get(style, _POINTS), bold=style in _BOLD_POINTS)
        space = found.paragraph_format
        space.space_before, space.space_after, space.line_spacing = Pt(0), Pt(4), 1.0
        if style in {WordStyle.HEADING_1, WordStyle.HEADING_2}:
            space.space_before = Pt(10)
        if style is WordStyle.TITLE:
            space.alignment = WD_ALIGN_PARAGRAPH.CENTER
            for border in found.element.pPr.findall(qn("w:pBdr")):
                found.element.pPr.remove(border)

    def add_paragraph(
        self, text: str, style: WordStyle = WordStyle.NORMAL, *, is_at_right: bool = False
    ) -> None:
        """Add a paragraph; a line break in it stays one."""
        added = self._document.add_paragraph(_clean_text(text), style)
        if is_at_right:
            added.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def add_table(self, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]) -> None:
        """Add a table whose head stands again on each page. widths: of the columns, in millimetres."""
        table = self._document.add_table(0, len(head), "Table Grid")
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for number, texts in enumerate((head, *rows)):
            for cell, text, width in zip(table.add_row().cells, texts, widths, strict=True):
                cell.width = Mm(width)
                _set_size(cell.paragraphs[0].add_run(_clean_text(text)).font, _CELL_POINTS, bold=number == 0)
        for number, row in enumerate(self._document.element.body.tbl_lst[-1].tr_lst):
            properties = row.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if number == 0:
                properties.append(OxmlElement("w:tblHeader"))
        self._document.add_paragraph()

    def build(self, title: str, author: str, mark: str, at: datetime) -> bytes:
        """Return the DOCX. mark: stands at the head of every page; at: when it was made, which decides every byte."""
        head = self._document.sections[0].header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _set_size(head.add_run(_clean_text(mark)).font, _POINTS, bold=True)
        about = self._document.core_properties
        about.title, about.author, about.language = (
            _clean_text(title)[:255],
            _clean_text(author)[:255],
            "th-TH",
        )
        about.comments = about.last_modified_by = ""
        about.created = about.modified = at.astimezone(UTC).replace(tzinfo=None)
        written = io.BytesIO()
        self._document.save(written)
        return _fix_times(written)


def _set_size(font: Any, points: int, *, bold: bool) -> None:  # noqa: ANN401 - of a run or a style
    """Set size and weight. Word takes those of Thai from the settings of complex scripts (bCs, szCs)."""
    font.size = Pt(points)
    font.bold = font.cs_bold = bold
    properties = font.element.get_or_add_rPr()
    for one in properties.findall(qn("w:szCs")):
        properties.remove(one)
    size = OxmlElement("w:szCs")
    size.set(qn("w:val"), str(points * 2))
    properties.find(qn("w:sz")).addnext(size)


def _clean_text(text: str) -> str:
    """Return a text without the characters that XML cannot have."""
    return _NOT_IN_XML.sub("", text)


def _fix_times(written: io.BytesIO) -> bytes:
    """Return a ZIP file in which no part says when it was written: the same content has the same bytes."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(fixed, "w") as archive:
        for name in parts.namelist():
            archive.writestr(zipfile.ZipInfo(name), parts.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
