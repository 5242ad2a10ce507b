"""Settings of property tests, larger or smaller with the selection (`tests/selection.py`)."""

from typing import Any

from hypothesis import settings

USUAL_EXAMPLES = 100
FEWEST_EXAMPLES = 3


def examples(count: int, **more: Any) -> settings:
    """`count` examples in `make check`, in the same proportion fewer in `make test` and more in `make proof`."""
    profile: int = settings().max_examples
    return settings(max_examples=max(FEWEST_EXAMPLES, count * profile // USUAL_EXAMPLES), **more)
