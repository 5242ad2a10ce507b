"""Full-text search over encrypted cases, in slices, newest first; other tasks run between slices."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

from sqlalchemy import RowMapping, Select, and_, or_, select, tuple_

from handlers.staff.complaints.messages import CaseSearchResult, OfficerCase, SearchCases
from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.cases.exclusions import build_hidden_condition
from storage.cases.history import decrypt_report
from storage.cases.officer_queries import (
    CASE_COLUMNS,
    LISTED_CASE_COLUMNS,
    get_register_number,
    row_to_case,
)
from storage.crypto.keyring import Keyring
from storage.db.read_batcher import ReadContext
from storage.staff.absences import list_stood_for
from storage.unreadable_rows import decode_rows

SEARCH_SLICE = 50
"""Cases decrypted in one slice: a few milliseconds of work."""

STEP_BYTES = 256 * 1024
"""Encrypted reports that are decrypted and searched before other tasks run: some milliseconds too."""

SEARCH_SECONDS = 1.5
"""Seconds after which a search returns what it has. With reading and replying it stays below two."""

OpenReadContext: TypeAlias = Callable[[], AbstractAsyncContextManager[ReadContext]]

_CASE = CASE_COLUMNS


async def search_cases(query: SearchCases, sights: OpenReadContext) -> CaseSearchResult:
    """Return the cases whose texts contain a string. Only cases that the person may read are decrypted.

    Each slice opens its own read context, so that a search does not hold a connection.
    """
    clock, needle = asyncio.get_running_loop().time, query.text.casefold()
    ends, found, searched, reached = clock() + SEARCH_SECONDS, list[OfficerCase](), 0, query.below
    unreadable = list[str]()
    while True:
        async with sights() as context:
            today = to_bangkok_date(context.now)
            theirs = [query.staff, *await list_stood_for(query.staff, today, context.connection)]
            rows = (await context.connection.execute(_select_slice(query, theirs, reached))).mappings().all()
        step = 0
        for place, row in enumerate(rows, 1):
            step += len(row["report"])
            if step > STEP_BYTES:  # long reports: fewer of them are a step
                step = len(row["report"])
                await asyncio.sleep(0)
            reached = (row["fiscal_year"], row["number"])
            searched += 1
            cases, damaged = decode_rows(
                "cases", [row], lambda one: _match_case(one, needle, context.keyring), get_register_number
            )
            found += [case for case in cases if case is not None]
            unreadable += damaged
            if len(found) == query.limit:
                has_more = place < len(rows) or len(rows) == SEARCH_SLICE
                return CaseSearchResult(tuple(found), searched, reached, has_more, tuple(unreadable))
        if len(rows) < SEARCH_SLICE or clock() >= ends:
            has_more = len(rows) == SEARCH_SLICE
            return CaseSearchResult(tuple(found), searched, reached, has_more, tuple(unreadable))
        await asyncio.sleep(0)


def _match_case(row: RowMapping, needle: str, keyring: Keyring) -> OfficerCase | None:
    """Return the case of a row; None where the text does not stand in it."""
    report = decrypt_report(row["report"], row["id"], keyring.unwrap_case_cipher(row["id"], row["key"]))
    matches = any(needle in answer.casefold() for answer in report.answers.values())
    return row_to_case(row) if matches else None


def _select_slice(query: SearchCases, theirs: list[str], below: tuple[int, int]) -> Select[Any]:
    """Select the next cases that the person may read, below the last (year, number) searched.

    theirs: whose cases these are besides: their own, and of those for whom they stand in.
    """
    seen = and_(~build_hidden_condition(query.staff), _CASE.avoid.is_distinct_from(query.staff))
    wanted = select(*LISTED_CASE_COLUMNS, _CASE.key, _CASE.report).where(tables.IS_ANNOUNCED_CASE, seen)
    if not query.all_officers:
        wanted = wanted.where(or_(_CASE.officer.is_(None), _CASE.officer.in_(theirs)))
    if below != (0, 0):
        wanted = wanted.where(tuple_(_CASE.fiscal_year, _CASE.number) < below)
    return wanted.order_by(_CASE.fiscal_year.desc(), _CASE.number.desc()).limit(SEARCH_SLICE)
