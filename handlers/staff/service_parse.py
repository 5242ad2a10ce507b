"""Parse commands of the service desk: a name, the number of a question, and the rest."""

import re
from dataclasses import dataclass, replace

from handlers.thai import complete_buddhist_year, to_arabic_digits

MAX_SERVICE_COMMAND_LENGTH = 6_000
"""Characters of a command with its arguments."""

_COMMAND_SHAPE = re.compile(r"/(\S+)(?:\s+(\d{1,6})(?:/(\d{2,4}))?(?=\s|$))?\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ParsedServiceCommand:
    """A parsed command. number, year: of the question, 0 where not given; rest: the text after them."""

    name: str
    number: int = 0
    year: int = 0
    rest: str = ""

    def complete_with(self, text: str) -> "ParsedServiceCommand | None":
        """Return the command with a text appended to its rest; None where that is too long."""
        rest = f"{self.rest} {text}".strip()
        place = f" {self.number}/{self.year}" if self.number else ""
        if len(f"/{self.name}{place} {rest}") > MAX_SERVICE_COMMAND_LENGTH:
            return None
        return replace(self, rest=rest)


def parse_service_command(words: str) -> ParsedServiceCommand | None:
    """Parse a command; None for any other text."""
    head, _, tail = words.strip().partition(" ")
    found = _COMMAND_SHAPE.fullmatch(f"{head} {to_arabic_digits(tail[:20])}{tail[20:]}".strip())
    if found is None or len(words) > MAX_SERVICE_COMMAND_LENGTH:
        return None
    year = complete_buddhist_year(int(found[3] or 0))
    return ParsedServiceCommand(found[1].casefold(), int(found[2] or 0), year, found[4].strip())
