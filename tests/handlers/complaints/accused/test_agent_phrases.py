"""Who did it and where it happened are told apart, in a table of sentences and however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaints.accused.agent_phrases import MAX_MENTIONS, accuses_unit
from tests.handlers.complaints.accused.sentences import iterate_spellings, load_sentences

ACCUSING, MENTIONING = load_sentences("units.txt")
UNIT = "กลุ่มอำนวยการ"


def test_the_table_is_large_enough() -> None:
    assert len(ACCUSING) + len(MENTIONING) >= 80
    assert {unit for unit, _ in ACCUSING} == {
        "กลุ่มอำนวยการ",
        "กองช่าง",
        "งานพัสดุ",
        "ฝ่ายนิติการ",
        "กลุ่มบริหารงานบุคคล",
    }


@pytest.mark.parametrize(("unit", "sentence"), ACCUSING)
def test_who_did_it_is_accused(unit: str, sentence: str) -> None:
    for spelling in iterate_spellings(sentence):
        assert accuses_unit(unit, spelling), spelling


@pytest.mark.parametrize(("unit", "sentence"), MENTIONING)
def test_where_it_happened_is_not(unit: str, sentence: str) -> None:
    for spelling in iterate_spellings(sentence):
        assert not accuses_unit(unit, spelling), spelling


@given(st.sampled_from(ACCUSING), st.lists(st.sampled_from(MENTIONING), max_size=4), st.integers(0, 4))
def test_one_accusing_sentence_among_others_is_enough(
    accusing: tuple[str, str], others: list[tuple[str, str]], at: int
) -> None:
    sentences = [sentence for _, sentence in others]
    sentences.insert(at, accusing[1])
    assert accuses_unit(accusing[0], "\n".join(sentences))


@given(st.lists(st.sampled_from([one for one in MENTIONING if one[0] == UNIT]), max_size=6))
def test_sentences_that_only_mention_a_unit_do_not_accuse_it_together(told: list[tuple[str, str]]) -> None:
    assert not accuses_unit(UNIT, "\n".join(sentence for _, sentence in told))


@pytest.mark.parametrize("unit", ["", "งาน", "ก", "กองช่าง"])
def test_another_unit_is_not_accused(unit: str) -> None:
    assert not accuses_unit(unit, "หัวหน้ากลุ่มอำนวยการเรียกเงิน")


def test_the_same_place_may_be_mentioned_ever_so_often() -> None:
    assert not accuses_unit(UNIT, "ผมไปที่กลุ่มอำนวยการ " * 1000)


def test_too_many_different_mentions_are_an_accusation_in_doubt() -> None:
    numerals = ["หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า", "สิบ"]
    rooms = [f"ผมรอที่ห้อง{a}{b}{c} กลุ่มอำนวยการ" for a in numerals for b in numerals for c in numerals]
    assert not accuses_unit(UNIT, "\n".join(rooms[: MAX_MENTIONS // 8]))
    assert accuses_unit(UNIT, "\n".join(rooms))


@given(st.text(max_size=300), st.text(max_size=30))
def test_any_text_can_be_looked_through(text: str, unit: str) -> None:
    accuses_unit(unit, text)
    accuses_unit(UNIT, f"{text}{UNIT}{text}")
