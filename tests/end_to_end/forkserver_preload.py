"""Imports everything that `ita-bot` imports, so that forked programs need not."""

import importlib
import os
import pkgutil

PACKAGES = ("bot", "handlers", "ita_stats", "storage")
LIBRARIES = ("alembic.command", "openpyxl", "pikepdf", "typst", "uvloop", "xlsxwriter")
"""What the product imports only when it needs it."""

LEFT_OUT = ("bot.__main__", "storage.migrations.env", "storage.migrations.versions")
"""What does its work when it is imported, or is loaded by Alembic."""


def _import_everything() -> None:
    os.environ["OPENBLAS_NUM_THREADS"] = (
        "1"  # openpyxl loads NumPy, and only a process without threads forks well
    )
    for package in PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not module.name.startswith(LEFT_OUT):
                importlib.import_module(module.name)
    for library in LIBRARIES:
        importlib.import_module(library)


_import_everything()
