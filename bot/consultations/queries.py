"""A consultation beside its talk: where people find it, and its voices counted for who wants to publish them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from handlers.consultations.messages import (
    ConsultationLinks,
    ConsultationPhase,
    ConsultationResult,
    FindConsultation,
    GetConsultationLinks,
    GetConsultationResult,
)
from handlers.office import Office
from ita_stats.opinions.json_schema import serialize_results
from ita_stats.opinions.results_builder import ResultsRules, build_protected_results
from ita_stats.opinions.tally import ResponseCounter
from storage.store import Store

OPINIONS_PATH = "/opinions"
BACKGROUND_PDF_FILE = "background.pdf"
"""The file of a consultation that is the office's own."""


def build_results_rules(office: Office, salt: bytes) -> ResultsRules:
    """How an office protects who answers, from its office.toml. salt: a secret of the desk."""
    names = office.name.th, office.name.en or office.name.th
    return ResultsRules(*names, salt, office.statistics.hide_below)


def build_consultation_links(office: Office, address: str, code: str) -> ConsultationLinks:
    """Where people find a consultation. address: of the desk's site, or empty."""
    page = f"{address.rstrip('/')}/opinion?c={code}" if address else ""
    bot = office.chats.service.telegram
    return ConsultationLinks(page, f"{bot}?start=c-{code}" if bot else "")


def make_links_handler(
    office: Office, address: str
) -> Callable[[GetConsultationLinks, datetime], Awaitable[ConsultationLinks]]:
    """Who tells where people find a consultation."""

    async def find_links(query: GetConsultationLinks, _now: datetime) -> ConsultationLinks:
        return build_consultation_links(office, address, query.code)

    return find_links


def make_result_handler(
    store: Store, office: Office, address: str
) -> Callable[[GetConsultationResult, datetime], Awaitable[ConsultationResult | None]]:
    """Who counts a consultation that an officer wants to publish. address: of the desk's site, or empty."""

    async def count_result(query: GetConsultationResult, now: datetime) -> ConsultationResult | None:
        known = {one.code: one for one in await store.consultation_statistics.load_consultations()}
        ballot = await store.answer_query(FindConsultation(query.code), now)
        if ballot is None or ballot.phase is not ConsultationPhase.CLOSED:
            return None
        box, many = ResponseCounter(known[query.code]), 0
        async for voices in store.consultation_statistics.stream_responses(query.code):
            many += len(voices)
            await asyncio.to_thread(box.add, voices)
        themes = await store.consultation_statistics.load_themes(query.code)
        terms = build_results_rules(office, store.statistics_salt)
        found = await asyncio.to_thread(
            build_protected_results, known[query.code], box.build_tally(), themes, terms
        )
        where = f"{address.rstrip('/')}{OPINIONS_PATH}/{query.code}" if address else ""
        return ConsultationResult(serialize_results(found), many, where)

    return count_result
