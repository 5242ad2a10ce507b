"""The pages of the service desk take words only, and say so to who sends more."""

from collections.abc import Iterator

import pytest

from tests.end.web_server import Running, Visitor, events, start

PICTURE = b"\xff\xd8\xff\xe0 canary picture"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server, in which nothing broke."""
    one = start(tmp_path_factory.mktemp("service") / "var")
    yield one
    log = one.ends()
    assert set(events(log)) <= {"started", "stopped", "ticked"}, log


@pytest.mark.parametrize("lang", ["", "?lang=en"])
def test_no_page_of_this_desk_offers_to_attach_a_file(served: Running, lang: str) -> None:
    visitor = Visitor(served.port)
    for path in ("/ask", "/opinion"):
        assert 'type="file"' not in visitor.opens(path + lang).body
    asked = Visitor(served.port)
    asked.opens(f"/ask{lang}")
    for words in ("ขอยืมเต็นท์ไปจัดงานวัดได้ไหม", "ขอยืมรถตู้"):
        assert 'type="file"' not in asked.sends(words).body
    assert 'type="file"' in Visitor(served.port).opens("/track").body


def test_a_file_that_is_sent_all_the_same_is_answered_and_not_kept(served: Running) -> None:
    visitor = Visitor(served.port)
    visitor.opens("/ask")
    page = visitor.sends(files={"ภาพ.jpg": PICTURE})
    assert page.status == 200
    assert "รับคำถามเป็นข้อความ" in page.words
    page = visitor.sends("สำนักงานเปิดให้บริการวันและเวลาใด", files={"ภาพ.jpg": PICTURE})
    assert "08.30-16.30" in page.words
    assert "รับคำถามเป็นข้อความ" in page.words
    # What was sent lies nowhere, sealed or not: the folder of evidence has no file.
    kept = (served.home / "service" / "evidence").rglob("*")
    assert [one for one in kept if one.is_file()] == []
