"""A command of the service desk's staff: its name, the number of a question, and the rest."""

import re
from dataclasses import dataclass

from handlers.dialog.context import Context
from handlers.dialog.events import Act, Arg, Choice, Reply, TurnResult
from handlers.questions.messages import QuestionThread
from handlers.staff.members import StaffMember

LONGEST = 6_000
"""Characters of a command with all that goes with it."""

_SHAPE = re.compile(r"/(\S+)(?:\s+(\d{1,6})(?:/(\d{2,4}))?(?=\s|$))?\s*(.*)", re.DOTALL)
_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


@dataclass(frozen=True, slots=True)
class ServiceCommandContext:
    """A command as it was given, by whom, in which talk. number, year: 0 where they were not said."""

    m: Context
    staff: StaffMember
    name: str
    number: int = 0
    year: int = 0
    rest: str = ""

    def tells(
        self, key: str, choices: tuple[Choice, ...] = (), acts: tuple[Act, ...] = (), **args: Arg
    ) -> TurnResult:
        """The end of a turn with one thing to say."""
        return TurnResult(self.m.session, (Reply(f"inquiry.{key}", args, choices),), acts)

    def keeps(self, **changes: str) -> "ServiceCommandContext":
        """The same with something kept in the talk, or with an empty text forgotten."""
        kept = {name: value for name, value in {**self.m.session.staff, **changes}.items() if value}
        return ServiceCommandContext(
            self.m.with_(staff=kept), self.staff, self.name, self.number, self.year, self.rest
        )


def asks(m: Context, staff: StaffMember, words: str) -> ServiceCommandContext | None:
    """A command in some words; None where they are none."""
    head, _, tail = words.strip().partition(" ")
    found = _SHAPE.fullmatch(f"{head} {tail[:20].translate(_DIGITS)}{tail[20:]}".strip())
    if found is None or len(words) > LONGEST:
        return None
    year = int(found[3] or 0)
    year = year + 2500 if 0 < year < 100 else year
    return ServiceCommandContext(m, staff, found[1].casefold(), int(found[2] or 0), year, found[4].strip())


def button(name: str, thread: QuestionThread | None = None, rest: str = "") -> Choice:
    """A button that gives a command, as if it were typed."""
    place = f" {thread.number}/{thread.fiscal_year}" if thread else ""
    return Choice(f"/{name}{place}{' ' if rest else ''}{rest}", f"inquiry.button.{name}{rest and '_ok'}")


def shown(thread: QuestionThread) -> str:
    """The number of a question as the office knows it: 12/2570."""
    return f"{thread.number}/{thread.fiscal_year}"
