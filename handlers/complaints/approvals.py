"""Two persons: what one asks for with a reason, and another approves."""

from dataclasses import dataclass, field
from enum import StrEnum

from handlers.dialog.effects import Act, Query


class ApprovalKind(StrEnum):
    """What may need two persons, as office.toml says."""

    IDENTITY = "identity"  # to open the reporter's name and contact
    UNFOUNDED = "unfounded"  # to close a case as unsubstantiated


@dataclass(frozen=True, slots=True)
class Approval:
    """What was asked for and is still good. approved_by: staff id, empty while nobody approved."""

    id: str
    case: str
    kind: ApprovalKind
    asked_by: str
    approved_by: str = ""
    reason: str = field(default="", repr=False)

    def is_granted_to(self, staff: str) -> bool:
        """Whether a person may now do what they asked for."""
        return bool(self.approved_by) and self.asked_by == staff != self.approved_by


@dataclass(frozen=True, slots=True)
class ListApprovals(Query[tuple[Approval, ...]]):
    """What was asked for in a case and is still good."""

    case: str


@dataclass(frozen=True, slots=True)
class ReadIdentity(Query[tuple[tuple[str, str], ...]]):
    """The reporter's name and contact, as pairs of field and text; empty where none were given."""

    case: str


@dataclass(frozen=True, slots=True)
class RequestApproval(Act):
    """Ask for what needs two; good for a day. number: of the register, for the notice to who may approve."""

    case: str
    number: str
    kind: ApprovalKind
    staff: str
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GrantApproval(Act):
    """Approve what somebody else asked for; a conflict for one's own, or for what is approved or over."""

    id: str
    case: str
    staff: str


@dataclass(frozen=True, slots=True)
class UseApproval(Act):
    """What was approved is done, once."""

    id: str
    case: str
    staff: str
