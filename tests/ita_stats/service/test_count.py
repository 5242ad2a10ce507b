"""The service desk's figures: counted as a person would, blank where not reached, small numbers protected."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.statistics.tables import format_tables
from handlers.workdays import count_workdays
from ita_stats.cases.model import DaysToClose, ReleaseInfo, StatisticsTables
from ita_stats.disclosure.spans import SETTLING_TIME
from ita_stats.opinions.feedback import PublishedTopic, build_feedback_years
from ita_stats.opinions.model import CountedFeedback
from ita_stats.period import parse_period
from ita_stats.render import RELEASE_FILE_TYPES, render_release_files
from ita_stats.render.json_schema import StatisticsJson
from ita_stats.render.json_text import parse_statistics
from ita_stats.service.count import ServiceRules, count_service_tables, select_service_figures
from ita_stats.service.model import (
    ConsultationCount,
    CountedThread,
    QuestionStep,
    ServiceFigures,
    TopicCount,
)
from tests.properties import examples

RULES = ServiceRules("สำนักงาน", "Office", 15, 5, count_workdays)
START, END = date(2025, 10, 1), date(2026, 9, 30)
SETTLED = END + SETTLING_TIME
TOPICS = (PublishedTopic("counter", "การให้บริการ", "Service"), PublishedTopic("web", "เว็บไซต์", "Website"))
FIGURES = ServiceFigures(
    (TopicCount("counter", "การให้บริการ <b>", "Service", "2568-10", "2568-12", 12, 4.2),
     TopicCount("web", "=1+1", "Website", "2568-10", "2568-12", None, None)),
    (ConsultationCount("AB12CD", "ย้ายเวลาเปิด @x", date(2026, 2, 1), 40),),
)  # fmt: skip


def count(
    threads: list[CountedThread],
    text: str = "fy2569",
    as_of: date = SETTLED,
    figures: ServiceFigures = FIGURES,
) -> StatisticsTables:
    return count_service_tables(threads, RULES, parse_period(text, as_of), as_of, "month", figures)


def ask(day: int, *answers: int, more: tuple[int, ...] = (), closed: int | None = None) -> CountedThread:
    """A question of a day after the year's first, and the days after it on which it was answered or asked further."""
    on = START + timedelta(days=day)
    steps = [(d, QuestionStep.ANSWERED) for d in answers] + [(d, QuestionStep.ASKED) for d in more]
    steps += [] if closed is None else [(closed, QuestionStep.CLOSED)]
    return CountedThread(
        ((on, QuestionStep.ASKED), *((on + timedelta(days=d), step) for d, step in sorted(steps)))
    )


@st.composite
def threads(draw: Callable[..., Any]) -> CountedThread:
    """Any question of the year or of the one before."""
    on = START + timedelta(days=draw(st.integers(-200, 360)))
    days = sorted(draw(st.lists(st.integers(0, 60), max_size=3)))
    steps = [(on + timedelta(days=day), draw(st.sampled_from(QuestionStep))) for day in days]
    return CountedThread(((on, QuestionStep.ASKED), *steps))


@examples(60)
@given(st.lists(threads(), max_size=12), st.dates(date(2025, 11, 1), date(2026, 12, 1)))
def test_the_figures_are_those_of_a_count_by_hand(found: list[CountedThread], as_of: date) -> None:
    tables = count(found, as_of=as_of)
    inside = [t for t in found if START <= t.steps[0][0] <= min(END, as_of)]
    waiting = answered = closed = 0
    for thread in inside:
        known = [str(step) for on, step in thread.steps if on <= as_of]
        waiting += known[-1] == "asked"
        answered += known[-1] != "asked" and "answered" in known
        closed += known[-1] == "closed" and "answered" not in known
    assert tables.total.cells == (len(inside), answered, waiting, closed)
    for row in tables.rows:
        own = [t for t in inside if f"{t.steps[0][0].year + 543}-{t.steps[0][0].month:02}" in row.months]
        assert row.figures.received == (len(own) if row.reached else None)
    day = min(as_of, SETTLED)
    firsts = [
        (t.steps[0][0], [on for on, step in t.steps if step == "answered" and on <= day]) for t in inside
    ]
    took = [count_workdays(on, answers[0]) for on, answers in firsts if answers]
    is_told = len(took) >= 10 and as_of >= SETTLED
    assert tables.days.median == (median(took) if is_told else None)
    assert tables.days.within_deadline is None or is_told
    assert tables.days.protected or is_told or not took
    assert (tables.statement is None) == bool(inside)


def test_a_further_question_waits_again_and_a_past_day_can_be_asked_again() -> None:
    thread = ask(0, 5, more=(20,))
    assert count([thread], as_of=START + timedelta(days=3)).total.cells == (1, 0, 1, 0)
    assert count([thread], as_of=START + timedelta(days=10)).total.cells == (1, 1, 0, 0)
    assert count([thread], as_of=START + timedelta(days=25)).total.cells == (1, 0, 1, 0)
    assert count([ask(0, closed=2)]).total.cells == (1, 0, 0, 1)
    reopened = ask(0, closed=2, more=(20,))
    assert count([reopened], as_of=START + timedelta(days=10)).total.cells == (1, 0, 0, 1)
    assert count([reopened], as_of=START + timedelta(days=25)).total.cells == (1, 0, 1, 0)


def test_how_long_answers_took_is_told_once_when_the_period_is_over() -> None:
    answered = [*(ask(at, 30) for at in range(6)), *(ask(at, 1) for at in range(40, 46))]
    months = [END - timedelta(days=60), END, SETTLED - timedelta(days=1)]
    early = [count(answered, as_of=as_of) for as_of in months]
    assert {(found.days.median, found.days.within_deadline) for found in early} == {(None, None)}
    assert all(any("31" in note.th for note in found.notes) for found in early)
    told = count(answered).days
    assert (told.median is not None, told.within_deadline, told.protected) == (True, 0.5, False)


def test_what_is_answered_later_changes_no_days_that_were_told() -> None:
    answered = [*(ask(at, 30) for at in range(6)), *(ask(at, 1) for at in range(40, 46))]
    late = [ask(300, 200) for _ in range(9)]
    first, later = count([*answered, *late]), count([*answered, *late], as_of=SETTLED + timedelta(days=200))
    assert later.total.done == (first.total.done or 0) + 9
    assert later.days == first.days
    assert first.days.median is not None


@pytest.mark.parametrize("code", ["2568-10", "2569Q1", "2569H1", "cy2569", "2568-10..2569-09"])
def test_periods_that_overlap_a_fiscal_year_tell_no_days(code: str) -> None:
    answered = [*(ask(at, 30) for at in range(6)), *(ask(at, 1) for at in range(10, 16))]
    answered += [ask(at, 20) for at in range(100, 120)]
    found = count(answered, code, as_of=SETTLED + timedelta(days=400))
    assert (found.days.median, found.days.within_deadline, found.days.protected) == (None, None, True)
    assert any("ทั้งปีงบประมาณ" in note.th for note in found.notes)


def test_shares_of_a_few_are_not_shown() -> None:
    late = [ask(at, 30) for at in range(4)]
    soon = [ask(at, 1) for at in range(40, 50)]
    assert count([*late, *soon[:5]]).days == DaysToClose(None, None, 15, protected=True)
    mixed = count([*late, *soon]).days
    assert (mixed.within_deadline, mixed.protected) == (None, True)
    assert count([*soon, *soon]).days.within_deadline is None  # none late
    clear = count([*late, ask(5, 30), *soon]).days
    assert (clear.within_deadline, clear.protected) == (round(10 / 15, 4), False)


def test_no_questions_and_months_that_have_not_come() -> None:
    begun = count([], as_of=date(2026, 1, 31))
    assert begun.statement == "ไม่มีคำถามจากประชาชน ตั้งแต่วันที่ 1 ตุลาคม 2568 ถึงวันที่ 31 มกราคม 2569"
    assert [row.reached for row in begun.rows] == [True] * 4 + [False] * 8
    assert "ร้องเรียน" not in (count([]).statement or "")


def test_opinions_are_those_that_are_published_of_the_period() -> None:
    given_feedback = [CountedFeedback("2568-11", "counter", 4)] * 12 + [
        CountedFeedback("2568-12", "web", 2)
    ] * 3
    years = build_feedback_years(given_feedback, TOPICS, END + timedelta(days=1), 5, b"salt")
    found = select_service_figures(years, (), parse_period("fy2569", END), END).opinions
    assert [(one.code, one.responses) for one in found] == [
        (topic.code, figures.responses) for year in years for span in year.spans
        for topic, figures in zip(year.topics, span.topics, strict=True)
    ]  # fmt: skip
    assert found[1].responses is None
    early = date(2025, 12, 30)
    assert select_service_figures(years, (), parse_period("fy2569", early), early).opinions == ()
    assert select_service_figures(years, (), parse_period("fy2568", END), END).opinions == ()


def test_the_same_files_are_made_and_say_what_the_desk_counts() -> None:
    tables = count([ask(at, 3) for at in range(20)] + [ask(25)], as_of=date(2026, 6, 30))
    files = dict(render_release_files(tables, ReleaseInfo(3)))
    assert files.keys() == RELEASE_FILE_TYPES.keys()
    found = json.loads(files["statistics.json"])
    StatisticsJson.model_validate(found)
    assert (found["desk"], found["categories"]) == ("service", [])
    expected = {"asked": 21, "answered": 20, "waiting": 1, "closed_without_answer": 0, "deadline_days": 15}
    assert {name: found["service"][name] for name in expected} == expected
    assert [one["responses"] for one in found["service"]["opinions"]] == [12, None]
    assert parse_statistics(files["statistics.json"]).service is not None
    page = files["statistics.html"].decode()
    for words in ("คำถามที่ได้รับ", "ตอบแล้ว", "รอคำตอบ", "ยังไม่ถึงกำหนด", "ความคิดเห็นแยกตามเรื่อง", "&lt;b&gt;"):
        assert words in page
    assert "ร้องเรียน" not in page
    lines = [line for line in csv.reader(io.StringIO(files["statistics.csv"].decode("utf-8-sig"))) if line]
    assert [line[2] for line in lines if line[0].startswith("การให้บริการ")] == ["12"]
    assert any(line[0].startswith("'=1+1") for line in lines)
    book = load_workbook(io.BytesIO(files["statistics.xlsx"]))
    cells = [cell.value for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {21, 20, 12, 40} <= set(cells)
    with pikepdf.open(io.BytesIO(files["statistics.pdf"])) as report:
        assert len(report.pages) >= 2


@pytest.mark.parametrize("form", ["table", "csv"])
def test_the_command_prints_it(form: str) -> None:
    printed = format_tables(count([ask(at, 3) for at in range(20)]), form)  # type: ignore[arg-type]
    assert "20" in printed
    assert "–" in printed
    assert "ร้องเรียน" not in printed
