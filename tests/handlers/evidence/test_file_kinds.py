"""The table of file kinds: whole, the page made from it, and what is said of a refused one."""

import pytest

from handlers.dialog.events import LANGS, File, FileProblem
from handlers.evidence.file_kinds import (
    FILE_KINDS,
    FileKind,
    Refusal,
    ShownAs,
    explain_file_problem,
    find_shown_as,
)
from handlers.i18n import render_text
from tests.handlers.evidence.file_kinds_page import FILE_KINDS_PAGE, list_kinds_page


def test_every_kind_has_a_row_in_the_order_of_the_enum() -> None:
    assert list(FILE_KINDS) == list(FileKind)


def test_the_page_of_kinds_is_that_of_the_table() -> None:
    made = "python -m tests.handlers.evidence.file_kinds_page"
    assert FILE_KINDS_PAGE.read_text("utf-8") == list_kinds_page(), f"make it anew: {made}"


@pytest.mark.parametrize(
    "kind", [kind for kind, row in FILE_KINDS.items() if isinstance(row.treatment, Refusal)]
)
def test_a_refused_file_is_named_with_its_kind_and_what_to_do(kind: FileKind) -> None:
    file = File("", "งบ.abc", kind, 9, FileProblem.NOT_ALLOWED)
    for lang in LANGS:
        said = render_text(explain_file_problem(file, 20), lang)
        assert "งบ.abc" in said
        assert render_text(explain_file_problem(file, 20), lang) != render_text(
            explain_file_problem(File("", "งบ.abc", "", 9, FileProblem.NOT_ALLOWED), 20), lang
        )
    assert find_shown_as(kind) is ShownAs.ORIGINAL


def test_what_was_kept_has_no_problem_to_explain() -> None:
    with pytest.raises(ValueError, match="was kept"):
        explain_file_problem(File("1", "a", FileKind.PDF, 1), 20)


def test_a_media_type_of_an_unknown_version_is_had_as_its_original() -> None:
    assert find_shown_as("x/of-tomorrow") is ShownAs.ORIGINAL
