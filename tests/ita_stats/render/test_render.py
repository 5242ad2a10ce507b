"""All files of a release: reproducible bytes, protected tables only, whatever the office's names contain."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine
from openapi_schema_validator import OAS31Validator

from ita_stats.cases.model import Footnote, ReleaseInfo, StatisticsTables
from ita_stats.cases.tables import TableRequest, build_exact_tables
from ita_stats.period import parse_period
from ita_stats.render import RELEASE_FILE_TYPES, render_release_files
from ita_stats.render.json_text import parse_release_info, parse_statistics, serialize_statistics
from ita_stats.render.sanitize import strip_invisible
from ita_stats.render.typst import MISSING_CHARACTER
from tests.ita_stats.cases.sample_facts import count_facts, make_year_of_facts
from tests.ita_stats.render.sample_documents import TERMS, YEAR_END, make_protected_tables

SIGNATORY = "ศึกษาธิการจังหวัดเชียงใหม่"
HASHED = """
import hashlib, sys
from tests.ita_stats.render.test_render import hash_release_files
print(hash_release_files())
"""


def render_files(
    found: StatisticsTables, issue: ReleaseInfo | None = None, signatory: str | None = SIGNATORY
) -> dict[str, bytes]:
    """The files of a release by name."""
    return dict(render_release_files(found, issue or ReleaseInfo(), signatory))


def hash_release_files() -> str:
    """One hash over all files of a release."""
    found = hashlib.sha256()
    for name, content in render_release_files(make_protected_tables(), ReleaseInfo(), SIGNATORY):
        found.update(name.encode() + content)
    return found.hexdigest()


def test_each_file_that_is_named_is_made_and_is_what_it_is_called() -> None:
    found = render_files(make_protected_tables())
    assert list(found) == list(RELEASE_FILE_TYPES)
    assert {name: found[name][:5] for name in ("statistics.pdf", "statistics.xlsx")} == {
        "statistics.pdf": b"%PDF-",
        "statistics.xlsx": b"PK\x03\x04\x14",
    }
    assert found["statistics.png"].startswith(b"\x89PNG")
    assert all(content for content in found.values())


@pytest.mark.parametrize(
    "where", [{"TZ": "America/New_York", "LC_ALL": "de_DE.UTF-8"}, {"TZ": "UTC", "LC_ALL": "C"}]
)
def test_another_process_zone_and_language_give_the_same_bytes(where: dict[str, str]) -> None:
    environment = {**os.environ, **where, "PYTHONHASHSEED": where["TZ"][0].encode().hex()}
    there = subprocess.run(
        [sys.executable, "-c", HASHED], env=environment, capture_output=True, text=True, check=True
    )
    assert there.stdout.strip() == hash_release_files()


def test_another_day_gives_the_same_bytes() -> None:
    today = hash_release_files()
    with time_machine.travel(datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC), tick=False):
        assert hash_release_files() == today


def test_other_figures_give_other_bytes_in_every_format() -> None:
    one, other = render_files(make_protected_tables(180)), render_files(make_protected_tables(260))
    same = [name for name in one if one[name] == other[name]]
    assert same == ["statistics.schema.json"]


def test_another_number_gives_other_bytes_where_it_is_printed() -> None:
    one, other = (
        render_files(make_protected_tables(), ReleaseInfo(1)),
        render_files(make_protected_tables(), ReleaseInfo(2)),
    )
    same = [name for name in one if one[name] == other[name]]
    assert same == ["statistics.schema.json", "rows.svg", "categories.svg"]


def test_exact_tables_are_never_rendered() -> None:
    wish = TableRequest(parse_period("fy2569", YEAR_END), YEAR_END, "month")
    exact = build_exact_tables(count_facts(make_year_of_facts(7, 20), wish.days), TERMS, wish)
    with pytest.raises(ValueError, match="officers only"):
        list(render_release_files(exact, ReleaseInfo()))


def test_the_json_holds_to_its_published_schema_and_tells_which_release_it_is() -> None:
    issue = ReleaseInfo(3, (Footnote("corrected", "แก้ไขแล้ว", "Corrected."),), "พิมพ์ผิด")
    found = render_files(make_protected_tables(), issue)
    schema = json.loads(found["statistics.schema.json"])
    told = json.loads(found["statistics.json"])
    OAS31Validator(schema).validate(told)
    with pytest.raises(Exception, match=r"is not valid under any|is not of type"):
        OAS31Validator(schema).validate({**told, "release": "3"})
    assert parse_release_info(found["statistics.json"]) == issue
    assert parse_statistics(found["statistics.json"]) == make_protected_tables()
    assert parse_release_info(serialize_statistics(make_protected_tables())) is None


ODD = [
    "😀 พัสดุ",
    "中文ລາວ",
    "a\x00b\x0bc\ud800",
    '#image("/etc/passwd") $x$ *b* // @ref \\',
    "<script>alert(1)</script>",
    "&amp; ]]> ' \"",
    "กำ\u202eกก\ufeff",
    "ก" * 300,
    "",
]


@pytest.mark.parametrize("odd", ODD)
def test_names_of_any_letters_are_printed(odd: str) -> None:
    found = make_protected_tables()
    named = replace(
        found,
        office_th=odd,
        categories=(replace(found.categories[0], name_th=odd, name_en=odd), *found.categories[1:]),
    )
    made = render_files(named, ReleaseInfo(2, (Footnote("changed", odd, odd),), odd), odd)
    assert parse_statistics(made["statistics.json"]).office_th == strip_invisible(odd)
    assert b"<script" not in made["statistics.html"] + made["categories.svg"]


def test_letters_that_the_typeface_lacks_leave_a_mark_that_it_has() -> None:
    from ita_stats.render.typst import _build_inputs

    assert _build_inputs({"name": "ก😀აข"})["data"] == f'{{"name": "ก😀{MISSING_CHARACTER}ข"}}'


def test_what_nobody_sees_is_left_out_of_words() -> None:
    assert strip_invisible(" ก\u202e\x00ข\nค\u2060ง\ufeff ") == "กข ค\u2060ง"
