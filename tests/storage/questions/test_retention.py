"""Questions that ended are erased in time, buckets with the key of their day, and officers hear of what is due."""

from datetime import date, timedelta

import pytest

from handlers.complaints.messages import ActorKind
from handlers.dialog.events import Channel
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import Phrase
from handlers.questions.faq_messages import GetFaqCatalogue, PublishedQuestion, PublishQuestion
from handlers.questions.messages import (
    AppendThreadLine,
    CloseQuestion,
    FindThreadByCode,
    ReplyAddress,
    SubmitQuestion,
    ThreadLineKind,
)
from handlers.staff.permissions import Role
from storage.questions.retention import (
    clear_question_buckets,
    delete_ended_questions,
    remind_of_due_questions,
)
from storage.store import Store
from tests.storage.conftest import CANARY, NOW, StoredDesk
from tests.storage.staffed_desk import join_staff, list_letters

DAY = NOW.date()
YEAR = timedelta(days=365)
ANN = b"a" * 32


async def ask(
    ground: StoredDesk, one: Store, number: int, due: date = DAY, at: timedelta = timedelta()
) -> str:
    """Ask a question; returns its id."""
    back = ReplyAddress(ANN, Channel.TELEGRAM, b"chat of ann", "th")
    act = SubmitQuestion(make_receipt(number), CANARY, ANN, "th", (NOW + at).date(), due, back)
    await ground.commit_acts(one, act, at=NOW + at)
    return str((await one.answer_query(FindThreadByCode(make_receipt(number)), NOW)).id)


async def answer(ground: StoredDesk, one: Store, question: str) -> None:
    line = AppendThreadLine(question, 2, DAY, ThreadLineKind.ANSWER, ActorKind.OFFICE, "ยืมได้", staff="s1")
    await ground.commit_acts(one, line)


def test_what_ended_long_enough_ago_is_erased_and_what_was_published_stays(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        answered, closed, waiting = [await ask(ground, one, n) for n in (1, 2, 3)]
        await answer(ground, one, answered)
        await ground.commit_acts(one, CloseQuestion(closed, 1, DAY))
        post = PublishedQuestion("p1", "ถาม", "ตอบ", DAY, DAY)
        await ground.commit_acts(one, PublishQuestion(answered, post))
        assert await delete_ended_questions(one.committer, NOW + YEAR, YEAR) == 0
        assert await delete_ended_questions(one.committer, NOW + YEAR + timedelta(days=1), YEAR) == 2
        assert ground.execute_sql("SELECT id FROM questions") == [(waiting,)]
        assert (await one.answer_query(GetFaqCatalogue(), NOW)).published == (post,)
        assert await one.verify_audit() == []
        counted = sorted(
            tuple(step for _, step in thread.steps) for thread in await one.load_counted_threads()
        )
        assert counted == [("asked",), ("asked", "answered"), ("asked", "closed")]

    ground.run_scenario(scene)
    for table in ("question_lines", "addresses"):
        assert ground.execute_sql(f"SELECT count(*) FROM {table}") == [(1,)]
    erased = ground.execute_sql(
        "SELECT count(*) FROM audit WHERE what = 'question-erased' AND actor = 'clock'"
    )
    assert erased == [(2,)]


def test_buckets_go_with_the_key_of_their_day(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ask(ground, one, 1)
        await ask(ground, one, 2, at=timedelta(days=1))
        assert await clear_question_buckets(one.committer, NOW + timedelta(days=1)) == 0
        assert await clear_question_buckets(one.committer, NOW + timedelta(days=2)) == 1
        assert await clear_question_buckets(one.committer, NOW + timedelta(days=2)) == 0

    ground.run_scenario(scene)
    rows = ground.execute_sql("SELECT number, bucket != '' FROM questions ORDER BY number")
    assert rows == [(1, 0), (2, 1)]


@pytest.mark.parametrize(
    ("due", "officers", "soon", "late", "climbed"),
    [
        ((4,), True, 0, 0, 0),
        ((3, 0), True, 2, 0, 0),
        ((-1,), True, 0, 1, 0),
        ((-7, 2), True, 1, 1, 1),
        ((-7, -6), True, 0, 2, 1),
        ((-1,), False, 0, 1, 0),
    ],
)
def test_officers_hear_what_is_due_and_supervisors_what_is_late_for_long(
    ground: StoredDesk, due: tuple[int, ...], officers: bool, soon: int, late: int, climbed: int
) -> None:
    async def scene(one: Store) -> None:
        for number, days in enumerate(due, 1):
            question = await ask(ground, one, number, DAY + timedelta(days=days))
            assert question
        answered = await ask(ground, one, 99, DAY - timedelta(days=30))
        await ground.commit_acts(one, CloseQuestion(answered, 1, DAY))
        if officers:
            await join_staff(ground, one, "officer")
        await join_staff(ground, one, "boss", Role.SUPERVISOR)
        await one.outbox.complete([item.id for item in await one.outbox.list_all("telegram")])
        told = await remind_of_due_questions(one.committer, NOW, 3, 7)
        notice = Phrase("inquiry.notice.due", {"soon": soon, "late": late})
        expected = []
        if climbed:
            expected.append((b"boss", "inquiry.notice.climbed", {"late": climbed, "days": 7}))
        if soon + late:
            expected.append((b"officer" if officers else b"boss", notice.key, notice.args))
        letters = [(back, key, args) for back, _, key, args in await list_letters(one)]
        assert letters == expected
        assert told == len(expected)

    ground.run_scenario(scene)
