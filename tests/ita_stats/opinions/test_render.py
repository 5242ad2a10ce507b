"""The renderings of consultation results: the same figures in each, reproducible bytes, nothing executable."""

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pypdf
import pypdfium2
import pytest
from openapi_schema_validator import OAS31Validator

from ita_stats.opinions.json_schema import build_results_schema, parse_results, serialize_results
from ita_stats.opinions.labels import (
    build_results_notes,
    get_answer_label,
    list_question_parts,
    sanitize_link,
)
from ita_stats.opinions.model import (
    AnonymousResponse,
    AnswerKind,
    CountedQuestion,
    CountedTheme,
    ThemeDecision,
)
from ita_stats.opinions.render import RESULTS_FILE_TYPES, render_results_file
from ita_stats.opinions.render_csv import render_results_csv
from ita_stats.opinions.render_html import render_results_page
from ita_stats.opinions.render_pdf import render_results_pdf, render_results_png_pages
from ita_stats.opinions.results import PublishedResults, ResponseCounts
from ita_stats.opinions.results_builder import build_results
from ita_stats.opinions.strings import OPINION_STRINGS
from tests.ita_stats.opinions.sample_consultation import (
    HOURS_QUESTION,
    SAMPLE_CONSULTATION,
    SAMPLE_THEMES,
    TERMS,
    make_results,
)

EVIL = '=cmd|"<script>alert(1)</script>'


def make_hostile_results() -> PublishedResults:
    """Results in which every free text tries to be markup or a formula."""
    asked = replace(
        SAMPLE_CONSULTATION,
        title=EVIL,
        background=EVIL,
        link=EVIL,
        questions=(CountedQuestion("q", AnswerKind.CHOICE, EVIL, {"a": EVIL}),),
    )
    theme = CountedTheme(EVIL, 6, (EVIL,), ThemeDecision.ADOPTED, EVIL)
    return build_results(asked, [AnonymousResponse(True, {"q": "a"})] * 9, (theme,), TERMS)


def parse_csv(found: PublishedResults) -> list[list[str]]:
    return [*csv.reader(io.StringIO(render_results_csv(found).decode("utf-8-sig")))]


@pytest.mark.parametrize("number", [0, 30, 240])
def test_the_same_results_give_the_same_bytes(number: int) -> None:
    found = make_results(number)
    assert {name: render_results_file(found, name) for name in RESULTS_FILE_TYPES} == {
        name: render_results_file(found, name) for name in RESULTS_FILE_TYPES
    }


def test_another_name_is_no_form() -> None:
    with pytest.raises(KeyError):
        render_results_file(make_results(0), "voices.csv")


@pytest.mark.parametrize("number", [0, 30, 240])
def test_json_is_what_its_schema_says_and_can_be_read_again(number: int) -> None:
    found = make_results(number)
    text = serialize_results(found)
    OAS31Validator(json.loads(build_results_schema())).validate(json.loads(text))
    assert parse_results(text) == found


def test_json_of_others_is_refused() -> None:
    told = json.loads(serialize_results(make_results()))
    told["voices_one_by_one"] = []
    with pytest.raises(ValueError, match="voices_one_by_one"):
        parse_results(json.dumps(told).encode())


def test_csv_has_every_figure_and_one_width() -> None:
    found = make_results()
    told = parse_csv(found)
    assert render_results_csv(found).startswith(b"\xef\xbb\xbf")
    assert {len(line) for line in told} == {9}
    by_answer = {(line[1], line[2], line[3]): line[4:8] for line in told}
    for question, part in list_question_parts(found):
        for row in part.rows:
            n = row.voices
            thai, english = get_answer_label(row)
            label = thai if thai == english else f"{thai} / {english}"
            cells = (n.all, row.percent, n.account, n.web)
            assert by_answer[question.title, part.label, label] == [
                "–" if cell is None else str(cell) for cell in cells
            ]
    assert any("ทำที่จอดรถ 6 คันหน้าอาคาร 1" in line for line in told)


def test_no_cell_is_a_formula() -> None:
    assert not [
        cell
        for line in parse_csv(make_hostile_results())
        for cell in line
        if cell.startswith(("=", "+", "@"))
    ]


class ParsedPage(HTMLParser):
    """The text of a page, and its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words, self.tags = list[str](), list[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_says_what_is_shown_and_in_both_languages() -> None:
    found = make_results()
    thai, english = (
        ParsedPage(render_results_page(found)),
        ParsedPage(render_results_page(found, "en")),
    )
    assert "20 (8.6%)" in thai.words
    assert thai.tags == english.tags
    for words in ("ท่านเสนอ – เราทำ", "ทำแล้วเมื่อ 15 มกราคม 2570", "จะทำภายใน 31 มีนาคม 2570", "172 คน"):
        assert words in " ".join(thai.words)
    for words in ("You said – we did", "Done on 15 January 2027", "Under consideration", "Agree"):
        assert words in " ".join(english.words)
    assert "script" not in thai.tags


def test_a_title_in_peoples_words_stays_words() -> None:
    assert "script" not in ParsedPage(render_results_page(make_hostile_results())).tags
    assert make_hostile_results().link == ""
    assert sanitize_link("javascript:alert(1)") == ""


@pytest.mark.parametrize("number", [0, 4])
def test_few_voices_are_not_told_by_any_form(number: int) -> None:
    found = make_results(number)
    for name in RESULTS_FILE_TYPES:
        assert render_results_file(found, name) == render_results_file(make_results(3), name)
    for form in (render_results_page(found), render_results_csv(found).decode()):
        assert "ไม่ถึง 5 คน" in form
        assert "จอดรถไกลมาก" not in form


def test_the_pdf_keeps_and_reads_aloud() -> None:
    made = render_results_pdf(make_results())
    pdf = pypdf.PdfReader(io.BytesIO(made))
    info = str(pdf.xmp_metadata and pdf.xmp_metadata.stream.get_data())
    assert "pdfaid" in info
    assert "pdfuaid" in info
    with pypdfium2.PdfDocument(io.BytesIO(made)) as sheets:
        assert [round(n) for n in sheets[0].get_size()] == [595, 842]
        text = "".join(sheet.get_textpage().get_text_bounded() for sheet in sheets)
    for words in ("K7Q2", "172", "By web page", "Done on 15 January 2027", "3.66"):
        assert words in text


def test_a_letter_that_the_typeface_lacks_does_not_stop_the_pdf() -> None:
    assert render_results_pdf(replace(make_results(9), title="ขอบคุณ 🙏 漢"))
    assert render_results_pdf(make_hostile_results())


def test_pages_can_be_looked_at() -> None:
    assert all(one.startswith(b"\x89PNG") for one in render_results_png_pages(make_results(30), 20))


def test_a_figure_that_is_not_shown_stands_in_no_form() -> None:
    """The figure of a theme of three people is in no cell, bar or line."""
    found = make_results()
    (hidden,) = [theme for theme in found.themes if theme.voices is None]
    assert SAMPLE_THEMES[2].name == hidden.name
    assert f"{hidden.name} 3" not in render_results_page(found)
    assert "ไม่แสดงจำนวนผู้เขียน" in render_results_page(found)
    (line,) = [line for line in parse_csv(found) if line[1] == hidden.name]
    assert line[2] == "–"


def test_a_side_with_a_few_voices_is_said_to_be_together() -> None:
    found = replace(make_results(), voices=ResponseCounts(240))
    assert "จึงรวมนับ ไม่แยกให้เห็น" in " ".join(note for note, _ in build_results_notes(found))
    assert "ทางหน้าเว็บ" not in re.sub("<ul>.*?</ul>", "", render_results_page(found), flags=re.DOTALL)


def test_every_kind_and_answer_has_words() -> None:
    assert OPINION_STRINGS["kind"].keys() == {kind.value for kind in AnswerKind}
    assert OPINION_STRINGS["taken"].keys() == {taken.value for taken in ThemeDecision}


def test_percentages_say_of_whom_they_are() -> None:
    asked = replace(SAMPLE_CONSULTATION, questions=(HOURS_QUESTION,))
    voices = [
        *[AnonymousResponse(True, {"hours": "now"})] * 60,
        *[AnonymousResponse(True, {"hours": "noon"})] * 38,
        *[AnonymousResponse(True, {})] * 2,
    ]
    found = build_results(asked, voices, (), TERMS)
    (part,) = found.questions[0].parts
    assert (part.answered.all, part.rows[0].percent) == (None, 60.0)
    assert "ร้อยละของผู้ให้ความเห็นทั้งหมด 100 คน" in render_results_page(found)
    assert render_results_pdf(found)
