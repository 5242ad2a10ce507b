"""How people took part in a fiscal year (ITA item 29, O19 since 2569), as a page and a paper."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from bot.consultations.queries import OPINIONS_PATH
from bot.papers.paper import Heading, ItemList, Paper, PaperBlock, PaperPicture, Paragraph
from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.office import Office
from handlers.participation.messages import Activity, ActivityPicture
from handlers.thai.dates import format_date, get_fiscal_year, to_bangkok_date
from ita_stats.opinions.render_overview import OpinionOverview

PictureKey: TypeAlias = tuple[int, int]
"""The number of an activity in its year, and the place of a picture of it."""


@dataclass(frozen=True, slots=True)
class ListedConsultation:
    """A consultation of the year whose results are published. path: of its page on the site."""

    title: str
    closed_on: date
    path: str


@dataclass(frozen=True, slots=True)
class ParticipationYear:
    """What is published of a fiscal year (Buddhist). years: all years of which something is published, newest first."""

    year: int
    activities: tuple[Activity, ...]
    consultations: tuple[ListedConsultation, ...]
    years: tuple[int, ...]


def list_published_consultations(overview: OpinionOverview) -> tuple[ListedConsultation, ...]:
    """List the consultations whose results are published, as they are linked."""
    return tuple(
        ListedConsultation(one.title, to_bangkok_date(one.closes), f"{OPINIONS_PATH}/{one.code}")
        for one in overview.closed
    )


def select_participation_year(
    activities: Sequence[Activity], consultations: Sequence[ListedConsultation], year: int | None, today: date
) -> ParticipationYear:
    """Select what is shown of a year. year: None for the newest with an activity, else the current one."""
    shown = [one for one in activities if one.is_shown]
    years = {one.fiscal_year for one in shown} | {get_fiscal_year(one.closed_on) for one in consultations}
    chosen = year or max((one.fiscal_year for one in shown), default=get_fiscal_year(today))
    return ParticipationYear(
        chosen,
        tuple(one for one in shown if one.fiscal_year == chosen),
        tuple(one for one in consultations if get_fiscal_year(one.closed_on) == chosen),
        tuple(sorted(years | {chosen}, reverse=True)),
    )


def build_participation_paper(
    office: Office, found: ParticipationYear, lang: Lang, pictures: Mapping[PictureKey, bytes]
) -> Paper:
    """Build the paper of a year. pictures: of its activities, as JPEG."""
    name, year = office.name.in_lang(lang), _say(lang, "year", year=str(found.year))
    title = _say(lang, "title")
    return Paper(
        name, title, (year,), tuple(_build_blocks(found, lang, pictures)), f"{name} · {title} · {year}"
    )


def _build_blocks(
    found: ParticipationYear, lang: Lang, pictures: Mapping[PictureKey, bytes]
) -> Iterator[PaperBlock]:
    if not found.activities:
        yield Paragraph(_say(lang, "empty"))
    for one in found.activities:
        text = one.text
        yield Heading(text.title)
        kind = render_text(Phrase(f"activity.kind.{text.kind}"), lang)
        yield Paragraph(f"{kind} · {format_date(text.day, lang)}")
        yield Paragraph(_say(lang, "people", total=f"{text.total:,}"))
        yield ItemList(tuple(f"{taker.kind} {taker.count:,}" for taker in text.takers))
        yield Heading(_say(lang, "result"), is_below=True)
        for line in filter(None, text.outcome.splitlines()):
            yield Paragraph(line)
        shown = [picture for picture in one.pictures if (one.number, picture.place) in pictures]
        for picture in shown:
            content = pictures[one.number, picture.place]
            yield PaperPicture(_embed_picture(picture, content), picture.words)
        if len(shown) < len(one.pictures):
            yield Paragraph(_say(lang, "more_pictures"))
    if found.consultations:
        yield Heading(_say(lang, "consultations"))
        yield ItemList(
            tuple(f"{one.title} ({format_date(one.closed_on, lang)})" for one in found.consultations)
        )


def _embed_picture(picture: ActivityPicture, content: bytes) -> str:
    """Return an SVG that holds a picture."""
    size = f'width="{picture.width}" height="{picture.height}"'
    source = f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><image href="{source}" {size}/></svg>'


def _say(lang: Lang, key: str, **args: str) -> str:
    return render_text(Phrase(f"activity.{key}", args), lang)
