"""Approvals by a second person: what one officer requests with a reason and another must approve."""

from dataclasses import dataclass, field
from enum import StrEnum

from handlers.dialog.effects import Act, Query


class ApprovalKind(StrEnum):
    """What may need a second person's approval, as office.toml sets it."""

    IDENTITY = "identity"  # to open the reporter's name and contact
    UNFOUNDED = "unfounded"  # to close a case as unsubstantiated


@dataclass(frozen=True, slots=True)
class Approval:
    """A request that is still valid. approved_by: staff id; empty until it is approved."""

    id: str
    case: str
    kind: ApprovalKind
    asked_by: str
    approved_by: str = ""
    reason: str = field(default="", repr=False)

    def is_granted_to(self, staff: str) -> bool:
        """Whether the request is this person's own and somebody else has approved it."""
        return bool(self.approved_by) and self.asked_by == staff != self.approved_by


@dataclass(frozen=True, slots=True)
class ListApprovals(Query[tuple[Approval, ...]]):
    """Get the valid requests of a case."""

    case: str


@dataclass(frozen=True, slots=True)
class ReadIdentity(Query[tuple[tuple[str, str], ...]]):
    """Get the reporter's name and contact, as pairs of field and text; empty where none were given."""

    case: str


@dataclass(frozen=True, slots=True)
class RequestApproval(Act):
    """Request an approval, valid for one day. number: the register number, for the notice to those who may approve."""

    case: str
    number: str
    kind: ApprovalKind
    staff: str
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GrantApproval(Act):
    """Approve another person's request. A conflict for one's own, and for one already approved or expired."""

    id: str
    case: str
    staff: str


@dataclass(frozen=True, slots=True)
class UseApproval(Act):
    """Mark an approval as used. It is good for one use."""

    id: str
    case: str
    staff: str
