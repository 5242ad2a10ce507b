"""A roll-up of 95 offices: what is added up, who is named, and what is not believed."""

import asyncio
import json
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner, Result

from bot.cli.main import cli_app
from bot.rollup import command
from bot.rollup.collect import collect_rollup
from bot.rollup.office_list import LIST_PATTERNS, OfficeEntry, OfficeList, parse_office_list, read_list_file
from bot.rollup.reading import read_folder
from bot.rollup.releases import ReadRelease, check_release
from ita_stats.release import ANCHOR_FILE, MANIFEST_FILE, STATISTICS_FILE
from ita_stats.rollup.model import OfficeVerdict, ReleaseFault, ReleaseSummary, RollUp
from tests.bot.rollup.made_offices import (
    DAY,
    YEAR,
    MadeOffice,
    build_made_anchor,
    make_key,
    write_list,
    write_sound_office,
)
from tests.bot.test_office_errors import iterate_schema_patterns

SILENT, BROKEN, LATE = (3, 50, 95), 17, 40


def collect(file: Path) -> RollUp:
    listed = parse_office_list(read_list_file(file), file.name)
    return asyncio.run(collect_rollup(listed, file.parent, YEAR, DAY))


def run_rollup(*words: str) -> Result:
    return CliRunner().invoke(cli_app, ["rollup", *words])


@pytest.fixture(scope="module")
def ministry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """95 offices: three do not answer, one has a broken signature, one published nothing since June."""
    root = tmp_path_factory.mktemp("ministry")
    entries = []
    for number in range(1, 96):
        office = MadeOffice(number)
        entries.append(office.write_entry())
        if number in SILENT:
            continue
        if number == LATE:
            office.write_release(root, "fy2569", date(2026, 9, 30), 12, str(YEAR), "latest")
            continue
        write_sound_office(root, number)
    broken = root / MadeOffice(BROKEN).folder / str(YEAR)
    anchor = json.loads((broken / ANCHOR_FILE).read_bytes())
    anchor["signature"] = anchor["signature"][::-1].lstrip("=") + "=="
    (broken / ANCHOR_FILE).write_text(json.dumps(anchor))
    return write_list(root, *entries)


def test_of_95_offices_three_are_silent_one_is_broken_and_one_out_of_date(ministry: Path) -> None:
    found = collect(ministry)
    assert len(found.offices) == 95
    names = {verdict: [one.name for one in found.list_in_state(verdict)] for verdict in OfficeVerdict}
    assert names[OfficeVerdict.SILENT] == [MadeOffice(number).name for number in SILENT]
    assert names[OfficeVerdict.BROKEN] == [MadeOffice(BROKEN).name]
    assert names[OfficeVerdict.OUT_OF_DATE] == [MadeOffice(LATE).name]
    assert len(names[OfficeVerdict.PUBLISHED]) == 90
    assert not found.is_complete
    # The late office's year is whole: it is added up, and the broken one is not.
    assert len(found.counted) == 91
    more = sum(number % 7 for number in range(1, 96) if number not in {*SILENT, BROKEN})
    assert found.total.received is not None
    assert found.total.received == 91 * 40 + more
    received, *states = (cell or 0 for cell in found.total.cells)
    assert received == sum(states)


def test_the_command_writes_page_sheet_and_json_and_names_who_is_missing(
    ministry: Path, tmp_path: Path
) -> None:
    out = tmp_path / "roll"
    done = run_rollup("--offices", str(ministry), "--out", str(out), "--as-of", DAY.isoformat())
    assert done.exit_code == 1
    assert sorted(path.name for path in out.iterdir()) == ["index.html", "rollup.json", "rollup.xlsx"]
    for number in (*SILENT, BROKEN, LATE):
        assert MadeOffice(number).name in done.stderr
    page = (out / "index.html").read_text("utf-8")
    assert page.count("<tr>") == 95 + 2
    attention = page.split("<h2>")[1].split("<table>")[0]
    assert attention.count("<li>") == 5
    found = json.loads((out / "rollup.json").read_bytes())
    assert found["verdicts"]["silent"] == 3
    assert "categories" not in json.dumps(found)
    # The same again replaces it; what is no roll-up is left alone.
    assert (
        run_rollup("--offices", str(ministry), "--out", str(out), "--as-of", DAY.isoformat()).exit_code == 1
    )
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x")
    assert run_rollup("--offices", str(ministry), "--out", str(tmp_path / "mine")).exit_code == 2
    assert (tmp_path / "mine" / "letter.txt").exists()


def test_offices_that_are_all_current_end_with_0(tmp_path: Path) -> None:
    file = write_list(tmp_path, *(write_sound_office(tmp_path, number).write_entry() for number in (1, 2)))
    done = run_rollup("--offices", str(file), "--out", str(tmp_path / "roll"), "--as-of", DAY.isoformat())
    assert (done.exit_code, done.stderr) == (0, "")
    assert "ไม่มี ทุกหน่วยงาน" in (tmp_path / "roll" / "index.html").read_text("utf-8")


def read_release(number: int = 1, text: str = "fy2569", as_of: date = date(2026, 9, 30)) -> ReadRelease:
    files = MadeOffice(number).build_release(text, as_of, 12)
    return ReadRelease(files[MANIFEST_FILE], files[ANCHOR_FILE], files[STATISTICS_FILE])


def test_a_release_is_believed_only_as_it_was_signed() -> None:
    office, other, read = MadeOffice(1), MadeOffice(2), read_release()
    summary = check_release(read, [make_key(office)])
    assert isinstance(summary, ReleaseSummary)
    assert (summary.name, summary.period, summary.as_of) == ("12/2569", "fy2569", date(2026, 9, 30))
    assert check_release(read, []) is ReleaseFault.NO_KEY
    assert check_release(read, [make_key(other)]) is ReleaseFault.OTHER_KEY
    assert check_release(read, [make_key(office, since=date(2026, 10, 1))]) is ReleaseFault.KEY_OF_OTHER_TIME
    assert check_release(read, [make_key(office, until=date(2026, 9, 29))]) is ReleaseFault.KEY_OF_OTHER_TIME
    both = [make_key(office, until=date(2026, 1, 1)), make_key(office, since=date(2026, 9, 30))]
    assert isinstance(check_release(read, both), ReleaseSummary)


@pytest.mark.parametrize(
    ("file", "found", "fault"),
    [
        ("manifest", b"{}", ReleaseFault.UNREADABLE),
        ("manifest", b"\xff", ReleaseFault.UNREADABLE),
        ("anchor", b"", ReleaseFault.NOT_SIGNED),
        ("anchor", b"[]", ReleaseFault.NOT_SIGNED),
        ("figures", b"", ReleaseFault.ALTERED),
    ],
)
def test_what_is_missing_or_garbled_is_named(file: str, found: bytes, fault: ReleaseFault) -> None:
    read = read_release()
    files = {"manifest": read.manifest, "anchor": read.anchor, "figures": read.figures, file: found}
    assert check_release(ReadRelease(**files), [make_key(MadeOffice(1))]) is fault


def test_every_single_changed_byte_of_what_is_signed_is_found() -> None:
    read, keys = read_release(), [make_key(MadeOffice(1))]
    for place in range(0, len(read.manifest), 97):
        changed = bytearray(read.manifest)
        changed[place] ^= 1
        found = check_release(ReadRelease(bytes(changed), read.anchor, read.figures), keys)
        assert isinstance(found, ReleaseFault)
    for place in range(0, len(read.figures), 997):
        changed = bytearray(read.figures)
        changed[place] ^= 1
        assert (
            check_release(ReadRelease(read.manifest, read.anchor, bytes(changed)), keys)
            is ReleaseFault.ALTERED
        )


def test_an_office_cannot_sign_figures_that_do_not_add_up() -> None:
    office = MadeOffice(1)
    read = read_release()
    figures = json.loads(read.figures)
    figures["total"]["done"] += 1
    content = json.dumps(figures).encode()
    manifest = json.loads(read.manifest)
    for one in manifest["files"]:
        one["sha256"] = sha256(content).hexdigest()
    signed = (json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()
    changed = ReadRelease(signed, build_made_anchor(office.seed, signed), content)
    assert check_release(changed, [make_key(office)]) is ReleaseFault.DOES_NOT_ADD_UP


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    office = write_sound_office(tmp_path, 1)
    other = tmp_path / "office-2"
    other.mkdir()
    (other / "latest").symlink_to(tmp_path / office.folder / "2570-1")
    assert read_folder(other, YEAR) == ()


def test_a_list_that_would_count_an_office_twice_is_refused(tmp_path: Path) -> None:
    one = MadeOffice(1)
    file = write_list(tmp_path, one.write_entry(), one.write_entry(folder="elsewhere"))
    done = run_rollup("--offices", str(file), "--out", str(tmp_path / "roll"))
    assert done.exit_code == 78
    assert "ซ้ำกัน" in done.stderr
    assert "key" in done.stderr or "name" in done.stderr


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('adress = "x"', "address"),
        ('address = "http://report.example.go.th"', "https"),
        ('address = "ftp://x"', "ที่อยู่"),
        ('line = "line.me"', "https"),
        ('keys = [{ key = "short" }]', "44"),
    ],
)
def test_a_mistake_in_a_list_is_named(tmp_path: Path, line: str, words: str) -> None:
    file = write_list(tmp_path, f'[[offices]]\nname = "ก"\n{line}\n')
    done = run_rollup("--offices", str(file), "--out", str(tmp_path / "roll"))
    assert done.exit_code == 78
    assert words in done.stderr
    assert "offices[0]" in done.stderr


def test_the_example_has_the_95_of_the_ministry() -> None:
    file = Path(command.__file__).with_name("offices.example.toml")
    listed = parse_office_list(read_list_file(file), file.name)
    groups = [one.group for one in listed.offices]
    assert (len(groups), groups.count("ภาค"), groups.count("จังหวัด")) == (95, 18, 77)


def test_the_list_describes_every_pattern_of_its_own() -> None:
    patterns = set(iterate_schema_patterns(TypeAdapter(OfficeList).json_schema()))
    assert patterns == set(LIST_PATTERNS)


def test_an_office_without_an_address_is_not_called_silent() -> None:
    entry = OfficeEntry(name="ก")
    assert (entry.place, entry.accounts) == ("", ())
