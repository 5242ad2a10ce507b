"""What every message of a platform is parsed with: the fields that are used, and no others."""

from pydantic import BaseModel, ConfigDict, ValidationError, ValidatorFunctionWrapHandler, WrapValidator


class IncomingModel(BaseModel):
    """Part of what a platform sends. Unknown fields are ignored, and errors do not show input."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


def _none_if_invalid(raw: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(raw)
    except ValidationError:
        return None


LENIENT = WrapValidator(_none_if_invalid)
"""Marks an optional field: an unknown shape counts as missing, so that the sender is answered all the same."""
