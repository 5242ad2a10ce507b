"""The page of all public opinion: what is open, what came of what closed, what people say of the office's work."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from ita_stats.calendar import BUDDHIST_ERA, ENGLISH_MONTHS, MONTHS, CalendarMonth, day_in_bangkok, written
from ita_stats.opinions import labels as printed
from ita_stats.opinions import render_html as page
from ita_stats.opinions.feedback import FeedbackSpan, FeedbackYear, TopicFeedback
from ita_stats.opinions.model import CountedConsultation
from ita_stats.opinions.results import PublishedResults, PublishedTheme
from ita_stats.opinions.strings import Words, pair
from ita_stats.render import sanitize as legible
from ita_stats.render.html import NamedLink

_pages = Environment(
    loader=PackageLoader("ita_stats"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


@dataclass(frozen=True, slots=True)
class OverviewLinks:
    """Where things are. join: to take part in the consultation {code}; say: to give an opinion; both empty without.

    of: the page of the consultation {code}.
    """

    join: str
    say: str
    of: str


@dataclass(frozen=True, slots=True)
class OpinionOverview:
    """The state of things on a day in Bangkok. The newest stand first."""

    office_th: str
    office_en: str
    today: date
    open: tuple[CountedConsultation, ...] = ()
    waiting: tuple[CountedConsultation, ...] = ()
    closed: tuple[PublishedResults, ...] = ()
    years: tuple[FeedbackYear, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nobody was ever asked, and nothing that was said is published yet."""
        return not (self.open or self.waiting or self.closed or self.years)

    def themes(
        self, is_wanted: Callable[[PublishedTheme], bool]
    ) -> Iterator[tuple[PublishedTheme, PublishedResults]]:
        """Themes of all results, with the results that they are of."""
        for found in self.closed:
            for theme in found.themes:
                if is_wanted(theme):
                    yield theme, found

    @property
    def promised(self) -> list[tuple[PublishedTheme, PublishedResults]]:
        """What is still to be done, the most urgent first."""
        return sorted(self.themes(lambda one: one.is_promised), key=lambda two: two[0].by or date.max)

    @property
    def kept(self) -> list[tuple[PublishedTheme, PublishedResults]]:
        """What was done, the newest first."""
        done = self.themes(lambda one: one.done is not None)
        return sorted(done, key=lambda two: two[0].done or date.min, reverse=True)


def sorted_out(
    consultations: Sequence[CountedConsultation], results: Sequence[PublishedResults], now: datetime
) -> tuple[tuple[CountedConsultation, ...], tuple[CountedConsultation, ...], tuple[PublishedResults, ...]]:
    """What is open at an instant, what is closed and waits for its results, and the results; the newest first."""
    counted = {one.code for one in results}
    known = sorted(consultations, key=lambda one: (one.closes, one.code), reverse=True)
    running = tuple(one for one in known if one.opens <= now < one.closes and one.code not in counted)
    waiting = tuple(one for one in known if one.closes <= now and one.code not in counted)
    return running, waiting, tuple(sorted(results, key=lambda one: (one.closes, one.code), reverse=True))


def fragment(found: OpinionOverview, ways: OverviewLinks, lang: str = "th") -> str:
    """One <article>."""
    which = 1 if lang == "en" else 0

    def say(name: str, **filled: object) -> str:
        return pair("list", name, **filled)[which]

    return _pages.get_template("opinions.html").render(
        found=found,
        lang=lang,
        which=which,
        ways=ways,
        say=say,
        text=legible.text,
        number=printed.number,
        taken=lambda theme: printed.taken(theme)[which],
        period=lambda one: printed.period(one)[which],
        until=lambda one: _until(one)[which],
        due=lambda theme: _due(theme, found.today)[which],
        done=lambda theme: (printed.when(theme) or ("", ""))[which],
        span=lambda one: _span(one)[which],
        year=lambda one: _year(one)[which],
        said=lambda one: _said(one)[which],
        note=pair("note", "standing")[which],
        topic=pair("heading", "topic")[which],
    )


def announced(one: CountedConsultation, ways: OverviewLinks, lang: str, is_open: bool) -> str:
    """One <article> on a consultation without results: how to take part, or that they are being put together."""
    which = 1 if lang == "en" else 0
    return _pages.get_template("opinion_announced.html").render(
        one=one,
        lang=lang,
        ways=ways,
        is_open=is_open,
        say=lambda name: pair("list", name)[which],
        text=legible.text,
        document=pair("heading", "link")[which],
        link=printed.address(one.link),
        period=lambda one: printed.period(one)[which],
        until=lambda one: _until(one)[which],
    )


def alone(
    found: OpinionOverview, ways: OverviewLinks, lang: str = "th", other: NamedLink | None = None
) -> str:
    """The whole page, as a file."""
    title = f"{pair('list', 'title')[lang == 'en']} {(found.office_th, found.office_en)[lang == 'en']}"
    return page.alone(title, fragment(found, ways, lang), lang, other)


def _until(one: CountedConsultation) -> Words:
    day = day_in_bangkok(one.closes)
    return pair("list", "until", day_th=written(day), day_en=written(day, "en"))


def _due(theme: PublishedTheme, today: date) -> Words:
    """By when a promise is to be kept, and whether that day has passed."""
    words = printed.when(theme) or pair("list", "undated")
    if theme.by is None or theme.by >= today:
        return words
    late = pair("list", "late")
    return f"{words[0]} ({late[0]})", f"{words[1]} ({late[1]})"


def _year(one: FeedbackYear) -> Words:
    last = one.year - BUDDHIST_ERA
    return pair("list", "standing", year=one.year, from_year=last - 1, to_year=last)


def _span(one: FeedbackSpan) -> Words:
    (first_th, first_en), (last_th, last_en) = _month(one.first), _month(one.last)
    return pair("list", "span", from_th=first_th, to_th=last_th, from_en=first_en, to_en=last_en)


def _month(one: CalendarMonth) -> Words:
    return f"{MONTHS[one.number - 1]} {one.buddhist}", f"{ENGLISH_MONTHS[one.number - 1]} {one.year}"


def _said(one: TopicFeedback) -> Words:
    if one.voices is None:
        return printed.number(None), printed.number(None)
    if one.mean is None:
        return pair("list", "figures", count=printed.number(one.voices))
    return pair("list", "figures_mean", count=printed.number(one.voices), mean=f"{one.mean:.1f}")
