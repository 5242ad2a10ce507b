"""A sample consultation with every kind of question, and people who answer it."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime

from ita_stats.opinions.model import (
    AnonymousResponse,
    AnswerKind,
    CountedConsultation,
    CountedQuestion,
    CountedTheme,
    Stance,
    ThemeDecision,
)
from ita_stats.opinions.results import PublishedResults
from ita_stats.opinions.results_builder import ResultsRules, build_results

TERMS = ResultsRules("สำนักงานศึกษาธิการจังหวัดเชียงใหม่", "Chiang Mai Provincial Education Office", b"a salt")

HOURS_QUESTION = CountedQuestion("hours", AnswerKind.CHOICE, "สำนักงานควรเปิดให้บริการเวลาใด", {
    "now": "08.30-16.30 น. อย่างที่เป็นอยู่", "early": "07.30-15.30 น. เปิดเร็วขึ้น ปิดเร็วขึ้น",
    "noon": "ไม่พักเที่ยง", "saturday": "เปิดเช้าวันเสาร์ด้วย",
})  # fmt: skip
CHANNELS_QUESTION = CountedQuestion("doors", AnswerKind.CHOICES, "ท่านติดต่อสำนักงานทางใดบ้าง", {
    "line": "LINE", "web": "หน้าเว็บ", "call": "โทรศัพท์", "self": "มาด้วยตนเอง", "letter": "หนังสือ",
})  # fmt: skip
SATISFACTION_QUESTION = CountedQuestion(
    "content", AnswerKind.SCALE, "ท่านพอใจการให้บริการเพียงใด (1 น้อยที่สุด 5 มากที่สุด)", {}
)
TEXT_QUESTION = CountedQuestion("words", AnswerKind.TEXT, "อยากให้สำนักงานปรับปรุงสิ่งใด", {})
STATEMENTS_QUESTION = CountedQuestion("say", AnswerKind.STATEMENTS, "ท่านเห็นด้วยกับข้อความต่อไปนี้หรือไม่", {
    "s1": "ควรนัดคิวล่วงหน้าได้ทาง LINE", "s2": "ควรมีที่จอดรถสำหรับผู้สูงอายุและคนพิการ", "s3": "น้ำป้าญาติผู้ใหญ่ ควรมีที่นั่งรอ",
})  # fmt: skip
SAMPLE_CONSULTATION = CountedConsultation(
    "K7Q2",
    "เวลาให้บริการและการรับเรื่องของสำนักงาน",
    "สำนักงานกำลังจะปรับเวลาให้บริการในปีงบประมาณ 2571 จึงขอฟังความเห็นของทุกคนก่อน\nความเห็นทุกข้อมีผลต่อการตัดสินใจ",
    "https://www.example.com/plan.pdf",
    datetime(2026, 10, 1, 1, tzinfo=UTC),
    datetime(2026, 10, 31, 16, 59, tzinfo=UTC),
    (HOURS_QUESTION, CHANNELS_QUESTION, SATISFACTION_QUESTION, TEXT_QUESTION, STATEMENTS_QUESTION),
)
SAMPLE_THEMES = (
    CountedTheme("ที่จอดรถไม่พอ", 31, ("จอดรถไกลมาก ผู้สูงอายุเดินไม่ไหว", "ขอที่จอดรถคนพิการ"), ThemeDecision.ADOPTED,
          "ทำที่จอดรถ 6 คันหน้าอาคาร 1", date(2027, 1, 31), date(2027, 1, 15)),
    CountedTheme("ขอให้เปิดวันเสาร์", 18, (), ThemeDecision.PARTLY, "เปิดเช้าวันเสาร์แรกของเดือน ทดลอง 6 เดือน",
          date(2027, 3, 31)),
    CountedTheme("ขอคิวออนไลน์", 3, ("อยากจองคิวจากบ้าน",), ThemeDecision.NOT_ADOPTED, "ระบบกลางของกระทรวงกำลังทำอยู่"),
    CountedTheme("เอกสารมากเกินไป", 12, ("ขอให้ลดสำเนา",)),
)  # fmt: skip


def make_response(
    chance: random.Random, asked: CountedConsultation = SAMPLE_CONSULTATION
) -> AnonymousResponse:
    """A person who answers most of the questions."""
    answers = dict[str, str]()
    for one in asked.questions:
        if chance.random() < 0.03 or one.kind is AnswerKind.TEXT:
            continue
        codes = [*one.options] or ["1", "2", "3", "4", "5"]
        if one.kind is AnswerKind.STATEMENTS:
            answers |= {f"{one.key}.{c}": chance.choices([*Stance], (6, 3, 2))[0].value for c in codes}
        elif one.kind is AnswerKind.CHOICES:
            answers[one.key] = ",".join(c for c in codes if chance.random() < 0.4)
        else:
            answers[one.key] = chance.choices(codes, range(1, len(codes) + 1))[0]
    return AnonymousResponse(chance.random() < 0.7, answers)


def make_responses(
    number: int, seed: int = 7, asked: CountedConsultation = SAMPLE_CONSULTATION
) -> Sequence[AnonymousResponse]:
    """A number of responses."""
    chance = random.Random(seed)
    return [make_response(chance, asked) for _ in range(number)]


def make_results(number: int = 240, terms: ResultsRules = TERMS) -> PublishedResults:
    """The published results of a number of responses."""
    return build_results(SAMPLE_CONSULTATION, make_responses(number), SAMPLE_THEMES, terms)
