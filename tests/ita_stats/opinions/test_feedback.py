"""Feedback: which parts of a year are published when, and what can be inferred from them."""

import random
from collections import Counter
from datetime import date
from itertools import combinations_with_replacement

import pytest

from ita_stats.calendar import CalendarMonth
from ita_stats.opinions.feedback import (
    FeedbackYear,
    PublishedTopic,
    TopicFeedback,
    build_feedback_years,
    is_safe_mean,
)
from ita_stats.opinions.model import CountedFeedback

TOPICS = (
    PublishedTopic("service", "การให้บริการ", "Service"),
    PublishedTopic("site", "เว็บไซต์", "Website"),
    PublishedTopic("buy", "จัดซื้อ", "Buying"),
)


def opinions(
    number: int, month: str = "2569-10", topic: str = "service", *scores: int | None
) -> list[CountedFeedback]:
    return [CountedFeedback(month, topic, scores[n % len(scores)] if scores else None) for n in range(number)]


def years(said: list[CountedFeedback], today: date) -> tuple[FeedbackYear, ...]:
    return build_feedback_years(said, TOPICS, today, 5, b"salt")


def test_a_quarter_is_published_when_it_is_over() -> None:
    said = opinions(20, "2569-10", "service", 3, 4) + opinions(10, "2569-12", "site", 1, 5)
    assert years(said, date(2026, 12, 31)) == ()
    (year,) = years(said, date(2027, 1, 1))
    assert (year.year, year.topics) == (2570, TOPICS)
    (span,) = year.spans
    assert (span.first, span.last, span.responses) == (CalendarMonth(2026, 10), CalendarMonth(2026, 12), 30)
    assert span.topics == (TopicFeedback(20, 3.5), TopicFeedback(10, 3.0), TopicFeedback(0, None))


def test_a_quarter_with_few_voices_waits_for_the_next() -> None:
    said = opinions(9) + opinions(1, "2570-03")
    assert years(said, date(2027, 1, 1)) == ()
    ((span,),) = [year.spans for year in years(said, date(2027, 4, 1))]
    assert (span.first.code, span.last.code, span.responses) == ("2569-10", "2570-03", 10)


@pytest.mark.parametrize(("number", "spans"), [(4, 0), (5, 1)])
def test_at_the_years_end_five_are_enough(number: int, spans: int) -> None:
    said = opinions(30) + opinions(number, "2570-08")
    (year,) = years(said, date(2027, 10, 1))
    assert len(year.spans) == 1 + spans


def test_what_was_published_stays_whatever_comes_after() -> None:
    chance = random.Random(3)
    months = [CalendarMonth(2026, 10) + n for n in range(24)]
    said = [
        CountedFeedback(
            chance.choice(months).code, chance.choice(TOPICS).code, chance.choice([None, 1, 2, 3, 4, 5])
        )
        for _ in range(150)
    ]
    before = set()
    for month in months:
        now = {
            (span, year.year)
            for year in years([one for one in said if one.month <= month.code], (month + 1).first)
            for span in year.spans
        }
        assert before <= now
        before = now
    assert len(before) > 4
    assert [year.year for year in years(said, date(2028, 10, 1))] == [2571, 2570]


def test_a_topic_of_a_few_is_hidden_with_another() -> None:
    said = opinions(30) + opinions(8, topic="site") + opinions(2, topic="buy")
    ((span,),) = [year.spans for year in years(said, date(2027, 1, 1))]
    assert [one.responses for one in span.topics] == [30, None, None]


def test_a_topic_that_is_gone_stands_under_its_code() -> None:
    (year,) = years(opinions(12, topic="old"), date(2027, 1, 1))
    assert year.topics[-1] == PublishedTopic("old", "old", "old")
    assert year.spans[0].topics[-1] == TopicFeedback(12, None)


@pytest.mark.parametrize("voices", [5, 6, 8, 10, 12])
def test_a_mean_leaves_every_score_open(voices: int) -> None:
    """Every combination of scores (or none): the attacker has the mean and the count."""
    worlds = dict[float, list[Counter[int]]]()
    for scores in combinations_with_replacement(range(6), voices):
        given = [score for score in scores if score]
        if len(given) >= 1:
            worlds.setdefault(round(sum(given) / len(given), 1), []).append(Counter(scores))
    shown = [mean for mean in worlds if is_safe_mean(mean, voices, 5)]
    for mean in shown:
        for score in range(6):
            numbers = {world[score] for world in worlds[mean]}
            assert 0 in numbers
            assert len(numbers) > 1
            assert score == 0 or max(numbers) >= 5
    assert (1.0 in shown, 5.0 in shown) == (False, False)
    assert bool(shown) is (voices >= 10)


def test_the_mean_of_a_large_topic_is_shown() -> None:
    assert is_safe_mean(3.4, 200, 5)
    assert not is_safe_mean(1.0, 200, 5)
