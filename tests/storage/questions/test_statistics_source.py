"""Questions are read for statistics as days only: asked, answered, waiting; and what was erased is still counted."""

from pathlib import Path

from bot.statistics.desk_tables import count_desk_tables, count_exact_desk_tables
from bot.statistics.service_tables import build_service_rules
from bot.statistics.splits import SplitsDesk
from handlers.thai.dates import to_bangkok_date
from ita_stats.calendar import get_fiscal_year
from ita_stats.cases.tables import TableRequest
from ita_stats.period import parse_period
from ita_stats.service.model import QuestionStep
from storage.questions.statistics_source import load_counted_threads
from tests.end_to_end.desk_harness import DeskHarness
from tests.in_memory_desk import OFFICE
from tests.storage.questions.test_store import ask_office, run_service_scenario


def test_what_was_asked_is_counted_by_its_days_and_either_desk_asks_the_same_way(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        for name in ("ก", "ข"):
            await ask_office(desk, name)
        today = to_bangkok_date(desk.now())
        async with desk.store.open_read_context() as context:
            found = await load_counted_threads(context.connection)
        assert [one.steps for one in found] == [((today, QuestionStep.ASKED),)] * 2
        assert all(one.is_waiting(today) for one in found)
        period = parse_period(f"fy{get_fiscal_year(today)}", today)
        request, running = TableRequest(period, today, "month"), SplitsDesk(desk.store, OFFICE, "service")
        public = await count_desk_tables(running, request, ())
        assert public.total.cells == (2, 0, 2, 0)
        assert await count_exact_desk_tables(running, request) == public
        assert public.days.deadline == build_service_rules(OFFICE).deadline_days

    run_service_scenario(tmp_path, scene)
