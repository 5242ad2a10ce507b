"""A public paper (A4, PDF for archives and screen readers): a title, and blocks one below another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import TypeAlias, assert_never

from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from ita_stats.render.typst import format_typst_date, render_paper_pdf


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a part, or below one."""

    text: str
    is_below: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; stressed: in a frame of its own."""

    text: str
    is_stressed: bool = False


@dataclass(frozen=True, slots=True)
class ItemList:
    """Items with dots."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table with a heading line. widths: relative, of the columns; figures: which columns stand on the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    figures: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class PaperPicture:
    """A picture with what it shows in words. svg: an SVG, which may hold a photograph."""

    svg: str
    alt: str


PaperBlock: TypeAlias = Heading | Paragraph | ItemList | PaperTable | PaperPicture


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper. under: lines below its title; signatory: who signs it, empty where nobody does."""

    office: str
    title: str
    under: tuple[str, ...]
    blocks: tuple[PaperBlock, ...]
    footer: str
    signatory: str = ""


def render_paper(paper: Paper, lang: Lang, at: datetime) -> bytes:
    """Render a paper as PDF. The same arguments give the same bytes. Takes a second: call it in a thread."""
    template = (files("bot") / "typeset" / "paper.typ").read_bytes()
    return render_paper_pdf(template, _build_data(paper, lang, at), at)


def _build_data(paper: Paper, lang: Lang, at: datetime) -> Mapping[str, object]:
    return {
        "lang": lang,
        "office": paper.office,
        "title": paper.title,
        "under": paper.under,
        "blocks": _build_blocks(paper.blocks),
        "footer": paper.footer,
        "page": render_text(Phrase("guideline.page"), lang),
        "date": format_typst_date(at),
        "signed": render_text(Phrase("paper.signed"), lang) if paper.signatory else "",
        "signatory": paper.signatory,
    }


def _build_blocks(blocks: Sequence[PaperBlock]) -> list[Mapping[str, object]]:
    return [_build_block(one) for one in blocks]


def _build_block(block: PaperBlock) -> Mapping[str, object]:
    match block:
        case Heading(text, is_below):
            return {"kind": "subheading" if is_below else "heading", "text": text}
        case Paragraph(text, is_stressed):
            return {"kind": "strong" if is_stressed else "text", "text": text}
        case ItemList(items):
            return {"kind": "list", "items": items}
        case PaperTable(head, rows, widths, figures):
            return {"kind": "table", "head": head, "rows": rows, "widths": widths, "figures": figures}
        case PaperPicture(svg, alt):
            return {"kind": "picture", "svg": svg, "alt": alt}
        case _:
            assert_never(block)
