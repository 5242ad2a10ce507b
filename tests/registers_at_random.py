"""Registers as offices might keep them, made at random, each with what is true of it."""

import csv
import io
import random
from dataclasses import dataclass
from datetime import date, timedelta

import openpyxl

from handlers.complaints.lifecycle import CaseOutcome, CaseSource, CaseStatus
from ita_stats.calendar import BUDDHIST_ERA, get_fiscal_year

Truth = tuple[date, CaseSource | None, str, CaseStatus, CaseOutcome | None, date | None]
"""What is true of a case: day of receipt, source, kind, state, outcome and day of the end, as far as it is told."""

SOURCES = {
    CaseSource.LETTER: ("หนังสือ", "ไปรษณีย์", "จดหมายร้องเรียน", "บัตรสนเท่ห์", "ตู้ ปณ.", "ตู้รับฟังความคิดเห็น", "โทรสาร"),
    CaseSource.CALL: ("โทรศัพท์", "ทางโทรศัพท์", "สายด่วน"),
    CaseSource.WALK_IN: ("มาด้วยตนเอง", "ด้วยตนเอง", "เดินทางมาด้วยตนเอง", "ร้องเรียนด้วยวาจา"),
    CaseSource.DELEGATED: ("ป.ป.ช.", "ศูนย์ดำรงธรรมจังหวัด", "สำนักงาน ป.ป.ท.", "สตง.", "ป.ป.ท. เขต 5", "1111"),
    CaseSource.WEB: ("เว็บไซต์", "Facebook", "เฟซบุ๊ก", "E-mail", "Google Form", "อีเมล"),
    CaseSource.LINE: ("ไลน์", "LINE Official", "Line"),
}
KINDS = {"corruption": ("ทุจริตต่อหน้าที่", "corruption"), "misconduct": ("ประพฤติมิชอบ", "misconduct")}
OPEN_WORDS = {
    CaseStatus.RECEIVED: ("รับเรื่อง", "รอดำเนินการ", "ยังไม่ดำเนินการ"),
    CaseStatus.SCREENING: ("ตรวจสอบข้อเท็จจริง", "อยู่ระหว่างตรวจสอบ"),
    CaseStatus.INVESTIGATING: ("อยู่ระหว่างดำเนินการ", "อยู่ระหว่างการดำเนินการ", "ตั้งกรรมการสอบสวน", "ยังไม่แล้วเสร็จ"),
}
CLOSED_WORDS = ("แล้วเสร็จ", "ดำเนินการแล้วเสร็จ", "ยุติเรื่อง", "เสร็จสิ้นแล้ว", "ปิดเรื่อง")
OUTCOMES = {
    CaseOutcome.SUBSTANTIATED: ("มีมูล", "เป็นความจริง", "ลงโทษภาคทัณฑ์", "ตัดเงินเดือน 5%", "ไล่ออก"),
    CaseOutcome.UNSUBSTANTIATED: ("ไม่มีมูล", "ไม่พบการทุจริต", "ไม่เป็นความจริง"),
    CaseOutcome.INSUFFICIENT: ("พยานหลักฐานไม่เพียงพอ", "ข้อมูลไม่เพียงพอ"),
    CaseOutcome.FORWARDED: ("ส่งต้นสังกัด", "ส่งเรื่องให้ ป.ป.ช.", "ส่งต่อหน่วยงานที่เกี่ยวข้อง"),
    CaseOutcome.WITHDRAWN: ("ผู้ร้องถอนเรื่อง",),
}
HEADINGS = {
    "number": ("เลขรับ", "เลขที่รับ", "ทะเบียนรับ", "เลขรับเรื่อง", "เลขทะเบียน", "number"),
    "received_on": ("วันที่รับเรื่อง", "วันที่รับ", "วัน/เดือน/ปี ที่รับ", "วันที่", "ว.ด.ป. ที่รับเรื่อง", "วันที่รับเรื่อง (ว/ด/ป)"),
    "source": ("ช่องทาง", "ช่องทางการร้องเรียน", "ที่มา", "ช่องทางร้องเรียน"),
    "category": ("ประเภทเรื่อง", "ประเภท", "หมวด"),
    "status": ("สถานะ", "สถานะการดำเนินการ", "ความคืบหน้า"),
    "outcome": ("ผลการพิจารณา", "ผลการดำเนินการ", "ผลการตรวจสอบ", "ผล"),
    "closed_on": ("วันที่แล้วเสร็จ", "วันที่ยุติเรื่อง", "วันแล้วเสร็จ", "วันที่ดำเนินการแล้วเสร็จ"),
}
MONTHS = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]
LONG_MONTHS = [
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน", "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม",
    "พฤศจิกายน", "ธันวาคม",
]  # fmt: skip
THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
SUBJECTS = (
    "ขอให้ตรวจสอบการจัดซื้อ",
    "พฤติกรรมไม่เหมาะสม",
    "เรียกรับเงิน, ทรัพย์สิน",
    'ใช้คำว่า "พวกกัน"',
    "จ้างเหมา\nไม่โปร่งใส",
)


@dataclass(frozen=True)
class RegisterAtRandom:
    """A file, and what is true. numbers: the numbers, where it has any; notes: what was done to it.

    is_spoiled: a row is wrong on purpose, so that nothing may be taken.
    """

    name: str
    content: bytes
    truth: tuple[Truth, ...]
    numbers: tuple[tuple[int, int], ...] | None
    notes: tuple[str, ...]
    is_spoiled: bool


@dataclass
class RegisterMaker:
    """Makes one register. Each choice is drawn from `chance`."""

    chance: random.Random
    today: date

    def make(self) -> RegisterAtRandom:
        """Make a file: its cases first, then how somebody would have written them down."""
        chance = self.chance
        self.notes = list[str]()
        self.has = {name: chance.random() < 0.85 for name in ("source", "category", "outcome", "closed_on")}
        self.has_numbers, self.has_sequence = chance.random() < 0.85, chance.random() < 0.5
        self.has_sequence = self.has_sequence or not self.has_numbers
        self.columns = self._choose_columns()
        self.day_style = chance.choice(
            ("slash", "slash", "dash", "two", "short", "long", "iso", "christian", "thai")
        )
        self.is_book = chance.random() < 0.5
        if self.is_book and chance.random() < 0.4:
            self.day_style = chance.choice(("cell", "cell_buddhist", "serial"))
        self.by_calendar = chance.random() < 0.2
        self.number_style = chance.choice(("full", "full", "short", "plain", "thai", "word"))
        cases = self._make_cases()
        sheets = self._split(cases) if self.is_book else [cases]
        spoiled = chance.random() < 0.1
        self.notes += [self.day_style, self.number_style, "book" if self.is_book else "text"]
        tables = [self._write_sheet(sheet, spoil=spoiled and at == 0) for at, sheet in enumerate(sheets)]
        content = self._write_book(tables) if self.is_book else self._write_text(tables[0])
        numbers = tuple(number for number, _ in cases) if self.has_numbers else None
        truth = tuple(self._limit(case) for _, case in cases)
        name = "ทะเบียน.xlsx" if self.is_book else "ทะเบียน.csv"
        return RegisterAtRandom(name, content, truth, numbers, tuple(self.notes), spoiled)

    def _choose_columns(self) -> list[str]:
        names = ["received_on", *(name for name, there in self.has.items() if there)]
        names.insert(self.chance.randrange(1, len(names) + 1), "status")
        names += self.chance.sample(["หมายเหตุ", "ผู้รับผิดชอบ", "เรื่อง"], self.chance.randrange(3))
        if self.chance.random() < 0.3:
            self.chance.shuffle(names)
        if self.has_numbers:
            names.insert(0, "number")
        if self.has_sequence:
            names.insert(0, "ที่")
        return names

    def _limit(self, case: Truth) -> Truth:
        """Leave out of what is true what the register does not say."""
        day, source, kind, status, outcome, ended = case
        return (
            day, source if self.has["source"] else None, kind if self.has["category"] else "other", status,
            outcome if self.has["outcome"] else None, ended if self.has["closed_on"] else None,
        )  # fmt: skip

    def _make_cases(self) -> list[tuple[tuple[int, int], Truth]]:
        chance = self.chance
        day = date(chance.randrange(2019, 2025), chance.randrange(1, 13), chance.randrange(1, 28))
        last, cases = dict[int, int](), []
        for _ in range(chance.choice((1, 3, 8, 20, 40))):
            day += timedelta(chance.choice((0, 0, 1, 2, 5, 11, 20)))
            if day >= self.today:
                break
            year = day.year + BUDDHIST_ERA if self.by_calendar else get_fiscal_year(day)
            last[year] = last.get(year, 0) + 1
            cases.append(((year, last[year]), self._make_case(day)))
        return cases

    def _make_case(self, day: date) -> Truth:
        chance = self.chance
        status = chance.choice((*CaseStatus, CaseStatus.CLOSED, CaseStatus.CLOSED))
        ended = None
        if status in {CaseStatus.CLOSED, CaseStatus.NOT_ACCEPTED}:
            ended = min(day + timedelta(chance.randrange(0, 200)), self.today)
        outcome = chance.choice((*CaseOutcome, None)) if status is CaseStatus.CLOSED else None
        return day, chance.choice((*SOURCES,)), chance.choice((*KINDS,)), status, outcome, ended

    def _split(self, cases: list[tuple[tuple[int, int], Truth]]) -> list[list[tuple[tuple[int, int], Truth]]]:
        if len(cases) < 4 or self.chance.random() < 0.7:
            return [cases]
        self.notes.append("two sheets")
        half = self.chance.randrange(1, len(cases))
        return [cases[:half], cases[half:]]

    def _write_sheet(self, cases: list[tuple[tuple[int, int], Truth]], *, spoil: bool) -> list[list[object]]:
        chance, width = self.chance, len(self.columns)
        rows: list[list[object]] = []
        titles = ("ทะเบียนรับเรื่องร้องเรียนการทุจริต", "ประจำปีงบประมาณ พ.ศ. ๒๕๖๗", "")
        rows += [[title, *[""] * (width - 1)] for title in titles[: chance.choice((0, 0, 1, 2, 3))]]
        rows += self._write_header()
        wrong = chance.randrange(len(cases)) if spoil and cases else -1
        month = 0
        for at, (number, case) in enumerate(cases):
            if "months" in self.notes and case[0].month != month:
                month = case[0].month
                rows.append([f"เดือน{LONG_MONTHS[month - 1]} {case[0].year + 543}", *[""] * (width - 1)])
            rows.append([self._write_cell(name, at, number, case) for name in self.columns])
            if at == wrong:
                self._spoil(rows[-1])
            if chance.random() < 0.03:
                rows.append([""] * width)
        return rows + self._write_footer(len(cases))

    def _write_header(self) -> list[list[object]]:
        chance = self.chance
        self.headings = {name: chance.choice(HEADINGS.get(name, (name,))) for name in self.columns}
        if self.headings.get("outcome") == "ผล" and chance.random() < 0.5:
            self.headings["outcome"] = "ผลการพิจารณา"
        names = [self.headings[name] for name in self.columns]
        if chance.random() < 0.1:
            names = [f" {name[:2]}\u200b{name[2:]} " for name in names]
        header: list[list[object]] = [list(names)]
        if chance.random() < 0.15:
            self.notes.append("two rows of headings")
            upper: list[object] = [
                "การรับเรื่อง" if name in {"number", "received_on", "source"} else "" for name in self.columns
            ]
            header = [upper, list(names)]
        if chance.random() < 0.15:
            header.append([f"({at})" for at in range(1, len(names) + 1)])
        if chance.random() < 0.2:
            self.notes.append("months")
        return header

    def _write_footer(self, count: int) -> list[list[object]]:
        width = len(self.columns)
        rows: list[list[object]] = []
        if self.chance.random() < 0.3:
            rows.append([f"รวมทั้งสิ้น {count} เรื่อง", *[""] * (width - 1)])
        if self.chance.random() < 0.2:
            rows.append(["รวม", str(count), *[""] * (width - 2)])
        if self.chance.random() < 0.3:
            rows.append([""] * width)
            signature = ("ลงชื่อ ..........................", "(นายทดสอบ ระบบ)", "ตำแหน่ง นักวิชาการ")
            rows += [[*[""] * (width - 1), text] for text in signature]
        if self.chance.random() < 0.2:
            rows.append(["หมายเหตุ : ข้อมูล ณ วันที่ 30 กันยายน 2567", *[""] * (width - 1)])
        return rows

    def _spoil(self, row: list[object]) -> None:
        """Make a row wrong as people do: a day that is none, a state that nobody knows, an end before the beginning."""
        how = self.chance.choice(("day", "state", "year"))
        self.notes.append(f"spoiled: {how}")
        if how == "day":
            row[self.columns.index("received_on")] = "31/02/2567"
        elif how == "state":
            row[self.columns.index("status")] = "กขค จฉช"
        else:
            row[self.columns.index("received_on")] = "15/01/2509"

    def _write_cell(self, name: str, at: int, number: tuple[int, int], case: Truth) -> object:
        day, source, kind, status, outcome, ended = case
        match name:
            case "ที่":
                return at + 1
            case "number":
                return self._write_number(number, day)
            case "received_on":
                return self._write_day(day)
            case "closed_on":
                return self._write_day(ended) if ended is not None else self.chance.choice(("", "-"))
            case "source":
                return self.chance.choice(SOURCES[source]) if source else ""
            case "category":
                return self.chance.choice(KINDS[kind])
            case "status":
                return self._write_status(status)
            case "outcome":
                return self.chance.choice(OUTCOMES[outcome]) if outcome else self.chance.choice(("", "-"))
            case "เรื่อง":
                return self.chance.choice(SUBJECTS)
            case _:
                return self.chance.choice(("", "", "เร่งด่วน"))

    def _write_status(self, status: CaseStatus) -> str:
        if status is CaseStatus.CLOSED:
            return self.chance.choice(CLOSED_WORDS)
        if status is CaseStatus.NOT_ACCEPTED:
            return self.chance.choice(("ไม่รับเรื่อง", "ไม่รับไว้พิจารณา"))
        return self.chance.choice(OPEN_WORDS[status])

    def _write_number(self, number: tuple[int, int], day: date) -> object:
        year, count = number
        if self.number_style == "plain" and not self.by_calendar:
            return count
        written = {
            "short": f"{count}/{year % 100}",
            "thai": f"{count}/{year}".translate(THAI_DIGITS),
            "word": f"เลขที่ {count}/{year}",
        }.get(self.number_style, f"{count}/{year}")
        if self.is_book and self.number_style == "full" and count <= 12 and "number days" in self.notes:
            return date(year, count, 1)
        return written

    def _write_day(self, day: date) -> object:
        year = day.year + BUDDHIST_ERA
        match self.day_style:
            case "cell":
                return day
            case "cell_buddhist":
                return f"{day:%d/%m/}{year}" if (day.month, day.day) == (2, 29) else day.replace(year=year)
            case "serial":
                return (day - date(1899, 12, 30)).days
        return {
            "slash": f"{day.day}/{day.month}/{year}",
            "dash": f"{day.day:02}-{day.month:02}-{year}",
            "two": f"{day.day}/{day.month}/{year % 100}",
            "short": f"{day.day} {MONTHS[day.month - 1]} {year % 100}",
            "long": f"{day.day} {LONG_MONTHS[day.month - 1]} พ.ศ. {year}",
            "iso": f"{day:%Y-%m-%d}",
            "christian": f"{day.day}/{day.month}/{day.year}",
            "thai": f"{day.day}/{day.month}/{year}".translate(THAI_DIGITS),
        }[self.day_style]

    def _write_text(self, rows: list[list[object]]) -> bytes:
        delimiter = self.chance.choice(",,;\t")
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerows(rows)
        text = out.getvalue()
        if self.chance.random() < 0.1:
            text = f"sep={delimiter}\r\n{text}"
        encoding = self.chance.choice(("utf-8", "utf-8-sig", "cp874", "utf-16"))
        self.notes.append(encoding)
        if encoding == "cp874":
            text = text.replace("\u200b", "")
        return text.encode(encoding)

    def _write_book(self, tables: list[list[list[object]]]) -> bytes:
        book, out = openpyxl.Workbook(), io.BytesIO()
        for at, rows in enumerate(tables):
            sheet = book.worksheets[0] if at == 0 else book.create_sheet(f"แผ่น {at + 1}")
            for row in rows:
                sheet.append([None if cell == "" else cell for cell in row])
            if at and self.chance.random() < 0.3:
                self.notes.append("hidden")
                sheet.sheet_state = "hidden"
            if self.chance.random() < 0.2:
                sheet.cell(2000, 3).number_format = "0.00"
        book.save(out)
        return out.getvalue()
