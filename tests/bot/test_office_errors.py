"""Mistakes in office.toml are told in our words: every kind that an office can make, and none of a library's."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.office_errors import DESCRIPTIONS, PATTERNS, format_toml_error, format_validation_error
from handlers.office import Office

EXAMPLE = tomllib.loads((Path(__file__).parents[2] / "office.example.toml").read_text("utf-8"))
WRONG_VALUES: tuple[Any, ...] = (
    *("", "ก ข", "x" * 3000, 0, -1, 1.5, 99999, True, [], {}, ["ก"], {"ก": "ข"}, None),
    *([{"ก": 1}], [3, 2, 1], [1] * 500, {"th": ""}, {"th": 1}, "2027-02-30", ["2027-02-30"]),
)
LIBRARY_WORDS = (
    "Input should",
    "validation error",
    "pydantic",
    "instance of",
    "valid integer",
    "Value error",
)


def iterate_schema_patterns(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for value in schema.values():
            yield from iterate_schema_patterns(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from iterate_schema_patterns(value)


def iterate_places(value: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if place:
        yield place
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from iterate_places(inner, (*place, key))
    elif isinstance(value, list) and value:
        yield from iterate_places(value[0], (*place, 0))


def replace_at(value: Any, place: tuple[str | int, ...], new: Any) -> Any:
    if not place:
        return new
    first, *rest = place
    if isinstance(value, dict):
        return {**value, first: replace_at(value[first], tuple(rest), new)}
    return [replace_at(value[0], tuple(rest), new), *value[1:]]


def list_errors(data: Any) -> list[Any]:
    try:
        Office.model_validate(data)
    except ValidationError as trouble:
        return trouble.errors()
    return []


def test_every_pattern_is_described_and_none_besides() -> None:
    assert {*iterate_schema_patterns(TypeAdapter(Office).json_schema())} == set(PATTERNS)


def test_every_value_of_the_office_written_wrong_in_every_way_is_told_in_our_words() -> None:
    complete = Office.model_validate(EXAMPLE).model_dump(mode="json", exclude_none=True)
    seen = set[str]()
    for place in iterate_places(complete):
        for wrong in WRONG_VALUES:
            for error in list_errors(replace_at(complete, place, wrong)):
                words = format_validation_error(error)
                seen.add(error["type"])
                assert error["type"] in {*DESCRIPTIONS, "extra_forbidden"}, error["type"]
                assert not any(word in words for word in LIBRARY_WORDS), words
                assert any("\u0e00" < letter < "\u0e7f" for letter in words), words
    assert seen >= {"missing", "extra_forbidden", "string_pattern_mismatch", "literal_error", "model_type"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('name = = "ก"', "หลัง = ต้องเป็นข้อความ"),
        ("name = “ก”", "(แบบตรง)"),
        ('name = "ก', "ยังไม่ปิด"),
        ("name ก", "ขาดเครื่องหมาย ="),
        ("ชื่อ = 1", "ตัวอักษรอังกฤษ"),
        ("a = 1\na = 2", "สองครั้ง"),
        ("[a]\nx = 1\n[a]\ny = 2", "หัวข้อนี้มีสองครั้ง"),
        ("a = [1, 2", "ปิดด้วย ]"),
        ('a = { th = "x"', "ปิดด้วย }"),
        ('a = { th = "x", }', "จุลภาคเกิน"),
        ('a = "\\q"', "เขียนเป็น"),
        ('a = "x" y', "หนึ่งบรรทัดมีได้หนึ่งค่า"),
        ("[a", "หัวข้อยังไม่ปิด"),
    ],
)
def test_a_syntax_error_says_what_to_write(line: str, reason: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as trouble:
        tomllib.loads(line)
    words = format_toml_error(trouble.value, line)
    assert reason in words
    assert "Expected" not in words
    assert "Invalid" not in words


def test_the_office_has_no_model_that_the_walk_leaves_out() -> None:
    assert issubclass(Office, BaseModel)
    assert {*Office.model_json_schema()["required"]} <= EXAMPLE.keys()
