"""Say in words what an import is, and why it cannot be reversed."""

from handlers.dialog.replies import Phrase, ReplyArg
from handlers.staff.registers.messages import ImportState, ImportSummary
from handlers.thai.dates import format_date


def describe_import(found: ImportSummary) -> Phrase:
    """Return one line about an import that is there: how many cases it brought, and where it stands."""
    state = found.state or ImportState.DONE
    # Of an import that is reversed by itself everything went; of one with cases that stayed it is said.
    key = "kept" if state is ImportState.UNDONE and found.kept else state.value if found.id else "old"
    return Phrase(f"imports.{key}", _build_args(found))


def describe_obstacle(found: ImportSummary) -> Phrase:
    """Return why an import cannot be reversed."""
    return Phrase(f"imports.obstacle.{found.obstacle}", _build_args(found))


def _build_args(found: ImportSummary) -> dict[str, ReplyArg]:
    return {
        "id": found.id,
        "rows": found.rows,
        "count": found.count,
        "kept": found.kept,
        "day": format_date(found.on, "th") if found.on else "-",
        "undone": format_date(found.undone_on, "th") if found.undone_on else "-",
    }
