"""Import and export of the FAQ; apart from the commands, which start faster without the store."""

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from bot.bootstrap import open_app
from bot.cli.runner import EXIT_DONE, EXIT_FINDINGS, EXIT_WRONG_USE
from bot.importers.faq_file import FaqFileError, format_faq_file, load_faq_file
from handlers.questions.faq_messages import FaqEntry


async def import_faq(file: Path, *, replace: bool, dry_run: bool) -> int:
    """Import a file; gives the exit code. Nothing is written where anything in it is wrong."""
    try:
        entries = load_faq_file(file)
    except FaqFileError as trouble:
        sys.stderr.write(f"{trouble}\n")
        return EXIT_FINDINGS if dry_run else EXIT_WRONG_USE
    async with open_app(["service"]) as opened:
        store = opened.desks["service"].store
        before = (await store.faq.load_catalogue()).entries
        after, changes = _merge_entries(before, entries, replace=replace)
        for change in changes:
            sys.stdout.write(json.dumps(change, ensure_ascii=False) + "\n")
        if not dry_run and after != before:
            await store.replace_faq(after, datetime.now(UTC))
    return EXIT_DONE


async def export_faq(form: Literal["toml", "csv"]) -> int:
    """Export; gives the exit code."""
    async with open_app(["service"]) as opened:
        shelf = await opened.desks["service"].store.faq.load_catalogue()
    sys.stdout.write(format_faq_file(shelf.entries, as_csv=form == "csv"))
    return EXIT_DONE


def _merge_entries(
    before: Sequence[FaqEntry], entries: Sequence[FaqEntry], *, replace: bool
) -> tuple[tuple[FaqEntry, ...], list[dict[str, str]]]:
    """The knowledge base after an import, and what changed in it.

    What is not in the file stays, save with `replace` and save for examples, which make room for the office's own.
    """
    old, new = {one.id: one for one in before}, {one.id for one in entries}
    own = any(not one.example for one in entries)
    dropped = {one.id for one in before if one.id not in new and (replace or (own and one.example))}
    kept = tuple(one for one in before if one.id not in new and one.id not in dropped)
    return (*entries, *kept), list(_list_changes(old, entries, dropped))


def _list_changes(
    old: dict[str, FaqEntry], entries: Sequence[FaqEntry], dropped: set[str]
) -> Iterator[dict[str, str]]:
    for one in entries:
        if one.id not in old:
            yield {"id": one.id, "did": "added"}
        elif old[one.id] != one:
            yield {"id": one.id, "did": "changed"}
    for name in sorted(dropped):
        yield {"id": name, "did": "dropped"}
