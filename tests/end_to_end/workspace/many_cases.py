"""An installation with many cases, which are copies of one row: enough to count statements and to measure a page."""

import sqlite3
from pathlib import Path

from storage.crypto.key_files import DeskPaths

FIRST_COPY = 1_000
"""The number of the first copied case."""


def copy_case(home: Path, count: int, *, first: int = 0, officer: str | None = None) -> None:
    """Copy the first case of a desk whose server is idle. first: copies that are there; officer: who has every second.

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
        rows.commit()
