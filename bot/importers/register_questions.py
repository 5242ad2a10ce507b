"""What a register leaves open, and somebody has to say once: words and headings that nobody knows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from bot.importers.register_preview import name_value
from handlers.complaints.messages import ToldWord, WordKind
from handlers.complaints.registers.reading import RegisterReading
from handlers.complaints.registers.word_meanings import RegisterWords, fold_for
from handlers.dialog.events import LANGS, Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.thai.matching import parse_number

UNREAD = "unread"
"""The value of a heading whose column is not taken over."""


@dataclass(frozen=True, slots=True)
class RegisterQuestion:
    """A word or heading that nobody knows. count: rows that have it, 0 of a heading; values: what it can mean."""

    kind: WordKind
    text: str
    count: int
    values: tuple[str, ...]

    @property
    def mark(self) -> str:
        """What a form calls the question: the same however many others are asked beside it."""
        return sha256(f"{self.kind}\0{self.text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def answer(self, value: str) -> ToldWord:
        """Return what is told where a value was chosen."""
        return ToldWord(self.kind, fold_for(self.kind, self.text), value)

    def render(self, lang: Lang, *, on_page: bool = False) -> str:
        """Return the question in a language. on_page: the answers are a list to choose from, not numbers to type."""
        key = "heading" if self.kind is WordKind.COLUMN else "word"
        key = f"{key}_on_page" if on_page else key
        return render_text(Phrase(f"import.ask.{key}", {"word": self.text, "count": self.count}), lang)


def list_questions(
    reading: RegisterReading | None, headings: Sequence[str], words: RegisterWords
) -> tuple[RegisterQuestion, ...]:
    """List what is to be asked: headings first, since what their columns hold is not known before."""
    found = [*(() if reading is None else reading.unknown_headings), *headings]
    columns = words.list_values(WordKind.COLUMN)
    asked = [RegisterQuestion(WordKind.COLUMN, text, 0, columns) for text in dict.fromkeys(found)]
    if reading is not None:
        asked += [
            RegisterQuestion(one.kind, one.text, one.count, words.list_values(one.kind))
            for one in reading.words
        ]
    return tuple(asked)


def ask_in_turn(
    questions: Sequence[RegisterQuestion],
    words: RegisterWords,
    write: Callable[[str], object],
    read_line: Callable[[], str],
) -> list[ToldWord]:
    """Ask questions on a terminal, each with its numbered answers; return what was told.

    Nothing but Enter leaves a word open, and leaves the column of a heading out, which is remembered. At the end of the
    input the rest stays open.
    """
    told = list[ToldWord]()
    for question in questions:
        choices = "\n".join(
            f"  {place} {name_value(question.kind, value, words, 'th')} ({value})"
            for place, value in enumerate(question.values, 1)
        )
        asked = "\n".join(question.render(lang) for lang in LANGS)
        while True:
            write(f"{asked}\n{choices}\n> ")
            line = read_line()
            place = parse_number(line.strip())
            if place is not None and 1 <= place <= len(question.values):
                told.append(question.answer(question.values[place - 1]))
            elif not line:
                return told
            elif line.strip():
                continue
            elif question.kind is WordKind.COLUMN:
                told.append(question.answer(UNREAD))
            break
    return told
