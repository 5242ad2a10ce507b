"""Two readers joined: what meaning adds to letters, and what it never does alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.questions.joined_search import (
    MIN_SIMILARITY,
    MIN_SIMILARITY_ACROSS,
    find_answers,
    rank_jointly,
)
from tests.handlers.questions.test_search_index import BASE, INDEX

IDS = [entry.id for entry in BASE]


def test_without_meaning_letters_answer_as_ever() -> None:
    for question in ("ขอย้ายครู ยืนคำร้องเมื่อไหร่", "อยากกินก๋วยเตี๋ยว"):
        assert (
            find_answers(INDEX, question, None) == find_answers(INDEX, question, {}) == INDEX.search(question)
        )


def test_what_shares_no_letter_is_offered_by_its_meaning() -> None:
    question = "ตั๋วจะขาดเดือนหน้าแล้วจ้า"
    assert not INDEX.search(question)
    found = find_answers(INDEX, question, {"renew": MIN_SIMILARITY + 0.1, "move": 0.2})
    assert found[0].id == "renew"
    assert not found[0].sure


def test_what_nobody_knows_is_not_offered_however_many_letters_it_shares() -> None:
    question = "ขอทุนการศึกษาไปเรียนต่อญี่ปุ่น"
    assert INDEX.search(question)
    assert find_answers(INDEX, question, {"scholar": MIN_SIMILARITY - 0.01}) == ()


def test_a_question_in_another_language_is_farther_from_the_same_answer() -> None:
    question, similarities = "how do I renew it", {"renew": MIN_SIMILARITY_ACROSS + 0.01, "move": 0.1}
    assert find_answers(INDEX, question, similarities)[0].id == "renew"
    assert find_answers(INDEX, "ต่อยังไง", similarities) == ()


def test_letters_decide_between_entries_of_one_meaning() -> None:
    similarities = {"move": 0.7, "renew": 0.69}
    assert rank_jointly(INDEX, "ใบประกอบวิชาชีพครูหมดอายุ", similarities)[0].id == "renew"
    assert rank_jointly(INDEX, "โอนไปที่อื่น", similarities)[0].id == "move"


@pytest.mark.parametrize("similarity", [0.0, 1.0])
def test_a_text_of_the_base_word_for_word_is_answered_whatever_its_meaning(similarity: float) -> None:
    (first, *_) = find_answers(INDEX, "สำนักงานเปิดกี่โมง", {"move": similarity})
    assert (first.id, first.sure) == ("hours", True)


def test_an_answer_is_given_at_once_only_where_both_readers_agree() -> None:
    question = "ขอจัดตั้งโรงเรียนเอกชน ใช้เอกสารอะไรบ้างคะ"
    assert INDEX.search(question)[0].sure
    agreed = find_answers(INDEX, question, {"private": 0.8, "renew": 0.3})
    assert (agreed[0].id, agreed[0].sure) == ("private", True)
    differ = find_answers(INDEX, question, {"renew": 0.99, "private": 0.0})
    assert not differ[0].sure


@given(
    st.text(st.sampled_from("ขอทุนย้ายครูใบ เปิดกี่โมงabc19"), min_size=1, max_size=30),
    st.dictionaries(st.sampled_from(IDS), st.floats(-1, 1, width=32), max_size=6),
)
def test_at_most_three_different_entries_nearest_first(text: str, similarities: dict[str, float]) -> None:
    found = find_answers(INDEX, text, similarities)
    assert len({hit.id for hit in found}) == len(found) <= 3
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert not any(hit.sure for hit in found[1:])
    if any(hit.sure for hit in found):
        assert INDEX.search(text)[0].id == found[0].id
