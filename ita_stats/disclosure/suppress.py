"""Choose which figures of breakdowns are hidden, so that nobody can derive a small one.

First the small figures themselves, and those that differ by a small number from what an earlier release showed. Then
further ones, zeros among them, until each hidden figure of this and of every earlier release has another value in an
alternative register. Among equally good choices a keyed hash decides, so that the choice reveals nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from ita_stats.disclosure.alternatives import DisclosureModel, TableCell, TableLine
from ita_stats.disclosure.release_view import ReleaseView

MAX_ROUNDS = 200
SuppressionTarget = TableCell | tuple[object, ...]
"""A hidden cell, or the key of a group."""


@dataclass
class SuppressionSolver:
    """Decides release after release of one split; what was decided stays.

    model: all releases, with everything hidden that is not decided yet; salt: a secret of the desk;
    published_values: figures as earlier releases were published, which a corrected register would give otherwise;
    unsolvable: what no hiding in its release could make safe, for it follows from what is exact or was shown before.
    """

    model: DisclosureModel
    releases: Sequence[ReleaseView]
    salt: bytes
    published_values: Mapping[TableCell, int] = field(default_factory=dict)
    unsolvable: set[SuppressionTarget] = field(default_factory=set)
    _undecided: dict[int, set[TableCell]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with every figure unseen."""
        for line, total in self.model.totals.items():
            cells = {TableCell(line, label) for label in self.model.labels} if total else set[TableCell]()
            self.model.hidden |= cells
            self._undecided.setdefault(line.release, set()).update(cells)

    def load_published(self, k: int, hidden: Iterable[TableCell]) -> None:
        """Take a release as it was published: these cells hidden, all others shown."""
        kept = set(hidden) & self._undecided.get(k, set())
        self.model.hidden -= self._undecided.get(k, set()) - kept

    def solve(self, k: int) -> None:
        """Hide in release k what must be, and show the rest."""
        self.model.newest_release = k
        mine = self._undecided.get(k, set())
        shown, hidden = self._find_unchanged_rows(k)
        mine -= shown
        self.model.hidden -= mine | shown
        small = self._find_primary(k, mine)
        self._hide(small | self._find_sparse_cells(mine, small) | (hidden & mine))
        unsafe = self._find_unsafe(k)
        for _ in range(MAX_ROUNDS):
            target = self._pick_target(k, unsafe - self.unsolvable)
            if target is None:
                break
            before = self.get_hidden(k)
            if self._can_protect(target, mine):
                self._suppress_more(k, target)
            else:
                self.unsolvable.add(target)
            # What was safe stays so while more is hidden: only the rest, and what is hidden now, is looked at again.
            doubtful = unsafe | (self.get_hidden(k) - before)
            unsafe = doubtful - self.model.find_safe_cells(doubtful)
        self._reveal_known(k, small)

    def _reveal_known(self, k: int, small: set[TableCell]) -> None:
        """Show what is known whatever is hidden, and is not small: a dash would only pretend."""
        for cell in sorted(self.get_hidden(k) & self.unsolvable - small):
            self.model.hidden.discard(cell)
            if self._find_unsafe(k) - self.unsolvable:
                self.model.hidden.add(cell)
            else:
                self.unsolvable.discard(cell)

    def _find_sparse_cells(self, mine: set[TableCell], small: set[TableCell]) -> set[TableCell]:
        """All of a line that has a small figure and few cases for so many labels: so which are 0 does not show."""
        enough = (self.model.largest_small + 1) * len(self.model.labels)
        lines = {cell.line for cell in small if self.model.totals[cell.line] < enough}
        return {cell for cell in mine if cell.line in lines}

    def get_hidden(self, k: int) -> set[TableCell]:
        """What release k hides."""
        return self._undecided.get(k, set()) & self.model.hidden

    def _find_primary(self, k: int, mine: set[TableCell]) -> set[TableCell]:
        """Small figures, and those that grew by a small number since a release that showed them."""
        found = {cell for cell in mine if self.model.is_small(cell)}
        for j in range(k):
            if self.releases[j].period.first != self.releases[k].period.first:
                continue
            line, before = TableLine(k, "received", ""), TableLine(j, "received", "")
            for label in self.model.labels:
                old, new = TableCell(before, label), TableCell(line, label)
                grown = abs(self.model.values[new] - self.model.values[old])
                if old not in self.model.hidden and 0 < grown <= self.model.largest_small:
                    found.add(new)
        return (found | self._find_corrected(k, mine)) & mine

    def _find_corrected(self, k: int, mine: set[TableCell]) -> set[TableCell]:
        """Figures that a correction changed by a small number: old and new side by side would tell the few cases."""
        places = (
            (self._find_same_cell(cell, k), figure)
            for cell, figure in self.published_values.items()
            if cell.line.release < k
        )
        return {
            cell
            for cell, figure in places
            if cell in mine and 0 < abs(self.model.values[cell] - figure) <= self.model.largest_small
        }

    def _find_same_cell(self, cell: TableCell, k: int) -> TableCell | None:
        """The cell of release k that counts the same cases as one of an earlier release, were nothing corrected."""
        line, then, now = cell.line, self.releases[cell.line.release], self.releases[k]
        if line.kind == "row":
            months = then.rows[int(line.which)]
            return (
                TableCell(TableLine(k, "row", str(now.rows.index(months))), cell.label)
                if months in now.rows
                else None
            )
        if then.period.first != now.period.first:
            return None
        if line.kind == "state" and (then.day_index, then.period.last) != (now.day_index, now.period.last):
            return None
        return TableCell(TableLine(k, line.kind, line.which), cell.label)

    def _find_unchanged_rows(self, k: int) -> tuple[set[TableCell], set[TableCell]]:
        """Rows that an earlier release showed or hid stay shown or hidden: they are the same cases."""
        shown, hidden = set[TableCell](), set[TableCell]()
        rows = self.releases[k].rows
        for j, edition in enumerate(self.releases[:k]):
            for i, months in enumerate(edition.rows):
                if months not in rows:
                    continue
                here, there = TableLine(k, "row", str(rows.index(months))), TableLine(j, "row", str(i))
                if not self.model.totals[there] or self.model.totals[there] != self.model.totals[here]:
                    continue
                if any(self.published_values.get(c, n) != n for c, n in self._list_line_figures(there)):
                    continue  # corrected since: no longer the same cases
                for label in self.model.labels:
                    (hidden if TableCell(there, label) in self.model.hidden else shown).add(
                        TableCell(here, label)
                    )
        return shown, hidden - shown

    def _list_line_figures(self, line: TableLine) -> Iterator[tuple[TableCell, int]]:
        """The figures of a line, as the register has them now."""
        for label in self.model.labels:
            yield TableCell(line, label), self.model.values[TableCell(line, label)]

    def _hide(self, cells: set[TableCell]) -> None:
        """Hide cells; where what was received is hidden, so is where those cases stand."""
        wider = set(cells)
        for cell in cells:
            if cell.line.kind == "received":
                own = self._undecided[cell.line.release]
                wider |= {c for c in own if c.label == cell.label and c.line.kind == "state"}
        self.model.hidden |= wider

    def _list_targets(self, k: int) -> set[TableCell]:
        return {cell for j in range(k + 1) for cell in self.get_hidden(j)}

    def _find_unsafe(self, k: int) -> set[TableCell]:
        targets = self._list_targets(k)
        return targets - self.model.find_safe_cells(targets)

    def _pick_target(self, k: int, unsafe: set[TableCell]) -> SuppressionTarget | None:
        """A hidden cell that can be worked out, or a month that shows to be of one kind only; None if there is none."""
        if unsafe:
            return min(
                unsafe, key=lambda cell: (self._hash_order(cell), cell)
            )  # of two releases they may be alike
        uniform = (key for key in self._list_uniform_groups(k) if key not in self.unsolvable)
        return next((key for key in uniform if not self.model.has_alternative(key)), None)

    def _list_uniform_groups(self, k: int) -> Iterator[tuple[object, ...]]:
        """Months of one kind only. What becomes of one of their cases later is public, and would tell its kind."""
        for key, group in self.model.groups.items() if self.model.states_by_release else ():
            if sum(1 for n in group.label_counts.values() if n) == 1 and any(
                line.release <= k for line in group.lines
            ):
                yield key

    def _suppress_more(self, k: int, target: SuppressionTarget) -> None:
        """Hide as few more cells of release k as make a target safe."""
        own, before = self._undecided.get(k, set()), set(self.model.hidden)
        label = target.label if isinstance(target, TableCell) else self._get_only_label(target)
        options = {frozenset(option & own - before) for option in self._list_options(k, label)}
        for option in sorted(options - {frozenset()}, key=lambda o: (len(o), self._hash_order(*o))):
            if self._can_protect(target, set(option)):
                self._hide(set(option))
                return
        self._hide(own)

    def _can_protect(self, target: SuppressionTarget, cells: set[TableCell]) -> bool:
        """Whether a target would be safe if these cells were hidden too."""
        before = set(self.model.hidden)
        self._hide(cells)
        safe = (
            self.model.find_alternative(target)
            if isinstance(target, TableCell)
            else self.model.has_alternative(target)
        )
        self.model.hidden = before
        return bool(safe)

    def _get_only_label(self, key: tuple[object, ...]) -> str:
        return next(label for label, n in self.model.groups[key].label_counts.items() if n)

    def _list_options(self, k: int, label: str) -> Iterator[set[TableCell]]:
        """Sets of cells whose hiding may let a case pass between a label and another."""
        rows = [TableLine(k, "row", str(i)) for i in range(len(self.releases[k].rows))]
        rows = [line for line in rows if self.model.totals[line]]
        states = [TableLine(k, "state", s) for s in ("done", "in_progress", "not_accepted")]
        received = TableLine(k, "received", "")
        for other in self.model.labels:
            if other == label:
                continue
            pair = (label, other)

            def list_pair_cells(*lines: TableLine, pair: tuple[str, str] = pair) -> set[TableCell]:
                return {TableCell(line, one) for line in lines for one in pair}

            whole = list_pair_cells(received, *states)
            yield whole
            yield list_pair_cells(*rows) | whole
            yield list_pair_cells(*rows)
            for i, row in enumerate(rows):
                yield list_pair_cells(row)
                yield list_pair_cells(row) | whole
                for following in rows[i + 1 :]:
                    yield list_pair_cells(row, following)
                    yield list_pair_cells(row, following) | whole
            for i, state in enumerate(states):
                yield list_pair_cells(state, states[i - 1])
                yield from (list_pair_cells(state, states[i - 1], row) for row in rows)
            yield list_pair_cells(*states)

    def _hash_order(self, *cells: TableCell) -> bytes:
        """An order that nobody knows who has not the salt."""
        words = "\n".join(sorted(f"{c.line.kind}/{c.line.which}/{c.label}" for c in cells))
        return sha256(self.salt + words.encode()).digest()
