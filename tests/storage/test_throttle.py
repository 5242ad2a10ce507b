"""Wrong codes and questions of a person: under the key of the day, found again on the next, and then gone."""

from datetime import timedelta
from typing import Any

import pytest

from handlers.dialog.attempts import Attempts, GetAttempts, SaveAttempts
from handlers.questions.messages import GetQuestionRate, SaveQuestionRate
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk

ANN, BOB = b"a" * 32, b"b" * 32
TRIED = Attempts(NOW, 3, NOW + timedelta(minutes=15), 2)
KINDS = [(SaveAttempts, GetAttempts), (SaveQuestionRate, GetQuestionRate)]


@pytest.mark.parametrize(("save", "get"), KINDS)
def test_what_a_person_tried_comes_back_for_this_person_only(ground: StoredDesk, save: Any, get: Any) -> None:
    async def scene(one: Store) -> None:
        assert await one.answer_query(get(ANN), NOW) == Attempts()
        await ground.commit_acts(one, save(ANN, TRIED))
        assert await one.answer_query(get(ANN), NOW) == TRIED
        assert await one.answer_query(get(BOB), NOW) == Attempts()
        await ground.commit_acts(one, save(ANN, Attempts()))
        assert await one.answer_query(get(ANN), NOW) == Attempts()

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT count(*) FROM tries") == [(1,)]
    assert ANN not in ground.read_all_bytes()


def test_the_two_counts_are_kept_apart(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, SaveAttempts(ANN, TRIED), SaveQuestionRate(ANN, Attempts(NOW, 1)))
        assert await one.answer_query(GetAttempts(ANN), NOW) == TRIED
        assert await one.answer_query(GetQuestionRate(ANN), NOW) == Attempts(NOW, 1)

    ground.run_scenario(scene)


@pytest.mark.parametrize(("save", "get"), KINDS)
def test_yesterday_counts_today_and_the_newer_of_the_two_days_is_taken(
    ground: StoredDesk, save: Any, get: Any
) -> None:
    tomorrow = NOW + timedelta(days=1)

    async def scene(one: Store) -> None:
        await ground.commit_acts(one, save(ANN, TRIED))
        await ground.commit_acts(one, save(BOB, Attempts(NOW, 1)), at=tomorrow)
        assert await one.answer_query(get(ANN), tomorrow) == TRIED
        newer = Attempts(tomorrow, 1)
        await ground.commit_acts(one, save(ANN, newer), at=tomorrow)
        assert await one.answer_query(get(ANN), tomorrow) == newer

    ground.run_scenario(scene)
