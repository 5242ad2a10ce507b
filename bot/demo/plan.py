"""Plan the demo: which cases, questions and opinions come on which day, and what becomes of them.

The same seed, day and texts make the same plan. What would happen after the last day is left out: so there are cases of
all states, some of them late.
"""

import random
from datetime import UTC, date, datetime, time, timedelta

from bot.demo.case_life import plan_case_life
from bot.demo.planner import Planner
from bot.demo.steps import (
    DemoPlan,
    PlannedAct,
    PlannedFeedback,
    PlannedResults,
    PlannedThreadEnd,
    PlannedThreadLine,
    ThreadStep,
)
from bot.demo.texts import CaseStory, ConsultationTexts, DemoTexts, FreeTexts, QuestionTexts
from handlers.complaints.deadlines import compute_answer_by
from handlers.complaints.lifecycle import CaseSource
from handlers.complaints.messages import FileCase
from handlers.consultations.messages import (
    AnnounceConsultation,
    CloseConsultation,
    Consultation,
    ConsultationQuestion,
    ConsultationQuestionKind,
    OfficeDecision,
    SubmitResponse,
    Theme,
)
from handlers.dialog.events import Channel
from handlers.dialog.receipt import RECEIPT_ALPHABET, Receipt
from handlers.feedback.messages import SubmitFeedback
from handlers.office import Office
from handlers.questions.messages import Rating, SubmitQuestion, ThreadLineKind
from handlers.staff.service.consultations import pick_consultation_code
from ita_stats.calendar import (
    BANGKOK,
    CalendarMonth,
    format_calendar_month,
    get_fiscal_year,
    to_bangkok_date,
)

YEAR_DAYS = 365
CASES_A_DAY, QUESTIONS_A_DAY, OPINIONS_A_DAY = 0.5, 0.55, 0.9
SOURCES = (
    *((Channel.LINE, None),) * 5,
    *((Channel.WEB, None),) * 4,
    *((Channel.TELEGRAM, None),) * 2,
    (Channel.TERMINAL, CaseSource.LETTER),
    (Channel.TERMINAL, CaseSource.WALK_IN),
    (Channel.TERMINAL, CaseSource.CALL),
)
"""By what channel cases come, or how an officer got those that they entered; drawn evenly."""

CONSULTATION_RESPONSES = 48


def plan_demo(texts: DemoTexts, office: Office, today: date, seed: int, days: int = YEAR_DAYS) -> DemoPlan:
    """Plan what happens in the days before today (Bangkok)."""
    planner = Planner(
        texts,
        office,
        today - timedelta(days=days),
        today - timedelta(days=1),
        random.Random(f"{seed} {today} {days}"),  # noqa: S311 - invented people need no secrets
    )
    cases = _plan_cases(planner)
    questions = _plan_questions(planner)
    _plan_opinions(planner)
    _plan_consultations(planner)
    # Sorting is stable: what has the same minute keeps its order.
    steps = sorted(planner.steps, key=lambda one: one.at)
    return DemoPlan(tuple(steps), tuple(cases), tuple(questions))


def _plan_cases(planner: Planner) -> list[Receipt]:
    cases, waiting = list[Receipt](), list[CaseStory]()
    for day in planner.draw_days(CASES_A_DAY):
        if not waiting:
            waiting = planner.chance.sample(planner.texts.cases.story, len(planner.texts.cases.story))
        story, receipt = waiting.pop(), planner.draw_receipt()
        filed_at = _plan_filing(planner, story, receipt, day)
        plan_case_life(planner, story, receipt, filed_at)
        if to_bangkok_date(filed_at) <= planner.last_day:  # an officer enters on Monday what came on Sunday
            cases.append(receipt)
    return cases


def _plan_filing(planner: Planner, story: CaseStory, receipt: Receipt, day: date) -> datetime:
    chance, cases = planner.chance, planner.texts.cases
    channel, source = chance.choice(SOURCES)
    at = planner.draw_instant(day, in_office=source is not None)
    day = to_bangkok_date(at)
    before = day - timedelta(days=chance.randint(20, 70))
    month = format_calendar_month(CalendarMonth.from_date(before))
    fill = {"school": chance.choice(cases.schools), "baht": chance.choice(cases.baht), "month": month}
    answers = {
        "story": story.text.format(**fill),
        "accused": story.accused,
        "where": story.where.format(**fill),
        "head": "no",
    }
    planner.add(
        at,
        "complaints",
        PlannedAct(
            FileCase(
                receipt,
                story.kind,
                channel,
                day,
                compute_answer_by(day, planner.office.deadlines),
                "" if source else planner.office.privacy.version,
                answers={name: text for name, text in answers.items() if text},
                source=source,
            )
        ),
    )
    return at


def _plan_questions(planner: Planner) -> list[Receipt]:
    questions, waiting = list[Receipt](), list[QuestionTexts]()
    for day in planner.draw_days(QUESTIONS_A_DAY):
        if not waiting:
            waiting = planner.chance.sample(planner.texts.questions, len(planner.texts.questions))
        words, receipt = waiting.pop(), planner.draw_receipt()
        at, due = planner.draw_instant(day), day + timedelta(days=planner.office.deadlines.first_answer_days)
        act = SubmitQuestion(receipt, words.ask, planner.draw_person(), "th", day, due)
        planner.add(at, "service", PlannedAct(act))
        _plan_thread(planner, words, receipt, at)
        questions.append(receipt)
    return questions


def _plan_thread(planner: Planner, words: QuestionTexts, receipt: Receipt, asked_at: datetime) -> None:
    def add(what: PlannedThreadLine | Rating | PlannedThreadEnd) -> None:
        planner.add(at, "service", ThreadStep(receipt, what))

    chance = planner.chance
    at = planner.draw_later(asked_at, (1, 1, 2, 2, 3, 4, 6, 9, 13, 19))
    if not words.answer:
        add(PlannedThreadEnd.CLOSE)
        return
    add(PlannedThreadLine(ThreadLineKind.ANSWER, words.answer))
    if words.more:
        at = planner.draw_later(at, (1, 3), in_office=False)
        add(PlannedThreadLine(ThreadLineKind.MORE, words.more))
        at = planner.draw_later(at, (3, 4, 8))
        add(PlannedThreadLine(ThreadLineKind.ANSWER, words.again))
    if chance.random() < 0.55:
        at = planner.draw_later(at, (1, 2), in_office=False)
        add(chance.choice((*(Rating.GOOD,) * 6, Rating.FAIR, Rating.FAIR, Rating.POOR)))
    if words.published and words.ask not in planner.published and chance.random() < 0.5:
        planner.published.add(words.ask)
        at = planner.draw_later(at, (1, 3))
        add(PlannedThreadEnd.PUBLISH)


def _plan_opinions(planner: Planner) -> None:
    chance, waiting = planner.chance, list[tuple[str, int, str]]()
    known = {topic.code for topic in planner.office.topics}
    opinions = [one for one in planner.texts.opinions.list_opinions() if one[0] in known]
    for day in planner.draw_days(OPINIONS_A_DAY):
        waiting = waiting or chance.sample(opinions, len(opinions))
        topic, score, words = waiting.pop()
        text = words if chance.random() < 0.8 else ""  # many give a score alone
        wish = chance.choice(planner.texts.opinions.wishes) if chance.random() < 0.2 else ""
        act = SubmitFeedback(
            get_fiscal_year(day), 0, topic, score, day, planner.draw_person(), text=text, wish=wish
        )
        planner.add(planner.draw_instant(day), "service", PlannedFeedback(act))


def _plan_consultations(planner: Planner) -> None:
    """Plan one consultation that is over, with its results, and one that is open today."""
    length = (planner.last_day - planner.first_day).days + 1
    opened = planner.first_day + timedelta(days=length // 3)
    closed = opened + timedelta(days=max(length // 12, 4))
    opinions = planner.texts.opinions
    code = _plan_consultation(planner, opinions.consultation, opinions.consultation_texts, opened, closed)
    end = planner.draw_instant(closed, in_office=True)
    planner.add(end, "service", PlannedAct(CloseConsultation(code, "admin")))
    by = to_bangkok_date(end) + timedelta(days=270)
    free = opinions.consultation_texts
    theme = Theme(1, free.theme, (), 0, (), OfficeDecision.PARTLY, free.reason, by)
    published = planner.draw_later(end, (2,))
    planner.add(published, "service", PlannedResults(code, opinions.consultation.title, theme))
    opened = planner.last_day - timedelta(days=9)
    closed = planner.last_day + timedelta(days=21)
    _plan_consultation(planner, opinions.next_consultation, opinions.next_consultation_texts, opened, closed)


def _plan_consultation(
    planner: Planner, words: ConsultationTexts, free: FreeTexts, opened: date, closed: date
) -> str:
    """Plan the announcement and the responses of a consultation; return its code."""
    chance = planner.chance
    code = pick_consultation_code("".join(chance.choices(RECEIPT_ALPHABET, k=18)))
    opens = datetime.combine(opened, time(9), BANGKOK).astimezone(UTC)
    closes = datetime.combine(closed, time(23, 59), BANGKOK).astimezone(UTC)
    questions = tuple(
        ConsultationQuestion(
            f"q{place}",
            one.kind,
            one.title,
            {f"o{at}": label for at, label in enumerate(one.options, start=1)},
        )
        for place, one in enumerate(words.questions, start=1)
    )
    consultation = Consultation(code, words.title, words.background, "", opens, closes, questions)
    planner.add(opens, "service", PlannedAct(AnnounceConsultation(consultation, "admin")))
    until = min(closed, planner.last_day + timedelta(days=1))
    for _ in range(CONSULTATION_RESPONSES):
        day = opened + timedelta(days=chance.randrange(1, (until - opened).days))
        answers = {one.key: _draw_answer(planner, one, free) for one in questions}
        given = {key: answer for key, answer in answers.items() if answer}
        act = SubmitResponse(code, planner.draw_person(), chance.random() < 0.6, given)
        planner.add(planner.draw_instant(day), "service", PlannedAct(act))
    return code


def _draw_answer(planner: Planner, question: ConsultationQuestion, free: FreeTexts) -> str:
    if question.kind is ConsultationQuestionKind.SCALE:
        return planner.chance.choice("1223334445")
    if question.kind is ConsultationQuestionKind.TEXT:
        return planner.chance.choice(free.texts) if planner.chance.random() < 0.4 else ""
    options = list(question.options)
    return planner.chance.choice([*options, options[0], options[1]])
