"""Which names of files may tell who sent them."""

import pytest

from handlers.dialog.file_names import get_extension, is_neutral_name


@pytest.mark.parametrize(
    "name",
    [
        "IMG_1234.jpg",
        "IMG-20261130-WA0001.jpg",
        "Screenshot_20261130-091500_LINE.jpg",
        "ภาพถ่าย.jpg",
        "เอกสาร 2.pdf",
        "สลิป (1).png",
        "3f2a9c1b-77aa-4e0e-9c1d-0b9f2d1e5a77.jpg",
        "1731990000000.jpg",
        "story.txt",
        "หลักฐาน 3",
        "",
    ],
)
def test_names_of_cameras_and_papers_tell_nothing(name: str) -> None:
    assert is_neutral_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "สลิป สมชาย ใจดี.jpg",
        "Somchai.pdf",
        "IMG_0812345678.jpg",
        "scan 081-234-5678.pdf",
        "+66812345678.jpg",
        "1-1017-00203-45-0.pdf",
        "somchai@example.com.png",
        "ใบลาป่วยครูมานี.pdf",
        "นาย ก.jpg",
    ],
)
def test_names_numbers_and_addresses_of_people_may_tell(name: str) -> None:
    assert not is_neutral_name(name)


@pytest.mark.parametrize(("name", "end"), [("ก.jpg", ".jpg"), ("ก.ข", ""), ("a.b.PDF", ".PDF"), ("", "")])
def test_the_extension_is_kept(name: str, end: str) -> None:
    assert get_extension(name) == end
