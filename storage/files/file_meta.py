"""The encrypted metadata of a file: its key, its name, its type and size."""

from dataclasses import replace

from sqlalchemy import select, update

from handlers.dialog.effects import RenameDraftFile
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.serialization import FILE_META_CODEC, FileMeta


def encrypt_file_meta(keyring: Keyring, row: str, meta: FileMeta) -> bytes:
    """Encrypt the metadata of a file."""
    return keyring.file.encrypt(FILE_META_CODEC.dump_json(meta), "files", row, "meta")


def decrypt_file_meta(keyring: Keyring, row: str, sealed: bytes) -> FileMeta:
    """Decrypt the metadata of a file. Raises `TamperedError`, ValueError."""
    return FILE_META_CODEC.validate_json(keyring.file.decrypt(sealed, "files", row, "meta"))


async def rename_draft_file(act: RenameDraftFile, batch: WriteBatch) -> None:
    """Store another name of a file of a draft, in its encrypted metadata."""
    column = tables.files.c
    draft = select(column.sealed).where(column.id == act.id, column.owner.is_(None))
    sealed = await batch.connection.scalar(draft)
    if sealed is None:
        return
    meta = replace(decrypt_file_meta(batch.keyring, act.id, sealed), name=act.name)
    renamed = update(tables.files).where(column.id == act.id)
    await batch.connection.execute(renamed.values(sealed=encrypt_file_meta(batch.keyring, act.id, meta)))
