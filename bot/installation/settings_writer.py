"""Puts settings into `.env`, or secrets into the folder of secret files; what is set already is left as it is."""

import io
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from storage.files.atomic_write import PRIVATE_MODES, replace_file
from storage.files.directories import create_private_directory

HEADER = "# การตั้งค่าของเครื่องนี้ (docs/settings.md) มีโทเคน สิทธิ์ต้องเป็น 600 / settings of this machine; has tokens\n"


@dataclass(frozen=True)
class SettingsWriter:
    """env_file: `.env` of the working folder. secrets_dir: the folder of secret files, where there is one."""

    env_file: Path
    secrets_dir: Path | None = None

    def get(self, name: str) -> str:
        """Return a setting as it is written here; empty where it is not."""
        if self.secrets_dir is not None and (self.secrets_dir / name).is_file():
            return (self.secrets_dir / name).read_text("utf-8").strip()
        return dotenv_values(stream=io.StringIO(self._read())).get(name) or ""

    def add(self, name: str, value: str, *, is_secret: bool = False) -> bool:
        """Write a setting that is not there yet; return whether it was so. The file is replaced as a whole."""
        if self.get(name) or not value:
            return False
        if is_secret and self.secrets_dir is not None:
            create_private_directory(self.secrets_dir)
            replace_file(self.secrets_dir / name, f"{value}\n".encode(), PRIVATE_MODES[1])
            return True
        before = self._read() or HEADER
        if not before.endswith("\n"):
            before += "\n"
        quoted = value if value.isascii() and not set(value) & set(" #'\"\\$") else f"'{value}'"
        replace_file(self.env_file, f"{before}{name}={quoted}\n".encode(), PRIVATE_MODES[1])
        return True

    def _read(self) -> str:
        return self.env_file.read_text("utf-8-sig") if self.env_file.is_file() else ""
