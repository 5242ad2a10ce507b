"""Open some things of a restored desk, as a reader would: what does not open is found before it is needed."""

import asyncio
from pathlib import Path

from sqlalchemy import func, select

from storage import tables
from storage.cases.history import decrypt_history_content
from storage.errors import StorageError
from storage.files.file_meta import decrypt_file_meta
from storage.files.owners import list_case_files
from storage.files.sealed_files import SealedFolder, read_content
from storage.questions.store import load_thread
from storage.store import Store


async def open_random_things(store: Store, evidence: Path, count: int) -> list[str]:
    """Open up to so many random cases, with their history, name and files, and questions; return what does not open.

    evidence: the folder of the sealed files.
    """
    case, question = tables.cases.c, tables.questions.c
    async with store.open_read_context() as context:
        chosen = select(case.id, case.seq, case.key).order_by(func.random()).limit(count)
        cases = (await context.connection.execute(chosen)).all()
        some = select(question.id).order_by(func.random()).limit(count)
        questions = list((await context.connection.execute(some)).scalars())
        findings = []
        for own in questions:
            try:
                await load_thread(own, context.connection, context.keyring)
            except StorageError:
                findings.append("a question does not open")
    for row in cases:
        try:
            await _open_case(store, row.id, row.seq, row.key, SealedFolder(evidence))
        except (StorageError, ValueError) as error:
            findings.append(f"a case does not open ({type(error).__name__})")
        except OSError:
            findings.append("a file of a case cannot be read")
    return findings


async def _open_case(store: Store, case: str, seq: int, key: bytes, evidence: SealedFolder) -> None:
    """Open all that a case has, save files that came since the night. Raises StorageError, ValueError, OSError."""
    await store.load_report(case)
    await store.load_identity(case)
    cipher = store.keyring.unwrap_case_cipher(case, key)
    async with store.open_read_context() as context:
        lines = select(tables.history).where(tables.history.c.case_id == case)
        for line in (await context.connection.execute(lines)).all():
            decrypt_history_content(line.sealed, case, line.seq, cipher)
        files = dict(await list_case_files(context.connection, store.keyring, case, seq))
        sealed = select(tables.files.c.id, tables.files.c.sealed).where(
            tables.files.c.id.in_(list(files)), tables.files.c.day.is_(None)
        )
        metas = {
            row.id: decrypt_file_meta(store.keyring, row.id, row.sealed)
            for row in await context.connection.execute(sealed)
        }
    for own, meta in metas.items():
        if meta.key:  # else it never came
            await asyncio.to_thread(
                _read_to_the_end, evidence, files[own], bytes.fromhex(meta.key), meta.size
            )


def _read_to_the_end(evidence: SealedFolder, place: str, key: bytes, size: int) -> None:
    for _ in read_content(evidence.open(place), key, size):
        pass
