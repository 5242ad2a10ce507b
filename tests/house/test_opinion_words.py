"""Consultations are held in words of the handlers and counted in those of the statistics: the same ones."""

from enum import StrEnum

import pytest

from handlers.consultations.messages import ConsultationQuestionKind, OfficeDecision
from handlers.consultations.respond import STANCE_OPTIONS
from ita_stats.opinions.model import AnswerKind, Stance, ThemeDecision


@pytest.mark.parametrize(
    ("held", "counted"), [(ConsultationQuestionKind, AnswerKind), (OfficeDecision, ThemeDecision)]
)
def test_what_is_held_can_be_counted(held: type[StrEnum], counted: type[StrEnum]) -> None:
    assert [word.value for word in held] == [word.value for word in counted]


def test_every_stance_that_can_be_taken_is_counted() -> None:
    assert list(STANCE_OPTIONS) == [stance.value for stance in Stance]
