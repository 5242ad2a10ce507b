"""What a file of sound or video is, by its first bytes, in every common wrapping.

Sources: ISO/IEC 14496-12 (boxes and brands), ISO/IEC 11172-3 and 13818-7 (frames), ID3v2.4, RFC 3533 (Ogg),
RFC 4867 (AMR), Microsoft's ASF and RIFF.
"""

from handlers.evidence.file_kinds import FileKind

MAX_BYTES_BEFORE_SOUND = 64 * 1024
"""Zeros that recorders leave before the first frame are skipped up to here."""

_PICTURE_BRANDS = frozenset(
    {
        b"heic",
        b"heix",
        b"heim",
        b"heis",
        b"hevc",
        b"hevx",
        b"hevm",
        b"hevs",
        b"mif1",
        b"msf1",
        b"mif2",
        b"miaf",
    }
)
_AV1_PICTURE_BRANDS = frozenset({b"avif", b"avis"})
_SOUND_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P ", b"M4A\0", b"F4A "})
_VIDEO_BRAND_STARTS = (
    b"iso", b"mp4", b"mp7", b"avc", b"M4V", b"MSNV", b"dash", b"mmp4", b"f4v", b"F4V", b"XAVC", b"NDS", b"cmf", b"hvc",
    b"piff", b"KDDI", b"MP4", b"mp2", b"sdv", b"CAEP", b"dby",
)  # fmt: skip
_QUICKTIME_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_HANDLER_OF_SOUND, _HANDLER_OF_VIDEO = b"hdlr\0\0\0\0\0\0\0\0soun", b"hdlr\0\0\0\0\0\0\0\0vide"
_QUICKTIME_SOUND, _QUICKTIME_VIDEO = b"hdlr\0\0\0\0mhlrsoun", b"hdlr\0\0\0\0mhlrvide"
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_VIDEO_STREAM = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
_TRANSPORT_PACKETS = (188, 192)
"""Bytes of a packet of a transport stream: broadcast, and of a camera (which has four bytes before the mark)."""


def detect_sound_or_video(content: bytes) -> FileKind | None:
    """Return the kind of a file of sound, of video, or of a picture in the same wrapping; None for others."""
    found = (detect(content) for detect in (_detect_boxes, _detect_wrapping, _detect_start, _detect_frames))
    return next((kind for kind in found if kind is not None), None)


def _detect_boxes(content: bytes) -> FileKind | None:
    if content[4:8] == b"ftyp":
        return _detect_by_brands(content)
    # QuickTime of before there were brands.
    return FileKind.MOV if content[4:8] in _QUICKTIME_ATOMS and b"mvhd" in content else None


def _detect_wrapping(content: bytes) -> FileKind | None:
    if content[:4] in {b"RIFF", b"RF64"}:
        return {b"WAVE": FileKind.WAV, b"AVI ": FileKind.AVI}.get(content[8:12])
    if content[:4] == b"FORM" and content[8:12] in {b"AIFF", b"AIFC"}:
        return FileKind.AIFF
    if content.startswith(_ASF):
        return FileKind.WMV if _ASF_VIDEO_STREAM in content[:MAX_BYTES_BEFORE_SOUND] else FileKind.WMA
    if content[:4] == b"OggS":
        return FileKind.OGV if b"\x80theora" in content[:4096] else FileKind.OGG
    return None


def _detect_start(content: bytes) -> FileKind | None:
    if any(_is_transport_stream(content, size) for size in _TRANSPORT_PACKETS):
        return FileKind.MPEG
    return next((kind for start, kind in _STARTS if content.startswith(start)), None)


_STARTS: tuple[tuple[bytes, FileKind], ...] = (
    (b"\x1aE\xdf\xa3", FileKind.WEBM),
    (b"#!AMR", FileKind.AMR),
    (b"fLaC", FileKind.FLAC),
    (b"caff", FileKind.CAF),
    (b"ADIF", FileKind.AAC),
    (b"FLV\x01", FileKind.FLV),
    (b"\0\0\x01\xba", FileKind.MPEG),
    (b"\0\0\x01\xb3", FileKind.MPEG),
)


def _detect_by_brands(content: bytes) -> FileKind | None:
    """Return the kind of a file of boxes by the brands that its first box names, the major one first."""
    size = min(int.from_bytes(content[:4], "big"), 512)
    major = content[8:12]
    brands = [major, *(content[at : at + 4] for at in range(16, size - 3, 4))]
    if major in _PICTURE_BRANDS | _AV1_PICTURE_BRANDS:
        is_av1 = not _AV1_PICTURE_BRANDS.isdisjoint(brands) and not any(
            b[:3] in {b"hei", b"hev"} for b in brands
        )
        return FileKind.AVIF if is_av1 else FileKind.HEIC
    if major == b"qt  ":
        return FileKind.MOV
    if major in _SOUND_BRANDS:
        return FileKind.M4A
    is_sound = _is_sound_alone(content)
    if any(brand.startswith(b"3g") for brand in brands[:1]):
        return FileKind.SOUND_3GP if is_sound else FileKind.VIDEO_3GP
    if any(brand.startswith(_VIDEO_BRAND_STARTS) for brand in brands):
        return FileKind.M4A if is_sound else FileKind.MP4
    return None


def _is_sound_alone(content: bytes) -> bool:
    """Whether the tracks of a file of boxes are sound, as those of a phone's recorder that calls it a video."""
    has_sound = _HANDLER_OF_SOUND in content or _QUICKTIME_SOUND in content
    return has_sound and _HANDLER_OF_VIDEO not in content and _QUICKTIME_VIDEO not in content


def _is_transport_stream(content: bytes, packet: int) -> bool:
    first = packet - 188
    marks = content[first : first + 4 * packet + 1 : packet]
    return len(marks) == 5 and marks == b"G" * 5


def _detect_frames(content: bytes) -> FileKind | None:
    """Return the kind of bare frames of sound, with what players write before them: tags, zeros."""
    if content[:3] == b"ID3":
        size = 0
        for byte in content[6:10]:
            size = size << 7 | byte & 0x7F
        after = content[10 + size : 10 + size + 4]
        if after == b"fLaC":
            return FileKind.FLAC
        return FileKind.AAC if _is_aac_frame(after) else FileKind.MP3
    if _is_aac_frame(content):
        return FileKind.AAC
    if _get_mpeg_frame_length(content) is not None:
        return FileKind.MP3
    start = content[:MAX_BYTES_BEFORE_SOUND]
    bare = start.lstrip(b"\0")
    at = len(start) - len(bare)
    length = _get_mpeg_frame_length(bare) if at else None
    # Behind zeros, one frame may be chance: another has to follow it.
    follows = length and _get_mpeg_frame_length(content[at + length : at + length + 4]) is not None
    return FileKind.MP3 if follows else None


def _is_aac_frame(head: bytes) -> bool:
    return len(head) >= 2 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0


def _get_mpeg_frame_length(head: bytes) -> int | None:
    """Return the bytes of a frame of MPEG sound, layer II or III; None where its header is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate, frequency = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer not in {1, 2} or rate in {0, 15} or frequency == 3:
        return None
    is_first = version == 3
    kilobits = (
        _KILOBITS_LAYER_2 if is_first and layer == 2 else _KILOBITS_LAYER_3 if is_first else _KILOBITS_LATER
    )[rate]
    hertz = (44_100, 48_000, 32_000)[frequency] >> {3: 0, 2: 1, 0: 2}[version]
    samples = 1152 if is_first or layer == 2 else 576
    return samples * kilobits * 125 // hertz + (head[2] >> 1 & 1)


_KILOBITS_LAYER_2 = (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_KILOBITS_LAYER_3 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KILOBITS_LATER = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
