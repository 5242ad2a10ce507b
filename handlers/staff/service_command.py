"""A command of the service desk's staff: its name, the number of a question, and the rest."""

import re
from dataclasses import dataclass

from handlers.dialog.context import Context
from handlers.dialog.effects import Act, TurnResult
from handlers.dialog.replies import Choice, Reply, ReplyArg
from handlers.questions.messages import QuestionThread
from handlers.staff.members import StaffMember

MAX_SERVICE_COMMAND_LENGTH = 6_000
"""Characters of a command with all that goes with it."""

_COMMAND_SHAPE = re.compile(r"/(\S+)(?:\s+(\d{1,6})(?:/(\d{2,4}))?(?=\s|$))?\s*(.*)", re.DOTALL)
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


@dataclass(frozen=True, slots=True)
class ServiceCommandContext:
    """A command as it was given, by whom, in which talk. number, year: 0 where they were not said."""

    ctx: Context
    staff: StaffMember
    name: str
    number: int = 0
    year: int = 0
    rest: str = ""

    def reply(
        self, key: str, choices: tuple[Choice, ...] = (), acts: tuple[Act, ...] = (), **args: ReplyArg
    ) -> TurnResult:
        """The end of a turn with one thing to say."""
        return TurnResult(self.ctx.session, (Reply(f"inquiry.{key}", args, choices),), acts)

    def with_state(self, **changes: str) -> "ServiceCommandContext":
        """The same with something kept in the talk, or with an empty text forgotten."""
        kept = {name: value for name, value in {**self.ctx.session.staff, **changes}.items() if value}
        return ServiceCommandContext(
            self.ctx.replace_session(staff=kept), self.staff, self.name, self.number, self.year, self.rest
        )


def parse_service_command(ctx: Context, staff: StaffMember, words: str) -> ServiceCommandContext | None:
    """A command in some words; None where they are none."""
    head, _, tail = words.strip().partition(" ")
    found = _COMMAND_SHAPE.fullmatch(f"{head} {tail[:20].translate(_THAI_DIGITS)}{tail[20:]}".strip())
    if found is None or len(words) > MAX_SERVICE_COMMAND_LENGTH:
        return None
    year = int(found[3] or 0)
    year = year + 2500 if 0 < year < 100 else year
    return ServiceCommandContext(ctx, staff, found[1].casefold(), int(found[2] or 0), year, found[4].strip())


def make_service_button(name: str, thread: QuestionThread | None = None, rest: str = "") -> Choice:
    """A button that gives a command, as if it were typed."""
    place = f" {thread.number}/{thread.fiscal_year}" if thread else ""
    return Choice(f"/{name}{place}{' ' if rest else ''}{rest}", f"inquiry.button.{name}{rest and '_ok'}")


def format_question_number(thread: QuestionThread) -> str:
    """The number of a question as the office knows it: 12/2570."""
    return f"{thread.number}/{thread.fiscal_year}"
