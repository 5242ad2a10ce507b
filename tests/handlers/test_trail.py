"""Lines of the audit trail in words."""

from handlers import i18n as wording
from handlers.staff import audit_text as trail

NAMES = {"4f2a": "สมหญิง ใจดี"}


def test_whom_it_was_done_to_is_named() -> None:
    assert wording.text(trail.did("hidden:4f2a", NAMES), "th") == "ซ่อนเรื่องจาก สมหญิง ใจดี"
    assert wording.text(trail.did("barred:gone", NAMES), "en") == "barred somebody from reading"
    assert wording.text(trail.did("held", NAMES), "th") == "สั่งส่งถึงผู้แจ้ง"


def test_a_kind_without_words_is_shown_as_it_stands() -> None:
    assert wording.text(trail.did("from-a-later-version", NAMES), "th") == "from-a-later-version"


def test_who_did_it() -> None:
    assert wording.text(trail.by("staff:4f2a", NAMES), "th") == "สมหญิง ใจดี"
    assert wording.text(trail.by("staff:gone", NAMES), "en") == "somebody"
    assert wording.text(trail.by("admin", NAMES), "th") == "ผู้ดูแลเครื่อง"
    assert wording.text(trail.by("clock", NAMES), "en") == "clock"
