"""LINE's rules for API calls: its own OpenAPI description, and the rules found only in its reference."""

import json
import os
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_schema_validator import OAS30WriteValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from tests.bot.platforms.contracts import NO_CONTRACTS

ROOT = Path(__file__).parents[4]
CONTRACTS = Path(os.environ.get("ITA_CONTRACTS") or ROOT.parent / "shared" / "contracts")

MAX_TEXT_UNITS = 5000
MAX_ALT_TEXT_UNITS = 1500
MAX_LABEL_GRAPHEMES = 20
MAX_DISPLAY_GRAPHEMES = 300
MAX_QUICK_REPLIES = 13
MAX_BUBBLE_BYTES = 30 * 1024
MAX_CAROUSEL_BYTES = 50 * 1024
MAX_BODY_UNITS = 2 * 1024 * 1024

needs_contracts = pytest.mark.skipif(not (CONTRACTS / "line").is_dir(), reason=NO_CONTRACTS)


def count_utf16_units(text: str) -> int:
    """UTF-16 code units, as LINE counts texts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def count_graphemes(text: str) -> int:
    """The approximate number of visible characters: a combining mark counts with the character before it."""
    return sum(1 for c in text if unicodedata.category(c) not in {"Mn", "Me", "Cf"})


class LineRules:
    """The specification, with validators for requests."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        registry = Registry().with_resource("urn:line", Resource.from_contents(spec, DRAFT4))
        self._registry = registry
        self.paths: list[tuple[re.Pattern[str], str, dict[str, Any]]] = []
        for path, methods in spec["paths"].items():
            pattern = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)) + "$")
            self.paths.append((pattern, path, methods))
        self.paths.sort(key=lambda one: one[1].count("{"))

    def find_operation(self, method: str, path: str) -> tuple[dict[str, Any], dict[str, str]] | None:
        """The operation of a request and its path parameters."""
        for pattern, _, methods in self.paths:
            if (found := pattern.match(path)) and method.lower() in methods:
                return methods[method.lower()], found.groupdict()
        return None

    def find_violations(self, operation: dict[str, Any], body: Any) -> list[str]:
        """All violations of the specification in a JSON body."""
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            return []
        wrong = [
            f"/{'/'.join(map(str, e.path))}: {e.validator}"
            for e in self._get_validator(schema["$ref"]).iter_errors(body)
        ]
        return wrong + list(find_reference_violations(body))

    @cache  # noqa: B019 - one instance per run
    def _get_validator(self, ref: str) -> OAS30WriteValidator:
        return OAS30WriteValidator({"$ref": f"urn:line{ref}"}, registry=self._registry)


@cache
def load_line_rules() -> LineRules:
    """LINE's rules, read once."""
    text = (CONTRACTS / "line" / "messaging-api.strict.yml").read_text("utf-8")
    return LineRules(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def find_reference_violations(body: Any) -> Iterator[str]:
    """Violations of rules that are only in the reference, not in the specification."""
    if not isinstance(body, dict):
        return
    if count_utf16_units(json.dumps(body, ensure_ascii=False)) > MAX_BODY_UNITS:
        yield "body larger than 2 MB"
    for message in body.get("messages") or []:
        if isinstance(message, dict):
            yield from _check_message(message)


def _check_message(message: dict[str, Any]) -> Iterator[str]:
    if message.get("type") == "text" and not 0 < count_utf16_units(message.get("text", "")) <= MAX_TEXT_UNITS:
        yield "text must have 1 to 5000 UTF-16 units"
    if message.get("type") == "text" and not message.get("text", "").strip():
        yield "text may not be empty"
    if "altText" in message and not 0 < count_utf16_units(message["altText"]) <= MAX_ALT_TEXT_UNITS:
        yield "altText must have 1 to 1500 UTF-16 units"
    if message.get("type") == "flex":
        size = len(json.dumps(message.get("contents"), ensure_ascii=False).encode())
        most = (
            MAX_CAROUSEL_BYTES if message.get("contents", {}).get("type") == "carousel" else MAX_BUBBLE_BYTES
        )
        if size > most:
            yield f"contents of {size} bytes"
    quick = (message.get("quickReply") or {}).get("items") or []
    if len(quick) > MAX_QUICK_REPLIES:
        yield "more than 13 quick replies"
    if any(not item.get("action", {}).get("label") for item in quick):
        yield "a quick reply without label"
    yield from _check_actions(message)


def _check_actions(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _check_actions(one)
    if not isinstance(node, dict):
        return
    if node.get("type") in {"postback", "message", "uri", "clipboard", "datetimepicker", "richmenuswitch"}:
        if count_graphemes(node.get("label") or "") > MAX_LABEL_GRAPHEMES:
            yield f"label longer than 20: {count_graphemes(node['label'])}"
        if count_graphemes(node.get("displayText") or "") > MAX_DISPLAY_GRAPHEMES:
            yield "displayText longer than 300"
        if count_utf16_units(node.get("data") or "") > 300:
            yield "data longer than 300"
    if node.get("type") == "text" and "contents" not in node and not node.get("text", "").strip():
        yield "an empty text component"
    for value in node.values():
        yield from _check_actions(value)
