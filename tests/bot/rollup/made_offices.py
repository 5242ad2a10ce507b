"""Folders of invented offices with signed releases, and the list of them."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

from bot.rollup.office_list import ReleaseKey
from ita_stats.calendar import end_of_day
from ita_stats.cases.model import ReleaseInfo, StatisticsTables, StatusCounts
from ita_stats.release import (
    ANCHOR_FILE,
    MANIFEST_FILE,
    STATISTICS_FILE,
    build_file_entry,
    build_manifest,
    serialize_manifest,
)
from ita_stats.render.json_text import serialize_statistics
from storage.crypto.aead import derive_public_key, sign_message
from tests.ita_stats.render.sample_documents import make_protected_tables

DAY = date(2026, 11, 20)
"""As of when the offices are judged."""
YEAR = 2569


@dataclass(frozen=True)
class MadeOffice:
    """An invented office. number: its place in the list, from which name, key and figures follow."""

    number: int

    @property
    def name(self) -> str:
        return f"สำนักงานตัวอย่าง {self.number}"

    @property
    def seed(self) -> bytes:
        return sha256(f"office {self.number}".encode()).digest()

    @property
    def key(self) -> str:
        return base64.b64encode(derive_public_key(self.seed)).decode()

    @property
    def folder(self) -> str:
        return f"office-{self.number}"

    def write_release(self, root: Path, text: str, as_of: date, number: int, *links: str) -> Path:
        """Write a release into the office's folder, and links to it."""
        home = root / self.folder
        folder = home / f"{2570 if text == 'fy2570' else 2569}-{number}"
        folder.mkdir(parents=True)
        for name, content in self.build_release(text, as_of, number).items():
            (folder / name).write_bytes(content)
        for link in links:
            (home / link).symlink_to(folder.name)
        return folder

    def build_release(self, text: str, as_of: date, number: int) -> Mapping[str, bytes]:
        """The three files of a release that a roll-up reads."""
        tables = self._build_tables(text, as_of)
        issue = ReleaseInfo(number)
        figures = serialize_statistics(tables, issue).encode()
        files = [build_file_entry(STATISTICS_FILE, figures)]
        manifest = serialize_manifest(build_manifest(tables, issue, files))
        return {
            STATISTICS_FILE: figures,
            MANIFEST_FILE: manifest,
            ANCHOR_FILE: build_made_anchor(self.seed, manifest),
        }

    def _build_tables(self, text: str, as_of: date) -> StatisticsTables:
        """The tables of a year; how many cases more came in its first month follows from the number."""
        base = _make_base(text, as_of)
        more = self.number % 7
        first = base.rows[0]
        rows = (replace(first, figures=_add(first.figures, more)), *base.rows[1:])
        return replace(
            base, office_th=self.name, office_en=self.name, total=_add(base.total, more), rows=rows
        )

    def write_entry(self, **other: str) -> str:
        """The office's part of a list."""
        place = {"folder": self.folder, **other}
        lines = [f"{key} = {json.dumps(value)}" for key, value in place.items() if value]
        return "\n".join(
            ["[[offices]]", f'name = "{self.name}"', *lines, f'keys = [{{ key = "{self.key}" }}]', ""]
        )


def build_made_anchor(seed: bytes, manifest: bytes) -> bytes:
    """anchor.json as a desk with this seed would write it."""
    digest = sha256(manifest)
    anchor = {
        "manifest_sha256": digest.hexdigest(),
        "public_key": base64.b64encode(derive_public_key(seed)).decode(),
        "signature": base64.b64encode(sign_message(seed, digest.digest())).decode(),
        "audit": {
            "desk": "complaints",
            "made_at": "2026-10-01T00:00:00Z",
            "count": 1,
            "mac": "0" * 64,
            "proof": "0" * 64,
        },
    }
    return json.dumps(anchor).encode()


def _add(counts: StatusCounts, more: int) -> StatusCounts:
    received, done, in_progress, not_accepted = (cell or 0 for cell in counts.cells)
    return StatusCounts(received + more, done + more, in_progress, not_accepted)


@cache
def _make_base(text: str, as_of: date) -> StatisticsTables:
    made = make_protected_tables(40, text, as_of)
    assert made.cutoff == end_of_day(as_of)
    return made


def make_key(office: MadeOffice, **days: date) -> ReleaseKey:
    """The key of an office as a list has it."""
    return ReleaseKey(key=office.key, **days)


def write_sound_office(root: Path, number: int) -> MadeOffice:
    """An office that published the whole of 2569, and 2570 up to October."""
    office = MadeOffice(number)
    office.write_release(root, "fy2569", date(2026, 9, 30), 12, str(YEAR))
    office.write_release(root, "fy2570", date(2026, 10, 31), 1, "latest")
    return office


def write_list(root: Path, *entries: str) -> Path:
    """A list of offices in a file."""
    file = root / "offices.toml"
    file.write_text("\n".join(['publisher = { th = "กระทรวง", en = "Ministry" }', "", *entries]), "utf-8")
    return file
