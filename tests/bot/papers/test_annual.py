"""The annual report: both desks' published figures, what is missing said, and nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.papers.annual import AnnualFigures, AnnualReport, build_annual_paper
from bot.papers.annual_command import write_annual_report
from bot.papers.paper import PaperTable, Paragraph, render_paper
from bot.papers.participation import select_participation_year
from ita_stats.cases.model import Breakdown, SplitsOrigin, StatusCounts, ToldMeasures
from ita_stats.disclosure.spans import SplitSpan
from tests.in_memory_desk import OFFICE
from tests.ita_stats.render.sample_documents import make_protected_tables

TODAY = date(2026, 11, 30)
NOTHING = select_participation_year((), (), 2569, TODAY)


def test_the_published_figures_of_the_year_stand_in_it_and_no_split() -> None:
    tables = make_protected_tables(40)
    report = AnnualReport(2569, {"complaints": AnnualFigures("12/2569", tables)}, NOTHING)
    paper = build_annual_paper(OFFICE, report)
    (table,) = (one for one in paper.blocks if isinstance(one, PaperTable))
    assert len(table.rows) == 12 + 1
    assert table.rows[-1][1:] == tuple(str(cell) for cell in tables.total.cells)
    said = str(paper.blocks)
    assert tables.categories[0].name_th not in said
    assert paper.signatory == OFFICE.head.th
    assert Paragraph("ยังไม่มีสถิติของปีนี้ที่เผยแพร่") in paper.blocks  # the service desk
    assert render_paper(paper, "th", datetime(2026, 11, 30, tzinfo=UTC)).startswith(b"%PDF")
    assert write_annual_report.__doc__


def test_how_well_the_office_worked_stands_in_it_as_published() -> None:
    def lines(**cases: int | None) -> tuple[Breakdown, ...]:
        return tuple(
            Breakdown(code, code, code, StatusCounts(n, None, None, None)) for code, n in cases.items()
        )

    told = ToldMeasures(
        15, lines(in_time=20, later=22), (4, 7), lines(back=None, not_back=None), lines(good=9, rest=5)
    )
    span = SplitSpan(2568, 3)
    tables = replace(
        make_protected_tables(40), measures=told, splits=SplitsOrigin(span.period, span.settling_day)
    )
    report = AnnualReport(2569, {"complaints": AnnualFigures("12/2569", tables)}, NOTHING)
    paper = build_annual_paper(OFFICE, report)
    _, answers, days, satisfied = (one for one in paper.blocks if isinstance(one, PaperTable))
    assert answers.rows == (("in_time", "20"), ("later", "22"), ("รวม", "42"))
    assert days.rows == (("ค่ามัธยฐาน", "4-7 วัน"),)
    assert satisfied.rows == (("good", "9"), ("rest", "5"), ("รวม", "14"))
    assert render_paper(paper, "th", datetime(2026, 11, 30, tzinfo=UTC)).startswith(b"%PDF")
