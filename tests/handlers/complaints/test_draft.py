"""Writing a complaint, decision by decision: each question with everything that people do at it."""

from dataclasses import replace

import pytest

from handlers.complaints.accused.readers import NO_READER_STEP
from handlers.dialog.effects import DeleteFiles
from handlers.dialog.events import Event
from handlers.dialog.replies import (
    AS_PLAIN_SECTION,
    NEUTRAL,
    ExpectedInput,
    Reply,
    raw_text,
)
from handlers.dialog.session import Session
from handlers.staff.members import ListStaff, StaffMember
from handlers.staff.permissions import Role
from tests.handlers.complaints.draft_steps import FORM, FULL, MENU, STORY, ask, at, decide, moved, note
from tests.handlers.complaints.test_conflict_of_interest import make_staff
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import (
    Outcome,
    make_event,
    make_file,
    pick,
)

# At the notice.


def test_who_accepts_the_notice_is_asked_the_first_question() -> None:
    before = at("notice")
    outcome = decide(pick(before, "accept"), before)
    assert outcome.session == moved(before, "category")
    assert outcome.keys == ("report.category",)
    assert outcome.replies[0].args["place"] == 1
    assert outcome.acts == outcome.queries == ()


@pytest.mark.parametrize("typed", ["1", "๑", "ตกลง", "รับทราบ", "ok", "OK."])
def test_the_notice_is_accepted_by_words_too(typed: str) -> None:
    assert decide(make_event(typed), at("notice")).kept.step == "category"


@pytest.mark.parametrize("typed", ["2", "ยกเลิก", "เลิก"])
def test_who_refuses_the_notice_is_back_at_the_menu(typed: str) -> None:
    outcome = decide(make_event(typed), at("notice"))
    assert outcome == Outcome(
        Session(version=3, at=MORNING, prompt_number=7), (note("draft.discarded"), MENU)
    )


def test_refusing_the_notice_with_a_draft_asks_first() -> None:
    before = at("notice", answers={"story": STORY})
    after = moved(before, "cancel", resume="notice")
    assert decide(pick(before, "cancel"), before) == Outcome(
        after, (ask(after, {}, "resume", "discard", wants=ExpectedInput.PICK),)
    )


@pytest.mark.parametrize(
    ("event", "notes"),
    [
        (make_event("เอ๊ะ"), ("pick.unknown",)),
        (make_event("สวัสดี"), ("pick.unclear",)),
        (make_event("ไม่ใช่ว่าไม่ใช่"), ("pick.unclear",)),
        (make_event(choice="6.accept"), ("pick.stale",)),
        (make_event(choice="7.submit"), ("pick.stale",)),
        (make_event(STORY), ("unasked.early_at_notice",)),
        (make_event(file=make_file()), ("file.kept", "file.before_notice")),
    ],
)
def test_anything_else_asks_again_without_the_notice(event: Event, notes: tuple[str, ...]) -> None:
    outcome = decide(event, at("notice"))
    assert outcome.keys == (*notes, "notice.agree")
    assert outcome.kept.step == "notice"
    assert outcome.kept.prompt_number == 7


# At the questions.


def test_a_category_leads_to_the_story() -> None:
    before = at("category")
    after = moved(before, "story", answers={"category": "misconduct"})
    question = ask(
        after,
        {"place": 2, "of": 11, "limit": "20,000", "count": "0"},
        "back",
        "cancel",
        wants=ExpectedInput.LONG,
    )
    assert decide(pick(before, "misconduct"), before) == Outcome(after, (question,))


@pytest.mark.parametrize("typed", ["1", "๑", "ทุจริตต่อหน้าที่", " ทุจริตต่อหน้าที่. "])
def test_a_category_is_picked_by_words_too(typed: str) -> None:
    assert decide(make_event(typed), at("category")).kept.answers == {"category": "corruption"}


def test_the_first_question_cannot_be_gone_back_from() -> None:
    outcome = decide(make_event("ย้อนกลับ"), at("category"))
    assert outcome.keys == ("pick.unclear", "report.category")
    assert outcome.kept == at("category")


@pytest.mark.parametrize(
    ("step", "typed", "following"),
    [
        ("accused", "หัวหน้าพัสดุ", "when"),
        ("where", "ห้องพัสดุ", "evidence"),
        ("witnesses", "สองคน", "elsewhere"),
        ("elsewhere", "เคยแจ้ง ป.ป.ช.", "wish"),
        ("wish", "ขอให้ตรวจสอบ", "head"),
    ],
)
def test_a_typed_answer_leads_to_the_next_question(step: str, typed: str, following: str) -> None:
    before = at(step, answers={"category": "other"})
    outcome = decide(make_event(typed), before)
    assert outcome.session == moved(before, following, answers={"category": "other", step: typed})
    assert outcome.keys == (f"report.{following}",)


@pytest.mark.parametrize("step", ["accused", "when", "where", "evidence", "witnesses", "elsewhere", "wish"])
@pytest.mark.parametrize("typed", ["ข้าม", "skip", "/skip", " ข้าม "])
def test_what_is_optional_is_skipped_by_a_word(step: str, typed: str) -> None:
    before = at(step)
    names = [field.name for field in FORM.active_fields(before)]
    outcome = decide(make_event(typed), before)
    assert outcome.session == moved(before, names[names.index(step) + 1])


@pytest.mark.parametrize("step", [field.name for field in FORM.fields if field.only_if is None][1:])
def test_every_question_but_the_first_can_be_gone_back_from(step: str) -> None:
    before = at(step, answers=FULL)
    names = [field.name for field in FORM.active_fields(before)]
    assert decide(pick(before, "back"), before).session == moved(before, names[names.index(step) - 1])
    assert decide(make_event("กลับ"), before).session == moved(before, names[names.index(step) - 1])


@pytest.mark.parametrize("step", [field.name for field in FORM.fields])
def test_every_question_can_be_cancelled_and_gone_on_with(step: str) -> None:
    before = at(step, answers={**FULL, "named": "named"})
    cancelled = decide(pick(before, "cancel"), before)
    assert cancelled.session == moved(before, "cancel", resume=step)
    assert cancelled.keys == ("report.cancel",)
    resumed = decide(pick(cancelled.kept, "resume"), cancelled.kept)
    assert resumed.session == before.replace(prompt_number=9)


@pytest.mark.parametrize("step", [field.name for field in FORM.fields])
@pytest.mark.parametrize("data", ["6.back", "8.back", "7.submit", "7.", "", "/", "x" * 3000])
def test_a_stale_button_changes_nothing_at_any_question(step: str, data: str) -> None:
    before = at(step, answers={**FULL, "named": "named"})
    outcome = decide(make_event(choice=data), before)
    assert outcome.session == before
    assert outcome.keys[0] == "pick.stale"
    assert outcome.keys[1] in {f"report.{step}", f"report.{step}_more"}
    assert outcome.acts == ()


def test_a_story_grows_until_it_is_called_done() -> None:
    before = at("story")
    first = decide(make_event(STORY), before)
    after = before.replace(answers={"story": STORY})
    args = {"place": 2, "of": 11, "limit": "20,000", "count": f"{len(STORY)}"}
    more = ask(after, args, "done", "rewrite", "back", "cancel", wants=ExpectedInput.LONG, key="story_more")
    assert first == Outcome(after, (more,))
    assert decide(make_event("1"), after).kept.answers["story"] == f"{STORY}\n1"
    assert decide(make_event("เสร็จแล้ว"), after).session == moved(after, "accused")


@pytest.mark.parametrize("story", ["", "ก", "สั้นไป", "😡" * 50])
def test_done_with_too_short_a_story_asks_for_more(story: str) -> None:
    before = at("story", answers={"story": story} if story else {})
    outcome = decide(pick(before, "done"), before)
    assert outcome.session == before
    asked = ("story.short", "report.story_more") if story else ("story.nothing", "report.story")
    assert outcome.keys == asked


def test_a_story_is_told_anew() -> None:
    before = at("story", answers={"category": "other", "story": STORY})
    outcome = decide(pick(before, "rewrite"), before)
    assert outcome.session == before.replace(answers={"category": "other"})
    assert outcome.keys == ("story.rewrite", "report.story")


def test_files_are_collected_until_done_or_cleared() -> None:
    before = at("evidence", files=(make_file(1),))
    more = decide(make_event(file=make_file(2)), before)
    assert more.session == before.replace(files=(make_file(1), make_file(2)))
    assert more.keys == ("file.kept", "report.evidence")
    cleared = decide(pick(before, "clear"), before)
    assert cleared.session == before.replace(files=())
    assert (cleared.keys, cleared.acts) == (
        ("file.cleared", "report.evidence"),
        (DeleteFiles((make_file(1).id,)),),
    )
    assert decide(pick(before, "done"), before).session == moved(before, "witnesses")


BODIES = (
    raw_text("• สำนักงาน ป.ป.ช. https://wbs.nacc.go.th 1205"),
    raw_text("• สำนักงาน ป.ป.ท. https://www.pacc.go.th 1206"),
)
ALTERNATE_OFFICE = OFFICE.model_copy(
    update={"alternate": OFFICE.alternate.model_copy(update={"officers": ("วิชัย มั่นคง",)})}
)
ALTERNATE = make_staff("a", "นายวิชัย มั่นคง")


@pytest.mark.parametrize("value", ["no", "unsure"])
def test_who_does_not_accuse_the_head_goes_on(value: str) -> None:
    before = at("head", answers={"category": "other"})
    outcome = decide(pick(before, value), before)
    assert outcome.session == moved(before, "named", answers={"category": "other", "head": value})
    assert outcome.keys == ("report.named",)


def test_a_complaint_against_the_head_goes_to_the_alternate() -> None:
    before = at("head", answers={"category": "other"})
    outcome = decide(pick(before, "yes"), before, staff=(ALTERNATE,), office=ALTERNATE_OFFICE)
    assert outcome.session == moved(before, "named", answers={"category": "other", "head": "yes"})
    post = "ศูนย์ปฏิบัติการต่อต้านการทุจริต กระทรวงศึกษาธิการ (ศปท. ศธ.)"
    warning = Reply(
        "report.alternate", NEUTRAL, {"post": post, "bodies": BODIES}, presentation=AS_PLAIN_SECTION
    )
    assert outcome.replies[0] == warning
    assert outcome.keys == ("report.alternate", "report.named")


@pytest.mark.parametrize(
    "staff",
    [
        (),
        (make_staff("b", "นายอนันต์ บุญมา"),),
        (replace(ALTERNATE, joined=None),),
        (replace(ALTERNATE, role=Role.ADMIN),),
        (replace(ALTERNATE, role=Role.AUDITOR),),
        (replace(ALTERNATE, removed=MORNING.date()),),
    ],
)
def test_where_no_alternate_can_read_the_truth_is_said_and_a_choice_asked(
    staff: tuple[StaffMember, ...],
) -> None:
    before = at("head", answers={"category": "other"})
    outcome = decide(pick(before, "yes"), before, staff=staff, office=ALTERNATE_OFFICE)
    after = moved(before, NO_READER_STEP, answers={"category": "other", "head": "yes"})
    question = ask(after, {"bodies": BODIES}, "outside", "file_here", "back", wants=ExpectedInput.PICK)
    assert outcome == Outcome(after, (question,), queries=(ListStaff(),))


def test_an_alternate_whom_the_complaint_names_cannot_read_it() -> None:
    before = at("head", answers={"category": "other", "story": "นายวิชัยกับหัวหน้าแบ่งเงินกัน"})
    outcome = decide(pick(before, "yes"), before, staff=(ALTERNATE,), office=ALTERNATE_OFFICE)
    assert outcome.kept.step == NO_READER_STEP


def test_where_all_who_could_read_are_named_the_truth_is_said_too() -> None:
    named = at("head", answers={"category": "other", "story": "นายวิชัยเรียกเงิน"})
    assert decide(pick(named, "no"), named, staff=(ALTERNATE,)).kept.step == NO_READER_STEP
    more = (ALTERNATE, make_staff("b", "นายอนันต์ บุญมา"))
    assert decide(pick(named, "no"), named, staff=more).kept.step == "named"


@pytest.mark.parametrize(("value", "step"), [("outside", "cancel"), ("file_here", "named"), ("back", "head")])
def test_each_way_on_from_the_truth(value: str, step: str) -> None:
    before = at(NO_READER_STEP, answers={**FULL, "head": "yes"})
    outcome = decide(pick(before, value), before)
    assert outcome.session == moved(before, step, resume=NO_READER_STEP if value == "outside" else "")
    assert outcome.acts == ()


def test_who_changes_the_answer_at_the_review_hears_the_truth_and_comes_back_to_it() -> None:
    before = at("head", answers=FULL, editing=True)
    told = decide(pick(before, "yes"), before)
    assert told.kept.step == NO_READER_STEP
    back = decide(pick(told.kept, "file_here"), told.kept)
    assert back.kept.step == "review"
    assert back.keys == ("report.no_reader_review", "report.review")


def test_only_who_gives_a_name_is_asked_for_it() -> None:
    before = at("named", answers={"category": "other"})
    assert decide(pick(before, "anonymous"), before).kept.step == "review"
    named = decide(pick(before, "named"), before)
    assert named.kept.step == "name"
    assert (named.replies[0].args["place"], named.replies[0].args["of"]) == (12, 13)
    assert decide(make_event("สมหญิง"), named.kept).kept.step == "contact"
