"""What `ita-bot init` asks, a row each, in the order in which it is asked."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from bot.desk_names import DESK_NAMES, DeskName
from bot.installation.answers import AnswerError, Answers, split_names
from handlers.thai.grammar.particles import PLAIN_PARTICLES, repeat_words, set_aside_politeness
from handlers.thai.text import clean_text
from ita_stats.calendar import to_arabic_digits

NOBODY = "ไม่มี"
"""The answer of an office that has no alternate, or of a desk that is not to be opened on a platform."""

DESK_CHOICES: Mapping[str, tuple[DeskName, ...]] = {
    "both": DESK_NAMES,
    "complaints": ("complaints",),
    "service": ("service",),
}
_DESK_WORDS = {
    **dict.fromkeys(("1", "both", "ทั้งสอง", "ทั้งสองโต๊ะ"), "both"),
    **dict.fromkeys(("2", "complaints", "แจ้งทุจริต"), "complaints"),
    **dict.fromkeys(("3", "service", "บริการ"), "service"),
}
_DESK_ANSWERS = {"both": "ทั้งสองโต๊ะ", "complaints": "แจ้งทุจริต", "service": "บริการ"}
"""The kept answers about desks as they are shown; each may be typed as well."""
_NOTHING_WORDS = {"", "-", "ไม่มี", "ข้าม", "none", "no", "skip"}
_YES_WORDS = {"มี", "มีแล้ว", "ใช่", "ได้", "yes", "ok"}
_POLITE_END = re.compile(repeat_words(PLAIN_PARTICLES, signs=r"\s") + "$")
DESK_TITLES: Mapping[DeskName, str] = {"complaints": "โต๊ะแจ้งทุจริต", "service": "โต๊ะบริการ (ถามตอบ ความคิดเห็น)"}


@dataclass(frozen=True, slots=True)
class Question:
    """A question. name: of its answer, in the file of answers too. text: Thai, as it is asked.

    parse: returns the answer as it is kept, or raises AnswerError. otherwise: the answer where nothing is typed; None
    where something has to be. is_needed: whether it is asked at all, by what was answered before. find_conflict: why an
    answer does not go with those before it, in Thai; empty where it does.
    """

    name: str
    text: str
    parse: Callable[[str], str]
    otherwise: str | None = None
    is_needed: Callable[[Answers], bool] = lambda _: True
    find_conflict: Callable[[str, Answers], str] = lambda _answer, _answers: ""


@dataclass(frozen=True, slots=True)
class AccountQuestion:
    """The question for an account of a desk. secrets: the settings that it fills, each with how it is asked.

    platform: the channel's name. text: what to press, step by step.
    """

    desk: DeskName
    platform: str
    text: str
    secrets: Mapping[str, str]
    needs_address: bool

    @property
    def name(self) -> str:
        """The key under which it is remembered that no account is wanted."""
        return f"{self.desk}.{self.platform}"

    def get_setting(self, secret: str) -> str:
        """Return the name of a setting, as in the environment."""
        return f"ITA_{self.desk.upper()}__{secret}"


def _read_word(text: str) -> str:
    """Return an answer in small letters without the politeness at its end, as it stands in the lists of words."""
    return _POLITE_END.sub("", text.strip().lower())


def parse_text(text: str) -> str:
    """Take any text that is not too long to be a name or an address, without politeness at its end."""
    cleaned = set_aside_politeness(clean_text(text).text)
    if not cleaned:
        raise AnswerError("ข้อนี้ต้องตอบ")
    if len(cleaned) > 300:
        raise AnswerError("ยาวเกินไป ขอไม่เกิน 300 ตัวอักษร")
    return cleaned


def parse_optional_text(text: str) -> str:
    """Take any text, or none."""
    return "" if _read_word(text) in _NOTHING_WORDS else parse_text(text)


def parse_optional_email(text: str) -> str:
    """Take an e-mail address, or none."""
    typed = text.strip()
    if _read_word(typed) in _NOTHING_WORDS:
        return ""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", typed) or len(typed) > 254:
        raise AnswerError("ยังไม่ใช่อีเมล พิมพ์แบบนี้: saraban@nan.go.th")
    return typed


def parse_optional_phone(text: str) -> str:
    """Take a telephone number, with words beside it such as an extension, or none. In Thai digits too."""
    typed = parse_optional_text(text)
    if typed and sum(one.isdigit() for one in typed) < 3:
        raise AnswerError("ยังไม่ใช่เบอร์โทรศัพท์ พิมพ์แบบนี้: 054 710 123 ต่อ 12")
    return typed


def parse_person(text: str) -> str:
    """Take the name of one person."""
    if _read_word(text) in _YES_WORDS | _NOTHING_WORDS - {""}:
        raise AnswerError("ขอชื่อและนามสกุลของคนหนึ่ง")
    if len(split_names(text)) > 1:
        raise AnswerError("ข้อนี้ขอคนเดียว คนอื่นเชิญได้ภายหลัง")
    return parse_text(text)


def parse_web_address(text: str, *, secure: bool = False) -> str:
    """Take an address of the web; `https://` is put before one that was typed without."""
    address = text.strip().rstrip("/")
    if address and "://" not in address:
        address = f"https://{address}"
    if not re.fullmatch(
        r"https?://[A-Za-z0-9.-]+\.[A-Za-z]{2,}(:\d+)?(/\S*)?|https?://localhost(:\d+)?", address
    ):
        raise AnswerError("ยังไม่ใช่ที่อยู่เว็บ พิมพ์แบบนี้: https://www.nan.go.th")
    if secure and not address.startswith("https://"):
        raise AnswerError("ต้องขึ้นต้นด้วย https:// เพราะประชาชนจะส่งเรื่องผ่านที่อยู่นี้ ถ้ายังไม่มี กด Enter เพื่อข้ามไปก่อน")
    return address


def parse_optional_address(text: str) -> str:
    """Take an https address, or none."""
    return "" if _read_word(text) in _NOTHING_WORDS else parse_web_address(text, secure=True)


def parse_desk_address(text: str) -> str:
    """Take the https address of a desk, whose pages stand at its root, or none."""
    address = parse_optional_address(text)
    if address.count("/") > 2:
        raise AnswerError("ขอเฉพาะชื่อเว็บ ไม่มีข้อความหลังชื่อ พิมพ์แบบนี้: https://report.nan.go.th")
    return address


def parse_days(text: str) -> str:
    """Take a number of days from 30 to 36500, in Thai digits too."""
    digits = to_arabic_digits(text.strip()).removesuffix("วัน").strip()
    if not digits.isascii() or not digits.isdigit() or not 30 <= int(digits) <= 36500:
        raise AnswerError("ขอเป็นจำนวนวัน ตั้งแต่ 30 ถึง 36500 เช่น 365")
    return digits


def parse_desks(text: str) -> str:
    """Take 1, 2 or 3, or the name of a desk."""
    chosen = _DESK_WORDS.get(text.strip().lower())
    if chosen is None:
        raise AnswerError("พิมพ์ 1 ทั้งสองโต๊ะ, 2 แจ้งทุจริต หรือ 3 บริการ")
    return chosen


def parse_alternates(text: str) -> str:
    """Take names with commas, or that there is none."""
    if _read_word(text) in _NOTHING_WORDS - {""}:
        return NOBODY
    names = split_names(text)
    if not names or any(_read_word(one) in _YES_WORDS for one in names):
        raise AnswerError(f"ข้อนี้ต้องเลือก: พิมพ์ชื่อ หรือพิมพ์ {NOBODY}")
    if len(names) > 20:
        raise AnswerError("ขอไม่เกิน 20 คน")
    return ", ".join(map(parse_text, names))


def find_conflict_of_alternates(answer: str, answers: Answers) -> str:
    """Return why somebody cannot be the alternate: a case about the head is not for the head."""
    if answers["office.head_th"] in split_names(answer):
        return "หัวหน้าหน่วยงานรับเรื่องที่เกี่ยวกับตนเองไม่ได้ ขอชื่อผู้อื่น"
    return ""


def find_conflict_of_admin(answer: str, answers: Answers) -> str:
    """Return why somebody cannot be the admin: a person has one duty at a desk, and an admin reads no case."""
    if answer in {answers["people.supervisor"], *split_names(answers["alternate.officers"])}:
        return f"{answer} มีหน้าที่อื่นในโต๊ะนี้แล้ว คนหนึ่งมีหน้าที่เดียว และผู้ดูแลช่องทางอ่านเรื่องไม่ได้ ขอชื่อผู้อื่น เช่นผู้ดูแลเครื่อง"
    return ""


def parse_topics(text: str) -> str:
    """Take up to nine names with commas, or none."""
    names = [] if _read_word(text) in _NOTHING_WORDS else split_names(text)
    if len(names) > 9:
        raise AnswerError("ขอไม่เกิน 9 งาน")
    return ", ".join(names)


def describe_answer(answer: str) -> str:
    """Return a kept answer in Thai, as it is shown to who goes back to its question."""
    return _DESK_ANSWERS.get(answer, answer) or NOBODY


def list_chosen_desks(answers: Answers) -> tuple[DeskName, ...]:
    """Return the desks that the office opens."""
    return DESK_CHOICES[answers["desks"] or "both"]


def _opens(desk: DeskName, answers: Answers) -> bool:
    return desk in list_chosen_desks(answers)


QUESTIONS: tuple[Question, ...] = (
    Question("office.name_th", "ชื่อหน่วยงาน (ภาษาไทย เต็ม)", parse_text),
    Question("office.name_en", "ชื่อภาษาอังกฤษ (กด Enter ถ้าไม่มี)", parse_optional_text, ""),
    Question("office.website", "เว็บไซต์หลักของหน่วยงาน", parse_web_address),
    Question("office.head_th", "ตำแหน่งหัวหน้าหน่วยงาน เช่น ศึกษาธิการจังหวัดน่าน (ตำแหน่ง ไม่ใช่ชื่อคน)", parse_text),
    Question("office.unit_th", "กลุ่มหรือฝ่ายที่รับผิดชอบเรื่องร้องเรียน", parse_text),
    Question(
        "office.privacy_contact_th",
        "ติดต่อเจ้าหน้าที่คุ้มครองข้อมูลส่วนบุคคลได้ที่ใด (ตำแหน่ง ที่อยู่ เบอร์โทร) จะอยู่ในประกาศที่ประชาชนอ่าน",
        parse_text,
    ),
    Question(
        "office.retention_days",
        "เก็บเนื้อหาเรื่องกี่วันหลังเรื่องสิ้นสุด (ให้นิติกรกำหนด กด Enter = 365)",
        parse_days,
        "365",
    ),
    Question(
        "office.topics",
        "งานบริการที่ให้ประชาชนแสดงความคิดเห็น คั่นด้วยจุลภาค ไม่เกิน 9 งาน (กด Enter เพื่อเพิ่มภายหลัง)",
        parse_topics,
        "",
    ),
    Question(
        "office.phone",
        "เบอร์โทรศัพท์ของสำนักงานที่ประชาชนโทรได้ ระบบใช้ตอบเมื่อมีผู้ถาม (กด Enter เพื่อเพิ่มภายหลัง)",
        parse_optional_phone,
        "",
    ),
    Question("office.email", "อีเมลกลางของสำนักงาน (กด Enter ถ้าไม่มี)", parse_optional_email, ""),
    Question(
        "office.hours_th",
        "วันและเวลาทำการ เช่น วันจันทร์ถึงวันศุกร์ เวลา 08.30-16.30 น. (กด Enter เพื่อเพิ่มภายหลัง)",
        parse_optional_text,
        "",
    ),
    Question("office.address_th", "ที่อยู่ของสำนักงาน (กด Enter เพื่อเพิ่มภายหลัง)", parse_optional_text, ""),
    Question(
        "office.map", "ลิงก์แผนที่ เช่น https://maps.app.goo.gl/… (กด Enter ถ้าไม่มี)", parse_optional_address, ""
    ),
    Question(
        "desks",
        "เปิดโต๊ะใดบนเครื่องนี้: 1 ทั้งสองโต๊ะ, 2 เฉพาะแจ้งทุจริต, 3 เฉพาะบริการ (ถามตอบ ความคิดเห็น) กด Enter = 1",
        parse_desks,
        "both",
    ),
    Question(
        "alternate.officers",
        "ใครรับเรื่องที่เกี่ยวกับหัวหน้าหน่วยงานหรือผู้ดูแลช่องทางนี้: พิมพ์ชื่อและนามสกุล (หลายคนคั่นด้วยจุลภาค)"
        f" หรือพิมพ์ {NOBODY} ผู้แจ้งจะได้รับคำบอกก่อนส่งว่าไม่มีใครที่นี่อ่านได้ และหน่วยงานใดรับได้",
        parse_alternates,
        is_needed=partial(_opens, "complaints"),
        find_conflict=find_conflict_of_alternates,
    ),
    Question(
        "people.supervisor",
        "หัวหน้าผู้ใช้ระบบคนแรก (supervisor ผู้มอบหมายและอนุมัติ): ชื่อและนามสกุล",
        parse_person,
    ),
    Question(
        "people.admin",
        "ผู้ดูแลช่องทาง (admin ผู้ได้รับคำเตือนของระบบ ไม่เห็นเนื้อเรื่อง): ชื่อและนามสกุล",
        parse_person,
        find_conflict=find_conflict_of_admin,
    ),
    Question("kit.it_contact", "เบอร์โทรผู้ดูแลเครื่อง สำหรับชุดฉุกเฉินที่จะพิมพ์ (ชื่อ เบอร์)", parse_text),
    *(
        Question(
            f"{desk}.public_url",
            f"ที่อยู่เว็บของ{DESK_TITLES[desk]} ที่ประชาชนจะเปิด เช่น https://report.nan.go.th (กด Enter ถ้ายังไม่มี)",
            parse_desk_address,
            "",
            partial(_opens, desk),
        )
        for desk in DESK_NAMES
    ),
)
"""All questions but those for accounts, whose answers are secrets."""

_BOTFATHER = """\
{desk} บน Telegram
  1. เปิด Telegram แล้วคุยกับ @BotFather
  2. พิมพ์ /newbot ตั้งชื่อให้ประชาชนรู้ว่าเป็นของหน่วยงาน แล้วตั้งชื่อบัญชีที่ลงท้ายด้วย bot
  3. พิมพ์ /setjoingroups เลือกบอตนั้น แล้วเลือก Disable
  4. คัดลอกโทเคนที่ได้ (ตัวเลข : ตัวอักษร) มาวางที่นี่"""

_LINE_DEVELOPERS = """\
{desk} บน LINE
  1. เปิด developers.line.biz เข้าด้วยบัญชีของหน่วยงาน กด Create a new provider (แต่ละโต๊ะใช้คนละ provider)
  2. กด Create a Messaging API channel ทำตามขั้นตอนจนได้บัญชี LINE Official Account
  3. แท็บ Messaging API ล่างสุด กด Issue ที่ Channel access token (long-lived) แล้วคัดลอก
  4. แท็บ Basic settings คัดลอก Channel secret
  5. ใน LINE Official Account Manager › ตั้งค่าการตอบกลับ: ปิด แชต และปิด ข้อความตอบกลับอัตโนมัติ เปิด Webhook"""

ACCOUNT_QUESTIONS: tuple[AccountQuestion, ...] = tuple(
    question
    for desk in DESK_NAMES
    for question in (
        AccountQuestion(
            desk,
            "telegram",
            _BOTFATHER.format(desk=DESK_TITLES[desk]),
            {"TELEGRAM_TOKEN": f"โทเคนของบอต (พิมพ์ {NOBODY} ถ้าไม่ใช้ Telegram)"},
            needs_address=False,
        ),
        AccountQuestion(
            desk,
            "line",
            _LINE_DEVELOPERS.format(desk=DESK_TITLES[desk]),
            {
                "LINE_TOKEN": f"Channel access token (พิมพ์ {NOBODY} ถ้าไม่ใช้ LINE)",
                "LINE_SECRET": "Channel secret",
            },
            needs_address=True,
        ),
    )
)
"""The questions for accounts. LINE posts to an address, so it is not asked for without one."""


SECRET_FORMS = {
    "TELEGRAM_TOKEN": r"\d{6,12}:[A-Za-z0-9_-]{30,}",
    "LINE_TOKEN": r"[A-Za-z0-9+/=._-]{40,}",
    "LINE_SECRET": r"[0-9a-f]{32}",
}
"""How secrets look, which is all there is to go by where their platform cannot be reached."""


def is_refusal(text: str) -> bool:
    """Whether an answer says that there is none."""
    return _read_word(text) in _NOTHING_WORDS


def list_answer_keys() -> list[str]:
    """Return every key that a file of answers may have."""
    accounts = [
        f"{question.desk}.{secret.lower()}" for question in ACCOUNT_QUESTIONS for secret in question.secrets
    ]
    return [question.name for question in QUESTIONS] + accounts
