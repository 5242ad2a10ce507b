"""Audit entries in words."""

from handlers.i18n import render_text
from handlers.staff.audit_text import describe_audit_action, describe_audit_actor

NAMES = {"4f2a": "สมหญิง ใจดี"}


def test_whom_it_was_done_to_is_named() -> None:
    assert render_text(describe_audit_action("hidden:4f2a", NAMES), "th") == "ซ่อนเรื่องจาก สมหญิง ใจดี"
    assert render_text(describe_audit_action("barred:gone", NAMES), "en") == "barred somebody from reading"
    assert render_text(describe_audit_action("held", NAMES), "th") == "สั่งส่งถึงผู้แจ้ง"


def test_a_kind_without_words_is_shown_as_it_stands() -> None:
    assert render_text(describe_audit_action("from-a-later-version", NAMES), "th") == "from-a-later-version"


def test_who_did_it() -> None:
    assert render_text(describe_audit_actor("staff:4f2a", NAMES), "th") == "สมหญิง ใจดี"
    assert render_text(describe_audit_actor("staff:gone", NAMES), "en") == "somebody"
    assert render_text(describe_audit_actor("admin", NAMES), "th") == "ผู้ดูแลเครื่อง"
    assert render_text(describe_audit_actor("clock", NAMES), "en") == "clock"
