"""Query handlers about consultations: their public links, and their results for an officer who wants to publish."""

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
"""File name of the background PDF that the office gives with a consultation."""


def build_results_rules(office: Office, salt: bytes) -> ResultsRules:
    """Build the rules of disclosure control from office.toml. salt: a secret of the desk."""
    names = office.name.th, office.name.en or office.name.th
    return ResultsRules(*names, salt, office.statistics.hide_below)


def build_consultation_links(office: Office, address: str, code: str) -> ConsultationLinks:
    """Return the links to a consultation: web page and Telegram. address: URL of the desk's site, or empty."""
    page = f"{address.rstrip('/')}/opinion?c={code}" if address else ""
    bot = office.chats.service.telegram
    return ConsultationLinks(page, f"{bot}?start=c-{code}" if bot else "")


def make_links_handler(
    office: Office, address: str
) -> Callable[[GetConsultationLinks, datetime], Awaitable[ConsultationLinks]]:
    """Make the handler of `GetConsultationLinks`. address: URL of the desk's site, or empty."""

    async def find_links(query: GetConsultationLinks, _now: datetime) -> ConsultationLinks:
        return build_consultation_links(office, address, query.code)

    return find_links


def make_result_handler(
    store: Store, office: Office, address: str
) -> Callable[[GetConsultationResult, datetime], Awaitable[ConsultationResult | None]]:
    """Make the handler of `GetConsultationResult`, which counts a closed consultation in threads, in batches.

    address: URL of the desk's site, or empty.
    """

    async def count_result(query: GetConsultationResult, now: datetime) -> ConsultationResult | None:
        by_code = {item.code: item for item in await store.consultation_statistics.load_consultations()}
        consultation = await store.answer_query(FindConsultation(query.code), now)
        if consultation is None or consultation.phase is not ConsultationPhase.CLOSED:
            return None
        counter, response_count = ResponseCounter(by_code[query.code]), 0
        async for responses in store.consultation_statistics.stream_responses(query.code):
            response_count += len(responses)
            await asyncio.to_thread(counter.add, responses)
        themes = await store.consultation_statistics.load_themes(query.code)
        rules = build_results_rules(office, store.statistics_salt)
        results = await asyncio.to_thread(
            build_protected_results, by_code[query.code], counter.build_tally(), themes, rules
        )
        url = f"{address.rstrip('/')}{OPINIONS_PATH}/{query.code}" if address else ""
        return ConsultationResult(serialize_results(results), response_count, url)

    return count_result
