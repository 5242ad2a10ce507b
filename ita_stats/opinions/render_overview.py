"""The page of all public opinion: open consultations, results of closed ones, and feedback."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ita_stats.calendar import (
    BUDDHIST_ERA,
    CalendarMonth,
    format_calendar_date,
    format_calendar_month,
    to_bangkok_date,
)
from ita_stats.opinions.feedback import FeedbackSpan, FeedbackYear, TopicFeedback
from ita_stats.opinions.labels import (
    format_count,
    format_decision,
    format_decision_date,
    format_open_period,
    sanitize_link,
)
from ita_stats.opinions.model import CountedConsultation
from ita_stats.opinions.render_html import RESULTS_PAGE_STYLE
from ita_stats.opinions.results import PublishedResults, PublishedTheme
from ita_stats.opinions.strings import get_opinion_text
from ita_stats.render.sanitize import strip_invisible
from ita_stats.render.standalone_page import TEMPLATES, NamedLink, render_standalone_page
from ita_stats.strings import BilingualText


@dataclass(frozen=True, slots=True)
class OverviewLinks:
    """URLs, empty where there are none. `join`: take part in the consultation {code}; `give_feedback`: give feedback.

    results: the page of the consultation {code}.
    """

    join: str
    give_feedback: str
    results: str


@dataclass(frozen=True, slots=True)
class OpinionOverview:
    """Consultations and feedback on a day in Bangkok, newest first."""

    office_th: str
    office_en: str
    today: date
    open: tuple[CountedConsultation, ...] = ()
    waiting: tuple[CountedConsultation, ...] = ()
    closed: tuple[PublishedResults, ...] = ()
    years: tuple[FeedbackYear, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there was no consultation yet, and no feedback is published."""
        return not (self.open or self.waiting or self.closed or self.years)

    def filter_themes(
        self, is_wanted: Callable[[PublishedTheme], bool]
    ) -> Iterator[tuple[PublishedTheme, PublishedResults]]:
        """Yield the wanted themes of all results, with their results."""
        for found in self.closed:
            for theme in found.themes:
                if is_wanted(theme):
                    yield theme, found

    @property
    def promised_themes(self) -> list[tuple[PublishedTheme, PublishedResults]]:
        """Themes that are promised and not done, most urgent first."""
        return sorted(self.filter_themes(lambda one: one.is_promised), key=lambda two: two[0].by or date.max)

    @property
    def done_themes(self) -> list[tuple[PublishedTheme, PublishedResults]]:
        """Themes that are done, newest first."""
        done = self.filter_themes(lambda one: one.done is not None)
        return sorted(done, key=lambda two: two[0].done or date.min, reverse=True)


def partition_consultations(
    consultations: Sequence[CountedConsultation], results: Sequence[PublishedResults], now: datetime
) -> tuple[tuple[CountedConsultation, ...], tuple[CountedConsultation, ...], tuple[PublishedResults, ...]]:
    """Return the consultations open at an instant, those closed without results, and the results; newest first."""
    counted = {one.code for one in results}
    known = sorted(consultations, key=lambda one: (one.closes, one.code), reverse=True)
    running = tuple(one for one in known if one.opens <= now < one.closes and one.code not in counted)
    waiting = tuple(one for one in known if one.closes <= now and one.code not in counted)
    return running, waiting, tuple(sorted(results, key=lambda one: (one.closes, one.code), reverse=True))


def render_overview_fragment(found: OpinionOverview, ways: OverviewLinks, lang: str = "th") -> str:
    """Render the overview as one <article>, for a page of the site."""
    which = 1 if lang == "en" else 0

    def get_text(name: str, **filled: object) -> str:
        return get_opinion_text("list", name, **filled)[which]

    return TEMPLATES.get_template("opinions.html").render(
        found=found,
        lang=lang,
        which=which,
        ways=ways,
        say=get_text,
        text=strip_invisible,
        number=format_count,
        taken=lambda theme: format_decision(theme)[which],
        period=lambda one: format_open_period(one)[which],
        until=lambda one: _format_closing(one)[which],
        due=lambda theme: _format_due(theme, found.today)[which],
        done=lambda theme: (format_decision_date(theme) or ("", ""))[which],
        span=lambda one: _format_span(one)[which],
        year=lambda one: _format_year(one)[which],
        said=lambda one: _format_topic(one)[which],
        note=get_opinion_text("note", "standing")[which],
        topic=get_opinion_text("heading", "topic")[which],
    )


def render_announcement(one: CountedConsultation, ways: OverviewLinks, lang: str, is_open: bool) -> str:
    """Render one <article> on a consultation without results: how to take part, or that results are in preparation."""
    which = 1 if lang == "en" else 0
    return TEMPLATES.get_template("opinion_announced.html").render(
        one=one,
        lang=lang,
        ways=ways,
        is_open=is_open,
        say=lambda name: get_opinion_text("list", name)[which],
        text=strip_invisible,
        document=get_opinion_text("heading", "link")[which],
        link=sanitize_link(one.link),
        period=lambda one: format_open_period(one)[which],
        until=lambda one: _format_closing(one)[which],
    )


def render_overview_page(
    found: OpinionOverview, ways: OverviewLinks, lang: str = "th", other: NamedLink | None = None
) -> str:
    """Render the whole page, for a file."""
    title = f"{get_opinion_text('list', 'title')[lang == 'en']} {(found.office_th, found.office_en)[lang == 'en']}"
    return render_standalone_page(
        title, render_overview_fragment(found, ways, lang), RESULTS_PAGE_STYLE, lang, other
    )


def _format_closing(one: CountedConsultation) -> BilingualText:
    day = to_bangkok_date(one.closes)
    return get_opinion_text(
        "list", "until", day_th=format_calendar_date(day), day_en=format_calendar_date(day, "en")
    )


def _format_due(theme: PublishedTheme, today: date) -> BilingualText:
    """Return when a promise is due, and whether that day has passed."""
    words = format_decision_date(theme) or get_opinion_text("list", "undated")
    if theme.by is None or theme.by >= today:
        return words
    late = get_opinion_text("list", "late")
    return f"{words[0]} ({late[0]})", f"{words[1]} ({late[1]})"


def _format_year(one: FeedbackYear) -> BilingualText:
    last = one.year - BUDDHIST_ERA
    return get_opinion_text("list", "standing", year=one.year, from_year=last - 1, to_year=last)


def _format_span(one: FeedbackSpan) -> BilingualText:
    (first_th, first_en), (last_th, last_en) = _format_month(one.first), _format_month(one.last)
    return get_opinion_text("list", "span", from_th=first_th, to_th=last_th, from_en=first_en, to_en=last_en)


def _format_month(one: CalendarMonth) -> BilingualText:
    return format_calendar_month(one), format_calendar_month(one, "en")


def _format_topic(one: TopicFeedback) -> BilingualText:
    if one.responses is None:
        return format_count(None), format_count(None)
    if one.mean is None:
        return get_opinion_text("list", "figures", count=format_count(one.responses))
    return get_opinion_text("list", "figures_mean", count=format_count(one.responses), mean=f"{one.mean:.1f}")
