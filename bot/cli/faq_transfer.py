"""Import and export of the FAQ; in a module of its own, so that other commands start faster."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace as replace_fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from bot.bootstrap import open_app
from bot.cli.runner import EXIT_DONE, EXIT_FINDINGS, EXIT_WRONG_USE
from bot.importers.faq_file import FaqFileError, format_faq_file, load_faq_file
from handlers.questions.faq_messages import FaqEntry
from handlers.thai.dates import to_bangkok_date


async def import_faq(file: Path, *, replace: bool, dry_run: bool) -> int:
    """Import a file. Returns the exit code. If anything in it is wrong, nothing is written."""
    try:
        entries = load_faq_file(file)
    except FaqFileError as trouble:
        sys.stderr.write(f"{trouble}\n")
        return EXIT_FINDINGS if dry_run else EXIT_WRONG_USE
    async with open_app(["service"]) as app:
        store = app.desks["service"].store
        before = (await store.faq.load_catalogue()).entries
        today = to_bangkok_date(datetime.now(UTC))
        after, changes = _merge_entries(before, note_checks(before, entries, today), replace=replace)
        for change in changes:
            sys.stdout.write(json.dumps(change, ensure_ascii=False) + "\n")
        if not dry_run and after != before:
            await store.replace_faq(after, datetime.now(UTC))
    return EXIT_DONE


async def export_faq(form: Literal["toml", "csv"]) -> int:
    """Write the FAQ to standard output. Returns the exit code."""
    async with open_app(["service"]) as app:
        catalogue = await app.desks["service"].store.faq.load_catalogue()
    sys.stdout.write(format_faq_file(catalogue.entries, as_csv=form == "csv"))
    return EXIT_DONE


def note_checks(before: Sequence[FaqEntry], entries: Sequence[FaqEntry], today: date) -> list[FaqEntry]:
    """Return entries of a file, each with the day on which it was checked where the file has none.

    That is the day that was known of the same answer, and for what the office wrote anew the day of the import.
    """
    old = {entry.id: entry for entry in before}

    def note_check(entry: FaqEntry) -> FaqEntry:
        if entry.checked is not None or entry.example or entry.off:
            return entry
        same = old.get(entry.id)
        is_same = same is not None and not same.example and same.answer == entry.answer
        return replace_fields(entry, checked=same.checked if same and is_same else today)

    return [note_check(entry) for entry in entries]


def _merge_entries(
    before: Sequence[FaqEntry], entries: Sequence[FaqEntry], *, replace: bool
) -> tuple[tuple[FaqEntry, ...], list[dict[str, str]]]:
    """Return the entries after an import, and the changes.

    Entries that are not in the file stay, except with `replace`, and except examples once the office has its own.
    """
    old, new = {entry.id: entry for entry in before}, {entry.id for entry in entries}
    # A file that has own entries cannot say of others that they are examples: a draft that was not changed stays one.
    drafts = {entry.id: replace_fields(entry, example=False) for entry in before if entry.is_draft}
    entries = [old[entry.id] if drafts.get(entry.id) == entry else entry for entry in entries]
    has_own = any(not entry.example for entry in entries)
    dropped = {
        entry.id for entry in before if entry.id not in new and (replace or (has_own and entry.example))
    }
    kept = tuple(entry for entry in before if entry.id not in new and entry.id not in dropped)
    return (*entries, *kept), list(_list_changes(old, entries, dropped))


def _list_changes(
    old: dict[str, FaqEntry], entries: Sequence[FaqEntry], dropped: set[str]
) -> Iterator[dict[str, str]]:
    for entry in entries:
        if entry.id not in old:
            yield {"id": entry.id, "did": "added"}
        elif old[entry.id] != entry:
            yield {"id": entry.id, "did": "changed"}
    for name in sorted(dropped):
        yield {"id": name, "did": "dropped"}
