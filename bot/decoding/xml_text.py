"""The text of a part of a document that is XML: Word, slides, OpenDocument."""

from collections.abc import Mapping
from xml.parsers import expat

from bot.decoding.messages import MAX_TEXT_CHARACTERS

_CELLS = frozenset({"tc", "table-cell"})


class XmlText:
    """Collects the text of a part: runs of text, lines of its paragraphs, cells of its tables."""

    def __init__(self, texts: frozenset[str], ends: Mapping[str, str], starts: Mapping[str, str]) -> None:
        self._texts, self._ends, self._starts = texts, ends, starts
        self._pieces: list[str] = []
        self._depth = self._cells = 0
        self._cell_begins, self._gap, self._repeats, self._most_repeated = 0, 0, 1, MAX_TEXT_CHARACTERS

    def parse(self, content: bytes) -> str:
        """Return the text of a part. Raises ExpatError where it is damaged before it says anything."""
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._add
        try:
            parser.Parse(content, True)
        except expat.ExpatError:
            if not self._pieces:
                raise
        return "".join(self._pieces)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = name.rpartition(":")[2]
        self._depth += local in self._texts
        self._cells += local in _CELLS
        if local in _CELLS:
            repeats = attributes.get("table:number-columns-repeated", "1")
            self._repeats = int(repeats) if repeats.isdecimal() and len(repeats) < 6 else 1
            self._cell_begins = len(self._pieces)
        if local in self._starts:
            self._pieces.append(self._starts[local])

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        self._depth -= local in self._texts
        self._cells -= local in _CELLS
        if local in _CELLS:
            self._repeat_cell()
        elif local == "table-row":
            self._gap = 0
        if local in self._ends:
            is_line = self._ends[local] == "\n" and self._cells
            self._pieces.append(" " if is_line else self._ends[local])

    def _repeat_cell(self) -> None:
        """Write a cell of OpenDocument as often as it stands there side by side, up to a limit for all of a file.

        Empty ones are written once something follows in their row: a row ends with thousands of them.
        """
        cell = "".join(self._pieces[self._cell_begins :])
        times, self._repeats = self._repeats - 1, 1
        if not cell.strip():
            self._gap += times
            return
        gap, self._gap = min(self._gap, self._most_repeated), 0
        self._pieces.insert(self._cell_begins, "\t" * gap)
        times = min(times, (self._most_repeated - gap) // (len(cell) + 1))
        self._pieces += ["\t" + cell] * times
        self._most_repeated -= gap + times * (len(cell) + 1)

    def _add(self, data: str) -> None:
        if self._depth:
            self._pieces.append(data)
