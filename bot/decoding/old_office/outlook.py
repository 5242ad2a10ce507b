"""Text of an Outlook mail (MS-OXMSG): its head, its text, and the names of what is attached."""

from collections.abc import Mapping

from bot.decoding.old_office.compound import CompoundFile

_HEADS = {"From": ("0C1A", "0C1F"), "To": ("0E04",), "Cc": ("0E03",), "Subject": ("0037",)}
_BODY, _LONG_NAME, _SHORT_NAME = "1000", "3707", "3704"
_ATTACHED = "__attach_version1.0_"


def read_outlook_mail(content: bytes) -> str:
    """Return the text of a mail. Raises ValueError."""
    streams = CompoundFile(content).streams
    heads = [
        f"{name}: {' '.join(filter(None, (_read(streams, (), mark) for mark in marks)))}"
        for name, marks in _HEADS.items()
        if any(_read(streams, (), mark) for mark in marks)
    ]
    folders = sorted({path[0] for path in streams if len(path) > 1 and path[0].startswith(_ATTACHED)})
    attached = [
        f"[แนบ / attached] {_read(streams, (folder,), _LONG_NAME) or _read(streams, (folder,), _SHORT_NAME)}"
        for folder in folders
    ]
    body = _read(streams, (), _BODY)
    if not heads and not body:
        raise ValueError("damaged, or encrypted")
    return "\n".join((*heads, "", body, "", *attached))


def _read(streams: Mapping[tuple[str, ...], bytes], folder: tuple[str, ...], mark: str) -> str:
    letters = streams.get((*folder, f"__substg1.0_{mark}001F"))
    if letters is not None:
        return letters.decode("utf-16-le", "replace")
    return streams.get((*folder, f"__substg1.0_{mark}001E"), b"").decode("cp874", "replace")
