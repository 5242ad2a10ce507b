"""Codes of the staff cannot be guessed, and commands given at the same moment lend nobody rights."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from pyotp import HOTP

from handlers.dialog.replies import Reply
from handlers.staff.members import NewRecoveryCodes
from handlers.staff.permissions import Role
from storage.staff.members import hash_recovery_code
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officer.test_permissions import run_desk_scenario
from tests.end_to_end.officers import TOTP_SECRET, Officer, add_officer, file_case

WRONG = "AAAAA-AAAA"


def list_keys(replies: tuple[Reply, ...]) -> list[str]:
    return [reply.key for reply in replies]


def make_stranger(desk: DeskHarness, name: str) -> Officer:
    return Officer(desk, name, "", desk.person_id(name))


async def read_rows(desk: DeskHarness, query: str) -> list[tuple[object, ...]]:
    async with desk.store.open_read_context() as context:
        return [tuple(row) for row in await context.connection.exec_driver_sql(query)]


def test_invitations_cannot_be_guessed(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code = await desk.add_staff("มาลี", Role.SUPERVISOR.value)
        stranger = make_stranger(desk, "ผู้บุกรุก")
        for number in range(5):
            answers = await stranger.say_for_replies(f"/join {WRONG}{number}")
            assert list_keys(answers) == ["staff.join.unknown"]
            assert answers[0].args == {}  # nothing tells whether it was close, or whose it might be
        assert list_keys(await stranger.say_for_replies(f"/join {code}")) == ["staff.factor.wait"]
        refusals = await read_rows(desk, "SELECT actor, ref FROM audit WHERE what = 'refused'")
        assert len(refusals) == 5
        assert all(WRONG not in str(row) and code not in str(row) for row in refusals)
        desk.clock_offset += timedelta(hours=25)
        other = make_stranger(desk, "ใครก็ได้")
        assert list_keys(await other.say_for_replies(f"/join {code}")) == ["staff.join.unknown"]  # a day old

    run_desk_scenario(tmp_path / "var", scene)


def test_an_invitation_taken_by_two_at_once_lets_one_in(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code = await desk.add_staff("มาลี", Role.SUPERVISOR.value)
        two = [make_stranger(desk, name) for name in ("คนแรก", "คนที่สอง")]
        for one in two:
            shown = await one.say(f"/join {code}")
            secret = next(m.text for m in shown if m.qr)
            assert secret
        sessions = [await desk.store.load_session(one.who) for one in two]
        secrets = [s.officer.joining.secret for s in sessions if s is not None and s.officer.joining]
        assert len(set(secrets)) == 2
        step = int(desk.now().timestamp()) // 30
        joined = await asyncio.gather(
            *(one.say_for_replies(HOTP(s).at(step)) for one, s in zip(two, secrets, strict=True))
        )
        assert sorted(list_keys(replies)[0] for replies in joined) == [
            "staff.join.done",
            "staff.join.unknown",
        ]
        assert len(await read_rows(desk, "SELECT id FROM staff WHERE joined IS NOT NULL")) == 1

    run_desk_scenario(tmp_path / "var", scene)


async def give_recovery_codes(desk: DeskHarness, officer: Officer) -> tuple[str, ...]:
    """Recovery codes of an officer, stored as at joining."""
    codes = await desk.store.answer_query(NewRecoveryCodes(), desk.now())
    async with desk.store.committer.transaction() as connection:
        for code in codes:
            mark = hash_recovery_code(desk.store.keyring, officer.id, code)
            await connection.exec_driver_sql(
                "INSERT INTO recoveries (mark, staff_id) VALUES (?, ?)", (mark, officer.id)
            )
    own: tuple[str, ...] = codes
    return own


def test_recovery_codes_cannot_be_guessed_lent_or_used_twice(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        one, other = await add_officer(desk, "สมหญิง"), await add_officer(desk, "วิชัย")
        codes = await give_recovery_codes(desk, one)
        assert list_keys(await other.say_for_replies("/facts 1")) == ["staff.factor.ask"]
        assert list_keys(await other.say_for_replies(codes[0])) == ["staff.factor.wrong"]  # it is not theirs
        for number in range(4):
            assert list_keys(await other.say_for_replies(f"ABCD{number}-ABCDE")) == ["staff.factor.wrong"]
        assert list_keys(await other.say_for_replies(other.totp_code())) == ["staff.factor.wait"]
        assert list_keys(await one.say_for_replies("/facts 1")) == ["staff.factor.ask"]
        opened = await one.say_for_replies(codes[0])
        assert "staff.factor.wrong" not in list_keys(opened)
        desk.clock_offset += timedelta(hours=1)
        assert list_keys(await one.say_for_replies("/facts 1")) == ["staff.factor.ask"]
        assert list_keys(await one.say_for_replies(codes[0])) == ["staff.factor.wrong"]

    run_desk_scenario(tmp_path / "var", scene)


def test_guesses_sent_at_once_count_one_by_one(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        officer = await add_officer(desk, "สมหญิง")
        await officer.say("/facts 1")
        tried = await asyncio.gather(*(officer.say_for_replies(f"{n:06}") for n in range(100_000, 100_020)))
        keys = [list_keys(replies)[0] for replies in tried]
        assert keys.count("staff.factor.wrong") <= 5
        assert set(keys) <= {"staff.factor.wrong", "staff.factor.wait"}

    run_desk_scenario(tmp_path / "var", scene)


def test_who_is_removed_while_they_act_does_nothing_afterwards(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number in (1, 2):
            await file_case(desk, number)
        officer = await add_officer(desk, "สมหญิง", Role.SUPERVISOR)
        shown = await officer.say("/reply 1 ขอบคุณ")
        await asyncio.gather(
            desk.remove_staff("สมหญิง"),
            officer.confirm(shown),
            officer.say("/take 2"),
            officer.say("/screen 1"),
        )
        assert not set(list_keys(await officer.say_for_replies("/take 1"))) & {"staff.take.done"}
        await desk.store.scheduled_replies.send_due(desk.now() + timedelta(seconds=61))
        lines = await read_rows(desk, "SELECT kind FROM history WHERE kind = 'office'")
        assert lines == []  # what was still in its undo window is not sent

    run_desk_scenario(tmp_path / "var", scene)


@pytest.mark.parametrize("crossed", [False, True])
def test_a_confirmation_confirms_what_its_officer_was_shown(tmp_path: Path, *, crossed: bool) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number in (1, 2):
            await file_case(desk, number)
        one, other = await add_officer(desk, "สมหญิง"), await add_officer(desk, "วิชัย")
        first, second = await asyncio.gather(
            one.say("/reply 1 ข้อความของสมหญิง"), other.say("/reply 2 ข้อความของวิชัย")
        )
        yes = [
            next(data for m in shown for _, data in m.choices if data.startswith("/confirm y"))
            for shown in (first, second)
        ]
        if crossed:
            yes.reverse()
        answers = await asyncio.gather(one.say_for_replies(yes[0]), other.say_for_replies(yes[1]))
        assert {list_keys(replies)[0] for replies in answers} <= {"staff.held.now", "staff.confirm.stale"}
        held = set(await read_rows(desk, "SELECT actor, ref FROM audit WHERE what = 'held'"))
        numbers = dict(await read_rows(desk, "SELECT id, number FROM cases"))  # type: ignore[arg-type]
        sent = {(actor, numbers[str(case)]) for actor, case in held}
        own = {(f"staff:{one.id}", 1), (f"staff:{other.id}", 2)}
        assert sent <= own if crossed else sent == own

    run_desk_scenario(tmp_path / "var", scene)


def test_one_confirmation_tapped_many_times_sends_once(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        officer = await add_officer(desk, "สมหญิง")
        shown = await officer.say("/reply 1 ขอบคุณ")
        yes = next(data for m in shown for _, data in m.choices if data.startswith("/confirm y"))
        answers = await asyncio.gather(*(officer.say_for_replies(yes) for _ in range(8)))
        assert [list_keys(replies)[0] for replies in answers].count("staff.held.now") == 1
        await desk.store.scheduled_replies.send_due(desk.now() + timedelta(seconds=61))
        assert len(await read_rows(desk, "SELECT 1 FROM history WHERE kind = 'office'")) == 1

    run_desk_scenario(tmp_path / "var", scene)


def test_the_secret_of_the_second_factor_is_shown_to_nobody_again(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await add_officer(desk, "สมหญิง", Role.ADMIN)
        for command in ("/help", "/join ABCDE-12345", "/stats", "/log", "/start"):
            assert not any(TOTP_SECRET in message.text for message in await officer.say(command))

    run_desk_scenario(tmp_path / "var", scene)
