"""Replies as they stand in the outbox and in stored answers, also those of versions up to 0.5.1.

Those versions stored a reply without its policy and its presentation: `certain` said whether it had to arrive, and its
wording key the rest. The rules of those versions are kept here, for those rows only; a reply of today says it itself.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from handlers.dialog.replies import (
    AS_CASE_STATUS,
    AS_PLAIN_SECTION,
    AS_RECEIPT,
    AS_REVIEW,
    AS_SECTION,
    AS_USUAL,
    ASKS_FOR_QUESTION,
    KEEPS_TEXT,
    MUST_ARRIVE,
    NEUTRAL,
    OF_CASE,
    OFFICER_CONTENT,
    OfficerPageAction,
    Presentation,
    Reply,
    ReplyPolicy,
    TextLabel,
)

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


_LEGACY_PRESENTATIONS = {
    **dict.fromkeys(
        (
            "notice.about",
            "notice.privacy",
            "help.text",
            "ask.filed_code",
            "ask.handover",
            "welcome.privacy",
            "welcome.help",
            "consult.hello",
        ),
        AS_SECTION,
    ),
    **dict.fromkeys(("notice.rule", "report.alternate"), AS_PLAIN_SECTION),
    **dict.fromkeys(("report.filed", "confirm.receipt", "ask.filed"), AS_RECEIPT),
    "report.review": AS_REVIEW,
    "track.status": AS_CASE_STATUS,
    "ask.found": Presentation(text_label=TextLabel.QUESTION, args_as_buttons="titles"),
    **dict.fromkeys(("staff.held.already", "staff.too_long", "staff.reply.ask"), KEEPS_TEXT),
    "staff.confirm.ask": Presentation(officer_page=OfficerPageAction.CONFIRM),
    "staff.held.now": Presentation(officer_page=OfficerPageAction.RELOAD),
    "officer.closed": Presentation(officer_page=OfficerPageAction.CLOSE),
    "officer.title": Presentation(officer_page=OfficerPageAction.ENTER),
}
_ASKING_KEY_PREFIXES = ("ask.", "welcome.", "thread.")


def derive_legacy_presentation(key: str, *, asks: bool) -> Presentation:
    """Return how versions up to 0.5.1 showed a reply by its wording key. asks: whether it has choices."""
    if key in _LEGACY_PRESENTATIONS:
        return _LEGACY_PRESENTATIONS[key]
    return ASKS_FOR_QUESTION if asks and key.startswith(_ASKING_KEY_PREFIXES) else AS_USUAL


def derive_legacy_policy(key: str, *, certain: bool) -> ReplyPolicy:
    """Return the policy that versions up to 0.5.1 gave to a reply by its wording key and `certain`."""
    expires = key.startswith(_EXPIRING_KEY_PREFIXES)
    if certain:
        return MUST_ARRIVE.combine(OFFICER_CONTENT) if expires else MUST_ARRIVE
    if expires:
        return OFFICER_CONTENT
    return OF_CASE if key.startswith(_PROTECTED_KEY_PREFIXES) else NEUTRAL


_ADDED_ARGS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("ask.found", "ask.none", "ask.filed", "ask.filed_code"), ("quoted",)),
    **dict.fromkeys(("ask.told", "ask.told_example"), ("age",)),
}
"""Arguments that the wording of later versions has, by key; nothing stands in their place in an older reply."""


def _add_args(stored: dict[str, Any]) -> dict[str, Any]:
    added = _ADDED_ARGS.get(str(stored.get("key", "")), ())
    return {**stored, "args": {**dict.fromkeys(added, ""), **stored.get("args", {})}} if added else stored


def _upgrade_reply(stored: Any) -> Any:  # noqa: ANN401 - what was read, which pydantic checks next
    """Add what a reply of an earlier version lacks; the replies nested in it are read as phrases without change."""
    if not isinstance(stored, dict):
        return stored
    stored = _add_args(stored)
    if "policy" in stored:
        return stored
    key = str(stored.get("key", ""))
    return {
        **stored,
        "policy": derive_legacy_policy(key, certain=stored.get("certain") is True),
        "presentation": derive_legacy_presentation(key, asks=bool(stored.get("choices"))),
    }


StoredReply = Annotated[Reply, BeforeValidator(_upgrade_reply)]
"""A reply as it is read from a row."""
