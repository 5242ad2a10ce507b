"""A decision on one report of a matter, made of another of its reports."""

from datetime import date

from handlers.complaints.lifecycle import TransitionRequest, list_steps_of_matter
from handlers.complaints.messages import ActorKind, ApplyTransition
from handlers.staff.complaints.matters.reports import MatterReport


def list_transitions_of_report(
    report: MatterReport, decided: TransitionRequest, staff: str, on: date
) -> list[ApplyTransition]:
    """Return the acts that make an officer's decision without a text of another report, in its own state."""
    return [
        ApplyTransition(report.id, seq, on, step, status, ActorKind.OFFICE, staff=staff)
        for seq, (step, status) in enumerate(list_steps_of_matter(report.status, decided), report.seq + 1)
    ]
