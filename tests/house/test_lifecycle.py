"""A new state, transition, outcome, reason or source is missing from no table, text or documentation page."""

import re
from enum import StrEnum

import pytest

from handlers.complaints.import_vocabulary import (
    OUTCOME_WORDS,
    SOURCE_WORDS,
    STATUS_WORDS,
    list_outcome_words,
    list_source_words,
    list_status_words,
)
from handlers.complaints.lifecycle import (
    OUTCOME_RULES,
    STATUS_RULES,
    TRANSITION_RULES,
    TRANSITIONS_BY_COMMAND,
    CaseOutcome,
    CaseSource,
    CaseStatus,
    NonAcceptanceReason,
    PublicStatus,
    Transition,
    get_channel_source,
    get_outcome_rules,
    get_status_rules,
    get_transition_rules,
)
from handlers.i18n import WORDING
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from ita_stats.strings import STATISTICS_STRINGS
from tests.house.source_tree import ROOT

GLOSSARY = (ROOT / "docs/glossary.md").read_text("utf-8")
RULES_OF_CASES = (ROOT / "docs/rules-of-cases.md").read_text("utf-8")


class Forgotten(StrEnum):
    """An enum with a member that no table has a row for."""

    MEMBER = "forgotten"


@pytest.mark.parametrize(
    "get_rules",
    [
        get_status_rules,
        get_transition_rules,
        get_outcome_rules,
        get_channel_source,
        list_source_words,
        list_status_words,
        list_outcome_words,
    ],
)
def test_a_member_without_its_row_stops_the_import(get_rules: object) -> None:
    with pytest.raises(AssertionError, match="forgotten"):
        get_rules(Forgotten.MEMBER)  # type: ignore[operator]


def test_every_member_has_its_row() -> None:
    assert list(STATUS_RULES) == list(CaseStatus)
    assert list(TRANSITION_RULES) == list(Transition)
    assert list(OUTCOME_RULES) == list(CaseOutcome)


@pytest.mark.parametrize("lang", ["th", "en"])
def test_every_member_has_its_words(lang: str) -> None:
    wanted = {f"status.{status}" for status in PublicStatus}
    for status, rules in STATUS_RULES.items():
        wanted |= {f"staff.status.{status}", f"staff.did.{status}", f"entry.moved.{status}"}
        wanted |= {f"status.{rules.public_status}"}
    for outcome, told in OUTCOME_RULES.items():
        wanted |= {f"entry.closed.{outcome}"} | ({f"staff.outcome.{outcome}"} if told.typed_words else set())
    wanted |= {f"staff.source.{source}" for source in CaseSource}
    wanted |= {f"reason.{reason}" for reason in NonAcceptanceReason}
    wanted |= {f"staff.what.{move}" for move in Transition}
    wanted |= {f"staff.order.{command}" for command in TRANSITIONS_BY_COMMAND}
    assert wanted - WORDING[lang].keys() == set()  # type: ignore[index]


def test_every_outcome_can_be_reached() -> None:
    closed_by_officers = frozenset[CaseOutcome]().union(*(r.closing_outcomes for r in STATUS_RULES.values()))
    assert closed_by_officers == set(CaseOutcome) - {CaseOutcome.WITHDRAWN}
    by_a_word = {outcome for outcome, rules in OUTCOME_RULES.items() if rules.typed_words}
    by_a_command = {outcome for outcome, rules in OUTCOME_RULES.items() if rules.is_forwarding}
    assert by_a_word | by_a_command == closed_by_officers


def test_every_step_is_of_a_command_that_is_carried_out_or_of_the_reporter() -> None:
    assert {m for m, rules in TRANSITION_RULES.items() if not rules.commands} == {Transition.WITHDRAW}
    assert TRANSITIONS_BY_COMMAND.keys() <= COMPLAINTS_COMMAND_TABLE.rows.keys()
    assert len(TRANSITIONS_BY_COMMAND) == sum(len(rules.commands) for rules in TRANSITION_RULES.values())
    assert {m for rules in STATUS_RULES.values() for m in rules.transitions} == set(Transition)


def test_old_registers_can_say_every_state_outcome_and_source() -> None:
    assert set(SOURCE_WORDS.values()) == set(CaseSource)
    assert set(STATUS_WORDS.values()) == set(CaseStatus)
    assert set(OUTCOME_WORDS.values()) == set(CaseOutcome)


def test_the_statistics_name_every_outcome_and_source() -> None:
    assert list(STATISTICS_STRINGS["source"]) == [source.value for source in CaseSource]
    assert list(STATISTICS_STRINGS["outcome"]) == [outcome.value for outcome in CaseOutcome]


def list_glossary_rows(name: str) -> dict[str, str]:
    """The glossary rows of the members of an enum, by member."""
    return dict(re.findall(rf"^(?:\|[^|]*){{2}}\| `{name}\.([A-Z_]+)` \|(.*)$", GLOSSARY, re.MULTILINE))


@pytest.mark.parametrize("words", [CaseStatus, Transition, CaseOutcome, NonAcceptanceReason])
def test_the_glossary_has_a_line_for_every_member(words: type[StrEnum]) -> None:
    assert list(list_glossary_rows(words.__name__)) == [member.name for member in words]


def test_the_glossary_says_the_public_word_of_every_state() -> None:
    for name, rest in list_glossary_rows("CaseStatus").items():
        public = STATUS_RULES[CaseStatus[name]].public_status
        assert rest.strip() == f"{WORDING['th'][f'status.{public}']} `PublicStatus.{public.name}` |"


@pytest.mark.parametrize(
    ("column", "words"), [("status", STATUS_WORDS), ("outcome", OUTCOME_WORDS), ("source", SOURCE_WORDS)]
)
def test_the_page_about_registers_offers_words_for_every_member(
    column: str, words: dict[str, StrEnum]
) -> None:
    line = re.search(rf"^\| `{column}` \|[^|]*\|([^|]*)\|$", RULES_OF_CASES, re.MULTILINE)
    assert line is not None
    offered = {words[word.lower()] for word in line[1].replace("หรือเว้นว่าง", "").split()}
    # An imported register cannot contain cases from this program's terminal.
    assert offered == set(type(next(iter(words.values())))) - {CaseSource.TERMINAL}


@pytest.mark.parametrize("lang", ["th", "en"])
def test_who_wrote_an_unknown_state_is_told_every_one(lang: str) -> None:
    told = WORDING[lang]["import.status"]  # type: ignore[index]
    assert {STATUS_WORDS[w] for w in re.split(r"[\s,;]+", told) if w in STATUS_WORDS} == set(CaseStatus)
