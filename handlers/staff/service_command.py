"""A command of the service desk's staff as it is carried out: who gives it, in which talk."""

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
    """A command, given by somebody at a moment."""

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
        """The end of a turn with one thing to say."""
        return TurnResult(self.ctx.session, (Reply(f"inquiry.{key}", policy, args, choices),), acts)

    @property
    def work(self) -> ServiceWork:
        """What this officer has under way."""
        return self.ctx.session.officer.service

    def with_work(self, work: ServiceWork) -> "ServiceCommandContext":
        """The same, where the talk keeps other work."""
        officer = replace(self.ctx.session.officer, service=work)
        return replace(self, ctx=self.ctx.replace_session(officer=officer))

    def with_pending(self, pending: PendingServiceCommand) -> "ServiceCommandContext":
        """The same, where something else is waited for."""
        return self.with_work(replace(self.work, pending=pending))


def make_service_button(name: str, thread: QuestionThread | None = None, rest: str = "") -> Choice:
    """A button that gives a command, as if it were typed."""
    place = f" {thread.number}/{thread.fiscal_year}" if thread else ""
    return Choice(f"/{name}{place}{' ' if rest else ''}{rest}", f"inquiry.button.{name}{rest and '_ok'}")


def format_question_number(thread: QuestionThread) -> str:
    """The number of a question as the office knows it: 12/2570."""
    return f"{thread.number}/{thread.fiscal_year}"
