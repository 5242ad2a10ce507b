"""The register of a period as a list: numbers, days, states and who has a case, without any content."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, RowMapping, exists, false, or_, select

from handlers.complaints.lifecycle import ENDED_STATUSES, CaseOutcome, CaseStatus
from handlers.complaints.messages import ExclusionGround
from ita_stats.cases.fact import FactField
from storage import tables
from storage.cases.exclusions import build_hidden_condition
from storage.cases.history import decrypt_report
from storage.db.read_batcher import ReadContext
from storage.matters.reports import select_other_reports
from storage.tables.rules import concerned
from storage.unreadable_rows import decode_rows

LINES_PER_STEP = 50
"""Cases that are read before other tasks run."""

_CASE, _FACT = tables.cases.c, tables.facts.c


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One case. category, source: codes, empty where none is told; officer: a staff id, empty where nobody has it.

    Nobody is named either where the case is kept from somebody or given to an appointed officer. Of a case that is kept
    from who reads there are the number, state and days alone, as in the chat.
    """

    number: int
    fiscal_year: int
    received_on: date
    category: str
    source: str
    status: CaseStatus
    outcome: CaseOutcome | None
    closed_on: date | None
    officer: str


async def stream_register(
    context: ReadContext, first: date, last: date, reader: str = ""
) -> AsyncIterator[list[RegisterLine]]:
    """Yield the cases that were received from one day to another, by year and number, some at a time.

    reader: staff id of who reads them; empty for the machine's administrator, from whom nothing is kept. Cases of which
    officers are not told yet are left out. What cannot be read is logged.
    """
    kept_from_reader = or_(build_hidden_condition(reader), _CASE.avoid == reader) if reader else false()
    query = (
        select(tables.cases, _build_kept_condition().label("is_kept"), kept_from_reader.label("is_hidden"))
        .where(_CASE.received_on >= first, _CASE.received_on <= last, tables.IS_ANNOUNCED_CASE)
        .order_by(_CASE.fiscal_year, _CASE.number)
    )
    rows = (await context.connection.execute(query)).mappings().all()
    for start in range(0, len(rows), LINES_PER_STEP):
        several = rows[start : start + LINES_PER_STEP]
        read, _ = decode_rows("cases", several, lambda row: (row, _find_about(row, context)), _name_row)
        facts = await _load_facts([about for _, about in read], context)
        yield [_build_line(row, facts.get(about, [])) for row, about in read]


def _build_kept_condition() -> ColumnElement[bool]:
    """Build the SQL condition that a row of `cases`, or another report of its matter, is kept from somebody."""
    row = concerned.alias("kept_from")
    in_force = row.c.why != ExclusionGround.LIFTED.value
    others = select_other_reports(_CASE.id, tables.cases)
    ways = (row.c.case_id == _CASE.id, row.c.case_id.in_(others))
    return or_(*(exists().where(way, in_force).select_from(row).correlate(tables.cases) for way in ways))


def _name_row(row: RowMapping) -> str:
    return f"{row['number']}/{row['fiscal_year']}"


def _find_about(row: RowMapping, context: ReadContext) -> str:
    cipher = context.keyring.unwrap_case_cipher(row["id"], row["key"])
    return decrypt_report(row["report"], row["id"], cipher).about


async def _load_facts(abouts: list[str], context: ReadContext) -> dict[str, list[RowMapping]]:
    wanted = (FactField.CATEGORY.value, FactField.SOURCE.value, FactField.STATUS.value)
    query = select(tables.facts).where(_FACT.about.in_(abouts), _FACT.field.in_(wanted)).order_by(_FACT.seq)
    found = dict[str, list[RowMapping]]()
    for fact in (await context.connection.execute(query)).mappings():
        found.setdefault(fact["about"], []).append(fact)
    return found


def _build_line(row: RowMapping, facts: list[RowMapping]) -> RegisterLine:
    last = {fact["field"]: fact for fact in facts}
    status = CaseStatus(row["status"])
    ended = last.get(FactField.STATUS.value) if status in ENDED_STATUSES else None
    values = {name: str(fact["value"]) for name, fact in last.items()}
    is_hidden = row["is_hidden"]
    is_open_to_all = not is_hidden and not row["is_kept"] and row["appointed_by"] is None
    return RegisterLine(
        row["number"],
        row["fiscal_year"],
        row["received_on"],
        "" if is_hidden else values.get(FactField.CATEGORY.value, ""),
        "" if is_hidden else values.get(FactField.SOURCE.value, ""),
        status,
        CaseOutcome(row["outcome"]) if row["outcome"] and not is_hidden else None,
        None if ended is None else ended["effective"],
        (row["officer"] or "") if is_open_to_all else "",
    )
