"""A search in sealed words: cases are opened a few at a time, the newest first, and others go on in between."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

from sqlalchemy import RowMapping, Select, and_, or_, select, tuple_

from handlers.staff.complaints.messages import CaseSearchResult, OfficerCase, SearchCases
from storage.cases import exclusions as concerns
from storage.cases import officer_queries as docket
from storage.crypto.keyring import Keyring
from storage.db.read_context import ReadContext

SLICE = 50
"""Cases that are opened in one go: a few milliseconds' work."""

PATIENCE = 1.5
"""Seconds after which a search tells what it has; with reading and answering it stays under two."""

Sights: TypeAlias = Callable[[], AbstractAsyncContextManager[ReadContext]]

_CASE = docket.CASE


async def search_cases(query: SearchCases, sights: Sights) -> CaseSearchResult:
    """Cases in whose words a text stands; only what the person may read is opened.

    Each slice has a sight of its own, so that no search keeps a connection from others.
    """
    clock, needle = asyncio.get_running_loop().time, query.text.casefold()
    ends, found, searched, reached = clock() + PATIENCE, list[OfficerCase](), 0, query.below
    while True:
        async with sights() as sight:
            rows = (await sight.connection.execute(_slice(query, reached))).mappings().all()
        for place, row in enumerate(rows, 1):
            reached = (row["fiscal_year"], row["number"])
            searched += 1
            if _holds(row, needle, sight.seals):
                found.append(docket.listed(row))
            if len(found) == query.most:
                return CaseSearchResult(
                    tuple(found), searched, reached, left=place < len(rows) or len(rows) == SLICE
                )
        if len(rows) < SLICE or clock() >= ends:
            return CaseSearchResult(tuple(found), searched, reached, left=len(rows) == SLICE)
        await asyncio.sleep(0)


def _holds(row: RowMapping, needle: str, seals: Keyring) -> bool:
    told = docket.opened_report(row["id"], seals.of_case(row["id"], row["key"]), row["report"])
    return any(needle in answer.casefold() for answer in told.answers.values())


def _slice(query: SearchCases, below: tuple[int, int]) -> Select[Any]:
    """The next cases that the person may read, from where the search has come to."""
    seen = and_(~concerns.hides(query.staff), _CASE.avoid.is_distinct_from(query.staff))
    wanted = select(*docket.LISTED, _CASE.key, _CASE.report).where(seen)
    if not query.everybody:
        wanted = wanted.where(or_(_CASE.officer.is_(None), _CASE.officer == query.staff))
    if below != (0, 0):
        wanted = wanted.where(tuple_(_CASE.fiscal_year, _CASE.number) < below)
    return wanted.order_by(_CASE.fiscal_year.desc(), _CASE.number.desc()).limit(SLICE)
