"""The page of file kinds, made from their table: `python -m tests.handlers.evidence.file_kinds_page` writes it."""

from bot.decoding.messages import LIBRARY_BY_KIND, DecodingLibrary
from handlers.dialog.replies import Phrase
from handlers.evidence.file_kinds import FILE_KINDS, FileKind, Refusal, ShownAs
from handlers.i18n import WORDING, render_text
from tests.house.source_tree import ROOT

FILE_KINDS_PAGE = ROOT / "docs" / "file-kinds.md"

_HEAD = """\
# Kinds of files

What may be sent as evidence, how officers see it, and what people are told of what is refused. The kind is found in the
content, never in the name. Everything that is taken is stored as it came, encrypted; its original is had for a reason,
which stays with the case ([0045](decisions/0045-files-shown.md)).
Made from `handlers/evidence/file_kinds.py` by `python -m tests.handlers.evidence.file_kinds_page`; a test compares.
"""

_SHOWN = {
    ShownAs.PICTURE: "as a picture of its pixels",
    ShownAs.TEXT: "what is written in it",
    ShownAs.SOUND: "played on the page, where the browser can",
    ShownAs.VIDEO: "played on the page, where the browser can",
    ShownAs.ORIGINAL: "the original only",
}
_NEEDS = {
    DecodingLibrary.HEIF: "; needs the extra `heic`, else the original only",
    DecodingLibrary.PDFIUM: ", page by page",
}


def describe_treatment(kind: FileKind) -> str:
    """How officers see a kind that is taken."""
    treatment = FILE_KINDS[kind].treatment
    assert isinstance(treatment, ShownAs)
    pages = ", page by page" if kind is FileKind.TIFF else ""
    library = LIBRARY_BY_KIND.get(kind)
    return _SHOWN[treatment] + pages + (_NEEDS.get(library, "") if library is not None else "")


def list_kinds_page() -> str:
    """The text of the page."""

    def name(kind: FileKind) -> str:
        key = f"kind.{kind.name.lower()}"
        endings = " ".join(f".{ending}" for ending in FILE_KINDS[kind].extensions)
        return f"{render_text(Phrase(key), 'th')} · {render_text(Phrase(key), 'en')} | {endings} | `{kind}`"

    taken = [
        f"| {name(kind)} | {describe_treatment(kind)} | {row.warning} |"
        for kind, row in FILE_KINDS.items()
        if isinstance(row.treatment, ShownAs)
    ]
    refused = [
        f"| {name(kind)} | {row.treatment} |"
        for kind, row in FILE_KINDS.items()
        if isinstance(row.treatment, Refusal)
    ]
    words = [f"- `{refusal}`: {WORDING['th'][f'refused.{refusal}']}" for refusal in Refusal]
    return "\n".join(
        (
            _HEAD,
            "## Taken",
            "",
            "| Kind | Names end in | Media type | Officers see | Warned of, before the original |",
            "|---|---|---|---|---|",
            *taken,
            "",
            "## Refused by name",
            "",
            "| Kind | Names end in | Media type | Because |",
            "|---|---|---|---|",
            *refused,
            "",
            *words,
            f"- of no known kind: {WORDING['th']['file.not_allowed']}",
            "",
        )
    )


if __name__ == "__main__":
    FILE_KINDS_PAGE.write_text(list_kinds_page(), "utf-8")
