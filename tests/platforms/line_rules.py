"""What LINE refuses: its own OpenAPI description, and the rules that stand only in its reference."""

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

ROOT = Path(__file__).parent.parent.parent
CONTRACTS = Path(os.environ.get("ITA_CONTRACTS") or ROOT.parent / "shared" / "contracts")

LONGEST_TEXT = 5000
LONGEST_ALT = 1500
LONGEST_LABEL = 20
LONGEST_DISPLAY = 300
MOST_QUICK = 13
BUBBLE_BYTES = 30 * 1024
CAROUSEL_BYTES = 50 * 1024
MOST_BODY = 2 * 1024 * 1024

needs_contracts = pytest.mark.skipif(
    not (CONTRACTS / "line").is_dir(),
    reason="the platforms' specifications are not on this machine (ITA_CONTRACTS)",
)


def units(text: str) -> int:
    """UTF-16 code units, as LINE counts texts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """About as many as a person sees: combining marks belong to the letter before them."""
    return sum(1 for c in text if unicodedata.category(c) not in {"Mn", "Me", "Cf"})


class LineRules:
    """The specification, ready to judge requests."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        registry = Registry().with_resource("urn:line", Resource.from_contents(spec, DRAFT4))
        self._registry = registry
        self.paths: list[tuple[re.Pattern[str], str, dict[str, Any]]] = []
        for path, methods in spec["paths"].items():
            pattern = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)) + "$")
            self.paths.append((pattern, path, methods))
        self.paths.sort(key=lambda one: one[1].count("{"))

    def find(self, method: str, path: str) -> tuple[dict[str, Any], dict[str, str]] | None:
        """The operation of a request and what stands in its path."""
        for pattern, _, methods in self.paths:
            if (found := pattern.match(path)) and method.lower() in methods:
                return methods[method.lower()], found.groupdict()
        return None

    def troubles(self, operation: dict[str, Any], body: Any) -> list[str]:
        """All that is wrong with a JSON body."""
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            return []
        wrong = [
            f"/{'/'.join(map(str, e.path))}: {e.validator}"
            for e in self._validator(schema["$ref"]).iter_errors(body)
        ]
        return wrong + list(beyond(body))

    @cache  # noqa: B019 - one instance per run
    def _validator(self, ref: str) -> OAS30WriteValidator:
        return OAS30WriteValidator({"$ref": f"urn:line{ref}"}, registry=self._registry)


@cache
def rules() -> LineRules:
    """The rules of LINE, read once."""
    text = (CONTRACTS / "line" / "messaging-api.strict.yml").read_text("utf-8")
    return LineRules(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def beyond(body: Any) -> Iterator[str]:
    """What the specification does not say but the reference does."""
    if not isinstance(body, dict):
        return
    if units(json.dumps(body, ensure_ascii=False)) > MOST_BODY:
        yield "body larger than 2 MB"
    for message in body.get("messages") or []:
        if isinstance(message, dict):
            yield from _message(message)


def _message(message: dict[str, Any]) -> Iterator[str]:
    if message.get("type") == "text" and not 0 < units(message.get("text", "")) <= LONGEST_TEXT:
        yield "text must have 1 to 5000 UTF-16 units"
    if message.get("type") == "text" and not message.get("text", "").strip():
        yield "text may not be empty"
    if "altText" in message and not 0 < units(message["altText"]) <= LONGEST_ALT:
        yield "altText must have 1 to 1500 UTF-16 units"
    if message.get("type") == "flex":
        size = len(json.dumps(message.get("contents"), ensure_ascii=False).encode())
        most = CAROUSEL_BYTES if message.get("contents", {}).get("type") == "carousel" else BUBBLE_BYTES
        if size > most:
            yield f"contents of {size} bytes"
    quick = (message.get("quickReply") or {}).get("items") or []
    if len(quick) > MOST_QUICK:
        yield "more than 13 quick replies"
    if any(not item.get("action", {}).get("label") for item in quick):
        yield "a quick reply without label"
    yield from _actions(message)


def _actions(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _actions(one)
    if not isinstance(node, dict):
        return
    if node.get("type") in {"postback", "message", "uri", "clipboard", "datetimepicker", "richmenuswitch"}:
        if graphemes(node.get("label") or "") > LONGEST_LABEL:
            yield f"label longer than 20: {graphemes(node['label'])}"
        if graphemes(node.get("displayText") or "") > LONGEST_DISPLAY:
            yield "displayText longer than 300"
        if units(node.get("data") or "") > 300:
            yield "data longer than 300"
    if node.get("type") == "text" and "contents" not in node and not node.get("text", "").strip():
        yield "an empty text component"
    for value in node.values():
        yield from _actions(value)
