"""Replies as they stand in the outbox and in stored answers, also those of versions up to 0.5.1.

Those versions stored a reply without its policy: `certain` said whether it had to arrive, and the beginning of its
wording key whether it was protected and whether it expired. The rules of those versions are kept here, for those rows
only; a reply of today says its policy itself.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator

from handlers.dialog.replies import MUST_ARRIVE, NEUTRAL, OF_CASE, OFFICER_CONTENT, Reply, ReplyPolicy

_PROTECTED_KEY_PREFIXES = (
    "track.",
    "confirm.",
    "news.on",
    "report.review",
    "report.filed",
    "staff.",
    "thread.held",
    "inquiry.opinion_contact",
)
_EXPIRING_KEY_PREFIXES = (
    "staff.join.",
    "staff.facts",
    "staff.files.some",
    "staff.history",
    "staff.confirm.ask",
    "staff.elsewhere",
    "staff.page.link",
    "inquiry.opinion_contact",
    "staff.identity.link",
    "staff.export.link",
    "staff.import.link",
)


def derive_legacy_policy(key: str, *, certain: bool) -> ReplyPolicy:
    """Return the policy that versions up to 0.5.1 gave to a reply by its wording key and `certain`."""
    expires = key.startswith(_EXPIRING_KEY_PREFIXES)
    if certain:
        return MUST_ARRIVE.combine(OFFICER_CONTENT) if expires else MUST_ARRIVE
    if expires:
        return OFFICER_CONTENT
    return OF_CASE if key.startswith(_PROTECTED_KEY_PREFIXES) else NEUTRAL


def _upgrade_reply(stored: Any) -> Any:  # noqa: ANN401 - what was read, which pydantic checks next
    """Add what a reply of an earlier version lacks; the replies nested in it are read as phrases without change."""
    if not isinstance(stored, dict) or "policy" in stored:
        return stored
    certain = stored.get("certain") is True
    return {**stored, "policy": derive_legacy_policy(str(stored.get("key", "")), certain=certain)}


StoredReply = Annotated[Reply, BeforeValidator(_upgrade_reply)]
"""A reply as it is read from a row."""
