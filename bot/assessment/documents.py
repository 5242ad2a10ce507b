"""The documents of an evidence report: evidence.html, evidence.pdf and evidence.json."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from bot.assessment.checks import list_shown_addresses
from bot.assessment.findings import EvidenceReport
from bot.assessment.report_view import ElementLine, ReportView, build_report_view, describe_report, say
from bot.images.qr import render_qr_svg
from bot.web.templating import PageRenderer
from handlers.dialog.events import Lang
from handlers.office import Office
from ita_stats.render.typst import render_plain_pdf

DOCUMENT_LANG: Lang = "th"
"""The language of the documents: they are for an assessor."""


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page that shows elements. serves: its items; png: its picture in base64, empty where there is none."""

    address: str
    serves: tuple[str, ...]
    png: str


def list_shown_pages(report: EvidenceReport, pictures: Mapping[str, bytes]) -> list[ShownPage]:
    """Return the pages of a report, each once, with what they serve. pictures: PNG, by address."""
    serves: dict[str, dict[str, None]] = {address: {} for address in list_shown_addresses(report)}
    for item, one in report.findings:
        if one.seen.address:
            serves[one.seen.address][f"{item.number}: {one.element.words.th}"] = None
    return [
        ShownPage(address, tuple(items), b64encode(pictures.get(address, b"")).decode())
        for address, items in serves.items()
    ]


def build_evidence_files(
    report: EvidenceReport, office: Office, pictures: Mapping[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    """Yield the documents by name. Takes some seconds, and so is called in a thread."""
    view, pages = build_report_view(report, office, DOCUMENT_LANG), list_shown_pages(report, pictures)
    page = PageRenderer(office).render_to_string(
        "evidence.html", DOCUMENT_LANG, view=view, pages=pages, has_pictures=bool(pictures)
    )
    yield "evidence.html", page.encode()
    template = (files("bot") / "typeset" / "evidence.typ").read_bytes()
    data = build_evidence_data(view, pages, has_pictures=bool(pictures))
    yield "evidence.pdf", render_plain_pdf(template, data, report.made_at)
    described = json.dumps(describe_report(report), ensure_ascii=False, indent=2)
    yield "evidence.json", f"{described}\n".encode()


def build_evidence_data(
    view: ReportView, pages: list[ShownPage], *, has_pictures: bool
) -> Mapping[str, object]:
    """Build the data of the typst template."""
    return {
        "title": view.title,
        "office": view.office,
        "head": view.head,
        "summary": view.summary,
        "items": [
            {
                "heading": item.heading,
                "note": item.note,
                "elements": [_describe_line(e) for e in item.elements],
            }
            for item in view.items
        ],
        "columns": [say(DOCUMENT_LANG, f"column_{name}") for name in ("element", "outcome", "shown")],
        "todo": [_describe_line(one) for one in view.todo],
        "todo_title": say(DOCUMENT_LANG, "todo_title"),
        "note": view.note,
        "page": say(DOCUMENT_LANG, "page"),
        "signed": say(DOCUMENT_LANG, "signed"),
        "pictures_title": say(DOCUMENT_LANG, "pictures"),
        "no_pictures": "" if has_pictures else say(DOCUMENT_LANG, "no_pictures"),
        "qr": say(DOCUMENT_LANG, "qr"),
        "pages": [
            {
                "address": page.address,
                "serves": page.serves,
                "qr": render_qr_svg(page.address),
                "picture": _wrap_png(page.png),
            }
            for page in pages
        ],
    }


def _describe_line(one: ElementLine) -> Mapping[str, str]:
    return {
        "words": one.words,
        "outcome": one.outcome.value,
        "said": one.said,
        "address": one.address,
        "as_of": one.as_of,
        "fault": one.fault,
        "todo": one.todo,
    }


PICTURE_SIZE = (900, 1200)
"""Width and height of a picture, in pixels."""


def _wrap_png(png: str) -> str:
    """Return a PNG (base64) in an SVG, as a template takes its data as text; empty where there is none."""
    if not png:
        return ""
    width, height = PICTURE_SIZE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}"><image width="{width}" height="{height}" '
        f'xlink:href="data:image/png;base64,{png}"/></svg>'
    )
