"""A whole dialogue, page by page: each page has a heading, a question and the inputs to answer it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.web.chat.view_model import ChatView, build_chat_view, merge_form_answers
from handlers.complaints.lifecycle import Transition, TransitionRequest
from handlers.dialog.effects import Answer, TurnResult
from handlers.dialog.events import Event
from handlers.dialog.replies import NEUTRAL, ExpectedInput, Reply
from handlers.dialog.session import Session
from tests.in_memory_desk import WHOLE_REPORT, ChatUser, InMemoryDesk

STORY = WHOLE_REPORT[4]


@dataclass
class RecordingDesk(InMemoryDesk):
    """A desk that keeps its last replies before they are rendered."""

    last_replies: tuple[Reply, ...] = ()

    def decide(self, event: Event, session: Session | None) -> TurnResult:
        turn = super().decide(event, session)
        self.last_replies = turn.replies
        return turn


@dataclass
class PageReader:
    """A person who reads each step as a page."""

    desk: RecordingDesk = field(default_factory=RecordingDesk)

    def __post_init__(self) -> None:
        self.actor: ChatUser = self.desk.new_user()

    @property
    def session(self) -> Session | None:
        return self.desk.sessions.get(self.actor.who)

    def build_page(self, typed: str = "", notes: tuple[str, ...] = ()) -> ChatView:
        """The present page."""
        lang = self.session.lang if self.session else "th"
        return build_chat_view(self.desk.last_replies, lang, self.session, typed, notes=notes)

    def answer_lines(self, *lines: str) -> ChatView:
        """Answer with lines, and build the page after each."""
        for line in lines:
            self.actor.say(line)
        return self.build_page()

    def start_command(self, command: str) -> ChatView:
        self.actor.send_event(choice=command)
        return self.build_page()


@pytest.fixture
def reader() -> PageReader:
    return PageReader()


def open_report_until(reader: PageReader, until: int) -> ChatView:
    """A report up to the line with that number."""
    reader.start_command("/report")
    return reader.answer_lines(*WHOLE_REPORT[2:until])


def data(page: ChatView, kind: str = "") -> list[str]:
    """The data of the buttons, without the question's number."""
    return [b.data.partition(".")[2] or b.data for b in page.buttons if kind in ("", b.kind)]


def iterate_pages() -> Iterator[tuple[str, ChatView, tuple[Reply, ...], Session | None]]:
    """All pages of a report, of following it, and of the commands beside it."""
    reader = PageReader()

    def take_snapshot(name: str) -> tuple[str, ChatView, tuple[Reply, ...], Session | None]:
        return name, reader.build_page(), reader.desk.last_replies, reader.session

    reader.start_command("/report")
    yield take_snapshot("/report")
    for line in (*WHOLE_REPORT[2:], "[แก้ไข]", "[ใครทำ]", "ผู้อื่น", "[ส่งเรื่อง]", "[ข้าม]"):
        reader.answer_lines(line if line != "[ใครทำ]" else f"[{reader.actor.labels[2]}]")
        yield take_snapshot(line)
    for line in ("/track", reader.actor.receipt, "[ส่งข้อความ]", "เพิ่มเติม", "/help", "/privacy", "[ถอนเรื่อง]"):
        if line.startswith("/"):
            reader.start_command(line)
        else:
            reader.answer_lines(line)
        yield take_snapshot(line)


def test_every_page_is_whole() -> None:
    seen = 0
    for name, page, says, session in iterate_pages():
        seen += 1
        assert [s.level for s in page.sections].count(1) == 1, name
        assert page.sections[0].level == 1, name
        assert all(bool(s.heading) is (s.level > 0) for s in page.sections), name
        assert len(page.notes) + len(page.sections) == len(says), name
        assert page.buttons, name
        shown = {choice.data for choice in says[-1].choices}
        assert {b.data for b in page.buttons} <= shown | {
            f"{session.prompt_number}.done" if session else ""
        }, name
        assert shown - {b.data for b in page.buttons} <= {"/th", "/en"}, name
        kinds = [b.kind for b in page.buttons]
        assert kinds == sorted(kinds, key=lambda kind: kind == "exit"), name
        assert all(b.label for b in page.buttons), name
        assert kinds.count("chief") <= 1, name
    assert seen > 20


def test_the_beginning_tells_all_that_must_be_told(reader: PageReader) -> None:
    page = reader.start_command("/report")
    assert [section.level for section in page.sections] == [1, 2, 0, 2]
    assert page.notes == ()
    assert (data(page, "chief"), data(page, "exit")) == (["accept"], ["cancel"])
    assert page.expected_input is ExpectedInput.PICK
    assert page.progress is None


def test_the_place_stands_beside_the_heading_and_not_in_it(reader: PageReader) -> None:
    first = open_report_until(reader, 3)
    assert first.progress is not None
    assert first.progress[0] == 1
    last = reader.answer_lines(*WHOLE_REPORT[3:14])
    assert last.progress == (first.progress[1], first.progress[1])
    assert [s.heading for page in (first, last) for s in page.sections if "/" in s.heading] == []


WANTED = {
    3: ExpectedInput.PICK,
    4: ExpectedInput.LONG,
    6: ExpectedInput.TEXT,
    7: ExpectedInput.TEXT,
    9: ExpectedInput.FILES,
    15: ExpectedInput.PICK,
}


@pytest.mark.parametrize(("until", "wants"), WANTED.items())
def test_each_question_says_what_it_wants(reader: PageReader, until: int, wants: ExpectedInput) -> None:
    assert open_report_until(reader, until).expected_input is wants


def test_a_long_story_is_told_in_parts_with_a_way_on_from_the_first(reader: PageReader) -> None:
    page = open_report_until(reader, 4)
    assert (page.story_so_far, data(page, "chief")) == ("", ["done"])
    page = reader.answer_lines(STORY)
    assert (page.story_so_far, page.typed, data(page, "chief")) == (STORY, "", ["done"])
    page = reader.answer_lines("ยังมีอีกครั้งหนึ่ง")
    assert page.story_so_far == f"{STORY}\nยังมีอีกครั้งหนึ่ง"


def test_what_was_understood_is_a_note(reader: PageReader) -> None:
    page = open_report_until(reader, 8)
    assert len(page.notes) == 1
    assert "12 มกราคม 2569" in page.notes[0]


def test_the_door_s_own_words_come_first_and_stay_words(reader: PageReader) -> None:
    open_report_until(reader, 8)
    page = reader.build_page(notes=("<b>รอ</b>",))
    assert page.notes[0] == "<p>&lt;b&gt;รอ&lt;/b&gt;</p>"
    assert "12 มกราคม 2569" in page.notes[1]


def test_a_text_stays_in_its_box(reader: PageReader) -> None:
    open_report_until(reader, 6)
    assert reader.build_page("<b>ร่าง").typed == "<b>ร่าง"
    assert reader.build_page().typed == ""


def test_a_text_for_an_older_question_is_offered_again(reader: PageReader) -> None:
    open_report_until(reader, 7)
    reader.actor.send_event(text="ของข้อก่อน", prompt_number=3)
    page = reader.build_page()
    assert page.typed == "ของข้อก่อน"
    assert len(page.notes) == 1


def test_an_answer_stands_in_the_box_to_be_changed(reader: PageReader) -> None:
    open_report_until(reader, 7)
    page = reader.answer_lines("[ย้อนกลับ]")
    assert page.typed == page.previous_answer == WHOLE_REPORT[6]
    assert reader.build_page("อื่น").typed == "อื่น"


def test_an_answer_that_was_picked_stands_in_no_box(reader: PageReader) -> None:
    open_report_until(reader, 12)
    page = reader.answer_lines("[ย้อนกลับ]")
    assert page.expected_input is ExpectedInput.TEXT
    assert (page.typed, page.previous_answer) == ("", "")


def test_the_review_is_a_list_and_what_was_typed_stays_text(reader: PageReader) -> None:
    open_report_until(reader, 4)
    reader.answer_lines("<script>x</script>\nบรรทัดสอง: ค่า", "[เสร็จแล้ว]")
    page = reader.answer_lines(*WHOLE_REPORT[6:])
    assert page.review is not None
    told = {row.name: str(row.answer) for row in page.review.rows}
    assert told["เหตุการณ์"].endswith("&lt;script&gt;x&lt;/script&gt;<br>บรรทัดสอง: ค่า")
    assert [b.label for row in page.review.rows for b in row.buttons] == ["แก้"] * len(page.review.rows)
    assert data(page, "chief") == ["submit"]


def test_a_receipt_is_marked_once_and_can_be_kept(reader: PageReader) -> None:
    open_report_until(reader, 15)
    page = reader.answer_lines("[ส่งเรื่อง]")
    bodies = "".join(section.body for section in page.sections)
    assert bodies.count(f"<strong data-receipt>{reader.actor.receipt}</strong>") == 1
    assert page.expected_input is ExpectedInput.CODE
    assert page.receipt_download is not None
    assert page.receipt_download.picture_url.startswith("data:image/png;base64,")
    later = reader.answer_lines("[ข้าม]")
    assert later.receipt_download is None
    assert reader.actor.receipt not in repr(later)


def test_the_state_of_a_case_is_marked_in_the_heading(reader: PageReader) -> None:
    reader.actor.file_report()
    reader.desk.move_case(reader.actor.receipt, TransitionRequest(Transition.SCREEN))
    reader.start_command("/track")
    page = reader.answer_lines(reader.actor.receipt)
    assert page.sections[0].level == 1
    assert str(page.sections[0].heading).count("<strong data-status>") == 1
    assert reader.actor.receipt not in repr(page)


def test_a_page_in_english_offers_no_second_language(reader: PageReader) -> None:
    reader.start_command("/en")
    page = reader.build_page()
    assert not {"/th", "/en"} & set(data(page))
    assert page.sections


def answer(*says: Reply) -> Answer:
    return Answer(says, "en")


def test_answers_to_one_form_become_one_page(reader: PageReader) -> None:
    open_report_until(reader, 9)
    reader.actor.send_file("ภาพ 1.jpg")
    first = reader.desk.last_replies
    reader.actor.send_file("ภาพ 2.jpg")
    second = reader.desk.last_replies
    says = merge_form_answers([answer(*first), answer(*second)]).replies
    assert [say.key for say in says] == ["file.kept", *(say.key for say in second)]
    page = build_chat_view(says, "th", reader.session, "")
    assert len(page.notes) == 2
    assert [len(page.sections), page.sections[0].level] == [1, 1]


def test_one_answer_alone_stays_as_it_is() -> None:
    one = answer(Reply("menu.again", NEUTRAL))
    assert merge_form_answers([one]) == one


def test_what_was_offered_again_earlier_in_a_form_is_not_lost() -> None:
    late: Any = Reply("text.late", NEUTRAL, {"unsent": "ก"})
    says = merge_form_answers(
        [answer(late, Reply("menu.again", NEUTRAL)), answer(Reply("pick.stale", NEUTRAL))]
    ).replies
    assert build_chat_view(says, "th", None, "").typed == "ก"


def test_only_what_is_sent_to_somebody_has_a_button_that_says_so() -> None:
    reader = PageReader()
    labels = [reader.start_command("/report").send_label_key]
    labels += [reader.answer_lines("รับทราบ", "ทุจริตต่อหน้าที่", STORY, "เสร็จแล้ว").send_label_key]
    labels += [PageReader().start_command("/track").send_label_key]
    assert labels == ["page.next"] * 3
    assert PageReader().start_command("/help").send_label_key == "page.send"


def test_a_page_says_how_to_press_where_a_chat_says_how_to_type() -> None:
    reader = PageReader()
    reader.start_command("/report")
    shown = reader.answer_lines("รับทราบ", "99")
    assert any("โปรดเลือกจากปุ่มด้านล่าง" in note for note in shown.notes)
    assert not any("หมายเลข" in note for note in shown.notes)
