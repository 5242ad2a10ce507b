"""Statistics of the service desk: its questions counted, with opinions and consultations as they are published."""

import asyncio
from datetime import timedelta

from bot.consultations.public_view import StoreOpinionSource, list_published_topics
from handlers.office import Office
from handlers.workdays import count_workdays
from ita_stats.cases.model import StatisticsTables
from ita_stats.cases.tables import TableRequest
from ita_stats.opinions.feedback import build_feedback_years
from ita_stats.service.count import ServiceRules, count_service_tables, select_service_figures
from storage.store import Store


def build_service_rules(office: Office) -> ServiceRules:
    """Build the counting rules from office.toml."""
    return ServiceRules(
        office.name.th,
        office.name.en or office.name.th,
        office.deadlines.first_answer_days,
        office.statistics.hide_below,
        lambda start, end: count_workdays(start, end, office.deadlines.days_off),
    )


async def count_service_desk_tables(store: Store, office: Office, request: TableRequest) -> StatisticsTables:
    """Count the tables of the service desk, which hold nothing for officers only."""
    source, period = StoreOpinionSource(store), request.period
    threads = await store.load_counted_threads()
    feedback = await source.list_feedback()
    years = await asyncio.to_thread(
        build_feedback_years,
        feedback,
        list_published_topics(office),
        request.as_of + timedelta(days=1),
        office.statistics.hide_below,
        store.statistics_salt,
    )
    consultations = await source.list_consultations()
    results = [found for one in consultations if (found := await source.find_results(one.code)) is not None]
    figures = select_service_figures(years, results, period, request.as_of)
    rules = build_service_rules(office)
    return count_service_tables(threads, rules, period, request.as_of, request.layout, figures)
