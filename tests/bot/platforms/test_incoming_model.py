"""What a platform sends is read leniently, dropped where it is not used, and never shown by an error."""

from typing import Annotated

import pytest
from pydantic import ValidationError

from bot.platforms.incoming_model import LENIENT, IncomingModel


class Part(IncomingModel):
    id: int
    name: Annotated[str | None, LENIENT] = None
    sizes: Annotated[tuple[int, ...] | None, LENIENT] = None


@pytest.mark.parametrize("shape", [7, {"first": "สมชาย"}, ["สมชาย"], None])
def test_an_unknown_shape_of_an_optional_field_counts_as_missing(shape: object) -> None:
    assert Part.model_validate({"id": 1, "name": shape, "sizes": shape}) == Part(id=1)
    assert Part.model_validate({"id": 1, "name": "ก", "sizes": [1, 2]}) == Part(id=1, name="ก", sizes=(1, 2))


def test_what_is_not_used_is_dropped() -> None:
    assert "สมชาย" not in repr(Part.model_validate({"id": 1, "first_name": "สมชาย"}))


def test_an_error_shows_nothing_of_what_was_sent() -> None:
    with pytest.raises(ValidationError) as caught:
        Part.model_validate({"id": "สมชาย"})
    assert "สมชาย" not in str(caught.value)


def test_what_was_read_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Part(id=1).id = 2  # type: ignore[misc]
