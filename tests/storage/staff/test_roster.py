"""Who is on the staff, in memory and as the names that every report is compared with."""

from dataclasses import replace

from handlers.dialog.events import Channel
from handlers.staff.members import (
    JoinStaff,
    LeaveStaff,
    ListStaff,
    SetStaffLanguage,
    StaffMember,
    StaffProfile,
)
from handlers.staff.permissions import Role
from storage.staff.admin import StaffAdmin
from storage.staff.directory import StaffDirectory
from storage.staff.roster import Roster, StaffAddress
from storage.store import Store, open_store
from tests.storage.conftest import NOW, StoredDesk
from tests.storage.staffed_desk import join_staff, list_letters

ANN = b"ann".ljust(32, b".")


async def refresh(one: Store, roster: Roster) -> list[tuple[StaffMember, StaffAddress | None]]:
    async with one.committer.transaction() as connection:
        return list(await roster.refresh(connection))


def test_what_was_just_committed_is_known_before_anything_is_read(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        roster = Roster(one.keyring)
        assert ANN not in roster
        joined = JoinStaff("s1", "code", ANN, "secret", (), Channel.WEB, None, "th", NOW.date())
        roster.apply_acts([joined])
        assert ANN in roster
        assert (roster.member_count, [*roster]) == (1, [])

    ground.run_scenario(scene)


def test_a_member_is_read_again_after_every_change_of_another_program(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        staff = await join_staff(ground, one, "ann", lang="en")
        ((member, address),) = await refresh(one, one.roster)
        assert (member.id, member.name, member.active) == (staff, "ann", True)
        assert address == StaffAddress(Channel.TELEGRAM, b"ann", "en")
        await ground.commit_acts(one, SetStaffLanguage(staff, "th"))
        assert [a and a.lang for _, a in await refresh(one, one.roster)] == ["th"]
        async with open_store(ground.key_files, NOW) as other:
            await other.staff_admin.remove(staff, NOW.date(), NOW)
        assert ANN in one.roster
        assert await refresh(one, one.roster) == []
        assert ANN not in one.roster

    ground.run_scenario(scene)


def test_who_leaves_is_forgotten_and_the_others_are_not(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        staff = await join_staff(ground, one, "ann")
        await join_staff(ground, one, "bob")
        await refresh(one, one.roster)
        one.roster.apply_acts([LeaveStaff(staff, NOW.date())])
        assert (ANN in one.roster, one.roster.member_count) == (False, 1)

    ground.run_scenario(scene)


def test_a_member_who_cannot_be_read_is_still_no_citizen(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await join_staff(ground, one, "ann")
        ground.execute_sql("UPDATE staff SET sealed = zeroblob(80)")
        roster = Roster(one.keyring)
        assert await refresh(one, roster) == []
        assert ANN in roster

    ground.run_scenario(scene)


def test_an_address_that_cannot_be_read_ends_the_notices_and_nothing_else(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await join_staff(ground, one, "ann")
        ground.execute_sql("UPDATE staff SET address = zeroblob(80)")
        ((member, address),) = await refresh(one, Roster(one.keyring))
        assert (member.name, address) == ("ann", None)

    ground.run_scenario(scene)


def test_the_directory_lists_everybody_by_name_and_reads_a_name_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        directory = StaffDirectory(one.keyring, one.staff_directory.read_batcher)
        assert await directory.list_all(ListStaff()) == ()
        bob = await join_staff(ground, one, "bob")
        await one.staff_admin.add(Role.OFFICER, StaffProfile("ann"), NOW)
        first = await directory.list_all(ListStaff())
        assert [(person.name, person.active) for person in first] == [("ann", False), ("bob", True)]
        assert await directory.list_all(ListStaff()) is first
        await one.staff_admin.remove(bob, NOW.date(), NOW)
        assert [person.name for person in await directory.list_all(ListStaff())] == ["ann"]
        everybody = await directory.list_all(ListStaff(include_removed=True))
        assert [(person.name, person.removed) for person in everybody] == [("ann", None), ("bob", NOW.date())]

    ground.run_scenario(scene)


def test_a_member_who_cannot_be_read_is_not_in_the_directory(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        for name in ("ann", "bob"):
            await one.staff_admin.add(Role.OFFICER, StaffProfile(name), NOW)
        ((first,), *_) = ground.execute_sql("SELECT id FROM staff")
        ground.execute_sql(f"UPDATE staff SET sealed = zeroblob(80) WHERE id = '{first}'")
        assert len(await one.answer_query(ListStaff(), NOW)) == 1

    ground.run_scenario(scene)


def test_a_broadcast_reaches_everybody_who_can_be_reached_in_their_language(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        admin = StaffAdmin(one.committer, one.roster)
        await join_staff(ground, one, "ann", lang="en")
        await join_staff(ground, one, "bob", Role.AUDITOR)
        await join_staff(ground, one, "silent", back=None)
        assert await admin.broadcast({"th": "สวัสดี", "en": "hello"}, NOW) == 2
        assert [(back, args) for back, _, _, args in await list_letters(one)] == [
            (b"ann", {"text": "hello"}),
            (b"bob", {"text": "สวัสดี"}),
        ]
        contacts = await admin.list_contacts()
        assert sorted(member.name for member, _ in contacts) == ["ann", "bob"]

    ground.run_scenario(scene)


def test_a_changed_address_is_another_address() -> None:
    address = StaffAddress(Channel.LINE, b"secret")
    assert b"secret" not in repr(address).encode()
    assert replace(address, lang="en") != address
