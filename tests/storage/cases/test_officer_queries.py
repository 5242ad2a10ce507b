"""What officers are shown of cases: lists in order and page by page, one case by its number, its links and its log."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from handlers.complaints.approvals import ReadIdentity
from handlers.complaints.lifecycle import CaseSource, CaseStatus
from handlers.complaints.messages import ActorKind, Exclusion, ExclusionGround, HistoryEntryKind
from handlers.dialog.receipt import make_receipt
from handlers.staff.complaints.matters.reports import ScheduledAct
from handlers.staff.complaints.messages import (
    AssignCase,
    CaseListPage,
    FindCaseByNumber,
    GetCaseAuditLog,
    GetCaseHistory,
    GetCaseReport,
    LinkCases,
    ListCases,
    ListLinkedCases,
    OutgoingReply,
    RecordCaseAccess,
    ScheduleSend,
    SetAppointment,
    SetCaseKind,
    SetLegalHold,
)
from storage.cases.officer_queries import MAX_AUDIT_LINES
from storage.cases.officer_writes import OFFICER_CASE_WRITERS
from storage.errors import ConflictError, StorageError, UnreadableRowError
from storage.store import Store
from tests.storage.conftest import (
    CANARY,
    NOW,
    StoredDesk,
    close_case,
    load_reporter_case,
    make_entry,
    make_file_case,
    store_file,
)
from tests.storage.staffed_desk import join_staff, write_batch

DAY = NOW.date()


async def file_many(ground: StoredDesk, one: Store, count: int, **parts: object) -> list[str]:
    """File cases on one day; returns their ids in the order of their numbers."""
    await ground.commit_acts(one, *(replace(make_file_case(n), **parts) for n in range(1, count + 1)))  # type: ignore[arg-type]
    return [case for (case,) in ground.execute_sql("SELECT id FROM cases ORDER BY number")]


async def list_page(one: Store, staff: str = "a", **parts: object) -> CaseListPage:
    page: CaseListPage = await one.answer_query(ListCases(staff, **parts), NOW)  # type: ignore[arg-type]
    return page


def numbers(page: CaseListPage) -> list[int]:
    return [case.number for case in page.cases]


@pytest.mark.parametrize("all_officers", [False, True])
def test_page_after_page_shows_every_case_once_and_in_order(ground: StoredDesk, all_officers: bool) -> None:
    """Also where many are due on the same day."""

    async def scene(one: Store) -> None:
        await file_many(ground, one, 70)
        seen: list[int] = []
        more = True
        while more:
            page = await list_page(one, offset=len(seen), all_officers=all_officers)
            seen += numbers(page)
            more = page.has_more
        assert seen == [*range(1, 71)]

    ground.run_scenario(scene)


def test_an_officer_sees_unassigned_cases_and_their_own_and_a_supervisor_all(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        cases = await file_many(ground, one, 3)
        for case, officer in zip(cases, ("a", "b"), strict=False):
            await ground.commit_acts(one, AssignCase(case, 2, DAY, officer, "s"))
        assert numbers(await list_page(one, "a")) == [1, 3]
        assert numbers(await list_page(one, "b")) == [2, 3]
        assert numbers(await list_page(one, "a", new=False)) == [1]
        assert numbers(await list_page(one, "s", all_officers=True)) == [1, 2, 3]

    ground.run_scenario(scene)


def test_lists_leave_out_what_ended_and_what_is_avoided_and_hide_what_is_kept(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await file_many(ground, one, 2)
        await ground.commit_acts(one, make_file_case(3, exclusions=(Exclusion("a", ExclusionGround.NAMED),)))
        await close_case(ground, one, make_receipt(1))
        async with write_batch(one) as batch:
            await batch.connection.exec_driver_sql("UPDATE cases SET avoid = 'a' WHERE number = 2")
        assert numbers(await list_page(one, "a", kept=False)) == []
        assert numbers(await list_page(one, "b")) == [2, 3]
        (seen,) = (await list_page(one, "a")).cases
        assert (seen.number, seen.hidden, seen.officer, seen.category) == (3, True, "", "")
        await ground.commit_acts(one, make_file_case(4))
        (page,) = [await list_page(one, "b")]
        last = page.cases[-1]
        officer = await join_staff(ground, one, "c")
        appointed = SetAppointment(last.id, officer, "s")
        await ground.commit_acts(one, AssignCase(last.id, 2, DAY, officer, "s"), appointed)
        listed = [(case.number, case.hidden) for case in (await list_page(one, "b")).cases]
        assert listed == [(2, False), (3, False), (4, True)]
        for who in (officer, "s"):
            listed = [
                (case.number, case.hidden) for case in (await list_page(one, who, all_officers=True)).cases
            ]
            assert listed == [(2, False), (3, False), (4, False)]
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, SetAppointment(last.id, "b", "b"))
        await ground.commit_acts(one, SetAppointment(last.id, "c", "s", is_lifted=True))
        assert [case.hidden for case in (await list_page(one, "b", all_officers=True)).cases] == [False] * 3

    ground.run_scenario(scene)


def test_a_list_of_days_and_a_damaged_row(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        for number in (1, 2, 3):
            await ground.commit_acts(
                one, replace(make_file_case(number), answer_by=DAY + timedelta(days=number))
            )
        assert numbers(await list_page(one, due_from=DAY + timedelta(days=2))) == [2, 3]
        assert numbers(await list_page(one, due_until=DAY + timedelta(days=2))) == [1, 2]
        ground.execute_sql("UPDATE cases SET outcome = 'unheard of' WHERE number = 2")
        page = await list_page(one)
        assert (numbers(page), page.unreadable) == ([1, 3], ("2/2570",))

    ground.run_scenario(scene)


def test_a_case_is_found_by_its_number_with_all_that_officers_must_know(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        (case,) = await file_many(ground, one, 1, source=CaseSource.LETTER)
        find = FindCaseByNumber(1, 2570, "a")
        plain = await one.answer_query(find, NOW)
        assert (plain.id, plain.register_number, plain.status) == (case, "1/2570", CaseStatus.RECEIVED)
        assert (plain.category, plain.source, plain.seq) == ("bribery", CaseSource.LETTER, 1)
        assert (plain.hidden, plain.legal_hold, plain.scheduled) == (False, False, ())
        await ground.commit_acts(one, SetLegalHold(case, "s", DAY, CANARY))
        await ground.commit_acts(one, ScheduleSend(OutgoingReply(case, "a", CANARY), 1))
        held = await one.answer_query(find, NOW)
        assert held == replace(
            plain, legal_hold=True, scheduled=(ScheduledAct("a", int(NOW.timestamp()) + 60, text=CANARY),)
        )
        await ground.commit_acts(one, SetLegalHold(case, "s", DAY))
        assert not (await one.answer_query(find, NOW)).legal_hold

    ground.run_scenario(scene)
    assert CANARY.encode() not in ground.read_all_bytes()


@pytest.mark.parametrize(
    ("query", "year"),
    [
        (FindCaseByNumber(1, 2570, "a"), 2570),
        (FindCaseByNumber(1, 2569, "a"), 2569),
        (FindCaseByNumber(1, 2571, "a"), None),
        (FindCaseByNumber(1, 2571, "a", exact_year=False), 2570),
        (FindCaseByNumber(1, 2570, "a", exact_year=False), 2570),
        (FindCaseByNumber(2, 2570, "a"), None),
    ],
)
def test_a_number_without_a_year_is_of_this_year_or_else_of_the_last(
    ground: StoredDesk, query: FindCaseByNumber, year: int | None
) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, make_file_case(1, NOW.replace(month=9)), make_file_case(2))
        found = await one.answer_query(query, NOW)
        assert (found and found.year) == year

    ground.run_scenario(scene)


def test_a_case_that_cannot_be_read_is_named_and_one_that_is_not_there_is_a_fault(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        (case,) = await file_many(ground, one, 1)
        ground.execute_sql("UPDATE cases SET report = zeroblob(80)")
        for query in (FindCaseByNumber(1, 2570, "a"), GetCaseReport(case), GetCaseHistory(case)):
            with pytest.raises(UnreadableRowError) as caught:
                await one.answer_query(query, NOW)
            assert caught.value.number == "1/2570"
        with pytest.raises(StorageError):
            await one.answer_query(GetCaseReport("0" * 32), NOW)
        ground.execute_sql("UPDATE envelopes SET sealed = zeroblob(80)")
        with pytest.raises(UnreadableRowError) as caught:
            await one.answer_query(ReadIdentity(case), NOW)
        assert (caught.value.table, caught.value.number) == ("envelopes", "1/2570")

    ground.run_scenario(scene)


def test_the_report_and_the_history_with_the_texts_of_both_sides(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        file = await store_file(one, b"%PDF-1.4\n", "a.pdf")
        (case,) = await file_many(ground, one, 1, files=(file,))
        for text, by in (("ถาม", ActorKind.OFFICE), ("ตอบ", ActorKind.REPORTER)):
            seen = await load_reporter_case(one, make_receipt(1))
            await ground.commit_acts(
                one, make_entry(seen, text, by, staff="a" if by is ActorKind.OFFICE else "")
            )
        report = await one.answer_query(GetCaseReport(case), NOW)
        assert (report.answers, [f.name for f in report.files]) == ({"story": CANARY}, ["a.pdf"])
        history = await one.answer_query(GetCaseHistory(case), NOW)
        assert [(line.by, line.staff, line.words) for line in history.rows] == [
            ("reporter", "", ""),
            ("office", "a", "ถาม"),
            ("reporter", "", "ตอบ"),
        ]
        ground.execute_sql("DELETE FROM history WHERE seq = 2")
        assert [line.entry.seq for line in (await one.answer_query(GetCaseHistory(case), NOW)).rows] == [1, 3]

    ground.run_scenario(scene)


def test_links_go_both_ways_once_and_hide_what_is_hidden(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        first, second = await file_many(ground, one, 2)
        await ground.commit_acts(one, make_file_case(3, exclusions=(Exclusion("a", ExclusionGround.NAMED),)))
        ((third,),) = ground.execute_sql("SELECT id FROM cases WHERE number = 3")
        for other in (second, third, second):
            await ground.commit_acts(one, LinkCases(first, other, "s"))
        assert [c.number for c in await one.answer_query(ListLinkedCases(first, "b"), NOW)] == [2, 3]
        assert [c.number for c in await one.answer_query(ListLinkedCases(first, "a"), NOW)] == [2]
        assert [c.number for c in await one.answer_query(ListLinkedCases(second, "a"), NOW)] == [1]

    ground.run_scenario(scene)


def test_a_case_is_not_assigned_to_whom_it_concerns(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        (case,) = await file_many(ground, one, 1, exclusions=(Exclusion("a", ExclusionGround.NAMED),))
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, AssignCase(case, 2, DAY, "a", "s"))
        await ground.commit_acts(one, AssignCase(case, 2, DAY, "b", "s"))
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, AssignCase(case, 2, DAY, "c", "s"))  # somebody was faster

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT officer, seq FROM cases") == [("b", 2)]


def test_who_read_a_case_is_in_its_log_and_the_reporter_sees_the_first_time(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        (case,) = await file_many(ground, one, 1)
        await ground.commit_acts(one, RecordCaseAccess(case, "a", "facts", DAY, 2))
        await ground.commit_acts(one, RecordCaseAccess(case, "b", "files", DAY))
        log = await one.answer_query(GetCaseAuditLog(case), NOW)
        assert [(line.actor, line.what) for line in log] == [
            ("reporter", "filed"),
            ("staff:a", "read-facts"),
            ("staff:b", "read-files"),
        ]
        assert [entry.kind.value for entry in (await load_reporter_case(one, make_receipt(1))).entries] == [
            "filed",
            "opened",
        ]
        async with write_batch(one) as batch:
            for _ in range(MAX_AUDIT_LINES):
                await batch.audit("clock", "x", case)
        assert {line.what for line in await one.answer_query(GetCaseAuditLog(case), NOW)} == {"x"}

    ground.run_scenario(scene)


def test_every_act_of_officers_leaves_a_line_in_the_audit_trail(ground: StoredDesk) -> None:
    assert len(OFFICER_CASE_WRITERS) == 9

    async def scene(one: Store) -> None:
        first, second = await file_many(ground, one, 2)
        await ground.commit_acts(
            one,
            AssignCase(first, 2, date(2026, 11, 22), "a", "s"),
            LinkCases(first, second, "s"),
            SetLegalHold(first, "s", DAY, "ฟ้องศาล"),
            SetLegalHold(first, "s", DAY),
            SetCaseKind(first, "misconduct", "s", DAY, DAY, 3),
            SetAppointment(first, "a", "s"),
            SetAppointment(first, "a", "s", is_lifted=True),
        )
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    rows = ground.execute_sql("SELECT what FROM audit WHERE actor = 'staff:s' ORDER BY seq")
    assert [what for (what,) in rows] == [
        *("assigned", "linked", "kept", "released", "kind-set", "appointed:a", "unappointed")
    ]


def test_the_kind_of_an_ended_case_does_not_prolong_how_long_it_is_kept(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        case = (await load_reporter_case(one, receipt)).id
        for days, kind in ((1, "misconduct"), (9, "embezzlement")):
            seq = (await load_reporter_case(one, receipt)).seq + 1
            act = SetCaseKind(case, kind, "s", DAY + timedelta(days=days), DAY, seq)
            await ground.commit_acts(one, act)
            assert ground.execute_sql("SELECT touched_on FROM cases") == [(str(DAY + timedelta(days=1)),)]
            if days == 1:
                await close_case(ground, one, receipt, NOW + timedelta(days=1))

    ground.run_scenario(scene)


def test_a_kind_that_was_left_open_is_set_by_an_officer_as_an_appended_fact(ground: StoredDesk) -> None:
    later = DAY + timedelta(days=9)

    async def scene(one: Store) -> None:
        (case,) = await file_many(ground, one, 1, category="")
        found = await one.answer_query(FindCaseByNumber(1, 2570, "a"), NOW)
        assert found is not None
        assert found.category == ""
        for _ in range(2):  # a button that is tapped twice
            await ground.commit_acts(one, SetCaseKind(case, "misconduct", "s", later, DAY, found.seq + 1))
        known = await one.answer_query(FindCaseByNumber(1, 2570, "a"), NOW)
        assert known is not None
        assert (known.category, known.seq) == ("misconduct", found.seq + 1)
        line = (await one.answer_query(GetCaseHistory(case), NOW)).rows[-1]
        assert (line.entry.kind, line.words, line.staff) == (HistoryEntryKind.KIND_SET, "misconduct", "s")
        seen = await load_reporter_case(one, make_receipt(1))
        assert HistoryEntryKind.KIND_SET not in {entry.kind for entry in seen.entries}
        report = await one.answer_query(GetCaseReport(case), NOW)
        assert report.answers == make_file_case(1).answers

    ground.run_scenario(scene)
    rows = ground.execute_sql(
        "SELECT effective, recorded, value FROM facts WHERE field = 'category' ORDER BY seq"
    )
    assert [value for *_, value in rows] == ["", "misconduct"]
    assert rows[0][0] == rows[1][0]
    assert rows[0][1] != rows[1][1]
