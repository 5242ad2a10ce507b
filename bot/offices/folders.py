"""The folder of each office: its office.toml, `.env` and data, as if it had a machine of its own.

A process serves one office. It works in that office's folder, and no setting of the environment reaches it: one that
named a database or a key would be the same for every office.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ConfigurationError
from bot.settings import ENV_PREFIX, read_offices_folder

OFFICE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class OfficeFolder:
    """name: of the folder, and of the office in logs and commands."""

    name: str
    path: Path


def list_offices(root: Path) -> list[OfficeFolder]:
    """Return the offices of a folder, by name. What begins with a dot is none. Raises ConfigurationError."""
    try:
        found = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as trouble:
        raise ConfigurationError(
            f"{ENV_PREFIX}OFFICES: อ่านโฟลเดอร์ {root} ไม่ได้ / cannot be read ({trouble.strerror})"
        ) from None
    wrong = [path.name for path in found if not OFFICE_NAME.fullmatch(path.name)]
    if wrong:
        raise ConfigurationError(
            f"{ENV_PREFIX}OFFICES: ชื่อโฟลเดอร์ของหน่วยงานใช้ได้เฉพาะ a-z 0-9 และ - ไม่เกิน 40 ตัว"
            f" / the name of an office's folder has a-z, 0-9 and - only, 40 at most: {', '.join(wrong)}"
        )
    if not found:
        raise ConfigurationError(f"{ENV_PREFIX}OFFICES: ไม่มีหน่วยงานใน {root} / there is no office in it")
    return [OfficeFolder(path.name, path.resolve()) for path in found]


def require_offices_folder() -> Path:
    """Return the folder of the offices. Raises ConfigurationError where none is set."""
    root = read_offices_folder()
    if root is None:
        raise ConfigurationError(
            f"{ENV_PREFIX}OFFICES: ยังไม่ได้ตั้ง ต้องเป็นโฟลเดอร์ที่มีโฟลเดอร์ของแต่ละหน่วยงาน"
            " / is not set; it names a folder with a folder for each office"
        )
    return root
