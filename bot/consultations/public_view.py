"""What people said, as the public may know it: from what the service desk keeps to what its pages show."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from bot.bootstrap import App
from bot.consultations.queries import OPINIONS_PATH, build_results_rules
from handlers.office import Bilingual, Office, Subject
from ita_stats.calendar import day_in_bangkok
from ita_stats.opinions.feedback import FeedbackYear, PublishedTopic, build_feedback_years
from ita_stats.opinions.json_schema import parse_results, serialize_results
from ita_stats.opinions.model import AnonymousResponse, CountedConsultation, CountedFeedback, CountedTheme
from ita_stats.opinions.render_overview import OpinionOverview, OverviewLinks, partition_consultations
from ita_stats.opinions.results import PublishedResults
from ita_stats.opinions.results_builder import ResultsRules, build_results, update_office_answers
from storage.store import Store


class OpinionSource(Protocol):
    """What the desk knows of public opinion."""

    async def list_consultations(self) -> Sequence[CountedConsultation]:
        """All that were ever announced."""

    async def find_results(self, code: str) -> PublishedResults | None:
        """The results that were published of a consultation, as they were counted then; None where none were.

        Only the office's answers to its themes are those of now.
        """

    async def find_background_pdf(self, code: str) -> bytes | None:
        """The PDF that a consultation came with; None where none did."""

    async def list_feedback(self) -> Sequence[CountedFeedback]:
        """All standing opinions, those among them of which only these words are left."""


class EmptyOpinionSource:
    """A desk that has asked nobody yet."""

    async def list_consultations(self) -> Sequence[CountedConsultation]:
        return ()

    async def find_results(self, _: str) -> PublishedResults | None:
        return None

    async def find_background_pdf(self, _: str) -> bytes | None:
        return None

    async def list_feedback(self) -> Sequence[CountedFeedback]:
        return ()


def build_public_opinion(house: App) -> "PublicOpinion":
    """What the service desk of a house may tell."""
    store = house.desks["service"].store
    topics = tuple(
        PublishedTopic(one.code, one.name.th, one.name.en or one.name.th)
        for one in (*house.office.topics, GENERAL_TOPIC)
    )
    return PublicOpinion(StoreOpinionSource(store), house.office, lambda: store.statistics_salt, topics)


GENERAL_TOPIC = Subject(code="general", name=Bilingual(th="ความคิดเห็นทั่วไป", en="General"))
"""Where an office names no topics."""


@dataclass(frozen=True)
class StoreOpinionSource:
    """What the desk has in its database."""

    store: Store

    async def list_consultations(self) -> Sequence[CountedConsultation]:
        """All that were ever announced."""
        return await self.store.consultation_statistics.load_consultations()

    async def find_results(self, code: str) -> PublishedResults | None:
        """What was published, with the office's answers as they are now."""
        kept = await self.store.consultation_statistics.load_result(code)
        return (
            decode_results(kept, await self.store.consultation_statistics.load_themes(code))
            if kept is not None
            else None
        )

    async def find_background_pdf(self, code: str) -> bytes | None:
        """As it was announced."""
        return await self.store.consultation_statistics.load_background_pdf(code)

    async def list_feedback(self) -> Sequence[CountedFeedback]:
        """What is counted of all."""
        return await self.store.consultation_statistics.load_feedback()


def build_results_json(
    consultation: CountedConsultation,
    voices: Iterable[AnonymousResponse],
    themes: Sequence[CountedTheme],
    terms: ResultsRules,
) -> bytes:
    """What is kept of a consultation when its results are published: counted once, as the JSON that is published."""
    return serialize_results(build_results(consultation, voices, themes, terms))


def decode_results(kept: bytes, themes: Sequence[CountedTheme]) -> PublishedResults:
    """What was kept of a consultation, with what the office answers to its themes by now."""
    return update_office_answers(parse_results(kept), themes)


def build_opinion_links(address: str = "") -> OverviewLinks:
    """Where one takes part and reads on. address: of the site, for who stands elsewhere; empty on the site itself."""
    return OverviewLinks(f"{address}/opinion?c={{code}}", f"{address}/opinion", OPINIONS_PATH + "/{code}")


@dataclass
class PublicOpinion:
    """Reads what the public may know. topics: as office.toml names them; salt: gives a secret of the desk."""

    source: OpinionSource
    office: Office
    get_salt: Callable[[], bytes]
    topics: Sequence[PublishedTopic] = ()
    _feedback_years: dict[date, tuple[FeedbackYear, ...]] = field(default_factory=dict)

    async def load_overview(self, now: datetime) -> OpinionOverview:
        """Everything, at an instant (UTC)."""
        known = await self.source.list_consultations()
        found = [
            results for one in known if (results := await self.source.find_results(one.code)) is not None
        ]
        terms = build_results_rules(self.office, self.get_salt())
        today = day_in_bangkok(now)
        running, waiting, closed = partition_consultations(known, found, now)
        years = await self._count_feedback(today)
        return OpinionOverview(terms.office_th, terms.office_en, today, running, waiting, closed, years)

    async def find_consultation(self, code: str) -> CountedConsultation | None:
        """A consultation that is known by a code."""
        return next((one for one in await self.source.list_consultations() if one.code == code), None)

    async def _count_feedback(self, today: date) -> tuple[FeedbackYear, ...]:
        """The standing opinions: only months that are over are counted, so a day's figures do not change."""
        if today not in self._feedback_years:
            said = await self.source.list_feedback()
            least = self.office.statistics.hide_below
            found = await asyncio.to_thread(
                build_feedback_years, said, self.topics, today, least, self.get_salt()
            )
            self._feedback_years = {today: found}
        return self._feedback_years[today]
