"""Tables with the office's real words, as the formats print them."""

from datetime import date

from ita_stats import period
from ita_stats import strings as words
from ita_stats.cases import tables as figures
from ita_stats.cases import timeline as course
from ita_stats.cases.count import CodeLabel, CountingRules
from ita_stats.cases.model import ReleaseInfo, StatisticsTables
from ita_stats.render.document import StatisticsDocument, document
from tests.ita_stats.registers import OCTOBER, OUTCOMES, SOURCES, year

YEAR_END = date(2026, 9, 30)
TERMS = CountingRules(
    "สำนักงานศึกษาธิการจังหวัดเชียงใหม่",
    "Chiang Mai Provincial Education Office",
    "complaints",
    (
        CodeLabel("corruption", "ทุจริตต่อหน้าที่ (เรียกรับเงิน)", "Corruption"),
        CodeLabel("misconduct", "ประพฤติมิชอบ", "Misconduct"),
        CodeLabel("other", "ผู้ใหญ่ที่ดูแลน้ำป้าญาติ", "Others"),
    ),
    tuple(CodeLabel(code, *words.pair("source", code)) for code in SOURCES),
    tuple(CodeLabel(code, *words.pair("outcome", code)) for code in OUTCOMES),
    deadline=15,
)


def tables(cases: int = 180, text: str = "fy2569", as_of: date = YEAR_END) -> StatisticsTables:
    """The protected tables of a year with so many cases."""
    wish = figures.wish(period.parsed(text, as_of), as_of, "month", [])
    facts = year(7, cases)
    assert all(fact.effective >= OCTOBER for fact in facts)
    return figures.protected(course.courses(facts, wish.days), TERMS, wish, b"a salt")


def printed(cases: int = 180, issue: ReleaseInfo | None = None) -> StatisticsDocument:
    """The document of such tables."""
    return document(tables(cases), issue or ReleaseInfo())
