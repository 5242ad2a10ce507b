"""The emergency kit: one page for the safe that says where everything is, and has no secret on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from bot.desk_names import DeskName
from bot.settings import Settings
from handlers.office import Office
from handlers.thai.dates import format_date
from ita_stats.calendar import to_bangkok_date
from ita_stats.render.typst import render_plain_pdf

BLANK = "........................................................"
"""A line to write on by hand: where sealed envelopes are is for paper, not for this machine."""

RESTORE_STEPS = (
    "หาเครื่องใหม่ ติดตั้งโปรแกรมรุ่นเดิม (make install) อย่าเปิดโปรแกรม",
    "นำชุดสำรองล่าสุด กุญแจของโต๊ะ และกุญแจของชุดสำรองจากตู้นิรภัยมาที่เครื่อง",
    "สั่ง ita-bot restore ไฟล์ชุดสำรอง --identity ไฟล์กุญแจ แล้วอ่านว่าสิ่งใดหายไปตั้งแต่วันที่สำรอง",
    "สั่ง ita-bot doctor แก้จนไม่มีสิ่งที่ต้องแก้ แล้วเปิดโปรแกรม",
    "เชิญเจ้าหน้าที่เข้าใหม่ตามที่คำสั่งบอก และจดวันเวลาไว้ในบันทึกของหน่วยงาน",
)
BREACH_STEPS = (
    "หยุดโปรแกรม (systemctl stop ita-bot) เก็บเครื่องไว้ตามสภาพ อย่าลบสิ่งใด",
    "โทรหาเจ้าหน้าที่คุ้มครองข้อมูลทันที กฎหมายให้แจ้ง สคส. ภายใน 72 ชั่วโมง",
)


def build_kit(
    office: Office, settings: Settings, desks: Sequence[DeskName], it_contact: str, now: datetime
) -> Mapping[str, object]:
    """Build the data of the page."""
    places = [
        ("โฟลเดอร์โปรแกรม", str(Path.cwd())),
        ("ข้อมูล (เข้ารหัส)", str(settings.home.absolute())),
        *(
            (f"กุญแจของโต๊ะ {desk}", str(settings.desk_paths(desk).key_paths["seal"].absolute().parent))
            for desk in desks
        ),
        ("สำเนากุญแจ ซองที่ 1 อยู่ที่", BLANK),
        ("สำเนากุญแจ ซองที่ 2 อยู่ที่", BLANK),
        ("กุญแจของชุดสำรอง (identity) อยู่ที่", BLANK),
        ("ชุดสำรองอยู่ที่", BLANK),
    ]
    people = [
        ("ผู้ดูแลเครื่อง", it_contact),
        ("เจ้าหน้าที่คุ้มครองข้อมูล", office.privacy.contact.th),
        ("หัวหน้าหน่วยงาน", f"{office.head.th} {BLANK}"),
        *((body.name.th, " ".join(filter(None, (body.phone, body.url)))) for body in office.bodies),
    ]
    return {
        "title": "ชุดฉุกเฉินของระบบรับเรื่องทุจริต",
        "office": office.name.th,
        "made": f"ทำเมื่อ {format_date(to_bangkok_date(now), 'th')} พิมพ์ เติมช่องว่างด้วยมือ แล้วเก็บในตู้นิรภัย",
        "warning": "หน้านี้ไม่มีรหัสหรือกุญแจ อย่าเขียนรหัสลงไป กุญแจกับชุดสำรองต้องเก็บคนละที่ เก็บด้วยกันเท่ากับไม่ได้เข้ารหัส",
        "sections": [
            {"title": "อะไรอยู่ที่ไหน", "rows": places, "steps": []},
            {"title": "เครื่องเสียหรือข้อมูลหาย", "rows": [], "steps": RESTORE_STEPS},
            {"title": "สงสัยว่าข้อมูลหรือกุญแจรั่ว", "rows": [], "steps": BREACH_STEPS},
            {"title": "โทรหาใคร", "rows": people, "steps": []},
        ],
    }


def render_kit(data: Mapping[str, object], now: datetime) -> bytes:
    """Typeset the page as PDF."""
    return render_plain_pdf((files("bot") / "typeset" / "emergency_kit.typ").read_bytes(), data, now)
