"""What the page of an enrolment decides on the digits that are typed into it."""

import pytest

from handlers.dialog.attempts import Attempts, GetAttempts, SaveAttempts, record_failure
from handlers.staff.enrolment.messages import AreInvitationDigits, Enrolment, FindEnrolment, OpenEnrolment
from handlers.staff.enrolment.page import check_invitation_digits, derive_digits_key
from handlers.staff.members import AuditRefusal, StaffMember, StaffProfile
from handlers.staff.permissions import Role
from tests.in_memory_desk import MORNING
from tests.run_decision import PERSON, Answers, run_queries

NO_ATTEMPTS = Attempts()

PERSON_INVITED = StaffMember("s9", Role.OFFICER, StaffProfile("สมหญิง"))
ENROLMENT = Enrolment(PERSON_INVITED, PERSON, "SECRET", ("AAAAA-BBBBB",), "th", is_opened=False)
KEY = derive_digits_key("s9")


def check(typed: str, *, right: bool, tries: Attempts = NO_ATTEMPTS) -> tuple[str, tuple[object, ...]]:
    answers: Answers = {FindEnrolment: ENROLMENT, GetAttempts: tries, AreInvitationDigits: right}
    turn, _ = run_queries(check_invitation_digits("link", MORNING, typed), answers)
    return turn.replies[0].key, turn.acts


def test_the_right_digits_open_the_page() -> None:
    assert check("123 456", right=True) == ("enrol.title", (OpenEnrolment("link", "s9"),))
    assert check("๑๒๓๔๕๖", right=True)[0] == "enrol.title"


@pytest.mark.parametrize(("typed", "right"), [("123456", False), ("", True), ("12345", True), ("abc", True)])
def test_wrong_ones_are_counted_for_the_invited_person(typed: str, right: bool) -> None:
    failed = SaveAttempts(KEY, record_failure(Attempts(), MORNING))
    assert check(typed, right=right) == ("enrol.wrong", (failed, AuditRefusal("enrol", "s9")))


def test_after_five_the_right_ones_are_not_looked_at() -> None:
    tries = Attempts()
    for _ in range(5):
        tries = record_failure(tries, MORNING)
    assert check("123456", right=True, tries=tries) == ("enrol.wait", ())
    assert derive_digits_key("s8") != KEY


def test_a_link_that_has_ended_says_so() -> None:
    turn, queries = run_queries(check_invitation_digits("link", MORNING, "123456"), {FindEnrolment: None})
    assert (turn.replies[0].key, turn.acts, len(queries)) == ("officer.enrol_closed", (), 1)
