"""The staff: invitation codes work once, removal takes effect at once, and names are never stored in clear text."""

from datetime import timedelta

import pytest

from handlers.dialog.events import Channel
from handlers.staff.members import (
    FindInvitation,
    FindStaffMember,
    IsCodeUsed,
    IsRecoveryCode,
    JoinStaff,
    LeaveStaff,
    ListStaff,
    NewRecoveryCodes,
    NewTotpSecret,
    StaffProfile,
    UseCode,
)
from handlers.staff.permissions import Role
from handlers.thai.dates import to_bangkok_date
from storage.errors import ConflictError
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk

WHO = b"w" * 32
SOMCHAI = StaffProfile("สมชาย ใจดีคานารี", ("ผอ.สมชาย",), ("กลุ่มคานารีคลัง",))


async def add_joined_staff(
    ground: StoredDesk, one: Store, who: bytes = WHO, role: Role = Role.OFFICER
) -> str:
    """Add a person who joins; returns their id."""
    code = (await one.staff_admin.add(role, SOMCHAI, NOW)).code
    person = await one.answer_query(FindInvitation(code), NOW)
    secret = await one.answer_query(NewTotpSecret(), NOW)
    act = JoinStaff(
        person.id, code, who, secret, ("AAAAA-AAAAA",), Channel.WEB, b"back", "th", to_bangkok_date(NOW)
    )
    await ground.commit_acts(one, act)
    staff: str = person.id
    return staff


def test_a_person_joins_by_a_code_that_is_taken_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        code = (await one.staff_admin.add(Role.SUPERVISOR, SOMCHAI, NOW)).code
        person = await one.answer_query(FindInvitation(code.lower().replace("-", " ")), NOW)
        assert (person.role, person.profile, person.active) == (Role.SUPERVISOR, SOMCHAI, False)
        assert await one.answer_query(FindInvitation("00000-00000"), NOW) is None
        assert await one.answer_query(FindInvitation(code), NOW + timedelta(hours=24)) is None
        secret = await one.answer_query(NewTotpSecret(), NOW)
        assert len(secret) == 32
        acts = [
            JoinStaff(person.id, code, who, secret, (), Channel.WEB, None, "th", to_bangkok_date(NOW))
            for who in (WHO, b"v" * 32)
        ]
        await ground.commit_acts(one, acts[0])
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, acts[1])
        assert WHO in one.roster
        assert b"v" * 32 not in one.roster
        found = await one.answer_query(FindStaffMember(WHO), NOW)
        assert found.active
        assert found.secret == secret
        assert found.name == SOMCHAI.name
        assert secret not in repr(found)

    ground.run_scenario(scene)


def test_who_was_removed_elsewhere_has_no_right_any_more(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        staff = await add_joined_staff(ground, one)

        async def beside(other: Store) -> None:
            assert WHO in other.roster
            await other.staff_admin.remove(staff, to_bangkok_date(NOW), NOW)
            assert WHO not in other.roster

        from storage.store import open_store

        async with open_store(ground.key_files, NOW) as other:
            await beside(other)
        assert WHO in one.roster  # the roster in memory is not reloaded yet ...
        assert await one.answer_query(FindStaffMember(WHO), NOW) is None  # ... but queries are current
        async with one.committer.transaction() as connection:
            assert list(await one.roster.refresh(connection)) == []
        assert WHO not in one.roster
        assert await one.answer_query(ListStaff(), NOW) == ()

    ground.run_scenario(scene)


def test_names_are_opened_once_and_again_when_another_program_changed_them(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        from storage.store import open_store

        staff = await add_joined_staff(ground, one)
        (first,), (again,) = (
            await one.answer_query(ListStaff(), NOW),
            await one.answer_query(ListStaff(), NOW),
        )
        assert again is first
        assert (first.id, first.profile, first.joined) == (staff, SOMCHAI, to_bangkok_date(NOW))
        async with open_store(ground.key_files, NOW) as other:
            await other.staff_admin.add(Role.AUDITOR, StaffProfile("กานดา คานารี"), NOW)
            await other.staff_admin.remove(staff, to_bangkok_date(NOW), NOW)
        assert [s.name for s in await one.answer_query(ListStaff(), NOW)] == ["กานดา คานารี"]
        everyone = await one.answer_query(ListStaff(include_removed=True), NOW)
        assert [(s.id == staff, s.removed) for s in everyone] == [
            (False, None),
            (True, to_bangkok_date(NOW)),
        ]

    ground.run_scenario(scene)


def test_who_leaves_is_gone(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        staff = await add_joined_staff(ground, one)
        assert [s.id for s in await one.answer_query(ListStaff(), NOW)] == [staff]
        async with one.committer.transaction() as connection:
            roster = await one.roster.refresh(connection)
        assert [(s.id, a and a.back) for s, a in roster] == [(staff, b"back")]
        await ground.commit_acts(one, LeaveStaff(staff, to_bangkok_date(NOW)))
        assert WHO not in one.roster
        assert await one.answer_query(FindStaffMember(WHO), NOW) is None

    ground.run_scenario(scene)


def test_a_second_factor_is_taken_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        staff = await add_joined_staff(ground, one)
        assert not await one.answer_query(IsCodeUsed(staff, 59_000_000), NOW)
        await ground.commit_acts(one, UseCode(staff, 59_000_000))
        assert await one.answer_query(IsCodeUsed(staff, 59_000_000), NOW)
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, UseCode(staff, 59_000_000))
        assert await one.answer_query(IsRecoveryCode(staff, "aaaaa aaaaa"), NOW)
        await ground.commit_acts(one, UseCode(staff, recovery_code="AAAAA-AAAAA"))
        assert not await one.answer_query(IsRecoveryCode(staff, "AAAAA-AAAAA"), NOW)
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, UseCode(staff, recovery_code="AAAAA-AAAAA"))
        codes = await one.answer_query(NewRecoveryCodes(), NOW)
        assert len(set(codes)) == 8
        assert await one.verify_audit() == []
        assert await one.staff_admin.delete_expired_codes(NOW + timedelta(days=3)) == 3

    ground.run_scenario(scene)


def test_no_name_and_no_code_lies_on_the_disk(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await add_joined_staff(ground, one)

    ground.run_scenario(scene)
    disk = ground.read_all_bytes()
    assert "คานารี".encode() not in disk
    assert WHO in disk  # person ids are stored as hashes
    assert b"AAAAA" not in disk
