"""Telegram's rules for API calls, from a specification that we did not write (`telegram/api.json` in ITA_CONTRACTS)."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.bot.platforms.contracts import NO_CONTRACTS

ROOT = Path(__file__).resolve().parents[4]
CONTRACT_FOLDERS = (os.environ.get("ITA_CONTRACTS"), str(ROOT.parent / "shared" / "contracts"))

_LENGTH = re.compile(r"(\d+)-(\d+) (characters|bytes|identifiers|Bytes)")
_BETWEEN = re.compile(r"between (\d+)-(\d+)")
_CONSTANT = re.compile(r"(?:must be|always) [“\"]?([a-z_]+)[”\"]?$")
_SIMPLE: Mapping[str, type | tuple[type, ...]] = {
    "String": str,
    "Integer": int,
    "Float": (int, float),
    "Boolean": bool,
}
BUTTON_COMMON_FIELDS = {"text", "icon_custom_emoji_id", "style"}


def find_contracts() -> Path:
    """The folder with the specifications; skips the test if there is none."""
    for place in CONTRACT_FOLDERS:
        if place and (Path(place) / "telegram" / "api.json").exists():
            return Path(place)
    pytest.skip(NO_CONTRACTS)


@cache
def load_telegram_rules(folder: Path) -> "TelegramRules":
    """The rules in a folder, read once."""
    return TelegramRules(json.loads((folder / "telegram" / "api.json").read_text("utf-8")))


class TelegramRules:
    """Finds the violations of the specification in a call."""

    def __init__(self, api: Mapping[str, Any]) -> None:
        self.methods: Mapping[str, Any] = api["methods"]
        self.types: Mapping[str, Any] = api["types"]

    def decode_parameters(self, method: str, raw: Mapping[str, Any], *, form: bool) -> dict[str, Any]:
        """Decode parameters. In a form everything except text and files is JSON. Raises ValueError for bad JSON."""
        fields = {f["name"]: f for f in self.methods.get(method, {}).get("fields", [])}
        return {k: self._decode_value(fields.get(k), v) if form else v for k, v in raw.items()}

    def _decode_value(self, field: Mapping[str, Any] | None, raw: Any) -> Any:
        if field is None or not isinstance(raw, str):
            return raw
        kinds = field["types"]
        if "Integer" in kinds and re.fullmatch(r"-?\d+", raw):
            return int(raw)
        if "String" in kinds or kinds == ["InputFile"]:
            return raw
        return json.loads(raw)

    def find_violations(self, method: str, params: Mapping[str, Any]) -> Iterator[str]:
        """What Telegram would refuse in a call; yields nothing for a valid one."""
        known = self.methods[method].get("fields", [])
        yield from self._check_fields(method, known, params)

    def _check_fields(self, where: str, known: list[Any], given: Mapping[str, Any]) -> Iterator[str]:
        names = {f["name"] for f in known}
        yield from (f"{where}: there is no parameter {name}" for name in given if name not in names)
        for field in known:
            if field["name"] in given:
                yield from self._check_field(f"{where}.{field['name']}", field, given[field["name"]])
            elif field["required"]:
                yield f"{where}: {field['name']} is missing"

    def _check_field(self, where: str, field: Mapping[str, Any], value: Any) -> Iterator[str]:
        violations = [list(self._check_type(where, kind, value)) for kind in field["types"]]
        if all(violations):
            yield from min(violations, key=len)
            return
        description = field["description"]
        if (constant := _CONSTANT.search(description)) and isinstance(value, str) and value != constant[1]:
            yield f"{where}: must be {constant[1]}"
        yield from _check_size(where, description, value)

    def _check_type(self, where: str, kind: str, value: Any) -> Iterator[str]:
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                yield f"{where}: is no list"
                return
            for place, item in enumerate(value):
                yield from self._check_type(f"{where}[{place}]", kind.removeprefix("Array of "), item)
        elif kind in _SIMPLE:
            if not isinstance(value, _SIMPLE[kind]) or (kind != "Boolean" and isinstance(value, bool)):
                yield f"{where}: is no {kind}"
        elif kind == "InputFile":
            if not isinstance(value, bytes):
                yield f"{where}: is no file"
        else:
            yield from self._check_object(where, kind, value)

    def _check_object(self, where: str, kind: str, value: Any) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{where}: is no {kind}"
            return
        if subtypes := self.types[kind].get("subtypes"):
            violations = [list(self._check_object(where, sub, value)) for sub in subtypes]
            if all(violations):
                yield from min(violations, key=len)
            return
        yield from self._check_fields(where, self.types[kind].get("fields", []), value)
        if kind == "InlineKeyboardButton" and len(value.keys() - BUTTON_COMMON_FIELDS) != 1:
            yield f"{where}: a button does exactly one thing"


def _check_size(where: str, description: str, value: Any) -> Iterator[str]:
    if found := _LENGTH.search(description):
        fewest, most, unit = int(found[1]), int(found[2]), found[3].lower()
        size = measure_size(value, unit)
        if size is not None and not fewest <= size <= most:
            yield f"{where}: {size} {unit}, allowed {fewest}-{most}"
    elif (found := _BETWEEN.search(description)) and isinstance(value, int):
        allowed = range(int(found[1]), int(found[2]) + 1)
        yield from () if value in allowed else (f"{where}: {value}, allowed {found[1]}-{found[2]}",)


def measure_size(value: Any, unit: str) -> int | None:
    """The size of a value; characters are UTF-16 units, as Telegram counts them."""
    if isinstance(value, str):
        return (
            len(value.encode()) if unit == "bytes" else len(value.encode("utf-16-le", "surrogatepass")) // 2
        )
    return len(value) if isinstance(value, list) else None
