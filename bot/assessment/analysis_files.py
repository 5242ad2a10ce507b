"""The draft of the analysis as a Word document, to be finished, and as PDF."""

from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files

from bot.assessment.analysis import AnalysisDraft
from bot.assessment.word_document import WordDocumentBuilder, WordStyle
from ita_stats.render.typst import render_plain_pdf


def build_analysis_files(draft: AnalysisDraft, at: datetime) -> Iterator[tuple[str, bytes]]:
    """Yield the documents by name. at: the instant of the draft (UTC)."""
    yield "analysis.docx", render_word_document(draft, at)
    template = (files("bot") / "typeset" / "analysis.typ").read_bytes()
    yield "analysis.pdf", render_plain_pdf(template, _build_data(draft), at)


def render_word_document(draft: AnalysisDraft, at: datetime) -> bytes:
    """Render the draft as DOCX, in styles that Word knows, so that the office can go on with it."""
    document = WordDocumentBuilder()
    document.add_paragraph(draft.title, WordStyle.TITLE)
    document.add_paragraph(draft.office, WordStyle.TITLE)
    for section in draft.sections:
        document.add_paragraph(section.heading, WordStyle(f"Heading {section.level}"))
        for text in section.paragraphs:
            document.add_paragraph(text)
        for text in section.bullets:
            document.add_paragraph(text, WordStyle.BULLET)
        if section.table is not None:
            document.add_table(section.table.head, section.table.rows, section.table.widths)
    for text in draft.signature:
        document.add_paragraph(text, is_at_right=True)
    return document.build(draft.title, draft.office, draft.mark, at)


def _build_data(draft: AnalysisDraft) -> dict[str, object]:
    return {
        "mark": draft.mark,
        "title": draft.title,
        "office": draft.office,
        "signature": draft.signature,
        "sections": [
            {
                "heading": section.heading,
                "level": section.level,
                "paragraphs": section.paragraphs,
                "bullets": section.bullets,
                "table": None
                if section.table is None
                else {"head": section.table.head, "rows": section.table.rows, "widths": section.table.widths},
            }
            for section in draft.sections
        ],
    }
