"""What a short command does not import."""

import json
import subprocess
import sys

HEAVY = (
    "pydantic_settings",
    "sqlalchemy",
    "cryptography",
    "starlette",
    "telegram",
    "linebot",
    "openpyxl",
    "typst",
)


def test_the_version_is_told_without_the_rest_of_the_program() -> None:
    look = "import json, sys; import bot.cli.main; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert imported.isdisjoint(HEAVY)
