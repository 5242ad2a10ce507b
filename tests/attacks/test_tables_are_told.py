"""The threat model says of every table what a thief learns from it."""

import re
from pathlib import Path

from storage.tables import metadata
from storage.tables.rules import SCHEMA_METADATA

THREAT_MODEL = Path(__file__).parents[2] / "docs" / "threat-model.md"


def read_table_names() -> list[str]:
    """The tables in the first column of "The disk, table by table"."""
    section = (
        THREAT_MODEL.read_text("utf-8").partition("## The disk, table by table\n")[2].partition("\n## ")[0]
    )
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| `")]
    assert all(len(row) == 3 for row in rows)
    return [name for first, _, _ in rows for name in re.findall(r"`(\w+)`", first)]


def test_each_table_is_told_of_once() -> None:
    assert SCHEMA_METADATA is metadata
    assert sorted(read_table_names()) == sorted(metadata.tables)
