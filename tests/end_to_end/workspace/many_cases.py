"""An installation with many cases, which are copies of one row: enough to count statements and to measure a page."""

import sqlite3
from pathlib import Path

from storage.crypto.key_files import DeskPaths

FIRST_COPY = 1_000
"""The number of the first copied case."""


_ASK_EVERY_TENTH = """
insert into history (case_id, seq, "on", kind, by, sealed)
select id, 9, received_on, 'asked', 'office', randomblob(400) from cases
where number > :first and number <= :last and number % 10 = 0"""
_ANSWER_EVERY_SECOND = """
insert into history (case_id, seq, "on", kind, by, sealed)
select id, 10, received_on, 'reporter', 'reporter', randomblob(400) from cases
where number > :first and number <= :last and number % 20 = 0"""


def copy_case(home: Path, count: int, *, first: int = 0, officer: str | None = None) -> None:
    """Copy the first case of a desk whose server is idle. first: copies that are there; officer: who has every second.

    Every tenth reporter was asked something, and every second of these has answered.

    What is encrypted under the first case's key cannot be read in a copy: lists show it, nobody opens it.
    """
    if count <= 0:
        return
    with sqlite3.connect(DeskPaths.under(home, "complaints").database) as rows:
        names = [row[1] for row in rows.execute("pragma table_info(cases)")]
        changed = {
            "id": f"printf('%032x', n + {first})",
            "number": f"n + {FIRST_COPY + first}",
            "receipt_mark": "randomblob(32)",
            "officer": "case when n % 2 then :officer else null end",
            "answer_by": "date(answer_by, (n % 90) || ' days')",
        }
        chosen = ", ".join(changed.get(name, f'"{name}"') for name in names)
        listed = ", ".join(f'"{name}"' for name in names)
        rows.execute(
            "with recursive counted(n) as (select 1 union all select n + 1 from counted where n < :count)"
            f" insert into cases ({listed}) select {chosen}"
            " from counted, (select * from cases where number = 1 limit 1)",
            {"count": count, "officer": officer},
        )
        last = {"first": FIRST_COPY + first, "last": FIRST_COPY + first + count}
        rows.execute(_ASK_EVERY_TENTH, last)
        rows.execute(_ANSWER_EVERY_SECOND, last)
        rows.commit()
