"""What can be reached in memory from a part of the program: nothing of who wrote may stay there."""

import asyncio
import gc
from collections.abc import Iterable
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

NOT_FOLLOWED = (type, ModuleType, CodeType, FrameType, asyncio.AbstractEventLoop, asyncio.Future)
"""What leads out of the part: into every module, and over the loop into the test itself."""


def find_reachable(root: object, secrets: Iterable[int | str]) -> set[int | str]:
    """Which of some numbers and words a part of the program still holds, by itself or inside a longer text."""
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
