"""What the remarks of the statistics ask of storage, at either desk."""

from dataclasses import dataclass

from handlers.dialog.effects import Act, Query


@dataclass(frozen=True, slots=True)
class FindRemark(Query[str]):
    """The remark that statistics print on a period; empty where there is none.

    period: its code, `2569-11` for a month, `fy2569` for a fiscal year.
    """

    period: str


@dataclass(frozen=True, slots=True)
class SetRemark(Act):
    """Keep a remark on a period of the statistics, instead of an earlier one; without a text, remove it.

    staff: id of who wrote it. The text is public.
    """

    period: str
    text: str
    staff: str
