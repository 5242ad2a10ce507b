"""Build the published results of a consultation from its responses."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ita_stats.opinions.labels import sanitize_link
from ita_stats.opinions.model import (
    AnonymousResponse,
    AnswerKind,
    CountedConsultation,
    CountedQuestion,
    CountedTheme,
)
from ita_stats.opinions.results import (
    AnswerRow,
    PublishedResults,
    PublishedTheme,
    QuestionPart,
    QuestionResult,
    ResponseCounts,
    ScoreMeans,
)
from ita_stats.opinions.suppression import ResponseSuppression, VisibleAnswers
from ita_stats.opinions.tally import AnswerCounts, ResponseTally, count_responses
from ita_stats.render.sanitize import strip_invisible

_CODE_PATTERN = re.compile("[A-Za-z0-9-]{1,40}")


@dataclass(frozen=True, slots=True)
class ResultsRules:
    """The office that asked, and how answers are protected. `salt`: a secret of the desk."""

    office_th: str
    office_en: str
    salt: bytes
    least: int = 5


def build_results(
    consultation: CountedConsultation,
    responses: Iterable[AnonymousResponse],
    themes: Iterable[CountedTheme],
    rules: ResultsRules,
) -> PublishedResults:
    """Build the results of a closed consultation from its responses: see `build_protected_results`."""
    return build_protected_results(consultation, count_responses(consultation, responses), themes, rules)


def build_protected_results(
    consultation: CountedConsultation,
    tally: ResponseTally,
    themes: Iterable[CountedTheme],
    rules: ResultsRules,
) -> PublishedResults:
    """Build the results of a consultation from its exact counts. The same arguments give the same results.

    Results must be stored and not counted again; later only the office's answers change (`update_office_answers`).
    Raises ValueError for a code that is not safe in an address.
    """
    if not _CODE_PATTERN.fullmatch(consultation.code):
        raise ValueError("the code of a consultation is of letters, digits and hyphens")
    suppression = ResponseSuppression(tally.responses, rules.least, rules.salt + consultation.code.encode())
    few = suppression.has_too_few()
    return PublishedResults(
        office_th=strip_invisible(rules.office_th),
        office_en=strip_invisible(rules.office_en),
        code=consultation.code,
        title=strip_invisible(consultation.title),
        background=_strip_lines(consultation.background),
        link=sanitize_link(consultation.link),
        opens=consultation.opens,
        closes=consultation.closes,
        least=rules.least,
        voices=None if few else suppression.get_total(),
        questions=()
        if few
        else tuple(_build_question(one, tally, suppression) for one in consultation.questions),
        themes=()
        if few
        else tuple(_build_theme(one, suppression.suppress_theme(one.voices)) for one in themes),
    )


def update_office_answers(found: PublishedResults, themes: Iterable[CountedTheme]) -> PublishedResults:
    """Return results with the office's current answers to their themes. Figures and quotes stay as published.

    A theme that was not published is left out, since a figure that appears later could be subtracted.
    """
    now = {strip_invisible(one.name): one for one in themes}
    kept = (
        replace(_build_theme(now[old.name], old.voices), quotes=old.quotes) if old.name in now else old
        for old in found.themes
    )
    return replace(found, themes=tuple(kept))


def _build_question(
    asked: CountedQuestion, tally: ResponseTally, suppression: ResponseSuppression
) -> QuestionResult:
    parts = tuple(
        _build_part(asked, line, suppression.suppress_answers(line), tally.responses.all)
        for line in tally.lines[asked.key]
    )
    return QuestionResult(asked.key, asked.kind, strip_invisible(asked.title), parts)


def _build_part(
    asked: CountedQuestion, line: AnswerCounts, shown: VisibleAnswers, responses: int
) -> QuestionPart:
    of = responses if shown.answered.all is None else shown.answered.all
    rows = tuple(
        AnswerRow(code, strip_invisible(line.labels[code]), figures, _compute_percent(figures, of))
        for code, figures in shown.cells.items()
    )
    mean = (
        _compute_means(rows)
        if asked.kind is AnswerKind.SCALE and shown.answered.all is not None
        else ScoreMeans()
    )
    return QuestionPart(line.code, strip_invisible(line.label), shown.answered, rows, mean)


def _compute_percent(figures: ResponseCounts, of: int) -> float | None:
    if figures.all is None or not of:
        return None
    return round(100 * figures.all / of, 1)


def _compute_means(rows: Iterable[AnswerRow]) -> ScoreMeans:
    """Compute means from shown figures only, so that they reveal nothing more."""
    figures = [(int(row.code), row.voices) for row in rows]
    return ScoreMeans(
        _compute_mean([(score, n.all) for score, n in figures]),
        _compute_mean([(score, n.account) for score, n in figures]),
        _compute_mean([(score, n.web) for score, n in figures]),
    )


def _compute_mean(scores: Iterable[tuple[int, int | None]]) -> float | None:
    shown = [(score, n) for score, n in scores if n is not None]
    given = sum(n for _, n in shown)
    if len(shown) < len([*scores]) or not given:
        return None
    return round(sum(score * n for score, n in shown) / given, 2)


def _build_theme(theme: CountedTheme, responses: int | None) -> PublishedTheme:
    return PublishedTheme(
        name=strip_invisible(theme.name),
        voices=responses,
        quotes=tuple(map(strip_invisible, theme.quotes)),
        taken=theme.taken,
        reason=strip_invisible(theme.reason),
        by=theme.by,
        done=theme.done,
    )


def _strip_lines(text: str) -> str:
    """Apply `strip_invisible` to each line."""
    return "\n".join(strip_invisible(line) for line in text.splitlines()).strip()
