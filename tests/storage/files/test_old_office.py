"""Compound files of before 2007: the kind by what stands in the root, whatever is embedded or damaged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.evidence.file_kinds import FileKind
from storage.files.old_office import COMPOUND_MAGIC, detect_compound_kind
from tests.file_samples import make_compound


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (make_compound("WordDocument", deeper=("Workbook", "EncryptedPackage")), FileKind.DOC),
        (make_compound("Workbook", deeper=("WordDocument",)), FileKind.XLS),
        (
            make_compound(*(f"__recip_version1.0_#{n}" for n in range(20)), "__properties_version1.0"),
            FileKind.MSG,
        ),
        (make_compound("unknown"), FileKind.DOC),
        (COMPOUND_MAGIC, FileKind.DOC),
        (COMPOUND_MAGIC + "Workbook".encode("utf-16-le"), FileKind.XLS),
    ],
)
def test_the_root_tells_the_kind(content: bytes, kind: FileKind) -> None:
    assert detect_compound_kind(content) is kind


def test_a_chain_of_sectors_that_runs_in_a_circle_ends() -> None:
    whole = bytearray(make_compound("WordDocument"))
    whole[512 + 4 : 512 + 8] = (1).to_bytes(4, "little")  # the directory's first sector follows itself
    assert detect_compound_kind(bytes(whole)) is FileKind.DOC


@given(st.binary(max_size=300), st.integers(0, 2000))
def test_no_damage_breaks_the_reader(noise: bytes, at: int) -> None:
    whole = make_compound("WordDocument")
    assert detect_compound_kind(whole[:at] + noise + whole[at + len(noise) :]) in FileKind
