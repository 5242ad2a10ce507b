"""Spans follow each other without gap or overlap, and are chosen by the year before alone."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ita_stats.disclosure.spans import SplitSpan, get_block_start, list_spans
from tests.properties import examples


def list_codes(start: int, last_year: int, counts: dict[int, int]) -> list[str]:
    """The codes of the spans of an office that received so many cases a year."""
    return [span.period.code for span in list_spans(start, last_year, lambda year: counts.get(year, 0))]


@pytest.mark.parametrize(
    ("counts", "codes"),
    [
        ({}, ["fy2568..2570", "fy2571..2573"]),
        ({2567: 60}, ["fy2568", "fy2569..2571"]),
        ({2567: 59}, ["fy2568..2570", "fy2571..2573"]),
        ({2568: 500, 2569: 500}, ["fy2568..2570", "fy2571..2573"]),  # a block that has begun stays
        ({2570: 60, 2571: 60}, ["fy2568..2570", "fy2571"]),
        (dict.fromkeys(range(2567, 2572), 60), ["fy2568", "fy2569", "fy2570", "fy2571"]),
    ],
)
def test_a_year_stands_alone_after_a_year_of_sixty(counts: dict[int, int], codes: list[str]) -> None:
    assert list_codes(2568, 2571, counts) == codes


@examples(100)
@given(st.dictionaries(st.integers(2560, 2600), st.sampled_from([0, 59, 60, 200])))
def test_spans_neither_overlap_nor_leave_a_day_out(counts: dict[int, int]) -> None:
    spans = list(list_spans(2560, 2600, lambda year: counts.get(year, 0)))
    for one, following in pairwise(spans):
        assert following.first == one.last + timedelta(1)
    assert spans[-1].last_year >= 2600
    for last_year in range(2560, 2600):  # what is decided later changes nothing that was decided before
        known = {year: n for year, n in counts.items() if year < last_year}
        before = list(list_spans(2560, last_year, lambda year, known=known: known.get(year, 0)))  # type: ignore[misc]
        assert before == spans[: len(before)]


def test_a_span_settles_31_days_after_its_last() -> None:
    span = SplitSpan(2568, 3)
    assert (span.first, span.last) == (date(2024, 10, 1), date(2027, 9, 30))
    assert span.settling_day == date(2027, 10, 31)
    assert span.period.label_th == "ปีงบประมาณ พ.ศ. 2568-2570 (1 ตุลาคม 2567 - 30 กันยายน 2570)"
    assert SplitSpan(2569, 1).period.label_en == "Fiscal year 2569 (1 October 2025 - 30 September 2026)"
    assert [get_block_start(year) for year in (2567, 2568, 2570, 2571)] == [2565, 2568, 2568, 2571]
