"""All texts inside what is kept: acts, sessions, replies, to be searched for what must not be there."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from handlers.dialog.codes.code_finder import find_receipts
from handlers.dialog.receipt import Receipt
from handlers.dialog.replies import Reply


def iterate_texts(kept: object) -> Iterator[str]:
    """Yield each text inside; not those of a `Receipt`, which is a code and stored as its hash."""
    if isinstance(kept, str):
        yield kept
    elif isinstance(kept, Receipt):
        return
    elif isinstance(kept, Reply):
        yield from iterate_texts({name: arg for name, arg in kept.args.items() if name != "receipt"})
        yield from iterate_texts(kept.choices)
    elif isinstance(kept, Mapping):
        for name, value in kept.items():
            yield from iterate_texts(name)
            yield from iterate_texts(value)
    elif isinstance(kept, list | tuple | set | frozenset):
        for one in kept:
            yield from iterate_texts(one)
    elif is_dataclass(kept):
        for part in fields(kept):
            yield from iterate_texts(getattr(kept, part.name))


def find_kept_codes(*kept: object) -> list[str]:
    """The texts that have a tracking code in them."""
    return [text for text in iterate_texts(kept) if find_receipts(text)]
