"""What people said, as the public may know it: from what the service desk keeps to what its pages show."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from bot.bootstrap import App
from bot.consultations.queries import AT, terms_of
from handlers.office import Bilingual, Office, Subject
from ita_stats.calendar import day_in_bangkok
from ita_stats.opinions import feedback as standing
from ita_stats.opinions import json_schema as published
from ita_stats.opinions import results_builder as counting
from ita_stats.opinions.feedback import FeedbackYear, PublishedTopic
from ita_stats.opinions.model import AnonymousResponse, CountedConsultation, CountedFeedback, CountedTheme
from ita_stats.opinions.render_overview import OpinionOverview, OverviewLinks, sorted_out
from ita_stats.opinions.results import PublishedResults
from ita_stats.opinions.results_builder import ResultsRules
from storage.store import Store


class OpinionSource(Protocol):
    """What the desk knows of public opinion."""

    async def consultations(self) -> Sequence[CountedConsultation]:
        """All that were ever announced."""

    async def results(self, code: str) -> PublishedResults | None:
        """The results that were published of a consultation, as they were counted then; None where none were.

        Only the office's answers to its themes are those of now.
        """

    async def paper(self, code: str) -> bytes | None:
        """The PDF that a consultation came with; None where none did."""

    async def opinions(self) -> Sequence[CountedFeedback]:
        """All standing opinions, those among them of which only these words are left."""


class EmptyOpinionSource:
    """A desk that has asked nobody yet."""

    async def consultations(self) -> Sequence[CountedConsultation]:
        """None."""
        return ()

    async def results(self, _: str) -> PublishedResults | None:
        """None."""
        return None

    async def paper(self, _: str) -> bytes | None:
        """None."""
        return None

    async def opinions(self) -> Sequence[CountedFeedback]:
        """None."""
        return ()


def hearing_at(house: App) -> "PublicOpinion":
    """What the service desk of a house may tell."""
    store = house.desks["service"].store
    topics = tuple(
        PublishedTopic(one.code, one.name.th, one.name.en or one.name.th)
        for one in (*house.office.topics, ANY)
    )
    return PublicOpinion(StoreOpinionSource(store), house.office, lambda: store.salt, topics)


ANY = Subject(code="general", name=Bilingual(th="ความคิดเห็นทั่วไป", en="General"))
"""Where an office names no topics."""


@dataclass(frozen=True)
class StoreOpinionSource:
    """What the desk has in its database."""

    store: Store

    async def consultations(self) -> Sequence[CountedConsultation]:
        """All that were ever announced."""
        return await self.store.polls.consultations()

    async def results(self, code: str) -> PublishedResults | None:
        """What was published, with the office's answers as they are now."""
        kept = await self.store.polls.result(code)
        return shown(kept, await self.store.polls.themes(code)) if kept is not None else None

    async def paper(self, code: str) -> bytes | None:
        """As it was announced."""
        return await self.store.polls.paper(code)

    async def opinions(self) -> Sequence[CountedFeedback]:
        """What is counted of all."""
        return await self.store.polls.opinions()


def closed(
    consultation: CountedConsultation,
    voices: Iterable[AnonymousResponse],
    themes: Sequence[CountedTheme],
    terms: ResultsRules,
) -> bytes:
    """What is kept of a consultation when its results are published: counted once, as the JSON that is published."""
    return published.written(counting.results(consultation, voices, themes, terms))


def shown(kept: bytes, themes: Sequence[CountedTheme]) -> PublishedResults:
    """What was kept of a consultation, with what the office answers to its themes by now."""
    return counting.renewed(published.read(kept), themes)


def ways(address: str = "") -> OverviewLinks:
    """Where one takes part and reads on. address: of the site, for who stands elsewhere; empty on the site itself."""
    return OverviewLinks(f"{address}/opinion?c={{code}}", f"{address}/opinion", AT + "/{code}")


@dataclass
class PublicOpinion:
    """Reads what the public may know. topics: as office.toml names them; salt: gives a secret of the desk."""

    heard: OpinionSource
    office: Office
    salt: Callable[[], bytes]
    topics: Sequence[PublishedTopic] = ()
    _years: dict[date, tuple[FeedbackYear, ...]] = field(default_factory=dict)

    async def overview(self, now: datetime) -> OpinionOverview:
        """Everything, at an instant (UTC)."""
        known = await self.heard.consultations()
        found = [results for one in known if (results := await self.heard.results(one.code)) is not None]
        terms = terms_of(self.office, self.salt())
        today = day_in_bangkok(now)
        running, waiting, closed = sorted_out(known, found, now)
        years = await self._standing(today)
        return OpinionOverview(terms.office_th, terms.office_en, today, running, waiting, closed, years)

    async def announced(self, code: str) -> CountedConsultation | None:
        """A consultation that is known by a code."""
        return next((one for one in await self.heard.consultations() if one.code == code), None)

    async def _standing(self, today: date) -> tuple[FeedbackYear, ...]:
        """The standing opinions: only months that are over are counted, so a day's figures do not change."""
        if today not in self._years:
            said = await self.heard.opinions()
            least = self.office.statistics.hide_below
            found = await asyncio.to_thread(standing.years, said, self.topics, today, least, self.salt())
            self._years = {today: found}
        return self._years[today]
