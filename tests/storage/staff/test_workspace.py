"""Sessions of the workspace: a link begins one once, they end with the day, and with the rights of who has them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.staff.members import LeaveStaff
from handlers.staff.page_access import (
    CloseAccessLink,
    CreateAccessLink,
    FindPageAccess,
    KeepPage,
    PageKind,
    UseAccessLink,
)
from handlers.staff.workspace.messages import (
    WORKSPACE_SESSION_TTL,
    BeginWorkspaceSession,
    CountWorkspaceLinks,
    EndWorkspaceSession,
    FindWorkspaceSession,
    ListWorkspaceSessions,
    NewWorkspaceLink,
    SignInWay,
)
from handlers.thai.dates import to_bangkok_date
from storage.errors import ConflictError
from storage.staff.page_access import hash_access_secret
from storage.staff.workspace import WORKSPACE_SESSION_CODEC
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk
from tests.storage.staff.test_members import add_joined_staff

MARK, OTHER = b"m" * 32, b"o" * 32


async def begin(
    ground: StoredDesk, one: Store, staff: str, mark: bytes, secret: str
) -> BeginWorkspaceSession:
    await ground.commit_acts(one, CreateAccessLink(secret, PageKind.WORKSPACE, staff, lang="en"))
    act = BeginWorkspaceSession(mark, hash_access_secret(one.keyring, secret), staff, "en", SignInWay.LINK)
    await ground.commit_acts(one, act)
    return act


def test_a_link_begins_a_session_once_which_lasts_for_a_working_day(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        assert await one.answer_query(NewWorkspaceLink(), NOW) is None
        staff = await add_joined_staff(ground, one)
        act = await begin(ground, one, staff, MARK, "secret")
        assert await one.answer_query(CountWorkspaceLinks(staff), NOW) == 0
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, act)
        last = NOW + WORKSPACE_SESSION_TTL - timedelta(minutes=1)
        found = await one.answer_query(FindWorkspaceSession(MARK), last)
        assert (found.staff.id, found.way, found.lang) == (staff, SignInWay.LINK, "en")
        assert found.begun_at == NOW.replace(minute=0, second=0, microsecond=0)
        assert await one.answer_query(FindWorkspaceSession(MARK), NOW + WORKSPACE_SESSION_TTL) is None
        assert await one.answer_query(FindWorkspaceSession(OTHER), NOW) is None
        await one.staff_admin.delete_expired_codes(NOW + WORKSPACE_SESSION_TTL)
        assert await one.answer_query(ListWorkspaceSessions(staff), NOW) == ()

    ground.run_scenario(scene)


def test_links_of_all_kinds_count_and_only_one_that_is_unused_and_ones_own_begins_a_session(
    ground: StoredDesk,
) -> None:
    async def scene(one: Store) -> None:
        staff = await add_joined_staff(ground, one)
        await ground.commit_acts(one, CreateAccessLink("digits", PageKind.DIGITS, staff))
        await ground.commit_acts(one, CreateAccessLink("plain", PageKind.WORKSPACE, staff))
        await ground.commit_acts(one, CreateAccessLink("case", PageKind.CASE, staff))
        # That of an invitation's digits lasts for a day and may be a colleague's deed: it takes no place.
        assert await one.answer_query(CountWorkspaceLinks(staff), NOW) == 2
        assert await one.answer_query(CountWorkspaceLinks(staff), NOW + timedelta(minutes=15)) == 0
        digits = hash_access_secret(one.keyring, "digits")
        grant = KeepPage(b"g" * 32, PageKind.DIGITS, staff, password="123456", name="วิชัย")
        await ground.commit_acts(one, UseAccessLink(digits, staff), grant)
        assert await one.answer_query(CountWorkspaceLinks(staff), NOW) == 2  # what a session keeps is no link
        kept = await one.answer_query(FindPageAccess(b"g" * 32), NOW)
        assert (kept.verified, kept.password, kept.name, kept.staff.id) == (True, "123456", "วิชัย", staff)
        await ground.commit_acts(one, replace(grant, password="654321"))
        assert (await one.answer_query(FindPageAccess(b"g" * 32), NOW)).password == "654321"
        assert await one.answer_query(FindPageAccess(b"g" * 32), NOW + timedelta(minutes=15)) is None
        plain, case = (hash_access_secret(one.keyring, name) for name in ("plain", "case"))
        await ground.commit_acts(one, CloseAccessLink(case, staff))
        assert await one.answer_query(FindPageAccess(case), NOW) is None
        assert await one.answer_query(CountWorkspaceLinks(staff), NOW) == 1
        for mark, who in ((digits, staff), (b"g" * 32, staff), (plain, "another")):
            with pytest.raises(ConflictError):
                await ground.commit_acts(one, BeginWorkspaceSession(MARK, mark, who, "th", SignInWay.LINK))

    ground.run_scenario(scene)


def test_a_session_ends_for_its_owner_alone_and_with_their_rights(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        staff = await add_joined_staff(ground, one)
        await begin(ground, one, staff, MARK, "first")
        await begin(ground, one, staff, OTHER, "second")
        await ground.commit_acts(one, EndWorkspaceSession(MARK, "another"))
        assert len(await one.answer_query(ListWorkspaceSessions(staff), NOW)) == 2
        await ground.commit_acts(one, EndWorkspaceSession(MARK, staff))
        (left,) = await one.answer_query(ListWorkspaceSessions(staff), NOW)
        assert left.mark == OTHER
        await ground.commit_acts(one, LeaveStaff(staff, to_bangkok_date(NOW)))
        assert await one.answer_query(FindWorkspaceSession(OTHER), NOW) is None
        assert await one.answer_query(ListWorkspaceSessions(staff), NOW) == ()

    ground.run_scenario(scene)


def test_what_lies_on_the_disk_is_a_hash_a_staff_id_and_a_minute(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await begin(ground, one, await add_joined_staff(ground, one), MARK, "secret-of-a-link")

    ground.run_scenario(scene)
    disk = ground.read_all_bytes()
    assert MARK in disk
    assert b"secret-of-a-link" not in disk
    assert b'"hour"' in WORKSPACE_SESSION_CODEC.dump_json(
        WORKSPACE_SESSION_CODEC.validate_python({"hour": 1, "way": "link"})
    )
    assert b'"hour"' not in disk
