"""Stored consultations and feedback: one response per account, anonymous after the closing, nothing in clear text."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import insert

from handlers.consultations.messages import (
    AnnounceConsultation,
    CloseConsultation,
    Consultation,
    ConsultationPhase,
    ConsultationQuestion,
    ConsultationQuestionKind,
    ConsultationResult,
    FindConsultation,
    FindResponse,
    ListFreeTexts,
    ListPendingStatements,
    ListThemes,
    ModerateStatement,
    OfficeDecision,
    PublishConsultationResult,
    SaveTheme,
    SubmitResponse,
    Theme,
)
from handlers.dialog.events import Channel
from handlers.feedback.messages import (
    FindFeedback,
    FindFeedbackContact,
    ListFeedback,
    NewFeedbackNumber,
    SubmitFeedback,
)
from handlers.questions.messages import ReplyAddress
from ita_stats.calendar import to_bangkok_date
from ita_stats.opinions.model import AnonymousResponse, CountedTheme, ThemeDecision
from storage import tables
from storage.consultations import close
from storage.consultations.retention import (
    clear_feedback_senders,
    close_due_consultations,
    delete_expired_feedback,
    remind_of_promises,
)
from storage.consultations.store import encrypt_response_answers
from storage.db.pieces import MAX_PIECE_ROWS
from storage.errors import ConflictError
from storage.store import Store
from tests.properties import examples
from tests.storage.conftest import CANARY, NOW, StoredDesk
from tests.storage.staff.test_members import add_joined_staff
from tests.storage.transactions import count_rows_written

ASKED = Consultation(
    "ABC123",
    "เวลาเปิดบริการ",
    "มีผู้ขอ",
    "",
    NOW,
    NOW + timedelta(days=7),
    (
        ConsultationQuestion("q1", ConsultationQuestionKind.CHOICE, "ดีไหม", {"o1": "ดี", "o2": "ไม่จำเป็น"}),
        ConsultationQuestion("q2", ConsultationQuestionKind.CHOICES, "ใช้อะไร", {"o1": "ทุน", "o2": "ใบอนุญาต"}),
        ConsultationQuestion("q3", ConsultationQuestionKind.SCALE, "พอใจเพียงใด"),
        ConsultationQuestion("q4", ConsultationQuestionKind.TEXT, "อยากให้ทำอะไร"),
        ConsultationQuestion("q5", ConsultationQuestionKind.STATEMENTS, "ข้อเสนอ", {"s1": "ควรจองคิวได้"}),
    ),
)
ANSWERS = {"q1": "o1", "q2": "o1,o2", "q3": "4", "q4": CANARY, "q5.s1": "agree", "q5+": "ควรเปิดวันเสาร์"}


def person(number: int) -> bytes:
    return bytes([number]) * 32


def make_submission(
    who: int, answers: dict[str, str], *, account: bool = True, back: ReplyAddress | None = None
) -> SubmitResponse:
    return SubmitResponse(ASKED.code, person(who), account, answers, back)


async def load_responses(one: Store) -> list[AnonymousResponse]:
    return [
        found async for some in one.consultation_statistics.stream_responses(ASKED.code) for found in some
    ]


def test_a_voice_is_changed_until_it_closes_and_nobody_is_in_it_then(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, AnnounceConsultation(ASKED, "staff:x"))
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, AnnounceConsultation(ASKED, "staff:x"))
        await ground.commit_acts(one, make_submission(1, ANSWERS))
        await ground.commit_acts(one, make_submission(2, {"q1": "o2"}, account=False))
        await ground.commit_acts(one, make_submission(1, {**ANSWERS, "q1": "o2"}))
        mine = await one.answer_query(FindResponse(ASKED.code, person(1)), NOW)
        assert mine == {key: said for key, said in {**ANSWERS, "q1": "o2"}.items() if key != "q5+"}
        assert await one.answer_query(FindResponse(ASKED.code, person(3)), NOW) is None
        assert await one.answer_query(ListFreeTexts(ASKED.code), NOW) == ()
        before = {row[0] for row in ground.execute_sql("SELECT id FROM voices WHERE mark IS NOT NULL")}
        assert len(before) == 2
        await ground.commit_acts(one, CloseConsultation(ASKED.code, "staff:x"))
        rows = ground.execute_sql("SELECT id, mark FROM voices")
        assert [mark for _, mark in rows] == [None, None]
        assert not {own for own, _ in rows} & before
        assert ground.execute_sql("SELECT key, phase FROM ballots") == [(None, "closed")]
        assert await one.answer_query(FindResponse(ASKED.code, person(1)), NOW) is None
        found = await one.answer_query(FindConsultation(ASKED.code), NOW)
        assert (found.phase, found.is_open(NOW)) == (ConsultationPhase.CLOSED, False)
        for late in (make_submission(1, {"q1": "o1"}), CloseConsultation(ASKED.code, "staff:x")):
            with pytest.raises(ConflictError):
                await ground.commit_acts(one, late)
        said = sorted(await load_responses(one), key=lambda v: v.has_account)
        assert [v.has_account for v in said] == [False, True]
        assert said[1] == AnonymousResponse(True, {"q1": "o2", "q2": "o1,o2", "q3": "4", "q5.s1": "agree"})
        await one.retention.checkpoint_wal()

    ground.run_scenario(scene)
    assert CANARY.encode() not in ground.read_all_bytes()


def test_the_clock_closes_what_is_over_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, AnnounceConsultation(ASKED, "staff:x"))
        assert await close_due_consultations(one.committer, ASKED.closes - timedelta(minutes=1)) == 0
        assert await close_due_consultations(one.committer, ASKED.closes) == 1
        assert await close_due_consultations(one.committer, ASKED.closes + timedelta(days=2)) == 0

    ground.run_scenario(scene)


def test_many_voices_are_written_anew_in_parts_and_a_program_that_was_killed_goes_on(
    ground: StoredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(close, "REWRITE_SLICE", 3)
    before: set[str] = set()

    async def submit_and_close(one: Store) -> None:
        await ground.commit_acts(one, AnnounceConsultation(ASKED, "staff:x"))
        for number in range(8):
            await ground.commit_acts(one, make_submission(number, {"q1": "o1" if number < 5 else "o2"}))
        before.update(row[0] for row in ground.execute_sql("SELECT id FROM voices"))
        await ground.commit_acts(one, CloseConsultation(ASKED.code, "staff:x"))

    async def between(one: Store) -> None:
        # As after kill -9: three responses are anonymised, the key is deleted, and nothing is counted yet.
        assert ground.execute_sql("SELECT key, phase FROM ballots") == [(None, "open")]
        assert ground.execute_sql("SELECT COUNT(*) FROM voices WHERE mark IS NULL") == [(3,)]
        found = await one.answer_query(FindConsultation(ASKED.code), NOW)
        assert not found.is_open(NOW)
        assert await one.answer_query(ListFreeTexts(ASKED.code), NOW) == ()
        for late in (make_submission(1, {"q1": "o1"}), CloseConsultation(ASKED.code, "staff:x")):
            with pytest.raises(ConflictError):
                await ground.commit_acts(one, late)
        assert await close_due_consultations(one.committer, NOW) == 1
        assert await close_due_consultations(one.committer, NOW) == 0
        rows = ground.execute_sql("SELECT id, mark FROM voices")
        assert len(rows) == 8
        assert {mark for _, mark in rows} == {None}
        assert not before & {own for own, _ in rows}
        picked = Counter(v.answers["q1"] for v in await load_responses(one))
        assert picked == {"o1": 5, "o2": 3}
        closed = await one.answer_query(FindConsultation(ASKED.code), NOW)
        assert (closed.phase, closed.closes) == (ConsultationPhase.CLOSED, NOW)
        assert ground.execute_sql("SELECT COUNT(*) FROM audit WHERE what = 'consultation-closed'") == [(1,)]

    ground.run_scenario(submit_and_close)
    ground.run_scenario(between)


def test_a_closing_writes_no_more_rows_at_a_time_than_others_wait_for(ground: StoredDesk) -> None:
    count = 3 * close.REWRITE_SLICE + 1

    async def scene(one: Store) -> None:
        await ground.commit_acts(one, AnnounceConsultation(ASKED, "staff:x"))
        async with one.committer.transaction() as connection:
            for number in range(count):
                own = f"{number:032x}"
                sealed = encrypt_response_answers(one.keyring, own, {"q1": "o1"})
                row = {
                    "id": own,
                    "code": ASKED.code,
                    "mark": person(number),
                    "account": True,
                    "sealed": sealed,
                }
                await connection.execute(insert(tables.voices), row)
        counts = count_rows_written(one)
        assert await close_due_consultations(one.committer, ASKED.closes) == 1
        assert sum(counts) >= 2 * count
        assert max(counts) <= MAX_PIECE_ROWS
        assert len(await load_responses(one)) == count

    ground.run_scenario(scene)


def test_a_statement_joins_once_it_was_read(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, AnnounceConsultation(ASKED, "staff:x"))
        for number in (1, 2):
            await ground.commit_acts(
                one, make_submission(number, {"q5+": " ควรเปิดวันเสาร์ " if number == 2 else "ควรเปิดวันเสาร์"})
            )
        await ground.commit_acts(one, make_submission(3, {"q5+": "คำหยาบ"}))
        waiting = {
            found.text.strip(): found for found in await one.answer_query(ListPendingStatements(), NOW)
        }
        assert set(waiting) == {"ควรเปิดวันเสาร์", "คำหยาบ"}
        await ground.commit_acts(one, ModerateStatement(waiting["ควรเปิดวันเสาร์"].id, True, "staff:x"))
        await ground.commit_acts(one, ModerateStatement(waiting["คำหยาบ"].id, False, "staff:x"))
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, ModerateStatement(waiting["คำหยาบ"].id, True, "staff:y"))
        found = await one.answer_query(FindConsultation(ASKED.code), NOW)
        assert dict(found.questions[4].options) == {"s1": "ควรจองคิวได้", "s2": "ควรเปิดวันเสาร์"}
        assert await one.answer_query(ListPendingStatements(), NOW) == ()

    ground.run_scenario(scene)


def test_what_came_of_it_is_told_once_to_who_wished(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, AnnounceConsultation(ASKED, "staff:x"))
        for number in (1, 2):
            back = ReplyAddress(person(number), Channel.TELEGRAM, b"back%d" % number, "th")
            await ground.commit_acts(one, make_submission(number, ANSWERS, back=back))
        await ground.commit_acts(one, CloseConsultation(ASKED.code, "staff:x"))
        written = await one.answer_query(ListFreeTexts(ASKED.code), NOW)
        assert [(w.number, w.text, w.writers) for w in written] == [(1, CANARY, 2)]
        theme = Theme(1, "ค่าธรรมเนียม", texts=(1,), quotes=("คำ",))
        await ground.commit_acts(one, SaveTheme(ASKED.code, theme, "staff:x"))
        on = to_bangkok_date(NOW)
        theme = Theme(1, "ค่าธรรมเนียม", (1,), 0, ("คำ",), OfficeDecision.ADOPTED, "ติดป้าย", on, None)
        await ground.commit_acts(one, SaveTheme(ASKED.code, theme, "staff:x"))
        (found,) = await one.answer_query(ListThemes(ASKED.code), NOW)
        assert (found.voices, found.taken, found.by) == (2, OfficeDecision.ADOPTED, on)
        (counted,) = await one.consultation_statistics.load_themes(ASKED.code)
        assert counted == CountedTheme("ค่าธรรมเนียม", 2, ("คำ",), ThemeDecision.ADOPTED, "ติดป้าย", on, None)
        assert await one.consultation_statistics.load_result(ASKED.code) is None
        out = PublishConsultationResult(
            ASKED.code, ConsultationResult(b"{}", 2, "https://x/opinions/ABC123"), ASKED.title, "staff:x"
        )
        await ground.commit_acts(one, out)
        assert await one.consultation_statistics.load_result(ASKED.code) == b"{}"
        told = await one.outbox.list_all("telegram")
        assert sorted(letter.payload.back for letter in told) == [b"back1", b"back2"]
        assert ground.execute_sql("SELECT count(*) FROM hearers") == [(0,)]
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, out)

    ground.run_scenario(scene)


async def submit_test_feedback(ground: StoredDesk, one: Store, who: int, text: str, **more: object) -> int:
    number = await one.answer_query(NewFeedbackNumber(2570), NOW)
    act = SubmitFeedback(2570, number, "counter", 2, to_bangkok_date(NOW), person(who), text, **more)  # type: ignore[arg-type]
    await ground.commit_acts(one, act)
    return int(number)


def test_the_same_words_stand_once_a_person_and_together(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        for who in (1, 1, 2, 3):
            await submit_test_feedback(ground, one, who, CANARY)
        last = await submit_test_feedback(ground, one, 4, "เรื่องอื่น", contact="081-234-5678")
        found = (await one.answer_query(ListFeedback(), NOW)).rows
        assert Counter({o.text: o.same_text_count for o in found}) == Counter({CANARY: 2, "เรื่องอื่น": 0})
        whole = await one.answer_query(FindFeedback(last, 2570), NOW)
        assert (whole.has_contact, whole.register_number) == (True, f"{last}/2570")
        assert await one.answer_query(FindFeedbackContact(last, 2570), NOW) == "081-234-5678"
        assert await one.answer_query(FindFeedbackContact(last - 1, 2570), NOW) == ""
        assert await one.answer_query(FindFeedback(99), NOW) is None
        assert len(await one.consultation_statistics.load_feedback()) == 4
        later = NOW + timedelta(days=3)
        assert await clear_feedback_senders(one.committer, later) == 4
        assert (
            await delete_expired_feedback(one.committer, NOW + timedelta(days=400), timedelta(days=365)) == 4
        )
        assert (await one.answer_query(ListFeedback(), NOW)).rows == ()
        assert {(o.month, o.topic, o.score) for o in await one.consultation_statistics.load_feedback()} == {
            ("2569-11", "counter", 2)
        }

    ground.run_scenario(scene)
    assert CANARY.encode() not in ground.read_all_bytes()
    assert b"081-234-5678" not in ground.read_all_bytes()


@examples(15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["o1", "o2"]), st.booleans()), max_size=12))
def test_each_account_has_one_voice_and_the_last_counts(
    ground: StoredDesk, turns: list[tuple[int, str, bool]]
) -> None:
    last = {who: pick for who, pick, _ in turns}

    async def scene(one: Store) -> None:
        code = f"C{next(ground.event_numbers):05}"
        ballot = Consultation(code, "ก", "", "", NOW, ASKED.closes, ASKED.questions)
        await ground.commit_acts(one, AnnounceConsultation(ballot, "staff:x"))
        for who, pick, account in turns:
            await ground.commit_acts(one, SubmitResponse(code, person(who), account, {"q1": pick}))
        await ground.commit_acts(one, CloseConsultation(code, "staff:x"))
        given = [found async for some in one.consultation_statistics.stream_responses(code) for found in some]
        assert Counter(v.answers["q1"] for v in given) == Counter(last.values())

    ground.run_scenario(scene)


def test_a_promise_is_reminded_of_around_its_day(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await add_joined_staff(ground, one)
        await ground.commit_acts(one, AnnounceConsultation(ASKED, "staff:x"))
        on = to_bangkok_date(NOW) + timedelta(days=7)
        promised = Theme(1, "ป้าย", (), 0, (), OfficeDecision.ADOPTED, "ติดป้าย", on, None)
        await ground.commit_acts(one, SaveTheme(ASKED.code, promised, "staff:x"))
        told = [await remind_of_promises(one.committer, NOW + timedelta(days=n)) for n in (0, 1, 7, 14, 15)]
        assert told == [1, 0, 1, 1, 0]
        await ground.commit_acts(one, SaveTheme(ASKED.code, replace(promised, done=on), "staff:x"))
        assert await remind_of_promises(one.committer, NOW + timedelta(days=7)) == 0

    ground.run_scenario(scene)
