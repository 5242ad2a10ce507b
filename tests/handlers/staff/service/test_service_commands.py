"""Questions, the board and the FAQ: commands of the service desk's officers, decision by decision."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from handlers.dialog.effects import Listing
from handlers.questions.faq_messages import (
    FaqEntry,
    PublishedQuestion,
    PublishQuestion,
    SaveFaqEntry,
    UnpublishQuestion,
)
from handlers.questions.messages import (
    CancelAnswer,
    CloseQuestion,
    FindQuestionByNumber,
    ListOpenQuestions,
    OutgoingAnswer,
    QuestionThread,
    ScheduleAnswer,
    ThreadLine,
    ThreadLineKind,
)
from handlers.staff.members import AuditRefusal
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import Role, ServiceCommandName
from handlers.staff.remark_messages import SetRemark
from handlers.staff.state import AwaitingText
from tests.handlers.questions.test_follow import ANSWERED, OPEN
from tests.handlers.staff.officer_commands import (
    SEND_AT,
    TODAY,
    list_commands,
    make_member,
)
from tests.handlers.staff.service.service_officer import (
    HOURS,
    OLD,
    give,
    pending,
    told,
)
from tests.run_decision import AnswerByQuery

NEW = FaqEntry("own-1", "ใช้เวลากี่วัน", "สามวัน", checked=TODAY)
SUPERVISOR = make_member("s3", Role.SUPERVISOR)
EDITED = replace(OLD, answer="รับทั้งปี", example=False, checked=TODAY)


@pytest.mark.parametrize(
    "words", ["/questions", "/answer 1 ก", "/opinions", "/consult new", "/results K7M2QX publish"]
)
@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_only_who_handles_questions_may_give_a_command(words: str, role: Role) -> None:
    outcome = give(words, staff=make_member("s9", role))
    name = ServiceCommandName(words[1:].partition(" ")[0])
    assert told(outcome) == ("refused", (AuditRefusal(name, "s9"),))


# Questions and answers.


def test_open_questions_are_listed_page_by_page() -> None:
    many = tuple(replace(OPEN, id=f"t{n}", number=n, bucket="AB12") for n in range(1, 10))
    outcome = give("/questions 2", answers={ListOpenQuestions: Listing(many)})
    assert outcome.queries == (ListOpenQuestions(8, 9),)
    (reply,) = outcome.replies
    assert list_commands(reply.choices) == [*(f"/question {n}/2570" for n in range(1, 9)), "/questions 3"]
    empty = give("/questions", answers={ListOpenQuestions: Listing(())})
    assert told(empty) == ("none", ())
    damaged = give("/questions", answers={ListOpenQuestions: Listing((), ("5/2570",))})
    assert damaged.keys == ("staff.unreadable", "inquiry.none")


@pytest.mark.parametrize(
    ("thread", "offered"),
    [
        (OPEN, ["/answer 1/2570", "/close 1/2570", "/questions"]),
        (ANSWERED, ["/answer 1/2570", "/publish 1/2570", "/questions"]),
        (replace(OPEN, scheduled_by="s2", send_at=SEND_AT), ["/undo 1/2570", "/questions"]),
    ],
)
def test_a_question_offers_what_may_be_done(thread: QuestionThread, offered: list[str]) -> None:
    assert list_commands(give("/question 1", thread=thread).replies[0].choices) == offered


@pytest.mark.parametrize(
    "words", ["/question 99", "/answer 99 ก", "/close 99", "/publish 99", "/undo 99", "/merge 99 1"]
)
def test_an_unknown_question_is_named(words: str) -> None:
    outcome = give(words, thread=None)
    assert outcome.replies[0].args == {"number": 99}
    assert told(outcome) == ("unknown", ())


def test_an_answer_is_shown_confirmed_and_scheduled() -> None:
    shown = give("/answer 1 ยืมได้ค่ะ")
    assert told(shown) == ("send_ask", ())
    assert shown.replies[0].args["seen"] == OPEN.format_answer_text("ยืมได้ค่ะ")
    prompt = shown.kept.prompt_number
    done = give(f"/confirm y{prompt}", session=shown.session)
    assert told(done) == ("held", (ScheduleAnswer(OutgoingAnswer("t1", "s1", "ยืมได้ค่ะ"), 1),))
    assert told(give(f"/confirm y{prompt}", session=done.session)) == ("send_stale", ())
    dropped = give(f"/confirm n{prompt}", session=shown.session)
    assert told(dropped) == ("send_dropped", ())
    assert pending(dropped) == AwaitingText(ParsedCommand(ServiceCommandName.ANSWER, 1, 2570))


@pytest.mark.parametrize("words", ["/confirm", "/confirm y", "/confirm y999", "/confirm yy8"])
def test_a_stale_confirmation_sends_nothing(words: str) -> None:
    shown = give("/answer 1 ยืมได้ค่ะ")
    assert told(give(words, session=shown.session)) == ("send_stale", ())
    assert told(give(words)) == ("send_stale", ())


def test_a_question_that_went_on_is_shown_once_more() -> None:
    shown = give("/answer 1 ยืมได้ค่ะ")
    more = replace(OPEN, lines=(*OPEN.lines, ThreadLine(2, TODAY, ThreadLineKind.MORE, "กี่หลัง")))
    again = give(f"/confirm y{shown.kept.prompt_number}", session=shown.session, thread=more)
    assert (again.keys, again.acts) == (("inquiry.send_meanwhile", "inquiry.send_ask"), ())
    waits = give(
        f"/confirm y{shown.kept.prompt_number}",
        session=shown.session,
        thread=replace(OPEN, scheduled_by="s2"),
    )
    assert told(waits) == ("held_meanwhile", ())


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "answer_ask"),
        ("\u200b", "answer_ask"),
        ("ก" * 3001, "too_long"),
        ("=nothing", "faq_unknown"),
        ("=hours", "send_ask"),
    ],
)
def test_what_else_is_typed_as_an_answer(typed: str, key: str) -> None:
    assert told(give(f"/answer 1 {typed}")) == (key, ())


def test_an_entry_of_the_faq_is_the_answer() -> None:
    seen = give("/answer 1 =hours").replies[0].args["seen"]
    assert seen == OPEN.format_answer_text("08.30-16.30 น.\nhttps://office.example")


@pytest.mark.parametrize(
    ("typed", "other", "key"),
    [
        ("9", replace(ANSWERED, id="t9", number=9), "send_ask"),
        ("9", replace(OPEN, id="t9", number=9), "merge_open"),
        ("9", replace(OPEN, id="t9", number=9, scheduled_by="s2", send_at=SEND_AT), "merge_held"),
        ("9", replace(ANSWERED, id="t9", number=9, scheduled_by="s2", send_at=SEND_AT), "merge_held"),
        ("1", OPEN, "merge_ask"),
        ("", None, "merge_ask"),
        ("เก้า", None, "merge_ask"),
    ],
)
def test_the_answer_of_another_question(typed: str, other: QuestionThread | None, key: str) -> None:
    found = iter([OPEN, other])
    outcome = give(f"/merge 1 {typed}", answers={FindQuestionByNumber: AnswerByQuery(lambda _: next(found))})
    assert told(outcome) == (key, ())
    if (
        key == "merge_open"
    ):  # it is answered on its own page: a box on this one's would be taken for this one's
        assert [one.data for one in outcome.replies[0].choices] == ["/question 9/2570"]


@pytest.mark.parametrize(
    ("changes", "key", "acts"),
    [
        ({}, "undo_nothing", ()),
        ({"scheduled_by": "s2", "send_at": SEND_AT}, "undo_others", ()),
        ({"scheduled_by": "s1", "send_at": SEND_AT - 60}, "undo_late", ()),
        ({"scheduled_by": "s1", "send_at": SEND_AT}, "undo_done", (CancelAnswer("t1", "s1"),)),
    ],
)
def test_an_answer_is_taken_back_by_its_author_in_time(
    changes: dict[str, Any], key: str, acts: tuple[Any, ...]
) -> None:
    assert told(give("/undo 1", thread=replace(OPEN, **changes))) == (key, acts)


def test_a_supervisor_takes_back_what_an_officer_has_waiting() -> None:
    waiting = replace(OPEN, scheduled_by="s2", send_at=SEND_AT)
    outcome = give("/undo 1", thread=waiting, staff=SUPERVISOR)
    assert told(outcome) == ("undo_done", (CancelAnswer("t1", "s2", SUPERVISOR.id),))
    assert not isinstance(pending(outcome), AwaitingText), "the text is its author's"
    late = give("/undo 1", thread=replace(waiting, send_at=SEND_AT - 60), staff=SUPERVISOR)
    assert told(late) == ("undo_late", ())


def test_a_question_is_closed_without_an_answer() -> None:
    assert told(give("/close 1")) == ("closed", (CloseQuestion("t1", 1, TODAY),))
    assert told(give("/close 1", thread=ANSWERED)) == ("one", ())
    assert told(give("/close 1", thread=replace(OPEN, scheduled_by="s2"))) == ("held_already", ())


def test_while_an_answer_waits_publishing_says_when_it_can_be() -> None:
    for thread in (OPEN, ANSWERED):
        outcome = give("/publish 1", thread=replace(thread, scheduled_by="s2", send_at=SEND_AT))
        assert told(outcome) == ("publish_waits", ())
        assert outcome.replies[0].args["seconds"] == 30
        assert [one.data.split()[0] for one in outcome.replies[0].choices] == ["/publish", "/undo"]


# The board and the FAQ.


def test_a_question_is_published_without_personal_data() -> None:
    lines = (replace(OPEN.lines[0], text="โทร 081-234-5678 ยืมได้ไหม"), ANSWERED.lines[1])
    thread = replace(ANSWERED, lines=lines)
    shown = give("/publish 1", thread=thread)
    assert told(shown) == ("publish_ask", ())
    assert "081" not in str(shown.replies[0].args["question"])
    edited = give("/publish 1 ถาม: ยืมเต็นท์ได้ไหม\nตอบ: ได้", thread=thread, session=shown.session)
    picked = give("/publish 1 topic 4", thread=thread, session=edited.session)
    done = give("/publish 1 ok", thread=thread, session=picked.session)
    post = PublishedQuestion(
        "1t", "ยืมเต็นท์ได้ไหม", "ได้", OPEN.asked_on, date(2026, 11, 21), "การให้บริการของสำนักงาน"
    )
    assert told(done) == ("published", (PublishQuestion("t1", post),))


def test_the_newest_answer_is_published_with_what_it_answers() -> None:
    asked, answered = OPEN.lines[0], ANSWERED.lines[1]
    more, other = (replace(asked, kind=ThreadLineKind.MORE, text=text) for text in ("ใช้รูปไหม", "กี่ใบ"))
    second = replace(answered, text="ใช้ 1 รูป")
    for lines, question in (
        ((asked, answered, more, second), "ใช้รูปไหม"),
        ((asked, answered, more, other, second), "ใช้รูปไหม\nกี่ใบ"),
        ((asked, answered, second), asked.text),  # a correction
        ((asked, answered, more), asked.text),  # which nobody answered yet
        ((asked, more, answered), f"{asked.text}\nใช้รูปไหม"),
        ((asked, answered, replace(more, text=""), second), asked.text),  # which the asker unsent
    ):
        shown = give("/publish 1", thread=replace(ANSWERED, lines=lines))
        assert (shown.replies[0].args["question"], shown.replies[0].args["answer"]) == (
            question,
            next(line.text for line in reversed(lines) if line.kind is ThreadLineKind.ANSWER),
        )


@pytest.mark.parametrize(
    "words", ["/publish 1 ok", "/publish 1 topic 0", "/publish 1 topic ๙๙", f"/publish 1 topic {'9' * 5000}"]
)
def test_nothing_is_published_that_was_not_shown(words: str) -> None:
    assert told(give(words, thread=ANSWERED)) == ("publish_ask", ())
    assert told(give(words)) == ("publish_early", ())


def test_a_topic_that_is_not_on_offer_leaves_the_preview() -> None:
    shown = give("/publish 1", thread=ANSWERED)
    for number in ("0", "99", "9" * 5000):
        assert told(give(f"/publish 1 topic {number}", thread=ANSWERED, session=shown.session)) == (
            "publish_ask",
            (),
        )


@pytest.mark.parametrize(
    ("words", "key", "acts"),
    [
        ("/unpublish", "unpublish_which", ()),
        ("/unpublish เต็นท์", "unpublish_which", ()),
        ("/unpublish ไม่มี", "unpublish_none", ()),
        ("/unpublish post p1", "unpublish_sure", ()),
        ("/unpublish post p1 yes", "unpublished", (UnpublishQuestion("p1", "s1"),)),
        ("/unpublish post gone yes", "unpublish_none", ()),
    ],
)
def test_a_published_question_is_removed_after_a_confirmation(
    words: str, key: str, acts: tuple[Any, ...]
) -> None:
    assert told(give(words)) == (key, acts)


@pytest.mark.parametrize(
    ("words", "key", "entry"),
    [
        ("/faq", "faq_list", None),
        ("/faq add ใช้เวลากี่วัน | สามวัน", "faq_added", NEW),
        ("/faq\nadd ใช้เวลากี่วัน | สามวัน", "faq_added", NEW),
        ("/faq add\nใช้เวลากี่วัน | สามวัน", "faq_added", NEW),
        ("/faq add ไม่มีคำตอบ", "faq_add_how", None),
        ("/faq add | สามวัน", "faq_add_how", None),
        ("/faq edit old รับทั้งปี", "faq_edited", EDITED),
        ("/faq edit old\nรับทั้งปี", "faq_edited", EDITED),
        ("/faq edit old", "faq_edit_how", None),
        ("/faq edit gone ก", "faq_unknown", None),
        ("/faq off hours", "faq_off", replace(HOURS, off=True)),
        ("/คลัง เปิด hours", "faq_on", HOURS),
    ],
)
def test_the_faq_is_edited(words: str, key: str, entry: FaqEntry | None) -> None:
    assert told(give(words)) == (key, (SaveFaqEntry(entry),) if entry else ())


def test_a_remark_is_kept_once_confirmed_and_an_answer_that_was_shown_stays() -> None:
    shown = give("/answer 1 ยืมได้", staff=SUPERVISOR)
    asked = give("/remark 2569-11 เปิดวันเสาร์", staff=SUPERVISOR, session=shown.kept)
    assert (asked.keys, asked.acts) == (("staff.remark.ask",), ())
    yes, no = list_commands(asked.replies[0].choices)
    kept = give(yes, staff=SUPERVISOR, session=asked.kept)
    assert (kept.keys, kept.acts) == (("staff.remark.done",), (SetRemark("2569-11", "เปิดวันเสาร์", "s3"),))
    dropped = give(no, staff=SUPERVISOR, session=asked.kept)
    assert (dropped.keys, dropped.acts) == (("staff.remark.dropped",), ())
    for left in (kept, dropped):
        assert left.kept.officer.service.answer == shown.kept.officer.service.answer
        assert told(give(yes, staff=SUPERVISOR, session=left.kept)) == ("send_stale", ())
    first_yes = list_commands(shown.replies[-1].choices)[0]
    sent = give(first_yes, staff=SUPERVISOR, session=asked.kept)
    assert [type(act) for act in sent.acts] == [ScheduleAnswer]


def test_a_remark_that_was_shown_can_be_kept_after_another_command() -> None:
    asked = give("/remark 2569-11 เปิดวันเสาร์", staff=SUPERVISOR)
    yes = list_commands(asked.replies[0].choices)[0]
    between = give("/questions", staff=SUPERVISOR, session=asked.kept)
    kept = give(yes, staff=SUPERVISOR, session=between.kept)
    assert (kept.keys, kept.acts) == (("staff.remark.done",), (SetRemark("2569-11", "เปิดวันเสาร์", "s3"),))


def test_who_is_no_supervisor_any_more_keeps_no_remark() -> None:
    asked = give("/remark 2569-11 เปิดวันเสาร์", staff=SUPERVISOR)
    yes = list_commands(asked.replies[0].choices)[0]
    left = give(yes, staff=make_member("s3", Role.OFFICER), session=asked.kept)
    assert (left.keys, left.acts) == (("staff.remark.dropped",), ())


def test_a_remark_at_the_service_desk_is_removed() -> None:
    shown = give("/remark 2569-11", staff=SUPERVISOR)
    assert list_commands(shown.replies[0].choices) == ["/remark 2569-11 -"]
    removed = give("/remark 2569-11 -", staff=SUPERVISOR)
    assert (removed.keys, removed.acts) == (("staff.remark.removed",), (SetRemark("2569-11", "", "s3"),))
