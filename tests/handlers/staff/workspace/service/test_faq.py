"""The views of the FAQ: states, filter, search, pages, and the preview as citizens read it."""

from dataclasses import replace
from datetime import date

from handlers.i18n import render_text
from handlers.office import OfficeContact
from handlers.questions.faq_messages import (
    ApproveFaqEntry,
    DiscardFaqDraft,
    FaqCatalogue,
    FaqEntry,
    GetFaqCatalogue,
)
from handlers.staff.workspace.paging import ROWS_PER_PAGE
from handlers.staff.workspace.service.faq import (
    FaqEntryDraft,
    FaqState,
    get_faq_state,
    judge_faq_draft,
    list_entry_commands,
    list_faq_entries,
    list_topics,
    make_answer_preview,
    open_faq_entry,
)
from tests.handlers.staff.officer_commands import TODAY
from tests.handlers.staff.service import service_officer
from tests.handlers.staff.service.service_officer import OLD, give
from tests.handlers.staff.workspace.service.views import show
from tests.in_memory_desk import OFFICE
from tests.run_decision import make_context, make_event

DRAFT = FaqEntry("tent", "ขอยืมเต็นท์ได้ไหม", "ยืมได้", ("เช่าเต็นท์",), "ทรัพย์สิน", off=True, example=True)
HOURS = replace(service_officer.HOURS, checked=TODAY)
CLOSED = replace(HOURS, id="closed", question="ปิดวันไหน", off=True)
KNOWN = {GetFaqCatalogue: FaqCatalogue((HOURS, OLD, DRAFT, CLOSED))}


def list_ids(state: FaqState | None = None, words: str = "") -> list[str]:
    listed = show(lambda cmd: list_faq_entries(cmd, 1, state, words), answers=KNOWN)
    return [row.id for row in listed.rows]


def test_each_entry_has_one_state() -> None:
    states = [get_faq_state(one, TODAY, 365) for one in (HOURS, OLD, DRAFT, CLOSED)]
    assert states == [FaqState.CHECKED, FaqState.EXPIRED, FaqState.DRAFT, FaqState.OFF]
    assert get_faq_state(replace(HOURS, checked=date(2025, 1, 1)), TODAY, 365) is FaqState.OLD
    assert get_faq_state(replace(HOURS, checked=date(2025, 1, 1)), TODAY, 3650) is FaqState.CHECKED
    assert get_faq_state(replace(HOURS, until=TODAY), TODAY, 365) is FaqState.CHECKED
    assert get_faq_state(replace(HOURS, until=date(2026, 11, 21)), TODAY, 365) is FaqState.EXPIRED


def test_entries_are_filtered_and_searched_in_all_their_texts() -> None:
    assert list_ids() == ["hours", "old", "tent", "closed"]
    assert list_ids(FaqState.DRAFT) == ["tent"]
    assert list_ids(words="เช่าเต็นท์") == ["tent"]
    assert list_ids(words="16.30") == ["hours", "closed"]
    assert list_ids(FaqState.OFF, "16.30") == ["closed"]
    assert list_ids(words="tent") == ["tent"]
    assert list_ids(words="ไม่มีคำนี้") == []


def test_the_counts_are_of_all_whatever_is_searched() -> None:
    listed = show(lambda cmd: list_faq_entries(cmd, 1, FaqState.DRAFT, "x"), answers=KNOWN)
    assert dict(listed.counts) == {
        FaqState.DRAFT: 1,
        FaqState.CHECKED: 1,
        FaqState.OLD: 0,
        FaqState.EXPIRED: 1,
        FaqState.OFF: 1,
    }
    assert (listed.found, listed.has_more) == (0, False)


def test_pages() -> None:
    entries = tuple(replace(HOURS, id=f"e{number}") for number in range(ROWS_PER_PAGE + 1))
    known = {GetFaqCatalogue: FaqCatalogue(entries)}
    first = show(lambda cmd: list_faq_entries(cmd, 1), answers=known)
    second = show(lambda cmd: list_faq_entries(cmd, 2), answers=known)
    assert (len(first.rows), first.has_more, first.found) == (ROWS_PER_PAGE, True, ROWS_PER_PAGE + 1)
    assert ([row.id for row in second.rows], second.has_more) == ([f"e{ROWS_PER_PAGE}"], False)


def test_the_preview_is_what_a_citizen_reads() -> None:
    view = show(lambda cmd: open_faq_entry(cmd, "hours"), answers=KNOWN)
    assert view is not None
    shown = render_text(view.preview, "th")
    assert "เปิดกี่โมง" in shown
    assert "08.30-16.30 น.\nhttps://office.example" in shown
    changed = show(lambda cmd: open_faq_entry(cmd, "hours", FaqEntryDraft("เปิดทุกวัน")), answers=KNOWN)
    assert changed is not None
    assert changed.draft is not None
    assert changed.draft.change == "ลิงก์: -\nคำตอบ: เปิดทุกวัน"
    assert "เปิดทุกวัน" in render_text(changed.preview, "th")
    assert changed.answer == "08.30-16.30 น."
    assert "22 พฤศจิกายน 2569" in render_text(changed.preview, "th")
    assert show(lambda cmd: open_faq_entry(cmd, "none")) is None


def test_the_buttons_of_a_draft_approve_exactly_what_was_read() -> None:
    view = show(lambda cmd: open_faq_entry(cmd, "tent"), answers=KNOWN)
    assert view is not None
    approve, drop = (given for given, _ in list_entry_commands(view))
    (approved,) = give(approve, answers=KNOWN).acts
    assert isinstance(approved, ApproveFaqEntry)
    assert approved.entry == replace(DRAFT, off=False, example=False, checked=TODAY)
    assert [type(act) for act in give(drop, answers=KNOWN).acts] == [DiscardFaqDraft]
    changed = {GetFaqCatalogue: FaqCatalogue((replace(DRAFT, answer="ยืมไม่ได้แล้ว"),))}
    assert give(approve, answers=changed).acts == ()


def test_what_is_on_is_turned_off_and_back() -> None:
    for entry_id, command in (
        ("hours", "/faq off hours"),
        ("old", "/faq off old"),
        ("closed", "/faq on closed"),
    ):
        view = show(lambda cmd, one=entry_id: open_faq_entry(cmd, one), answers=KNOWN)  # type: ignore[misc]
        assert view is not None
        assert [given for given, _ in list_entry_commands(view)] == [command]
        assert len(give(command, answers=KNOWN).acts) == 1


def test_the_preview_fills_the_contact_and_names_places_that_nothing_fills() -> None:
    office = OFFICE.model_copy(update={"contact": OfficeContact(phone="054 000 000")})
    ctx = make_context(make_event("/faq"), office=office)
    shown = render_text(make_answer_preview(ctx, "การเงิน", "โทร {phone} ต่อ 12\n{map}"), "th")
    assert "โทร 054 000 000 ต่อ 12" in shown
    assert "{" not in shown
    refused = render_text(make_answer_preview(ctx, "การเงิน", "แฟกซ์ {fax}"), "th")
    assert "{fax}\nที่ใช้ได้: {phone}" in refused
    assert make_answer_preview(ctx, "แผนที่", "{map}").key == "inquiry.faq_no_contact"


def test_a_form_that_cannot_be_taken_says_why_and_gives_no_command() -> None:
    for draft in (
        FaqEntryDraft("โทร {fax}"),
        FaqEntryDraft("ก", until="เมื่อวาน"),
        FaqEntryDraft("ก", link="x"),
    ):
        judged = judge_faq_draft(HOURS, draft, TODAY)
        assert judged.problem is not None
        assert judged.change == ""
    same = judge_faq_draft(HOURS, FaqEntryDraft(HOURS.answer, link=HOURS.link), TODAY)
    assert (same.problem, same.change) == (None, "")
    assert list_topics((HOURS, DRAFT, DRAFT)) == ("ทรัพย์สิน",)
