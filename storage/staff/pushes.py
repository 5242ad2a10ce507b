"""What the staff is told without having asked: the kinds of pushes, and which of them are worth one of few."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from handlers.dialog.replies import CAN_WAIT, MUST_ARRIVE, Choice, ExpectedInput, Phrase, Reply, ReplyArg
from handlers.staff.permissions import CommandName, ServiceCommandName


class PushKind(StrEnum):
    """Why somebody of the staff is told something."""

    NEW = "new"
    """A case or a question came, or its reporter asks for another look."""
    REPORTER_WROTE = "reporter_wrote"
    DUE = "due"
    """A day is near, has come or has passed."""
    ASSIGNED = "assigned"
    TAKEN_AWAY = "taken_away"
    NOT_SENT = "not_sent"
    """What they wrote to a reporter was not sent: the case had moved on, or a supervisor took it back."""
    APPROVAL = "approval"
    """A colleague asks for what takes two."""
    DIGITS = "digits"
    """The digits of an invitation wait for them, to tell them to who is invited."""
    STAFF = "staff"
    """Somebody was invited to the staff, joined it, or was taken off it."""
    SYSTEM = "system"
    """The program itself: its pushes, its publishing, what is mended."""
    ALARM = "alarm"
    """Something of the machine has to be mended: a disk, a backup, a certificate, the clock."""


GOES_WHEN_FEW_ARE_LEFT: Mapping[PushKind, bool] = {
    PushKind.NEW: True,
    PushKind.REPORTER_WROTE: True,
    PushKind.DUE: True,
    PushKind.ASSIGNED: False,
    PushKind.TAKEN_AWAY: False,
    PushKind.NOT_SENT: False,
    PushKind.APPROVAL: False,
    PushKind.DIGITS: True,
    PushKind.STAFF: False,
    PushKind.SYSTEM: False,
    PushKind.ALARM: True,
}
"""Whether a push is sent on a platform whose pushes of the month run low (LINE, from 70 % on).

The others come with the officer's next reply; on LINE the red dot of the menu says that there is something.
"""


@dataclass(frozen=True, slots=True)
class StaffPush:
    """A push to the staff: no content of a case, but its number and days. choices: its buttons.

    is_for_other: it goes to who stands in for somebody, and says so.
    """

    kind: PushKind
    notice: Phrase
    choices: tuple[Choice, ...] = ()
    is_for_other: bool = False

    def with_args(self, **args: ReplyArg) -> "StaffPush":
        """Return the push with more arguments of its wording, such as a day in the reader's language."""
        return replace(self, notice=replace(self.notice, args={**self.notice.args, **args}))

    def to_reply(self) -> Reply:
        """Return the push as it is put into the outbox. A typed number never picks one of its buttons."""
        policy = MUST_ARRIVE if GOES_WHEN_FEW_ARE_LEFT[self.kind] else CAN_WAIT
        wants = ExpectedInput.REGISTER if self.choices else None
        if self.is_for_other:
            return Reply("staff.notice.for_other", policy, {"notice": self.notice}, self.choices, wants)
        return Reply(self.notice.key, policy, self.notice.args, self.choices, wants)


def make_case_push(kind: PushKind, notice: Phrase, number: str) -> StaffPush:
    """Return a push about a case, with a button that opens it. number: its register number."""
    opens = Choice(f"/{CommandName.CASE} {number}", "staff.notice.open", {"number": number})
    return StaffPush(kind, notice, (opens,))


def make_question_push(kind: PushKind, key: str, number: str) -> StaffPush:
    """Return a push about a question, with a button that opens it. key: of its wording; number: its register number."""
    opens = Choice(f"/{ServiceCommandName.QUESTION} {number}", "inquiry.notice.open", {"number": number})
    return StaffPush(kind, Phrase(key, {"number": number}), (opens,))


def make_taken_away_push(number: str) -> StaffPush:
    """Return what an officer hears who has a case no more, in the same words for whatever reason."""
    notice = Phrase("staff.notice.taken_away", {"number": number})
    inbox = Choice(f"/{CommandName.INBOX}", CommandName.INBOX.label_key)
    return StaffPush(PushKind.TAKEN_AWAY, notice, (inbox,))
