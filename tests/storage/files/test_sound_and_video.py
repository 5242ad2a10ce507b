"""Sound and video: what is told from what by more than the first bytes."""

import pytest

from handlers.evidence.file_kinds import FILE_KINDS, FileKind, ShownAs
from storage.files.sound_and_video import detect_sound_or_video
from tests.file_samples import FILE_SAMPLES


@pytest.mark.parametrize("kind", FileKind)
def test_only_what_is_played_or_a_picture_in_boxes_is_found(kind: FileKind) -> None:
    found = detect_sound_or_video(FILE_SAMPLES[kind]())
    is_ours = FILE_KINDS[kind].treatment in {ShownAs.SOUND, ShownAs.VIDEO}
    assert found is (kind if is_ours or kind in {FileKind.HEIC, FileKind.AVIF} else None)


@pytest.mark.parametrize(
    "head",
    [b"\xff\xfe\x90\x64", b"\xff\xeb\x90\x64", b"\xff\xfb\xf0\x64", b"\xff\xfb\x9c\x64", b"\xff\xfb\x90"],
)
def test_what_is_no_frame_of_mpeg_is_no_sound(head: bytes) -> None:
    assert detect_sound_or_video(head) is None
