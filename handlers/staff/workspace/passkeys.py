"""Passkeys of the staff: who made which, and signing in with one. What they sign is checked by the web application."""

from dataclasses import dataclass, field, replace

from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import NEUTRAL, Reply
from handlers.dialog.session import Session
from handlers.staff.command import QueryGenerator
from handlers.staff.two_factor import record_verification
from handlers.staff.workspace.messages import BeginWorkspaceSession, FindWorkspaceSession, SignInWay
from handlers.staff.workspace.passkey_messages import (
    AddPasskey,
    FindPasskey,
    ListPasskeys,
    Passkey,
    RemovePasskey,
    UsePasskey,
)
from handlers.staff.workspace.sign_in import WORKSPACE_CLOSED, WORKSPACE_ENTERED, WorkspaceRequest
from handlers.thai.dates import to_bangkok_date
from handlers.thai.text import clean_text

MAX_PASSKEYS = 5
"""Passkeys of one person: some machines, and one that is kept safe."""

MAX_PASSKEY_NAME_LENGTH = 40
PASSKEY_SAVED = Reply("workspace.passkey.saved", NEUTRAL)
PASSKEY_MANY = Reply("workspace.passkey.many", NEUTRAL)


@dataclass(frozen=True, slots=True)
class CheckedPasskey:
    """A passkey whose signature was right. count: that it told now; challenge: a hash of what it signed."""

    passkey: Passkey
    count: int
    challenge: bytes = field(repr=False)

    def build_use(self) -> UsePasskey:
        """Return the act that uses up what was signed."""
        one = self.passkey
        return UsePasskey(one.mark, one.staff.id, one.count, self.count, self.challenge)


def find_passkey(mark: bytes) -> QueryGenerator[Passkey | None]:
    """Return the passkey of a mark, read anew."""
    return (yield from run_query(FindPasskey(mark)))


def list_passkeys(staff: str) -> QueryGenerator[tuple[Passkey, ...]]:
    """Return the passkeys of a person."""
    return (yield from run_query(ListPasskeys(staff)))


def sign_in_by_passkey(request: WorkspaceRequest, session_mark: bytes, checked: CheckedPasskey) -> Decision:
    """Begin a session: a passkey is what one has, and the machine has asked for what one knows or is."""
    one = yield from run_query(FindPasskey(checked.passkey.mark))
    if one is None or one.staff.id != checked.passkey.staff.id:
        return TurnResult(None, (WORKSPACE_CLOSED,))
    begin = BeginWorkspaceSession(session_mark, b"", one.staff.id, one.lang, SignInWay.PASSKEY)
    session = Session(at=request.now, lang=one.lang)
    verified = record_verification(replace(request.context, session=session))
    return TurnResult(verified.session, (WORKSPACE_ENTERED,), (checked.build_use(), begin), one.lang)


def renew_factor_by_passkey(request: WorkspaceRequest, checked: CheckedPasskey) -> Decision:
    """Give the second factor again in a session that goes on, by a passkey of its owner."""
    found = yield from run_query(FindWorkspaceSession(request.mark))
    one = yield from run_query(FindPasskey(checked.passkey.mark))
    if found is None or one is None or one.staff.id != found.staff.id:
        return TurnResult(None, (WORKSPACE_CLOSED,))
    ctx = request.context.replace_session(lang=found.lang)
    return TurnResult(
        record_verification(ctx).session, (WORKSPACE_ENTERED,), (checked.build_use(),), found.lang
    )


def add_passkey(request: WorkspaceRequest, made: AddPasskey) -> Decision:
    """Store a passkey of the person whose session it is. The caller has seen that the second factor is recent.

    made: whose owner, name, day and language are filled in here.
    """
    found = yield from run_query(FindWorkspaceSession(request.mark))
    if found is None:
        return TurnResult(None, (WORKSPACE_CLOSED,))
    known = yield from run_query(ListPasskeys(found.staff.id))
    if len(known) >= MAX_PASSKEYS:
        return TurnResult(request.session, (PASSKEY_MANY,), (), found.lang)
    today = to_bangkok_date(request.now)
    name = " ".join(clean_text(made.name).text.split())[:MAX_PASSKEY_NAME_LENGTH]
    act = replace(made, staff=found.staff.id, name=name, made_on=today, lang=found.lang)
    return TurnResult(request.session, (PASSKEY_SAVED,), (act,), found.lang)


def remove_passkey(request: WorkspaceRequest, name: str) -> Decision:
    """Take a passkey of this person away. name: the first half of its mark, in hex."""
    found = yield from run_query(FindWorkspaceSession(request.mark))
    if found is None:
        return TurnResult(None, (WORKSPACE_CLOSED,))
    known = yield from run_query(ListPasskeys(found.staff.id))
    acts = tuple(RemovePasskey(one.mark, found.staff.id) for one in known if one.mark.hex()[:32] == name)
    return TurnResult(request.session, (Reply("workspace.passkey.removed", NEUTRAL),), acts, found.lang)
