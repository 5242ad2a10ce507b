"""Restore a backup for trial, in a folder of work: the rows must be there, the trail whole, and cases open."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bot.backup.restoring import RestoreSource, restore_into
from storage.backup.age_files import Identity
from storage.backup.folder import remove_folder
from storage.backup.open_sample import open_random_things
from storage.files.directories import create_private_directory
from storage.store import open_store

SAMPLE = 10
"""Cases and questions that are opened, each."""


async def rehearse_restore(
    source: RestoreSource,
    identity: Identity,
    work: Path,
    now: datetime,
    live: Mapping[str, frozenset[str]] | None = None,
) -> list[str]:
    """Restore into a folder of work, which is removed in the end; return what is not as it should be.

    live: the ids of the cases that a desk has now, which must be there if the backup had them and nothing was taken
    back of them since. Raises BackupError where it cannot be restored at all.
    """
    await asyncio.to_thread(remove_folder, work)
    create_private_directory(work)
    try:
        result = await restore_into(source, identity, work, now, is_rehearsal=True)
        findings = list(result.findings)
        for name, desk in result.desks.items():
            lost = (desk.had & (live or {}).get(name, frozenset())) - desk.cases - desk.taken_back
            if lost:
                findings.append(f"{name}: {len(lost)} cases are not in what was restored")
            async with open_store(desk.key_files, now) as store:
                findings += [f"{name}: {finding}" for finding in await store.verify_audit()]
                evidence = source.folder.get_evidence_folder(name)
                findings += [
                    f"{name}: {finding}" for finding in await open_random_things(store, evidence, SAMPLE)
                ]
        return findings
    finally:
        await asyncio.to_thread(remove_folder, work)
