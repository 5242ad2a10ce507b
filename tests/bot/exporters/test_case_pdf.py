"""The PDF of a case opens only with its password and has the report, but never the reporter's identity."""

import io
import re
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import typst

from bot.exporters.case_pdf import (
    TEXT_ATTACHMENT,
    build_case_document,
    export_case_pdf,
    typeset_case,
)
from handlers.staff.complaints.messages import FindCaseByNumber, GetCaseHistory, GetCaseReport
from ita_stats.render.typst import (
    DOCUMENT_FONTS,
    OTHER_SCRIPTS_CHARACTERS,
    SARABUN_CHARACTERS,
    _load_fonts,
    find_missing_characters,
)
from storage.store import Store
from tests.in_memory_desk import OFFICE
from tests.storage.conftest import NOW, StoredDesk

HOSTILE = '#panic("x") $x$ *ไม่ใช่* \\ "คำ" \x00 😀\nบรรทัดสอง'


def test_a_case_on_paper(tmp_path: Path) -> None:
    ground = StoredDesk(tmp_path / "var")

    async def scene(one: Store) -> None:
        await ground.file_complaint(
            one, answers={"story": HOSTILE, "head": "no"}, identity={"name": "วีระชัย คานารีชื่อ"}
        )
        made = await export_case_pdf(one, OFFICE, 1, 2570, NOW)
        assert made is not None
        pdf, password = made
        assert len(password) == 24
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(io.BytesIO(pdf))
        with pikepdf.open(io.BytesIO(pdf), password=password) as opened:
            assert opened.encryption.R == 6
            assert opened.encryption.stream_method == pikepdf.models.encryption.EncryptionMethod.aesv3
            assert len(opened.pages) == 1
        assert password.encode() not in pdf
        assert await export_case_pdf(one, OFFICE, 2, 2570, NOW) is None
        again = await export_case_pdf(one, OFFICE, 1, 2570, NOW)
        assert again is not None
        assert again[1] != password
        found = await one.answer_query(FindCaseByNumber(1, 2570, ""), NOW)
        told = await one.answer_query(GetCaseReport(found.id), NOW)
        lines = await one.answer_query(GetCaseHistory(found.id), NOW)
        paper = build_case_document(found, told, lines, OFFICE, NOW)
        assert "คานารีชื่อ" not in str(paper)
        assert HOSTILE in [value for _, value in paper["told"]]  # type: ignore[attr-defined]
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT actor FROM audit WHERE what = 'exported'") == [("admin",), ("admin",)]


def test_the_paper_says_which_lines_of_its_history_cannot_be_read(tmp_path: Path) -> None:
    ground = StoredDesk(tmp_path / "var")

    async def scene(one: Store) -> None:
        await ground.file_complaint(one)
        ground.execute_sql("DROP TRIGGER history_no_update", "UPDATE history SET kind = 'unheard-of'")
        case = await one.answer_query(FindCaseByNumber(1, 2570, ""), NOW)
        report = await one.answer_query(GetCaseReport(case.id), NOW)
        lines = await one.answer_query(GetCaseHistory(case.id), NOW)
        paper = build_case_document(case, report, lines, OFFICE, NOW)
        ((_, _, words),) = paper["history"]  # type: ignore[misc]
        assert "1/2570#1" in words
        assert "unheard-of" not in str(paper)

    ground.run_scenario(scene)


SCRIPTS = "ဝန်ထမ်းက ငွေတောင်းသည်။ ຜູ້ກ່ຽວຂ້ອງ 王小明 收了五千铢 ខ្មែរ เขาขอเงินห้าพันบาท 😀"


def make_paper(story: str) -> dict[str, object]:
    parts = ("title", "secret", "office", "history_title", "files_title", "note")
    return {
        **dict.fromkeys(parts, "คำ"),
        "facts": [("ก", "ข")],
        "told": [("เล่า", story)],
        "history": [],
        "files": [],
    }


def test_a_reporters_script_reaches_the_paper_and_what_it_cannot_show_is_listed(tmp_path: Path) -> None:
    ground = StoredDesk(tmp_path / "var")

    async def scene(one: Store) -> None:
        await ground.file_complaint(one, answers={"story": f"{SCRIPTS} ა", "head": "no"})
        made = await export_case_pdf(one, OFFICE, 1, 2570, NOW)
        assert made is not None
        pdf, password = made
        with pikepdf.open(io.BytesIO(pdf), password=password) as opened:
            attached = opened.attachments[TEXT_ATTACHMENT].get_file().read_bytes().decode()
        assert SCRIPTS in attached
        with closing(pypdfium2.PdfDocument(pdf, password=password)) as shown:
            printed = "".join(page.get_textpage().get_text_range() for page in shown)
        for word in ("ငွေ", "ຂ້ອງ", "王小明", "收了五千铢", "เขาขอเงินห้าพันบาท", "😀"):
            assert word in printed
        assert "ა" not in printed
        assert "U+10D0" in printed
        assert TEXT_ATTACHMENT in printed

    ground.run_scenario(scene)


def test_a_word_of_each_script_leaves_ink_of_its_own() -> None:
    drawn = set[bytes]()
    for word in ("", "ငွေ", "ຂ້ອງ", "王", "ខ្មែរ", "한", "か", "◊", "مال", "😀", "🇹🇭"):
        paper = typeset_case({**make_paper(word), "missing": ""}, NOW)
        with closing(pypdfium2.PdfDocument(paper)) as shown:
            drawn.add(shown[0].render(scale=1).to_pil().tobytes())
    assert len(drawn) == 11


def test_only_what_is_seen_is_listed_as_missing() -> None:
    assert find_missing_characters(make_paper("ก\u200d\ufe0f\n王")) == []
    assert find_missing_characters(make_paper("ሀა😀ა")) == ["ა", "ሀ"]


def test_the_fonts_have_every_character_that_they_are_said_to_have() -> None:
    ranges = re.compile(f"[{SARABUN_CHARACTERS}{OTHER_SCRIPTS_CHARACTERS}]")
    text = "".join(c for c in map(chr, range(0x20, 0x20000)) if ranges.match(c) and c not in "\u200b\u2060")
    names = ", ".join(f'"{name}"' for name in DOCUMENT_FONTS)
    folders = (files("bot") / "typeset", files("ita_stats") / "templates")
    templates = [one for folder in folders for one in folder.iterdir() if one.name.endswith(".typ")]
    assert [one.name for one in templates if f"font: ({names})" not in one.read_text("utf-8")] == []
    # An archival PDF is refused where a glyph is missing.
    source = f'#set text(font: ({names}), fallback: false)\n#sys.inputs.data.clusters().join(" ")'
    made = typst.compile(
        source.encode(),
        font_paths=_load_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": text},
        pdf_standards=["a-2b"],
        timestamp=0,
    )
    assert made.startswith(b"%PDF")
    with pytest.raises(typst.TypstError):
        typst.compile(
            source.encode(),
            font_paths=_load_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"data": "ა"},
            pdf_standards=["a-2b"],
            timestamp=0,
        )
