"""What no question asked for, on both desks: a word, and the present question alone."""

import pytest

from handlers.complaints.messages import AddHistoryEntry
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.events import LANGS, Channel, Lang, UnreadableKind
from handlers.dialog.replies import NEUTRAL, Phrase, Reply
from handlers.dialog.session import DialogTopic, Session
from handlers.dialog.unasked import (
    build_worry_reply,
    describe_unknown_choice,
    describe_unreadable,
    find_aside,
)
from handlers.i18n import render_text
from handlers.thai.worries import Worry
from tests.handlers import test_complaints_desk as complaints
from tests.handlers import test_service_desk_decisions as service
from tests.in_memory_desk import OFFICE
from tests.run_decision import begin_session, make_context, make_event, make_file, run_decision


@pytest.mark.parametrize("kind", UnreadableKind)
def test_each_unreadable_kind_has_its_words(kind: UnreadableKind) -> None:
    assert describe_unreadable(kind) == Reply(f"unreadable.{kind}", NEUTRAL)


@pytest.mark.parametrize(
    ("session", "question"),
    [
        (complaints.AT_MENU, "menu.again"),
        (complaints.IN_DRAFT, "report.accused"),
        (complaints.IN_CASE, "track.message"),
        (complaints.CONFIRMING, "confirm.ask"),
    ],
)
def test_a_sticker_to_the_complaints_desk_gets_a_word_and_the_question(
    session: Session, question: str
) -> None:
    outcome = complaints.decide(make_event(unreadable=UnreadableKind.STICKER), session)
    assert (outcome.keys[0], outcome.keys[-1]) == ("unreadable.sticker", question)
    assert outcome.kept.replace(at=session.at) == session
    assert outcome.acts == ()


@pytest.mark.parametrize(
    ("session", "question"),
    [
        (service.AT_MENU, "welcome.again"),
        (service.AT_FOUND, "ask.found"),
        (service.AT_SUSPECT, "ask.suspect"),
        (service.AT_THREAD, "thread.status"),
        (service.AT_OPINION, "poll.item"),
    ],
)
def test_a_sticker_to_the_service_desk_gets_a_word_and_the_question(session: Session, question: str) -> None:
    outcome = service.decide(make_event(unreadable=UnreadableKind.STICKER), session)
    assert outcome.keys == ("unreadable.sticker", question)
    assert outcome.kept.answers == session.answers
    assert outcome.acts == ()


def test_whoever_begins_with_a_sticker_is_greeted() -> None:
    sticker = make_event(unreadable=UnreadableKind.STICKER)
    assert complaints.decide(sticker, None).keys == ("menu.hello",)
    assert service.decide(sticker, None).keys == ("welcome.hello",)


# Fear, calls for help and small talk, at the complaints desk.

COMPLAINT_STEPS = [
    (complaints.AT_MENU, "menu.again"),
    (complaints.IN_DRAFT, "report.accused"),
    (complaints.IN_DRAFT.replace(step="story"), "report.story_more"),
    (complaints.IN_DRAFT.replace(step="category"), "report.category"),
    (complaints.IN_DRAFT.replace(step="evidence"), "report.evidence"),
    (complaints.IN_DRAFT.replace(step="edit"), "report.edit"),
    (begin_session(topic=DialogTopic.REPORT, step="notice"), "notice.agree"),
    (begin_session(topic=DialogTopic.TRACK, step="code"), "track.ask"),
    (complaints.IN_CASE, "track.message"),
    (complaints.CONFIRMING, "confirm.ask"),
]

WORRIES_AND_SMALL_TALK = [
    ("ใครจะรู้บ้าง", "worry.who_knows"),
    ("กลัวเขารู้", "worry.afraid"),
    ("ช่วยด้วย", "worry.help"),
    ("ขอบคุณค่ะ", "small_talk.thanks"),
    ("ไว้ก่อนนะ", "small_talk.leave"),
]


@pytest.mark.parametrize(("session", "question"), COMPLAINT_STEPS)
@pytest.mark.parametrize(
    ("text", "key"),
    [*WORRIES_AND_SMALL_TALK, ("อยู่ไหม", "small_talk.hello")],
)
def test_fear_and_small_talk_are_answered_and_never_kept(
    session: Session, question: str, text: str, key: str
) -> None:
    outcome = complaints.decide(make_event(text), session)
    if session is complaints.IN_CASE and key != "worry.who_knows":
        assert [act.text for act in outcome.acts if isinstance(act, AddHistoryEntry)] == [text]
        assert outcome.keys[0] == (key if key.startswith("worry") else "track.sent")
        return
    draft = "_draft" if session.topic is DialogTopic.REPORT and not key.startswith("worry") else ""
    assert (outcome.keys[0], outcome.keys[-1]) == (f"{key}{draft}", question)
    assert outcome.kept.replace(at=session.at) == session
    assert outcome.acts == ()


def test_what_is_known_depends_on_the_channel_and_the_page_is_named() -> None:
    desk = ComplaintsDesk(OFFICE, site_url="https://report.example/")
    event = make_event("กลัวเขารู้", channel=Channel.LINE)
    said = run_decision(desk.decide(event, complaints.IN_DRAFT), complaints.ANSWERS).replies[0]
    assert said.args == {
        "known": Phrase("anonymity.line", {"site": " https://report.example/report"}),
        "door": Phrase("worry.door", {"address": "https://report.example/report"}),
    }
    for lang in LANGS:
        text = render_text(said, lang)
        assert "191" in text
        assert "Tor Browser" in text


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("worry", Worry)
def test_each_worry_has_its_numbers_in_each_language(worry: Worry, lang: Lang) -> None:
    text = render_text(build_worry_reply(worry, Phrase("worry.known_service"), ""), lang)
    assert "191" in text
    assert ("1300" in text) == (worry in {Worry.CHILD, Worry.HELP})


@pytest.mark.parametrize("text", ["เขาขู่จะฆ่าผมถ้าไปบอกใครเรื่องเงิน", "ครูลวนลามนักเรียนหญิงในห้องพักครู"])
@pytest.mark.parametrize("step", ["story", "accused", "where", "wish"])
def test_danger_that_is_told_where_a_text_is_asked_is_kept_too(step: str, text: str) -> None:
    outcome = complaints.decide(make_event(text), complaints.IN_DRAFT.replace(step=step))
    assert outcome.keys[0].startswith("worry.")
    assert text in outcome.kept.answers[step]


def test_danger_that_is_told_at_a_choice_is_answered_and_asked_about() -> None:
    text = "เขาขู่จะฆ่าผมถ้าไปบอกใครเรื่องเงิน"
    outcome = complaints.decide(make_event(text), complaints.IN_DRAFT.replace(step="category"))
    assert outcome.keys == ("worry.threat", "unasked.ask")
    assert outcome.kept.answers == complaints.IN_DRAFT.answers
    child = complaints.decide(make_event("ครูทำหนู"), complaints.IN_DRAFT.replace(step="category"))
    assert child.keys == ("worry.child", "report.category")


def test_whoever_begins_with_fear_is_answered_and_greeted() -> None:
    assert complaints.decide(make_event("กลัวเขารู้"), None).keys == ("worry.afraid", "menu.hello")
    assert complaints.decide(make_event("หนูอายุ 14"), None).keys == ("worry.child", "menu.hello")
    told = complaints.decide(make_event("เขาขู่จะฆ่าผมเพราะผมเห็นเขารับเงิน"), None)
    assert told.keys == ("worry.threat", "menu.greeting", "unasked.early")
    assert complaints.decide(make_event("ฮัลโหล"), None).keys == ("menu.hello",)
    assert complaints.decide(make_event("ขอบคุณ"), None).keys == ("small_talk.thanks", "menu.hello")


def test_a_tapped_button_a_file_and_an_account_are_no_aside() -> None:
    known = Phrase("anonymity.web", {"site": ""})
    for event in (
        make_event(choice="7.yes"),
        make_event(file=make_file()),
        make_event("ขอบคุณที่เขาให้เงินผมห้าพันบาท"),
        make_event(""),
    ):
        assert find_aside(make_context(event), known, "", takes_text=True) is None


def test_whoever_takes_leave_in_a_case_closes_it() -> None:
    outcome = complaints.decide(make_event("บายค่ะ"), complaints.IN_CASE.replace(step="case"))
    assert outcome.keys == ("track.left", "menu.again")
    assert outcome.kept.receipt is None


# At the service desk.


@pytest.mark.parametrize(
    ("session", "question"),
    [
        (service.AT_MENU, "welcome.again"),
        (service.AT_FOUND, "ask.found"),
        (service.AT_SUSPECT, "ask.suspect"),
        (service.AT_THREAD, "thread.status"),
        (service.AT_OPINION, "poll.item"),
        (service.AT_OPINION.replace(step="answer"), "poll.item"),
    ],
)
@pytest.mark.parametrize(
    ("text", "key"),
    [*WORRIES_AND_SMALL_TALK, ("ฮัลโหล", "small_talk.hello")],
)
def test_fear_and_small_talk_are_answered_at_the_service_desk(
    session: Session, question: str, text: str, key: str
) -> None:
    outcome = service.decide(make_event(text), session)
    draft = "_draft" if session.topic is DialogTopic.OPINION and not key.startswith("worry") else ""
    assert outcome.keys == (f"{key}{draft}", question)
    assert outcome.kept.answers == session.answers
    assert outcome.acts == ()


def test_danger_told_to_the_service_desk_is_answered_and_goes_its_way() -> None:
    outcome = service.decide(make_event("เขาขู่จะฆ่าผมเพราะผมเห็นเขารับเงิน"), service.AT_MENU)
    assert outcome.keys[0] == "worry.threat"
    assert len(outcome.keys) > 1
    assert service.decide(make_event("ขอบคุณค่ะ"), None).keys == ("small_talk.thanks", "welcome.hello")


def test_thanks_for_an_answer_mean_that_it_fits() -> None:
    told = service.AT_FOUND.replace(step="told", answers={**service.AT_FOUND.answers, "shown": "0"})
    assert service.decide(make_event("ขอบคุณค่ะ"), told).keys == ("ask.glad", "welcome.again")


def test_thanks_in_a_message_to_the_officers_are_sent() -> None:
    outcome = service.decide(make_event("ขอบคุณค่ะ"), service.AT_THREAD.replace(step="more"))
    assert outcome.keys == ("thread.sent", "thread.status")


def test_a_slip_where_nothing_may_be_stored_is_quoted_from_memory() -> None:
    outcome = service.decide(make_event("อะไรนะ"), service.AT_SUSPECT)
    assert outcome.replies[0] == describe_unknown_choice(make_event("อะไรนะ"), memory_only=True)
