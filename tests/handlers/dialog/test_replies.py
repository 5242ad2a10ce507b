"""Replies: each says how it is sent, and every one that stands in the source can be said in both languages."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import product

import pytest

from handlers.dialog.replies import (
    MUST_ARRIVE,
    NEUTRAL,
    OF_CASE,
    OFFICER_CONTENT,
    Phrase,
    Reply,
    ReplyPolicy,
    WebhookUse,
)
from handlers.i18n import WORDING, render_reply, render_text
from tests.house.source_tree import ROOT

POLICIES = (NEUTRAL, OF_CASE, OFFICER_CONTENT, MUST_ARRIVE)
POLICY_NAMES = {"NEUTRAL", "OF_CASE", "OFFICER_CONTENT", "MUST_ARRIVE"}
REPLY_NAMES = {"reply", "say", "message", "question", "note", "replies[0]", "turn.replies[0]"}
KEY_PREFIXES = {"handlers/staff/service": "inquiry.", "handlers/staff": "staff."}
"""What a command's own `reply` puts before the key that it is given, by where the command stands."""


def find_calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Every construction of a reply, a phrase or a command's reply in the product: where, the call, its prefix."""
    for folder in ("bot", "handlers", "storage"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            prefix = next((p for start, p in KEY_PREFIXES.items() if name.startswith(start)), "")
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                if isinstance(node.func, ast.Name) and node.func.id in {"Reply", "Phrase"}:
                    yield f"{name}:{node.lineno}", node, ""
                elif prefix and isinstance(node.func, ast.Attribute) and node.func.attr == "reply":
                    yield f"{name}:{node.lineno}", node, prefix


@cache
def list_calls() -> list[tuple[str, ast.Call, str]]:
    return [*find_calls()]


@cache
def list_replies() -> list[tuple[str, ast.Call, str]]:
    return [call for call in list_calls() if ast.unparse(call[1].func) != "Phrase"]


def list_key_patterns(key: ast.expr, prefix: str) -> list[str]:
    """Patterns of the wording keys that an expression may become; empty for one that is not written out."""
    if isinstance(key, ast.Constant):
        return [re.escape(f"{prefix}{key.value}")]
    if isinstance(key, ast.IfExp):
        return [*list_key_patterns(key.body, prefix), *list_key_patterns(key.orelse, prefix)]
    if isinstance(key, ast.JoinedStr):
        parts = [
            re.escape(str(p.value)) if isinstance(p, ast.Constant) else "[a-z0-9_.-]+" for p in key.values
        ]
        return [re.escape(prefix) + "".join(parts)]
    return []


def test_every_key_that_stands_in_the_source_has_words_in_both_languages() -> None:
    assert len(list_replies()) > 200
    for where, call, prefix in list_calls():
        for pattern, lang in product(list_key_patterns(call.args[0], prefix), WORDING):
            known = any(re.fullmatch(pattern, key) for key in (*WORDING[lang], "literal"))
            assert known, f"{where}: no words in {lang} for {pattern}"


def test_every_reply_says_how_it_is_sent() -> None:
    for where, call, _ in list_replies():
        given = (
            call.args[1] if len(call.args) > 1 else next(k.value for k in call.keywords if k.arg == "policy")
        )
        assert {*re.findall("[A-Z_]{4,}", ast.unparse(given))} <= POLICY_NAMES, where


def is_key_of_reply(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "key" and ast.unparse(node.value) in REPLY_NAMES


def test_nothing_is_decided_by_a_wording_key() -> None:
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            used: list[ast.expr] = []
            if isinstance(node, ast.Compare):
                used = [node.left, *node.comparators]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                used = [node.func.value, *node.args]  # key.startswith(…), table.get(key)
            elif isinstance(node, ast.Subscript):
                used = [node.slice]
            assert not any(map(is_key_of_reply, used)), f"{path}: {ast.unparse(node)}"


def list_literal_arguments(call: ast.Call) -> set[str] | None:
    """The names of a reply's arguments where all of them stand in the source; else None."""
    if isinstance(call.func, ast.Attribute):
        named = {keyword.arg for keyword in call.keywords} - {"choices", "acts", "presentation"}
        return None if None in named else {str(name) for name in named}
    given = call.args[2] if len(call.args) > 2 else ast.Dict([], [])
    if not isinstance(given, ast.Dict) or not all(isinstance(one, ast.Constant) for one in given.keys):
        return None
    return {str(one.value) for one in given.keys if isinstance(one, ast.Constant)}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_reply_is_rendered_with_its_policy(policy: ReplyPolicy) -> None:
    assert render_reply(Reply("menu.held", policy), "en").policy is policy


def test_every_reply_with_arguments_renders_in_both_languages() -> None:
    rendered = 0
    for where, call, prefix in list_replies():
        names = list_literal_arguments(call)
        key = call.args[0]
        if names is None or not isinstance(key, ast.Constant) or key.value == "literal":
            continue
        reply = Reply(f"{prefix}{key.value}", NEUTRAL, dict.fromkeys(names, Phrase("literal", {"text": "◦"})))
        for lang in WORDING:
            try:
                assert render_text(reply, lang)
            except KeyError as missing:
                pytest.fail(f"{where}: nothing for {missing} in {lang}")
        rendered += bool(names)
    assert rendered > 60


@pytest.mark.parametrize(("first", "second"), [*product(POLICIES, POLICIES)])
def test_what_is_sent_together_keeps_all_that_either_demands(first: ReplyPolicy, second: ReplyPolicy) -> None:
    both = first.combine(second)
    assert both == second.combine(first)
    assert both.protected == (first.protected or second.protected)
    assert both.expires == (first.expires or second.expires)
    assert both.durable == (first.durable or second.durable)
    assert both.in_webhook in {first.in_webhook, second.in_webhook}
    if WebhookUse.NEVER in {first.in_webhook, second.in_webhook}:
        assert both.in_webhook is WebhookUse.NEVER


@pytest.mark.parametrize(
    ("protected", "expires", "durable", "in_webhook"),
    [
        (True, False, True, WebhookUse.EDIT),
        (True, True, False, WebhookUse.ANY),
        (True, False, False, WebhookUse.ANY),
        (False, False, True, WebhookUse.NEVER),
        (False, True, False, WebhookUse.NEVER),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(
    protected: bool, expires: bool, durable: bool, in_webhook: WebhookUse
) -> None:
    with pytest.raises(ValueError, match="is"):
        ReplyPolicy(protected=protected, expires=expires, durable=durable, in_webhook=in_webhook)
