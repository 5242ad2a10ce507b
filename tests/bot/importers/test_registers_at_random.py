"""Registers made at random: what is taken is true to the row, and nearly all files without a fault are taken whole."""

import random
from datetime import date
from pathlib import Path

import pytest

from bot.importers.spreadsheet import read_table
from handlers.complaints.messages import ImportedCase
from handlers.complaints.registers.reading import RegisterReading, UnreadableRegisterError, read_register
from handlers.complaints.registers.rows import assume_end
from handlers.complaints.registers.word_meanings import RegisterWords
from tests.in_memory_desk import OFFICE
from tests.registers_at_random import RegisterAtRandom, RegisterMaker, Truth

TODAY = date(2026, 11, 30)
LEAST_SHARE_TAKEN = 0.95


def read_made(made: RegisterAtRandom) -> RegisterReading | None:
    """Read a register; None where it is refused."""
    reading = RegisterReading()
    try:
        read_register(read_table(Path(made.name), made.content), RegisterWords(OFFICE), TODAY, reading)
    except UnreadableRegisterError:
        return None
    return reading


def tell_case(case: ImportedCase) -> Truth:
    """What an imported case says."""
    return case.received_on, case.source, case.category, case.status, case.outcome, case.closed_on


def complete(truth: Truth) -> Truth:
    """What is to be taken of a case: where no day of its end is told, the one that is assumed."""
    day, source, kind, status, outcome, ended = truth
    is_over = status in {"closed", "not_accepted"}
    return day, source, kind, status, outcome, (ended or assume_end(day, TODAY)) if is_over else None


def find_fault(made: RegisterAtRandom, reading: RegisterReading | None) -> str:
    """Return what is wrong with how a file was read: a row that was taken wrongly, or not at all in silence."""
    if reading is None or reading.bad_rows or reading.words:
        return ""
    if made.is_spoiled:
        return "a file with a wrong row was taken"
    found = sorted(reading.cases, key=lambda case: (case.sheet, case.line))
    if [tell_case(case) for case in found] != [complete(truth) for truth in made.truth]:
        return "other cases"
    if made.numbers is not None and [(c.fiscal_year, c.number) for c in found] != [*made.numbers]:
        return "other numbers"
    return ""


def check_registers(count: int, seed: int) -> float:
    """Check so many registers; return the share of those without a fault that were taken whole."""
    taken = whole = 0
    for at in range(count):
        made = RegisterMaker(random.Random(f"{seed}-{at}"), TODAY).make()
        if not made.truth:
            continue
        reading = read_made(made)
        assert find_fault(made, reading) == "", (seed, at, made.notes)
        if not made.is_spoiled:
            whole += 1
            taken += reading is not None and len(reading.cases) == len(made.truth)
    return taken / whole


def test_few_registers_are_read_as_they_are_meant() -> None:
    assert check_registers(12, 1) >= LEAST_SHARE_TAKEN


@pytest.mark.full("registers made at random")
def test_a_hundred_registers_are_read_as_they_are_meant() -> None:
    assert check_registers(100, 2) >= LEAST_SHARE_TAKEN


@pytest.mark.proof("registers made at random")
def test_two_thousand_registers_are_read_as_they_are_meant() -> None:
    assert check_registers(2000, 3) >= LEAST_SHARE_TAKEN
