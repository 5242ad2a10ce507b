"""Posters (A4) and an HTML snippet that lead to the desks: PDF and PNG, in colour and grey, Thai and English."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from urllib.parse import unquote

from markupsafe import escape

from bot.desk_names import DESK_NAMES, DeskName
from bot.images.qr import render_qr_svg
from handlers.dialog.events import LANGS, Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.office import MessengerLinks, Office
from ita_stats.render.typst import format_typst_date, render_paper_pdf, render_paper_png

COLOURS: Mapping[DeskName, tuple[str, str]] = {
    "complaints": ("#1f3f77", "#eef2fa"),
    "service": ("#17603a", "#e3f3e9"),
}
"""Ink and paper of each desk, so that the two are told apart from afar too."""
SNIPPET_FILE = "snippet.html"


@dataclass(frozen=True, slots=True)
class PosterWay:
    """A way to a desk: its name, and the address of its QR code."""

    name: str
    address: str

    @property
    def shown(self) -> str:
        """The address as people read and type it: without https://, and with @ as it is."""
        return unquote(self.address.removeprefix("https://"))


def list_poster_ways(office: Office, desk: DeskName, site_url: str, lang: Lang) -> tuple[PosterWay, ...]:
    """List the ways to a desk: its page, LINE and Telegram, as far as it has them."""
    links = get_desk_links(office, desk)
    page = f"{site_url.rstrip('/')}/{'report' if desk == 'complaints' else 'ask'}" if site_url else ""
    found = ((_say("way_web", lang), page), ("LINE", links.line or ""), ("Telegram", links.telegram or ""))
    return tuple(PosterWay(name, address) for name, address in found if address)


def get_desk_links(office: Office, desk: DeskName) -> MessengerLinks:
    """Return the messenger accounts of a desk."""
    return office.chats.complaints if desk == "complaints" else office.chats.service


def render_poster_files(
    office: Office, sites: Mapping[DeskName, str], at: datetime
) -> Iterator[tuple[str, bytes]]:
    """Yield the files by their names; of a desk without any way there are none. sites: address of each desk's site."""
    template = (files("bot") / "typeset" / "poster.typ").read_bytes()
    for desk in DESK_NAMES:
        for lang in LANGS:
            ways = list_poster_ways(office, desk, sites.get(desk, ""), lang)
            if not ways:
                continue
            for is_grey in (False, True):
                data = _build_data(office, desk, ways, lang, at, is_grey=is_grey)
                name = f"{desk}-{lang}{'-grey' if is_grey else ''}"
                yield f"{name}.pdf", render_paper_pdf(template, data, at)
                yield f"{name}.png", render_paper_png(template, data, at)
    snippet = build_snippet(office, sites)
    if snippet:
        yield SNIPPET_FILE, snippet.encode()


def _build_data(
    office: Office, desk: DeskName, ways: tuple[PosterWay, ...], lang: Lang, at: datetime, *, is_grey: bool
) -> Mapping[str, object]:
    ink, paper = COLOURS[desk]
    return {
        "lang": lang,
        "grey": is_grey,
        "ink": ink,
        "paper": paper,
        "office": office.name.in_lang(lang),
        "title": _say(f"{desk}_title", lang),
        "lead": _say(f"{desk}_lead", lang),
        "lines": _say(f"{desk}_lines", lang).splitlines(),
        "ways": [
            {"name": one.name, "address": one.address, "shown": one.shown, "qr": render_qr_svg(one.address)}
            for one in ways
        ],
        "foot": _say("foot", lang, website=office.website),
        "date": format_typst_date(at),
    }


def build_snippet(office: Office, sites: Mapping[DeskName, str]) -> str:
    """Build the HTML for the website: plain links, and the card in a frame; empty where no desk has a site."""
    complaints, service = (sites.get(desk, "").rstrip("/") for desk in DESK_NAMES)
    links = [
        *((f"{complaints}/report", "choice.complain") for _ in [0] if complaints),
        *((f"{complaints}/statistics/latest", "page.statistics") for _ in [0] if complaints),
        *((f"{complaints}/guideline", "page.guideline") for _ in [0] if complaints),
        *((f"{service}/ask", "choice.ask") for _ in [0] if service),
        *((f"{service}/opinion", "choice.opinion") for _ in [0] if service),
        *((f"{service}/participation", "activity.title") for _ in [0] if service),
    ]
    if not links:
        return ""
    lines = [
        f'  <li><a href="{escape(to)}">{escape(render_text(Phrase(key), "th"))}</a></li>' for to, key in links
    ]
    card = escape(f"{service or complaints}/card")
    title = escape(f"{render_text(Phrase('card.title'), 'th')} {office.name.th}")
    return "\n".join(
        [
            f"<!-- {escape(render_text(Phrase('poster.snippet'), 'th'))} -->",
            "<ul>",
            *lines,
            "</ul>",
            f'<iframe src="{card}" title="{title}" width="100%" height="720" style="border:0"></iframe>',
            "",
        ]
    )


def _say(key: str, lang: Lang, **args: str) -> str:
    return render_text(Phrase(f"poster.{key}", args), lang)
