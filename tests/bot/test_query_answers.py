"""Every query of the handlers is answered in exactly one place: by the engine, by the store, or by the bot.

`NewAccessLink` is the store's, which has none; for a desk with a public address `bot.bootstrap` puts a factory first.
"""

import asyncio
import importlib
import pkgutil
from collections import Counter
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any, cast

import handlers
from bot.engine import Engine
from bot.statistics.chat_queries import build_query_handlers
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.effects import NewReceipt, Now, Query, run_query
from handlers.dialog.receipt import Receipt
from storage.query_registry import QUERY_READERS
from storage.store import Store
from tests.in_memory_desk import OFFICE

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
ANSWERED_BY_ENGINE = (Now, NewReceipt)


def list_queries() -> set[type[Query[Any]]]:
    """Every query type that a module of the handlers defines."""
    modules = [
        importlib.import_module(found.name) for found in pkgutil.walk_packages(handlers.__path__, "handlers.")
    ]
    defined = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    return {one for one in defined if issubclass(one, Query) and one is not Query}


def test_every_query_is_answered_in_one_place() -> None:
    answered = Counter[type[Query[Any]]](ANSWERED_BY_ENGINE)
    answered.update(QUERY_READERS.keys())
    answered.update(build_query_handlers(cast("Store", None), OFFICE, "complaints").keys())
    assert answered == Counter(list_queries())


def test_the_engine_answers_time_and_chance_itself() -> None:
    def ask() -> Generator[Query[Any], Any, tuple[datetime, Receipt, Receipt]]:
        now = yield from run_query(Now())
        return now, (yield from run_query(NewReceipt())), (yield from run_query(NewReceipt()))

    engine = Engine(ComplaintsDesk(OFFICE), cast("Store", None), now=lambda: NOON)
    now, first, second = asyncio.run(engine.run_decision(ask()))
    assert now == NOON
    assert first != second
