"""Texts to the reporter: shown, confirmed once, and called back in time; notes and canned replies."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.dialog.replies import Choice
from handlers.staff.complaints.matters.reports import ScheduledAct
from handlers.staff.complaints.messages import (
    MAX_SCHEDULED_ACTS,
    CancelSend,
    OfficerCase,
    OutgoingReply,
    ScheduleSend,
)
from handlers.staff.complaints.outgoing import MAX_REPLY_LENGTH
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName
from handlers.staff.state import AwaitingText, ComplaintsWork, NothingPending, ProposedReply
from tests.handlers.staff.officer_commands import CASE, SUPERVISOR, give, list_commands
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import Outcome


def get_work(outcome: Outcome) -> ComplaintsWork:
    return outcome.kept.officer.complaints


def confirm(shown: Outcome, case: OfficerCase = CASE, answer: str = "y") -> Outcome:
    """Press a button below what was shown."""
    session = shown.kept
    return give(f"/confirm {answer}{session.prompt_number}", case=case, session=session)


def test_a_reply_is_confirmed_once() -> None:
    shown = give("/reply 12 ขอบคุณ 12 ครับ")
    proposal = get_work(shown).proposal
    assert proposal == ProposedReply(ParsedCommand(CommandName.REPLY, 12, 0, "ขอบคุณ 12 ครับ"), 8)
    assert shown.replies[0].choices == (
        Choice("/confirm y8", "staff.confirm.yes"),
        Choice("/confirm n8", "staff.confirm.no"),
    )
    outcome = confirm(shown)
    assert outcome.acts == (ScheduleSend(OutgoingReply("c12", "s1", "ขอบคุณ 12 ครับ"), 3),)
    assert give("/confirm y8", session=outcome.kept).keys == ("staff.confirm.stale",)
    assert give("/confirm y7", session=shown.kept).keys == ("staff.confirm.stale",)
    declined = confirm(shown, answer="n")
    assert declined.keys == ("staff.confirm.dropped",)
    assert get_work(declined).proposal is None
    waiting = (ScheduledAct("s2", SECONDS + 30), ScheduledAct("s1", SECONDS + 90))
    after = confirm(shown, replace(CASE, scheduled=waiting))
    assert after.keys == ("staff.held.after",)
    assert after.acts == (ScheduleSend(OutgoingReply("c12", "s1", "ขอบคุณ 12 ครับ"), 3, 2),)
    assert confirm(shown, replace(CASE, officer="s2")).keys == ("staff.not_yours",)


def test_a_stale_confirmation_keeps_what_is_waited_for() -> None:
    waiting = give("/note 12")
    stale = give("/confirm y1", session=waiting.kept)
    assert stale.keys == ("staff.confirm.stale",)
    assert get_work(stale).pending == AwaitingText(ParsedCommand(CommandName.NOTE, 12, 2570))
    shown = give("/reply 12 ขอบคุณ")
    assert get_work(confirm(Outcome(give("/note 12", session=shown.kept).kept))).pending == NothingPending()


def test_texts_that_are_too_long_or_empty() -> None:
    assert give("/reply 12 " + "ก" * MAX_REPLY_LENGTH).keys == ("staff.confirm.ask",)
    too_long = give("/reply 12 " + "ก" * (MAX_REPLY_LENGTH + 1))
    assert too_long.replies[0].key == "staff.too_long"
    assert too_long.replies[0].args == {"limit": "3,000", "count": "3,001"}
    for words, key, name in (
        ("/reply 12", "reply.ask", CommandName.REPLY),
        ("/note 12", "note.ask", CommandName.NOTE),
    ):
        outcome = give(words)
        assert outcome.keys == (f"staff.{key}",)
        assert get_work(outcome).pending == AwaitingText(ParsedCommand(name, 12, 2570))


@pytest.mark.parametrize(
    ("rest", "day", "text"),
    [
        ("๑๐ วัน เลขที่สัญญาเท่าใด", date(2026, 12, 2), "เลขที่สัญญาเท่าใด"),
        ("ภายใน 3 วัน เลขที่?", date(2026, 11, 25), "เลขที่?"),
        ("99 days Which?", date(2027, 2, 20), "Which?"),
        ("0 วัน ก", date(2026, 11, 23), "ก"),
        ("เลขที่สัญญาเท่าใด", date(2026, 11, 29), "เลขที่สัญญาเท่าใด"),
    ],
)
def test_a_question_has_a_day_to_answer_by(rest: str, day: date, text: str) -> None:
    outcome = confirm(give(f"/ask 12 {rest}"))
    assert outcome.acts == (ScheduleSend(OutgoingReply("c12", "s1", text, by=day), 3),)


def test_a_question_without_words_waits_for_them() -> None:
    outcome = give("/ask 12 5 วัน")
    assert outcome.keys == ("staff.ask.ask",)
    assert outcome.replies[0].args["days"] == 5
    assert get_work(outcome).pending == AwaitingText(ParsedCommand(CommandName.ASK, 12, 0, "5 วัน"))


def test_canned_replies() -> None:
    assert list_commands(give("/canned 12").replies[0].choices) == ["/canned 12/2570 1", "/canned 12/2570 2"]
    for words in ("/canned 12 0", "/canned 12 3", "/canned 12 ก"):
        assert give(words).keys == ("staff.canned.ask",)
    text = OFFICE.canned[1].in_lang("th")
    assert confirm(give("/canned 12 ๒")).acts == (ScheduleSend(OutgoingReply("c12", "s1", text), 3),)
    assert give("/canned 12", office=OFFICE.model_copy(update={"canned": ()})).keys == ("staff.canned.none",)


SECONDS = int(MORNING.timestamp())


@pytest.mark.parametrize(
    ("author", "send_at", "key"),
    [
        ("", 0, "nothing"),
        ("s2", SECONDS + 60, "others"),
        ("s1", SECONDS, "late"),
        ("s1", SECONDS + 1, "done"),
    ],
)
def test_a_reply_is_called_back_by_its_author_in_time(author: str, send_at: int, key: str) -> None:
    outcome = give(
        "/undo 12", case=replace(CASE, scheduled=(ScheduledAct(author, send_at),) if author else ())
    )
    assert outcome.keys == (f"staff.undo.{key}",)
    assert outcome.acts == ((CancelSend("c12", "s1"),) if key == "done" else ())


def test_an_author_takes_back_what_waits_in_a_case_that_another_has_now() -> None:
    given = replace(CASE, officer="s2", scheduled=(ScheduledAct("s1", SECONDS + 9),))
    outcome = give("/undo 12", case=given)
    assert (outcome.keys, outcome.acts) == (("staff.undo.done",), (CancelSend("c12", "s1"),))
    assert outcome.replies[0].choices == ()
    others = replace(given, scheduled=(ScheduledAct("s2", SECONDS + 9),))
    assert give("/undo 12", case=others).keys == ("staff.not_yours",)


def test_a_supervisor_takes_back_what_an_officer_has_waiting() -> None:
    waiting = replace(CASE, officer="s2", scheduled=(ScheduledAct("s2", SECONDS + 9),))
    outcome = give("/undo 12", case=waiting, staff=SUPERVISOR)
    assert (outcome.keys, outcome.acts) == (
        ("staff.undo.done",),
        (CancelSend("c12", "s2", SUPERVISOR.id),),
    )


def test_the_same_words_do_not_wait_twice() -> None:
    shown = give("/reply 12 ขอบคุณ 12 ครับ")
    own = ScheduledAct("s1", SECONDS + 30, text="ขอบคุณ 12 ครับ")
    again = confirm(shown, replace(CASE, scheduled=(own,)))
    assert (again.keys, again.acts) == (("staff.held.now",), ())
    assert again.replies[0].args["seconds"] == 30
    for other in (replace(own, staff="s2"), replace(own, text="ขอบคุณ")):
        assert confirm(shown, replace(CASE, scheduled=(other,))).keys == ("staff.held.after",)


def test_the_last_of_ones_own_acts_is_taken_back_and_the_others_wait_on() -> None:
    waiting = (ScheduledAct("s1", SECONDS), ScheduledAct("s1", SECONDS + 9), ScheduledAct("s2", SECONDS + 9))
    outcome = give("/undo 12", case=replace(CASE, scheduled=waiting))
    assert (outcome.keys, outcome.acts) == (("staff.undo.done_others_wait",), (CancelSend("c12", "s1"),))


def test_a_case_that_is_gone_or_given_away_at_the_confirmation_gets_nothing() -> None:
    shown = give("/reply 12 กำลังตรวจสอบ")
    gone = give("/confirm y8", session=shown.kept, case=None)
    assert (gone.keys, gone.acts) == (("staff.unknown",), ())
    assert confirm(shown, replace(CASE, officer="s2")).acts == ()
    full = (ScheduledAct("s2", SECONDS + 60),) * MAX_SCHEDULED_ACTS
    assert confirm(shown, replace(CASE, scheduled=full)).keys == ("staff.held.already",)
