"""No sequence of messages breaks the conversation, loses what was typed, or reveals what it must not."""

from hypothesis import given
from hypothesis import strategies as st

from handlers.dialog.events import Channel, FileProblem
from handlers.dialog.session import DialogTopic
from tests.in_memory_desk import WHOLE_REPORT, InMemoryDesk
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
                "0123-4567-89AB-CDEF-V",
                "12 ม.ค. 2569",
                "😡",
            ),
        ]
    ),
    st.text(max_size=40),
)
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
    st.integers(0, len(WHOLE_REPORT)),
    st.lists(deeds, min_size=1, max_size=25),
)
def test_any_talk(channel: Channel, begun: int, talk: list[tuple[str, object]]) -> None:
    stage = InMemoryDesk(channel=channel)
    person = stage.new_user()
    for line in WHOLE_REPORT[:begun]:
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
        # A session that knows a case holds no draft that would have to be stored, and the reverse.
        assert not (session.receipt and session.files)
        assert session.topic is not DialogTopic.LAPSED
        assert (session.topic is DialogTopic.CONFIRM) <= (session.receipt is not None)
