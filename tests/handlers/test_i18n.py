"""The wording: both languages have the same keys, and all of it renders."""

import re
import string

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus, NonAcceptanceReason, PublicStatus
from handlers.complaints.messages import INTERNAL_ENTRY_KINDS, HistoryEntryKind
from handlers.dialog.events import LANGS, Channel, FileProblem
from handlers.dialog.replies import NEUTRAL, Reply
from handlers.evidence.file_kinds import FileKind, Refusal
from handlers.i18n import WORDING, render_text


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_the_same_keys_and_arguments() -> None:
    assert set(WORDING) == set(LANGS)
    for lang in LANGS:
        assert WORDING["th"].keys() == WORDING[lang].keys(), lang
        assert {
            k for k, thai in WORDING["th"].items() if places(thai) != places(WORDING[lang][k])
        } == set(), lang


def test_every_member_that_is_said_has_words() -> None:
    wanted = {
        *(f"status.{p}" for p in PublicStatus),
        *(f"reason.{r}" for r in NonAcceptanceReason),
        *(f"entry.closed.{o}" for o in CaseOutcome),
        *(f"entry.moved.{s}" for s in CaseStatus),
        *(
            f"entry.{k}"
            for k in HistoryEntryKind
            if k is not HistoryEntryKind.MOVED and k not in INTERNAL_ENTRY_KINDS
        ),
        *(f"file.{p}" for p in FileProblem),
        *(f"kind.{kind.name.lower()}" for kind in FileKind),
        *(f"refused.{refusal}" for refusal in Refusal),
        *(f"{part}.{c}" for part in ("anonymity", "abroad", "advice") for c in Channel),
    }
    assert wanted <= WORDING["th"].keys()


def test_words_of_others_are_never_read_as_ours() -> None:
    braces = Reply("pick.unknown", NEUTRAL, {"text": "{receipt} {0} %s"})
    assert "{receipt} {0} %s" in render_text(braces, "th")


def test_neutral_words_where_a_stranger_may_look() -> None:
    for lang in WORDING.values():
        assert not re.search("ทุจริต|corrupt", lang["track.sent"] + lang["menu.again"] + lang["confirm.ask"])
