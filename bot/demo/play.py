"""Play the plan of a demo into two desks: each step is an act of the product, at its own instant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import assert_never

from bot.bootstrap import App
from bot.demo.case_life import OFFICERS
from bot.demo.steps import (
    CaseStep,
    DemoPlan,
    PlannedAct,
    PlannedAssignment,
    PlannedFeedback,
    PlannedLine,
    PlannedMove,
    PlannedResults,
    PlannedThreadEnd,
    PlannedThreadLine,
    Step,
    ThreadStep,
    TimedStep,
)
from bot.desk_names import DESK_NAMES, DeskName
from bot.errors import BotError
from bot.importers.faq_file import store_example_faq
from bot.jobs.publishing import run_publishing_jobs
from handlers.complaints.lifecycle import get_next_status
from handlers.complaints.messages import ActorKind, AddHistoryEntry, ApplyTransition, FindCase
from handlers.consultations.messages import (
    GetConsultationResult,
    ListFreeTexts,
    PublishConsultationResult,
    SaveTheme,
)
from handlers.dialog.effects import Act, TurnResult
from handlers.dialog.events import Channel, Event
from handlers.feedback.messages import NewFeedbackNumber
from handlers.questions.faq_messages import PublishedQuestion, PublishQuestion
from handlers.questions.messages import (
    AppendThreadLine,
    CloseQuestion,
    FindThreadByCode,
    QuestionThread,
    RateAnswer,
    Rating,
    ThreadLineKind,
)
from handlers.staff.complaints.messages import AssignCase
from handlers.staff.members import FindInvitation, JoinStaff, NewTotpSecret, StaffProfile
from handlers.staff.permissions import Role
from ita_stats.calendar import BANGKOK, to_bangkok_date
from storage.store import Store

RELEASE_TIME = time(9, 5)
"""When on the first of a month the releases of the month before are made (Bangkok): an hour after the example's."""


class DemoStepError(BotError):
    """A step of the demo found no case, question or result: our fault."""


@dataclass
class DemoPlayer:
    """Plays steps into the desks of an app. officers: the ids of those of the complaints desk who have cases."""

    app: App
    officers: list[str] = field(default_factory=list)
    step_count: int = 0

    def get_store(self, desk: DeskName) -> Store:
        return self.app.desks[desk].store

    async def play(
        self, plan: DemoPlan, until: datetime, report_progress: Callable[[int], None] = lambda _: None
    ) -> None:
        """Play all steps, and after each month its releases. report_progress: is told the hundredths that are done."""
        first = plan.steps[0].at if plan.steps else until
        await self._add_staff(first - timedelta(hours=1))
        await store_example_faq(self.get_store("service"), first - timedelta(hours=1))
        next_release = _find_next_release(first)
        for place, timed in enumerate(plan.steps):
            while timed.at >= next_release:
                await self._publish(next_release)
                next_release = _find_next_release(next_release)
            await self._play_step(timed)
            if place % 100 == 0:
                report_progress(100 * place // len(plan.steps))
        while next_release <= until:
            await self._publish(next_release)
            next_release = _find_next_release(next_release)

    async def _publish(self, at: datetime) -> None:
        async for _ in run_publishing_jobs(self.app, at):
            pass

    async def _add_staff(self, at: datetime) -> None:
        for desk in DESK_NAMES:
            store = self.get_store(desk)
            for place in range(1, OFFICERS + 1):
                role = Role.SUPERVISOR if place == 1 else Role.OFFICER
                invitation = await store.staff_admin.add(role, StaffProfile(f"ผู้ทำงานสมมติคนที่ {place}"), at)
                person = await store.answer_query(FindInvitation(invitation.code), at)
                secret = await store.answer_query(NewTotpSecret(), at)
                who = store.keyring.hash_id("demo", person.id)
                on = to_bangkok_date(at)
                # Nobody holds this second factor: nothing is kept of it but in the desk.
                act = JoinStaff(person.id, invitation.code, who, secret, (), Channel.TERMINAL, None, "th", on)
                await self._commit(desk, at, act)
                if desk == "complaints":
                    self.officers.append(person.id)

    async def _commit(self, desk: DeskName, at: datetime, *acts: Act) -> None:
        store = self.get_store(desk)
        self.step_count += 1
        who = store.keyring.hash_id("demo", str(self.step_count))
        event = Event(f"demo-{self.step_count}", who, Channel.TERMINAL)
        await store.commit(event, None, TurnResult(None, (), acts), at)

    async def _play_step(self, timed: TimedStep) -> None:
        await self._commit(timed.desk, timed.at, *await self._build_acts(timed.step, timed.at))

    async def _build_acts(self, step: Step, at: datetime) -> Sequence[Act]:
        """Build the acts of a step from what the desk holds at its instant."""
        match step:
            case PlannedAct(act):
                return (act,)
            case PlannedFeedback(act):
                query = NewFeedbackNumber(act.fiscal_year)
                number = await self.get_store("service").answer_query(query, at)
                return (replace(act, number=number),)
            case CaseStep():
                return (await self._build_case_act(step, at),)
            case ThreadStep():
                return (await self._build_thread_act(step, at),)
            case PlannedResults():
                return await self._build_result_acts(step, at)
            case _:
                assert_never(step)

    async def _build_case_act(self, step: CaseStep, at: datetime) -> Act:
        case = await self.get_store("complaints").answer_query(FindCase(step.receipt), at)
        if case is None:
            raise DemoStepError("a step for a case that was not filed")
        seq, on, officer = case.seq + 1, to_bangkok_date(at), self.officers[step.officer]
        match step.what:
            case PlannedAssignment():
                return AssignCase(case.id, seq, on, officer, self.officers[0])
            case PlannedLine(kind, by, text, answer_days):
                staff = officer if by is ActorKind.OFFICE else ""
                body = str(on + timedelta(days=answer_days)) if answer_days else ""
                return AddHistoryEntry(case.id, seq, on, kind, by, text, staff=staff, body=body)
            case PlannedMove(request, by, text):
                staff = officer if by is ActorKind.OFFICE else ""
                status = get_next_status(case.status, request)
                return ApplyTransition(case.id, seq, on, request, status, by, text, staff=staff)
            case _:
                assert_never(step.what)

    async def _build_thread_act(self, step: ThreadStep, at: datetime) -> Act:
        found = await self.get_store("service").answer_query(FindThreadByCode(step.receipt), at)
        if found is None:
            raise DemoStepError("a step for a question that was not asked")
        thread: QuestionThread = found
        on = to_bangkok_date(at)
        match step.what:
            case PlannedThreadLine(kind, text):
                is_answer = kind is ThreadLineKind.ANSWER
                by = ActorKind.OFFICE if is_answer else ActorKind.REPORTER
                due = on + timedelta(days=self.app.office.deadlines.first_answer_days)
                return AppendThreadLine(
                    thread.id, thread.seq + 1, on, kind, by, text, None if is_answer else due
                )
            case Rating():
                return RateAnswer(thread.id, step.what)
            case PlannedThreadEnd.CLOSE:
                return CloseQuestion(thread.id, thread.seq + 1, on)
            case PlannedThreadEnd.PUBLISH:
                answer = next(line for line in thread.lines if line.kind is ThreadLineKind.ANSWER)
                post = PublishedQuestion(
                    thread.id[::-1], thread.question, answer.text, thread.asked_on, answer.on
                )
                return PublishQuestion(thread.id, post)
            case _:
                assert_never(step.what)

    async def _build_result_acts(self, step: PlannedResults, at: datetime) -> Sequence[Act]:
        """Group all free texts in one theme with its answer, then publish what the product counts of it."""
        desk = self.app.desks["service"]
        texts = await desk.store.answer_query(ListFreeTexts(step.code), at)
        theme = replace(step.theme, texts=tuple(one.number for one in texts))
        await self._commit("service", at, SaveTheme(step.code, theme, "admin"))
        result = await desk.engine.query_handlers[GetConsultationResult](GetConsultationResult(step.code), at)
        if result is None:
            raise DemoStepError("results of a consultation that is not closed")
        return (PublishConsultationResult(step.code, result, step.title, "admin"),)


def _find_next_release(after: datetime) -> datetime:
    """Return the first instant after another at which releases are made (UTC)."""
    day = to_bangkok_date(after).replace(day=1)
    while (at := datetime.combine(day, RELEASE_TIME, BANGKOK).astimezone(UTC)) <= after:
        day = (day + timedelta(days=32)).replace(day=1)
    return at
