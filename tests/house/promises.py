"""What the documents and texts promise to citizens, unit by unit, and the list of tests that keep it.

A unit is a row of a table, a list item, a paragraph of the threat model without what attackers learn and what remains,
or a wording key in all its languages. Its digest changes with every word, so that a changed or new promise fails the
test of this folder until somebody has looked which tests keep it.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tests.house.source_tree import ROOT

LIST = ROOT / "docs" / "promises.toml"
THREAT_MODEL, README = "docs/threat-model.md", "README.md"
LOCALE_FILES = ("citizen", "unasked", "questions", "opinions")
"""Locale files of texts that citizens read."""

PROMISING_SECTIONS = (
    "notice",
    "anonymity",
    "abroad",
    "advice",
    "receipt",
    "confirm",
    "news",
    "chat",
    "draft",
    "worry",
)
"""Sections of `citizen` and `unasked` that promise as a whole; elsewhere, texts with `PROMISING_WORDS` do."""

PROMISING_WORDS = re.compile(
    "(?<!ยัง)ไม่ได้เก็บ|ไม่เก็บ|ไม่ถูกเก็บ|เข้ารหัส|เก็บแยก|ล็อกด้วย|ไม่หาย|ไม่มีอะไรหาย|จะถูกลบ|ถูกลบ|แล้วลบ|ลบแล้ว"
    "|ไม่เห็นว่าใคร|ไม่ใช้ข้อมูลร่วม|ไม่ต้องบอกชื่อ|ไม่ต้องเปิด|ไม่บอกว่าท่าน|ในหน่วยความจำ|ไม่มีอะไรถูกส่ง|ไม่มีข้อมูลใด"
)
_NO_PROMISE = re.compile(r"\*(?:Learns?|Remains):\*.*?(?=\*We do:\*|\*Does not learn:\*|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Promise:
    """A unit that promises something. text: what its digest is computed of."""

    where: str
    unit: str
    text: str

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that change with every word."""
        return sha256(" ".join(self.text.split()).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class MappedPromise:
    """An entry of the list. tests: node ids; nothing: why no test can keep it, where there are none."""

    digest: str
    tests: tuple[str, ...]
    nothing: str = ""


def load_list() -> dict[tuple[str, str], MappedPromise]:
    """Load `docs/promises.toml`, by place and unit."""
    groups: list[dict[str, Any]] = tomllib.loads(LIST.read_text("utf-8"))["promise"]
    return {
        (group["where"], unit): MappedPromise(digest, tuple(group.get("tests", ())), group.get("nothing", ""))
        for group in groups
        for unit, digest in group["units"].items()
    }


def iterate_promises() -> Iterator[Promise]:
    """Every unit that promises something."""
    yield from _iterate_threat_model((ROOT / THREAT_MODEL).read_text("utf-8"))
    yield from _iterate_readme((ROOT / README).read_text("utf-8"))
    for name in LOCALE_FILES:
        yield from _iterate_wording(name, _load_texts(name, "th"), _load_texts(name, "en"))


def _iterate_threat_model(text: str) -> Iterator[Promise]:
    """Rows of the table, and paragraphs below each heading without what is learned and what remains."""
    heading, number = "", 0
    for block in text.split("\n"):
        if block.startswith("#"):
            heading, number = block.lstrip("# "), 0
        elif block.startswith("| ") and not block.startswith("| Data"):
            yield Promise(THREAT_MODEL, _shorten(block.split("|")[1]), block)
        elif block.strip() and not block.startswith("|---") and heading and not block.startswith("| Data"):
            number += 1
            kept = _NO_PROMISE.sub("", block).strip()
            if kept:
                yield Promise(THREAT_MODEL, f"{_shorten(heading)} / {number}", kept)


def _iterate_readme(text: str) -> Iterator[Promise]:
    """The list at the top, the table of channels, and its English paragraph."""
    for number, line in enumerate(re.findall(r"^- .+$", text.split("## ", 1)[0], re.MULTILINE), 1):
        yield Promise(README, f"top / {number}", line)
    channels = text.split("## แต่ละช่องทาง", 1)[1].split("\n## ", 1)[0]
    for row in re.findall(r"^\| (?!ช่องทาง).+$", channels, re.MULTILINE):
        yield Promise(README, _shorten(row.split("|")[1]), row)
    english = text.split("### How anonymous each channel is", 1)[1].split("\n###", 1)[0]
    yield Promise(README, "How anonymous each channel is", english)


def _iterate_wording(name: str, thai: Mapping[str, str], english: Mapping[str, str]) -> Iterator[Promise]:
    for key, words in thai.items():
        whole = name in {"citizen", "unasked"} and key.split(".")[0] in PROMISING_SECTIONS
        if whole or PROMISING_WORDS.search(words):
            yield Promise(f"handlers/locale/{name}", key, f"{words}\n{english[key]}")


def _load_texts(name: str, lang: str) -> dict[str, str]:
    return dict(
        _flatten("", tomllib.loads((ROOT / "handlers/locale" / f"{name}.{lang}.toml").read_text("utf-8")))
    )


def _flatten(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}", str(value)


def _shorten(text: str) -> str:
    return " ".join(re.sub(r"[*`]|\(.*?\)", "", text).split())[:60].strip(" ,;:")


def list_test_names(path: str) -> set[str]:
    """The names of the tests that pytest collects from a file; empty where there is no such file of tests."""
    file = ROOT / path
    if not file.is_file() or not file.name.startswith("test_"):
        return set()
    tree = ast.parse(file.read_text("utf-8"))
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }
