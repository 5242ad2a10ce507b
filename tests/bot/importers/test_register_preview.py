"""What was understood of a register is told in lines, in Thai by the headings of the file itself."""

from datetime import date

from bot.importers.register_preview import describe_reading, describe_unknown_words, name_column
from handlers.complaints.messages import WordKind
from handlers.complaints.registers.reading import RegisterReading, read_register
from handlers.complaints.registers.rows import CellProblem
from handlers.complaints.registers.word_meanings import RegisterWords
from handlers.dialog.replies import Phrase
from handlers.table_files import TableEncoding, TableFile, TableRow, TableSheet
from tests.in_memory_desk import OFFICE

ROWS = (
    ("ทะเบียนรับเรื่อง",),
    ("เลขที่รับ", "วันที่รับเรื่อง", "เรื่อง", "ช่องทาง", "สถานะ"),
    ("1/2567", "3/10/2566", "ก", "โทรเลข", "ยุติเรื่อง"),
    ("2/2567", "4/10/2566", "ข", "หนังสือ", "กขค"),
    ("รวม 2 เรื่อง",),
)


def read() -> RegisterReading:
    """Read the rows as a sheet."""
    rows = tuple(TableRow(line, texts) for line, texts in enumerate(ROWS, 1))
    reading = RegisterReading()
    table = TableFile(TableEncoding.WINDOWS_874, (TableSheet("", is_hidden=False, rows=rows),))
    read_register(table, RegisterWords(OFFICE), date(2026, 11, 22), reading)
    return reading


def test_all_that_was_understood_is_told() -> None:
    words = RegisterWords(OFFICE)
    lines = describe_reading(read(), TableEncoding.WINDOWS_874, words, "th")
    assert lines[0] == "รหัสตัวอักษรของไฟล์: windows-874"
    assert lines[1].startswith("หัวตารางอยู่บรรทัด 2: ")
    assert "คอลัมน์ที่ไม่นำเข้า: เรื่อง" in lines
    assert "เลขรับปี 2567: 1 เรื่อง (แล้วเสร็จ 1)" in lines or any("เลขรับปี 2567: 1 เรื่อง" in one for one in lines)
    assert "ข้าม 1 แถว (ชื่อตาราง): บรรทัด 1" in lines
    assert "ข้าม 1 แถว (แถวรวม): บรรทัด 5" in lines
    assert any("“โทรเลข” จะนับเป็น โทรศัพท์" in one for one in lines)
    assert not any("กขค" in one for one in lines), "the page asks for it instead"
    (unknown,) = describe_unknown_words(read(), words, "th")
    assert unknown.startswith("ไม่รู้จักคำว่า “กขค” (1 แถว)")


def test_words_that_were_understood_are_listed_each_once() -> None:
    rows = (
        *ROWS[1:2],
        ("1/2567", "3/10/2566", "ก", "ไปรษณีย์", "ยุติเรื่อง"),
        ("2/2567", "4/10/2566", "ก", "ไปรษณีย์ ", "ฟก"),
    )
    table = TableFile(
        TableEncoding.UTF_8,
        (TableSheet("", is_hidden=False, rows=tuple(TableRow(at, row) for at, row in enumerate(rows, 1))),),
    )
    told = {(WordKind.PROGRESS, "ฟก"): "received"}
    words, reading = RegisterWords(OFFICE, lambda kind, word: told.get((kind, word))), RegisterReading()
    read_register(table, words, date(2026, 11, 22), reading)
    lines = describe_reading(reading, TableEncoding.UTF_8, words, "th")
    assert "คำที่เคยบอกไว้: ฟก = รับเรื่อง" in lines
    assert "อ่านคำว่า: ไปรษณีย์ = หนังสือ, ยุติเรื่อง = ยุติแล้ว" in lines


def test_a_column_has_the_name_that_the_file_gives_it() -> None:
    problem = CellProblem("number", Phrase("import.missing"))
    assert name_column(problem, read(), "th") == "เลขที่รับ"
    assert name_column(problem, None, "th") == "เลขรับ"
    assert name_column(problem, read(), "en") == "number"
