"""Every act that a handler can return has a writer, and each writer belongs to an act."""

import importlib
import pkgutil

import handlers
from handlers.dialog.effects import Act
from storage.act_registry import ACT_WRITERS

WRITTEN_BY_A_JOB = {"SendReminder"}
"""Acts of scheduled jobs, which write them by themselves: no turn has them."""


def list_acts(of: type[Act] = Act) -> set[str]:
    """The names of all act classes of the handlers. A dataclass with slots leaves its first class behind."""
    for module in pkgutil.walk_packages(handlers.__path__, "handlers."):
        importlib.import_module(module.name)
    found = [one for one in of.__subclasses__() if one.__module__.startswith("handlers.")]
    return {one.__name__ for one in found}.union(*map(list_acts, found))


def test_every_act_has_a_writer_and_every_writer_an_act() -> None:
    acts = list_acts()
    assert {act.__name__ for act in ACT_WRITERS} == acts - WRITTEN_BY_A_JOB
    assert len(acts) > 40
