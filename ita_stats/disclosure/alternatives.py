"""Alternative registers: other registers from which exactly the same releases would have been published.

A reader knows everything that was ever released: exact rows (received, and their states, by month), the shown figures
of breakdowns, and the rule by which others are hidden. A hidden figure is safe where there is a second register,
different in that figure, from which the reader would have seen the same. This module looks for such a register, by
giving a few cases another label (category, source or outcome) or by exchanging the states of two of them. Whatever it
finds is proof, so the search may be incomplete: it can call a safe figure unsafe, never an unsafe one safe.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import NamedTuple

GroupKey = tuple[object, ...]
"""What a group is known by."""
MAX_RELABELLINGS = 3
"""Cases that are given another label in one rival world."""
MAX_SEARCH_TRIES = 100


class TableLine(NamedTuple):
    """One line of figures of a release: its kind ("row", "received" or "state") and which of them."""

    release: int
    kind: str
    which: str


class TableCell(NamedTuple):
    """The figure of a label in a line."""

    line: TableLine
    label: str


class Relabelling(NamedTuple):
    """A case of a group that gets another label."""

    group: GroupKey
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """Cases that the reader's exact figures count alike: the lines they are in, and how many have which label."""

    lines: tuple[TableLine, ...]
    labels: tuple[str, ...]
    label_counts: Counter[str]


UNSEEN_NODE = 0
"""The node of cases that the reader sees in no shown cell."""
GroupStates = Mapping[GroupKey, Counter[tuple[str, str]]]


@dataclass(slots=True)
class VisiblePatterns:
    """Nodes: cases of a label that the reader sees in exactly the same shown cells; their groups, and their label."""

    nodes: dict[tuple[GroupKey, str], int] = field(default_factory=dict)
    groups: dict[int, list[GroupKey]] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)


@dataclass
class DisclosureModel:
    """The register as it is, seen through one split, and the cells that are hidden from the reader.

    states_by_release: how many of a group have which label and state; empty where a split has no states.
    hidden: cells that the reader sees a dash in; largest_small: figures from 1 to this one are small; newest_release:
    the newest one that is out; cutoff_indexes: which of the counted days is the cut-off of each release.
    """

    labels: tuple[str, ...]
    groups: dict[GroupKey, CaseGroup]
    states_by_release: dict[int, GroupStates]
    values: Counter[TableCell]
    totals: Counter[TableLine]
    largest_small: int
    hidden: set[TableCell] = field(default_factory=set)
    newest_release: int = 0
    cutoff_indexes: tuple[int, ...] = ()
    _small_cells: dict[int, list[TableCell]] = field(default_factory=dict)

    def is_small(self, cell: TableCell, change: int = 0) -> bool:
        """Whether a figure is one that the rule hides."""
        return 0 < self.values[cell] + change <= self.largest_small

    def find_safe_cells(self, targets: set[TableCell]) -> set[TableCell]:
        """Those of some hidden cells that have another value in a rival world."""
        sight = self._find_visible_patterns()
        found: set[TableCell] = set()
        for target in sorted(targets):
            if target not in found:
                found |= self.find_alternative(target, sight).keys()
        return found & targets

    def find_alternative(self, target: TableCell, sight: VisiblePatterns | None = None) -> Counter[TableCell]:
        """What changes in a rival world in which a hidden cell has another value; empty where none was found."""
        sight = self._find_visible_patterns() if sight is None else sight
        if target.line.kind == "state" and (changes := self._exchange_states(target)):
            return changes
        line, label = target
        at = TableLine(line.release, "received", "") if line.kind == "state" else line
        starts = [
            move
            for key, group in self.groups.items()
            if at in group.lines and label in group.labels
            for other in group.labels
            for move in (Relabelling(key, label, other), Relabelling(key, other, label))
            if other != label and group.label_counts[move.old]
        ]
        for moves in islice(self._list_rings(starts, sight), MAX_SEARCH_TRIES):
            changed = self._compute_changes(moves, target)
            if changed and changed[target]:
                return changed
        return Counter()

    def has_alternative(self, key: GroupKey) -> bool:
        """Whether in some rival world a case of a group has another label than here."""
        group = self.groups[key]
        starts = [
            Relabelling(key, old, new)
            for old in group.labels
            if group.label_counts[old]
            for new in group.labels
            if new != old
        ]
        rings = islice(self._list_rings(starts, self._find_visible_patterns()), MAX_SEARCH_TRIES)
        return any(self._compute_changes(moves, None) is not None for moves in rings)

    def _find_visible_patterns(self) -> VisiblePatterns:
        """In which shown cells the reader sees the cases of each group and label."""
        sight, numbers = VisiblePatterns(), dict[tuple[str, tuple[TableLine, ...]], int]()
        for key, group in self.groups.items():
            for label in group.labels:
                shown = tuple([line for line in group.lines if (line, label) not in self.hidden])
                node = numbers.setdefault((label, shown), len(numbers) + 1) if shown else UNSEEN_NODE
                sight.nodes[key, label] = node
                sight.groups.setdefault(node, []).append(key)
                sight.labels[node] = label
        return sight

    # Where two cases of a month stand, exchanged: nothing is received otherwise, and no month stands otherwise.

    def _exchange_states(self, target: TableCell) -> Counter[TableCell]:
        line, label = target
        for state in sorted({w.which for w in self.totals if w[:2] == line[:2]} - {line.which}):
            other = TableLine(line.release, line.kind, state)
            if TableCell(other, label) not in self.hidden:
                continue
            for to in self.labels:
                tile = {TableCell(line, to), TableCell(other, to)}
                if to == label or not tile <= self.hidden:
                    continue
                for sign in (1, -1):
                    one, two = (line.which, state) if sign == 1 else (state, line.which)
                    changes = Counter(
                        {
                            target: -sign,
                            TableCell(line, to): sign,
                            TableCell(other, label): sign,
                            TableCell(other, to): -sign,
                        }
                    )
                    if self._can_exchange(line.release, label, to, one, two) and self._keeps_rule(changes):
                        return changes
        return Counter()

    def _can_exchange(self, release: int, label: str, to: str, state: str, other: str) -> bool:
        """Whether one case of `label` may leave a state for another while one of `to` comes, month by month."""
        twins = [r for r in self._list_releases_on_day(self.cutoff_indexes[release]) if r != release]
        seen, ahead = {label}, [label]
        while ahead:
            at = ahead.pop()
            for key, units in self.states_by_release[release].items():
                # Two releases of one day say the same of a month: there nothing changes in only one of them.
                if units[at, state] < 1 or any(key in self.states_by_release[twin] for twin in twins):
                    continue
                for following in self.labels:
                    if following not in seen and units[following, other] > 0:
                        seen.add(following)
                        ahead.append(following)
        return to in seen

    # Cases that get another label, in a ring: what each shown cell loses by one it gets back by another.

    def _list_rings(
        self, starts: list[Relabelling], sight: VisiblePatterns
    ) -> Iterator[tuple[Relabelling, ...]]:
        for length in range(1, MAX_RELABELLINGS + 1):
            for move in starts:
                ends = sight.nodes[move.group, move.new], sight.nodes[move.group, move.old]
                yield from self._close_rings((move,), *ends, sight, length)

    def _close_rings(
        self, moves: tuple[Relabelling, ...], excess: int, lack: int, sight: VisiblePatterns, length: int
    ) -> Iterator[tuple[Relabelling, ...]]:
        """Rings of just so many moves: what is too many at one node goes on, until it comes to where one lacks."""
        if excess == lack:
            if len(moves) == length:
                yield moves
            return
        if len(moves) == length:
            return
        for move in self._list_relabellings(excess or lack, sight, onward=excess != UNSEEN_NODE):
            if any(move.group == before.group for before in moves):
                continue
            if excess != UNSEEN_NODE:
                ends = sight.nodes[move.group, move.new], lack
            else:
                ends = UNSEEN_NODE, sight.nodes[move.group, move.old]
            yield from self._close_rings((*moves, move), *ends, sight, length)

    def _list_relabellings(self, end: int, sight: VisiblePatterns, *, onward: bool) -> Iterator[Relabelling]:
        """The moves that leave a node, or that come to it."""
        own = sight.labels[end]
        for key in sight.groups[end]:
            group = self.groups[key]
            for label in group.labels:
                if label != own and group.label_counts[own if onward else label]:
                    yield Relabelling(key, own, label) if onward else Relabelling(key, label, own)

    def _compute_changes(
        self, moves: tuple[Relabelling, ...], target: TableCell | None
    ) -> Counter[TableCell] | None:
        """What moves change, with a state for each moved case in each release; None where the reader sees it."""
        changes: Counter[TableCell] = Counter()
        for move in moves:
            for line in self.groups[move.group].lines:
                if line.release <= self.newest_release:
                    changes[TableCell(line, move.old)] -= 1
                    changes[TableCell(line, move.new)] += 1
        for day in (
            sorted(set(self.cutoff_indexes[: self.newest_release + 1])) if self.states_by_release else ()
        ):
            options = self._list_unseen_changes(self._list_releases_on_day(day), moves)
            if (
                target is not None
                and target.line.kind == "state"
                and self.cutoff_indexes[target.line.release] == day
            ):
                options = (option for option in options if option[target])
            best = next(options, None)
            if best is None:
                return None
            changes.update(best)
        changed = Counter({cell: by for cell, by in changes.items() if by})
        return changed if changed.keys() <= self.hidden and self._keeps_rule(changed) else None

    def _list_releases_on_day(self, day: int) -> list[int]:
        """The releases of one day that are out."""
        return [release for release in range(self.newest_release + 1) if self.cutoff_indexes[release] == day]

    def _list_unseen_changes(
        self, releases: list[int], moves: tuple[Relabelling, ...]
    ) -> Iterator[Counter[TableCell]]:
        """What may change in the states of the releases of a day without being seen there."""
        inside = [move for move in moves if any(move.group in self.states_by_release[r] for r in releases)]
        for states in product(*(self._list_states(releases, move) for move in inside)):
            option: Counter[TableCell] = Counter()
            for move, state in zip(inside, states, strict=True):
                for release in releases:
                    if move.group in self.states_by_release[release]:
                        option[TableCell(TableLine(release, "state", state), move.old)] -= 1
                        option[TableCell(TableLine(release, "state", state), move.new)] += 1
            if all(cell in self.hidden for cell, by in option.items() if by):
                yield option

    def _list_states(self, releases: list[int], move: Relabelling) -> list[str]:
        """Where cases of a group stand that have the label which one of them loses."""
        counts = next(
            self.states_by_release[r][move.group] for r in releases if move.group in self.states_by_release[r]
        )
        return sorted({state for (label, state), n in counts.items() if label == move.old and n})

    def _keeps_rule(self, changes: Mapping[TableCell, int]) -> bool:
        """Whether every release that hides a small figure would still hide one: else the reader would know better."""
        if any(self.values[cell] + by < 0 for cell, by in changes.items()):
            return False
        for release in {cell.line.release for cell in changes if cell.line.release <= self.newest_release}:
            small = [cell for cell in self._list_small_cells(release) if cell in self.hidden]
            if small and all(cell in changes for cell in small):
                moved = (cell for cell in changes if cell.line.release == release)
                if not any(self.is_small(cell, changes[cell]) for cell in moved):
                    return False
        return True

    def _list_small_cells(self, release: int) -> list[TableCell]:
        """The small figures of a release."""
        if release not in self._small_cells:
            cells = (
                cell for cell in self.values if cell.line.release == release and cell.label in self.labels
            )
            self._small_cells[release] = [cell for cell in cells if self.is_small(cell)]
        return self._small_cells[release]
