"""A text for administrators in both languages, which is shown as Thai, then English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BothLanguages:
    """One thing said twice."""

    th: str
    en: str

    def __str__(self) -> str:
        return f"{self.th} / {self.en}"
