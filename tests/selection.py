"""Which tests run: `make test` takes the quick ones, `make check` all, `make proof` the long ones at full size."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

LEFT_OUT_MARKERS = {"full": "make check", "proof": "make proof"}
"""The command that runs the tests with a marker. Its one argument says what kind of tests they are."""

GROWING_MARKER = "grows"
"""Tests that run in every selection, as large as `SIZES` says; `hypothesis` adds its own marker to property tests."""


class Selection(StrEnum):
    """The value of `--selection`."""

    QUICK = "quick"
    FULL = "full"
    PROOF = "proof"


COMMANDS = {Selection.QUICK: "make test", Selection.FULL: "make check", Selection.PROOF: "make proof"}


@dataclass(frozen=True)
class Sizes:
    """How large tests are that can be of any size.

    kills: rounds of kill -9 under load, about four a second. crowd: people who say the same at once, about 400 a
    second. examples: examples of a property test that asks for 100.
    """

    kills: int
    crowd: int
    examples: int


SIZES = {
    Selection.QUICK: Sizes(kills=3, crowd=60, examples=20),
    Selection.FULL: Sizes(kills=30, crowd=200, examples=100),
    Selection.PROOF: Sizes(kills=2000, crowd=4000, examples=1000),
}


class MarkedTest(Protocol):
    """The part of `pytest.Item` that is needed here."""

    def get_closest_marker(self, name: str) -> Any: ...


def is_selected(test: MarkedTest, selection: Selection) -> bool:
    """Whether a test belongs to a selection."""
    full, proof = (test.get_closest_marker(name) is not None for name in LEFT_OUT_MARKERS)
    if selection is Selection.PROOF:
        return proof or any(test.get_closest_marker(name) for name in (GROWING_MARKER, "hypothesis"))
    return not proof and (selection is Selection.FULL or not full)


def count_left_out(tests: Iterable[MarkedTest], selection: Selection) -> dict[str, dict[str, int]]:
    """How many tests of each kind a selection leaves out, by the command that runs them."""
    found: dict[str, Counter[str]] = {}
    for test in tests:
        if is_selected(test, selection):
            continue
        for name, command in reversed(LEFT_OUT_MARKERS.items()):
            if marker := test.get_closest_marker(name):
                found.setdefault(command, Counter())[marker.args[0]] += 1
                break
        else:
            found.setdefault(COMMANDS[Selection.FULL], Counter())["tests without a size"] += 1
    return {command: dict(kinds) for command, kinds in found.items()}


def format_left_out(left_out: Mapping[str, Mapping[str, int]], selection: Selection) -> list[str]:
    """Lines that say what a selection left out, and which command runs it."""
    sizes, lines = SIZES[selection], []
    for command, kinds in sorted(left_out.items()):
        listed = ", ".join(
            f"{kind} {count}" for kind, count in sorted(kinds.items(), key=lambda one: -one[1])
        )
        lines.append(f"left to `{command}`: {sum(kinds.values())} tests ({listed})")
    larger = [other for other in SIZES if SIZES[other].examples > sizes.examples]
    for other in larger:
        more = SIZES[other]
        lines.append(
            f"larger in `{COMMANDS[other]}`: property tests of {more.examples} examples (here {sizes.examples}), "
            f"{more.kills} kills (here {sizes.kills}), crowds of {more.crowd} (here {sizes.crowd})"
        )
    return lines


def format_skipped(reasons: Iterable[str]) -> list[str]:
    """Lines that say how many tests were skipped for each reason, as pytest reports it; most frequent first."""
    counts = Counter(reason.removeprefix("Skipped: ") for reason in reasons)
    return [
        f"{count} {'test' if count == 1 else 'tests'} skipped: {why}" for why, count in counts.most_common()
    ]
