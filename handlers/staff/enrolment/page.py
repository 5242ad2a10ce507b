"""Decide what the page of an enrolment shows: nothing before the six digits, the second factor after them.

The digits are told in person or on the telephone. Wrong ones are counted for the person who is invited, whichever link
and browser they come from, so that a new link brings no new attempts.
"""

from datetime import datetime
from hashlib import sha256

from handlers.dialog.attempts import GetAttempts, SaveAttempts, find_lockout_end, record_failure
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import NEUTRAL, OfficerPageAction, Presentation, Reply
from handlers.staff.enrolment.messages import AreInvitationDigits, FindEnrolment, OpenEnrolment
from handlers.staff.members import AuditRefusal
from handlers.staff.two_factor import normalize_totp_code

ENROLMENT_CLOSED = Reply(
    "officer.enrol_closed", NEUTRAL, presentation=Presentation(officer_page=OfficerPageAction.CLOSE)
)
ENROLMENT_ENTERED = Reply(
    "enrol.title", NEUTRAL, presentation=Presentation(officer_page=OfficerPageAction.ENTER)
)


def derive_digits_key(staff: str) -> bytes:
    """Return the key under which wrong digits of an invited person are counted."""
    return sha256(b"invitation digits" + staff.encode()).digest()


def check_invitation_digits(secret: str, now: datetime, typed: str) -> Decision:
    """Check the digits of an invitation on the page of an enrolment. secret: of its link."""
    enrolment = yield from run_query(FindEnrolment(secret))
    if enrolment is None:
        return TurnResult(None, (ENROLMENT_CLOSED,))
    key, lang = derive_digits_key(enrolment.staff.id), enrolment.lang
    attempts = yield from run_query(GetAttempts(key))
    if until := find_lockout_end(attempts, now):
        return TurnResult(None, (Reply("enrol.wait", NEUTRAL, {"until": until}),), (), lang)
    digits = normalize_totp_code(typed)
    if not digits or not (yield from run_query(AreInvitationDigits(secret, digits))):
        failed = SaveAttempts(key, record_failure(attempts, now))
        wrong = Reply("enrol.wrong", NEUTRAL)
        return TurnResult(None, (wrong,), (failed, AuditRefusal("enrol", enrolment.staff.id)), lang)
    return TurnResult(None, (ENROLMENT_ENTERED,), (OpenEnrolment(secret, enrolment.staff.id),), lang)
