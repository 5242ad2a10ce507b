"""Count the responses of a consultation, question by question: exact figures, for the office only."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from ita_stats.opinions.model import (
    AnonymousResponse,
    AnswerKind,
    CountedConsultation,
    CountedQuestion,
    Stance,
)

RESPONSES_PER_BATCH = 2_000
"""Responses counted in one batch."""
_NO_ANSWERS = Counter[str]()
WITH_AND_WITHOUT_ACCOUNT = (True, False)
"""Values of `has_account`, in the order of `AccountWebCounts`."""

SCALE_SCORES = ("1", "2", "3", "4", "5")


@dataclass(frozen=True, slots=True)
class AccountWebCounts:
    """Numbers of responses: by chat account, and by the web page without one."""

    account: int = 0
    web: int = 0

    @property
    def all(self) -> int:
        return self.account + self.web

    def __sub__(self, other: "AccountWebCounts") -> "AccountWebCounts":
        return AccountWebCounts(self.account - other.account, self.web - other.web)


@dataclass(frozen=True, slots=True)
class AnswerCounts:
    """A question, or one statement of it. `cells`: the responses of each possible answer.

    answered: who gave at least one answer; allows_several: whether one response may be in more than one cell.
    """

    code: str
    label: str
    cells: Mapping[str, AccountWebCounts]
    labels: Mapping[str, str]
    answered: AccountWebCounts
    allows_several: bool = False


@dataclass(frozen=True, slots=True)
class ResponseTally:
    """The exact figures of a consultation: all responses, and the counts of each question in their order."""

    responses: AccountWebCounts
    lines: Mapping[str, tuple[AnswerCounts, ...]]


@dataclass(frozen=True, slots=True)
class ResponseCounter:
    """Counts responses in batches, keeping only how many gave the same answers.

    So memory depends on the size of a batch, not on the number of responses.
    """

    consultation: CountedConsultation
    _totals: Counter[bool] = field(default_factory=Counter)
    _answers: dict[bool, Counter[tuple[str, str]]] = field(default_factory=dict)

    def add(self, responses: Sequence[AnonymousResponse]) -> None:
        """Count some responses. Answers that a question does not offer count as not given."""
        for account in WITH_AND_WITHOUT_ACCOUNT:
            side = [response.answers.items() for response in responses if response.has_account is account]
            self._totals[account] += len(side)
            self._answers.setdefault(account, Counter()).update(chain.from_iterable(side))

    def build_tally(self) -> ResponseTally:
        """Return the exact figures of everything added."""
        sides = [
            _group_by_question(self._answers.get(account, Counter())) for account in WITH_AND_WITHOUT_ACCOUNT
        ]
        lines = {one.key: tuple(_count_question(one, sides)) for one in self.consultation.questions}
        return ResponseTally(
            AccountWebCounts(*(self._totals[account] for account in WITH_AND_WITHOUT_ACCOUNT)), lines
        )


def _group_by_question(answers: Mapping[tuple[str, str], int]) -> dict[str, Counter[str]]:
    """Group by question. Equal answers are merged already, so these are a few dozen."""
    found: dict[str, Counter[str]] = {}
    for (key, answer), number in answers.items():
        found.setdefault(key, Counter())[answer] += number
    return found


def _count_question(
    asked: CountedQuestion, sides: Sequence[Mapping[str, Counter[str]]]
) -> Iterator[AnswerCounts]:
    """Yield the counts of a question."""
    match asked.kind:
        case AnswerKind.TEXT:
            return
        case AnswerKind.STATEMENTS:
            for code, label in asked.options.items():
                yield _count_statement(
                    asked, code, label, [one.get(f"{asked.key}.{code}", _NO_ANSWERS) for one in sides]
                )
        case AnswerKind.CHOICES:
            yield _count_several(asked, [one.get(asked.key, _NO_ANSWERS) for one in sides])
        case _:
            yield _count_single(asked, [one.get(asked.key, _NO_ANSWERS) for one in sides])


def count_responses(
    consultation: CountedConsultation, responses: Iterable[AnonymousResponse]
) -> ResponseTally:
    """Count all responses of a consultation."""
    counter, left = ResponseCounter(consultation), iter(responses)
    while several := [*islice(left, RESPONSES_PER_BATCH)]:
        counter.add(several)
    return counter.build_tally()


def _count_single(asked: CountedQuestion, found: Sequence[Counter[str]]) -> AnswerCounts:
    """Count a question with one answer. On a scale the options are 1 to 5, whatever the question calls them."""
    labels = (
        {n: asked.options.get(n, n) for n in SCALE_SCORES}
        if asked.kind is AnswerKind.SCALE
        else dict(asked.options)
    )
    cells = {code: AccountWebCounts(*(one[code] for one in found)) for code in labels}
    return AnswerCounts(asked.key, "", cells, labels, _sum_counts(cells))


def _count_several(asked: CountedQuestion, found: Sequence[Counter[str]]) -> AnswerCounts:
    known = frozenset(asked.options)
    picked = [[(known.intersection(answer.split(",")), n) for answer, n in one.items()] for one in found]
    cells = {
        code: AccountWebCounts(*(sum(n for picks, n in one if code in picks) for one in picked))
        for code in asked.options
    }
    answered = AccountWebCounts(*(sum(n for picks, n in one if picks) for one in picked))
    return AnswerCounts(asked.key, "", cells, dict(asked.options), answered, allows_several=True)


def _count_statement(
    asked: CountedQuestion, code: str, label: str, found: Sequence[Counter[str]]
) -> AnswerCounts:
    cells = {stance.value: AccountWebCounts(*(one[stance.value] for one in found)) for stance in Stance}
    return AnswerCounts(
        f"{asked.key}/{code}", label, cells, {s.value: "" for s in Stance}, _sum_counts(cells)
    )


def _sum_counts(cells: Mapping[str, AccountWebCounts]) -> AccountWebCounts:
    return AccountWebCounts(sum(p.account for p in cells.values()), sum(p.web for p in cells.values()))
