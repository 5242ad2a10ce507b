"""Read what is written in an RTF. Only a confined process may import this: a file may take its reader over."""

import re

_RTF_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_RTF_HIDDEN = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"themedata", b"listtable", b"generator",
     b"header", b"footer", b"listoverridetable", b"rsidtbl", b"datastore", b"latentstyles", b"xmlnstbl", b"filetbl"}
)  # fmt: skip
_RTF_BREAKS = {
    b"par": "\n",
    b"line": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"row": "\n",
    b"sect": "\n",
    b"page": "\n",
}


class RtfText:
    """Collects the text of an RTF: letters of the Thai code page, letters by number, lines; not its hidden groups."""

    def __init__(self) -> None:
        self._pieces, self._raw = list[str](), bytearray()
        self._hidden, self._letters_after, self._skipped = False, 1, 0
        self._outer = list[tuple[bool, int]]()

    def parse(self, content: bytes) -> str:
        """Return the text."""
        for token in _RTF_TOKEN.finditer(content):
            word, number, byte, sign, brace, plain = token.groups()
            if brace is not None:
                self._turn(brace)
            elif sign == b"*" or word in _RTF_HIDDEN:
                self._hidden = True
            elif not self._hidden:
                letters = (
                    bytes([int(byte, 16)])
                    if byte
                    else plain or (sign if sign in {b"\\", b"{", b"}"} else b"")
                )
                self._add(word, number, letters or b"")
        self._end_bytes()
        # Letters beyond the first plane come as two numbers.
        return "".join(self._pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _turn(self, brace: bytes) -> None:
        if brace == b"{":
            self._outer.append((self._hidden, self._letters_after))
        else:
            self._hidden, self._letters_after = self._outer.pop() if self._outer else (False, 1)
        self._skipped = 0

    def _add(self, word: bytes | None, number: bytes | None, letters: bytes) -> None:
        if word == b"u" and number:
            self._end_bytes()
            self._pieces.append(chr(int(number) % 0x10000))
            self._skipped = self._letters_after  # those for readers of before Unicode, which follow
        elif word == b"uc" and number:
            self._letters_after = max(0, int(number))
        elif word in _RTF_BREAKS:
            self._end_bytes()
            self._pieces.append(_RTF_BREAKS[word])
            self._skipped = 0
        elif letters:
            self._raw += letters[self._skipped :]
            self._skipped = max(0, self._skipped - len(letters))

    def _end_bytes(self) -> None:
        self._pieces.append(self._raw.decode("cp874", "replace"))
        self._raw.clear()
