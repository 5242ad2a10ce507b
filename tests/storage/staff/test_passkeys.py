"""Passkeys in the database: what lies there, one use of what was signed, and the end with their owner's rights."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from handlers.staff.workspace.passkey_messages import (
    AddPasskey,
    FindPasskey,
    ListPasskeys,
    RemovePasskey,
    UsePasskey,
)
from storage import tables
from storage.errors import ConflictError
from storage.staff.passkeys import hash_credential
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk
from tests.storage.staff.test_workspace import add_joined_staff

MARK, DAY = b"m" * 32, date(2026, 11, 30)
ADD = AddPasskey(MARK, "", "มือถือ", b"public key", 1, b"credential", DAY, "en", b"a" * 32)


def test_a_passkey_is_kept_used_once_and_taken_away(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        staff = await add_joined_staff(ground, one)
        await ground.commit_acts(one, replace(ADD, staff=staff))
        found = await one.answer_query(FindPasskey(MARK), NOW)
        assert found is not None
        assert (found.staff.id, found.name, found.key, found.count) == (staff, "มือถือ", b"public key", 1)
        assert (found.credential, found.made_on, found.lang) == (b"credential", DAY, "en")
        assert await one.answer_query(ListPasskeys(staff), NOW) == (found,)
        assert await one.answer_query(ListPasskeys("another"), NOW) == ()
        assert await one.answer_query(FindPasskey(b"?" * 32), NOW) is None
        await ground.commit_acts(one, UsePasskey(MARK, staff, 1, 2, b"b" * 32))
        used = await one.answer_query(FindPasskey(MARK), NOW)
        assert used is not None
        assert used.count == 2
        for act in (
            UsePasskey(MARK, staff, 2, 3, b"b" * 32),  # what was signed, once more
            UsePasskey(MARK, staff, 1, 3, b"c" * 32),  # somebody was quicker
            UsePasskey(MARK, "another", 2, 3, b"d" * 32),
            replace(ADD, staff=staff, challenge=b"e" * 32),  # it is known
            replace(ADD, staff=staff, mark=b"n" * 32),
        ):
            with pytest.raises(ConflictError):
                await ground.commit_acts(one, act)
        await ground.commit_acts(one, RemovePasskey(MARK, "another"))
        assert await one.answer_query(FindPasskey(MARK), NOW) is not None
        await ground.commit_acts(one, RemovePasskey(MARK, staff))
        assert await one.answer_query(FindPasskey(MARK), NOW) is None

    ground.run_scenario(scene)


def test_what_lies_on_the_disk_tells_no_name(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        staff = await add_joined_staff(ground, one)
        await ground.commit_acts(one, replace(ADD, staff=staff))
        async with one.committer.transaction() as connection:
            rows: list[Any] = list((await connection.execute(tables.passkeys.select())).all())
        assert [(row.mark, row.staff_id) for row in rows] == [(MARK, staff)]
        assert "มือถือ".encode() not in rows[0].sealed
        assert hash_credential(one.keyring, "a") != hash_credential(one.keyring, "b")

    ground.run_scenario(scene)


def test_passkeys_end_with_the_rights_of_their_owner(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        staff = await add_joined_staff(ground, one)
        await ground.commit_acts(one, replace(ADD, staff=staff))
        await one.staff_admin.remove(staff, DAY, NOW)
        assert await one.answer_query(FindPasskey(MARK), NOW) is None
        async with one.committer.transaction() as connection:
            assert (await connection.execute(tables.passkeys.select())).all() == []

    ground.run_scenario(scene)
