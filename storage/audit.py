"""The audit trail: who did what, as an HMAC chain under its own key.

mac(n) = HMAC(key, mac(n-1), line n). The head (count, last MAC, and an HMAC over both) is written in the same
transaction as the lines. This detects edited lines, a truncated tail, and a chain recomputed without the key. An older
copy of the whole database is detected with an anchor that was stored elsewhere.

Versions of the key never go down along the trail: with one that was replaced nobody adds a line after the change, or
edits one there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.crypto.aead import constant_time_equal, hmac_sha256
from storage.db.sqlite import compile_sql, get_driver

AUDIT_CHAIN_START = bytes(32)
_SELECT_HEAD = compile_sql(select(tables.audit_head.c.count, tables.audit_head.c.mac))


class AuditAnchor(BaseModel):
    """The head of the trail at one time, to be stored outside the database. `mac` and `proof` are hex."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    desk: str
    made_at: datetime
    count: Annotated[int, Field(ge=0, lt=2**63)]
    mac: str
    proof: str


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One line. `hour`: hours since 1970 (UTC); `actor`: a role or a staff id; `ref`: a case or file id."""

    hour: int
    actor: str
    what: str
    ref: str


@dataclass
class AuditChain:
    """The head of the trail while lines are appended to it within one transaction."""

    keys: Mapping[int, bytes]
    count: int = 0
    mac: bytes = AUDIT_CHAIN_START

    def add(self, line: AuditRecord) -> dict[str, object]:
        """Append a line; return its row."""
        self.count += 1
        self.mac = self.compute_mac(self.keys[max(self.keys)], self.mac, self.count, line)
        return {
            "seq": self.count,
            "hour": line.hour,
            "actor": line.actor,
            "what": line.what,
            "ref": line.ref,
            "mac": self.mac,
        }

    def head_row(self) -> dict[str, object]:
        return {
            "id": 1,
            "count": self.count,
            "mac": self.mac,
            "proof": self.compute_head_proof(self.count, self.mac),
        }

    def compute_head_proof(self, count: int, mac: bytes) -> bytes:
        """Return the HMAC that shows a head was written by somebody who has the key."""
        return hmac_sha256(self.keys[max(self.keys)], b"head", count.to_bytes(8, "big"), mac)

    @staticmethod
    def compute_mac(key: bytes, before: bytes, seq: int, line: AuditRecord) -> bytes:
        words = (line.actor, line.what, line.ref)
        numbers = seq.to_bytes(8, "big") + line.hour.to_bytes(8, "big")
        return hmac_sha256(key, before, numbers, *(w.encode() for w in words))

    def find_version(self, before: bytes, row: Mapping[str, Any]) -> int:
        """Return the version of the key under which a row follows the MAC `before`; 0 where it does under none.

        Rows of impossible values follow under none.
        """
        try:
            line = AuditRecord(row["hour"], row["actor"], row["what"], row["ref"])
            return self._find(row["mac"], lambda key: self.compute_mac(key, before, row["seq"], line))
        except (OverflowError, AttributeError, TypeError):
            return 0

    def find_head_version(self, count: int, mac: bytes, proof: bytes) -> int:
        """Return the version of the key with which a head was written; 0 where with none."""
        try:
            return self._find(proof, lambda key: hmac_sha256(key, b"head", count.to_bytes(8, "big"), mac))
        except (OverflowError, AttributeError, TypeError):
            return 0

    def _find(self, found: bytes, compute: Callable[[bytes], bytes]) -> int:
        fitting = (version for version, key in self.keys.items() if constant_time_equal(compute(key), found))
        return next(fitting, 0)


async def load_audit_chain(connection: AsyncConnection, keys: Mapping[int, bytes]) -> AuditChain:
    """Load the head of the chain from the database."""
    driver = await get_driver(connection)
    head = list(await driver.execute_fetchall(_SELECT_HEAD))
    return AuditChain(keys, *head[0]) if head else AuditChain(keys)


async def build_audit_anchor(
    connection: AsyncConnection, keys: Mapping[int, bytes], desk: str, now: datetime
) -> AuditAnchor:
    """Build an anchor of the present head, to be stored elsewhere."""
    chain = await load_audit_chain(connection, keys)
    proof = chain.compute_head_proof(chain.count, chain.mac)
    return AuditAnchor(desk=desk, made_at=now, count=chain.count, mac=chain.mac.hex(), proof=proof.hex())


async def verify_audit_trail(
    connection: AsyncConnection, keys: Mapping[int, bytes], desk: str, kept: AuditAnchor | None = None
) -> list[str]:
    """Return what is wrong with the trail, as sentences.

    Empty when the chain is intact and, if an anchor is given, reaches that anchor.
    """
    chain, findings, before = AuditChain(keys), [], AUDIT_CHAIN_START
    count, at_anchor, newest = 0, AUDIT_CHAIN_START if kept and kept.count == 0 else None, 0
    rows = await connection.stream(select(tables.audit).order_by(tables.audit.c.seq))
    async for row in rows.mappings():
        count += 1
        if row["seq"] != count:
            findings.append(f"line {count} is missing; line {row['seq']} stands in its place")
            break
        version = chain.find_version(before, dict(row))
        if not version:
            findings.append(f"line {count} does not follow from the line before it")
            break
        if version < newest:
            findings.append(f"line {count} was written with a key that was replaced before")
            break
        before, newest = row["mac"], version
        if kept and count == kept.count:
            at_anchor = before
    if not findings:
        findings += await _check_head(connection, chain, count, before, newest)
    if kept and not findings:
        findings += _check_anchor(chain, kept, desk, at_anchor)
    return findings


async def _check_head(
    connection: AsyncConnection, chain: AuditChain, count: int, mac: bytes, newest: int
) -> list[str]:
    """Check the head. newest: the version of the key of the last line."""
    head = (await connection.execute(select(tables.audit_head))).mappings().first()
    if head is None:
        return ["the head is missing"] if count else []
    version = chain.find_head_version(head["count"], head["mac"], head["proof"])
    if not version or version < newest:
        return ["the head was not written by this program with this key"]
    if head["count"] != count or head["mac"] != mac:
        return [f"the trail ends at line {count}, and its head says {head['count']}"]
    return []


def _check_anchor(chain: AuditChain, kept: AuditAnchor, desk: str, at_anchor: bytes | None) -> list[str]:
    if kept.desk != desk:
        return [f"the anchor is of the desk {kept.desk}"]
    mac, proof = _decode_hex(kept.mac), _decode_hex(kept.proof)
    if not chain.find_head_version(kept.count, mac, proof):
        return ["the anchor was not made by this program with this key"]
    if at_anchor is None:
        return [f"the anchor knows {kept.count} lines, and the trail ends before: an older copy stands here"]
    if at_anchor != mac:
        return [f"line {kept.count} is not the one that the anchor knows"]
    return []


def _decode_hex(hexadecimal: str) -> bytes:
    try:
        return bytes.fromhex(hexadecimal)
    except ValueError:
        return b""
