"""The session: a changed session is a new one, and nothing else of it changes."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.dialog.codes.one_time_code import make_one_time_code
from handlers.dialog.events import File
from handlers.dialog.receipt import make_receipt
from handlers.dialog.session import (
    UNOPENED_CASE_STEP,
    DialogTopic,
    DoubtfulText,
    LongText,
    LongTextPiece,
    Session,
    UnconfirmedText,
)
from handlers.staff.state import OfficerState

BEFORE = Session(
    version=3, at=datetime(2026, 11, 22, tzinfo=UTC), step="story", prompt_number=7, resume="when"
)
CHANGES: dict[str, Any] = {
    "version": 4,
    "at": datetime(2026, 11, 23, tzinfo=UTC),
    "lang": "en",
    "topic": DialogTopic.REPORT,
    "step": "accused",
    "prompt_number": 8,
    "answers": {"story": "เรียกรับเงิน"},
    "files": (File("0" * 32, "ก.png", "image/png", 1),),
    "editing": True,
    "resume": "notice",
    "receipt": make_receipt(7),
    "message_origins": {"1": "story"},
    "unconfirmed": UnconfirmedText("เรียกรับเงิน"),
    "officer": OfficerState(verified_at=datetime(2026, 11, 22, tzinfo=UTC)),
    "doubtful": (DoubtfulText("รหัส"),),
    "long_text": LongText((LongTextPiece(1, "ก"),), 1),
    "is_short": True,
    "understood": {"when": "12 มีนาคม 2569"},
    "removed_readings": ("where",),
    "declined": ("evidence",),
    "asked_again": ("head",),
    "one_time": make_one_time_code(7),
    "may_rate": True,
}


def test_every_part_of_a_session_can_change_alone() -> None:
    assert CHANGES.keys() == {part.name for part in fields(Session)}
    before = replace(BEFORE)
    for name, value in CHANGES.items():
        changed = BEFORE.replace(**{name: value})
        assert changed == replace(BEFORE, **{name: value})
        assert changed != before == BEFORE


def test_a_session_has_no_other_parts() -> None:
    with pytest.raises(TypeError):
        BEFORE.replace(stpe="accused")


@pytest.mark.parametrize(
    ("session", "text", "stored"),
    [
        (Session(topic=DialogTopic.REPORT, step="story"), {"is_storable": True}, True),
        (Session(topic=DialogTopic.MENU), {"is_storable": True}, True),
        (Session(topic=DialogTopic.MENU), {"is_storable": True, "is_first": True}, True),
        (Session(topic=DialogTopic.MENU), {}, False),
        (Session(topic=DialogTopic.MENU), {"is_first": True}, False),
    ],
)
def test_a_part_of_a_long_text_is_stored_only_where_its_desk_says_so(
    session: Session, text: dict[str, bool], stored: bool
) -> None:
    waiting = session.replace(long_text=LongText((LongTextPiece(1, "ก"),), 1, **text))
    kept = waiting.without_memory_only_text()
    assert kept == (waiting if stored else session)
    assert waiting.memory_only is not stored


def test_a_draft_is_stored_without_a_long_text_that_is_not() -> None:
    draft = Session(topic=DialogTopic.REPORT, step="accused", answers={"story": "ก"})
    waiting = draft.replace(long_text=LongText((LongTextPiece(1, "ข"),), 1))
    assert not waiting.memory_only
    assert waiting.without_memory_only_text() == draft


def test_a_long_text_for_an_open_case_is_stored_without_the_case() -> None:
    text = LongText((LongTextPiece(1, "ก"),), 1, is_storable=True)
    case = Session(
        version=3,
        topic=DialogTopic.TRACK,
        step="message",
        receipt=make_receipt(5),
        answers={"held": "ข"},
        message_origins={"1": "text:ค"},
    )
    waiting = case.replace(long_text=text)
    assert not waiting.memory_only
    assert waiting.without_memory_only_text() == Session(
        version=3, topic=DialogTopic.TRACK, step=UNOPENED_CASE_STEP, long_text=text
    )
    assert case.memory_only


def test_who_was_not_greeted_yet_leaves_no_row() -> None:
    assert Session(long_text=LongText((LongTextPiece(1, "ก"),), 1, is_first=True)).memory_only


def test_pieces_are_joined_as_clients_cut_them() -> None:
    pieces = (LongTextPiece(1, "ก"), LongTextPiece(2, "ข", is_full=True), LongTextPiece(5, "ค"))
    assert LongText(pieces, 1).text == "ก\nขค"
