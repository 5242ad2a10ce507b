"""Brings a database to the newest schema, by Alembic and without a file of settings."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from storage.errors import SchemaTooNewError


def upgrade_schema(database: Path) -> None:
    """Apply what a database lacks, all in one transaction: a start that is killed leaves what was there before.

    Raises NewerSchema where a newer version of this program made the database.
    """
    engine = create_engine(URL.create("sqlite", database=str(database)), poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _connect(connection: object, _: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # else DDL runs outside of any transaction

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # a second start waits here, and then finds all done

    try:
        with engine.begin() as connection:
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as trouble:
        raise SchemaTooNewError(f"{database}: this database is of a newer version ({trouble})") from None
    finally:
        engine.dispose()
