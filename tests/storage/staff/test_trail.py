"""The audit trail as pages: whose lines are shown, what is left out of them, and how much of it one page reads."""

from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from handlers.complaints.messages import Exclusion, ExclusionGround, SetExclusion
from handlers.staff.complaints.messages import AssignCase, RecordCaseAccess, SetAppointment
from handlers.staff.permissions import Role
from handlers.staff.workspace.office import messages as trail
from handlers.staff.workspace.office.messages import TRAIL_LINES_PER_PAGE, ListTrail, TrailPage
from storage.staff import trail as stored_trail
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk
from tests.storage.staffed_desk import join_staff, write_batch

DAY = NOW.date()
HOUR = int(NOW.timestamp()) // 3600


async def list_lines(one: Store, reader: str, **parts: object) -> TrailPage:
    page: TrailPage = await one.answer_query(ListTrail(reader, **parts), NOW)  # type: ignore[arg-type]
    return page


async def add_lines(one: Store, count: int, actor: str = "staff:a", ref: str = "") -> None:
    async with write_batch(one) as batch:
        for number in range(count):
            await batch.audit(actor, f"act-{number}", ref)


def test_the_staff_is_shown_and_reporters_are_not(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        chief = await join_staff(ground, one, "หัวหน้า", Role.SUPERVISOR)
        await ground.file_complaint(one)
        case = ground.execute_sql("SELECT id FROM cases")[0][0]
        await ground.commit_acts(one, RecordCaseAccess(case, chief, "facts", DAY, 0))
        page = await list_lines(one, chief)
        assert [(line.actor, line.what, line.number) for line in page.lines[:1]] == [
            (f"staff:{chief}", "read-facts", "1/2570")
        ]
        assert page.lines[0].hour == HOUR
        assert page.further == 0
        assert "filed" not in {line.what for line in page.lines}
        assert {line.actor for line in page.lines} == {f"staff:{chief}", "admin"}

    ground.run_scenario(scene)


def test_pages_follow_each_other_without_a_gap_or_a_line_twice(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await add_lines(one, 2 * TRAIL_LINES_PER_PAGE + 10)
        seen, before = [], 0
        while True:
            page = await list_lines(one, "a", before=before)
            seen += [line.what for line in page.lines]
            before = page.further
            if not before:
                break
        assert seen == [f"act-{number}" for number in reversed(range(2 * TRAIL_LINES_PER_PAGE + 10))]

    ground.run_scenario(scene)


def test_one_person_alone(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await add_lines(one, 2, "staff:a")
        await add_lines(one, 3, "staff:b")
        assert {line.actor for line in (await list_lines(one, "x", actor="a")).lines} == {"staff:a"}
        assert len((await list_lines(one, "x", actor="b")).lines) == 3
        assert (await list_lines(one, "x", actor="c")) == TrailPage(())

    ground.run_scenario(scene)


def test_one_page_looks_at_a_bounded_stretch_and_says_where_it_goes_on(
    ground: StoredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(one: Store) -> None:
        await add_lines(one, 5, "staff:a")
        await add_lines(one, 30, "reporter")
        monkeypatch.setattr(stored_trail, "TRAIL_LINES_LOOKED_AT", 20)
        first = await list_lines(one, "x")
        assert first == TrailPage((), 16)
        second = await list_lines(one, "x", before=first.further)
        assert [line.what for line in second.lines] == ["act-4", "act-3", "act-2", "act-1", "act-0"]
        assert second.further == 0

    ground.run_scenario(scene)


def test_the_statements_do_not_grow_with_the_trail(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        counts = []
        for added in (1, 300):
            await add_lines(one, added)
            counts.append(await count_statements(one))
        assert counts == [2, 2]

    async def count_statements(one: Store) -> int:
        counted: list[str] = []

        def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            counted.append(statement)

        event.listen(Engine, "before_cursor_execute", count)
        try:
            await list_lines(one, "x")
        finally:
            event.remove(Engine, "before_cursor_execute", count)
        return len([one for one in counted if one.startswith("SELECT")])

    ground.run_scenario(scene)


def make_trail_around_a_kept_case(home: Path, reason: str) -> TrailPage:
    """What a supervisor reads where case 2 is kept from them for a reason. Ids are replaced, being random."""
    found: list[TrailPage] = []

    async def scene(one: Store) -> None:
        reader = await join_staff(ground, one, "ผู้อ่าน", Role.SUPERVISOR)
        holder = await join_staff(ground, one, "ผู้รับเรื่อง")
        chief = await join_staff(ground, one, "หัวหน้า", Role.SUPERVISOR)
        names = {reader: "reader", holder: "holder", chief: "chief"}
        concerned = (Exclusion(reader, ExclusionGround.NAMED),) if reason == "accused" else ()
        await ground.file_complaint(one, 1)
        await ground.file_complaint(one, 2, exclusions=concerned)
        case = ground.execute_sql("SELECT id FROM cases WHERE number = 2")[0][0]
        await ground.commit_acts(one, AssignCase(case, 2, DAY, holder, chief))
        if reason == "appointed":
            await ground.commit_acts(one, SetAppointment(case, holder, chief))
        if reason == "accused":
            await ground.commit_acts(
                one,
                SetExclusion(case, Exclusion(reader, ExclusionGround.BARRED, "", chief), DAY),
            )
        await ground.commit_acts(one, RecordCaseAccess(case, holder, "facts", DAY, 0))
        page = await list_lines(one, reader)
        found.append(
            TrailPage(
                tuple(
                    trail.TrailLine(
                        0, one.hour, f"staff:{names.get(one.actor[6:], '')}", one.what, one.number
                    )
                    for one in page.lines
                ),
                page.further,
            )
        )

    ground = StoredDesk(home)
    ground.run_scenario(scene)
    return found[0]


def test_a_case_kept_from_the_reader_leaves_nothing_in_what_they_read(tmp_path: Path) -> None:
    accused = make_trail_around_a_kept_case(tmp_path / "a", "accused")
    appointed = make_trail_around_a_kept_case(tmp_path / "b", "appointed")
    assert accused == appointed
    assert {line.what for line in accused.lines}.isdisjoint({"read-facts", "assigned"})
    open_to_all = make_trail_around_a_kept_case(tmp_path / "c", "")
    assert "read-facts" in {line.what for line in open_to_all.lines}
