"""The same figures are suppressed in every process, whatever the iteration order of Python's sets."""

import subprocess
import sys
from pathlib import Path

CHOOSING = """
from datetime import date
from ita_stats import period
from ita_stats.cases import tables as figures
from ita_stats.render import json_schema as published
from tests.ita_stats.cases.sample_facts import TERMS, count_facts, make_year_of_facts
as_of = date(2026, 9, 30)
request = figures.build_table_request(period.parse_period("fy2569", as_of), as_of, "month")
for cases, salt in ((40, b"s2"), (60, b"s4")):
    found = figures.build_protected_tables(
        count_facts(make_year_of_facts(2, cases), request.days), TERMS, request, salt
    )
    print(published.serialize_statistics(found))
"""


def test_the_same_choice_in_every_process() -> None:
    root = Path(__file__).parents[3]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", CHOOSING],
            cwd=root,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            stdout=subprocess.PIPE,
        )
        for seed in ("1", "3")
    ]
    one, other = (process.communicate(timeout=60)[0] for process in running)
    assert one
    assert one == other
