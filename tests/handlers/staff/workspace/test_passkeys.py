"""What is decided about passkeys: who signs in, and who makes one."""

from dataclasses import replace
from datetime import date
from typing import Any

from handlers.staff.workspace.messages import BeginWorkspaceSession, FindWorkspaceSession, SignInWay
from handlers.staff.workspace.passkey_messages import (
    AddPasskey,
    FindPasskey,
    ListPasskeys,
    Passkey,
    RemovePasskey,
    UsePasskey,
)
from handlers.staff.workspace.passkeys import (
    MAX_PASSKEYS,
    PASSKEY_MANY,
    PASSKEY_SAVED,
    CheckedPasskey,
    add_passkey,
    remove_passkey,
    renew_factor_by_passkey,
    sign_in_by_passkey,
)
from handlers.staff.workspace.sign_in import WORKSPACE_CLOSED, WORKSPACE_ENTERED
from tests.handlers.staff.officer_commands import COLLEAGUE, OFFICER, TODAY
from tests.handlers.staff.workspace.test_sign_in import COOKIE, FOUND, make_request
from tests.in_memory_desk import MORNING
from tests.run_decision import run_queries

MARK = b"m" * 32
ONE = Passkey(MARK, OFFICER, "มือถือ", b"key", 4, b"credential", date(2026, 11, 1), "en")
CHECKED = CheckedPasskey(ONE, 5, b"c" * 32)
USE = UsePasskey(MARK, "s1", 4, 5, b"c" * 32)
MADE = AddPasskey(MARK, "", "  ของ\n ฉัน ", b"key", 0, b"credential", date(1970, 1, 1), "th", b"c" * 32)


def ask(generator: Any, **other: Any) -> Any:
    answers: dict[Any, Any] = {FindPasskey: ONE, ListPasskeys: (ONE,), FindWorkspaceSession: FOUND}
    by_name = {query.__name__: query for query in answers}
    return run_queries(generator, {**answers, **{by_name[name]: value for name, value in other.items()}})[0]


def test_a_passkey_begins_a_session_with_the_factor_given() -> None:
    turn = ask(sign_in_by_passkey(make_request(COOKIE), COOKIE, CHECKED))
    begin = BeginWorkspaceSession(COOKIE, b"", "s1", "en", SignInWay.PASSKEY)
    assert (turn.replies, turn.acts) == ((WORKSPACE_ENTERED,), (USE, begin))
    assert turn.session.officer.verified_at == MORNING
    for gone in (None, replace(ONE, staff=COLLEAGUE)):
        closed = ask(sign_in_by_passkey(make_request(COOKIE), COOKIE, CHECKED), FindPasskey=gone)
        assert (closed.replies, closed.acts) == ((WORKSPACE_CLOSED,), ())


def test_the_factor_is_given_again_by_ones_own() -> None:
    turn = ask(renew_factor_by_passkey(make_request(COOKIE), CHECKED))
    assert (turn.replies, turn.acts) == ((WORKSPACE_ENTERED,), (USE,))
    assert turn.session.officer.verified_at == MORNING
    for other in ({"FindPasskey": replace(ONE, staff=COLLEAGUE)}, {"FindWorkspaceSession": None}):
        closed = ask(renew_factor_by_passkey(make_request(COOKIE), CHECKED), **other)
        assert (closed.replies, closed.acts) == ((WORKSPACE_CLOSED,), ())


def test_one_is_made_for_who_is_signed_in_and_five_are_enough() -> None:
    turn = ask(add_passkey(make_request(COOKIE), MADE))
    act = replace(MADE, staff="s1", name="ของ ฉัน", made_on=TODAY, lang="en")
    assert (turn.replies, turn.acts) == ((PASSKEY_SAVED,), (act,))
    many = ask(add_passkey(make_request(COOKIE), MADE), ListPasskeys=(ONE,) * MAX_PASSKEYS)
    assert (many.replies, many.acts) == ((PASSKEY_MANY,), ())
    assert ask(add_passkey(make_request(COOKIE), MADE), FindWorkspaceSession=None).acts == ()


def test_only_ones_own_is_taken_away() -> None:
    name = MARK.hex()[:32]
    assert ask(remove_passkey(make_request(COOKIE), name)).acts == (RemovePasskey(MARK, "s1"),)
    assert ask(remove_passkey(make_request(COOKIE), name), ListPasskeys=()).acts == ()
    assert ask(remove_passkey(make_request(COOKIE), "0" * 32)).acts == ()
    assert ask(remove_passkey(make_request(COOKIE), name), FindWorkspaceSession=None).acts == ()
