"""The lines of the audit trail in words: what was done, and to whom."""

from collections.abc import Mapping

from handlers.dialog.replies import Phrase, ReplyArg, raw_text
from handlers.i18n import WORDING


def describe_audit_action(what: str, names: Mapping[str, str]) -> Phrase:
    """What a line says was done. `hidden:4f2a` names a person of the staff by id after its colon; names: by id.

    A kind without words is shown as the trail has it: a line is never left out.
    """
    kind, _, person = what.partition(":")
    key = f"staff.what.{kind}"
    if key not in WORDING["th"]:
        return raw_text(what)
    whom: ReplyArg = names[person] if person in names else Phrase("staff.by.somebody")
    return Phrase(key, {"whom": whom} if person else {})


def describe_audit_actor(actor: str, names: Mapping[str, str]) -> Phrase:
    """Who a line says did it: a name, or a part that is not the staff's."""
    staff = actor.removeprefix("staff:")
    if staff in names:
        return raw_text(names[staff])
    key = f"staff.by.{actor}"
    return Phrase(key) if key in WORDING["th"] else Phrase("staff.by.somebody")
