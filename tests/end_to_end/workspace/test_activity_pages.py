"""An activity worked from its page: published, corrected, its pictures added and deleted, off the page and on."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from handlers.staff.permissions import Role
from tests.end_to_end.officer.officer_server import HttpBrowser, HttpResponse
from tests.end_to_end.server_process import MULTIPART_BOUNDARY, encode_multipart
from tests.end_to_end.workspace.service_server import ServiceWorkspaceServer
from tests.end_to_end.workspace.test_service_views import find_given
from tests.end_to_end.workspace.workspace_server import give

pytestmark = pytest.mark.full("servers of the workspace")
WORDS = "ประชุม 12 ต.ค. 2569\nเรื่อง: แผน\nผู้เข้าร่วม: ครู 20\nผล: เพิ่มสองโครงการ"
PAGE = "/staff/service/activity/2570/1"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ServiceWorkspaceServer]:
    one = ServiceWorkspaceServer(tmp_path / "var")
    yield one
    one.close()


def make_photo() -> bytes:
    """A photograph larger than a page shows it, with the place where it was taken."""
    exif, out = Image.Exif(), io.BytesIO()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010F] = "CAMERA-OF-SOMEBODY"
    Image.new("RGB", (2000, 1000), "green").save(out, "JPEG", exif=exif)
    return out.getvalue()


def send(browser: HttpBrowser, page: HttpResponse, files: dict[str, bytes], **fields: str) -> HttpResponse:
    """Send a form of the pictures; the page that it leads to."""
    body = encode_multipart({"csrf": page.form_token, **fields}, files)
    kind = f"multipart/form-data; boundary={MULTIPART_BOUNDARY}"
    sent = browser.request(f"{PAGE}/picture", body, kind=kind)
    return browser.request(sent.headers["location"]) if sent.status == 303 else sent


def publish(browser: HttpBrowser) -> HttpResponse:
    """Publish the activity from the page of consultations; its own page."""
    listed = browser.request("/staff/service/consultations")
    asked = give(browser, listed, "/activity", WORDS)
    done = give(browser, asked, find_given(asked, "เผยแพร่"))
    assert PAGE in done.text
    return browser.request(PAGE)


def test_a_picture_is_published_without_what_the_camera_wrote(office: ServiceWorkspaceServer) -> None:
    officer = office.add_officer("สมหญิง")
    browser, reader = office.sign_in(officer), office.new_browser()
    page = publish(browser)
    shown = send(browser, page, {"a.jpg": make_photo()}, words="คนในห้องประชุม โทร 081-234-5678")
    assert 'src="/participation/2570/1/1.jpg"' in shown.text
    picture = reader.request("/participation/2570/1/1.jpg")
    assert (picture.status, picture.headers["content-type"]) == (200, "image/jpeg")
    assert b"CAMERA" not in picture.content
    assert b"Exif" not in picture.content
    assert Image.open(io.BytesIO(picture.content)).size == (960, 480)
    public = reader.request("/participation/2570")
    assert "คนในห้องประชุม" in public.text
    assert "081-234-5678" not in public.text
    assert reader.request("/participation/2570.pdf").content.startswith(b"%PDF")
    off = give(browser, shown, "/activity off 1/2570")
    assert "เอากิจกรรม 1/2570 ออกจากหน้าเว็บแล้ว" in off.text
    assert reader.request("/participation/2570/1/1.jpg").status == 404
    give(browser, off, "/activity on 1/2570")
    gone = send(browser, browser.request(PAGE), {}, remove="1")
    assert ".jpg" not in gone.text
    assert reader.request("/participation/2570/1/1.jpg").status == 404
    assert send(browser, gone, {}, remove="1").status == 200  # another tab was faster


def test_what_is_no_picture_is_refused_and_the_words_are_given_back(office: ServiceWorkspaceServer) -> None:
    browser = office.sign_in(office.add_officer("สมหญิง"))
    page = publish(browser)
    for files, words, said in (
        ({"a.jpg": b"<html>hello</html>"}, "คน", "เปิดไฟล์นี้เป็นภาพไม่ได้"),
        ({"a.jpg": b"\xff\xd8\xff\xe0 broken"}, "คน", "เปิดไฟล์นี้เป็นภาพไม่ได้"),
        ({}, "คน", "ยังไม่ได้เลือกภาพ"),
        ({"a.jpg": make_photo()}, " ", "บอกสั้น ๆ ว่าภาพนี้เห็นอะไร"),
        ({"a.jpg": make_photo()}, "ก" * 151, "บอกสั้น ๆ ว่าภาพนี้เห็นอะไร"),
    ):
        refused = send(browser, page, files, words=words)
        assert refused.status == 422
        assert said in refused.text
        assert f'value="{words.strip()}"' in refused.text.replace('value=" "', 'value=""')
    for number in range(3):
        page = send(browser, page, {"a.jpg": make_photo()}, words=f"ภาพ {number}")
    assert 'type="file"' not in page.text
    assert "มีครบ 3 ภาพแล้ว" in send(browser, page, {"a.jpg": make_photo()}, words="อีก").text
    assert browser.request(f"{PAGE}/picture").headers["location"] == PAGE  # an address that a browser keeps
    assert send(browser, browser.request(PAGE), {}, remove="2").text.count(".jpg") == 2


def test_who_may_not_publishes_no_picture(office: ServiceWorkspaceServer) -> None:
    browser = office.sign_in(office.add_officer("สมหญิง"))
    page = publish(browser)
    stranger = office.new_browser()
    assert send(stranger, page, {"a.jpg": make_photo()}, words="คน").status == 401
    auditor = office.sign_in(office.add_officer("ผู้ตรวจ", Role.AUDITOR))
    assert send(auditor, page, {"a.jpg": make_photo()}, words="คน").status == 403
    assert browser.request(PAGE).text.count(".jpg") == 0
    huge = f"/staff/service/activity/{'9' * 23}/1/picture"
    body = encode_multipart({"csrf": page.form_token, "remove": "9" * 30}, {})
    assert (
        browser.request(huge, body, kind=f"multipart/form-data; boundary={MULTIPART_BOUNDARY}").status == 303
    )
    assert send(browser, browser.request(PAGE), {}, remove="9" * 30).status == 200
    unknown = browser.request("/staff/service/activity/2570/9")
    assert "ไม่มีกิจกรรมเลขนี้" in unknown.text
