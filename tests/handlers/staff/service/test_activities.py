"""`/activity`: published once its officer confirmed what everybody will read; corrected, taken off, put back."""

from dataclasses import replace
from datetime import date, timedelta

from handlers.participation.messages import (
    Activity,
    ActivityKind,
    ActivityTakers,
    ActivityText,
    ListActivities,
    PublishActivity,
    SetActivityShown,
)
from handlers.staff.members import AuditRefusal
from handlers.staff.permissions import Role
from handlers.staff.service.activities import REMOVE_WORDS
from handlers.staff.state import AwaitingText
from handlers.thai.dates import to_bangkok_date
from tests.handlers.staff.officer_commands import list_commands, make_member
from tests.handlers.staff.service.service_officer import give, told
from tests.in_memory_desk import MORNING
from tests.run_decision import Outcome

TEXT = ActivityText(
    ActivityKind.MEETING, date(2026, 10, 12), "แผน", (ActivityTakers("ครู", 20),), "เพิ่มสองโครงการ"
)
KNOWN = Activity(2570, 1, TEXT, date(2026, 10, 13), is_shown=True)
WORDS = "ประชุม 12 ต.ค. 2569\nเรื่อง: แผน\nผู้เข้าร่วม: ครู 20\nผล: เพิ่มสองโครงการ"


def tell(words: str, *known: Activity, **more: object) -> Outcome:
    return give(words, answers={ListActivities: known}, **more)  # type: ignore[arg-type]


def type_on(words: str, before: Outcome, *known: Activity) -> Outcome:
    """Type what the answer before waits for."""
    pending = before.kept.officer.service.pending
    assert isinstance(pending, AwaitingText)
    return tell(f"{pending.command.to_command_text()} {words}", *known, session=before.kept)


def confirm(asked: Outcome, *known: Activity) -> PublishActivity:
    """Confirm an activity as it was shown."""
    assert told(asked) == ("activity.ask", ())
    _, (act,) = told(tell(list_commands(asked.replies[0].choices)[0], *known, session=asked.kept))
    assert isinstance(act, PublishActivity)
    return act


def test_it_is_published_once_confirmed_and_not_twice() -> None:
    asked = tell(f"/กิจกรรม {WORDS}")
    assert told(asked) == ("activity.ask", ())
    yes, no = list_commands(asked.replies[0].choices)
    done = tell(yes, session=asked.kept)
    key, (act,) = told(done)
    assert key == "activity.done"
    assert isinstance(act, PublishActivity)
    assert (act.text, act.replaces) == (TEXT, None)
    assert told(tell(yes, session=done.kept)) == ("send_stale", ())
    assert told(tell(no, session=asked.kept)) == ("activity.dropped", ())


def test_what_is_wrong_is_told_and_nothing_waits() -> None:
    wrong = tell("/activity meeting 12 Oct 2026")
    assert told(wrong) == ("activity.incomplete", ())
    assert wrong.kept.officer.service.remark is None


def test_it_may_be_told_in_several_messages() -> None:
    lacking = tell("/กิจกรรม")
    for words in ("ประชุม", "12 ต.ค. 2569 ค่ะ", "เรื่อง: แผ", "เรื่อง: แผน\nผู้เข้าร่วม: ครู 20"):
        lacking = type_on(words, lacking)
        assert told(lacking) == ("activity.incomplete", ())
    assert confirm(type_on("ผล: เพิ่มสองโครงการ", lacking)).text == TEXT


def test_particles_relative_days_and_what_is_kept_are_told() -> None:
    lacking = tell("/กิจกรรม ประชุม เมื่อวานค่ะ\nผู้เข้าร่วม: ครู 20 คน, ผู้ปกครอง 15 คนค่ะ, ผู้แทนตำบล")
    (reply,) = lacking.replies
    assert "ผู้แทนตำบล" in str(reply.args["wrong"])
    assert "ผู้ปกครอง 15 คนค่ะ" in str(reply.args["kept"])
    asked = type_on("ผู้เข้าร่วม: ครู 20 นะคะ\nเรื่อง: แผน\nผล: เพิ่มสองโครงการ", lacking)
    act = confirm(asked)
    assert act.text.takers == TEXT.takers
    assert act.text.day == to_bangkok_date(MORNING) - timedelta(1)


def test_words_without_a_label_go_on_with_the_part_before() -> None:
    lacking = tell("/กิจกรรม เรื่อง: แผน\nผล: เพิ่มสอง")
    asked = type_on("ผู้เข้าร่วม: ครู 20", type_on("ประชุม 12 ต.ค. 2569", type_on("โครงการ", lacking)))
    assert confirm(asked).text == replace(TEXT, outcome="เพิ่มสอง\nโครงการ")


def test_a_correction_in_several_messages_replaces_the_one_that_is_named() -> None:
    lacking = tell("/กิจกรรม แก้ 1/2570 ประชุม 12 ต.ค. 2569", KNOWN)
    assert told(lacking) == ("activity.incomplete", ())
    act = confirm(type_on(WORDS.partition("\n")[2], lacking, KNOWN), KNOWN)
    assert (act.text, act.replaces) == (TEXT, (2570, 1))


def test_the_whole_text_again_replaces_what_was_told() -> None:
    lacking = tell("/กิจกรรม ร่วมวางแผน 1 ต.ค. 2569\nเรื่อง: อื่น")
    assert confirm(type_on(WORDS, lacking)).text == TEXT


def test_a_correction_replaces_the_one_that_is_named() -> None:
    asked = tell(f"/กิจกรรม แก้ 1/2570 {WORDS}", KNOWN)
    yes = list_commands(asked.replies[0].choices)[0]
    _, (act,) = told(tell(yes, KNOWN, session=asked.kept))
    assert isinstance(act, PublishActivity)
    assert act.replaces == (2570, 1)
    assert told(tell(f"/กิจกรรม แก้ 9/2570 {WORDS}", KNOWN)) == ("activity.unknown", ())


def test_it_is_taken_off_and_put_back_and_twice_changes_nothing() -> None:
    off = replace(KNOWN, is_shown=False)
    for word in REMOVE_WORDS:
        key, acts = told(tell(f"/activity {word} 1/2570", KNOWN))
        assert (key, [type(act) for act in acts]) == ("activity.off", [SetActivityShown])
    assert told(tell("/activity off ๑/๒๕๗๐", off)) == ("activity.off_already", ())
    key, (act,) = told(tell("/activity on 1/2570", off))
    assert isinstance(act, SetActivityShown)
    assert act.is_shown
    assert told(tell("/activity on 1/2570", KNOWN)) == ("activity.on_already", ())
    assert told(tell("/activity off 7/2570", KNOWN)) == ("activity.unknown", ())


def test_without_words_it_lists_and_shows_how() -> None:
    assert told(tell("/activity")) == ("activity.none", ())
    assert told(tell("/activity", KNOWN)) == ("activity.list", ())


def test_who_may_not_any_more_publishes_nothing() -> None:
    asked = tell(f"/activity {WORDS}")
    yes = list_commands(asked.replies[0].choices)[0]
    left = tell(yes, session=asked.kept, staff=make_member("s3", Role.AUDITOR))
    assert [type(act) for act in left.acts] == [AuditRefusal]
