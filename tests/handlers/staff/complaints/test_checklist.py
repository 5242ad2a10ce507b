"""The checklist of a kind: items are ticked, excused and taken back, and closing needs all of it."""

from dataclasses import replace
from typing import Any

import pytest

from handlers.complaints.lifecycle import CaseStatus
from handlers.complaints.messages import AddHistoryEntry, HistoryEntry, HistoryEntryKind
from handlers.dialog.effects import Listing
from handlers.dialog.replies import OfficerPageAction
from handlers.i18n import render_text
from handlers.office import Bilingual, ChecklistItem, Office
from handlers.staff.complaints.checklist.items import (
    CheckState,
    format_check_words,
    judge_items,
    read_check,
    write_check,
)
from handlers.staff.complaints.matters.reports import MatterReport
from handlers.staff.complaints.messages import CaseHistoryLine, FindCaseByNumber, GetCaseHistory
from handlers.staff.state import NothingPending
from tests.handlers.staff.officer_commands import CASE, FILED, TODAY, give, list_commands
from tests.in_memory_desk import OFFICE
from tests.run_decision import AnswerByQuery

REASON = "ตรวจแล้วไม่พบหลักฐานเพียงพอ"
ITEMS = (
    ChecklistItem(code="witness", name=Bilingual(th="สอบพยานแล้ว", en="Witnesses were heard")),
    ChecklistItem(code="answered", name=Bilingual(th="ให้ผู้ถูกร้องชี้แจงแล้ว")),
)


def make_office() -> Office:
    first, *others = OFFICE.categories
    return OFFICE.model_copy(update={"categories": (first.model_copy(update={"checklist": ITEMS}), *others)})


LISTED = make_office()
CASE_OF_KIND = replace(CASE, officer="s1", category=OFFICE.categories[0].code, status=CaseStatus.SCREENING)


def line(words: str, seq: int = 4) -> CaseHistoryLine:
    return CaseHistoryLine(HistoryEntry(seq, TODAY, HistoryEntryKind.CHECKED), "office", "s1", words)


def check(words: str, *lines: str, **more: Any) -> Any:
    known = {GetCaseHistory: Listing((FILED, *(line(one, 4 + at) for at, one in enumerate(lines))))}
    return give(words, case=CASE_OF_KIND, office=LISTED, answers=known, **more)


@pytest.mark.parametrize(
    ("typed", "before", "key", "stored"),
    [
        ("", (), "list", None),
        ("1", (), "noted", "witness"),
        ("๑", (), "noted", "witness"),
        ("witness", (), "noted", "witness"),
        ("2 ผู้ถูกร้องเสียชีวิต", (), "noted", "answered ผู้ถูกร้องเสียชีวิต"),
        ("answered skip ผู้ถูกร้องเสียชีวิต", (), "noted", "answered ผู้ถูกร้องเสียชีวิต"),
        ("answered skip", (), "why", None),
        ("1 ok", (), "short", None),
        ("1", ("witness",), "list", None),  # pressed twice, or by a colleague
        ("1 เอาออก", ("witness",), "noted", "-witness"),
        ("1 off", (), "list", None),
        ("1 พยานถอนตัวหมดแล้ว", ("witness",), "noted", "witness พยานถอนตัวหมดแล้ว"),
        ("3", (), "which", None),
        ("0", (), "which", None),
        ("nothing", (), "which", None),
    ],
)
def test_an_item_is_ticked_excused_and_taken_back(
    typed: str, before: tuple[str, ...], key: str, stored: str | None
) -> None:
    turn = check(f"/check 12 {typed}".strip(), *before)
    assert turn.keys == (f"staff.check.{key}",)
    written = [one for one in turn.acts if isinstance(one, AddHistoryEntry)]
    assert [(one.kind, one.text, one.staff) for one in written] == (
        [(HistoryEntryKind.CHECKED, stored, "s1")] if stored else []
    )
    assert len(turn.acts) == len(written)


def test_a_kind_without_a_list_has_none() -> None:
    assert give("/check 12", case=CASE_OF_KIND).keys == ("staff.check.none",)
    unkind = replace(CASE_OF_KIND, category="")
    assert give("/check 12 1", case=unkind, office=LISTED).keys == ("staff.check.none",)


@pytest.mark.parametrize(
    ("lines", "is_open"),
    [
        ((), True),
        (("witness",), True),
        (("witness", "answered ผู้ถูกร้องเสียชีวิต"), False),
        (("witness", "answered", "-witness"), True),
        (("witness", "-witness", "witness", "answered"), False),
        (("gone", "answered"), True),
    ],
)
def test_closing_needs_all_of_it_ticked_or_excused(lines: tuple[str, ...], is_open: bool) -> None:
    turn = check(f"/close 12 insufficient {REASON}", *lines)
    assert turn.keys == ("staff.check.missing",) if is_open else ("staff.confirm.ask",)
    assert turn.acts == ()
    if is_open:
        assert turn.replies[0].presentation.officer_page is OfficerPageAction.KEEP_TEXT
        assert all(data.startswith("/check 12/2570") for data in list_commands(turn.replies[0].choices))
        late = check(
            f"/close 12 insufficient {REASON}", *lines, confirmed=True
        )  # taken back since the preview
        assert (late.keys, late.acts) == (("staff.check.missing",), ())
    forwarded = check(f"/forward 12 nacc {REASON}", *lines)
    assert forwarded.keys == ("staff.confirm.ask",)
    assert isinstance(forwarded.kept.officer.complaints.pending, NothingPending)


@pytest.mark.parametrize(
    ("lines", "key"), [((), "staff.check.missing"), (("witness", "answered"), "staff.confirm.ask")]
)
def test_closing_needs_the_list_of_each_report_of_a_matter(lines: tuple[str, ...], key: str) -> None:
    other = MatterReport("c2", 13, 2570, 1, CaseStatus.SCREENING, TODAY)
    unlisted = replace(CASE_OF_KIND, category="", other_reports=(other,))
    listed = replace(CASE_OF_KIND, id="c2", number=13)
    cases = AnswerByQuery(lambda query: listed if query.number == 13 else unlisted)
    known = {
        GetCaseHistory: Listing((FILED, *(line(one, 4 + at) for at, one in enumerate(lines)))),
        FindCaseByNumber: cases,
    }
    turn = give(f"/close 12 insufficient {REASON}", office=LISTED, answers=known)
    assert turn.keys[-1] == key
    assert turn.acts == ()


@pytest.mark.parametrize("state", CheckState)
def test_what_a_line_says_is_read_back(state: CheckState) -> None:
    reason = "เพราะ เหตุผล" if state is CheckState.EXCUSED else ""
    assert read_check(write_check("witness", state, reason)) == ("witness", state, reason)
    said = format_check_words(write_check("witness", state, reason), LISTED, "th")
    assert "สอบพยานแล้ว" in said
    assert reason in said
    assert "gone" in format_check_words(write_check("gone", state, reason), LISTED, "en")
    (one, _) = judge_items(ITEMS, (line(write_check("witness", state, reason)),))
    assert (one.state, one.reason) == (state, reason)
    assert render_text(check("/check 12").replies[0], "th").count("ยังไม่ได้ทำ") == 2
