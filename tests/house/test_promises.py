"""Each promise to citizens names the tests that keep it; a new or changed one fails until it does (promises.toml)."""

import pytest

from tests.house import promises
from tests.house.promises import MappedPromise, Promise, iterate_promises, list_test_names, load_list


def describe_mistakes(made: list[Promise], mapped: dict[tuple[str, str], MappedPromise]) -> list[str]:
    """What is wrong with the list, with the line that mends it once somebody has looked at the tests."""
    wrong = []
    for promise in made:
        entry = mapped.get((promise.where, promise.unit))
        line = f'{promise.where}: "{promise.unit}" = "{promise.digest}"'
        if entry is None:
            wrong.append(f"not in docs/promises.toml: {line}")
        elif entry.digest != promise.digest:
            wrong.append(f"changed; do its tests keep what it says now? {line} was {entry.digest}")
    known = {(promise.where, promise.unit) for promise in made}
    return wrong + [f"no longer made: {where}: {unit}" for where, unit in mapped.keys() - known]


def test_every_promise_is_in_the_list_as_it_is_worded_now() -> None:
    assert describe_mistakes([*iterate_promises()], load_list()) == []


def test_every_promise_has_tests_or_a_reason_why_none_can_keep_it() -> None:
    idle = [key for key, entry in load_list().items() if bool(entry.tests) is bool(entry.nothing)]
    assert idle == []


def test_every_test_that_is_named_is_collected() -> None:
    named = {node for entry in load_list().values() for node in entry.tests}
    assert len(named) > 100
    missing = [
        node
        for node in sorted(named)
        if node.partition("::")[2] not in list_test_names(node.partition("::")[0])
    ]
    assert missing == []


def test_no_unit_has_the_name_of_another() -> None:
    names = [(promise.where, promise.unit) for promise in iterate_promises()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("made", "mistake"),
    [
        ([Promise("a.md", "x", "kept for an hour")], []),
        ([Promise("a.md", "x", "kept for\nan  hour")], []),
        ([Promise("a.md", "x", "kept for two hours")], ["changed"]),
        ([Promise("a.md", "x", "kept for an hour"), Promise("a.md", "y", "new")], ["not in docs"]),
        ([], ["no longer made"]),
    ],
)
def test_what_is_new_changed_or_gone_is_said(made: list[Promise], mistake: list[str]) -> None:
    digest = Promise("a.md", "x", "kept for an hour").digest
    mapped = {("a.md", "x"): MappedPromise(digest, ("tests/t.py::test_t",))}
    wrong = describe_mistakes(made, mapped)
    assert [line.startswith(begins) for line, begins in zip(wrong, mistake, strict=True)] == [True] * len(
        mistake
    )


def test_what_attackers_learn_and_what_remains_is_no_promise() -> None:
    text = "## Attackers\n\n### One\n\n*Learns:* all. *We do:* hide it. *Remains:* **a risk.**\n\n*Remains:* more.\n"
    found = [promise.text for promise in promises._iterate_threat_model(text)]
    assert found == ["*We do:* hide it."]


def test_a_sentence_that_promises_is_found_in_any_text_for_citizens() -> None:
    thai = {"page.a": "ระบบไม่เก็บสิ่งใด", "page.b": "ยังไม่ได้เก็บ โปรดส่งใหม่", "anonymity.c": "คำใด ๆ"}
    found = [promise.unit for promise in promises._iterate_wording("citizen", thai, dict.fromkeys(thai, "x"))]
    assert found == ["page.a", "anonymity.c"]


def test_a_name_that_pytest_does_not_collect_is_none() -> None:
    assert "test_no_unit_has_the_name_of_another" in list_test_names("tests/house/test_promises.py")
    assert "describe_mistakes" not in list_test_names("tests/house/test_promises.py")
    assert list_test_names("tests/house/promises.py") == list_test_names("tests/no.py") == set()
