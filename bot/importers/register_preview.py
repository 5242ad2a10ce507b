"""What was understood of a register, for people to confirm: columns, years, states, what is left out or odd."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import assert_never

from handlers.complaints.lifecycle import CaseOutcome
from handlers.complaints.messages import WordKind
from handlers.complaints.registers.columns import RegisterColumn
from handlers.complaints.registers.reading import Doubt, RegisterReading
from handlers.complaints.registers.rows import CellProblem, DoubtKind
from handlers.complaints.registers.word_meanings import NOTHING, RegisterWords
from handlers.dialog.events import Lang, select_by_lang
from handlers.dialog.replies import Phrase
from handlers.dialog.text import shorten_text
from handlers.i18n import render_text
from handlers.table_files import TableEncoding
from handlers.thai.dates import format_date

MOST_LINES = 5
"""Line numbers that are shown of each thing."""

MOST_WORDS_SHOWN, MAX_WORD_SHOWN = 40, 40
"""Words that are listed with their meaning, and characters of each."""

PLAIN_ENCODINGS = frozenset({TableEncoding.UTF_8, TableEncoding.SPREADSHEET})


def describe_reading(
    reading: RegisterReading, encoding: TableEncoding, words: RegisterWords, lang: Lang
) -> list[str]:
    """Describe in lines what was understood of a register."""
    phrases = [*_describe_file(reading, encoding, lang), *_describe_cases(reading, lang)]
    phrases += _describe_words(words, lang)
    phrases += [*_describe_skipped(reading, lang), *_describe_doubts(reading, words, lang)]
    return [render_text(phrase, lang) for phrase in phrases]


def describe_unknown_words(reading: RegisterReading, words: RegisterWords, lang: Lang) -> list[str]:
    """Describe each word that nobody knows, and the option of the command that says what it means."""
    return [
        render_text(
            Phrase(
                "import.preview.word",
                {"word": one.text, "count": one.count, "allowed": ", ".join(words.list_values(one.kind))},
            ),
            lang,
        )
        for one in reading.words
    ]


def name_value(kind: WordKind, value: str, words: RegisterWords, lang: Lang) -> str:
    """Return what a word can mean, as people call it."""
    match kind:
        case WordKind.CATEGORY:
            category = words.office.find_category(value)
            return value if category is None else category.name.in_lang(lang)
        case WordKind.SOURCE:
            key = "import.untold" if value == NOTHING else f"staff.source.{value}"
        case WordKind.COLUMN:
            key = f"import.column.{value}"
        case WordKind.PROGRESS:
            key = _find_progress_key(value)
        case _:
            assert_never(kind)
    return render_text(Phrase(key), lang)


def _find_progress_key(value: str) -> str:
    if value == NOTHING:
        return "import.untold"
    return f"staff.outcome.{value}" if value in set(CaseOutcome) else f"staff.status.{value}"


_KINDS = {
    RegisterColumn.SOURCE: WordKind.SOURCE,
    RegisterColumn.CATEGORY: WordKind.CATEGORY,
    RegisterColumn.STATUS: WordKind.PROGRESS,
    RegisterColumn.OUTCOME: WordKind.PROGRESS,
}
"""Of what kind the words of a column are."""


def _describe_file(reading: RegisterReading, encoding: TableEncoding, lang: Lang) -> Iterator[Phrase]:
    if encoding not in PLAIN_ENCODINGS:
        yield Phrase("import.preview.encoding", {"encoding": encoding.value})
    for name, header in reading.headers.items():
        columns = ", ".join(
            f"{heading} ({render_text(Phrase(f'import.column.{column}'), lang)})"
            for column, heading in header.headings.items()
            if column is not RegisterColumn.SUBJECT
        )
        key = "sheet" if name else "table"
        yield Phrase(f"import.preview.{key}", {"sheet": name, "line": header.first_line, "columns": columns})
        left_out = [*header.unread]
        if RegisterColumn.SUBJECT in header.headings:
            left_out.append(header.headings[RegisterColumn.SUBJECT])
        if left_out:
            yield Phrase("import.preview.unread", {"names": ", ".join(left_out)})
    for other in reading.other_sheets:
        if not other.is_empty:
            yield Phrase("import.preview.other_sheet", {"sheet": other.name})


def _describe_cases(reading: RegisterReading, lang: Lang) -> Iterator[Phrase]:
    states = Counter((case.fiscal_year, case.status) for case in reading.cases)
    for year in sorted({case.fiscal_year for case in reading.cases}):
        own = {status: count for (of, status), count in states.items() if of == year}
        told = ", ".join(
            f"{render_text(Phrase(f'staff.status.{status}'), lang)} {count}" for status, count in own.items()
        )
        yield Phrase("import.preview.year", {"year": str(year), "count": sum(own.values()), "states": told})
    by_day = sorted(reading.cases, key=lambda case: (case.received_on, case.number))
    for which, case in zip(("first", "last"), (by_day[:1] + by_day[-1:]), strict=False):
        number, day = f"{case.number}/{case.fiscal_year}", format_date(case.received_on, lang)
        yield Phrase(f"import.preview.{which}", {"number": number, "day": day})


def _describe_words(words: RegisterWords, lang: Lang) -> Iterator[Phrase]:
    """Say what each word was understood as: first those that somebody told, then the others that are not our own."""
    told, known = list[str](), list[str]()
    for kind, text, meaning in words.list_understood():
        named = name_value(kind, meaning.value, words, lang)
        shown = shorten_text(" ".join(text.split()), MAX_WORD_SHOWN)
        if meaning.is_told:
            told.append(f"{shown} = {named}")
        elif shown not in {named, meaning.value}:
            known.append(f"{shown} = {named}")
    for key, several in (("told_words", told), ("known_words", known)):
        if several:
            more = ["…"] if len(several) > MOST_WORDS_SHOWN else []
            yield Phrase(f"import.preview.{key}", {"words": ", ".join([*several[:MOST_WORDS_SHOWN], *more])})


def _describe_skipped(reading: RegisterReading, lang: Lang) -> Iterator[Phrase]:
    for kind in dict.fromkeys(one.kind for one in reading.skipped):
        places = [(one.sheet, one.line) for one in reading.skipped if one.kind is kind]
        name = render_text(Phrase(f"import.row.{kind}"), lang)
        yield Phrase(
            "import.preview.skipped", {"count": len(places), "kind": name, "lines": _list_lines(places)}
        )


def _describe_doubts(reading: RegisterReading, words: RegisterWords, lang: Lang) -> Iterator[Phrase]:
    groups = dict[tuple[DoubtKind, str, str], list[Doubt]]()
    for doubt in reading.doubts:
        taken = doubt.row.taken_as
        if doubt.row.kind is DoubtKind.WORD:
            of_word = _KINDS[RegisterColumn(doubt.row.problem.column)]
            taken = name_value(of_word, taken, words, lang)
        groups.setdefault((doubt.row.kind, doubt.row.found, taken), []).append(doubt)
    for (kind, found, taken), several in groups.items():
        what = render_text(Phrase(f"import.doubt.{kind}", {"found": found, "taken": taken}), lang)
        lines = [(one.sheet, one.line) for one in several if one.line]
        if not lines:
            yield Phrase("import.preview.doubt_of_all", {"what": what})
        else:
            yield Phrase(
                "import.preview.doubt", {"what": what, "count": len(lines), "lines": _list_lines(lines)}
            )


def _list_lines(places: Sequence[tuple[str, int]]) -> str:
    several_sheets = len({sheet for sheet, _ in places}) > 1
    shown = [f"{sheet}:{line}" if several_sheets else str(line) for sheet, line in places[:MOST_LINES]]
    return ", ".join([*shown, "…"] if len(places) > MOST_LINES else shown)


def name_column(problem: CellProblem, reading: RegisterReading | None, lang: Lang) -> str:
    """Return a column as the file calls it in Thai, else as we do; in English by its pinned name."""
    if not problem.column:
        return ""
    column = RegisterColumn(problem.column)
    own = [
        one.headings[column]
        for one in (reading.headers.values() if reading else ())
        if column in one.headings
    ]
    heading = own[0] if own and not own[0].isascii() else render_text(Phrase(f"import.column.{column}"), "th")
    return select_by_lang(lang, th=heading, en=problem.column)
