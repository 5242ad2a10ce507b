"""The folder of a demo: never one that holds anything else, and with settings of its own."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.errors import ConfigurationError
from bot.office_file import EXAMPLE_OFFICE_PATHS
from bot.settings import ENV_PREFIX, without_environment_settings
from storage.files.directories import create_private_directory

MARKER = ".demo.json"
"""The file that says that a folder is a demo, and what to try in it."""

OFFICE_FILE, SETTINGS_FILE = "office.toml", ".env"
INVENTED_TH, INVENTED_EN = " (ข้อมูลสมมติ)", " (invented data)"
"""What stands after the name of the office, so that nobody takes it for a real one."""


@dataclass(frozen=True, slots=True)
class DemoRecord:
    """What the marker holds. is_complete: all was played; codes: what they are of, and the code."""

    seed: int
    made_on: str
    is_complete: bool = False
    codes: tuple[tuple[str, str], ...] = ()


def read_demo_record(folder: Path) -> DemoRecord | None:
    """Return the record of a demo; None where the folder is not there, or empty.

    Raises ConfigurationError where it holds anything that is not a demo.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    try:
        kept = json.loads((folder / MARKER).read_text("utf-8"))
        codes = tuple((str(what), str(code)) for what, code in kept["codes"])
        return DemoRecord(int(kept["seed"]), str(kept["made_on"]), bool(kept["is_complete"]), codes)
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigurationError(
            f"{folder}: มีสิ่งอื่นอยู่แล้ว และไม่ใช่ข้อมูลสมมติ ให้ใช้โฟลเดอร์อื่น (--home)"
            " / holds something that is not a demo; use another folder (--home)."
        ) from None


def write_demo_record(folder: Path, record: DemoRecord) -> None:
    """Write the marker, as a whole."""
    create_private_directory(folder)
    part = folder / f"{MARKER}.part"
    part.write_text(json.dumps(asdict(record), ensure_ascii=False), "utf-8")
    part.replace(folder / MARKER)


def write_demo_office(folder: Path) -> None:
    """Write the example office beside the data, under a name that says that all is invented."""
    text = next(path for path in EXAMPLE_OFFICE_PATHS if path.exists()).read_text("utf-8")
    before, name, after = text.partition("\n[name]\n")
    th, en, rest = after.split("\n", 2)
    names = th.removesuffix('"') + f'{INVENTED_TH}"', en.removesuffix('"') + f'{INVENTED_EN}"'
    named = "\n".join((*names, rest))
    (folder / OFFICE_FILE).write_text(before + name + named, "utf-8")


def write_demo_settings(folder: Path, port: int) -> None:
    """Write the settings of the demo: this folder, and pages on loopback. No tokens, so that nothing goes out."""
    lines = [f"{ENV_PREFIX}HOME=.", f"{ENV_PREFIX}HOST=127.0.0.1", f"{ENV_PREFIX}PORT={port}"]
    if port:
        lines += [
            f"{ENV_PREFIX}{desk}__PUBLIC_URL=http://127.0.0.1:{port}" for desk in ("COMPLAINTS", "SERVICE")
        ]
    (folder / SETTINGS_FILE).write_text("\n".join(lines) + "\n", "utf-8")


@contextmanager
def enter_demo(folder: Path) -> Iterator[None]:
    """Work in a demo's folder, by its settings alone: those of the environment and of another `.env` do not count."""
    place = Path.cwd()
    os.chdir(folder)
    try:
        with without_environment_settings():
            yield
    finally:
        os.chdir(place)
