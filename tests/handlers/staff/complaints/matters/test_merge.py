"""Merging two cases, why it is refused, and separating them."""

from dataclasses import replace

import pytest

from handlers.complaints.lifecycle import CaseStatus
from handlers.dialog.replies import Phrase
from handlers.staff.complaints.matters.messages import MergeCases, SeparateCase
from handlers.staff.complaints.matters.reports import MatterReport
from handlers.staff.complaints.messages import FindCaseByNumber, OfficerCase
from tests.handlers.staff.officer_commands import CASE, SUPERVISOR, TODAY, give, list_commands
from tests.run_decision import AnswerByQuery

OTHER = replace(CASE, id="c15", number=15)
PART = MatterReport("c12", 12, 2570, 3, CASE.status, CASE.answer_by)
MATTER = replace(
    CASE,
    other_reports=(replace(PART, id="c4", number=4), replace(PART, id="c5", number=5)),
    other_report_count=2,
)
CASES = {
    12: CASE,
    15: OTHER,
    16: replace(OTHER, hidden=True),
    17: replace(OTHER, status=CaseStatus.CLOSED),
    18: replace(OTHER, avoid_officer="s2"),
    19: replace(OTHER, other_reports=(PART,)),
    20: replace(OTHER, officer="s2"),
    21: replace(OTHER, avoid_officer="s1"),
    22: replace(
        OTHER,
        id="c22",
        number=22,
        other_reports=(replace(PART, id="c6", number=6),),
        other_report_count=1,
    ),
}


def find_other(query: FindCaseByNumber) -> OfficerCase | None:
    return CASES.get(query.number)


FIND = {FindCaseByNumber: AnswerByQuery(find_other)}


@pytest.mark.parametrize("typed", ["15", "15/2570", "กับ 15", "และ15", "with 15", "15 !x", "15 !3", "15 ค่ะ"])
def test_both_are_shown_before_they_are_merged(typed: str) -> None:
    outcome = give(f"/merge 12 {typed}", answers=FIND)
    assert (outcome.keys, outcome.acts) == (("staff.merge.sure",), ())
    (asked,) = outcome.replies
    lines = asked.args["cases"]
    assert isinstance(lines, tuple)
    assert [line.args["number"] for line in lines] == ["12/2570", "15/2570"]
    assert list_commands(asked.choices) == ["/merge 12/2570 15/2570 !2", "/case 12/2570"]


@pytest.mark.parametrize(
    ("case", "number", "shown", "undone"),
    [
        (CASE, 15, ["12/2570", "15/2570"], ["/separate 15/2570"]),
        (MATTER, 15, ["12/2570", "4/2570", "5/2570", "15/2570"], ["/separate 15/2570"]),
        (CASE, 22, ["12/2570", "22/2570", "6/2570"], ["/separate 12/2570"]),
        (MATTER, 22, ["12/2570", "4/2570", "5/2570", "22/2570", "6/2570"], []),
    ],
)
def test_every_report_that_comes_along_is_shown_and_what_came_alone_is_taken_out_again(
    case: OfficerCase, number: int, shown: list[str], undone: list[str]
) -> None:
    answers = {
        FindCaseByNumber: AnswerByQuery(lambda query: case if query.number == 12 else find_other(query))
    }
    (asked,) = give(f"/merge 12 {number}", answers=answers).replies
    lines = asked.args["cases"]
    assert isinstance(lines, tuple)
    assert [line.args["number"] for line in lines] == shown
    assert {line.key for line in lines} == {"staff.line"}
    assert asked.args["count"] == len(shown)
    sure, _ = list_commands(asked.choices)
    assert sure.endswith(f" !{len(shown)}")
    (done,) = give(sure, answers=answers).replies
    assert done.key == "staff.merge.done"
    assert list_commands(done.choices) == ["/case 12/2570", *undone]


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        ("s3", "", "for_you"),
        ("", "s3", "for_you"),
        ("", "", "for_nobody"),
        ("s2", "s3", "for_person"),
        ("s3", "s2 appointed", "for_person"),
    ],
)
def test_it_is_told_who_gets_them_all(first: str, second: str, key: str) -> None:
    one, other = replace(CASE, officer=first), replace(OTHER, officer=second[:2])
    if second.endswith("appointed"):
        other = replace(other, appointed_by="s3")
    answers = {FindCaseByNumber: AnswerByQuery(lambda query: one if query.number == 12 else other)}
    (asked,) = give("/merge 12 15", staff=SUPERVISOR, answers=answers).replies
    holder = asked.args["holder"]
    assert isinstance(holder, Phrase)
    assert holder.key == f"staff.merge.{key}"


def test_merging_offers_to_separate() -> None:
    outcome = give("/merge 12/2570 15/2570 !", answers=FIND)
    assert outcome.keys == ("staff.merge.done",)
    assert outcome.acts == (MergeCases("c12", "c15", "s1", TODAY),)
    assert list_commands(outcome.replies[0].choices) == ["/case 12/2570", "/separate 15/2570"]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "staff.merge.ask"),
        ("12", "staff.merge.same"),
        ("99", "staff.merge.not"),
        ("20", "staff.merge.not_yours"),
        ("16", "staff.hidden"),
        ("17", "staff.merge.ended"),
        ("18", "staff.merge.again"),
        ("21", "staff.merge.again"),
    ],
)
def test_what_is_not_merged(typed: str, key: str) -> None:
    for words in (f"/merge 12 {typed}", f"/merge 12 {typed} !"):
        outcome = give(words.removesuffix(" !") if not typed else words, answers=FIND)
        assert (outcome.keys, outcome.acts) == ((key,), ())


def test_merging_twice_and_separating() -> None:
    merged = replace(CASE, other_reports=(replace(PART, id="c15", number=15),))
    twice = give(
        "/merge 12 15",
        answers={FindCaseByNumber: AnswerByQuery(lambda query: {12: merged, 15: OTHER}[query.number])},
    )
    assert twice.keys == ("staff.merge.already",)
    assert list_commands(twice.replies[0].choices) == ["/case 12/2570", "/separate 15/2570"]
    assert give("/separate 12", case=merged).acts == (SeparateCase("c12", "s1"),)
    assert give("/separate 12").keys == ("staff.merge.alone",)


def test_merging_a_larger_matter_twice_offers_to_take_out_nothing() -> None:
    """Which of its reports came with the other is not known any more."""
    merged = replace(CASE, other_reports=(replace(PART, id="c15", number=15), PART))
    answers = {FindCaseByNumber: AnswerByQuery(lambda query: merged if query.number == 12 else OTHER)}
    twice = give("/merge 12 15", answers=answers)
    assert twice.keys == ("staff.merge.already",)
    assert list_commands(twice.replies[0].choices) == ["/case 12/2570"]
