"""Results as HTML: a standalone page, and a fragment for a page of the site.

Bars are SVG with real text. A page that contains the fragment has the rules of `RESULTS_STYLE` in a style sheet.
"""

from collections.abc import Callable, Sequence
from importlib.resources import files

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
from ita_stats.opinions.strings import OPINION_STRINGS, get_opinion_heading
from ita_stats.render.standalone_page import TEMPLATES, NamedLink, PageStyle, render_standalone_page
from ita_stats.strings import BilingualText

_TEMPLATE_FOLDER = files("ita_stats") / "templates"
RESULTS_STYLE = (_TEMPLATE_FOLDER / "results.css").read_text("utf-8")
"""The rules of the fragment; they match nothing outside of it."""
RESULTS_PAGE_STYLE = PageStyle(
    (_TEMPLATE_FOLDER / "results_alone.css").read_text("utf-8") + RESULTS_STYLE, is_dark_too=True
)
RESULTS_DOWNLOADS = (
    NamedLink("PDF", "results.pdf"),
    NamedLink("CSV", "results.csv"),
    NamedLink("JSON", "results.json"),
)
"""The files beside the page."""


def render_results_page(found: PublishedResults, lang: str = "th", other: NamedLink | None = None) -> str:
    """Render the whole page, for a file. `other`: link to the page in the other language."""
    return render_standalone_page(
        found.title, render_results_fragment(found, lang), RESULTS_PAGE_STYLE, lang, other
    )


def render_results_fragment(
    found: PublishedResults, lang: str = "th", links: Sequence[NamedLink] = RESULTS_DOWNLOADS
) -> str:
    """Render the results of a consultation as one <article>, for a page of the site."""
    which = 1 if lang == "en" else 0

    def pick_language(words: BilingualText | None) -> str:
        return words[which] if words else ""

    return TEMPLATES.get_template("results.html").render(
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
