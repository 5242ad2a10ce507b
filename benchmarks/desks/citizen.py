"""A simulated citizen who files a whole complaint in Thai, from the greeting to the receipt typed back."""

import json
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.desks.load import LatencyTally

MessageHandler: TypeAlias = Callable[[bytes], Awaitable[bytes]]
"""Takes `{"id", "who", "text" or "choice"}` and returns `[{"text", "choices": [[label, data]], "receipt"}]`, as JSON.
"""

COMPLAINT_LINES: Sequence[str] = (
    "/start",
    "[แจ้งเรื่อง]",
    "[รับทราบ เริ่มแจ้งเรื่อง]",
    "[ทุจริตต่อหน้าที่]",
    "เมื่อต้นปี เจ้าหน้าที่พัสดุเรียกเงินร้อยละสิบจากผู้รับเหมาที่มาส่งงานซ่อมอาคารเรียน ก่อนจะยอมตรวจรับงาน",
    "ผู้รับเหมาจ่ายเป็นเงินสดสองครั้ง ครั้งแรกในห้องพัสดุ ครั้งที่สองที่ร้านกาแฟหน้าโรงเรียน มีคนเห็นหลายคน",
    "[เสร็จแล้ว]",
    "เจ้าหน้าที่พัสดุ กลุ่มอำนวยการ",
    "12 ม.ค. 2569",
    "ห้องพัสดุ ชั้นสอง และร้านกาแฟหน้าโรงเรียน",
    "[ไม่มีหลักฐาน]",
    "ผู้รับเหมาสองรายพร้อมให้ข้อมูล และมีสมุดจดรายจ่าย",
    "[ไม่เคย]",
    "ขอให้ตรวจสอบการตรวจรับงานย้อนหลัง",
    "[ไม่ใช่]",
    "[ไม่บอกชื่อ]",
    "[ส่งเรื่อง]",
)
"""Typed texts; in brackets the label of a button to tap. The last symbols of the receipt follow."""

MESSAGE_COUNT = len(COMPLAINT_LINES) + 1

_EXAMPLE = (Path(__file__).parents[2] / "office.example.toml").read_text("utf-8")
GUIDED_OFFICE_TOML = _EXAMPLE.replace('way = "short"', 'way = "guided"')
"""The example, with the questions that these lines answer."""


def write_guided_office(folder: Path) -> Path:
    """Write an office.toml whose form asks what `COMPLAINT_LINES` answer, for a server; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "office.toml"
    path.write_text(GUIDED_OFFICE_TOML, "utf-8")
    return path


@dataclass(slots=True)
class Citizen:
    """One person, new to the desk, who taps the buttons of the last message."""

    handle_message: MessageHandler
    tally: LatencyTally
    who: str = field(default_factory=lambda: secrets.token_hex(32))
    buttons: dict[str, str] = field(default_factory=dict)
    receipt: str = ""

    async def file_complaint(self) -> None:
        """Play the whole dialogue.

        Raises KeyError if a label is not offered, RuntimeError if no receipt was given.
        """
        for line in COMPLAINT_LINES:
            label = line[1:-1] if line.startswith("[") else None
            await self._send({"text": line} if label is None else {"choice": self.buttons[label]})
        if not self.receipt:
            raise RuntimeError("the complaint was told and no receipt given")
        await self._send({"text": self.receipt.replace("-", "")[-5:]})

    async def _send(self, content: dict[str, str]) -> None:
        with self.tally.own_work():
            body = encode_input(self.who, **content)
        answer = await self.tally.measure(self.handle_message(body))
        with self.tally.own_work():
            messages: list[dict[str, Any]] = json.loads(answer)
            for message in messages:
                self.buttons = dict(message["choices"]) or self.buttons
                self.receipt = message["receipt"] or self.receipt


def encode_input(who: str, **content: str) -> bytes:
    """One text or choice of a person as a new message."""
    return json.dumps({"id": secrets.token_hex(8), "who": who, **content}, ensure_ascii=False).encode()


def make_citizen_story(handler: MessageHandler) -> Callable[[LatencyTally], Awaitable[None]]:
    """The story of one new citizen against a message handler."""
    return lambda tally: Citizen(handler, tally).file_complaint()


def make_replay_story(handler: MessageHandler) -> Callable[[LatencyTally], Awaitable[None]]:
    """The same messages for a handler without a dialogue, whose answers offer no buttons."""

    async def replay(tally: LatencyTally) -> None:
        who = secrets.token_hex(32)
        for line in (*COMPLAINT_LINES, "A1B2C"):
            with tally.own_work():
                body = encode_input(who, text=line)
            answer = await tally.measure(handler(body))
            with tally.own_work():
                json.loads(answer)

    return replay
