"""What every platform's clients need, made once: to read the machine's certificates takes longer than most tests."""

import os
import ssl
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

create_context = ssl.create_default_context


@cache
def _create_once(_trusted: str | None, **given: Any) -> ssl.SSLContext:
    return create_context(**given)


@pytest.fixture(scope="package", autouse=True)
def _read_certificates_once() -> Iterator[None]:
    """The platforms of tests are reached without TLS, but for one that sets whom to trust (`SSL_CERT_FILE`)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            ssl,
            "create_default_context",
            lambda **given: _create_once(os.environ.get("SSL_CERT_FILE"), **given),
        )
        yield
