"""The annual report: both desks' published figures, what is missing said, and nothing else."""

from datetime import UTC, date, datetime

from bot.papers.annual import AnnualFigures, AnnualReport, build_annual_paper
from bot.papers.annual_command import write_annual_report
from bot.papers.paper import PaperTable, Paragraph, render_paper
from bot.papers.participation import select_participation_year
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
