"""Single files of a draft: taken out, renamed, and none chosen on a page."""

from handlers.dialog.effects import DeleteFiles, RenameDraftFile
from handlers.dialog.events import Channel
from handlers.dialog.session import Session
from tests.handlers.complaints.draft_steps import FULL, at, decide
from tests.run_decision import make_event, make_file, pick

FIRST, TELLING, THIRD = make_file(1), make_file(2, "สลิป สมชาย.jpg"), make_file(3, "หลักฐาน 1.jpg")


def list_choices(session: Session) -> list[str]:
    asked = decide(make_event("เอ๊ะ"), session).replies[-1]
    return [choice.data.partition(".")[2] for choice in asked.choices]


def test_one_of_several_files_is_taken_out_and_a_second_tap_takes_no_other() -> None:
    before = at("evidence", answers=FULL, files=(FIRST, TELLING))
    tap = pick(before, "drop_file_1")
    first = decide(tap, before)
    assert first.kept.files == (TELLING,)
    assert first.acts == (DeleteFiles((FIRST.id,)),)
    assert first.keys == ("file.dropped", "report.evidence")
    again = decide(tap, first.kept)
    assert (again.kept.files, again.acts) == ((TELLING,), ())
    assert again.keys[0] == "pick.stale"


def test_a_telling_name_is_changed_to_one_that_tells_nothing() -> None:
    before = at("evidence", answers=FULL, files=(FIRST, TELLING, THIRD))
    assert "rename_file_2" in list_choices(before)
    assert "rename_file_1" not in list_choices(before)
    outcome = decide(make_event("เปลี่ยนชื่อไฟล์ 2"), before)
    assert [file.name for file in outcome.kept.files] == ["ภาพ.jpg", "หลักฐาน 2.jpg", "หลักฐาน 1.jpg"]
    assert outcome.acts == (RenameDraftFile(TELLING.id, "หลักฐาน 2.jpg"),)


def test_the_only_file_is_taken_out_by_the_button_in_its_row() -> None:
    before = at("evidence", answers=FULL, files=(FIRST,))
    assert "drop_file_1" not in list_choices(before)
    assert decide(pick(before, "drop_file_1"), before).kept.files == ()


def test_a_file_with_a_telling_name_is_called_so_wherever_it_comes() -> None:
    new = make_file(5, "บัตรสมชาย.jpg")
    at_evidence = decide(make_event(file=new), at("evidence", answers=FULL))
    assert at_evidence.keys == ("file.kept", "file.telling", "report.evidence")
    at_story = decide(make_event(file=new), at("story"))
    assert at_story.keys == ("file.kept", "file.telling_early", "file.early", "report.story")


def test_no_file_is_no_mistake_on_a_page() -> None:
    before = at("evidence", answers=FULL)
    outcome = decide(make_event(""), before)
    assert (outcome.session, outcome.keys) == (before, ("file.none_chosen", "report.evidence"))
    in_chat = decide(make_event("", channel=Channel.TELEGRAM), before)
    assert in_chat.keys[0] == "text.empty"


def test_a_button_of_a_file_that_is_not_there_changes_nothing() -> None:
    before = at("evidence", answers=FULL, files=(FIRST,))
    outcome = decide(pick(before, "drop_file_2"), before)
    assert (outcome.kept.files, outcome.acts, outcome.keys[0]) == ((FIRST,), (), "pick.stale")
