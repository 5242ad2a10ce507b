"""What was answered so far, by the keys of the questions; kept in a file between runs, without any secret."""

import difflib
import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import BotError, ConfigurationError
from bot.office_errors import format_toml_error
from storage.files.atomic_write import PRIVATE_MODES, replace_file
from storage.files.directories import create_private_directory

PROGRESS_FILE = "init.json"
"""In ITA_HOME, until the set-up is done."""


class AnswerError(BotError):
    """An answer that cannot be taken. Its text is Thai and says kindly what to write instead."""


@dataclass
class Answers:
    """Answers by key. progress: the file they are kept in."""

    progress: Path
    given: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, home: Path) -> "Answers":
        """Return what an earlier run was told; nothing where there was none, or its file cannot be read."""
        progress = home / PROGRESS_FILE
        try:
            kept = json.loads(progress.read_text("utf-8"))
        except (OSError, ValueError):
            kept = {}
        given = {str(key): str(value) for key, value in kept.items()} if isinstance(kept, dict) else {}
        return cls(progress, given)

    def __getitem__(self, key: str) -> str:
        return self.given.get(key, "")

    def __contains__(self, key: object) -> bool:
        return key in self.given

    def save(self, key: str, value: str) -> None:
        """Take an answer, which is on the disk when this returns."""
        self.given[key] = value
        self._write()

    def withdraw(self, key: str) -> str:
        """Forget an answer, so that its question is asked anew; return it."""
        taken = self.given.pop(key)
        self._write()
        return taken

    def _write(self) -> None:
        create_private_directory(self.progress.parent)
        content = json.dumps(self.given, ensure_ascii=False, indent=1).encode()
        replace_file(self.progress, content, PRIVATE_MODES[1])

    def forget(self) -> None:
        """Remove the file: all that it says stands in office.toml and the settings by now."""
        self.progress.unlink(missing_ok=True)


def split_names(text: str) -> list[str]:
    """Split names at commas and new lines."""
    return [name for part in text.replace("\n", ",").split(",") if (name := part.strip())]


def load_answers_file(path: Path, known: Collection[str]) -> Mapping[str, str]:
    """Load the answers of a TOML file by their keys, as `office.name_th`. A list counts as names with commas.

    Raises ConfigurationError, in Thai and English, for a file that cannot be read or a key that nothing asks for.
    """
    try:
        text = path.read_text("utf-8-sig")
        given = dict(_flatten(tomllib.loads(text), ""))
    except AnswerError as trouble:
        raise ConfigurationError(f"{path}: {trouble}") from None
    except tomllib.TOMLDecodeError as trouble:
        raise ConfigurationError(f"{path}: {format_toml_error(trouble, text)}") from None
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{path}: อ่านไม่ได้ หรือไม่ใช่ UTF-8 / cannot be read, or is not UTF-8") from None
    for key in given:
        if key not in known:
            nearest = difflib.get_close_matches(key, list(known), n=1, cutoff=0.0)[0]
            raise ConfigurationError(
                f"{path}: ไม่มีคำถามชื่อ {key} ใกล้เคียงที่สุดคือ {nearest} / nothing asks for {key}; the nearest is {nearest}."
            )
    return given


def _flatten(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        match value:
            case dict():
                yield from _flatten(value, f"{prefix}{key}.")
            case list():
                yield prefix + key, ", ".join(map(str, value))
            case str() | int() if not isinstance(value, bool):
                yield prefix + key, str(value)
            case _:
                raise AnswerError(
                    f"{prefix}{key}: ต้องเป็นข้อความในเครื่องหมายคำพูด / a text in quotation marks is expected"
                )
