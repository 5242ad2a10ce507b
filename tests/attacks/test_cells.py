"""No cell of a file that leaves is one that a spreadsheet program runs; a file that comes back is as it was."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.importers.faq_file import FAQ_COLUMNS, format_faq_file, parse_faq
from handlers.questions.faq_messages import FaqEntry
from ita_stats.formulas import FORMULA_PREFIXES, escape_text, is_formula, unescape_text
from ita_stats.opinions import render_csv
from ita_stats.render import spreadsheet
from tests.properties import examples

HARMFUL = "cmd|' /C calc'!A0"
BEGINNINGS = [*FORMULA_PREFIXES, " =", "'=", "''+", "' @"]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_known_answers_that_citizens_asked_for(beginning: str) -> None:
    words = f"{beginning}{HARMFUL}"
    entry = FaqEntry(
        "k1", words, words, also=(words, "ขอยืมเต็นท์"), topic=words, link="https://office.example/a"
    )
    written = format_faq_file([entry], as_csv=True)
    (row,) = csv.DictReader(io.StringIO(written, newline=""))
    assert not any(is_formula(row[column]) for column in FAQ_COLUMNS)
    (read,) = parse_faq(written, "faq.csv", is_csv=True)
    assert (read.question.strip(), read.answer.strip()) == (words.strip(), words.strip())
    again = format_faq_file([read], as_csv=True)
    assert parse_faq(again, "faq.csv", is_csv=True) == (read,)


@examples(200)
@given(st.text(st.sampled_from("=+-@'＝ \t\nก1"), max_size=6))
def test_an_escaped_text_is_no_formula_and_comes_back(text: str) -> None:
    assert not is_formula(escape_text(text))
    assert unescape_text(escape_text(text)) == text


def test_statistics_and_results_go_by_the_same_rule() -> None:
    """Their files are tested whole in tests/bot/publishing/test_remarks.py and tests/ita_stats."""
    assert render_csv.escape_formula is spreadsheet.escape_formula
    for beginning in FORMULA_PREFIXES:
        assert not is_formula(str(spreadsheet.escape_formula(f"{beginning}{HARMFUL}")))
