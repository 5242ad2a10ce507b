"""Feedback in the database: once a day a person, the same words together, and erased in time."""

from datetime import date, datetime, timedelta

import pytest

from handlers.feedback.messages import (
    Feedback,
    FindFeedback,
    FindFeedbackContact,
    ListFeedback,
    NewFeedbackNumber,
    RecordContactAccess,
    SubmitFeedback,
)
from storage.consultations.retention import delete_expired_feedback
from storage.errors import UnreadableRowError
from storage.feedback import FeedbackNumbers
from storage.store import Store
from tests.storage.conftest import CANARY, NOW, StoredDesk

ANN, BOB = b"a" * 32, b"b" * 32
DAY = NOW.date()


def make_act(
    number: int, text: str = "คิวยาว", who: bytes = ANN, year: int = 2570, **parts: object
) -> SubmitFeedback:
    values = {"topic": "counter", "score": 2, "on": DAY, **parts}
    return SubmitFeedback(year, number, person_id=who, text=text, **values)  # type: ignore[arg-type]


async def list_numbers(one: Store, **parts: int) -> list[str]:
    return [row.register_number for row in (await one.answer_query(ListFeedback(**parts), NOW)).rows]


def test_feedback_comes_back_as_it_was_given_and_is_encrypted(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, make_act(1, CANARY, wish="จองคิวได้", contact="0811111111"))
        found = Feedback(2570, 1, "counter", 2, DAY, CANARY, "จองคิวได้", has_contact=True)
        assert await one.answer_query(FindFeedback(1, 2570), NOW) == found
        assert await one.answer_query(FindFeedback(1), NOW) == found
        assert (await one.answer_query(ListFeedback(), NOW)).rows == (found,)
        assert await one.answer_query(FindFeedbackContact(1, 2570), NOW) == "0811111111"

    ground.run_scenario(scene)
    everything = ground.read_all_bytes()
    assert CANARY.encode() not in everything
    assert b"0811111111" not in everything
    assert ANN not in everything


def test_what_is_not_there_is_none(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, make_act(1))
        assert await one.answer_query(FindFeedback(1, 2569), NOW) is None
        assert await one.answer_query(FindFeedback(2), NOW) is None
        assert await one.answer_query(FindFeedbackContact(1, 2570), NOW) == ""
        assert await one.answer_query(FindFeedbackContact(9, 2570), NOW) == ""

    ground.run_scenario(scene)


@pytest.mark.parametrize(
    ("second", "stored"),
    [
        (make_act(2), 1),
        (make_act(2, " คิวยาว. "), 1),
        (make_act(2, score=5), 1),
        (make_act(2, topic="licence"), 2),
        (make_act(2, wish="อื่น"), 2),
        (make_act(2, who=BOB), 2),
    ],
)
def test_the_same_words_of_a_person_on_a_day_are_stored_once(
    ground: StoredDesk, second: SubmitFeedback, stored: int
) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, make_act(1))
        await ground.commit_acts(one, second)
        assert len(ground.execute_sql("SELECT 1 FROM opinions")) == stored

    ground.run_scenario(scene)


def test_scores_without_words_are_never_the_same(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        for number in (1, 2):
            await ground.commit_acts(one, make_act(number, ""))
        assert sorted(await list_numbers(one)) == ["1/2570", "2/2570"]

    ground.run_scenario(scene)


def test_the_same_words_of_many_are_one_line_with_their_number(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        for number, (who, text, on) in enumerate(
            ((ANN, "คิวยาว", DAY), (BOB, "คิวยาว", DAY + timedelta(days=1)), (BOB, "ร้อน", DAY)), 1
        ):
            await ground.commit_acts(one, make_act(number, text, who, on=on))
        listed = (await one.answer_query(ListFeedback(), NOW)).rows
        assert [(row.number, row.text, row.same_text_count) for row in listed] == [
            (2, "คิวยาว", 1),
            (3, "ร้อน", 0),
        ]
        assert (await one.answer_query(FindFeedback(1), NOW)).same_text_count == 1
        assert await list_numbers(one, offset=1) == ["3/2570"]
        assert await list_numbers(one, limit=1) == ["2/2570"]
        assert await list_numbers(one, offset=2) == []

    ground.run_scenario(scene)


def test_of_the_same_words_the_one_that_is_left_is_shown(ground: StoredDesk) -> None:
    """The text of last year, with a higher number, was erased; the same words came again this year."""
    last_year = NOW - timedelta(days=400)

    async def scene(one: Store) -> None:
        await ground.commit_acts(one, make_act(50, year=2569, on=last_year.date()))
        await ground.commit_acts(one, make_act(3, who=BOB))
        assert await list_numbers(one) == ["3/2570"]
        assert await delete_expired_feedback(one.committer, NOW, timedelta(days=365)) == 1
        (row,) = (await one.answer_query(ListFeedback(), NOW)).rows
        assert (row.register_number, row.text, row.same_text_count) == ("3/2570", "คิวยาว", 0)
        assert (await one.answer_query(FindFeedback(3), NOW)).same_text_count == 0
        assert await one.answer_query(FindFeedback(50), NOW) is None

    ground.run_scenario(scene)


def test_erased_feedback_keeps_its_score_and_nothing_else(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, make_act(1, CANARY, contact="081"))
        assert (
            await delete_expired_feedback(one.committer, NOW + timedelta(days=365), timedelta(days=365)) == 0
        )
        assert (
            await delete_expired_feedback(one.committer, NOW + timedelta(days=366), timedelta(days=365)) == 1
        )
        assert await list_numbers(one) == []

    ground.run_scenario(scene)
    rows = ground.execute_sql("SELECT topic, score, sealed, contact, sender FROM opinions")
    assert rows == [("counter", 2, None, None, None)]


def test_a_row_that_cannot_be_read_is_numbered_and_the_others_are_listed(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, make_act(1, "คิวยาว", contact="081"))
        await ground.commit_acts(one, make_act(2, "ร้อน"))
        ground.execute_sql(
            "UPDATE opinions SET sealed = zeroblob(60), contact = zeroblob(60) WHERE number = 1"
        )
        listed = await one.answer_query(ListFeedback(), NOW)
        assert ([row.number for row in listed.rows], listed.unreadable) == ([2], ("1/2570",))
        for query in (FindFeedback(1), FindFeedbackContact(1, 2570)):
            with pytest.raises(UnreadableRowError) as caught:
                await one.answer_query(query, NOW)
            assert (caught.value.table, caught.value.number) == ("opinions", "1/2570")

    ground.run_scenario(scene)


def test_who_reads_a_contact_is_audited(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, make_act(1, contact="081"))
        await ground.commit_acts(one, RecordContactAccess(1, 2570, "s1"), RecordContactAccess(9, 2570, "s1"))

    ground.run_scenario(scene)
    ((own,),) = ground.execute_sql("SELECT id FROM opinions")
    rows = ground.execute_sql("SELECT actor, what, ref FROM audit ORDER BY seq")
    assert rows == [
        ("reporter", "opinion", own),
        ("staff:s1", "contact-opened", own),
        ("staff:s1", "contact-opened", ""),
    ]


def test_numbers_are_given_once_a_year_also_before_they_are_written(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, make_act(7))
        asked = [NewFeedbackNumber(year) for year in (2570, 2570, 2571)]
        assert [await one.answer_query(query, NOW) for query in asked] == [8, 9, 1]
        beside = FeedbackNumbers(one.feedback_numbers.read_batcher)
        assert await beside.allocate(NewFeedbackNumber(2570)) == 8

    ground.run_scenario(scene)


def test_a_day_begins_at_midnight_in_bangkok_for_erasure(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, make_act(1, on=date(2026, 11, 22)))
        evening = datetime.fromisoformat("2026-12-22T23:59:00+07:00")
        assert await delete_expired_feedback(one.committer, evening, timedelta(days=30)) == 0
        assert (
            await delete_expired_feedback(one.committer, evening + timedelta(minutes=1), timedelta(days=30))
            == 1
        )

    ground.run_scenario(scene)
