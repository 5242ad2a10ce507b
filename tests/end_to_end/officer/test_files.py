"""Files in the workspace: copies of pictures, hostile names, the original for a reason, and large files."""

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pikepdf
import pytest
from PIL import Image

from bot.web.case_files.viewing import build_safe_filename
from bot.web.officer.responses import build_content_disposition
from handlers.staff.complaints.case_page import derive_file_slug
from storage.errors import TamperedError
from tests.end_to_end.officer.officer_server import OfficerServer
from tests.file_samples import MAIL, SAID, make_compound, make_wave, make_word_document, make_workbook
from tests.old_office_samples import make_old_word
from tests.samples import make_zip

PLACE = "CANARYPLACE"
TEXT = "สัญญาจ้าง\n".encode()


def make_pdf(*fills: str) -> bytes:
    """A PDF of pages that are all of one colour: red or blue."""
    out, pdf = io.BytesIO(), pikepdf.new()
    for fill in fills:
        page = pdf.add_blank_page(page_size=(100, 200))
        page.Contents = pdf.make_stream(
            f"{'1 0 0' if fill == 'red' else '0 0 1'} rg 0 0 100 200 re f".encode()
        )
    pdf.save(out)
    return out.getvalue()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficerServer]:
    one = OfficerServer(tmp_path / "var")
    yield one
    one.close()


def make_rotated_photo(size: tuple[int, int] = (3000, 1500)) -> bytes:
    """A photo with metadata, stored on its side."""
    image, exif = Image.new("RGB", size, (200, 30, 30)), Image.Exif()
    exif[0x0112] = 6  # EXIF orientation: rotate it
    exif[0x010E] = PLACE
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=PLACE.encode())
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("ภาพ.png", "file.png"),
        ('a"; filename="x.exe', "file.exe"),
        ("a\r\nSet-Cookie: x=1.txt", "file.txt"),
        ("\u202egnp.exe", "file.exe"),
        ("../../etc/passwd", "file"),
        ("", "file"),
    ],
    ids=["thai", "quotes", "lines", "turned", "path", "empty"],
)
def test_no_name_reaches_a_header_but_in_percent_signs(name: str, saved: str) -> None:
    told = build_content_disposition(name)
    assert told.startswith(f'attachment; filename="{saved}"; filename*=UTF-8')
    assert told.isascii()
    assert not set("\r\n\\") & set(told)
    assert told.count('"') == 2
    assert "%E2%80%AE" not in told
    assert "%2F" not in told


@pytest.mark.parametrize(
    ("name", "kind", "saved"),
    [
        ("x.hta", "text/plain", "x.hta.txt"),
        ("สัญญา.PDF", "application/pdf", "สัญญา.PDF"),
        ("pdf", "application/pdf", "pdf.pdf"),
        ("ก", "audio/mpeg", "ก.mp3"),
        ("x.exe", "unknown/kind", "x.exe.bin"),
    ],
    ids=["script", "large", "bare", "none", "unknown"],
)
def test_a_name_ends_as_its_content_is(name: str, kind: str, saved: str) -> None:
    assert build_safe_filename(name, kind) == saved


def test_files_are_listed_shown_and_saved(office: OfficerServer) -> None:
    office.file_case()
    office.attach_file(1, '<img src=x onerror="a">.jpg', make_rotated_photo())
    office.attach_file(1, "สัญญา.txt", TEXT)
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    seen = office.open_page(officer, browser)
    assert b"<img" not in seen.content
    assert "onerror" in seen.text
    assert "สัญญา.txt" in seen.text
    places = {path: browser.request(path) for path in seen.file_links}
    assert len(places) == 2
    pictured = next(path for path, page in places.items() if "<img" in page.text)
    other = next(path for path in places if path != pictured)
    assert "สัญญาจ้าง" in places[other].text  # what is written in it, and not the file itself
    saved = browser.submit_form(
        places[other], "ต้องส่งให้คณะกรรมการ", path=other.replace("/file/", "/original/")
    )
    assert saved.content == TEXT
    assert saved.headers["content-type"].startswith("text/plain")
    assert saved.headers["content-disposition"].endswith(quote("สัญญา.txt", safe=""))
    assert "sandbox" in saved.headers["content-security-policy"]
    assert saved.headers["x-accel-buffering"] == "no"
    assert saved.headers["x-content-type-options"] == "nosniff"
    assert saved.headers["cache-control"] == "no-store"
    assert b"<img src=x" not in places[pictured].content
    copy = browser.request(pictured.replace("/file/", "/picture/"))
    assert copy.headers["content-type"] == "image/jpeg"
    assert PLACE.encode() not in copy.content
    with Image.open(io.BytesIO(copy.content)) as shown:
        assert shown.height > shown.width  # upright
    assert "sandbox" in copy.headers["content-security-policy"]
    for path in (f"{seen.path}/file/0", f"{pictured}0", other.replace("/file/", "/picture/")):
        assert browser.request(path).status in {404, 410}, path
    assert [what for _, what in office.load_audit_lines()].count("read-file") >= 2
    stranger = office.new_browser()
    for path in (pictured, other, pictured.replace("/file/", "/picture/")):
        assert stranger.request(path).status == 401


def test_the_original_needs_a_reason_that_stays_with_the_case(office: OfficerServer) -> None:
    office.file_case()
    content = make_rotated_photo()
    office.attach_file(1, "ป้าย.jpg", content)
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    seen = office.open_page(officer, browser)
    page, path = browser.request(seen.file_links[0]), seen.file_links[0].replace("/file/", "/original/")
    short = browser.submit_form(page, "ดู", path=path)
    assert short.status == 403
    assert "อย่างน้อย" in short.text
    assert short.textbox_text == "ดู"
    stale = browser.submit_form(page, "ต้องดูวันเวลาของภาพ", path=path, csrf="x")
    assert stale.status == 403
    assert stale.textbox_text == "ต้องดูวันเวลาของภาพ"
    assert "read-original" not in [what for _, what in office.load_audit_lines()]
    whole = browser.submit_form(page, "ต้องดูวันเวลาของภาพ", path=path)
    assert whole.content == content
    assert "attachment" in whole.headers["content-disposition"]
    assert [what for _, what in office.load_audit_lines()].count("read-original") == 1
    assert "ต้องดูวันเวลาของภาพ" in browser.request(seen.path).text
    lost = browser.submit_form(page, "ต้องดูวันเวลาของภาพ", path=f"{seen.path}/original/9")
    assert lost.status == 404
    stranger = office.new_browser().submit_form(page, "ต้องดูวันเวลาของภาพ", path=path)
    assert (stranger.status, stranger.textbox_text) == (401, "ต้องดูวันเวลาของภาพ")


def test_a_picture_that_cannot_be_decoded_and_files_that_are_damaged(office: OfficerServer) -> None:
    office.file_case()
    content = make_rotated_photo()
    office.attach_file(1, "ขาด.jpg", content[: len(content) // 2])
    office.attach_file(1, "เสีย.gif", b"GIF89a\1\0\1\0\0\0\0")
    lost = office.attach_file(1, "ก.txt", b"hello")
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    seen = office.open_page(officer, browser)
    pictured = {path: path.replace("/file/", "/picture/") for path in seen.file_links}
    answers = {path: browser.request(picture).status for path, picture in pictured.items()}
    assert sorted(answers.values()) == [200, 410, 415]  # of a photo that was cut, what is there is shown
    broken = next(path for path, status in answers.items() if status == 415)
    assert browser.request(broken).status == 200
    place, _ = office.server.run(office.desk.store.evidence._load_row(lost.id))
    for path in office.home.rglob("*.sealed"):
        path.write_bytes(path.read_bytes()[:-1]) if place == path.stem else path.unlink()
    assert browser.request(pictured[broken]).status == 404
    text = next(path for path, status in answers.items() if status == 410)
    page = browser.request(text)
    assert "เปิดไฟล์นี้เพื่อแสดงไม่ได้" in page.text
    assert browser.submit_form(page, "ต้องดูข้อความ", path=text.replace("/file/", "/original/")).status == 404
    assert {type(fault) for fault in office.desk.errors} == {FileNotFoundError, TamperedError}
    office.desk.errors.clear()


def test_a_file_that_has_not_come_and_one_that_is_gone(office: OfficerServer) -> None:
    office.file_case()
    office.attach_file(1, "สัญญา.txt", TEXT)
    office.attach_file(1, "ภาพ.jpg", make_rotated_photo(size=(40, 20)))
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    seen = office.open_page(officer, browser)
    coming = office.expect_file(1, "กำลังมา.jpg")
    shown = browser.request(seen.path)
    assert "กำลังมา.jpg" in shown.text
    assert shown.file_links == seen.file_links  # the other files were not deleted
    assert [browser.request(path).status for path in shown.file_links] == [200, 200]
    waited = f"{seen.path}/file/{derive_file_slug(coming)}"
    assert browser.request(waited).status == 404
    assert browser.request(waited.replace("/file/", "/picture/")).status == 410


def test_the_pages_of_a_scan_are_shown_one_by_one(office: OfficerServer) -> None:
    office.file_case()
    out, colours = io.BytesIO(), [(200, 30, 30), (30, 30, 200)]
    first, second = [Image.new("RGB", (60, 40), colour) for colour in colours]
    first.save(out, "TIFF", save_all=True, append_images=[second])
    office.attach_file(1, "สแกน.tif", out.getvalue())
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    path = office.open_page(officer, browser).file_links[0]
    for number, colour in enumerate(colours, 1):
        page = browser.request(f"{path}?page={number}")
        assert f"หน้า {number} จาก 2" in page.text
        assert ("หน้าก่อน" in page.text, "หน้าถัดไป" in page.text) == (number > 1, number < 2)
        shown = browser.request(path.replace("/file/", "/picture/") + f"?page={number}")
        with Image.open(io.BytesIO(shown.content)) as copy:
            seen = copy.convert("RGB").getpixel((30, 20))
        assert isinstance(seen, tuple)
        assert all(abs(one - other) < 40 for one, other in zip(seen, colour, strict=True))
    for odd in ("0", "-1", "x", "99999999", "1.5"):
        assert "หน้า 1 จาก 2" in browser.request(f"{path}?page={odd}").text


def test_the_pages_of_a_pdf_are_shown_one_by_one_and_the_file_needs_a_reason(office: OfficerServer) -> None:
    office.file_case()
    content = make_pdf("red", "blue")
    office.attach_file(1, "สัญญา.pdf", content)
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    path = office.open_page(officer, browser).file_links[0]
    for number, colour in enumerate([(255, 0, 0), (0, 0, 255)], 1):
        page = browser.request(f"{path}?page={number}")
        assert f"หน้า {number} จาก 2" in page.text
        shown = browser.request(path.replace("/file/", "/picture/") + f"?page={number}")
        assert shown.headers["content-type"] == "image/jpeg"
        with Image.open(io.BytesIO(shown.content)) as copy:
            assert copy.size == (200, 400)
            seen = copy.convert("RGB").getpixel((100, 200))
        assert isinstance(seen, tuple)
        assert all(abs(one - other) < 40 for one, other in zip(seen, colour, strict=True))
    original = path.replace("/file/", "/original/")
    assert browser.submit_form(page, "ดู", path=original).status == 403
    saved = browser.submit_form(page, "ต้องค้นคำในสัญญา", path=original)
    assert saved.content == content
    assert "read-original" in [what for _, what in office.load_audit_lines()]


def test_a_heic_has_only_its_original_where_it_cannot_be_shown_and_that_is_said(
    office: OfficerServer,
) -> None:
    office.file_case()
    content = b"\0\0\0\x18ftypheic" + bytes(16)
    office.attach_file(1, "ภาพ.heic", content)
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    assert office.server.decoders.modules  # as on a machine without the library
    office.server.decoders.modules = {}
    path = office.open_page(officer, browser).file_links[0]
    page = browser.request(path)
    assert "แสดงที่นี่ไม่ได้" in page.text
    assert "<img" not in page.text
    saved = browser.submit_form(page, "ต้องดูภาพนี้", path=path.replace("/file/", "/original/"))
    assert saved.content == content


@pytest.mark.full("documents of each kind on the officers' page")
@pytest.mark.parametrize(
    ("name", "content", "said", "warned"),
    [
        ("ก.docx", make_word_document(), SAID, "มาโคร"),
        ("ก.xlsx", make_workbook(), "ยอดจริง", "มาโคร"),
        ("ก.eml", MAIL, "b.pdf", "ไฟล์อันตราย"),
        ("ก.html", b"<html><script>alert(1)</script><p>&lt;b&gt;</html>", "<b>", "สคริปต์"),
        ("ก.zip", make_zip(), "a.exe", "ไฟล์อันตราย"),
        ("ก.txt", SAID.encode("utf-16"), SAID, ""),
        ("ก.doc", make_old_word("เรียกเงิน"), "เรียกเงิน", "มาโคร"),
        ("ก.docx", make_compound("EncryptedPackage"), "แสดงที่นี่ไม่ได้", "ตั้งรหัสผ่าน"),
    ],
    ids=["docx", "xlsx", "eml", "html", "zip", "utf-16", "doc", "locked"],
)
def test_documents_are_read_on_the_page_and_their_originals_warned_of(
    office: OfficerServer, name: str, content: bytes, said: str, warned: str
) -> None:
    office.file_case()
    office.attach_file(1, name, content)
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    path = office.open_page(officer, browser).file_links[0]
    page = browser.request(path)
    assert said in page.text
    assert warned in page.text
    assert "alert(1)" not in page.text
    assert b"<b>" not in page.content
    assert ("media-src 'self'" in page.headers["content-security-policy"]) is True
    original = path.replace("/file/", "/original/")
    assert browser.submit_form(page, "ดู", path=original).status == 403
    assert browser.submit_form(page, "ต้องส่งให้คณะกรรมการ", path=original).content == content


def test_a_code_in_a_document_is_not_shown(office: OfficerServer) -> None:
    receipt = office.file_case().formatted
    office.attach_file(1, "ก.txt", f"รหัสของฉัน {receipt} นะ".encode())
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    page = browser.request(office.open_page(officer, browser).file_links[0])
    assert "รหัสของฉัน" in page.text
    assert receipt not in page.text


def test_a_pdf_with_a_password_is_said_to_have_one(office: OfficerServer) -> None:
    office.file_case()
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_pdf("red"))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b", R=6))
    office.attach_file(1, "ลับ.pdf", out.getvalue())
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    page = browser.request(office.open_page(officer, browser).file_links[0])
    assert "ตั้งรหัสผ่านไว้" in page.text
    assert "<img" not in page.text


def test_sound_is_played_from_any_place_by_who_was_given_its_page(office: OfficerServer) -> None:
    office.file_case()
    content = make_wave(10)
    office.attach_file(1, "เสียง.wav", content)
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    path = office.open_page(officer, browser).file_links[0]
    before = [what for _, what in office.load_audit_lines()].count("read-file")
    page = browser.request(path)
    found = re.search(r'<audio controls[^>]* src="([^"]+)"', page.text)
    assert found is not None
    source = html.unescape(found[1])
    whole = browser.request(source)
    assert (whole.status, whole.content, whole.headers["accept-ranges"]) == (200, content, "bytes")
    assert whole.headers["content-type"] == "audio/wav"
    part = browser.request(source, Range="bytes=70000-150000")
    assert (part.status, part.content) == (206, content[70000:150001])
    assert part.headers["content-range"] == f"bytes 70000-150000/{len(content)}"
    assert browser.request(source, Range=f"bytes={len(content)}-").status == 416
    assert [what for _, what in office.load_audit_lines()].count("read-file") == before + 1
    assert browser.request(source.partition("?")[0]).status == 410  # nobody opened its page for this
    assert browser.request(source.replace("/play/", "/picture/")).status == 410
    assert office.new_browser().request(source).status == 401
