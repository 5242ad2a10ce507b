"""`/remark`: which period is meant, what would be printed is shown, and only a confirmed text is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.dialog.replies import Phrase, raw_text
from handlers.questions.pii import REDACTION_MARK, find_pii
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName
from handlers.staff.remark_messages import FindRemark, SetRemark
from handlers.staff.remarks import MAX_REMARK_LENGTH
from tests.handlers.staff.officer_commands import SUPERVISOR, give, list_commands
from tests.properties import examples
from tests.run_decision import Outcome

YEAR = Phrase("staff.remark.year", {"year": 2570})


def write(words: str, current: str = "") -> Outcome:
    """What a supervisor is answered on 22 November 2569."""
    return give(f"/remark {words}".strip(), staff=SUPERVISOR, answers={FindRemark: current})


@pytest.mark.parametrize(
    ("word", "code", "name"),
    [
        ("2569-11", "2569-11", raw_text("พฤศจิกายน 2569")),
        ("๒๕๖๙-๑๑", "2569-11", raw_text("พฤศจิกายน 2569")),
        ("2569-1", "2569-01", raw_text("มกราคม 2569")),
        ("2570", "fy2570", YEAR),
        ("fy2570", "fy2570", YEAR),
        ("FY๒๕๗๐", "fy2570", YEAR),
    ],
)
def test_a_month_and_a_fiscal_year_are_read(word: str, code: str, name: Phrase) -> None:
    shown = write(word, "เปิดช่องทางใหม่")
    assert shown.queries[-1] == FindRemark(code)
    assert (shown.keys, shown.acts) == (("staff.remark.some",), ())
    assert shown.replies[0].args == {"period": name, "text": "เปิดช่องทางใหม่", "code": code}
    assert list_commands(shown.replies[0].choices) == [f"/remark {code} -"]
    assert write(word).keys == ("staff.remark.none",)


@pytest.mark.parametrize(
    "words",
    ["", "2026-11 ก", "2569-13 ก", "2569-00 ก", "69-11 ก", "2569-11ก", "เดือนนี้ ก", "fy2569-11 ก", "9999 ก"],
)
def test_any_other_word_is_told_how(words: str) -> None:
    told = write(words)
    assert (told.keys, told.acts) == (("staff.remark.how",), ())


@pytest.mark.parametrize("words", ["2569-12 ก", "2571 ก", "2569-12"])
def test_what_has_not_come_has_no_remark(words: str) -> None:
    told = write(words)
    assert (told.keys, told.acts) == (("staff.remark.future",), ())


def test_a_text_is_shown_and_kept_only_once_confirmed() -> None:
    asked = write("2569-11 เดือนนี้\n  เปิดช่องทาง\u202e LINE")
    prompt = asked.kept.prompt_number
    assert (asked.keys, asked.acts) == (("staff.remark.ask",), ())
    assert asked.replies[0].args["text"] == "เดือนนี้ เปิดช่องทาง LINE"
    assert asked.replies[0].args["found"] == Phrase("staff.remark.clean")
    assert list_commands(asked.replies[0].choices) == [f"/confirm y{prompt}", f"/confirm n{prompt}"]
    kept = give(f"/confirm y{prompt}", staff=SUPERVISOR, session=asked.kept)
    assert kept.keys == ("staff.remark.done",)
    assert kept.acts == (SetRemark("2569-11", "เดือนนี้ เปิดช่องทาง LINE", "s3"),)
    assert kept.kept.officer.complaints.proposal is None
    dropped = give(f"/confirm n{prompt}", staff=SUPERVISOR, session=asked.kept)
    assert (dropped.keys, dropped.acts) == (("staff.remark.dropped",), ())
    again = give(f"/confirm y{prompt}", staff=SUPERVISOR, session=kept.kept)
    assert (again.keys, again.acts) == (("staff.confirm.stale",), ())


def test_personal_data_is_marked_before_it_is_shown() -> None:
    asked = write("2570 สอบถาม นายสมชาย ใจดี โทร 081-234-5678 เลข 1101700207366")
    printed = f"สอบถาม {REDACTION_MARK} โทร {REDACTION_MARK} เลข "
    assert str(asked.replies[0].args["text"]).startswith(printed)
    assert asked.replies[0].args["found"] == Phrase(
        "staff.remark.found",
        {"found": ", ".join(find_pii("นายสมชาย ใจดี โทร 081-234-5678 เลข 1101700207366"))},
    )
    kept = give(f"/confirm y{asked.kept.prompt_number}", staff=SUPERVISOR, session=asked.kept)
    (act,) = kept.acts
    assert isinstance(act, SetRemark)
    assert (act.period, act.text) == ("fy2570", asked.replies[0].args["text"])
    assert "สมชาย" not in repr(kept.kept)


def test_what_is_printed_is_at_most_300_characters() -> None:
    assert write("2569-11 " + "ก" * MAX_REMARK_LENGTH).keys == ("staff.remark.ask",)
    too_long = write("2569-11 " + "ก" * (MAX_REMARK_LENGTH + 1))
    assert (too_long.keys, too_long.acts) == (("staff.too_long",), ())
    assert too_long.replies[0].args == {"limit": 300, "count": "301"}


def test_a_remark_is_removed_where_there_is_one() -> None:
    removed = write("2569-11 -", "เดิม")
    assert (removed.keys, removed.acts) == (("staff.remark.removed",), (SetRemark("2569-11", "", "s3"),))
    nothing = write("2569-11 -")
    assert (nothing.keys, nothing.acts) == (("staff.remark.none",), ())


@examples(150)
@given(st.text(max_size=80), st.sampled_from(["", "0812345678", "นางสาวมาลี ใจดี", "a@b.go.th", "<b>", "=1+1"]))
def test_what_is_kept_is_what_was_shown(words: str, more: str) -> None:
    asked = write(f"2569-11 x{words} {more}")
    assert asked.acts == ()
    if asked.keys != ("staff.remark.ask",):
        return
    kept = give(f"/confirm y{asked.kept.prompt_number}", staff=SUPERVISOR, session=asked.kept)
    assert kept.acts == (SetRemark("2569-11", str(asked.replies[0].args["text"]), "s3"),)
    assert more[:1] in "<=" or not find_pii(more) or more not in str(asked.replies[0].args["text"])


def test_a_button_of_an_earlier_remark_keeps_nothing() -> None:
    first = write("2569-11 หนึ่ง")
    second = give("/remark 2569-11 สอง", staff=SUPERVISOR, session=first.kept)
    old = give(f"/confirm y{first.kept.prompt_number}", staff=SUPERVISOR, session=second.kept)
    assert (old.keys, old.acts) == (("staff.confirm.stale",), ())
    proposal = second.kept.officer.complaints.proposal
    assert proposal is not None
    assert proposal.command == ParsedCommand(CommandName.REMARK, rest="2569-11 สอง")
