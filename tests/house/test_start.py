"""What the start imports: large libraries are loaded when they are first used, for they cost memory and seconds."""

import json
import subprocess
import sys

import pytest

HEAVY = ("alembic", "holidays", "linebot", "numpy", "openpyxl", "pikepdf", "telegram", "typst", "xlsxwriter")
"""From 5 to 30 MB each."""

COMMANDS = (*HEAVY, "jinja2", "PIL", "pydantic", "sqlalchemy", "starlette", "uvicorn")
"""What a command such as `version` has no use for either."""


@pytest.mark.parametrize(
    ("statement", "without"),
    [
        ("import bot.cli.main", COMMANDS),
        ("import bot.serve, bot.decoding.pool, bot.importers.register", HEAVY),
    ],
)
def test_what_is_not_imported_at_the_start(statement: str, without: tuple[str, ...]) -> None:
    words = f"{statement}; import json, sys; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert {name.partition(".")[0] for name in json.loads(done.stdout)}.isdisjoint(without)
