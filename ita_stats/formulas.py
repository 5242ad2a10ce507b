"""Texts that a spreadsheet program would run as a formula, and how they are written so that none does.

Source: OWASP, "CSV Injection".
"""

FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet program may run a text as a formula."""
    return text.lstrip(" ").startswith(FORMULA_PREFIXES)


def escape_text(text: str) -> str:
    """Return a text with an apostrophe before it where it may be run; `unescape_text` takes it off again."""
    return f"'{text}" if is_formula(text.lstrip(" '")) else text


def unescape_text(text: str) -> str:
    """Return a text as it was before `escape_text`, also one that people escaped in the same way."""
    return text[1:] if text.startswith("'") and is_formula(text.lstrip(" '")) else text
