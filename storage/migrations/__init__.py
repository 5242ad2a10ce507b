"""Upgrade a database to the newest schema, with Alembic and without a configuration file.

Versions 0006, 0009 and 0010 do not exist: 0007 follows 0005, and 0011 follows 0008.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from storage.errors import SchemaTooNewError, SchemaUpgradeError


def upgrade_schema(database: Path) -> None:
    """Apply the missing migrations in one transaction: a start that is killed, or fails, leaves the old schema.

    Raises `SchemaTooNewError` where a newer version of this program made the database, `SchemaUpgradeError` where a
    migration fails or rows would be left without those that they belong to.
    """
    engine = create_engine(URL.create("sqlite", database=str(database)), poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _connect(connection: object, _: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # else DDL runs outside of any transaction
        connection.execute("PRAGMA secure_delete = ON")  # type: ignore[attr-defined]  # dropped tables hold old content

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # a second start waits here, then finds nothing to do

    try:
        with engine.begin() as connection:
            before = _count_dangling_rows(connection)
            run_migrations(connection)
            dangling = _count_dangling_rows(connection) - before
            if dangling > 0:
                raise SchemaUpgradeError(_describe_failure(database, f"{dangling} rows without an owner"))
    except DatabaseError as error:
        # The text of the driver alone: the statement and its values are not for a log.
        raise SchemaUpgradeError(_describe_failure(database, str(error.orig))) from None
    except CommandError as error:
        raise SchemaTooNewError(f"{database}: this database is of a newer version ({error})") from None
    finally:
        engine.dispose()


def run_migrations(connection: Connection) -> None:
    """Apply the missing migrations in the transaction of a connection, to SQLite or PostgreSQL. Raises CommandError."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _count_dangling_rows(connection: Connection) -> int:
    """Return how many rows belong to a row that is not there."""
    return len(connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall())


def _describe_failure(database: Path, why: str) -> str:
    return (
        f"{database}: ปรับฐานข้อมูลเป็นรุ่นนี้ไม่ได้ ฐานข้อมูลกลับเป็นตามเดิมแล้ว ไม่มีอะไรหาย ใช้โปรแกรมรุ่นเดิมต่อได้"
        f" (สำเนาก่อนปรับอยู่ใน snapshots ข้างกัน) / this database could not be upgraded and is as it was; nothing is"
        f" lost, and the earlier version of the program goes on with it ({why})"
    )
