"""Results as HTML: a standalone page, and a fragment for a page of the site.

Bars are SVG with real text; there is no script, no inline style and no request. A page that contains the fragment
allows its one <style> element by `RESULTS_STYLE_HASH`, or has the rules of `RESULTS_STYLE` in its own style sheet.
"""

import base64
from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ita_stats.opinions.labels import (
    ACCOUNT_AND_WEB,
    build_results_notes,
    compute_bar_share,
    format_count,
    format_decision,
    format_decision_date,
    format_mean,
    format_open_period,
    get_answer_label,
)
from ita_stats.opinions.results import AnswerRow, PublishedResults, PublishedTheme, ResponseCounts
from ita_stats.opinions.strings import OPINION_STRINGS, BilingualText, get_opinion_heading
from ita_stats.render.html import NamedLink

_TEMPLATE_FOLDER = files("ita_stats") / "templates"
RESULTS_STYLE = (_TEMPLATE_FOLDER / "results.css").read_text("utf-8")
"""The rules of the fragment; they match nothing outside of it."""
RESULTS_PAGE_STYLE = (_TEMPLATE_FOLDER / "results_alone.css").read_text("utf-8") + RESULTS_STYLE
RESULTS_DOWNLOADS = (
    NamedLink("PDF", "results.pdf"),
    NamedLink("CSV", "results.csv"),
    NamedLink("JSON", "results.json"),
)
"""The files beside the page."""


def hash_style(style: str) -> str:
    """Return the hash that allows a <style> of this text, for style-src in a CSP, in single quotes."""
    return "sha256-" + base64.b64encode(sha256(style.encode()).digest()).decode()


RESULTS_STYLE_HASH = hash_style(RESULTS_STYLE)
RESULTS_PAGE_CSP = (
    f"default-src 'none'; style-src '{hash_style(RESULTS_PAGE_STYLE)}'; base-uri 'none'; form-action 'none'"
)
"""The policy of the standalone page. Whoever serves it adds frame-ancestors."""

_environment = Environment(
    loader=PackageLoader("ita_stats"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def render_results_page(found: PublishedResults, lang: str = "th", other: NamedLink | None = None) -> str:
    """Render the whole page, for a file. `other`: link to the page in the other language."""
    return render_standalone_page(found.title, render_results_fragment(found, lang), lang, other)


def render_standalone_page(title: str, content: str, lang: str, other: NamedLink | None = None) -> str:
    """Render a page around trusted markup. `title`: of the window."""
    return _environment.get_template("results_page.html").render(
        title=title,
        lang=lang,
        other=other,
        policy=RESULTS_PAGE_CSP,
        style=Markup(RESULTS_PAGE_STYLE),  # noqa: S704 - our own file; the policy's hash is over these bytes
        content=Markup(content),  # noqa: S704 - escaped where it was made
    )


def render_results_fragment(
    found: PublishedResults, lang: str = "th", links: Sequence[NamedLink] = RESULTS_DOWNLOADS
) -> str:
    """Render the results of a consultation as one <article>, for a page of the site."""
    which = 1 if lang == "en" else 0

    def pick_language(words: BilingualText | None) -> str:
        return words[which] if words else ""

    return _environment.get_template("results.html").render(
        found=found,
        lang=lang,
        links=links,
        office=(found.office_th, found.office_en)[which],
        period=pick_language(format_open_period(found)),
        notes=[pick_language(note) for note in build_results_notes(found)],
        label=lambda row: pick_language(get_answer_label(row)),
        taken=lambda theme: pick_language(format_decision(theme)),
        when=_make_date_formatter(pick_language),
        say=lambda name, **filled: pick_language(get_opinion_heading(name, **filled)),
        number=format_count,
        mean=format_mean,
        share=compute_bar_share,
        question_is_stance=lambda row: not row.label and row.code in OPINION_STRINGS["stance"],
        **_make_figure_formatters(pick_language),
    )


def _make_date_formatter(
    pick_language: Callable[[BilingualText | None], str],
) -> Callable[[PublishedTheme], str]:
    return lambda theme: pick_language(format_decision_date(theme))


def _make_figure_formatters(
    pick_language: Callable[[BilingualText | None], str],
) -> dict[str, Callable[..., str]]:
    """Return the functions that format figures within a sentence."""

    def format_figures(row: AnswerRow) -> str:
        n = format_count(row.voices.all)
        return n if row.percent is None else f"{n} ({format_count(row.percent)}%)"

    def format_split(n: ResponseCounts) -> str:
        sides = ((get_opinion_heading(side), getattr(n, side)) for side in ACCOUNT_AND_WEB)
        return " · ".join(f"{pick_language(words)} {format_count(figure)}" for words, figure in sides)

    return {"figures": format_figures, "apart": format_split}
