"""The names of the desks, apart from their settings, which take longer to import than most commands take."""

from typing import Literal

DeskName = Literal["complaints", "service"]
DESK_NAMES: tuple[DeskName, ...] = ("complaints", "service")
