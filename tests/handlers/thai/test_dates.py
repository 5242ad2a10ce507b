"""Days in everyday words: an exact table, every form of every day, and texts that are hostile."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.dialog.events import LANGS, Lang
from handlers.thai import date_readings, date_spans, date_words
from handlers.thai.date_readings import DatePrecision
from handlers.thai.dates import ParsedDate, format_date, format_days, parse_date, parse_exact_day
from ita_stats.calendar import ENGLISH_MONTHS, THAI_MONTHS, THAI_SHORT_MONTHS
from tests.properties import examples

TODAY = date(2026, 11, 22)  # a Sunday
SPANS = """
# typed | first day | last day, where it is another | precision | notes: year assumed, to come
12 ม.ค. 2569 | 2026-01-12 | | day
๑๒ มกราคม พ.ศ. ๒๕๖๙ | 2026-01-12 | | day
12/1/69 | 2026-01-12 | | day
12-01-2569 ตอนบ่าย | 2026-01-12 | | day
12/1/2026 | 2026-01-12 | | day
2026-01-12 | 2026-01-12 | | day
2569-01-12 | 2026-01-12 | | day
12.01.2569 | 2026-01-12 | | day
12.1.69 | 2026-01-12 | | day
๑๒/๐๑/๒๕๖๙ | 2026-01-12 | | day
วันที่ 12/01/69 เวลา 10.30 น. | 2026-01-12 | | day
12 มกรา 69 | 2026-01-12 | | day
12มกรา69 | 2026-01-12 | | day
12 มกราคม 69 | 2026-01-12 | | day
12 ม.ค.69 | 2026-01-12 | | day
12 มค 69 | 2026-01-12 | | day
12มค69 | 2026-01-12 | | day
12 ม.ค 69 | 2026-01-12 | | day
12 ม. ค. 69 | 2026-01-12 | | day
12 มค. 2569 | 2026-01-12 | | day
12 มกราค 2569 | 2026-01-12 | | day
12 มกคราคม 2569 | 2026-01-12 | | day
12 มกาคม 2569 | 2026-01-12 | | day
12 กุมภา 69 | 2026-02-12 | | day
12 กุมภาพันธ์ 2569 | 2026-02-12 | | day
12 กุมภาพัน 2569 | 2026-02-12 | | day
12 กุมพา 2569 | 2026-02-12 | | day
12 ก.พ. 69 | 2026-02-12 | | day
12 กพ 69 | 2026-02-12 | | day
๑๒ มีนา ๖๙ | 2026-03-12 | | day
12 มีนาคม 2569 | 2026-03-12 | | day
12 มินา 69 | 2026-03-12 | | day
12 มี.ค. 69 | 2026-03-12 | | day
12 มีค 69 | 2026-03-12 | | day
1 เมษา 2569 | 2026-04-01 | | day
1 เมษายน 69 | 2026-04-01 | | day
1 เมสา 69 | 2026-04-01 | | day
1 เม.ย. 69 | 2026-04-01 | | day
1 เมย 69 | 2026-04-01 | | day
1 พฤษภา 69 | 2026-05-01 | | day
1 พฤกษภาคม 69 | 2026-05-01 | | day
1 พฤศภาคม 2569 | 2026-05-01 | | day
1 พค 69 | 2026-05-01 | | day
1 มิถุนา 69 | 2026-06-01 | | day
1 มิทุนายน 2569 | 2026-06-01 | | day
3 มิ.ย.68 บ่ายสอง | 2025-06-03 | | day
1 กรกฎา 69 | 2026-07-01 | | day
1 กรกฏาคม 69 | 2026-07-01 | | day
1 กรกดา 69 | 2026-07-01 | | day
1 ก.ค. 69 | 2026-07-01 | | day
1 สิงหา 69 | 2026-08-01 | | day
1 สิงหคม 2569 | 2026-08-01 | | day
1 สค 69 | 2026-08-01 | | day
1 กันยา 69 | 2026-09-01 | | day
1 ก.ย. 69 | 2026-09-01 | | day
1 ตุลา 69 | 2026-10-01 | | day
1 ตุราคม 2569 | 2026-10-01 | | day
1 ต.ค. 69 | 2026-10-01 | | day
1 พฤศจิกา 69 | 2026-11-01 | | day
3 พฤษจิกายน 2568 | 2025-11-03 | | day
3 พฤจิกา 2568 | 2025-11-03 | | day
3 พย 68 | 2025-11-03 | | day
1 ธันวา 68 | 2025-12-01 | | day
1 ทันวาคม 2568 | 2025-12-01 | | day
1 ธ.ค. 68 | 2025-12-01 | | day
5 May 2025 | 2025-05-05 | | day
May 5, 2025 | 2025-05-05 | | day
5th Sept 2025 | 2025-09-05 | | day
5 Jan 2569 | 2026-01-05 | | day
วันที่ 12 เดือนมกราคม ปี พ.ศ. 2569 | 2026-01-12 | | day
วันที่ 12 เดือน 1 ปี 2569 | 2026-01-12 | | day
คืนวันจันทร์ที่ 5 มกราคม 2569 | 2026-01-05 | | day
เกิดเมื่อ 5 ม.ค. 2569 แต่เพิ่งทราบวันนี้ | 2026-01-05 | | day
เพิ่งรู้เมื่อวาน แต่เกิดตั้งแต่ 5 มกรา 69 | 2026-01-05 | | day
วันนี้มาแจ้งเรื่องวันที่ 5/1/69 | 2026-01-05 | | day
เมื่อวานไปถาม เรื่องเกิดสัปดาห์ที่แล้ว | 2026-11-09 | 2026-11-15 | about
5 มีนา 69 คนงานเห็น | 2026-03-05 | | day
5 มีนา 2569 เวลา 9.00 น. | 2026-03-05 | | day
เลขที่ 99/99/99 เมื่อ 5 ม.ค. 2569 | 2026-01-05 | | day
12 มีนา ปีที่แล้ว | 2025-03-12 | | day
12 มีนา ของปีนี้ | 2026-03-12 | | day
12 มีนาคมที่ผ่านมา | 2026-03-12 | | day
12 ธันวาที่แล้ว | 2025-12-12 | | day
12 มีนา | 2026-03-12 | | day | assumed
25 ธันวา | 2025-12-25 | | day | assumed
22 พ.ย. | 2026-11-22 | | day | assumed
23 พ.ย. | 2025-11-23 | | day | assumed
29 กุมภา | 2024-02-29 | | day | assumed
วันที่ 12/3 | 2026-03-12 | | day | assumed
12/3 | 2026-03-12 | | day | assumed
วันที่ 12 เดือน 3 | 2026-03-12 | | day | assumed
12 มีนา 10 โมง | 2026-03-12 | | day | assumed
12 มีนา 10.30 น. | 2026-03-12 | | day | assumed
12 มีนา 30 คน | 2026-03-12 | | day | assumed
5 May | 2026-05-05 | | day | assumed
วันนี้ | 2026-11-22 | | day
วันนี้ค่ะ | 2026-11-22 | | day
today | 2026-11-22 | | day
เมื่อเช้านี้ | 2026-11-22 | | day
เมื่อวาน | 2026-11-21 | | day
เมื่อวานนี้ตอนเย็น | 2026-11-21 | | day
เมื่อคืน | 2026-11-21 | | day
yesterday | 2026-11-21 | | day
เมื่อวานซืนตอนเช้า | 2026-11-20 | | day
the day before yesterday | 2026-11-20 | | day
วันนี้ของเดือนที่แล้ว | 2026-10-22 | | day
วันนี้ของปีที่แล้ว | 2025-11-22 | | day
สามวันก่อน | 2026-11-19 | | day
3 วันก่อน | 2026-11-19 | | day
๓ วันที่แล้ว | 2026-11-19 | | day
3 days ago | 2026-11-19 | | day
สามวันก่อนตอนเช้า | 2026-11-19 | | day
2-3 วันก่อน | 2026-11-19 | 2026-11-20 | about
สองสามวันก่อน | 2026-11-19 | 2026-11-20 | about
3 วันที่ผ่านมา | 2026-11-19 | 2026-11-22 | about
วันจันทร์ที่ผ่านมา | 2026-11-16 | | day
วันอาทิตย์ที่แล้ว | 2026-11-15 | | day
พฤหัสที่แล้ว | 2026-11-19 | | day
วันจันทร์สัปดาห์ที่แล้ว | 2026-11-09 | | day
วันศุกร์อาทิตย์ก่อน | 2026-11-13 | | day
last Monday | 2026-11-16 | | day
วันที่ 5 เดือนที่แล้ว | 2026-10-05 | | day
วันที่ 5 เดือนนี้ | 2026-11-05 | | day
วันที่ 5 ของเดือนก่อน | 2026-10-05 | | day
สัปดาห์ที่แล้ว | 2026-11-09 | 2026-11-15 | about
อาทิตย์ก่อน | 2026-11-09 | 2026-11-15 | about
อาทิตย์นี้ | 2026-11-16 | 2026-11-22 | about
last week | 2026-11-09 | 2026-11-15 | about
2 สัปดาห์ก่อน | 2026-11-02 | 2026-11-08 | about
เดือนที่แล้ว | 2026-10-01 | 2026-10-31 | month
เมื่อเดือนก่อน | 2026-10-01 | 2026-10-31 | month
เดือนนี้ | 2026-11-01 | 2026-11-30 | month
last month | 2026-10-01 | 2026-10-31 | month
2 เดือนก่อน | 2026-09-01 | 2026-09-30 | month
สองเดือนที่แล้ว | 2026-09-01 | 2026-09-30 | month
3 เดือนที่ผ่านมา | 2026-08-01 | 2026-11-22 | month
ต้นเดือนที่แล้ว | 2026-10-01 | 2026-10-10 | about
กลางเดือนที่แล้ว | 2026-10-11 | 2026-10-20 | about
ปลายเดือนที่แล้ว | 2026-10-21 | 2026-10-31 | about
ต้นเดือนนี้ | 2026-11-01 | 2026-11-10 | about
กลางเดือนมีนา | 2026-03-11 | 2026-03-20 | about | assumed
ปลายเดือนกุมภา 68 | 2025-02-21 | 2025-02-28 | about
ต้น ม.ค. 2569 | 2026-01-01 | 2026-01-10 | about
early January 2026 | 2026-01-01 | 2026-01-10 | about
เดือนมีนาคม 2569 | 2026-03-01 | 2026-03-31 | month
เดือน 3 ปี 2569 | 2026-03-01 | 2026-03-31 | month
3/2569 | 2026-03-01 | 2026-03-31 | month
มีนา 69 | 2026-03-01 | 2026-03-31 | month
October 2025 | 2025-10-01 | 2025-10-31 | month
เดือนมีนาปีที่แล้ว | 2025-03-01 | 2025-03-31 | month
ปีที่แล้วเดือนมีนา | 2025-03-01 | 2025-03-31 | month
ปี 2568 เดือนมีนาคม | 2025-03-01 | 2025-03-31 | month
เดือนมีนา | 2026-03-01 | 2026-03-31 | month | assumed
มีนาคม | 2026-03-01 | 2026-03-31 | month | assumed
เดือนธันวาคม | 2025-12-01 | 2025-12-31 | month | assumed
เมื่อปีที่แล้ว | 2025-01-01 | 2025-12-31 | year
ปีก่อน | 2025-01-01 | 2025-12-31 | year
2 ปีก่อน | 2024-01-01 | 2024-12-31 | year
ปีนี้ | 2026-01-01 | 2026-12-31 | year
ปี 2568 | 2025-01-01 | 2025-12-31 | year
ปี 68 | 2025-01-01 | 2025-12-31 | year
2568 | 2025-01-01 | 2025-12-31 | year
ปลายปีที่แล้ว | 2025-09-01 | 2025-12-31 | about
ช่วงปลายปีที่แล้ว | 2025-09-01 | 2025-12-31 | about
ต้นปี 69 | 2026-01-01 | 2026-04-30 | about
ปีงบประมาณ 2568 | 2024-10-01 | 2025-09-30 | month
5-7 ม.ค. 2569 | 2026-01-05 | 2026-01-07 | day
5 - 7 มกรา 69 | 2026-01-05 | 2026-01-07 | day
วันที่ 5 ถึงวันที่ 7 มกราคม 2569 | 2026-01-05 | 2026-01-07 | day
5 และ 7 ม.ค. 2569 | 2026-01-05 | 2026-01-07 | day
5-7/1/2569 | 2026-01-05 | 2026-01-07 | day
1/2/69 - 15/2/69 | 2026-02-01 | 2026-02-15 | day
1/2 - 15/2/69 | 2026-02-01 | 2026-02-15 | day
5 ม.ค. ถึง 7 ก.พ. 2569 | 2026-01-05 | 2026-02-07 | day
25 ธ.ค. - 3 ม.ค. 2569 | 2025-12-25 | 2026-01-03 | day
25 ธ.ค. 2568 - 3 ม.ค. | 2025-12-25 | 2026-01-03 | day
ตั้งแต่ ม.ค. ถึง มี.ค. 2569 | 2026-01-01 | 2026-03-31 | month
ม.ค.-มี.ค. 69 | 2026-01-01 | 2026-03-31 | month
ระหว่างเดือนมกราคมถึงเดือนมีนาคม 2569 | 2026-01-01 | 2026-03-31 | month
มกราคมถึงมีนาคม | 2026-01-01 | 2026-03-31 | month | assumed
ปี 2567-2568 | 2024-01-01 | 2025-12-31 | year
2567 ถึง 2568 | 2024-01-01 | 2025-12-31 | year
ตั้งแต่ปี 2565 ถึงปัจจุบัน | 2022-01-01 | 2026-11-22 | year
ตั้งแต่ 5 ม.ค. 2569 จนถึงทุกวันนี้ | 2026-01-05 | 2026-11-22 | day
ตั้งแต่ 5 ม.ค. 2569 เป็นต้นมาจนถึงวันนี้ | 2026-01-05 | 2026-11-22 | day
ตั้งแต่เมื่อวานถึงวันนี้ | 2026-11-21 | 2026-11-22 | day
23 พ.ย. 2569 | 2026-11-23 | | day | to come
12/1/99 | 2056-01-12 | | day | to come
พรุ่งนี้ | 2026-11-23 | | day | to come
เดือนหน้า | 2026-12-01 | 2026-12-31 | month | to come
ปี 2570 | 2027-01-01 | 2027-12-31 | year | to come
5 ม.ค. 2569 - 7 ม.ค. 2570 | 2026-01-05 | 2027-01-07 | day | to come
20-25 พ.ย. 2569 | 2026-11-20 | 2026-11-25 | day | to come
"""
NOTHING = """
ทุกวัน
ทุกวันนี้
ทุกวันนี้ก็ยังทำอยู่
จนถึงทุกวันนี้
ถึงวันนี้ยังไม่ได้เงิน
ทุกวันจันทร์
ทุกเดือน
ทุกๆ วัน
every day
these days
วันก่อน
หลายวันก่อน
นานมาแล้ว
จำไม่ได้
ไม่ใช่วันนี้
ก่อน 5 ม.ค. 2569
หลังวันที่ 5 ม.ค. 2569
สามวันก่อนสอบ
ช่วงก่อนเปิดเทอม
วันจันทร์
วันที่ 5
ต้นเดือน
31/2/2569
31 ก.พ. 2569
30 กุมภา
12/13/2569
13/2569
99/99/99
9/9/9999
0/1/2569
7-5 ม.ค. 2569
15/3/69 - 1/2/69
12/1/00
12 มกรา 00
12/1/10
ปี 00
ปี 9999
12345
081-234-5678
02-123-4567
บ่ายสองโมง
10.30 น.
1/2 ของเงิน
2000 บาท
มีนายก 5 คน
วันที่ 12 มีนายกมา
5 คนตุลาการ
เขามีนางบำเรอ 2 คน
สมควรแล้ว
99999 วันก่อน
I may go
😡
"""


def list_spans() -> Iterator[Any]:
    for line in SPANS.strip().splitlines()[1:]:
        typed, first, last, precision, *notes = (cell.strip() for cell in line.split("|"))
        start = date.fromisoformat(first)
        end = date.fromisoformat(last) if last else start
        yield pytest.param(typed, (start, end, DatePrecision[precision.upper()], "".join(notes)), id=typed)


def describe(found: ParsedDate | None) -> tuple[date, date, DatePrecision, str] | None:
    if found is None:
        return None
    notes = "to come" if found.is_to_come(TODAY) else "assumed" if found.is_year_assumed else ""
    return found.first_day, found.last_day, found.precision, notes


@pytest.mark.parametrize(("typed", "expected"), list(list_spans()))
def test_days_that_are_told(typed: str, expected: tuple[date, date, DatePrecision, str]) -> None:
    assert describe(parse_date(typed, TODAY)) == expected


@pytest.mark.parametrize("typed", ["", *NOTHING.strip().splitlines()])
def test_nothing_certain_in_it(typed: str) -> None:
    assert parse_date(typed, TODAY) is None


def test_the_tables_are_long_enough() -> None:
    assert len(SPANS.splitlines()) + len(NOTHING.splitlines()) > 200


FORMS: tuple[str, ...] = (
    "{d}/{m}/{be}", "{d}-{m}-{be}", "{d}.{m}.{be}", "{d:02}/{m:02}/{be}", "{d}/{m}/{ce}", "{ce}-{m:02}-{d:02}",
    "{be}-{m:02}-{d:02}", "{d} {thai} {be}", "{d} {thai} พ.ศ. {be}", "{d} {short} {be}", "{d}{short}{be}",
    "วันที่ {d} เดือน {m} ปี {be}", "เมื่อวันที่ {d} เดือน{thai} {be}", "{d} {english} {ce}", "{english} {d}, {ce}",
    "{d} {english3} {ce}", "{d} {colloquial} {be}", "{d} {nodots} {be}",
)  # fmt: skip
SHORT_FORMS = (
    "{d}/{m}/{yy}",
    "{d} {short}{yy}",
    "{d} {colloquial} {yy}",
    "{d} {nodots} {yy}",
    "{d}.{m:02}.{yy}",
)
COLLOQUIAL = (
    "มกรา", "กุมภา", "มีนา", "เมษา", "พฤษภา", "มิถุนา", "กรกฎา", "สิงหา", "กันยา", "ตุลา", "พฤศจิกา", "ธันวา",
)  # fmt: skip
THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def write(form: str, day: date) -> str:
    return form.format(
        d=day.day,
        m=day.month,
        be=day.year + 543,
        ce=day.year,
        yy=f"{(day.year + 543) % 100:02}",
        thai=THAI_MONTHS[day.month - 1],
        short=THAI_SHORT_MONTHS[day.month - 1],
        nodots=THAI_SHORT_MONTHS[day.month - 1].replace(".", ""),
        english=ENGLISH_MONTHS[day.month - 1],
        english3=ENGLISH_MONTHS[day.month - 1][:3],
        colloquial=COLLOQUIAL[day.month - 1],
    )


@examples(200)
@given(
    st.dates(date(1990, 1, 1), TODAY),
    st.sampled_from(FORMS + SHORT_FORMS),
    st.booleans(),
    st.sampled_from(["{}", "เกิดเมื่อ {} ครับ", "{} เพิ่งทราบวันนี้", "น่าจะ {} ตอนเย็น"]),
)
def test_every_day_reads_back_however_it_is_written(
    day: date, form: str, in_thai_digits: bool, around: str
) -> None:
    written = write(form, day)
    typed = around.format(written.translate(THAI_DIGITS) if in_thai_digits else written)
    assert describe(parse_date(typed, TODAY)) == (day, day, DatePrecision.DAY, "")


@pytest.mark.parametrize("form", FORMS + SHORT_FORMS)
def test_every_day_of_a_year_reads_back(form: str) -> None:
    for number in range(366):
        day = date(2024, 1, 1) + timedelta(number)
        assert parse_exact_day(write(form, day), TODAY) == day


@examples(200)
@given(
    st.dates(date(1950, 1, 1), TODAY),
    st.integers(0, 900),
    st.sampled_from([DatePrecision.DAY, DatePrecision.MONTH, DatePrecision.YEAR]),
    st.sampled_from(LANGS),
)
def test_what_is_shown_reads_back(first: date, days: int, precision: DatePrecision, lang: Lang) -> None:
    last = min(TODAY, first + timedelta(days))
    if precision is DatePrecision.MONTH:
        first, last = first.replace(day=1), last.replace(day=1) - timedelta(1)
    if precision is DatePrecision.YEAR:
        first, last = date(first.year, 1, 1), date(last.year, 12, 31)
    if first > last:
        return
    found = parse_date(format_days(first, last, precision, lang), TODAY, lang)
    assert found is not None
    assert (found.first_day, found.last_day) == (first, last)
    assert found.formatted == format_days(first, last, precision, lang)


@pytest.mark.parametrize(
    ("typed", "th", "en"),
    [
        ("12/1/69", "12 มกราคม 2569", "12 January 2026 (B.E. 2569)"),
        ("5-7 ม.ค. 2569", "5–7 มกราคม 2569", "5–7 January 2026 (B.E. 2569)"),
        ("1/2/69 - 15/3/69", "1 กุมภาพันธ์ – 15 มีนาคม 2569", "1 February – 15 March 2026 (B.E. 2569)"),
        (
            "25 ธ.ค. - 3 ม.ค. 2569",
            "25 ธันวาคม 2568 – 3 มกราคม 2569",
            "25 December 2025 – 3 January 2026 (B.E. 2569)",
        ),
        ("ม.ค. ถึง มี.ค. 2569", "มกราคม – มีนาคม 2569", "January – March 2026"),
        ("ปี 2568", "พ.ศ. 2568", "2025"),
        ("ปี 2567-2568", "พ.ศ. 2567 – 2568", "2024 – 2025"),
    ],
)
def test_a_span_is_shown_in_the_language(typed: str, th: str, en: str) -> None:
    shown = [found.formatted for lang in LANGS if (found := parse_date(typed, TODAY, lang)) is not None]
    assert shown == [th, en]


@given(st.dates(date(2000, 1, 1), TODAY), st.sampled_from(LANGS))
def test_a_day_reads_back_as_it_is_shown(day: date, lang: Lang) -> None:
    assert parse_exact_day(format_date(day, lang), TODAY) == day


@pytest.mark.parametrize(
    "typed", ["วันนี้", "เดือนมีนาคม 2569", "5-7 ม.ค. 2569", "12 มีนา", "ปี 2568", "ต้นเดือนที่แล้ว", "3 วันก่อน", "ไม่มี"]
)
def test_a_file_of_the_office_names_a_day_or_none(typed: str) -> None:
    assert parse_exact_day(typed, TODAY) is None


@pytest.mark.parametrize(
    "piece", ["1/", "5 ม.ค. ", "ม. ", "ถึง", "12-", "ก่อน", "ปี", "ทุก", " .", "มีนา", "th", "9", "พฤ", "วันที่ "]
)
def test_a_hostile_text_is_read_no_further_than_the_limit(piece: str) -> None:
    hostile = piece * 100_000
    assert len(date_words.split_into_tokens(hostile)) <= date_words.MAX_DATE_TEXT
    assert parse_date(hostile, TODAY) == parse_date(hostile[: date_words.MAX_DATE_TEXT], TODAY)


def list_open_repetitions(parsed: Any) -> Iterator[Any]:
    """Yield what is repeated without a bound in a regular expression."""
    for code, argument in parsed:
        parts = argument if isinstance(argument, tuple | list) else (argument,)
        if str(code) in {"MAX_REPEAT", "MIN_REPEAT"} and argument[1] > 3:
            yield argument[2]
        for part in parts:
            for inner in part if isinstance(part, list) else (part,):
                if type(inner).__name__ == "SubPattern":
                    yield from list_open_repetitions(inner)


def test_no_pattern_can_go_back_far() -> None:
    # Steps are a multiple of the length where every repetition is bounded, but for the one of digits.
    patterns = [date_words._LEXER, date_spans._JOINT, *(form for form, _ in date_readings.FORMS)]
    repeated = [
        str(found)
        for pattern in patterns
        for found in list_open_repetitions(re._parser.parse(pattern.pattern, pattern.flags))  # type: ignore[attr-defined]
    ]
    assert repeated == ["[(IN, [(CATEGORY, CATEGORY_DIGIT)])]"]
