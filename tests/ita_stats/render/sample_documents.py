"""Sample documents with the example office's real labels."""

from datetime import date

from ita_stats.cases.count import CodeLabel, CountingRules
from ita_stats.cases.model import ReleaseInfo, StatisticsTables
from ita_stats.cases.splits import SpanRules, count_splits
from ita_stats.cases.tables import TableRequest, build_public_tables
from ita_stats.disclosure.spans import SplitSpan
from ita_stats.period import parse_period
from ita_stats.render.document import StatisticsDocument, build_statistics_document
from ita_stats.strings import get_statistics_text
from tests.ita_stats.cases.sample_facts import (
    FISCAL_YEAR_START,
    OUTCOME_LINES,
    OUTCOMES,
    SOURCE_LINES,
    SOURCES,
    count_facts,
    make_year_of_facts,
)

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
    tuple(CodeLabel(code, *get_statistics_text("source", code)) for code in SOURCES),
    tuple(CodeLabel(code, *get_statistics_text("outcome", code)) for code in OUTCOMES),
    frozenset({"forwarded"}),
    deadline_days=15,
    source_lines=SOURCE_LINES,
    outcome_lines=OUTCOME_LINES,
)


def make_protected_tables(cases: int = 180, text: str = "fy2569", as_of: date = YEAR_END) -> StatisticsTables:
    """The tables for the public of a year with a number of cases, with its splits as they are told when it is over."""
    wish = TableRequest(parse_period(text, as_of), as_of, "month")
    facts = make_year_of_facts(7, cases)
    assert all(fact.effective >= FISCAL_YEAR_START for fact in facts)
    span = SplitSpan(2569, 1)
    fixed = SpanRules(span, 20, 15, tuple(kind.code for kind in TERMS.categories), can_have_others=False)
    told = count_splits(count_facts(facts, (span.last,)), TERMS, fixed, b"")
    return build_public_tables(count_facts(facts, wish.days), TERMS, wish, told, "2/2569")


def make_document(cases: int = 180, issue: ReleaseInfo | None = None) -> StatisticsDocument:
    return build_statistics_document(make_protected_tables(cases), issue or ReleaseInfo())
