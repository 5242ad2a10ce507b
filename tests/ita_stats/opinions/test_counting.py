"""From voices to results: what is counted, what is kept back, and what comes later."""

from dataclasses import asdict, replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ita_stats.opinions import results_builder as counting
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
from ita_stats.opinions.tally import AccountWebCounts, ResponseCounter, counted
from tests.ita_stats.opinions import said
from tests.ita_stats.opinions.attack import SIDES, ResultsAttack
from tests.ita_stats.opinions.said import ASKED, TERMS, THEMES


def asking(*asked: CountedQuestion) -> CountedConsultation:
    return replace(ASKED, questions=asked)


def one(kind: AnswerKind, *codes: str) -> CountedQuestion:
    return CountedQuestion("q", kind, "?", {code: code.upper() for code in codes})


def picking(number: int, *codes: str, account: bool = True) -> list[AnonymousResponse]:
    return [AnonymousResponse(account, {"q": ",".join(codes)})] * number


def test_it_counts_as_a_person_would() -> None:
    voices = said.voices(300)
    tally = counted(ASKED, voices)
    (hours,) = tally.lines["hours"]
    for code in said.HOURS.options:
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
    assert tally.voices.all == 300


def test_answers_that_were_never_offered_are_none() -> None:
    voices = [*picking(20, "a"), *picking(10, "x"), *picking(10, "a", "b"), *picking(10)]
    (line,) = counted(asking(one(AnswerKind.CHOICE, "a", "b")), voices).lines["q"]
    assert (line.cells["a"].all, line.cells["b"].all, line.answered.all) == (20, 0, 20)
    (line,) = counted(asking(one(AnswerKind.CHOICES, "a", "b")), voices).lines["q"]
    assert (line.cells["a"].all, line.cells["b"].all, line.answered.all) == (30, 10, 30)


def test_a_scale_has_its_mean_only_where_all_of_it_is_shown() -> None:
    asked, whole = asking(one(AnswerKind.SCALE)), [*picking(10, "1"), *picking(30, "5", account=False)]
    (part,) = counting.results(asked, whole, (), TERMS).questions[0].parts
    assert part.mean == ScoreMeans(4.0, 1.0, 5.0)
    assert [row.percent for row in part.rows] == [25.0, 0.0, 0.0, 0.0, 75.0]
    (part,) = counting.results(asked, [*whole, *picking(2, "3")], (), TERMS).questions[0].parts
    assert part.mean == ScoreMeans()
    assert part.rows[4].percent == 71.4
    assert part.hides


@pytest.mark.parametrize("number", [0, 1, 4])
def test_of_fewer_than_five_only_this_is_told(number: int) -> None:
    found = said.results(number)
    assert (found.voices, found.questions, found.themes) == (None, (), ())
    assert found == said.results(0)


def test_a_mere_few_by_the_web_are_not_told_apart() -> None:
    asked = asking(one(AnswerKind.CHOICE, "a", "b"))
    found = counting.results(
        asked, [*picking(30, "a"), *picking(20, "b"), *picking(4, "b", account=False)], (), TERMS
    )
    assert found.voices == ResponseCounts(54)
    assert not found.apart
    assert [row.voices for row in found.questions[0].parts[0].rows] == [
        ResponseCounts(30),
        ResponseCounts(24),
    ]


def test_the_order_of_voices_does_not_matter() -> None:
    voices = said.voices(60)
    again = counting.results(ASKED, voices[::-1], THEMES, TERMS)
    assert again == counting.results(ASKED, voices, THEMES, TERMS)
    assert hash(again) == hash(counting.results(ASKED, voices, THEMES, TERMS))


def test_which_of_equals_is_hidden_depends_on_the_secret() -> None:
    asked = asking(one(AnswerKind.CHOICE, "a", "b", "c", "d"))
    voices = [*picking(3, "a"), *(v for code in "bcd" for v in picking(20, code))]
    hidden = set()
    for salt in range(40):
        found = counting.results(asked, voices, (), replace(TERMS, salt=bytes([salt])))
        hidden |= {row.code for row in found.questions[0].parts[0].rows if row.voices.all is None}
    assert hidden == {"a", "b", "c", "d"}


def test_themes_keep_their_figures_when_the_office_answers_later() -> None:
    found = said.results()
    assert [theme.voices for theme in found.themes] == [31, 18, None, 12]
    later = (
        CountedTheme(
            "เอกสารมากเกินไป", 13, ("ใหม่",), ThemeDecision.ADOPTED, "ลดเหลือฉบับเดียว", date(2027, 2, 1)
        ),
        CountedTheme("เพิ่งคิดได้", 9),
    )
    after = counting.renewed(found, later)
    assert [theme.name for theme in after.themes] == [theme.name for theme in THEMES]
    assert after.themes[3].taken is ThemeDecision.ADOPTED
    assert after.themes[3].is_promised
    assert (after.themes[3].voices, after.themes[3].quotes) == (12, ("ขอให้ลดสำเนา",))
    assert replace(after, themes=()) == replace(found, themes=())


def test_what_nobody_sees_is_not_published() -> None:
    asked = replace(ASKED, title="ก\u202eข\x00", background="หนึ่ง\x07\n\nสอง\n")
    found = counting.results(asked, said.voices(9), (), TERMS)
    assert (found.title, found.background) == ("กข", "หนึ่ง\n\nสอง")


answers = st.one_of(
    st.tuples(st.just(AnswerKind.CHOICE), st.integers(2, 6)),
    st.tuples(st.just(AnswerKind.CHOICES), st.integers(2, 4)),
    st.tuples(st.just(AnswerKind.SCALE), st.just(5)),
)


@st.composite
def asked_and_said(draw: st.DrawFn) -> tuple[CountedConsultation, list[AnonymousResponse]]:
    """A question, and groups of people who all say the same: many small ones, some large."""
    kind, cells = draw(answers)
    codes = [str(n + 1) for n in range(cells)]
    voices = list[AnonymousResponse]()
    for _ in range(draw(st.integers(1, 9))):
        most = len(codes) if kind is AnswerKind.CHOICES else 1
        picks = draw(st.frozensets(st.sampled_from(codes), max_size=most))
        number = draw(st.one_of(st.integers(1, 6), st.integers(5, 80)))
        voices += [AnonymousResponse(draw(st.booleans()), {"q": ",".join(picks)})] * number
    return asking(one(kind, *codes)), voices


@settings(max_examples=60, deadline=None)
@given(asked_and_said())
def test_no_attack_finds_a_few_voices(case: tuple[CountedConsultation, list[AnonymousResponse]]) -> None:
    asked, voices = case
    found = counting.results(asked, voices, (), TERMS)
    if found.voices is None:
        assert len(voices) < 5
        return
    (part,) = found.questions[0].parts
    attack = ResultsAttack(found, part, asked.questions[0].kind)
    shown = {row.code: row.voices for row in part.rows}
    for code in ("", *attack.codes):
        for side in ("all", *SIDES):
            least, most = attack.between(side, code)
            assert most >= 5 or least == 0, (code, side, least, most, asdict(part))
            if side == "all" and code and shown[code].all is None:
                assert least < most, (code, asdict(part))
                assert most - least >= 5


@pytest.mark.parametrize("code", ["", "../x", "a/b", "a b", "ก", "x" * 41])
def test_a_code_that_is_no_part_of_an_address_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        counting.results(replace(ASKED, code=code), said.voices(9), (), TERMS)


def test_a_box_that_is_filled_bit_by_bit_holds_the_same() -> None:
    voices = said.voices(150)
    box = ResponseCounter(ASKED)
    for at in range(0, 150, 7):
        box.put(voices[at : at + 7])
    assert box.opened() == counted(ASKED, iter(voices)) == counted(ASKED, voices)
    assert ResponseCounter(ASKED).opened() == counted(ASKED, ())
    assert counting.protected(ASKED, box.opened(), THEMES, TERMS) == counting.results(
        ASKED, voices, THEMES, TERMS
    )
