"""Load office.toml. Errors name the key or line, what was found and what is allowed."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bot.errors import ConfigurationError
from bot.exporters.emblem import check_emblem
from bot.office_errors import format_toml_error, format_validation_error
from handlers.office import Office

EXAMPLE_OFFICE_PATHS = (
    Path(__file__).parent / "office.example.toml",
    Path(__file__).parent.parent / "office.example.toml",
)
"""The example's path in an installed package, and in a checkout."""


def load_office(path: Path | None) -> Office:
    """Load the office of a file; if None, of ./office.toml, else of the example. Raises ConfigurationError."""
    if path is None:
        own = Path("office.toml")
        path = own if own.exists() else next(p for p in EXAMPLE_OFFICE_PATHS if p.exists())
    try:
        text = path.read_text("utf-8-sig")  # Notepad writes a byte order mark
    except (OSError, UnicodeDecodeError) as trouble:
        reason = (
            "ไม่ใช่ UTF-8 / is not UTF-8" if isinstance(trouble, ValueError) else "อ่านไม่ได้ / cannot be read"
        )
        raise ConfigurationError(f"{path}: {reason}") from None
    try:
        office = Office.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as trouble:
        raise ConfigurationError(f"{path}: {format_toml_error(trouble, text)}") from None
    except ValidationError as trouble:
        lines = [f"{path}: {format_validation_error(error)}" for error in trouble.errors()]
        raise ConfigurationError("\n".join(lines)) from None
    if not office.emblem:
        return office
    emblem = path.parent / office.emblem
    check_emblem(emblem)
    return office.model_copy(update={"emblem": str(emblem)})


def find_office_path(path: Path | None) -> Path | None:
    """Return the office's own file of the settings; None where the example is used."""
    return None if is_example_office(path) else path or Path("office.toml")


def is_example_office(path: Path | None) -> bool:
    """Whether there is no office.toml yet, so that the example is used."""
    return path is None and not Path("office.toml").exists()


@dataclass(frozen=True, slots=True)
class OfficeSource:
    """Where a process found its office. is_example: it is the example, as there was no office.toml at the start."""

    path: Path | None
    is_example: bool

    def read(self) -> Office:
        """Read the file as it is now. Raises ConfigurationError."""
        return load_office(self.path)


def find_office_source(path: Path | None) -> OfficeSource:
    """Return where the office of the settings is. path: as of `load_office`."""
    return OfficeSource(path, is_example_office(path))
