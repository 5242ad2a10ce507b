"""Every kind of audit entry has wording in both languages: all calls that write an entry are checked."""

import ast

from handlers.complaints.approvals import ApprovalKind
from handlers.complaints.lifecycle import Transition
from handlers.complaints.messages import ExclusionGround, HistoryEntryKind
from handlers.i18n import WORDING
from handlers.questions.messages import ThreadLineKind
from handlers.staff.complaints.messages import RecordCaseAccess
from handlers.staff.page_access import PageKind
from handlers.staff.settings.messages import SettingName
from tests.house.source_tree import ROOT, get_relative_name, iterate_modules, parse_source

OPENED = ("facts", "files", "history", "search", "identity", "page", "file", "original")
MADE: dict[str, set[str]] = {
    "act.kind.value": {kind.value for kind in HistoryEntryKind},
    "act.step.move.value": {move.value for move in Transition},
    "f'read-{act.what}'": {f"read-{what}" for what in OPENED},
    "f'link-{act.page}'": {f"link-{room}" for room in PageKind},
    "f'link-closed:{act.staff}'": {"link-closed"},
    "f'opened-{found.kind}'": {f"opened-{room}" for room in PageKind},
    "f'setting-{act.name}'": {f"setting-{name}" for name in SettingName},
    "act.what": {"exported", "exported-file", "imported"},
    "f'asked-{act.kind}'": {f"asked-{what}" for what in ApprovalKind},
    "f'question-{act.kind}'": {f"question-{kind}" for kind in ThreadLineKind},
    "_get_audit_action(entry)": {
        *(HistoryEntryKind.FILED, HistoryEntryKind.REPORTER, HistoryEntryKind.EVIDENCE),
        *(Transition.WITHDRAW, Transition.REOPEN),
    },
    "f'hidden:{one.staff}'": {"hidden"},
    "f'hidden:{one.staff_id}'": {"hidden"},
    "f'lifted:{person}'": {"lifted"},
    "f'appointed:{act.officer}'": {"appointed"},
    "f'away:{one.stand_in}'": {"away"},
    "f'{one.ground}:{one.staff}'": {why.value for why in ExclusionGround},
}
"""Kinds that are computed: each expression with all values that it can have."""

HANDED_ON = {("storage.staff.admin", "what"), ("storage.releases", "what")}
"""Calls that pass on a kind from their caller: the callers are checked themselves."""


def kinds() -> dict[str, str]:
    """Every kind of audit entry with the module that writes it."""
    found: dict[str, str] = {}
    for path in iterate_modules():
        module = get_relative_name(path).removesuffix(".py").replace("/", ".")
        for call in ast.walk(parse_source(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and (what := _what(call)) is not None:
                for kind in _kinds(what, module):
                    found[kind] = module
    return found


def _what(call: ast.Call) -> ast.expr | None:
    """The kind that a call writes; None for other calls."""
    where = call.func
    if not isinstance(where, ast.Attribute):
        return None
    if where.attr == "audit" and len(call.args) == 3:
        owner = ast.unparse(where.value)
        return call.args[0] if owner.endswith("staff_admin") else call.args[1] if "batch" in owner else None
    return call.args[3] if where.attr == "_audit" and len(call.args) == 4 else None


def _kinds(what: ast.expr, module: str) -> set[str]:
    if isinstance(what, ast.Constant):
        return {str(what.value)}
    if isinstance(what, ast.IfExp):
        return _kinds(what.body, module) | _kinds(what.orelse, module)
    source = ast.unparse(what)
    if (module, source) in HANDED_ON:
        return set()
    assert source in MADE, f"{module} writes {source} into the trail: say in MADE what that can be"
    return MADE[source]


def test_every_kind_of_line_has_words_in_both_languages() -> None:
    found = kinds()
    assert len(found) > 50
    for lang in ("th", "en"):
        without = {k: m for k, m in found.items() if f"staff.what.{k}" not in WORDING[lang]}
        assert without == {}


def test_what_is_opened_is_what_the_handlers_say() -> None:
    said = set()
    for path in iterate_modules():
        for call in ast.walk(parse_source(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = ast.unparse(call.func)
            if name == RecordCaseAccess.__name__ and isinstance(call.args[2], ast.Constant):
                said.add(call.args[2].value)
            elif name in {"audit_case_access", "sheet.audit_case_access"} and path.is_relative_to(
                ROOT / "handlers"
            ):
                said.add(ast.literal_eval(call.args[2]))
    assert said == set(OPENED)


def test_no_words_are_left_of_a_line_that_nobody_writes() -> None:
    written = {key.removeprefix("staff.what.") for key in WORDING["th"] if key.startswith("staff.what.")}
    assert written - kinds().keys() == set()
