"""No sequence of messages breaks the conversation, loses what was typed, or reveals what it must not."""

from hypothesis import given
from hypothesis import strategies as st

from handlers.complaints.messages import FileCase
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.events import Channel, FileProblem
from handlers.dialog.session import DialogTopic, Session
from tests.in_memory_desk import OFFICE, SHORT_OFFICE, SHORT_REPORT, WHOLE_REPORT, InMemoryDesk
from tests.properties import examples

texts = st.one_of(
    st.sampled_from(
        [
            *(
                "/start",
                "/report",
                "/track",
                "/cancel",
                "/en",
                "/th",
                "/help",
                "/privacy",
                "/start track",
                "/x",
            ),
            *("แจ้งเรื่อง", "ติดตาม", "ยกเลิก", "ย้อนกลับ", "ข้าม", "เสร็จแล้ว", "ตกลง", "ส่ง", "English", "ไทย"),
            *(
                "1",
                "๒",
                "99",
                "",
                "เจ้าหน้าที่เรียกรับเงินจากผู้ปกครอง",
                "เพิ่มในเหตุการณ์ที่เล่า",
                "ไม่เก็บข้อความนี้",
                "0123-4567-89AB-CDEF-V",
                "12 ม.ค. 2569",
                "ให้ถามทีละข้อ",
                "อ่านประกาศฉบับเต็ม",
                "แก้ไข",
                "ไม่ใช่ค่ะ",
                "😡",
            ),
        ]
    ),
    st.text(max_size=40),
)
WAYS = {"guided": (OFFICE, WHOLE_REPORT), "short": (SHORT_OFFICE, SHORT_REPORT)}
"""The office and a whole report of each way."""

deeds = st.one_of(
    st.tuples(st.just("text"), texts),
    st.tuples(st.just("pick"), st.integers(0, 12)),  # a button of the last message
    st.tuples(st.just("old"), st.integers(0, 200)),  # a button of any earlier message
    st.tuples(st.just("file"), st.sampled_from([None, *FileProblem])),
    st.tuples(st.just("wait"), st.sampled_from([1, 29, 30, 600])),
    st.tuples(st.just("mine"), st.just(0)),  # the receipt that was given
)


@examples(150)
@given(
    st.sampled_from(list(Channel)),
    st.sampled_from(list(WAYS)),
    st.integers(0, len(WHOLE_REPORT)),
    st.lists(deeds, min_size=1, max_size=25),
)
def test_any_talk(channel: Channel, way: str, begun: int, talk: list[tuple[str, object]]) -> None:
    office, report = WAYS[way]
    stage = InMemoryDesk(ComplaintsDesk(office), channel=channel)
    person = stage.new_user()
    for line in report[:begun]:
        person.say(line)
    for kind, value in talk:
        person.messages = person.messages[-60:]
        buttons = [data for m in person.messages for _, data in m.choices]
        last = person.messages[-1].choices if person.messages else ()
        match kind, value:
            case "text", str():
                said = person.send_event(text=value)
            case "pick", int() if value < len(last):
                said = person.send_event(choice=last[value][1])
            case "old", int() if buttons:
                said = person.send_event(choice=buttons[value % len(buttons)])
            case "file", problem:
                said = person.send_file("ก.png", problem=problem)
            case "wait", int():
                stage.advance_clock(minutes=value)
                continue
            case "mine", _ if person.receipt:
                said = person.send_event(text=person.receipt)
            case _:
                continue
        assert said.strip()
        assert person.messages[-1].choices, "a person is never left without a way on"
        assert len(person.messages[-1].choices) <= 13
        session = person.session
        if session.unconfirmed is not None:
            assert session.topic in {DialogTopic.MENU, DialogTopic.REPORT, DialogTopic.TRACK}
            assert not session.unconfirmed.memory_only or not session.answers
        # A session that knows a case holds no draft that would have to be stored, and the reverse.
        assert not (session.receipt and session.files)
        assert session.topic is not DialogTopic.LAPSED
        assert (session.topic is DialogTopic.CONFIRM) <= (session.receipt is not None)


PIECES = [f"ข้อความที่ {number} เล่าถึงเรื่องที่เกิดขึ้น" for number in "กขคงจฉชซ"]
"""Texts that tell something, none of which is a part of another."""

CHOICES_IN_A_DRAFT = frozenset({"category", "head", "named", "review", "edit", "cancel", "open"})


@examples(150)
@given(
    st.sampled_from(list(Channel)),
    st.sampled_from(list(WAYS)),
    st.integers(2, len(WHOLE_REPORT)),
    st.lists(
        st.one_of(
            st.tuples(st.just("tell"), st.integers(0, 0)),
            st.tuples(st.just("pick"), st.integers(0, 12)),
            st.tuples(st.just("old"), st.integers(0, 200)),
            st.tuples(st.just("file"), st.integers(0, 0)),
            st.tuples(
                st.just("say"), st.sampled_from(["/en", "/th", "/cancel", "ย้อนกลับ", "1", "2", "3", "ส่ง"])
            ),
        ),
        min_size=1,
        max_size=25,
    ),
)
def test_what_is_told_at_a_choice_is_filed_if_and_only_if_it_was_confirmed(
    channel: Channel, way: str, begun: int, talk: list[tuple[str, int | str]]
) -> None:
    office, report = WAYS[way]
    stage = InMemoryDesk(ComplaintsDesk(office), channel=channel)
    person = stage.new_user()
    for line in report[:begun]:
        person.say(line)
    left, waiting, confirmed, refused = [*PIECES], list[str](), set[str](), set[str]()
    for kind, value in talk:
        before = person.session
        last = person.messages[-1].choices
        buttons = [data for m in person.messages[-60:] for _, data in m.choices]
        filed = len(stage.filed_cases)
        match kind, value:
            case "tell", _ if left and _is_at_choice(before):
                person.send_event(text=left[0])
                waiting.append(left.pop(0))
            case "pick", int() if value < len(last):
                person.send_event(choice=last[value][1])
            case "old", int() if buttons:
                person.send_event(choice=buttons[value % len(buttons)])
            case "file", _:
                person.send_file("ก.png")
            case "say", str():
                person.send_event(text=value)
            case _:
                continue
        after = person.session
        if len(stage.filed_cases) > filed or not after.has_draft:
            _assert_filed(stage.filed_cases[filed:], confirmed, refused | {*waiting})
            waiting, confirmed, refused = [], set(), set()
        elif after.unconfirmed is None:
            kept = "\n".join(after.answers.values())
            newly = {piece for piece in waiting if piece in kept}
            assert newly in (set(), {*waiting}), "texts that wait are decided on together"
            confirmed |= newly
            refused |= {*waiting} - newly
            waiting = []
        else:
            assert all(piece in after.unconfirmed.text for piece in waiting)
        told = "\n".join(after.answers.values())
        if not _is_at_choice(before):  # an answer may have been replaced
            confirmed = {piece for piece in confirmed if piece in told}
        assert not any(piece in told for piece in {*waiting, *refused})


def _is_at_choice(session: Session) -> bool:
    return session.topic is DialogTopic.REPORT and (
        session.step in CHOICES_IN_A_DRAFT or session.unconfirmed is not None
    )


def _assert_filed(cases: list[FileCase], confirmed: set[str], others: set[str]) -> None:
    for case in cases:
        filed = "\n".join((*case.answers.values(), *case.identity.values()))
        assert all(piece in filed for piece in confirmed)
        assert not any(piece in filed for piece in others)
