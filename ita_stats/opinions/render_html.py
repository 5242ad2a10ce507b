"""The results as a page that stands alone, in a frame and on paper, and as a fragment for a page of the site.

Bars are SVG with real text; there is no script, no inline style and no request. A page that carries the fragment
allows its one <style> element by `STYLE_HASH`, or brings the rules of `STYLE` in a sheet of its own.
"""

import base64
from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ita_stats.opinions import labels as printed
from ita_stats.opinions.results import AnswerRow, PublishedResults, PublishedTheme, ResponseCounts
from ita_stats.opinions.strings import WORDS, Words, heading
from ita_stats.render.html import NamedLink

_TEMPLATES = files("ita_stats") / "templates"
STYLE = (_TEMPLATES / "results.css").read_text("utf-8")
"""The rules of the fragment; they touch nothing outside of it."""
ALONE = (_TEMPLATES / "results_alone.css").read_text("utf-8") + STYLE
FILES = (NamedLink("PDF", "results.pdf"), NamedLink("CSV", "results.csv"), NamedLink("JSON", "results.json"))
"""What can be fetched beside the page."""


def hashed(style: str) -> str:
    """What a Content-Security-Policy's style-src names, in single quotes, so that a <style> of this text holds."""
    return "sha256-" + base64.b64encode(sha256(style.encode()).digest()).decode()


STYLE_HASH = hashed(STYLE)
POLICY = f"default-src 'none'; style-src '{hashed(ALONE)}'; base-uri 'none'; form-action 'none'"
"""The policy under which `page` lives; who serves it adds frame-ancestors."""

_pages = Environment(
    loader=PackageLoader("ita_stats"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def page(found: PublishedResults, lang: str = "th", other: NamedLink | None = None) -> str:
    """The whole page, as a file. other: where the same stands in the other language."""
    return alone(found.title, fragment(found, lang), lang, other)


def alone(title: str, content: str, lang: str, other: NamedLink | None = None) -> str:
    """A page around markup that was made here. title: of the window."""
    return _pages.get_template("results_page.html").render(
        title=title,
        lang=lang,
        other=other,
        policy=POLICY,
        style=Markup(ALONE),  # noqa: S704 - our own file; the policy's hash is over these bytes
        content=Markup(content),  # noqa: S704 - escaped where it was made
    )


def fragment(found: PublishedResults, lang: str = "th", links: Sequence[NamedLink] = FILES) -> str:
    """One <article>."""
    which = 1 if lang == "en" else 0

    def said(words: Words | None) -> str:
        return words[which] if words else ""

    return _pages.get_template("results.html").render(
        found=found,
        lang=lang,
        links=links,
        office=(found.office_th, found.office_en)[which],
        period=said(printed.period(found)),
        notes=[said(note) for note in printed.notes(found)],
        label=lambda row: said(printed.label(row)),
        taken=lambda theme: said(printed.taken(theme)),
        when=_when(said),
        say=lambda name, **filled: said(heading(name, **filled)),
        number=printed.number,
        mean=printed.mean,
        share=printed.share,
        question_is_stance=lambda row: not row.label and row.code in WORDS["stance"],
        **_figures(said),
    )


def _when(said: Callable[[Words | None], str]) -> Callable[[PublishedTheme], str]:
    return lambda theme: said(printed.when(theme))


def _figures(said: Callable[[Words | None], str]) -> dict[str, Callable[..., str]]:
    """How figures are written into a sentence."""

    def figures(row: AnswerRow) -> str:
        n = printed.number(row.voices.all)
        return n if row.percent is None else f"{n} ({printed.number(row.percent)}%)"

    def apart(n: ResponseCounts) -> str:
        sides = ((heading(side), getattr(n, side)) for side in printed.SIDES)
        return " · ".join(f"{said(words)} {printed.number(figure)}" for words, figure in sides)

    return {"figures": figures, "apart": apart}
