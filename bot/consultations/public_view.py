"""Public view of consultations and feedback: from the service desk's database to what its pages show."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from bot.bootstrap import App
from bot.consultations.queries import OPINIONS_PATH, build_results_rules
from handlers.office import Bilingual, Office, Subject
from ita_stats.calendar import to_bangkok_date
from ita_stats.opinions.feedback import FeedbackYear, PublishedTopic, build_feedback_years
from ita_stats.opinions.json_schema import parse_results, serialize_results
from ita_stats.opinions.model import AnonymousResponse, CountedConsultation, CountedFeedback, CountedTheme
from ita_stats.opinions.render_overview import OpinionOverview, OverviewLinks, partition_consultations
from ita_stats.opinions.results import PublishedResults
from ita_stats.opinions.results_builder import ResultsRules, build_results, update_office_answers
from storage.store import Store


class OpinionSource(Protocol):
    """Where consultations, results and feedback come from."""

    async def list_consultations(self) -> Sequence[CountedConsultation]:
        """Return all consultations, past ones too."""

    async def find_results(self, code: str) -> PublishedResults | None:
        """Return the published results of a consultation, as counted at publication; None if there are none.

        Only the office's answers to its themes are the current ones.
        """

    async def find_background_pdf(self, code: str) -> bytes | None:
        """Return the background PDF of a consultation; None if it has none."""

    async def list_feedback(self) -> Sequence[CountedFeedback]:
        """Return all feedback, including that of which only the counted fields are left."""


class EmptyOpinionSource:
    """The source of a desk without consultations and feedback."""

    async def list_consultations(self) -> Sequence[CountedConsultation]:
        return ()

    async def find_results(self, _: str) -> PublishedResults | None:
        return None

    async def find_background_pdf(self, _: str) -> bytes | None:
        return None

    async def list_feedback(self) -> Sequence[CountedFeedback]:
        return ()


def build_public_opinion(app: App) -> "PublicOpinion":
    """Build the public view of the service desk."""
    store = app.desks["service"].store
    topics = list_published_topics(app.office)
    return PublicOpinion(StoreOpinionSource(store), app.office, lambda: store.statistics_salt, topics)


def list_published_topics(office: Office) -> tuple[PublishedTopic, ...]:
    """Return the topics of feedback, as office.toml names them."""
    return tuple(
        PublishedTopic(topic.code, topic.name.th, topic.name.en or topic.name.th)
        for topic in (*office.topics, GENERAL_TOPIC)
    )


GENERAL_TOPIC = Subject(code="general", name=Bilingual(th="ความคิดเห็นทั่วไป", en="General"))
"""The topic of feedback that has none of the office's topics."""


@dataclass(frozen=True)
class StoreOpinionSource:
    """The source that reads the desk's database."""

    store: Store

    async def list_consultations(self) -> Sequence[CountedConsultation]:
        return await self.store.consultation_statistics.load_consultations()

    async def find_results(self, code: str) -> PublishedResults | None:
        stored = await self.store.consultation_statistics.load_result(code)
        return (
            decode_results(stored, await self.store.consultation_statistics.load_themes(code))
            if stored is not None
            else None
        )

    async def find_background_pdf(self, code: str) -> bytes | None:
        return await self.store.consultation_statistics.load_background_pdf(code)

    async def list_feedback(self) -> Sequence[CountedFeedback]:
        return await self.store.consultation_statistics.load_feedback()


def build_results_json(
    consultation: CountedConsultation,
    responses: Iterable[AnonymousResponse],
    themes: Sequence[CountedTheme],
    rules: ResultsRules,
) -> bytes:
    """Count a consultation for publication. Returns the JSON that is both stored and published."""
    return serialize_results(build_results(consultation, responses, themes, rules))


def decode_results(stored: bytes, themes: Sequence[CountedTheme]) -> PublishedResults:
    """Parse stored results, with the office's current answers to the themes."""
    return update_office_answers(parse_results(stored), themes)


def build_opinion_links(address: str = "") -> OverviewLinks:
    """Return the links of the overview. address: URL of the site, for a page elsewhere; empty on the site itself."""
    return OverviewLinks(f"{address}/opinion?c={{code}}", f"{address}/opinion", OPINIONS_PATH + "/{code}")


@dataclass
class PublicOpinion:
    """Reads what the public may know. topics: of office.toml. get_salt: gives the desk's secret for disclosure control.

    Feedback is counted once a day and cached.
    """

    source: OpinionSource
    office: Office
    get_salt: Callable[[], bytes]
    topics: Sequence[PublishedTopic] = ()
    _feedback_years: dict[date, tuple[FeedbackYear, ...]] = field(default_factory=dict)

    async def load_overview(self, now: datetime) -> OpinionOverview:
        """Load consultations, results and feedback at an instant (UTC)."""
        consultations = await self.source.list_consultations()
        published = [
            results
            for consultation in consultations
            if (results := await self.source.find_results(consultation.code)) is not None
        ]
        rules = build_results_rules(self.office, self.get_salt())
        today = to_bangkok_date(now)
        running, waiting, closed = partition_consultations(consultations, published, now)
        years = await self._count_feedback(today)
        return OpinionOverview(rules.office_th, rules.office_en, today, running, waiting, closed, years)

    async def find_consultation(self, code: str) -> CountedConsultation | None:
        """Find a consultation by its code."""
        return next(
            (
                consultation
                for consultation in await self.source.list_consultations()
                if consultation.code == code
            ),
            None,
        )

    async def _count_feedback(self, today: date) -> tuple[FeedbackYear, ...]:
        """Count feedback of past months; so the figures do not change within a day."""
        if today not in self._feedback_years:
            feedback = await self.source.list_feedback()
            least = self.office.statistics.hide_below
            years = await asyncio.to_thread(
                build_feedback_years, feedback, self.topics, today, least, self.get_salt()
            )
            self._feedback_years = {today: years}
        return self._feedback_years[today]
