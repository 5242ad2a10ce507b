"""Every kind of file that is known: its names, how officers see it or why it is refused, what its original may hold.

`docs/file-kinds.md` is made from this table. What a content is, is found in `storage.files.file_types`; the words of a
kind and of a refusal are in the locale files under `kind.` and `refused.`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from handlers.dialog.events import File, FileProblem
from handlers.dialog.replies import NEUTRAL, Phrase, Reply, ReplyArg, ReplyPolicy


class FileKind(StrEnum):
    """A kind of file; its value is its media type, which rows of files keep."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"
    HEIC = "image/heic"
    AVIF = "image/avif"
    TIFF = "image/tiff"
    BMP = "image/bmp"
    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    ODT = "application/vnd.oasis.opendocument.text"
    ODS = "application/vnd.oasis.opendocument.spreadsheet"
    ODP = "application/vnd.oasis.opendocument.presentation"
    DOC = "application/msword"
    XLS = "application/vnd.ms-excel"
    PPT = "application/vnd.ms-powerpoint"
    LOCKED_OFFICE = "application/x-ole-encrypted"
    RTF = "application/rtf"
    TEXT = "text/plain"
    HTML = "text/html"
    EML = "message/rfc822"
    MSG = "application/vnd.ms-outlook"
    ZIP = "application/zip"
    MP3 = "audio/mpeg"
    M4A = "audio/mp4"
    AAC = "audio/aac"
    AMR = "audio/amr"
    OGG = "audio/ogg"
    WAV = "audio/wav"
    FLAC = "audio/flac"
    AIFF = "audio/aiff"
    CAF = "audio/x-caf"
    WMA = "audio/x-ms-wma"
    SOUND_3GP = "audio/3gpp"
    MP4 = "video/mp4"
    MOV = "video/quicktime"
    VIDEO_3GP = "video/3gpp"
    WEBM = "video/webm"
    OGV = "video/ogg"
    AVI = "video/x-msvideo"
    MPEG = "video/mpeg"
    WMV = "video/x-ms-wmv"
    FLV = "video/x-flv"
    RAR = "application/vnd.rar"
    SEVEN_ZIP = "application/x-7z-compressed"
    TAR = "application/x-tar"
    GZIP = "application/gzip"
    PROGRAM = "application/x-executable"
    SHORTCUT = "application/x-ms-shortcut"
    IWORK = "application/vnd.apple.iwork"
    PHOTOSHOP = "image/vnd.adobe.photoshop"
    DRAWING = "image/vnd.dwg"
    DATABASE = "application/vnd.ms-access"
    VISIO = "application/vnd.visio"
    HWP = "application/x-hwp"


class ShownAs(StrEnum):
    """How officers see a file. PICTURE: as a copy of its pixels; TEXT: what is written in it; SOUND, VIDEO: played.

    ORIGINAL: nothing but the file itself can be had.
    """

    PICTURE = "picture"
    TEXT = "text"
    SOUND = "sound"
    VIDEO = "video"
    ORIGINAL = "original"


class Refusal(StrEnum):
    """Why a kind is not taken, each with what to do instead (`refused.` in the locale files)."""

    ARCHIVE = "archive"
    PROGRAM = "program"
    PROGRAM_NEEDED = "program_needed"


class OriginalWarning(StrEnum):
    """What officers are warned of before they open an original (`officer.warn_` in the locale files)."""

    TRACES = "traces"
    MACROS = "macros"
    SCRIPTS = "scripts"
    ATTACHED = "attached"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class FileKindRow:
    """What is known of a kind. extensions: that fit it, the first is given to a download.

    treatment: how it is shown, or why it is refused. warning: of what its original may hold.
    """

    extensions: tuple[str, ...]
    treatment: ShownAs | Refusal
    warning: OriginalWarning = OriginalWarning.TRACES


def _row(
    extensions: str, treatment: ShownAs | Refusal, warning: OriginalWarning = OriginalWarning.TRACES
) -> FileKindRow:
    return FileKindRow(tuple(extensions.split()), treatment, warning)


FILE_KINDS: Mapping[FileKind, FileKindRow] = {
    FileKind.JPEG: _row("jpg jpeg jfif jpe mpo", ShownAs.PICTURE),
    FileKind.PNG: _row("png", ShownAs.PICTURE),
    FileKind.WEBP: _row("webp", ShownAs.PICTURE),
    FileKind.GIF: _row("gif", ShownAs.PICTURE),
    FileKind.HEIC: _row("heic heif hif heics heifs", ShownAs.PICTURE),
    FileKind.AVIF: _row("avif avifs", ShownAs.PICTURE),
    FileKind.TIFF: _row("tif tiff", ShownAs.PICTURE),
    FileKind.BMP: _row("bmp dib", ShownAs.PICTURE),
    FileKind.PDF: _row("pdf", ShownAs.PICTURE, OriginalWarning.SCRIPTS),
    FileKind.DOCX: _row("docx docm dotx dotm", ShownAs.TEXT, OriginalWarning.MACROS),
    FileKind.XLSX: _row("xlsx xlsm xltx xltm xlsb", ShownAs.TEXT, OriginalWarning.MACROS),
    FileKind.PPTX: _row("pptx pptm ppsx ppsm potx potm", ShownAs.TEXT, OriginalWarning.MACROS),
    FileKind.ODT: _row("odt ott", ShownAs.TEXT, OriginalWarning.MACROS),
    FileKind.ODS: _row("ods ots", ShownAs.TEXT, OriginalWarning.MACROS),
    FileKind.ODP: _row("odp otp", ShownAs.TEXT, OriginalWarning.MACROS),
    FileKind.DOC: _row("doc dot wbk", ShownAs.TEXT, OriginalWarning.MACROS),
    FileKind.XLS: _row("xls xlt xla", ShownAs.TEXT, OriginalWarning.MACROS),
    FileKind.PPT: _row("ppt pps pot", ShownAs.TEXT, OriginalWarning.MACROS),
    FileKind.LOCKED_OFFICE: _row("docx xlsx pptx docm xlsm pptm", ShownAs.ORIGINAL, OriginalWarning.LOCKED),
    FileKind.RTF: _row("rtf doc", ShownAs.TEXT, OriginalWarning.MACROS),
    FileKind.TEXT: _row("txt csv md log tsv json xml vcf ics srt eml", ShownAs.TEXT),
    FileKind.HTML: _row("html htm xhtml xls doc", ShownAs.TEXT, OriginalWarning.SCRIPTS),
    FileKind.EML: _row("eml mht mhtml txt mbox", ShownAs.TEXT, OriginalWarning.ATTACHED),
    FileKind.MSG: _row("msg", ShownAs.TEXT, OriginalWarning.ATTACHED),
    FileKind.ZIP: _row("zip kmz epub xps oxps", ShownAs.TEXT, OriginalWarning.ATTACHED),
    FileKind.MP3: _row("mp3 mp2 mpga", ShownAs.SOUND),
    FileKind.M4A: _row("m4a m4b mp4 aac", ShownAs.SOUND),
    FileKind.AAC: _row("aac adts", ShownAs.SOUND),
    FileKind.AMR: _row("amr awb", ShownAs.SOUND),
    FileKind.OGG: _row("ogg oga opus", ShownAs.SOUND),
    FileKind.WAV: _row("wav wave", ShownAs.SOUND),
    FileKind.FLAC: _row("flac", ShownAs.SOUND),
    FileKind.AIFF: _row("aiff aif aifc", ShownAs.SOUND),
    FileKind.CAF: _row("caf", ShownAs.SOUND),
    FileKind.WMA: _row("wma asf", ShownAs.SOUND),
    FileKind.SOUND_3GP: _row("3gp 3gpp 3ga 3g2", ShownAs.SOUND),
    FileKind.MP4: _row("mp4 m4v f4v", ShownAs.VIDEO),
    FileKind.MOV: _row("mov qt", ShownAs.VIDEO),
    FileKind.VIDEO_3GP: _row("3gp 3gpp 3g2", ShownAs.VIDEO),
    FileKind.WEBM: _row("webm mkv mka weba", ShownAs.VIDEO),
    FileKind.OGV: _row("ogv ogg ogm", ShownAs.VIDEO),
    FileKind.AVI: _row("avi divx", ShownAs.VIDEO),
    FileKind.MPEG: _row("mpg mpeg ts mts m2ts vob m2v", ShownAs.VIDEO),
    FileKind.WMV: _row("wmv asf", ShownAs.VIDEO),
    FileKind.FLV: _row("flv", ShownAs.VIDEO),
    FileKind.RAR: _row("rar cbr", Refusal.ARCHIVE),
    FileKind.SEVEN_ZIP: _row("7z", Refusal.ARCHIVE),
    FileKind.TAR: _row("tar", Refusal.ARCHIVE),
    FileKind.GZIP: _row("gz tgz bz2 xz zst", Refusal.ARCHIVE),
    FileKind.PROGRAM: _row("exe dll com scr msi apk jar dmg so class ipa", Refusal.PROGRAM),
    FileKind.SHORTCUT: _row("lnk", Refusal.PROGRAM),
    FileKind.IWORK: _row("pages numbers key", Refusal.PROGRAM_NEEDED),
    FileKind.PHOTOSHOP: _row("psd psb", Refusal.PROGRAM_NEEDED),
    FileKind.DRAWING: _row("dwg", Refusal.PROGRAM_NEEDED),
    FileKind.DATABASE: _row("mdb accdb sqlite db", Refusal.PROGRAM_NEEDED),
    FileKind.VISIO: _row("vsd vsdx", Refusal.PROGRAM_NEEDED),
    FileKind.HWP: _row("hwp", Refusal.PROGRAM_NEEDED),
}
"""Every kind; a test compares it with the enum, and makes a small file of each."""


def find_file_kind(media_type: str) -> FileKind | None:
    """Return the kind of a media type that a row of a file has; None for one that is not known."""
    return FileKind(media_type) if media_type in {*FileKind} else None


def find_shown_as(media_type: str) -> ShownAs:
    """Return how officers see a file of a media type."""
    kind = find_file_kind(media_type)
    treatment = FILE_KINDS[kind].treatment if kind is not None else ShownAs.ORIGINAL
    return treatment if isinstance(treatment, ShownAs) else ShownAs.ORIGINAL


def explain_file_problem(file: File, most: int, policy: ReplyPolicy = NEUTRAL) -> Reply:
    """Say why a file was not kept: of a refused kind its name, and what to do instead.

    most: files that a report may have. The file must have a problem; raises ValueError otherwise.
    """
    problem = file.problem
    if problem is None:
        raise ValueError("this file was kept")
    args: dict[str, ReplyArg] = {"name": file.name, "most": most}
    kind = find_file_kind(file.kind)
    if problem is FileProblem.NOT_ALLOWED and kind is not None:
        treatment = FILE_KINDS[kind].treatment
        if isinstance(treatment, Refusal):
            args["kind"] = Phrase(f"kind.{kind.name.lower()}")
            return Reply(f"refused.{treatment}", policy, args)
    return Reply(f"file.{problem}", policy, args)
