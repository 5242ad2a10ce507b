"""Check a release of an office as it was read: signature, the days of its key, the hash of its figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from pydantic import ValidationError

from bot.publishing.signing import read_anchor_key, verify_anchor
from bot.rollup.office_list import ReleaseKey
from ita_stats.release import STATISTICS_FILE, Manifest, parse_manifest
from ita_stats.rollup.judge import summarize_release
from ita_stats.rollup.model import ReleaseFault, ReleaseSummary


@dataclass(frozen=True, slots=True)
class ReadRelease:
    """The three files of a release that a roll-up needs, as they were found; empty where one is missing."""

    manifest: bytes
    anchor: bytes
    figures: bytes


def check_release(read: ReadRelease, keys: Sequence[ReleaseKey]) -> ReleaseSummary | ReleaseFault:
    """Return what a release says, or why it is not believed."""
    try:
        manifest = parse_manifest(read.manifest)
    except ValidationError:
        return ReleaseFault.UNREADABLE
    fault = _find_signature_fault(read, manifest, keys)
    if fault is not None:
        return fault
    listed = {one.name: one.sha256 for one in manifest.files}
    if listed.get(STATISTICS_FILE) != sha256(read.figures).hexdigest():
        return ReleaseFault.ALTERED
    return summarize_release(manifest, read.figures)


def _find_signature_fault(
    read: ReadRelease, manifest: Manifest, keys: Sequence[ReleaseKey]
) -> ReleaseFault | None:
    if not keys:
        return ReleaseFault.NO_KEY
    signed_with = read_anchor_key(read.anchor)
    if signed_with is None:
        return ReleaseFault.NOT_SIGNED
    known = [one for one in keys if one.key == signed_with]
    if not known:
        return ReleaseFault.OTHER_KEY
    if not any(one.covers(manifest.as_of) for one in known):
        return ReleaseFault.KEY_OF_OTHER_TIME
    return ReleaseFault.ALTERED if verify_anchor(read.anchor, read.manifest, signed_with) else None
