"""The office's telephone, address and hours in answers: places such as `{phone}`, filled when an answer is read.

An answer is kept with its places, so that a new number in office.toml is in every answer at the next start. A line
that names what office.toml does not give is left out; an answer of which nothing is left is not shown.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from handlers.office import OfficeContact
from handlers.questions.faq_messages import FaqCatalogue, FaqEntry

CONTACT_PLACES = ("phone", "email", "hours", "hours_en", "address", "address_en", "map")
"""What may stand in braces in an answer."""

_PLACE = re.compile(r"\{([A-Za-z_]{1,30})\}")


def find_unknown_places(answer: str) -> tuple[str, ...]:
    """Return the words in braces that are no places of the office's contact."""
    return tuple(name for name in _PLACE.findall(answer) if name not in CONTACT_PLACES)


def format_places(names: Iterable[str]) -> str:
    """Return the names of places in braces, each once, as they are written in an answer."""
    return ", ".join(f"{{{name}}}" for name in dict.fromkeys(names))


def is_told_by_office(entry: FaqEntry) -> bool:
    """Whether every line of an answer says what office.toml gives, so that it is true without a check."""
    lines = [line for line in entry.answer.splitlines() if line.strip()]
    return all(_find_places(line) for line in lines) and bool(lines)


def fill_contact(answer: str, contact: OfficeContact) -> str:
    """Return an answer with the office's contact in its places; empty where no line is left."""
    facts = _list_facts(contact)
    if not _find_places(answer):
        return answer
    kept = (
        _PLACE.sub(lambda place: facts.get(place[1], place[0]), line)
        for line in answer.splitlines()
        if all(name in facts for name in _find_places(line))
    )
    return "\n".join(kept).strip()


def fill_catalogue(catalogue: FaqCatalogue, contact: OfficeContact) -> FaqCatalogue:
    """Return the catalogue as everybody reads it. An entry of which nothing is left is turned off."""
    return replace(catalogue, entries=tuple(_fill_entry(one, contact) for one in catalogue.entries))


def _fill_entry(entry: FaqEntry, contact: OfficeContact) -> FaqEntry:
    answer = fill_contact(entry.answer, contact)
    return replace(entry, answer=answer, off=entry.off or not answer)


def _find_places(text: str) -> list[str]:
    return [name for name in _PLACE.findall(text) if name in CONTACT_PLACES]


def _list_facts(contact: OfficeContact) -> Mapping[str, str]:
    """Return what the office gives, by place."""
    hours, address = contact.hours, contact.address
    facts = {
        "phone": contact.phone,
        "email": contact.email,
        "map": contact.map,
        "hours": hours and hours.th,
        "hours_en": hours and hours.en,
        "address": address and address.th,
        "address_en": address and address.en,
    }
    return {name: fact for name, fact in facts.items() if fact}
