"""Search the objects that are reachable in memory: nothing about the person who wrote may stay there."""

import asyncio
import gc
from collections.abc import Iterable
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

NOT_FOLLOWED = (type, ModuleType, CodeType, FrameType, asyncio.AbstractEventLoop, asyncio.Future)
"""Objects that lead out of the part under test: to every module, and over the loop to the test itself."""


def find_reachable(root: object, secrets: Iterable[int | str]) -> set[int | str]:
    """The secrets (numbers or texts) that an object still holds, by themselves or inside a longer text."""
    wanted = set(secrets)
    seen, waiting, found = {id(root)}, [root], set[int | str]()
    while waiting:
        one = waiting.pop()
        found |= {secret for secret in wanted if _is_in(secret, one)}
        for part in _get_referents(one):
            if id(part) not in seen and not isinstance(part, NOT_FOLLOWED):
                seen.add(id(part))
                waiting.append(part)
    return found


def _get_referents(one: Any) -> list[Any]:
    if isinstance(one, FunctionType):
        return [one.__closure__, one.__defaults__, one.__kwdefaults__]
    return gc.get_referents(one)


def _is_in(secret: int | str, one: object) -> bool:
    if isinstance(one, str):
        return str(secret) in one
    if isinstance(one, (bytes, bytearray)):
        return str(secret).encode() in one
    return isinstance(one, int) and one == secret
