"""A one-time code makes a tracking code once; what its holder hears of a used, voided, ended or unknown one."""

from datetime import date

import pytest

from handlers.complaints.messages import ActorKind, AddHistoryEntry, CaseOpening, HistoryEntryKind
from handlers.complaints.slips.messages import FindSlip, Slip, SlipStatus, UseSlip, VoidSlip
from handlers.complaints.slips.use_slip import (
    SLIP_CONFIRM_STEP,
    USED_SLIP_STEP,
    handle_used_slip,
    repeat_used_slip,
    use_one_time_code,
)
from handlers.dialog.attempts import Attempts, GetAttempts, SaveAttempts
from handlers.dialog.codes.one_time_code import make_one_time_code
from handlers.dialog.effects import NewReceipt
from handlers.dialog.events import Channel
from handlers.dialog.receipt import make_receipt
from handlers.dialog.session import DialogTopic
from tests.in_memory_desk import MORNING
from tests.run_decision import PERSON, begin_session, make_context, make_event, run_decision

CODE, RECEIPT, TODAY = make_one_time_code(77), make_receipt(78), date(2026, 11, 22)
UNTIL, USE = date(2026, 12, 20), CaseOpening(date(2026, 11, 21), Channel.WEB)
UNUSED = Slip("c1", 3, SlipStatus.UNUSED, UNTIL)
USED = Slip("c1", 3, SlipStatus.USED, UNTIL, USE)
AT_MENU = begin_session(at=MORNING)
AT_USED = begin_session(at=MORNING, topic=DialogTopic.TRACK, step=USED_SLIP_STEP, one_time=CODE)


def answers(slip: Slip | None, tries: Attempts = Attempts()) -> dict[type, object]:  # noqa: B008 - it is frozen
    return {GetAttempts: tries, FindSlip: slip, NewReceipt: RECEIPT}


def test_an_unused_one_makes_a_code_and_nothing_of_the_slip_stays() -> None:
    turn = run_decision(use_one_time_code(make_context(make_event(), AT_MENU), CODE), answers(UNUSED))
    assert turn.keys == ("slip.made", "confirm.ask")
    assert turn.replies[0].args["receipt"] == RECEIPT.formatted
    assert turn.acts == (
        UseSlip("c1", CODE, RECEIPT, CaseOpening(TODAY, Channel.WEB)),
        AddHistoryEntry("c1", 4, TODAY, HistoryEntryKind.CODE_MADE, ActorKind.REPORTER),
    )
    assert (turn.kept.receipt, turn.kept.one_time, turn.kept.step) == (RECEIPT, None, SLIP_CONFIRM_STEP)
    assert turn.kept.memory_only


def test_a_used_one_waits_in_memory_for_what_its_holder_says() -> None:
    turn = run_decision(use_one_time_code(make_context(make_event(), AT_MENU), CODE), answers(USED))
    assert turn.keys == ("slip.used",)
    assert turn.acts == ()
    assert (turn.kept.one_time, turn.kept.step, turn.kept.memory_only) == (CODE, USED_SLIP_STEP, True)


@pytest.mark.parametrize(
    ("slip", "key"),
    [
        (Slip("c1", 3, SlipStatus.VOIDED, UNTIL, USE, TODAY), "slip.voided"),
        (Slip("c1", 3, SlipStatus.ENDED, UNTIL), "slip.ended"),
    ],
)
def test_what_can_do_nothing_any_more(slip: Slip, key: str) -> None:
    turn = run_decision(use_one_time_code(make_context(make_event(), AT_MENU), CODE), answers(slip))
    assert turn.keys[0] == key
    assert turn.acts == ()


def test_an_unknown_one_counts_as_a_guess_and_the_fifth_locks_out() -> None:
    turn = run_decision(use_one_time_code(make_context(make_event(), AT_MENU), CODE), answers(None))
    assert turn.keys[0] == "slip.unknown"
    assert turn.acts == (SaveAttempts(PERSON, Attempts(MORNING, 1)),)
    fourth = Attempts(MORNING, 4)
    turn = run_decision(use_one_time_code(make_context(make_event(), AT_MENU), CODE), answers(None, fourth))
    assert turn.keys[0] == "slip.unknown_wait"


def test_who_is_locked_out_learns_nothing_of_the_right_one() -> None:
    locked = {GetAttempts: Attempts(None, 0, MORNING.replace(minute=5), 1)}
    turn = run_decision(use_one_time_code(make_context(make_event(), AT_MENU), CODE), locked)
    assert turn.keys[0] == "track.wait"


def test_its_holder_voids_what_was_made() -> None:
    event = make_event(choice=f"{AT_USED.prompt_number}.void_code")
    turn = run_decision(handle_used_slip(make_context(event, AT_USED)), answers(USED))
    assert turn.keys[0] == "slip.void_done"
    assert turn.acts == (
        VoidSlip("c1", CODE, TODAY),
        AddHistoryEntry("c1", 4, TODAY, HistoryEntryKind.CODE_VOIDED, ActorKind.REPORTER),
    )
    assert turn.kept.one_time is None


@pytest.mark.parametrize("event", [make_event("อะไรนะ"), make_event(choice="1.void_code")])
def test_anything_else_voids_nothing(event: object) -> None:
    turn = run_decision(handle_used_slip(make_context(event, AT_USED)), answers(USED))  # type: ignore[arg-type]
    assert turn.keys[-1] == "slip.used"
    assert turn.acts == ()


def test_leaving_and_asking_again() -> None:
    event = make_event(choice=f"{AT_USED.prompt_number}.leave")
    left = run_decision(handle_used_slip(make_context(event, AT_USED)), answers(USED))
    assert (left.kept.topic, left.kept.one_time, left.acts) == (DialogTopic.MENU, None, ())
    again = run_decision(repeat_used_slip(make_context(make_event(), AT_USED)), answers(USED))
    assert again.keys == ("slip.used",)
