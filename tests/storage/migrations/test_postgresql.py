"""The migrations make the same schema on PostgreSQL: types, indexes, lengths, and triggers that refuse and follow."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (
    URL,
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage import tables
from storage.migrations import run_migrations
from storage.tables.rules import SCHEMA_METADATA
from tests.postgres_cluster import requires_postgresql, start_cluster

pytestmark = [pytest.mark.full("PostgreSQL"), requires_postgresql]
REFUSED = {
    ("history", "update"),
    ("facts", "update"),
    ("facts", "delete"),
    ("audit", "update"),
    ("audit", "delete"),
    ("releases", "update"),
    ("releases", "delete"),
    ("split_spans", "update"),
    ("split_spans", "delete"),
    ("counting_years", "update"),
    ("counting_years", "delete"),
    ("question_facts", "update"),
    ("question_facts", "delete"),
}
"""What triggers refuse, by table and statement."""


@pytest.fixture(scope="module")
def database() -> Iterator[URL]:
    """A database that the migrations made."""
    with start_cluster() as cluster:
        url = cluster.create_database("desk")

        async def migrate(connection: AsyncConnection) -> None:
            await connection.run_sync(run_migrations)

        run(url, migrate)
        yield url


def run(url: URL, scene: Callable[[AsyncConnection], Awaitable[None]], *, keep: bool = True) -> None:
    """Play a scene in one transaction; keep: commit it."""

    async def play() -> None:
        engine = create_async_engine(url)
        try:
            async with engine.connect() as connection, connection.begin() as transaction:
                await scene(connection)
                if not keep:
                    await transaction.rollback()
        finally:
            await engine.dispose()

    asyncio.run(play())


def fill_column(column: Column[object]) -> object:
    """Return the largest value of a column: a text of as many letters, each of three bytes, as it may have."""
    kind = column.type.dialect_impl(postgresql.dialect())  # type: ignore[no-untyped-call]
    match kind:
        case BigInteger():
            return 2**63 - 1
        case Integer():
            return 2**31 - 1
        case Boolean():
            return True
        case String():
            return "ก" * (kind.length or 5000)
        case Date():
            return date(2569, 9, 30)
        case LargeBinary():
            return bytes(kind.length or 5000)
        case _:
            raise TypeError(f"{column}: no value for {kind}")


def fill_row(table: Table) -> dict[str, object]:
    """Return a row of the largest values. Rows that belong to others find them: of one type, all are equal."""
    return {column.name: fill_column(column) for column in table.columns}


def test_the_migrated_schema_is_the_tables(database: URL) -> None:
    async def scene(connection: AsyncConnection) -> None:
        different = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), tables.metadata)
        )
        assert different == []
        defined = await connection.execute(
            text("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '% WHERE %'")
        )
        assert set(defined.scalars()) == {
            "ix_cases_due",
            "ix_cases_open",
            "ix_cases_closed",
            "ix_cases_unannounced",
        }

    run(database, scene)


def test_each_column_holds_its_largest_value_and_the_triggers_refuse(database: URL) -> None:
    async def scene(connection: AsyncConnection) -> None:
        refused = set()
        for table in SCHEMA_METADATA.sorted_tables:
            await connection.execute(insert(table).values(fill_row(table)))
        for table in SCHEMA_METADATA.sorted_tables:
            row = fill_row(table)
            for kind, statement in (("update", update(table).values(row)), ("delete", delete(table))):
                nested = await connection.begin_nested()
                try:
                    await connection.execute(statement)
                except IntegrityError as error:
                    if "append-only" in str(error) or "frozen" in str(error):
                        refused.add((table.name, kind))
                await nested.rollback()
        assert refused == REFUSED

    run(database, scene, keep=False)


def test_a_key_of_the_ledger_goes_with_its_thing(database: URL) -> None:
    async def scene(connection: AsyncConnection) -> None:
        async def list_keys() -> set[str]:
            return set((await connection.execute(select(tables.ledger.c.kind))).scalars())

        await connection.execute(insert(tables.ballots).values(fill_row(tables.ballots)))
        for name in ("cases", "opinions", "hearers"):
            table = SCHEMA_METADATA.tables[name]
            row = fill_row(table)
            await connection.execute(insert(table).values(row))
            named = row["mark"] if name == "hearers" else row["id"]
            key = named.hex() if isinstance(named, bytes) else named
            await connection.execute(insert(tables.ledger).values(kind=name, id=key, sealed=b"key"))
        assert await list_keys() == {"cases", "opinions", "hearers"}
        await connection.execute(update(tables.opinions).values(score=1))  # nothing that erases
        assert await list_keys() == {"cases", "opinions", "hearers"}
        await connection.execute(update(tables.opinions).values(sealed=None))
        await connection.execute(update(tables.hearers).values(person=b"another"))
        assert await list_keys() == {"cases"}
        await connection.execute(delete(tables.cases))
        assert await list_keys() == set()

    run(database, scene, keep=False)
