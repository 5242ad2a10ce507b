"""Tables with the office's real words, as the formats print them."""

from datetime import date

from ita_stats import course, figures, period, words
from ita_stats.count import Named, Terms
from ita_stats.grid import Document, document
from ita_stats.table import Issue, Tables
from tests.ita_stats.registers import OCTOBER, OUTCOMES, SOURCES, year

YEAR_END = date(2026, 9, 30)
TERMS = Terms(
    "สำนักงานศึกษาธิการจังหวัดเชียงใหม่",
    "Chiang Mai Provincial Education Office",
    "complaints",
    (
        Named("corruption", "ทุจริตต่อหน้าที่ (เรียกรับเงิน)", "Corruption"),
        Named("misconduct", "ประพฤติมิชอบ", "Misconduct"),
        Named("other", "ผู้ใหญ่ที่ดูแลน้ำป้าญาติ", "Others"),
    ),
    tuple(Named(code, *words.pair("source", code)) for code in SOURCES),
    tuple(Named(code, *words.pair("outcome", code)) for code in OUTCOMES),
    deadline=15,
)


def tables(cases: int = 180, text: str = "fy2569", as_of: date = YEAR_END) -> Tables:
    """The protected tables of a year with so many cases."""
    wish = figures.wish(period.parsed(text, as_of), as_of, "month", [])
    facts = year(7, cases)
    assert all(fact.effective >= OCTOBER for fact in facts)
    return figures.protected(course.courses(facts, wish.days), TERMS, wish, b"a salt")


def printed(cases: int = 180, issue: Issue | None = None) -> Document:
    """The document of such tables."""
    return document(tables(cases), issue or Issue())
