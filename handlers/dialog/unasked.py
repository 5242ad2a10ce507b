"""Replies to what no question asked for, shared by both desks."""

from handlers.dialog.events import UnreadableKind
from handlers.dialog.replies import NEUTRAL, Reply


def describe_unreadable(kind: UnreadableKind) -> Reply:
    """Say that a message of this kind brought nothing that could be kept, and what to do instead."""
    return Reply(f"unreadable.{kind}", NEUTRAL)
