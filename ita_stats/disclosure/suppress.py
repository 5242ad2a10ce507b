"""Chooses which figures of the splits are hidden, so that nobody can work a small one out.

First the small figures themselves, and those that differ by a small number from what an earlier release showed. Then
further ones, zeros among them, until each hidden figure of this and of every earlier release has another value in a
rival world. Among equally good choices a keyed hash decides, so that the choice tells nothing about the figures.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from ita_stats.disclosure.alternatives import DisclosureModel, TableCell, TableLine
from ita_stats.disclosure.release_view import ReleaseView

MOST_ROUNDS = 200
Target = TableCell | tuple[object, ...]
"""A hidden cell, or the key of a group."""


@dataclass
class SuppressionSolver:
    """Decides edition after edition of one split; what was decided stays.

    world: all editions, with everything hidden that is not decided yet; salt: a secret of the desk;
    told: figures as earlier editions were published, which a corrected register would give otherwise;
    stuck: what no hiding in its edition could make safe, for it follows from what is exact or was shown before.
    """

    world: DisclosureModel
    editions: Sequence[ReleaseView]
    salt: bytes
    told: Mapping[TableCell, int] = field(default_factory=dict)
    stuck: set[Target] = field(default_factory=set)
    _open: dict[int, set[TableCell]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with every figure unseen."""
        for line, total in self.world.totals.items():
            cells = {TableCell(line, label) for label in self.world.labels} if total else set[TableCell]()
            self.world.hidden |= cells
            self._open.setdefault(line.release, set()).update(cells)

    def take(self, k: int, hidden: Iterable[TableCell]) -> None:
        """Take an edition as it was published: these cells hidden, all others shown."""
        kept = set(hidden) & self._open.get(k, set())
        self.world.hidden -= self._open.get(k, set()) - kept

    def decide(self, k: int) -> None:
        """Hide in edition k what must be, and show the rest."""
        self.world.now = k
        mine = self._open.get(k, set())
        shown, hidden = self._as_before(k)
        mine -= shown
        self.world.hidden -= mine | shown
        small = self._primary(k, mine)
        self._hide(small | self._meagre(mine, small) | (hidden & mine))
        unsafe = self._all_unsafe(k)
        for _ in range(MOST_ROUNDS):
            target = self._next(k, unsafe - self.stuck)
            if target is None:
                break
            before = self.hidden(k)
            if self._helps(target, mine):
                self._mend(k, target)
            else:
                self.stuck.add(target)
            # What was safe stays so while more is hidden: only the rest, and what is hidden now, is looked at again.
            doubtful = unsafe | (self.hidden(k) - before)
            unsafe = doubtful - self.world.safe(doubtful)
        self._undash(k, small)

    def _undash(self, k: int, small: set[TableCell]) -> None:
        """Show what is known whatever is hidden, and is not small: a dash would only pretend."""
        for cell in sorted(self.hidden(k) & self.stuck - small):
            self.world.hidden.discard(cell)
            if self._all_unsafe(k) - self.stuck:
                self.world.hidden.add(cell)
            else:
                self.stuck.discard(cell)

    def _meagre(self, mine: set[TableCell], small: set[TableCell]) -> set[TableCell]:
        """All of a line that has a small figure and few cases for so many labels: so which are 0 does not show."""
        enough = (self.world.small + 1) * len(self.world.labels)
        lines = {cell.line for cell in small if self.world.totals[cell.line] < enough}
        return {cell for cell in mine if cell.line in lines}

    def hidden(self, k: int) -> set[TableCell]:
        """What edition k hides."""
        return self._open.get(k, set()) & self.world.hidden

    def _primary(self, k: int, mine: set[TableCell]) -> set[TableCell]:
        """Small figures, and those that grew by a small number since a release that showed them."""
        found = {cell for cell in mine if self.world.is_small(cell)}
        for j in range(k):
            if self.editions[j].period.first != self.editions[k].period.first:
                continue
            line, before = TableLine(k, "received", ""), TableLine(j, "received", "")
            for label in self.world.labels:
                old, new = TableCell(before, label), TableCell(line, label)
                grown = abs(self.world.values[new] - self.world.values[old])
                if old not in self.world.hidden and 0 < grown <= self.world.small:
                    found.add(new)
        return (found | self._corrected(k, mine)) & mine

    def _corrected(self, k: int, mine: set[TableCell]) -> set[TableCell]:
        """Figures that a correction changed by a small number: old and new side by side would tell the few cases."""
        places = (
            (self._again(cell, k), figure) for cell, figure in self.told.items() if cell.line.release < k
        )
        return {
            cell
            for cell, figure in places
            if cell in mine and 0 < abs(self.world.values[cell] - figure) <= self.world.small
        }

    def _again(self, cell: TableCell, k: int) -> TableCell | None:
        """The cell of edition k that counts the same cases as one of an earlier edition, were nothing corrected."""
        line, then, now = cell.line, self.editions[cell.line.release], self.editions[k]
        if line.kind == "row":
            months = then.rows[int(line.which)]
            return (
                TableCell(TableLine(k, "row", str(now.rows.index(months))), cell.label)
                if months in now.rows
                else None
            )
        if then.period.first != now.period.first:
            return None
        if line.kind == "state" and (then.day, then.period.last) != (now.day, now.period.last):
            return None
        return TableCell(TableLine(k, line.kind, line.which), cell.label)

    def _as_before(self, k: int) -> tuple[set[TableCell], set[TableCell]]:
        """Rows that an earlier release showed or hid stay shown or hidden: they are the same cases."""
        shown, hidden = set[TableCell](), set[TableCell]()
        rows = self.editions[k].rows
        for j, edition in enumerate(self.editions[:k]):
            for i, months in enumerate(edition.rows):
                if months not in rows:
                    continue
                here, there = TableLine(k, "row", str(rows.index(months))), TableLine(j, "row", str(i))
                if not self.world.totals[there] or self.world.totals[there] != self.world.totals[here]:
                    continue
                if any(self.told.get(c, n) != n for c, n in self._line(there)):
                    continue  # corrected since: no longer the same cases
                for label in self.world.labels:
                    (hidden if TableCell(there, label) in self.world.hidden else shown).add(
                        TableCell(here, label)
                    )
        return shown, hidden - shown

    def _line(self, line: TableLine) -> Iterator[tuple[TableCell, int]]:
        """The figures of a line, as the register has them now."""
        for label in self.world.labels:
            yield TableCell(line, label), self.world.values[TableCell(line, label)]

    def _hide(self, cells: set[TableCell]) -> None:
        """Hide cells; where what was received is hidden, so is where those cases stand."""
        wider = set(cells)
        for cell in cells:
            if cell.line.kind == "received":
                own = self._open[cell.line.release]
                wider |= {c for c in own if c.label == cell.label and c.line.kind == "state"}
        self.world.hidden |= wider

    def _targets(self, k: int) -> set[TableCell]:
        return {cell for j in range(k + 1) for cell in self.hidden(j)}

    def _all_unsafe(self, k: int) -> set[TableCell]:
        targets = self._targets(k)
        return targets - self.world.safe(targets)

    def _next(self, k: int, unsafe: set[TableCell]) -> Target | None:
        """A hidden cell that can be worked out, or a month that shows to be of one kind only; None if there is none."""
        if unsafe:
            return min(
                unsafe, key=lambda cell: (self._chance(cell), cell)
            )  # of two releases they may be alike
        uniform = (key for key in self._uniform(k) if key not in self.stuck)
        return next((key for key in uniform if not self.world.stirs(key)), None)

    def _uniform(self, k: int) -> Iterator[tuple[object, ...]]:
        """Months of one kind only. What becomes of one of their cases later is public, and would tell its kind."""
        for key, group in self.world.groups.items() if self.world.standings else ():
            if sum(1 for n in group.units.values() if n) == 1 and any(
                line.release <= k for line in group.lines
            ):
                yield key

    def _mend(self, k: int, target: Target) -> None:
        """Hide as few more cells of edition k as make a target safe."""
        own, before = self._open.get(k, set()), set(self.world.hidden)
        label = target.label if isinstance(target, TableCell) else self._only(target)
        options = {frozenset(option & own - before) for option in self._options(k, label)}
        for option in sorted(options - {frozenset()}, key=lambda o: (len(o), self._chance(*o))):
            if self._helps(target, set(option)):
                self._hide(set(option))
                return
        self._hide(own)

    def _helps(self, target: Target, cells: set[TableCell]) -> bool:
        """Whether a target would be safe if these cells were hidden too."""
        before = set(self.world.hidden)
        self._hide(cells)
        safe = self.world.rival(target) if isinstance(target, TableCell) else self.world.stirs(target)
        self.world.hidden = before
        return bool(safe)

    def _only(self, key: tuple[object, ...]) -> str:
        return next(label for label, n in self.world.groups[key].units.items() if n)

    def _options(self, k: int, label: str) -> Iterator[set[TableCell]]:
        """Sets of cells whose hiding may let a case pass between a label and another."""
        rows = [TableLine(k, "row", str(i)) for i in range(len(self.editions[k].rows))]
        rows = [line for line in rows if self.world.totals[line]]
        states = [TableLine(k, "state", s) for s in ("done", "in_progress", "not_accepted")]
        received = TableLine(k, "received", "")
        for other in self.world.labels:
            if other == label:
                continue
            pair = (label, other)

            def both(*lines: TableLine, pair: tuple[str, str] = pair) -> set[TableCell]:
                return {TableCell(line, one) for line in lines for one in pair}

            whole = both(received, *states)
            yield whole
            yield both(*rows) | whole
            yield both(*rows)
            for i, row in enumerate(rows):
                yield both(row)
                yield both(row) | whole
                for following in rows[i + 1 :]:
                    yield both(row, following)
                    yield both(row, following) | whole
            for i, state in enumerate(states):
                yield both(state, states[i - 1])
                yield from (both(state, states[i - 1], row) for row in rows)
            yield both(*states)

    def _chance(self, *cells: TableCell) -> bytes:
        """An order that nobody knows who has not the salt."""
        words = "\n".join(sorted(f"{c.line.kind}/{c.line.which}/{c.label}" for c in cells))
        return sha256(self.salt + words.encode()).digest()
