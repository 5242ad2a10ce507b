"""From responses to results: what is counted, what is suppressed, and what is added later."""

from dataclasses import asdict, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ita_stats.opinions.model import (
    AnonymousResponse,
    AnswerKind,
    CountedConsultation,
    CountedQuestion,
    CountedTheme,
    Stance,
    ThemeDecision,
)
from ita_stats.opinions.results import ResponseCounts, ScoreMeans
from ita_stats.opinions.results_builder import build_protected_results, build_results, update_office_answers
from ita_stats.opinions.tally import AccountWebCounts, ResponseCounter, count_responses
from tests.ita_stats.opinions.results_attack import SIDES, ResultsAttack
from tests.ita_stats.opinions.sample_consultation import (
    HOURS_QUESTION,
    SAMPLE_CONSULTATION,
    SAMPLE_THEMES,
    TERMS,
    make_responses,
    make_results,
)
from tests.properties import examples


def make_consultation(*asked: CountedQuestion) -> CountedConsultation:
    return replace(SAMPLE_CONSULTATION, questions=asked)


def make_question(kind: AnswerKind, *codes: str) -> CountedQuestion:
    return CountedQuestion("q", kind, "?", {code: code.upper() for code in codes})


def make_same_responses(number: int, *codes: str, account: bool = True) -> list[AnonymousResponse]:
    return [AnonymousResponse(account, {"q": ",".join(codes)})] * number


def test_it_counts_as_a_person_would() -> None:
    voices = make_responses(300)
    tally = count_responses(SAMPLE_CONSULTATION, voices)
    (hours,) = tally.lines["hours"]
    for code in HOURS_QUESTION.options:
        assert hours.cells[code] == AccountWebCounts(
            sum(v.has_account and v.answers.get("hours") == code for v in voices),
            sum(not v.has_account and v.answers.get("hours") == code for v in voices),
        )
    (doors,) = tally.lines["doors"]
    assert doors.answered.all == sum(bool(v.answers.get("doors")) for v in voices)
    assert doors.cells["line"].all == sum("line" in v.answers.get("doors", "").split(",") for v in voices)
    second = tally.lines["say"][1]
    assert second.cells["agree"].all == sum(v.answers.get("say.s2") == Stance.AGREE for v in voices)
    assert tally.lines["words"] == ()
    assert tally.responses.all == 300


def test_answers_that_were_never_offered_are_none() -> None:
    voices = [
        *make_same_responses(20, "a"),
        *make_same_responses(10, "x"),
        *make_same_responses(10, "a", "b"),
        *make_same_responses(10),
    ]
    (line,) = count_responses(make_consultation(make_question(AnswerKind.CHOICE, "a", "b")), voices).lines[
        "q"
    ]
    assert (line.cells["a"].all, line.cells["b"].all, line.answered.all) == (20, 0, 20)
    (line,) = count_responses(make_consultation(make_question(AnswerKind.CHOICES, "a", "b")), voices).lines[
        "q"
    ]
    assert (line.cells["a"].all, line.cells["b"].all, line.answered.all) == (30, 10, 30)


def test_a_scale_has_its_mean_only_where_all_of_it_is_shown() -> None:
    asked, whole = (
        make_consultation(make_question(AnswerKind.SCALE)),
        [*make_same_responses(10, "1"), *make_same_responses(30, "5", account=False)],
    )
    (part,) = build_results(asked, whole, (), TERMS).questions[0].parts
    assert part.mean == ScoreMeans(4.0, 1.0, 5.0)
    assert [row.percent for row in part.rows] == [25.0, 0.0, 0.0, 0.0, 75.0]
    (part,) = build_results(asked, [*whole, *make_same_responses(2, "3")], (), TERMS).questions[0].parts
    assert part.mean == ScoreMeans()
    assert part.rows[4].percent == 71.4
    assert part.has_hidden


@pytest.mark.parametrize("number", [0, 1, 4])
def test_of_fewer_than_five_only_this_is_told(number: int) -> None:
    found = make_results(number)
    assert (found.voices, found.questions, found.themes) == (None, (), ())
    assert found == make_results(0)


def test_a_mere_few_by_the_web_are_not_told_apart() -> None:
    asked = make_consultation(make_question(AnswerKind.CHOICE, "a", "b"))
    found = build_results(
        asked,
        [
            *make_same_responses(30, "a"),
            *make_same_responses(20, "b"),
            *make_same_responses(4, "b", account=False),
        ],
        (),
        TERMS,
    )
    assert found.voices == ResponseCounts(54)
    assert not found.is_split
    assert [row.voices for row in found.questions[0].parts[0].rows] == [
        ResponseCounts(30),
        ResponseCounts(24),
    ]


def test_the_order_of_voices_does_not_matter() -> None:
    voices = make_responses(60)
    again = build_results(SAMPLE_CONSULTATION, voices[::-1], SAMPLE_THEMES, TERMS)
    assert again == build_results(SAMPLE_CONSULTATION, voices, SAMPLE_THEMES, TERMS)
    assert hash(again) == hash(build_results(SAMPLE_CONSULTATION, voices, SAMPLE_THEMES, TERMS))


def test_which_of_equals_is_hidden_depends_on_the_secret() -> None:
    asked = make_consultation(make_question(AnswerKind.CHOICE, "a", "b", "c", "d"))
    voices = [*make_same_responses(3, "a"), *(v for code in "bcd" for v in make_same_responses(20, code))]
    hidden = set()
    for salt in range(40):
        found = build_results(asked, voices, (), replace(TERMS, salt=bytes([salt])))
        hidden |= {row.code for row in found.questions[0].parts[0].rows if row.voices.all is None}
    assert hidden == {"a", "b", "c", "d"}


def test_themes_keep_their_figures_when_the_office_answers_later() -> None:
    found = make_results()
    assert [theme.voices for theme in found.themes] == [31, 18, None, 12]
    later = (
        CountedTheme(
            "เอกสารมากเกินไป", 13, ("ใหม่",), ThemeDecision.ADOPTED, "ลดเหลือฉบับเดียว", date(2027, 2, 1)
        ),
        CountedTheme("เพิ่งคิดได้", 9),
    )
    after = update_office_answers(found, later)
    assert [theme.name for theme in after.themes] == [theme.name for theme in SAMPLE_THEMES]
    assert after.themes[3].taken is ThemeDecision.ADOPTED
    assert after.themes[3].is_promised
    assert (after.themes[3].voices, after.themes[3].quotes) == (12, ("ขอให้ลดสำเนา",))
    assert replace(after, themes=()) == replace(found, themes=())


def test_what_nobody_sees_is_not_published() -> None:
    asked = replace(SAMPLE_CONSULTATION, title="ก\u202eข\x00", background="หนึ่ง\x07\n\nสอง\n")
    found = build_results(asked, make_responses(9), (), TERMS)
    assert (found.title, found.background) == ("กข", "หนึ่ง\n\nสอง")


answers = st.one_of(
    st.tuples(st.just(AnswerKind.CHOICE), st.integers(2, 6)),
    st.tuples(st.just(AnswerKind.CHOICES), st.integers(2, 4)),
    st.tuples(st.just(AnswerKind.SCALE), st.just(5)),
)


@st.composite
def consultations_and_responses(draw: st.DrawFn) -> tuple[CountedConsultation, list[AnonymousResponse]]:
    """A question, and groups of people who all answer the same: many small groups, some large."""
    kind, cells = draw(answers)
    codes = [str(n + 1) for n in range(cells)]
    voices = list[AnonymousResponse]()
    for _ in range(draw(st.integers(1, 9))):
        most = len(codes) if kind is AnswerKind.CHOICES else 1
        picks = draw(st.frozensets(st.sampled_from(codes), max_size=most))
        number = draw(st.one_of(st.integers(1, 6), st.integers(5, 80)))
        voices += [AnonymousResponse(draw(st.booleans()), {"q": ",".join(picks)})] * number
    return make_consultation(make_question(kind, *codes)), voices


@examples(60)
@given(consultations_and_responses())
def test_no_attack_finds_a_few_voices(case: tuple[CountedConsultation, list[AnonymousResponse]]) -> None:
    asked, voices = case
    found = build_results(asked, voices, (), TERMS)
    if found.voices is None:
        assert len(voices) < 5
        return
    (part,) = found.questions[0].parts
    attack = ResultsAttack(found, part, asked.questions[0].kind)
    shown = {row.code: row.voices for row in part.rows}
    for code in ("", *attack.codes):
        for side in ("all", *SIDES):
            least, most = attack.find_bounds(side, code)
            assert most >= 5 or least == 0, (code, side, least, most, asdict(part))
            if side == "all" and code and shown[code].all is None:
                assert least < most, (code, asdict(part))
                assert most - least >= 5


@pytest.mark.parametrize("code", ["", "../x", "a/b", "a b", "ก", "x" * 41])
def test_a_code_that_is_no_part_of_an_address_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        build_results(replace(SAMPLE_CONSULTATION, code=code), make_responses(9), (), TERMS)


def test_a_box_that_is_filled_bit_by_bit_holds_the_same() -> None:
    voices = make_responses(150)
    box = ResponseCounter(SAMPLE_CONSULTATION)
    for at in range(0, 150, 7):
        box.add(voices[at : at + 7])
    assert (
        box.build_tally()
        == count_responses(SAMPLE_CONSULTATION, iter(voices))
        == count_responses(SAMPLE_CONSULTATION, voices)
    )
    assert ResponseCounter(SAMPLE_CONSULTATION).build_tally() == count_responses(SAMPLE_CONSULTATION, ())
    assert build_protected_results(
        SAMPLE_CONSULTATION, box.build_tally(), SAMPLE_THEMES, TERMS
    ) == build_results(SAMPLE_CONSULTATION, voices, SAMPLE_THEMES, TERMS)
