"""Texts are brought to one form for comparing in `handlers.thai` only, so that no two readers of Thai differ."""

import ast
import re

from tests.house.source_tree import ROOT, parse_source

ALLOWED = {
    "handlers/thai/matching.py": "the one reader",
    "handlers/thai/text.py": "cleans what is stored, and compares nothing",
    "handlers/dialog/text.py": "cuts texts between letters: emoji are joined by a sign without width",
    "handlers/dialog/codes/code_finder.py": "reads each sign with the one reader; pads escapes to keep places",
    "bot/web/chat/receipt_download.py": "writes a byte-order mark",
}
OWN_PARTICLES = {
    "handlers/thai/grammar/particles.py": "the one table",
    "handlers/thai/grammar/spelling.py": "what stands after a misspelling",
    "handlers/thai/phrases.py": "greetings in which a particle is half of the word",
    "handlers/complaints/accused/wording.py": "words between somebody and what they did, of a rule of its own",
}
PARTICLE = re.compile("ครับ|ค่ะ(?!แนน)")
SIGNS_WITHOUT_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for part in ("handlers", "storage", "bot")
    for path in (ROOT / part).rglob("*.py")
)


def find_own_normalization(code: str) -> list[int]:
    """Return the lines that normalize Unicode or name signs without width."""
    lines = []
    for node in ast.walk(parse_source(code)):
        normalizes = (isinstance(node, ast.Attribute) and node.attr == "normalize") or (
            isinstance(node, ast.ImportFrom)
            and node.module == "unicodedata"
            and any(name.name == "normalize" for name in node.names)
        )
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if normalizes or (is_text and any(sign in node.value for sign in SIGNS_WITHOUT_WIDTH)):
            lines.append(node.lineno)
    return lines


def find_own_particles(code: str) -> list[int]:
    """Return the lines of strings, other than docstrings, that name particles of politeness."""
    tree = parse_source(code)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in told
        and PARTICLE.search(node.value)
    ]


def test_the_check_finds_what_it_looks_for() -> None:
    assert find_own_normalization('import unicodedata\nunicodedata.normalize("NFC", x)') == [2]
    assert find_own_normalization("from unicodedata import normalize") == [1]
    assert find_own_normalization('x.replace("\\u200b", "")') == [1]


def test_no_other_module_normalizes() -> None:
    lines = {name: find_own_normalization((ROOT / name).read_text("utf-8")) for name in MODULES}
    assert {name for name, found in lines.items() if found} - set(ALLOWED) == set()


def test_the_check_finds_particles_in_strings_only() -> None:
    assert find_own_particles('"""“ใช่ครับ”"""\nx = "ครับ|จ้า"\n"""ค่ะ"""') == [2]


def test_particles_of_politeness_stand_in_one_table() -> None:
    found = {name for name in MODULES if find_own_particles((ROOT / name).read_text("utf-8"))}
    assert found == {*OWN_PARTICLES}
