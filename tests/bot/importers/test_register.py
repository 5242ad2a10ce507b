"""An old register is imported as offices keep it, or every invalid row is reported."""

import csv
import io
import json
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from threading import get_ident
from typing import Any

import openpyxl
import pytest

from bot.importers.reading_process import decode_table, encode_table
from bot.importers.register import (
    RegisterImportRequest,
    RegisterImportResult,
    format_import_result,
    import_register,
    import_result_to_json,
)
from bot.importers.spreadsheet import MAX_REGISTER_BYTES, RegisterFileError
from bot.statistics.tables import build_counting_rules, count_exact_tables, parse_table_request
from handlers.complaints.import_vocabulary import OUTCOME_WORDS, STATUS_WORDS
from handlers.complaints.lifecycle import CaseOutcome, CaseStatus
from handlers.complaints.registers.word_meanings import RecallWord, RegisterWords
from handlers.office import Office
from handlers.table_files import TableFile
from ita_stats.calendar import BUDDHIST_ERA, get_fiscal_year
from storage.store import Store
from tests.end_to_end.terminal_driver import run_ita_bot
from tests.in_memory_desk import OFFICE
from tests.samples import make_docx, make_zip
from tests.storage.conftest import StoredDesk

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HEAD = ("number", "received_on", "source", "category", "status", "outcome", "closed_on")
UNZIPPED_LIMIT = 1_000_000
"""In place of the product's, which takes a second to fill."""

GOOD = ("1/2569", "15/01/2569", "letter", "corruption", "closed", "substantiated", "2026-03-01")


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoredDesk:
    """A desk that nobody has opened yet. It reads files here: `test_reading_process.py` starts the process for it."""
    monkeypatch.setattr("bot.importers.register.read_table_apart", read_table_here)
    return StoredDesk(tmp_path / "var")


async def read_table_here(path: Path, content: bytes, cell_limit: int) -> TableFile:
    """Read a table as the process does that reads it, from the file to its lines and back."""
    return await decode_table(b"\n".join(encode_table(path, content, cell_limit)))


def table(*rows: Sequence[object], head: Sequence[str] = HEAD, delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([head, *rows])
    return out.getvalue().encode()


def book(*rows: Sequence[object], head: Sequence[str] = HEAD) -> bytes:
    made = openpyxl.Workbook()
    for row in (head, *rows):
        made.active.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def run_scenario(ground: StoredDesk, scene: Callable[[Store], Awaitable[None]]) -> None:
    ground.run_scenario(scene, NOW)


def run_import(
    ground: StoredDesk, content: bytes, name: str = "ทะเบียน.csv", **more: Any
) -> RegisterImportResult:
    found: list[RegisterImportResult] = []

    async def scene(one: Store) -> None:
        asked = RegisterImportRequest(**more)
        found.append(await import_register(Path(name), content, one, OFFICE, NOW, asked))

    run_scenario(ground, scene)
    return found[0]


class WatchedRequest(RegisterImportRequest):
    """A request that notes in which thread the words of rows are looked up."""

    def build_words(self, office: Office, _remembered: RecallWord) -> RegisterWords:
        return RegisterWords(office, lambda _kind, _word: threads.add(get_ident()))


threads = set[int]()


def test_rows_are_read_beside_the_loop_in_which_others_are_answered(ground: StoredDesk) -> None:
    threads.clear()

    async def scene(one: Store) -> None:
        result = await import_register(Path("ก.csv"), table(GOOD), one, OFFICE, NOW, WatchedRequest())
        assert result.imported
        assert threads
        assert get_ident() not in threads

    run_scenario(ground, scene)


def cases(ground: StoredDesk) -> list[Any]:
    return ground.execute_sql(
        "SELECT fiscal_year, number, received_on, status, outcome FROM cases ORDER BY fiscal_year, number"
    )


def messages_by_line(result: RegisterImportResult) -> dict[int, str]:
    found = {p["line"]: p["en"] for p in json.loads(import_result_to_json(result))["problems"]}
    assert set(found) == {row.line for row in result.bad_rows}
    return found


THAI = (
    ("เลขรับ", "วันที่รับ", "ช่องทาง", "ประเภท", "สถานะ", "ผลการพิจารณา", "วันที่ยุติเรื่อง", "หมายเหตุ"),
    ("๑/๒๕๖๙", "๑๕/๑/๒๕๖๙", "หนังสือ", "ทุจริตต่อหน้าที่", "แล้วเสร็จ", "มีมูล", "๑ / ๓ / ๒๕๖๙".replace(" ", ""), "ก"),
    ("2/2569", "2569-02-01", "ด้วยตนเอง", "ประพฤติมิชอบ", "ยุติเรื่อง", "ไม่มีมูล", "2026-02-20", ""),
    ("3", "20/11/2568", "โทรศัพท์", "other", "จำหน่ายเรื่อง", "-", "30/11/2568", ""),
    ("4/2569", "01/05/2026", "ป.ป.ช.", "ทุจริตต่อหน้าที่", "อยู่ระหว่างดำเนินการ", "", "", ""),
    ("ที่ 5/69", "02/05/2569", "LINE", "corruption", "ไม่รับเรื่อง", "", "3/5/2569", ""),
)
MEANT = [
    (2569, 1, "2026-01-15", "closed", "substantiated"),
    (2569, 2, "2026-02-01", "closed", "unsubstantiated"),
    (2569, 3, "2025-11-20", "closed", None),
    (2569, 4, "2026-05-01", "investigating", None),
    (2569, 5, "2026-05-02", "not_accepted", None),
]


@pytest.mark.parametrize("form", ["csv", "bom", "semicolons", "xlsx"])
def test_a_register_as_offices_keep_it(ground: StoredDesk, form: str) -> None:
    content = {
        "csv": table(*THAI[1:], head=THAI[0]),
        "bom": b"\xef\xbb\xbf" + table(*THAI[1:], head=THAI[0]),
        "semicolons": table(*THAI[1:], head=THAI[0], delimiter=";"),
        "xlsx": book(*THAI[1:], head=THAI[0]),
    }[form]
    result = run_import(ground, content, "ทะเบียน.xlsx" if form == "xlsx" else "ทะเบียน.csv")
    assert (result.row_count, result.bad_rows, result.imported) == (5, (), True), format_import_result(result)
    assert cases(ground) == MEANT
    facts = ground.execute_sql(
        "SELECT value, count(*) FROM facts WHERE field = 'source' GROUP BY value ORDER BY value"
    )
    assert facts == [(s, 1) for s in ("call", "delegated", "letter", "line", "walk_in")]


def test_true_cells_of_a_spreadsheet(ground: StoredDesk) -> None:
    row = (7, datetime(2026, 1, 15), "letter", "corruption", "received", None, None)  # noqa: DTZ001
    buddhist = ("8/2569", date(2569, 1, 15), "letter", "corruption", "received", None, None)
    assert run_import(ground, book(row, (None,) * 7, buddhist), "ก.xlsx").imported
    assert cases(ground) == [(2569, n, "2026-01-15", "received", None) for n in (7, 8)]


def test_statistics_agree(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await import_register(Path("ก.csv"), table(*THAI[1:], head=THAI[0]), one, OFFICE, NOW)
        terms = build_counting_rules(OFFICE, "complaints")
        found = await count_exact_tables(one, terms, parse_table_request("fy2569", "", "month", NOW))
        total = found.total
        assert (total.received, total.done, total.in_progress, total.not_accepted) == (5, 3, 1, 1)
        named = {split.code: split.figures.received for split in found.outcomes}
        assert (named["substantiated"], named["unsubstantiated"]) == (1, 1)
        assert await one.verify_audit() == []

    run_scenario(ground, scene)


def test_new_cases_are_numbered_after_the_old(ground: StoredDesk) -> None:
    old = ("41/2570", "02/10/2569", "letter", "corruption", "received", "", "")

    async def scene(one: Store) -> None:
        await import_register(Path("ก.csv"), table(old), one, OFFICE, NOW)
        await ground.file_complaint(one)

    run_scenario(ground, scene)
    assert [row[:2] for row in cases(ground)] == [(2570, 41), (2570, 42)]


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("number", "", "must not be"),
        ("number", "สิบสอง", "no register number"),
        ("number", "0/2569", "no register number"),
        ("number", "1/2566", "does not go with the day"),
        ("received_on", "", "must not be"),
        ("received_on", "31/02/2569", "no day of the calendar"),
        ("received_on", "01/15/2569", "no day of the calendar"),
        ("received_on", "เมื่อวาน", "is no day"),
        ("received_on", "23/11/2569", "has not come"),
        ("received_on", "15/01/1900", "too long ago"),
        ("source", "นกพิราบ", "source “นกพิราบ”"),
        ("category", "ยาเสพติด", "of office.toml: corruption, misconduct, other"),
        ("status", "งง", "status “งง”"),
        ("outcome", "แพ้", "outcome “แพ้”"),
        ("closed_on", "", "needs the day"),
        ("closed_on", "01/01/2569", "before it came"),
        ("source", "ก" * 201, "too long"),
        ("status", "received", "says it is open"),
        ("status", "not_accepted", "status is not closed"),
        ("number", "=1+1", "formula"),
    ],
)
def test_a_bad_row_is_named_with_its_reason(ground: StoredDesk, column: str, cell: str, reason: str) -> None:
    bad = [cell if name == column else good for name, good in zip(HEAD, GOOD, strict=True)]
    fine = ("2/2569", *GOOD[1:])
    result = run_import(ground, table(fine, bad))
    assert not result.imported
    (told,) = messages_by_line(result).items()
    assert told[0] == 3
    assert reason in told[1]
    assert cases(ground) == []
    assert "บรรทัด 3: " in format_import_result(result)


def test_all_that_is_wrong_in_a_row_is_told_at_once(ground: StoredDesk) -> None:
    result = run_import(ground, table(("x", "y", "z", "corruption", "closed", "", "")))
    assert messages_by_line(result)[2].count(" · ") == 2


def test_a_formula_in_a_spreadsheet_is_refused(ground: StoredDesk) -> None:
    result = run_import(ground, book(GOOD, ("=A2", *GOOD[1:])), "ก.xlsx")
    assert messages_by_line(result) == {3: "number: a formula; paste it as a value first"}


def test_a_number_stands_once(ground: StoredDesk) -> None:
    assert messages_by_line(run_import(ground, table(GOOD, GOOD))) == {
        3: "number: this number stands in line 2 already"
    }
    assert run_import(ground, table(GOOD)).imported
    other = table(GOOD, ("2/2569", *GOOD[1:]))
    assert messages_by_line(run_import(ground, other)) == {
        2: "number: number 1/2569 is in the register already"
    }
    assert len(cases(ground)) == 1


def test_the_same_file_again_changes_nothing(ground: StoredDesk) -> None:
    assert run_import(ground, table(GOOD)).imported
    before = ground.execute_sql("SELECT * FROM cases"), ground.execute_sql("SELECT * FROM facts")
    again = run_import(ground, table(GOOD))
    assert (again.imported, again.bad_rows) == (False, ())
    assert "นำเข้าไปแล้วเมื่อ 22 พฤศจิกายน 2569" in format_import_result(again)
    assert (ground.execute_sql("SELECT * FROM cases"), ground.execute_sql("SELECT * FROM facts")) == before


def test_a_trial_writes_nothing(ground: StoredDesk) -> None:
    result = run_import(ground, table(GOOD), trial=True)
    assert (result.row_count, result.bad_rows, result.imported) == (1, (), False)
    assert cases(ground) == []
    assert run_import(ground, table(GOOD)).imported


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("ก.csv", b"", "empty"),
        ("ก.csv", table(), "empty"),
        ("ก.csv", table(GOOD, head=[*HEAD[:4], "x", "y", "z"]), "columns"),
        ("ก.csv", table(GOOD, head=["เลขรับ", *HEAD[:6]]), "columns"),
        ("ก.csv", "ที่,วันที่รับ".encode("cp874"), "columns"),
        ("ก.csv", "café,naïve".encode("latin-1"), "encoding"),
        ("ก.csv", b"number\n" + b'"' + b"x" * 200_000, "quotes"),
        ("ก.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_spreadsheet"),
        ("ก.pdf", b"%PDF-1.4", "unreadable"),
        ("ก.csv", b"a,\0b", "unreadable"),
        ("ก.xlsx", make_zip(), "unreadable"),
        ("ก.xlsx", b"PK\x03\x04broken", "unreadable"),
        ("ก.docx", make_docx(UNZIPPED_LIMIT + 1), "large"),
        ("ก.csv", b"number," + b"x" * MAX_REGISTER_BYTES, "large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_register(
    monkeypatch: pytest.MonkeyPatch, ground: StoredDesk, name: str, content: bytes, key: str
) -> None:
    monkeypatch.setattr("bot.importers.spreadsheet.MAX_UNZIPPED_BYTES", UNZIPPED_LIMIT)
    with pytest.raises(RegisterFileError) as trouble:
        run_import(ground, content, name)
    assert trouble.value.reason.key == f"import.{key}"


def large(bad: int) -> bytes:
    """10,000 rows, some of them invalid."""
    chance = random.Random(5)
    wrong = set(chance.sample(range(10_000), bad))
    rows = []
    for n in range(10_000):
        day = date.fromordinal(chance.randint(date(2021, 10, 1).toordinal(), date(2026, 9, 30).toordinal()))
        said = f"{day.day:02}/{day.month:02}/{day.year + BUDDHIST_ERA}"
        status = "งง" if n in wrong else chance.choice(["แล้วเสร็จ", "อยู่ระหว่างดำเนินการ", "ไม่รับเรื่อง"])
        closed = said if status in {"แล้วเสร็จ", "ไม่รับเรื่อง"} else ""
        rows.append((f"{n + 1}/{get_fiscal_year(day)}", said, "หนังสือ", "corruption", status, "", closed))
    return table(*rows)


@pytest.mark.full("large files")
def test_ten_thousand_rows_with_37_errors(ground: StoredDesk) -> None:
    result = run_import(ground, large(37))
    assert (result.row_count, len(result.bad_rows), cases(ground)) == (10_000, 37, [])
    assert run_import(ground, large(0)).imported
    assert len(cases(ground)) == 10_000


DOUBTFUL = (
    ("ที่", "วันที่รับเรื่อง", "เรื่อง", "ผลการดำเนินการ"),
    ("1", "03/10/2566", "ขอให้ตรวจสอบ", "ยุติเรื่อง"),
    ("2", "15/01/2567", "ไม่เหมาะสม", "อยู่ระหว่างดำเนินการ"),
)


def test_what_was_guessed_is_taken_only_with_a_yes(ground: StoredDesk) -> None:
    content = table(*DOUBTFUL[1:], head=DOUBTFUL[0])
    trial = run_import(ground, content, trial=True)
    assert (trial.waits, trial.bad_rows, len(trial.cases), trial.imported) == (True, (), 2, False)
    told = format_import_result(trial)
    assert "จะใช้ลำดับที่เป็นเลขรับ" in told
    assert "เรื่องแรก 1/2567 รับ 3 ตุลาคม 2566" in told
    refused = run_import(ground, content)
    assert (refused.imported, refused.waits, cases(ground)) == (False, True, [])
    assert "--yes" in format_import_result(refused)
    assert run_import(ground, content, is_confirmed=True).imported
    assert cases(ground) == [
        (2567, 1, "2023-10-03", "closed", None),
        (2567, 2, "2024-01-15", "investigating", None),
    ]
    assert ground.execute_sql("SELECT count(*) FROM facts WHERE field = 'source'") == [(0,)]


def test_a_word_that_nobody_knows_is_asked_once_and_no_yes_settles_it(ground: StoredDesk) -> None:
    rows = [(f"{n}/2569", *GOOD[1:4], "กขค จฉช", "", "") for n in range(1, 30)]
    content = table(*rows)
    result = run_import(ground, content, is_confirmed=True)
    assert not result.imported
    told = format_import_result(result)
    assert told.count("ไม่รู้จักคำว่า “กขค จฉช” (29 แถว)") == 1
    assert "และอีก 9 แถว" in told
    assert run_import(ground, content, words=("กขค จฉช=investigating",)).imported
    assert {row[3] for row in cases(ground)} == {"investigating"}


def test_the_same_register_in_another_file_is_named(ground: StoredDesk) -> None:
    assert run_import(ground, table(GOOD)).imported
    again = run_import(ground, table(GOOD, delimiter=";"))
    assert again.summary.key == "import.same_register"


def test_one_sheet_is_taken_where_it_is_chosen(ground: StoredDesk) -> None:
    made, out = openpyxl.Workbook(), io.BytesIO()
    for name, row in (("ก", GOOD), ("ข", ("2/2569", *GOOD[1:]))):
        sheet = made.create_sheet(name)
        for line in (HEAD, row):
            sheet.append(list(line))
    made.save(out)
    assert run_import(ground, out.getvalue(), "ก.xlsx", sheet="ข").imported
    assert [row[1] for row in cases(ground)] == [2]
    with pytest.raises(RegisterFileError) as trouble:
        run_import(ground, out.getvalue() + b"\0", "ก.xlsx", sheet="ค")
    assert trouble.value.reason.key in {"import.no_such_sheet", "import.unreadable"}


def test_the_command(tmp_path: Path) -> None:
    home, file = tmp_path / "var", tmp_path / "ทะเบียน.csv"
    file.write_bytes(table(GOOD, ("2", *GOOD[1:4], "งง", "", "")))
    done = run_ita_bot(home, "import", str(file), "--desk", "complaints")
    assert done.returncode == 1
    assert {key: json.loads(done.stdout)[key] for key in ("rows", "bad", "imported")} == {
        "rows": 2,
        "bad": 1,
        "imported": 0,
    }
    assert "บรรทัด 3" in done.stderr
    file.write_bytes(table(GOOD))
    trial = run_ita_bot(home, "import", str(file), "--desk", "complaints", "--dry-run")
    assert (trial.returncode, json.loads(trial.stdout)["imported"]) == (0, 0)
    done = run_ita_bot(home, "import", str(file), "--desk", "complaints")
    assert (done.returncode, json.loads(done.stdout)["imported"]) == (0, 1)
    file.write_bytes(b"x")
    assert run_ita_bot(home, "import", str(file), "--desk", "complaints").returncode == 2
    file.write_bytes(table(*DOUBTFUL[1:], *[("x", "y", "", "")] * 21, head=DOUBTFUL[0]))
    bad = run_ita_bot(home, "import", str(file), "--desk", "complaints")
    assert bad.returncode == 1
    assert f"{file.name}.problems.txt" in bad.stderr
    assert len(file.with_name(f"{file.name}.problems.txt").read_text("utf-8-sig").splitlines()) == 21


def test_every_state_and_outcome_has_words() -> None:
    assert set(STATUS_WORDS.values()) == set(CaseStatus)
    assert set(OUTCOME_WORDS.values()) == set(CaseOutcome)
