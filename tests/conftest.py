"""Options that set the size of the slow tests: small in `make test`, larger on demand."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills", type=int, default=30, help="rounds of kill -9 under load (about four a second)"
    )
    parser.addoption(
        "--crowd", type=int, default=200, help="people who say the same at once (about 400 a second)"
    )
    parser.addoption(
        "--windows", choices=["some", "all"], default="some", help="sizes and schemes of browsers"
    )


@pytest.fixture(scope="session")
def windows(request: pytest.FixtureRequest) -> int:
    """How many kinds of browser windows play the stories."""
    return 4 if request.config.getoption("--windows") == "all" else 2


@pytest.fixture
def crowd(request: pytest.FixtureRequest) -> int:
    """How many people send the same message at once."""
    people: int = request.config.getoption("--crowd")
    return people


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How many rounds of kill -9."""
    rounds: int = request.config.getoption("--kills")
    return rounds
