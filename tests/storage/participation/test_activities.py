"""Activities: numbered by fiscal year, corrected in place, taken off and put back, the trail without their text."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.participation.messages import (
    MAX_ACTIVITY_PICTURES,
    ActivityKind,
    ActivityPicture,
    ActivityTakers,
    ActivityText,
    AddActivityPicture,
    GetActivityPicture,
    ListActivities,
    PublishActivity,
    RemoveActivityPicture,
    SetActivityShown,
)
from storage.errors import ConflictError
from storage.store import Store
from tests.storage.conftest import CANARY, NOW, StoredDesk

TEXT = ActivityText(
    ActivityKind.MEETING, date(2026, 10, 12), "แผน", (ActivityTakers("ครู", 20),), "เพิ่มสองโครงการ"
)
DAY = date(2026, 10, 13)


def test_they_are_numbered_corrected_and_taken_off(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        async def list_names() -> list[tuple[str, str, bool]]:
            found = await store.answer_query(ListActivities(), NOW)
            return [(one.name, one.text.title, one.is_shown) for one in found]

        earlier = replace(TEXT, day=date(2026, 9, 30), title="ก่อน")
        later = replace(TEXT, day=date(2026, 11, 1), title=CANARY)
        for text in (TEXT, earlier, later):
            await ground.commit_acts(store, PublishActivity(text, DAY, "s3"))
        shown = [("2/2570", CANARY, True), ("1/2570", "แผน", True), ("1/2569", "ก่อน", True)]
        assert await list_names() == shown
        corrected = replace(TEXT, title="ที่แก้")
        await ground.commit_acts(store, PublishActivity(corrected, DAY, "s3", (2570, 1)))
        assert (await list_names())[1] == ("1/2570", "ที่แก้", True)
        moved = replace(later, day=date(2026, 9, 1))
        await ground.commit_acts(store, PublishActivity(moved, DAY, "s3", (2570, 2)))
        assert await list_names() == [
            ("2/2570", CANARY, False),
            ("1/2570", "ที่แก้", True),
            ("1/2569", "ก่อน", True),
            ("2/2569", CANARY, True),
        ]
        await ground.commit_acts(store, SetActivityShown(2570, 1, is_shown=False, staff="s3"))
        await ground.commit_acts(store, SetActivityShown(2570, 9, is_shown=False, staff="s3"))
        assert (await list_names())[1] == ("1/2570", "ที่แก้", False)
        (found, *_) = await store.answer_query(ListActivities(), NOW)
        assert found.text == later
        assert await store.verify_audit() == []

    ground.run_scenario(scene)
    trail = ground.execute_sql("SELECT what, ref FROM audit WHERE what LIKE 'activity%' ORDER BY seq")
    assert [tuple(row) for row in trail][:3] == [
        ("activity", "1/2570"),
        ("activity", "1/2569"),
        ("activity", "2/2570"),
    ]
    assert CANARY not in repr(ground.execute_sql("SELECT * FROM audit"))


def make_picture(words: str, content: bytes, number: int = 1) -> AddActivityPicture:
    return AddActivityPicture(2570, number, words, 40, 30, content, "s3")


def test_its_pictures_are_added_deleted_and_go_with_it(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        async def get_picture(year: int, number: int, place: int) -> bytes | None:
            return await store.answer_query(GetActivityPicture(year, number, place), NOW)

        await ground.commit_acts(store, PublishActivity(TEXT, DAY, "s3"))
        for content in (b"1", b"2", b"3"):
            await ground.commit_acts(store, make_picture(CANARY, content))
        for late in (make_picture("one too many", b"4"), make_picture("of none", b"5", number=9)):
            with pytest.raises(ConflictError):
                await ground.commit_acts(store, late)
        ((one),) = await store.answer_query(ListActivities(), NOW)
        assert one.pictures == tuple(
            ActivityPicture(place, CANARY, 40, 30) for place in range(1, MAX_ACTIVITY_PICTURES + 1)
        )
        assert [await get_picture(2570, 1, place) for place in (1, 2, 3, 4)] == [b"1", b"2", b"3", None]
        for _ in range(2):  # the second time it is gone already
            await ground.commit_acts(store, RemoveActivityPicture(2570, 1, 2, "s3"))
        assert await get_picture(2570, 1, 2) is None
        await ground.commit_acts(store, SetActivityShown(2570, 1, is_shown=False, staff="s3"))
        assert await get_picture(2570, 1, 1) is None  # what is off the page is had from no address
        await ground.commit_acts(store, SetActivityShown(2570, 1, is_shown=True, staff="s3"))
        moved = replace(TEXT, day=date(2026, 9, 1))
        await ground.commit_acts(store, PublishActivity(moved, DAY, "s3", (2570, 1)))
        assert [await get_picture(2569, 1, place) for place in (1, 3)] == [b"1", b"3"]
        await ground.commit_acts(store, RemoveActivityPicture(2569, 1, 3, "s3"))
        await ground.commit_acts(store, replace(make_picture("new", b"6"), fiscal_year=2569))
        assert [await get_picture(2569, 1, place) for place in (3, 4)] == [None, b"6"]  # no place twice
        assert await store.verify_audit() == []

    ground.run_scenario(scene)
    trail = ground.execute_sql("SELECT what, ref FROM audit WHERE what LIKE 'activity-picture%' ORDER BY seq")
    added, removed = ("activity-picture", "1/2570"), ("activity-picture-off", "1/2570")
    moved = (("activity-picture-off", "1/2569"), ("activity-picture", "1/2569"))
    assert [tuple(row) for row in trail] == [added, added, added, removed, *moved]
    assert CANARY not in repr(ground.execute_sql("SELECT * FROM audit"))
