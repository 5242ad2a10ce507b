"""An attacker with published tables and integer programming: which suppressed figures can be inferred exactly?

Written independently of the suppression code. The unknowns are the cases of each month by label (the same in
every release, once the month is over) and, for each release, their status; every printed figure is an equation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import highspy

from ita_stats.calendar import CalendarMonth
from ita_stats.cases.model import Breakdown, StatisticsTables

STATES = ("done", "in_progress", "not_accepted")
UnknownSum = tuple[int, ...]
"""A figure as the unknowns that it is the sum of."""


@dataclass
class ReleaseAttack:
    """The equations of one breakdown over some releases."""

    solver: highspy.Highs = field(default_factory=highspy.Highs)
    unknowns: dict[object, int] = field(default_factory=dict)
    dashes_by_name: dict[str, UnknownSum] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.solver.setOptionValue("output_flag", False)

    def get_unknown(self, name: object) -> int:
        """The index of an unknown number of cases."""
        if name not in self.unknowns:
            self.unknowns[name] = len(self.unknowns)
            self.solver.addVar(0, 100_000)
            self.solver.changeColIntegrality(self.unknowns[name], highspy.HighsVarType.kInteger)
        return self.unknowns[name]

    def add_equation(self, parts: UnknownSum, value: int, less: UnknownSum = ()) -> None:
        """The sum of `parts` less the sum of `less` equals `value`."""
        index = [*parts, *less]
        if index:
            self.solver.addRow(value, value, len(index), index, [1.0] * len(parts) + [-1.0] * len(less))
        else:
            assert value == 0

    def add_growth(self, before: UnknownSum, after: UnknownSum) -> None:
        """The sum of `after` is at least the sum of `before`."""
        index = [*after, *before]
        self.solver.addRow(0, highspy.kHighsInf, len(index), index, [1.0] * len(after) + [-1.0] * len(before))

    def add_figure(self, name: str, parts: UnknownSum, figure: int | None) -> None:
        """Add a printed figure, or a dash (None)."""
        if figure is None:
            self.dashes_by_name[name] = parts
        else:
            self.add_equation(parts, figure)

    def find_exposed(self) -> list[str]:
        """The dashes that can only be one number."""
        worlds = [self._solve_world(())]
        broken = []
        for name, parts in self.dashes_by_name.items():
            for sign in (1.0, -1.0):
                if len({sum(world[i] for i in parts) for world in worlds}) > 1:
                    break
                worlds.append(self._solve_world(parts, sign))
            else:
                if len({sum(world[i] for i in parts) for world in worlds}) < 2:
                    broken.append(name)
        return broken

    def _solve_world(self, parts: UnknownSum, sign: float = 1.0) -> list[int]:
        for i in range(len(self.unknowns)):
            self.solver.changeColCost(i, sign if i in parts else 0.0)
        self.solver.run()
        assert self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return [round(value) for value in self.solver.getSolution().col_value]


def attack_labels(releases: Sequence[StatisticsTables], what: str) -> ReleaseAttack:
    """All equations from the categories or sources of some releases."""
    attack = ReleaseAttack()
    for tables in releases:
        splits: tuple[Breakdown, ...] = getattr(tables, what)
        for i, row in enumerate(tables.rows):
            exact = dict(zip(("received", *STATES), row.figures.cells, strict=True))
            for state in STATES:
                parts = tuple(attack.get_unknown((tables.as_of, row.months, s.code, state)) for s in splits)
                attack.add_equation(parts, exact[state] or 0)
            year, month = (int(part) for part in row.months[-1].split("-"))
            for s in splits:
                now = tuple(attack.get_unknown((tables.as_of, row.months, s.code, state)) for state in STATES)
                if CalendarMonth(year - 543, month).last <= tables.as_of:
                    attack.add_equation(now, 0, (attack.get_unknown((row.months, s.code)),))
                if what == "categories":
                    attack.add_figure(
                        f"{tables.period.code} {tables.as_of} row {i} {s.code}", now, row.categories[s.code]
                    )
        for s in splits:
            by_state = [
                tuple(attack.get_unknown((tables.as_of, row.months, s.code, state)) for row in tables.rows)
                for state in STATES
            ]
            received, *stand = s.figures.cells
            attack.add_figure(
                f"{tables.period.code} {tables.as_of} {s.code} received", sum(by_state, ()), received
            )
            for state, parts, figure in zip(STATES, by_state, stand, strict=True):
                attack.add_figure(f"{tables.period.code} {tables.as_of} {s.code} {state}", parts, figure)
    return attack


def attack_outcomes(releases: Sequence[StatisticsTables], reopened: bool) -> ReleaseAttack:
    """All equations from the outcomes of some releases.

    reopened: whether a closed case may be open again later.
    """
    attack = ReleaseAttack()
    for t, tables in enumerate(releases):
        parts = {s.code: (attack.get_unknown((t, s.code)),) for s in tables.outcomes}
        attack.add_equation(sum(parts.values(), ()), tables.total.done or 0)
        for s in tables.outcomes:
            attack.add_figure(f"{tables.as_of} {s.code}", parts[s.code], s.figures.received)
            if t and not reopened:
                attack.add_growth((attack.get_unknown((t - 1, s.code)),), parts[s.code])
    return attack
