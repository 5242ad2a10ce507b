"""What statistics read of consultations and feedback: no free texts, no persons, and everything that counts."""

from dataclasses import replace
from datetime import date, timedelta

from handlers.consultations.messages import (
    AnnounceConsultation,
    CloseConsultation,
    SaveTheme,
    SubmitResponse,
    Theme,
)
from handlers.feedback.messages import SubmitFeedback
from ita_stats.opinions.model import CountedFeedback, CountedTheme
from storage.consultations.retention import delete_expired_feedback
from storage.consultations.statistics_source import ConsultationStatistics
from storage.store import Store
from tests.handlers.consultations.consultation_rows import CONSULTATION
from tests.storage.conftest import CANARY, NOW, StoredDesk

CODE = CONSULTATION.code
GIVEN = {"q1": "a", "q2": "a,b", "q3": "4", "q4": CANARY, "q5.s1": "agree", "q5+": f"{CANARY} เพิ่ม"}


async def respond(ground: StoredDesk, one: Store, count: int) -> ConsultationStatistics:
    """Announce a consultation and let some people respond; returns what reads it."""
    await ground.commit_acts(one, AnnounceConsultation(CONSULTATION, "staff:s1", b"%PDF-1.4"))
    for n in range(count):
        await ground.commit_acts(one, SubmitResponse(CODE, bytes([n]) * 32, n % 2 == 0, GIVEN))
    return one.consultation_statistics


def test_a_consultation_is_counted_as_it_was_asked(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        source = await respond(ground, one, 0)
        later = replace(
            CONSULTATION, code="AAAAAA", opens=NOW + timedelta(days=1), closes=NOW + timedelta(days=9)
        )
        await ground.commit_acts(one, AnnounceConsultation(later, "staff:s1"))
        newest, first = await source.load_consultations()
        assert (newest.code, first.code, first.title) == ("AAAAAA", CODE, CONSULTATION.title)
        assert [(q.key, q.kind.value) for q in first.questions] == [
            (q.key, q.kind.value) for q in CONSULTATION.questions
        ]
        assert await source.load_background_pdf(CODE) == b"%PDF-1.4"
        assert await source.load_background_pdf("AAAAAA") is None
        assert await source.load_result(CODE) is None

    ground.run_scenario(scene)


def test_responses_are_read_once_it_is_closed_without_what_anybody_wrote(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        source = await respond(ground, one, 5)
        assert [some async for some in source.stream_responses(CODE)] == []
        await ground.commit_acts(one, CloseConsultation(CODE, "staff:s1"))
        responses = [response async for some in source.stream_responses(CODE) for response in some]
        assert sorted(response.has_account for response in responses) == [False, False, True, True, True]
        for response in responses:
            assert response.answers == {"q1": "a", "q2": "a,b", "q3": "4", "q5.s1": "agree"}

    ground.run_scenario(scene)


def test_themes_are_counted_with_the_answer_of_the_office(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        source = await respond(ground, one, 2)
        await ground.commit_acts(one, CloseConsultation(CODE, "staff:s1"))
        theme = Theme(1, "การเดินทาง", (1,), quotes=("ขอรถ",), reason="จะจัด", by=date(2027, 9, 30))
        await ground.commit_acts(one, SaveTheme(CODE, theme, "staff:s1"))
        (found,) = await source.load_themes(CODE)
        assert found == CountedTheme(
            "การเดินทาง", found.voices, ("ขอรถ",), None, "จะจัด", date(2027, 9, 30), None
        )
        assert found.voices == 2  # two people wrote the same words

    ground.run_scenario(scene)


def test_feedback_counts_also_after_its_text_was_erased(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        source = await respond(ground, one, 0)
        await ground.commit_acts(one, SubmitFeedback(2570, 1, "counter", 2, NOW.date(), b"a" * 32, CANARY))
        await ground.commit_acts(one, SubmitFeedback(2570, 2, "licence", None, NOW.date(), b"b" * 32, CANARY))
        expected = [("2569-11", "counter", 2), ("2569-11", "licence", None)]
        for _ in range(2):
            found = await source.load_feedback()
            assert sorted((one.month, one.topic, one.score) for one in found) == expected
            assert all(isinstance(one, CountedFeedback) for one in found)
            await delete_expired_feedback(one.committer, NOW + timedelta(days=400), timedelta(days=365))

    ground.run_scenario(scene)
