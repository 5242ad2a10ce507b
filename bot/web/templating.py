"""Pages of the house: every word comes from the wording or from office.toml, and every page is shown by this."""

from functools import cache
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from handlers.dialog.events import Lang
from handlers.dialog.replies import Reply, ReplyArg
from handlers.i18n import render_text
from handlers.office import Office

PACKAGE_DIR = Path(__file__).parents[1]


class PageRenderer:
    """Renders the templates."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._templates = Environment(
            loader=FileSystemLoader(PACKAGE_DIR / "templates"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, name: str, lang: Lang, status: int = 200, **more: Any) -> Response:  # noqa: ANN401 - the template's
        """A page. Its title is the office's name and nothing else: tabs and histories are read by others."""
        return HTMLResponse(self.render_to_string(name, lang, **more), status)

    def render_to_string(self, name: str, lang: Lang, **more: Any) -> str:  # noqa: ANN401 - the template's
        """A template, filled in."""

        def translate_key(key: str, **args: ReplyArg) -> str:
            return render_text(Reply(key, args), lang)

        return self._templates.get_template(name).render(
            lang=lang,
            other="th" if lang == "en" else "en",
            office=self.office,
            say=translate_key,
            qr=render_qr_svg,
            **more,
        )

    def render_error(self, lang: Lang, what: str, status: int) -> Response:
        """A page that says what went wrong and what to do; `what` is `page.<what>` in the wording."""
        return self.render("sorry.html", lang, status, what=what)


def get_requested_lang(request: Request) -> Lang:
    """The language that the address asks for."""
    return "en" if request.query_params.get("lang") == "en" else "th"


@cache
def render_qr_svg(address: str) -> Markup:
    """An address as a QR code: SVG that stands in the page."""
    drawn = segno.make_qr(address, error="m").svg_inline(
        scale=4, border=4, dark="#000", light="#fff", omitsize=True
    )
    return Markup(drawn)  # noqa: S704 - drawn by us, of modules only
