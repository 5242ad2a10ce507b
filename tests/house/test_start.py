"""What the start imports: large libraries are loaded when they are first used, for they cost memory and seconds."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.process import hold_desks

HEAVY = (
    "alembic",
    "docx",
    "holidays",
    "linebot",
    "numpy",
    "openpyxl",
    "pikepdf",
    "telegram",
    "typst",
    "webauthn",
    "xlsxwriter",
)
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


def list_imported(*words: str, home: Path) -> tuple[int, set[str]]:
    """Run a command; return its exit code and the modules that it loaded."""
    command = [sys.executable, "-X", "importtime", "-m", "bot", *words]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PATH": "", "ITA_HOME": str(home)}
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return done.returncode, {line.rpartition("|")[2].strip() for line in lines}


def test_version_loads_no_other_command(tmp_path: Path) -> None:
    code, loaded = list_imported("version", home=tmp_path)
    assert (code, "importlib.metadata" in loaded) == (0, True)
    assert loaded.isdisjoint({"bot.cli.main", "typer", "asyncio", "pydantic"})


def test_a_second_server_is_refused_before_it_loads_anything_large(tmp_path: Path) -> None:
    with hold_desks([tmp_path / "service"], datetime.now(UTC)):
        code, loaded = list_imported("run", "--desk", "service", home=tmp_path)
    assert (code, "bot.process" in loaded) == (78, True)
    assert loaded.isdisjoint({"bot.serve", "sqlalchemy", "uvicorn", "starlette"})
