"""The file of a ledger: the sealed keys of each desk, and numbers that were given up to then."""

from base64 import b64decode, b64encode
from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.backup.ledger import LedgerRows, load_ledger
from storage.db.number_floors import NumberKind
from storage.errors import BackupDamagedError


class DeskLedger(BaseModel):
    """The ledger of a desk. keys: kind, id, sealed key (base64); numbers: the last given, by kind and fiscal year."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[tuple[str, str, str], ...]
    numbers: dict[str, dict[int, int]]

    @property
    def rows(self) -> LedgerRows:
        """The keys as the table has them."""
        return {(kind, own): b64decode(sealed) for kind, own, sealed in self.keys}


class LedgerFile(BaseModel):
    """The content of a file of a ledger."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_at: datetime
    desks: dict[str, DeskLedger]


async def load_desk_ledger(connection: AsyncConnection) -> DeskLedger:
    """Return the ledger of a desk as it is now."""
    rows = await load_ledger(connection)
    keys = tuple((kind, own, b64encode(sealed).decode()) for (kind, own), sealed in rows.items())
    return DeskLedger(keys=keys, numbers=await load_given_numbers(connection))


async def load_given_numbers(connection: AsyncConnection) -> dict[str, dict[int, int]]:
    """Return the last number of each kind that was given in each fiscal year."""
    counted, said, made = tables.counters.c, tables.opinions.c, tables.releases.c
    queries = {
        NumberKind.REGISTER.value: select(counted.fiscal_year, counted.last),
        NumberKind.OPINION.value: select(said.fiscal_year, func.max(said.number)).group_by(said.fiscal_year),
        NumberKind.RELEASE.value: select(made.fiscal_year, func.max(made.number)).group_by(made.fiscal_year),
    }
    return {
        kind: {row[0]: row[1] for row in (await connection.execute(query)).all()}
        for kind, query in queries.items()
    }


def parse_ledger_file(content: bytes) -> LedgerFile:
    """Parse the content of a file of a ledger. Raises BackupDamagedError."""
    try:
        return LedgerFile.model_validate_json(content)
    except ValidationError:
        raise BackupDamagedError("this file is no ledger") from None
