"""Describe lines of the audit trail in words: who did what, and to whom."""

from collections.abc import Mapping

from handlers.dialog.replies import Phrase, ReplyArg, raw_text
from handlers.i18n import WORDING


def describe_audit_action(what: str, names: Mapping[str, str]) -> Phrase:
    """Return what was done. After a colon stands the id of the staff member concerned: `hidden:4f2a`.

    names: of the staff, by id. A kind without a wording is shown as it is stored: no line is ever left out.
    """
    kind, _, person = what.partition(":")
    key = f"staff.what.{kind}"
    if key not in WORDING["th"]:
        return raw_text(what)
    whom: ReplyArg = names[person] if person in names else Phrase("staff.by.somebody")
    return Phrase(key, {"whom": whom} if person else {})


def describe_audit_actor(actor: str, names: Mapping[str, str]) -> Phrase:
    """Return who did it: the name of a staff member, or a part of the system. names: of the staff, by id."""
    staff = actor.removeprefix("staff:")
    if staff in names:
        return raw_text(names[staff])
    key = f"staff.by.{actor}"
    return Phrase(key) if key in WORDING["th"] else Phrase("staff.by.somebody")
