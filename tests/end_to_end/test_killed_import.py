"""`ita-bot import` is killed somewhere in the middle: the register is there whole afterwards, or not at all."""

import csv
import io
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.end_to_end.forkserver import start_forked_program
from tests.end_to_end.terminal_driver import build_environment, run_ita_bot
from tests.template_desk import copy_template_desks

pytestmark = pytest.mark.full("real programs")

HEADER = ("number", "received_on", "source", "category", "status")
WAIT_SECONDS = 120
MOMENTS = {
    "nothing was decided": "SELECT count(*) FROM import_rows",
    "it was decided": "SELECT count(*) FROM imports",
    "some are cases": "SELECT count(*) FROM cases",
}
SEEN = ("cases", "history", "facts", "audit", "imports", "counters")


def write_register(path: Path, count: int) -> None:
    """A register of so many cases."""
    out = io.StringIO()
    rows = ((f"{n}/2560", "1/11/2559", "letter", "corruption", "received") for n in range(1, count + 1))
    csv.writer(out).writerows([HEADER, *rows])
    path.write_text(out.getvalue(), "utf-8")


def read_count(database: Path, sql: str) -> int:
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        return int(connection.execute(sql).fetchone()[0])


@pytest.mark.grows
@pytest.mark.parametrize("moment", MOMENTS)
def test_whenever_it_is_killed(tmp_path: Path, crowd: int, moment: str) -> None:
    home, rows = tmp_path / "var", crowd * 5
    copy_template_desks(home)
    database, register = home / "complaints" / "desk.sqlite", tmp_path / "old.csv"
    write_register(register, rows)
    before = [read_count(database, f"SELECT count(*) FROM {table}") for table in SEEN]
    process = start_forked_program(
        ("import", str(register), "--desk", "complaints"), tmp_path, build_environment(home)
    )
    until = time.monotonic() + WAIT_SECONDS
    while not read_count(database, MOMENTS[moment]) and time.monotonic() < until:
        time.sleep(0.001)
    process.kill()
    process.communicate(timeout=60)
    decided = read_count(database, MOMENTS["it was decided"])
    if not decided:
        assert [read_count(database, f"SELECT count(*) FROM {table}") for table in SEEN] == before
    run_ita_bot(home, "tick")
    assert read_count(database, MOMENTS["some are cases"]) == (rows if decided else 0)
    assert read_count(database, MOMENTS["nothing was decided"]) == 0
    assert run_ita_bot(home, "audit", "verify").returncode == 0
