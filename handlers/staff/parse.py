"""A parsed command: its name, the number of a case or a question, and the rest."""

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from handlers.staff.permissions import DeskCommandName
from handlers.thai.dates import complete_buddhist_year

NameT = TypeVar("NameT", bound=DeskCommandName)

_NUMBER = re.compile(r"(\d{1,6})(?:\s*/\s*(\d{4}|\d{2}))?(?=\s|$)")
"""The digits are those of any script: Python reads Thai ones as numbers too."""


@dataclass(frozen=True, slots=True)
class ParsedCommand(Generic[NameT]):
    """A parsed command. number, year: of the case or the question, 0 where not given; rest: the text after them."""

    name: NameT
    number: int = 0
    year: int = 0
    rest: str = ""

    def to_command_text(self) -> str:
        """Return the command as text that the desk's `CommandTable.parse` reads back."""
        number = f" {self.number}" if self.number else ""
        year = f"/{self.year}" if self.year else ""
        return f"/{self.name}{number}{year}{' ' if self.rest else ''}{self.rest}"


@dataclass(frozen=True, slots=True)
class PromptAnswer:
    """A button below something that is shown before it is done: `y12`, `n12`, or of a choice, `c12 2`.

    The number is the prompt's, so that buttons below what was shown earlier do nothing. letter: `y` where it is to be
    done; rest: which of the choices.
    """

    letter: str
    prompt: str
    rest: str

    @property
    def is_yes(self) -> bool:
        """Whether it is to be done as it was shown."""
        return self.letter == "y"

    def is_to(self, prompt: int | None) -> bool:
        """Whether the button stood below that prompt; None: nothing is asked."""
        return prompt is not None and self.prompt == str(prompt)


def parse_prompt_answer(rest: str) -> PromptAnswer:
    """Return what the text after a confirming command says."""
    word, rest = split_first_word(rest)
    return PromptAnswer(word[:1], word[1:], rest)


def split_number(text: str) -> tuple[int, int, str]:
    """Return the number and the year that a text begins with, each 0 where it has none, and the text after them."""
    found = _NUMBER.match(text)
    if found is None:
        return 0, 0, text
    return int(found[1]), complete_buddhist_year(int(found[2] or 0)), text[found.end() :].strip()


def split_first_word(text: str) -> tuple[str, str]:
    """Return the first word of a text, and the text after it, which may begin on a new line; each may be empty."""
    first, rest = (*text.split(maxsplit=1), "", "")[:2]
    return first, rest
