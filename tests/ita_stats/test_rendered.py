"""All files of a release: the same bytes always, never of exact tables, whatever the office's names are made of."""

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

from ita_stats import period
from ita_stats.cases import tables as figures
from ita_stats.cases.model import Footnote, ReleaseInfo, StatisticsTables
from ita_stats.cases.timeline import courses
from ita_stats.render import TYPES, rendered
from ita_stats.render import json_schema as published
from ita_stats.render import sanitize as legible
from ita_stats.render.typst import MISSING
from tests.ita_stats.printed import TERMS, YEAR_END, tables
from tests.ita_stats.registers import year

SIGNATORY = "ศึกษาธิการจังหวัดเชียงใหม่"
HASHED = """
import hashlib, sys
from tests.ita_stats.test_rendered import hashed
print(hashed())
"""


def files(
    found: StatisticsTables, issue: ReleaseInfo | None = None, signatory: str | None = SIGNATORY
) -> dict[str, bytes]:
    """The files of a release by name."""
    return dict(rendered(found, issue or ReleaseInfo(), signatory))


def hashed() -> str:
    """One hash over all files of a release."""
    found = hashlib.sha256()
    for name, content in rendered(tables(), ReleaseInfo(), SIGNATORY):
        found.update(name.encode() + content)
    return found.hexdigest()


def test_each_file_that_is_named_is_made_and_is_what_it_is_called() -> None:
    found = files(tables())
    assert list(found) == list(TYPES)
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
    assert there.stdout.strip() == hashed()


def test_another_day_gives_the_same_bytes() -> None:
    today = hashed()
    with time_machine.travel(datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC), tick=False):
        assert hashed() == today


def test_other_figures_give_other_bytes_in_every_format() -> None:
    one, other = files(tables(180)), files(tables(260))
    same = [name for name in one if one[name] == other[name]]
    assert same == ["statistics.schema.json"]


def test_another_number_gives_other_bytes_where_it_is_printed() -> None:
    one, other = files(tables(), ReleaseInfo(1)), files(tables(), ReleaseInfo(2))
    same = [name for name in one if one[name] == other[name]]
    assert same == ["statistics.schema.json", "rows.svg", "categories.svg"]


def test_exact_tables_are_never_rendered() -> None:
    wish = figures.wish(period.parsed("fy2569", YEAR_END), YEAR_END, "month", [])
    exact = figures.exact(courses(year(7, 20), wish.days), TERMS, wish)
    with pytest.raises(ValueError, match="officers only"):
        list(rendered(exact, ReleaseInfo()))


def test_the_json_holds_to_its_published_schema_and_tells_which_release_it_is() -> None:
    issue = ReleaseInfo(3, (Footnote("corrected", "แก้ไขแล้ว", "Corrected."),), "พิมพ์ผิด")
    found = files(tables(), issue)
    schema = json.loads(found["statistics.schema.json"])
    told = json.loads(found["statistics.json"])
    OAS31Validator(schema).validate(told)
    with pytest.raises(Exception, match=r"is not valid under any|is not of type"):
        OAS31Validator(schema).validate({**told, "release": "3"})
    assert published.read_issue(found["statistics.json"]) == issue
    assert published.read(found["statistics.json"]) == tables()
    assert published.read_issue(published.written(tables())) is None


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
    found = tables()
    named = replace(
        found,
        office_th=odd,
        categories=(replace(found.categories[0], name_th=odd, name_en=odd), *found.categories[1:]),
    )
    made = files(named, ReleaseInfo(2, (Footnote("changed", odd, odd),), odd), odd)
    assert published.read(made["statistics.json"]).office_th == legible.text(odd)
    assert b"<script" not in made["statistics.html"] + made["categories.svg"]


def test_letters_that_the_typeface_lacks_leave_a_mark_that_it_has() -> None:
    from ita_stats.render.typst import _inputs

    assert _inputs({"name": "ก😀ข"})["data"] == f'{{"name": "ก{MISSING}ข"}}'


def test_what_nobody_sees_is_left_out_of_words() -> None:
    assert legible.text(" ก\u202e\x00ข\nค\u2060ง\ufeff ") == "กข ค\u2060ง"
