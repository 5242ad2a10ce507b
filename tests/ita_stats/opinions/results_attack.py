"""An attacker with published results and integer programming: what bounds can be inferred for a group of people?"""

from collections.abc import Iterable, Sequence
from itertools import combinations, product

import highspy

from ita_stats.opinions.model import AnswerKind
from ita_stats.opinions.results import PublishedResults, QuestionPart, ResponseCounts, VisibleCount

SIDES = ("account", "web")
ResponseKind = tuple[str, frozenset[str]]


class ResultsAttack:
    """The unknowns are the number of responses of each kind; what is printed of a part gives equations."""

    def __init__(self, found: PublishedResults, part: QuestionPart, kind: AnswerKind) -> None:
        assert found.voices is not None
        self.codes = [row.code for row in part.rows]
        answers = [frozenset((code,)) for code in self.codes]
        if kind is AnswerKind.CHOICES:
            answers = [
                frozenset(s) for n in range(1, len(self.codes) + 1) for s in combinations(self.codes, n)
            ]
        self.kinds: list[ResponseKind] = [*product(SIDES, [frozenset[str](), *answers])]
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        for place in range(len(self.kinds)):
            self.solver.addVar(0, 1_000_000)
            self.solver.changeColIntegrality(place, highspy.HighsVarType.kInteger)
        self._add_figures(found.voices, [*answers, frozenset[str]()])
        self._add_figures(part.answered, answers)
        for row in part.rows:
            self._add_figures(row.voices, [one for one in answers if row.code in one])

    def find_kinds(self, side: str, answers: Iterable[frozenset[str]]) -> list[int]:
        """The kinds of a group, by side ("all" for both) and by answers."""
        wanted = set(answers)
        return [i for i, (at, answer) in enumerate(self.kinds) if side in {at, "all"} and answer in wanted]

    def _add_figures(self, figures: ResponseCounts, answers: Iterable[frozenset[str]]) -> None:
        sides: Sequence[tuple[str, VisibleCount]] = (
            ("all", figures.all),
            ("account", figures.account),
            ("web", figures.web),
        )
        answers = [*answers]
        for side, figure in sides:
            index = self.find_kinds(side, answers)
            if figure is not None:
                self.solver.addRow(figure, figure, len(index), index, [1.0] * len(index))

    def find_bounds(self, side: str, code: str) -> tuple[int, int]:
        """The lower and upper bound of a cell; code "" means those who did not answer."""
        answers = {answer for _, answer in self.kinds if code in answer or answer == code == ""}
        if not code:
            answers = {frozenset()}
        index = self.find_kinds(side, answers)
        return self._optimize(index, 1.0), self._optimize(index, -1.0)

    def _optimize(self, index: Sequence[int], sign: float) -> int:
        for place in range(len(self.kinds)):
            self.solver.changeColCost(place, sign if place in index else 0.0)
        self.solver.run()
        assert self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        found = self.solver.getSolution().col_value
        return sum(round(found[i]) for i in index)
