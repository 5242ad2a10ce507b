"""`/check`: what came with the program is seen by officers one by one, and by citizens once it was approved."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.dialog.replies import Phrase
from handlers.questions.faq_messages import (
    ApproveFaqEntry,
    DiscardFaqDraft,
    FaqCatalogue,
    FaqEntry,
    GetFaqCatalogue,
    SaveFaqEntry,
)
from tests.handlers.staff.officer_commands import OFFICER, TODAY
from tests.handlers.staff.service.service_officer import HOURS, POST, give, told
from tests.run_decision import Outcome

FIRST = FaqEntry("first", "ปิดกี่โมง", "16.30 น.", ("เลิกงานกี่โมง",), off=True, example=True, source="ประกาศ")
SECOND = FaqEntry("second", "จอดรถที่ไหน", "หลังอาคาร", off=True, example=True)
CHECKED = replace(FIRST, off=False, example=False, checked=TODAY)
CATALOGUE = FaqCatalogue((FIRST, HOURS, SECOND), (POST,))
OK, EDIT, DROP, NEXT = range(4)


def say(words: str, catalogue: FaqCatalogue = CATALOGUE, after: Outcome | None = None) -> Outcome:
    """Give a command. after: what was shown before."""
    return give(words, session=after.kept if after else None, answers={GetFaqCatalogue: catalogue})


def press(shown: Outcome, place: int, catalogue: FaqCatalogue = CATALOGUE) -> Outcome:
    """Press a button below a draft that was shown."""
    return say(shown.replies[-1].choices[place].data, catalogue, shown)


@pytest.mark.parametrize(
    ("words", "entry"),
    [
        ("/check", FIRST),
        ("/ตรวจคลัง", FIRST),
        ("/faq check", FIRST),
        ("/คลัง ตรวจ second", SECOND),
        ("/check hours", FIRST),
        ("/faq on second", SECOND),
        ("/answer 1 =second", SECOND),
    ],
)
def test_a_draft_is_shown_with_its_source_and_nothing_is_stored(words: str, entry: FaqEntry) -> None:
    shown = say(words)
    assert told(shown) == ("draft", ())
    assert shown.replies[0].args == {
        "count": 2,
        "id": entry.id,
        "question": entry.question,
        "also": " / ".join(entry.also) or "-",
        "answer": entry.answer,
        "source": entry.source or "-",
        "checked": Phrase("inquiry.old_unknown"),
    }
    assert [choice.key for choice in shown.replies[0].choices] == [
        *("inquiry.draft_ok", "inquiry.draft_change", "inquiry.draft_drop", "inquiry.draft_next")
    ]
    assert all(len(choice.data.encode()) <= 64 for choice in shown.replies[0].choices)


@pytest.mark.parametrize(
    ("place", "key", "act"),
    [
        (OK, "inquiry.draft_approved", ApproveFaqEntry(CHECKED, OFFICER.id)),
        (DROP, "inquiry.draft_dropped", DiscardFaqDraft("first", OFFICER.id)),
    ],
)
def test_a_decision_is_stored_and_the_next_draft_shown(place: int, key: str, act: object) -> None:
    done = press(say("/check"), place)
    assert (done.keys, done.acts) == ((key, "inquiry.draft"), (act,))
    assert (done.replies[1].args["id"], done.replies[1].args["count"]) == ("second", 1)
    assert len(done.replies[1].choices) == 3  # there is no further one
    last = press(done, place, FaqCatalogue((HOURS, SECOND)))
    assert last.keys == (key, "inquiry.draft_none")


def test_the_next_one_is_shown_in_a_round_without_a_decision() -> None:
    second = press(say("/check"), NEXT)
    assert (told(second), second.replies[0].args["id"]) == (("draft", ()), "second")
    assert press(second, NEXT).replies[0].args["id"] == "first"


@pytest.mark.parametrize("words", ["/check edit", "/faq edit first 17.00 น."])
def test_an_edited_draft_is_shown_once_more_and_stays_a_draft(words: str) -> None:
    shown = say("/check")
    if words == "/check edit":
        asked = press(shown, EDIT)
        assert told(asked) == ("draft_edit", ())
        words = f"{shown.replies[0].choices[EDIT].data} 17.00 น."
    changed = say(words, after=shown)
    edited = replace(FIRST, answer="17.00 น.")
    assert told(changed) == ("draft", (SaveFaqEntry(edited),))
    assert changed.replies[0].args["answer"] == "17.00 น."
    after = FaqCatalogue((edited, HOURS, SECOND))
    assert press(changed, OK, after).acts == (
        ApproveFaqEntry(replace(edited, off=False, example=False, checked=TODAY), OFFICER.id),
    )


@pytest.mark.parametrize("place", [OK, DROP])
def test_a_draft_that_a_colleague_changed_is_shown_before_it_is_decided_on(place: int) -> None:
    shown = say("/check")
    after = FaqCatalogue((replace(FIRST, answer="17.00 น."), HOURS, SECOND))
    again = press(shown, place, after)
    assert (told(again), again.replies[0].args["answer"]) == (("draft", ()), "17.00 น.")


@pytest.mark.parametrize("place", [OK, EDIT, DROP])
def test_a_draft_that_a_colleague_decided_on_is_told(place: int) -> None:
    shown = say("/check")
    late = press(shown, place, FaqCatalogue((CHECKED, HOURS, SECOND)))
    assert (late.keys, late.acts) == (("inquiry.draft_gone", "inquiry.draft"), ())


def test_drafts_are_counted_apart_in_the_list() -> None:
    listed = say("/faq").replies[0]
    assert listed.args["count"] == 1
    assert listed.args["lines"][0].key == "inquiry.faq_drafts"
    assert listed.args["lines"][0].args == {"count": 2}
    assert len(listed.args["lines"]) == 2
    assert listed.choices[0].data == "/check"
    assert told(say("/check", FaqCatalogue((HOURS,)))) == ("draft_none", ())


def test_an_old_answer_is_checked_like_a_draft_and_answers_meanwhile() -> None:
    old = replace(HOURS, checked=TODAY - timedelta(days=366))
    unknown = replace(HOURS, id="unknown", checked=None)
    fresh = replace(HOURS, id="fresh", checked=TODAY - timedelta(days=365))
    base = FaqCatalogue((fresh, old, FIRST, unknown))
    shown = say("/check", catalogue=base)
    assert (shown.keys, shown.replies[0].args["count"]) == (("inquiry.draft",), 3)
    second = press(shown, NEXT, base)
    assert (second.keys, second.replies[0].args["id"]) == (("inquiry.old",), "unknown")
    third = press(second, NEXT, base)
    assert third.replies[0].args["id"] == old.id
    assert press(third, OK, base).acts == (ApproveFaqEntry(replace(old, checked=TODAY), OFFICER.id),)
    off = press(third, DROP, base)
    assert off.keys[0] == "inquiry.draft_turned_off"
    assert off.acts == (SaveFaqEntry(replace(old, off=True)),)
    asked = press(third, EDIT, base)
    assert asked.keys == ("inquiry.old_edit",)
    written = say(f"{third.replies[0].choices[EDIT].data} บ่ายโมง", after=third, catalogue=base)
    assert written.acts == (ApproveFaqEntry(replace(old, answer="บ่ายโมง", checked=TODAY), OFFICER.id),)
