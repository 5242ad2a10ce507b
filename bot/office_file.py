"""Load office.toml. Errors name the key or line, what was found and what is allowed."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import ConfigurationError
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
        return Office.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as trouble:
        raise ConfigurationError(f"{path}: {format_toml_error(trouble, text)}") from None
    except ValidationError as trouble:
        lines = [f"{path}: {format_validation_error(error)}" for error in trouble.errors()]
        raise ConfigurationError("\n".join(lines)) from None


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


def format_toml_error(trouble: tomllib.TOMLDecodeError, text: str) -> str:
    """Format a TOML syntax error with its line, in both languages."""
    message = str(trouble)
    number = next((int(w) for w in message.replace(",", " ").replace(")", " ").split() if w.isdigit()), 0)
    lines = text.splitlines()
    number = number or len(lines)
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return f"บรรทัด {number} เขียนไม่ถูกแบบ TOML / line {number} is not TOML: {line!r} ({message})"


def format_validation_error(error: ErrorDetails) -> str:
    """Format a validation error: path of the key, what was found, what is allowed."""
    location = error["loc"]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    if error["type"] == "extra_forbidden":
        return f"{path}: ไม่มีคีย์ชื่อนี้ / there is no such key; {_describe_allowed_keys(location)}"
    if error["type"] == "missing":
        return f"{path}: ต้องมีคีย์นี้ / this key is needed"
    found = error["input"]
    found_text = repr(found if isinstance(found, (str, int, float, bool)) else type(found).__name__)[:80]
    return f"{path or 'office'}: พบ / found {found_text}; ที่อนุญาต / allowed: {error['msg']}"


def _describe_allowed_keys(location: tuple[str | int, ...]) -> str:
    model = _find_model(location[:-1])
    keys = list(model.model_fields) if model else []
    near = difflib.get_close_matches(str(location[-1]), keys, n=1)
    hint = f"ใกล้เคียงที่สุดคือ / the nearest is {near[0]}; " if near else ""
    return f"{hint}ที่อนุญาต / allowed: {', '.join(keys)}"


def _find_model(location: tuple[str | int, ...]) -> type[BaseModel] | None:
    model: Any = Office
    for part in location:
        if isinstance(part, int):
            continue
        fields: Mapping[str, Any] = getattr(model, "model_fields", {})
        if part not in fields:
            return None
        model = _find_model_in_annotation(fields[part].annotation)
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _find_model_in_annotation(annotation: Any) -> Any:  # noqa: ANN401 - a type as it is written
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(
        (found for arg in get_args(annotation) if (found := _find_model_in_annotation(arg)) is not None), None
    )
