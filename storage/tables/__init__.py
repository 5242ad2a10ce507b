"""The schema, once. No column holds a platform id, a name, a text or a receipt in clear.

Tables whose row order would tell in which order people came are stored by their random keys (WITHOUT ROWID).
Instants are minutes since 1970 where a deadline needs them and hours where only people read them.
"""

from storage.tables.cases import (
    OPEN,
    addresses,
    audit,
    audit_head,
    cases,
    chores,
    counters,
    day_keys,
    envelopes,
    errands,
    events,
    facts,
    files,
    history,
    meta,
    outbox,
    sessions,
    traces,
    tries,
)
from storage.tables.officers import (
    groups,
    held,
    holds,
    invitations,
    links,
    recoveries,
    spent,
    staff,
)
from storage.tables.opinions import (
    ballots,
    hearers,
    opinions,
    statements,
    themes,
    voices,
)
from storage.tables.questions import (
    board,
    knowledge,
    question_lines,
    questions,
    shelf,
)
from storage.tables.releases import postings, releases
from storage.tables.schema import metadata

__all__ = [
    "OPEN",
    "addresses",
    "audit",
    "audit_head",
    "ballots",
    "board",
    "cases",
    "chores",
    "counters",
    "day_keys",
    "envelopes",
    "errands",
    "events",
    "facts",
    "files",
    "groups",
    "hearers",
    "held",
    "history",
    "holds",
    "invitations",
    "knowledge",
    "links",
    "meta",
    "metadata",
    "opinions",
    "outbox",
    "postings",
    "question_lines",
    "questions",
    "recoveries",
    "releases",
    "sessions",
    "shelf",
    "spent",
    "staff",
    "statements",
    "themes",
    "traces",
    "tries",
    "voices",
]
