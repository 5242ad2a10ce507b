"""`/faq`: entries that are near are shown before a second one is made, and what was typed is kept."""

from dataclasses import replace

import pytest

from handlers.dialog.replies import Phrase
from handlers.questions.faq_messages import FaqCatalogue, FaqEntry, GetFaqCatalogue, SaveFaqEntry
from handlers.questions.messages import AnswerMatch, FindKnownAnswers
from handlers.staff.state import ProposedFaqEntry
from tests.handlers.staff.officer_commands import TODAY
from tests.handlers.staff.service.service_officer import HOURS, OLD, POST, give, told
from tests.run_decision import Outcome

ASKED, ANSWER = "เปิดวันเสาร์ไหม", "เปิดครึ่งวัน"
NEAR_HOURS = AnswerMatch("k.hours", HOURS.question, HOURS.answer)
NEAR_POST = AnswerMatch(f"b.{POST.id}", POST.question, POST.answer)
NEW = FaqEntry("own-1", ASKED, ANSWER, checked=TODAY)
CHANGED = replace(HOURS, answer=ANSWER, also=(ASKED,))


def add(near: tuple[AnswerMatch, ...] = (NEAR_HOURS, NEAR_POST), question: str = ASKED) -> Outcome:
    """Type a new entry. near: what the search finds."""
    return give(f"/faq add {question} | {ANSWER}", answers={FindKnownAnswers: near})


def choose(asked: Outcome, place: int, catalogue: FaqCatalogue | None = None) -> Outcome:
    """Take a choice below what is near, counted from 0."""
    answers = {GetFaqCatalogue: catalogue} if catalogue else {}
    return give(asked.replies[0].choices[place].data, session=asked.kept, answers=answers)


def test_what_is_near_is_shown_and_nothing_is_stored() -> None:
    asked = add()
    assert told(asked) == ("near_ask", ())
    assert FindKnownAnswers(ASKED, TODAY) in asked.queries
    args = asked.replies[0].args
    assert (args["question"], args["answer"]) == (ASKED, ANSWER)
    assert args["lines"] == (
        Phrase(
            "inquiry.near_line_on",
            {"place": 1, "id": "hours", "question": HOURS.question, "answer": HOURS.answer},
        ),
        Phrase("inquiry.near_line_board", {"question": POST.question, "answer": POST.answer}),
    )
    assert [choice.key for choice in asked.replies[0].choices] == [
        *("inquiry.near_change", "inquiry.near_add", "inquiry.near_no")
    ]
    prompt = asked.kept.prompt_number
    assert asked.kept.officer.service.faq_entry == ProposedFaqEntry(ASKED, ANSWER, ("hours",), prompt)


@pytest.mark.parametrize(
    ("place", "key", "stored"),
    [(0, "near_changed", CHANGED), (1, "faq_added", NEW), (2, "near_dropped", None)],
)
def test_the_choice_is_carried_out_once(place: int, key: str, stored: FaqEntry | None) -> None:
    asked = add()
    done = choose(asked, place)
    assert told(done) == (key, (SaveFaqEntry(stored),) if stored else ())
    assert done.kept.officer.service.faq_entry is None
    again = give(asked.replies[0].choices[place].data, session=done.kept)
    assert told(again) == ("send_stale", ())


def test_who_does_not_add_gets_the_words_back_and_who_changes_gets_the_earlier_answer() -> None:
    asked = add()
    assert choose(asked, 2).replies[0].args == {"question": ASKED, "answer": ANSWER}
    assert choose(asked, 0).replies[0].args["before"] == HOURS.answer


def test_buttons_below_an_earlier_entry_store_nothing_of_a_later_one() -> None:
    first = add()
    second = give(
        f"/faq add พักเที่ยงไหม | {ANSWER}", session=first.kept, answers={FindKnownAnswers: (NEAR_HOURS,)}
    )
    for choice in first.replies[0].choices:
        assert told(give(choice.data, session=second.kept)) == ("send_stale", ())


@pytest.mark.parametrize("rest", ["c{} 0", "c{} 2", "c{} hours", "c{}", "x{}"])
def test_a_choice_that_was_not_offered_stores_nothing(rest: str) -> None:
    asked = add()
    typed = f"/confirm {rest.format(asked.kept.prompt_number)}"
    assert told(give(typed, session=asked.kept)) == ("near_dropped", ())


def test_an_entry_that_is_gone_is_told_and_the_new_one_can_still_be_added() -> None:
    asked = add()
    gone = choose(asked, 0, FaqCatalogue((OLD,)))
    assert told(gone) == ("faq_unknown", ())
    again = give(asked.replies[0].choices[1].data, session=gone.kept)
    assert told(again) == ("faq_added", (SaveFaqEntry(NEW),))


def test_the_same_question_is_found_though_it_is_off_or_out_of_date_and_answers_again() -> None:
    off = replace(HOURS, off=True)
    catalogue = FaqCatalogue((off, OLD))
    for entry, state in ((off, "off"), (OLD, "stale")):
        asked = give(f"/faq add {entry.question}  | {ANSWER}", answers={GetFaqCatalogue: catalogue})
        assert asked.replies[0].args["lines"][0].key == f"inquiry.near_line_{state}"
        saved = replace(entry, answer=ANSWER, off=False, until=None, example=False, checked=TODAY)
        assert told(choose(asked, 0, catalogue)) == ("near_changed", (SaveFaqEntry(saved),))


def test_a_question_that_an_entry_has_or_that_is_too_long_becomes_no_other_way_to_ask() -> None:
    long = "ก" * 501
    assert choose(add(question=HOURS.question), 0).acts == (SaveFaqEntry(replace(HOURS, answer=ANSWER)),)
    assert choose(add(question=long), 0).acts == (SaveFaqEntry(replace(HOURS, answer=ANSWER)),)
    assert choose(add(question="เปิด\nวันเสาร์ไหม"), 0).acts == (
        SaveFaqEntry(replace(HOURS, answer=ANSWER, also=("เปิด วันเสาร์ไหม",))),
    )


@pytest.mark.parametrize(
    "words", ["/faq add เบอร์การเงิน | โทร {tel} {phone} {tel}", "/faq edit hours โทร {tel} {phone} {tel}"]
)
def test_a_place_that_nothing_fills_is_refused_with_those_that_are_filled(words: str) -> None:
    refused = give(words)
    assert told(refused) == ("faq_places", ())
    assert refused.replies[0].args == {
        "answer": "โทร {tel} {phone} {tel}",
        "unknown": "{tel}",
        "known": "{phone}, {email}, {hours}, {hours_en}, {address}, {address_en}, {map}",
    }


def test_fields_are_set_by_lines_and_typed_behind_a_second_bar_of_a_new_entry() -> None:
    fields = "หัวข้อ: เวลา\nถามว่า: เสาร์เปิดไหม"
    new = replace(NEW, topic="เวลา", also=("เสาร์เปิดไหม",))
    typed = f"/faq add {ASKED} | {ANSWER} | {fields}"
    assert told(give(typed, answers={FindKnownAnswers: ()})) == ("faq_added", (SaveFaqEntry(new),))
    asked = give(typed, answers={FindKnownAnswers: (NEAR_HOURS,)})
    assert told(choose(asked, 1)) == ("faq_added", (SaveFaqEntry(new),))
    assert told(choose(asked, 0)) == (
        "near_changed",
        (SaveFaqEntry(replace(CHANGED, topic="เวลา", also=(*CHANGED.also, "เสาร์เปิดไหม"))),),
    )
    assert fields in str(choose(asked, 2).replies[0].args["answer"])
    bars = give(f"/faq add {ASKED} | ก | ข", answers={FindKnownAnswers: ()})
    assert told(bars) == ("faq_added", (SaveFaqEntry(replace(NEW, answer="ก | ข")),))
    done = give("/faq set hours topic: เวลา")
    assert told(done) == ("faq_set_done", (SaveFaqEntry(replace(HOURS, topic="เวลา")),))
    answered = give("/คลัง ตั้ง hours คำตอบ: ใหม่")
    assert told(answered) == ("faq_set_done", (SaveFaqEntry(replace(HOURS, answer="ใหม่", checked=TODAY)),))
    assert told(give("/faq set hours")) == ("faq_set_how", ())
    assert told(give("/faq set hours ลิงก์: x")) == ("faq_field_link", ())
    assert told(give("/faq set hours คำตอบ: {fax}")) == ("faq_places", ())
    assert told(give("/faq set nothing หัวข้อ: x")) == ("faq_unknown", ())
    assert told(give(f"/faq add {ASKED} | {ANSWER} | ลิงก์: x")) == ("faq_field_link", ())
