"""What is wrong in a TOML file of the office, in Thai and English and in no library's words.

A mistake of a value is described by the kind of error that pydantic names, one of syntax by how tomllib begins.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bot.both_languages import BothLanguages
from handlers.office import Office

MAX_SHOWN = 80
"""Characters of a wrong value that are repeated."""


PATTERNS: Mapping[str, BothLanguages] = {
    r"^[a-z][a-z0-9_]{0,31}$": BothLanguages(
        "ต้องเป็นรหัสอังกฤษตัวเล็ก เริ่มด้วยตัวอักษร ตามด้วยตัวอักษร ตัวเลข หรือ _ ไม่เกิน 32 ตัว เช่น corruption",
        "must be a code in small letters, such as corruption: a letter, then letters, digits or _, 32 at most",
    ),
    r"^https://[^\s]+$": BothLanguages(
        "ต้องเป็นที่อยู่เว็บที่ขึ้นต้นด้วย https:// และไม่มีช่องว่าง",
        "must be an address that begins with https://, without spaces",
    ),
    r"^[^/\\]{1,200}\.png$": BothLanguages(
        "ต้องเป็นชื่อไฟล์ .png ที่วางไว้ข้าง office.toml ไม่มีโฟลเดอร์ เช่น emblem.png",
        "must be the name of a .png file beside office.toml, without a folder, such as emblem.png",
    ),
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": BothLanguages(
        "ต้องเป็นที่อยู่อีเมล เช่น info@example.go.th", "must be an e-mail address, such as info@example.go.th"
    ),
    r"^https?://[^\s]+$": BothLanguages(
        "ต้องเป็นที่อยู่เว็บที่ขึ้นต้นด้วย https:// หรือ http:// และไม่มีช่องว่าง",
        "must be an address that begins with https:// or http://, without spaces",
    ),
    r"^[0-9][0-9 \-]{2,19}$": BothLanguages(
        "ต้องเป็นเบอร์โทรที่มีเฉพาะเลขอารบิก ช่องว่าง และขีด เช่น 053 112 314",
        "must be a telephone number of digits, spaces and hyphens, such as 053 112 314",
    ),
    r"^[0-9A-Za-z.\-]{1,20}$": BothLanguages(
        "ต้องเป็นเลขฉบับ 1 ถึง 20 ตัว ใช้ตัวอักษรอังกฤษ ตัวเลข จุด และขีด เช่น 2570-1",
        "must be a version of 1 to 20 letters, digits, dots and hyphens, such as 2570-1",
    ),
    r"^[0-9A-Za-z.\-/]{1,20}$": BothLanguages(
        "ต้องเป็นเลขฉบับ 1 ถึง 20 ตัว ใช้ตัวอักษรอังกฤษ ตัวเลข จุด ขีด และทับ เช่น 1/2570",
        "must be a version of 1 to 20 letters, digits, dots, hyphens and slashes, such as 1/2570",
    ),
    r"^[A-Za-z0-9+/]{43}=$": BothLanguages(
        "ต้องเป็นกุญแจสาธารณะ 44 ตัวของผู้ลงนามรายการช่องทาง ตามที่ได้รับเป็นหนังสือ",
        "must be the public key of 44 characters of who signs the directory, as it came by letter",
    ),
    r"^[A-Za-z]{0,4} ?[0-9]{1,2}$": BothLanguages(
        "ต้องเป็นเลขข้อ เช่น 26 หรือ O17", "must be an item, such as 26 or O17"
    ),
}
"""What a pattern of `handlers.office` asks for; a test walks all of them."""


def _say_range(th: str, en: str) -> Callable[[Mapping[str, Any]], BothLanguages]:
    return lambda ctx: BothLanguages(th.format(**ctx), en.format(**ctx))


_A_GROUP = BothLanguages(
    'ต้องเป็นกลุ่มของค่า เช่น { th = "…" } หรือหัวข้อ [ชื่อ]',
    'must be a table of values, as { th = "…" } or a heading [name]',
)
_A_LIST = BothLanguages(
    'ต้องเป็นรายการในวงเล็บเหลี่ยม เช่น ["ก", "ข"]', 'must be a list in brackets, as ["a", "b"]'
)
_A_WHOLE_NUMBER = BothLanguages(
    "ต้องเป็นจำนวนเต็ม เลขอารบิก ไม่มีเครื่องหมายคำพูด เช่น 15", "must be a whole number without quotes, such as 15"
)
_A_YES_OR_NO = BothLanguages("ต้องเป็น true (ใช่) หรือ false (ไม่ใช่)", "must be true or false")
_A_DAY = BothLanguages(
    "ต้องเป็นวันที่แบบ ค.ศ. ไม่มีเครื่องหมายคำพูด เช่น 2027-04-13",
    "must be a day of the Christian era, such as 2027-04-13",
)
_A_TEXT = BothLanguages('ต้องเป็นข้อความในเครื่องหมาย "…"', 'must be a text in "…"')

DESCRIPTIONS: Mapping[str, Callable[[Mapping[str, Any]], BothLanguages]] = MappingProxyType(
    {
        **dict.fromkeys(("string_type",), lambda _: _A_TEXT),
        **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), lambda _: _A_WHOLE_NUMBER),
        **dict.fromkeys(("bool_type", "bool_parsing"), lambda _: _A_YES_OR_NO),
        **dict.fromkeys(("tuple_type",), lambda _: _A_LIST),
        **dict.fromkeys(("model_type",), lambda _: _A_GROUP),
        **dict.fromkeys(
            (
                "date_type",
                "date_parsing",
                "date_from_datetime_parsing",
                "date_from_datetime_inexact",
            ),
            lambda _: _A_DAY,
        ),
        "string_pattern_mismatch": lambda ctx: PATTERNS[ctx["pattern"]],
        "string_too_short": lambda _: BothLanguages("ต้องไม่ว่าง", "must not be empty"),
        "string_too_long": _say_range(
            "ยาวได้ไม่เกิน {max_length} ตัวอักษร", "may have {max_length} characters at most"
        ),
        "greater_than_equal": _say_range("ต้องไม่น้อยกว่า {ge}", "must not be less than {ge}"),
        "less_than_equal": _say_range("ต้องไม่มากกว่า {le}", "must not be more than {le}"),
        "too_short": _say_range("ต้องมีอย่างน้อย {min_length} รายการ", "must have {min_length} or more"),
        "too_long": _say_range("มีได้ไม่เกิน {max_length} รายการ", "may have {max_length} at most"),
        "missing": lambda _: BothLanguages("ต้องมีคีย์นี้", "this key is needed"),
        **dict.fromkeys(
            ("literal_error", "enum"),
            lambda ctx: BothLanguages(
                f"เลือกได้จาก {_spell_choices(ctx)}", f"must be one of {_spell_choices(ctx)}"
            ),
        ),
        "codes_repeated": _say_range(
            "{what}: code หนึ่งใช้ได้ครั้งเดียว พบ {codes}", "{what}: each code may stand once, found {codes}"
        ),
        "not_increasing": lambda _: BothLanguages(
            "ต้องเรียงจากน้อยไปมาก และไม่ซ้ำกัน เช่น [30, 45, 52]",
            "each number must be greater than the one before it",
        ),
        "half_an_item": lambda _: BothLanguages(
            "year และ variant ต้องมีทั้งคู่ หรือไม่มีทั้งคู่", "year and variant stand together, or neither"
        ),
        "item_without_year": lambda _: BothLanguages(
            "title coverage และ verified ใช้ได้เมื่อมี year และ variant",
            "title, coverage and verified need year and variant",
        ),
        "unknown_category": _say_range(
            "{code} ไม่ใช่ code ของประเภทใด มี {known}", "{code} is no category, which are {known}"
        ),
    }
)
"""What is allowed, by the kind of error. A test walks all that an office can get wrong."""

_ANYTHING_ELSE = BothLanguages("ค่านี้ใช้ไม่ได้", "this value cannot be used")
_SYNTAX: tuple[tuple[str, BothLanguages], ...] = (
    (
        "Invalid value",
        BothLanguages(
            'หลัง = ต้องเป็นข้อความในเครื่องหมาย "…" (แบบตรง) ตัวเลขอารบิก true หรือ false',
            'after = comes a text in straight "…", a number, true or false',
        ),
    ),
    ("Unterminated string", BothLanguages('ข้อความยังไม่ปิดด้วย "', 'a text is not closed with "')),
    (
        "Illegal character",
        BothLanguages(
            'ข้อความยังไม่ปิดด้วย " หรือมีตัวอักษรที่มองไม่เห็น', 'a text is not closed with ", or a sign cannot be seen'
        ),
    ),
    (
        "Invalid statement",
        BothLanguages(
            "ชื่อคีย์ต้องเป็นตัวอักษรอังกฤษ และข้อความอธิบายต้องขึ้นต้นด้วย #",
            "a key is in English letters, a remark begins with #",
        ),
    ),
    (
        "Invalid initial character for a key",
        BothLanguages("มีจุลภาคเกิน หรือชื่อคีย์ผิด", "a comma too many, or a wrong key"),
    ),
    ("Expected '='", BothLanguages("ขาดเครื่องหมาย = หลังชื่อคีย์", "= is missing after the key")),
    ("Cannot overwrite", BothLanguages("คีย์นี้มีสองครั้งในหัวข้อเดียวกัน", "a key stands twice under its heading")),
    ("Cannot declare", BothLanguages("หัวข้อนี้มีสองครั้ง", "this heading stands twice")),
    ("Unclosed array", BothLanguages("รายการยังไม่ปิดด้วย ]", "a list is not closed with ]")),
    ("Unclosed inline table", BothLanguages("กลุ่มยังไม่ปิดด้วย }", "a group is not closed with }")),
    ("Unescaped '\\'", BothLanguages("เครื่องหมาย \\ ต้องเขียนเป็น \\\\", "\\ is written as \\\\")),
    ("Expected ']'", BothLanguages("หัวข้อยังไม่ปิดด้วย ]", "a heading is not closed with ]")),
    (
        "Expected newline",
        BothLanguages(
            "มีสิ่งอื่นต่อท้ายค่า หนึ่งบรรทัดมีได้หนึ่งค่า", "something stands after the value; a line has one value"
        ),
    ),
)
"""What a syntax error is, by how the library's message begins."""


def format_toml_error(trouble: tomllib.TOMLDecodeError, text: str) -> str:
    """Format a TOML syntax error with its line, in both languages."""
    message = str(trouble)
    place = re.search(r"at line (\d+)", message)
    lines = text.splitlines()
    number = int(place[1]) if place else len(lines)
    line = lines[number - 1].strip()[:MAX_SHOWN] if 0 < number <= len(lines) else ""
    reason = next((words for start, words in _SYNTAX if message.startswith(start)), BothLanguages("", ""))
    return (
        f"บรรทัด {number} เขียนไม่ถูกแบบ TOML พบ {line} {reason.th}".rstrip()
        + f" / line {number} is not TOML; {reason.en}".rstrip("; ")
    )


def format_validation_error(error: ErrorDetails, model: type[BaseModel] = Office) -> str:
    """Format a validation error: path of the key, what was found, what is allowed. model: of the whole file."""
    location = error["loc"]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    if error["type"] == "extra_forbidden":
        return f"{path}: ไม่มีคีย์ชื่อนี้ / there is no such key; {_describe_allowed_keys(location, model)}"
    describe = DESCRIPTIONS.get(error["type"])
    allowed = describe(error.get("ctx", {})) if describe else _ANYTHING_ELSE
    found = describe_value(error["input"])
    if error["type"] == "missing" or not found.th:
        return f"{path or 'office.toml'}: {allowed}"
    return f"{path or 'office.toml'}: พบ {found.th} {allowed.th} / found {found.en}; {allowed.en}"


def describe_value(value: object) -> BothLanguages:
    """Describe a value as the file has it; empty for a whole file, which is not repeated."""
    match value:
        case bool():
            shown = str(value).lower()
        case str():
            shown = f'"{value[:MAX_SHOWN]}"'
        case int() | float() | date():
            shown = str(value)[:MAX_SHOWN]
        case list() | tuple():
            return BothLanguages("รายการ", "a list")
        case dict() if "name" in value and "categories" in value:
            return BothLanguages("", "")
        case _:
            return BothLanguages("กลุ่มของค่า", "a table")
    return BothLanguages(shown, shown)


def _spell_choices(context: Mapping[str, Any]) -> str:
    """Spell the choices of a literal, as pydantic lists them: `'month', 'quarter' or 'half'`."""
    return ", ".join(re.findall(r"'([^']*)'", str(context["expected"])))


def _describe_allowed_keys(location: tuple[str | int, ...], whole: type[BaseModel]) -> str:
    model = _find_model(location[:-1], whole)
    keys = list(model.model_fields) if model else []
    near = difflib.get_close_matches(str(location[-1]), keys, n=1)
    hint = f"ใกล้เคียงที่สุดคือ / the nearest is {near[0]}; " if near else ""
    return f"{hint}ที่อนุญาต / allowed: {', '.join(keys)}"


def _find_model(location: tuple[str | int, ...], whole: type[BaseModel]) -> type[BaseModel] | None:
    model: Any = whole
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
