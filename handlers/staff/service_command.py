"""The context in which a command of the service desk runs, and helpers for its buttons."""

from dataclasses import dataclass, replace

from handlers.dialog.context import Context
from handlers.dialog.effects import Act, TurnResult
from handlers.dialog.replies import Choice, Reply, ReplyArg, ReplyPolicy
from handlers.questions.messages import QuestionThread
from handlers.staff.members import StaffMember
from handlers.staff.service_parse import ParsedServiceCommand
from handlers.staff.state import PendingServiceCommand, ServiceWork


@dataclass(frozen=True, slots=True)
class ServiceCommandContext:
    """A command of the service desk, and who gave it."""

    ctx: Context
    staff: StaffMember
    command: ParsedServiceCommand

    def reply(
        self,
        key: str,
        policy: ReplyPolicy,
        choices: tuple[Choice, ...] = (),
        acts: tuple[Act, ...] = (),
        **args: ReplyArg,
    ) -> TurnResult:
        """Return the result of the turn with one reply. `key`: of the wording, below `inquiry.`."""
        return TurnResult(self.ctx.session, (Reply(f"inquiry.{key}", policy, args, choices),), acts)

    @property
    def work(self) -> ServiceWork:
        """The officer's unfinished work, as kept in the session."""
        return self.ctx.session.officer.service

    def with_work(self, work: ServiceWork) -> "ServiceCommandContext":
        """Return a copy with other work in the session."""
        officer = replace(self.ctx.session.officer, service=work)
        return replace(self, ctx=self.ctx.replace_session(officer=officer))

    def with_pending(self, pending: PendingServiceCommand) -> "ServiceCommandContext":
        """Return a copy in which the session waits for something else."""
        return self.with_work(replace(self.work, pending=pending))


def make_service_button(name: str, thread: QuestionThread | None = None, rest: str = "") -> Choice:
    """Return a button that gives a command, as if it were typed."""
    place = f" {thread.number}/{thread.fiscal_year}" if thread else ""
    return Choice(f"/{name}{place}{' ' if rest else ''}{rest}", f"inquiry.button.{name}{rest and '_ok'}")


def format_question_number(thread: QuestionThread) -> str:
    """Return the register number of a question: number/year, such as 12/2570."""
    return f"{thread.number}/{thread.fiscal_year}"
