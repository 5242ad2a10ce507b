"""What short replies mean, in everyday Thai and English; above all, that no denial is taken for a yes."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.thai.grammar.particles import OPENERS, PARTICLES, POLITE_ALONE
from handlers.thai.grammar.spelling import correct_spelling
from handlers.thai.meanings import MAX_REPLY_LENGTH, list_readings, read_meanings
from handlers.thai.negation import is_negative_phrase
from handlers.thai.phrases import PHRASES, Meaning
from tests.properties import examples

DENIALS = {
    Meaning.NO,
    Meaning.NONE,
    Meaning.NEVER,
    Meaning.ANONYMOUS,
    Meaning.UNSURE,
    Meaning.KEEP,
    Meaning.SKIP,
}
CONSENTS = {Meaning.YES, Meaning.SEND, Meaning.DELETE, Meaning.NAMED, Meaning.OKAY, Meaning.START}
ALL_PHRASES = [(meaning, phrase) for meaning, phrases in PHRASES.items() for phrase in phrases.split()]


@pytest.mark.parametrize(
    ("meaning", "replies"),
    [
        (Meaning.YES, "ใช่ ใช่ครับ ใช่ค่าาา ใช่ๆๆๆ ช่าย ไช่คับ ถูกต้องเลยครับ แม่นแล้ว คิดว่าใช่ น่าจะใช่นะ yes Yes! YEP ใช่​ค่ะ"),
        (Meaning.NO, "ไม่ ไม่ใช่ ไม่ครับ ไม่เลย ป่าวคับ เปล่าค่ะ ม่ายช่าย บ่แม่น คิดว่าไม่ใช่ น่าจะไม่ใช่ ไม่น่าใช่นะ no Nope ไม่่ใช่ ไม่ๆ ใม่ใช่"),
        (Meaning.UNSURE, "ไม่แน่ใจ ไม่รู้ ไม่รู้สิ ม่ายรู้ ไม่รุ้อ่ะ ไมรู้ มิทราบ จำไม่ได้แล้วค่ะ จําไม่ได้ ไม่เเน่ใจค่ะ idk อาจจะ"),
        (Meaning.NONE, "ไม่มี ไม่มีครับ ไม่มีค่าาา ม่ายมี ไมมี ไม่ม บ่มี มิมีขอรับ ไม่มีเลยจริงๆ ไม่มี. ไม่​มี ไม่มี555 none ยังไม่มีค่ะ"),
        (Meaning.NEVER, "ไม่เคย ยังไม่เคย ยังครับ ไม่เค ม่ายเคย บ่เคยเจ้า never ยังไม่เคยแจ้งที่ไหนค่ะ"),
        (Meaning.DONE, "เสร็จแล้วครับ เสดแล้ว เสร็จเเล้วคับ แค่นี้ เเค่นี้แหละ หมดแล้วค่ะ ส่งหมดแล้ว พอแล้วค่ะ จบแค่นี้จ้า done เสรจแลว"),
        (Meaning.SKIP, "ข้าม ข้ามเลย ขอข้ามข้อนี้ค่ะ ข้ามไปก่อนนะคะ ขอข้ามได้ไหมคะ ไม่ขอตอบ skip - – ——"),
        (Meaning.BACK, "ย้อนกลับ ย้อนกลับค่า กลับไปข้อที่แล้ว ขอย้อนกลับนิดนึง ยอนกลับ back"),
        (Meaning.CANCEL, "ยกเลิก ขอยกเลิกครับ ยกเลิ้ก ยกเลก ยกเลิกจ้า ไม่แจ้งแล้วค่ะ cancel"),
        (Meaning.LEAVE, "ออก ขอออกก่อนนะ exit"),
        (Meaning.START, "เริ่มเลย เริ่มได้เลยครับ พร้อมแล้วครับ start"),
        (Meaning.OKAY, "โอเค โอเช ok OK ตกลง รับทราบค่ะ เข้าใจแล้วค่ะ 👍 👍🏽 เค"),
        (Meaning.SEND, "ส่ง ส่งเลย ส่งได้เลยค่ะ ส่งโลด ส่งจ้า ยืนยันส่งครับ send"),
        (Meaning.EDIT, "แก้ แก้ไข เเก้ไข ขอแก้ไขหน่อยครับ แก้ก่อน edit"),
        (Meaning.ANONYMOUS, "ไม่บอก ม่ายบอก บ่บอก ไม่ขอบอกชื่อ ไม่ประสงค์ออกนาม ปกปิดชื่อค่ะ anonymous"),
        (Meaning.NAMED, "บอกค่ะ บอกชื่อ ยินดีบอกชื่อ"),
        (Meaning.HELP, "help วิธีใช้ งงอ่ะ ไม่เข้าใจค่ะ ?"),
        (Meaning.THANKS, "ขอบคุณ ขอบคุณมากๆครับ ขอบคุนค่ะ thx 🙏"),
        (Meaning.GREETING, "สวัสดีค่ะ สวัดดีครับ ฮัลโหลลล hello"),
        (Meaning.PARTING, "บาย ลาก่อนครับ ไปละ"),
        (Meaning.POLITE, "ครับ ค่ะ คับ จ้า ครับผม"),
        (Meaning.KEEP, "ไม่ยกเลิก กรอกต่อ ไม่ลบค่ะ"),
        (Meaning.DELETE, "ลบ ลบเลย ลบโลด"),
        (Meaning.UNFINISHED, "ยังไม่เสร็จ ยังไม่เสดค่ะ ยังไม่ครบเลย"),
    ],
)  # fmt: skip
def test_everyday_replies(meaning: Meaning, replies: str) -> None:
    assert {reply: read_meanings(reply) for reply in replies.split()} == dict.fromkeys(
        replies.split(), (meaning,)
    )


@pytest.mark.parametrize(
    "reply",
    [
        "ไม่ใช่ว่าไม่ใช่", "ไม่ใช่ไม่มี", "ไม่ใช่ไม่เคยนะ", "ไม่ใช่ไม่ลบ", "ไม่ได้ไม่รู้", "ไม่ส่งไม่ได้", "ก็ไม่เชิง", "ก็ไม่เชิงว่าไม่บอก",
        "ใช่ ไม่ใช่", "no, yes",
        "ไม่อยากไม่ระบุชื่อ", "ใช่แต่ไม่ใช่", "ทั้งใช่ทั้งไม่ใช่", "บอกไม่บอก", "ลบไม่ลบ", "ลบหรือไม่ลบดี", "บอกก็ได้ ไม่บอกก็ได้",
        "ใจนึงก็อยากบอก ใจนึงก็ไม่อยากบอก", "จะลบก็เสียดาย จะไม่ลบก็กลัว", "yes and no", "not no", "ส่ง ยกเลิก", "ใช่ ไม่มี",
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_ambiguous(reply: str) -> None:
    assert read_meanings(reply) == (Meaning.AMBIGUOUS,)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "...", "555", "😀", "ship", "bank", "นายสมชาย", "หัวหน้าฝ่ายพัสดุ", "ไม่รู้ชื่อ แต่ใส่แว่น",
        "ไม่มีใครช่วยเราเลย",
        "ไม่มีรูป แต่มีใบเสร็จอยู่ที่บ้าน",
        "งานเสร็จแล้วแต่ไม่ยอมตรวจรับ", "ไม่มีใบเสร็จให้สักใบ", "ใช่ไหม", "ใช่มั้ย", "ส่งไปให้ใคร", "กลับจากประชุมแล้วเจอกันที่ลานจอดรถ",
        "ไม่เคยได้คำตอบเลย แจ้งไปสามที่แล้ว", "เขายกเลิกสัญญาเราโดยไม่มีเหตุผล", "กลัวเขารู้", "ช่วยด้วย",
        "ขอบคุณที่ไม่ช่วยอะไรเลย", "เคย", "คุณสวัสดิ์", "ไม่ดี", "ไม่ใช่น้อย", "พ่อ", "นายอำเภอ", "พี่", "ก" * 61,
        "ไม่มี" * 20,
    ],
)  # fmt: skip
def test_a_text_that_goes_on_or_asks_means_nothing_by_itself(text: str) -> None:
    assert read_meanings(text) == ()


@pytest.mark.parametrize(
    ("reply", "meanings"),
    [
        ("ไม่รู้ ข้ามค่ะ", (Meaning.UNSURE, Meaning.SKIP)),
        ("ไม่ ไม่ใช่ครับ", (Meaning.NO,)),
        ("ค่ะ ไม่ใช่", (Meaning.NO,)),
        ("ไม่มีแล้วค่ะ ขอบคุณค่ะ", (Meaning.DONE,)),
        ("โอเค ส่งเลย", (Meaning.SEND,)),
        ("ตรวจแล้ว ส่งได้ค่ะ", (Meaning.SEND,)),
        ("เปลี่ยนใจแล้ว กรอกต่อ", (Meaning.KEEP,)),
        ("ใช่ค่ะ ลบเลย", (Meaning.YES, Meaning.DELETE)),
        ("น่าจะใช่ แต่ไม่แน่ใจ", (Meaning.UNSURE,)),
        # "อย่าลบ" without one sign, or "อ่า ลบ": it is asked again before anything is deleted.
        ("อ่าลบ", (Meaning.AMBIGUOUS,)),
    ],
)
def test_phrases_that_agree_are_read_together(reply: str, meanings: tuple[Meaning, ...]) -> None:
    assert read_meanings(reply) == meanings


def test_a_phrase_has_one_meaning() -> None:
    phrases = [phrase for _, phrase in ALL_PHRASES]
    assert sorted({phrase for phrase in phrases if phrases.count(phrase) > 1}) == []


@pytest.mark.parametrize("meaning", PHRASES)
def test_every_phrase_is_read_as_it_stands_in_the_table(meaning: Meaning) -> None:
    phrases = PHRASES[meaning].split()
    assert phrases
    for read in (read_meanings, lambda phrase: read_meanings(correct_spelling(phrase))):
        assert {phrase: found for phrase in phrases if (found := read(phrase)) != (meaning,)} == {}


_endings = st.lists(st.sampled_from(PARTICLES.split()), max_size=3).map("".join)
_phrases = st.sampled_from(
    [(meaning, phrase) for meaning, phrase in ALL_PHRASES if meaning is not Meaning.AMBIGUOUS]
)


def _disturb(phrase: str, seed: int) -> str:
    """Return a phrase with one typing error: a sign left out, doubled or changed, or two that change places."""
    chance = random.Random(seed)
    at = chance.randrange(len(phrase))
    others = phrase + "กมนรเาิี่้ส"
    return chance.choice(
        (
            phrase[:at] + phrase[at + 1 :],
            phrase[: at + 1] + phrase[at:],
            phrase[:at] + chance.choice(others) + phrase[at + 1 :],
            phrase[:at] + phrase[at + 1 : at + 2] + phrase[at] + phrase[at + 2 :],
        )
    )


@examples(400)
@given(_phrases, _endings)
def test_particles_change_no_meaning(known: tuple[Meaning, str], ending: str) -> None:
    meaning, phrase = known
    if len(phrase + ending) > MAX_REPLY_LENGTH:
        return
    read = set(read_meanings(phrase + ending))
    assert not (meaning in CONSENTS and read & DENIALS)
    assert not (meaning in DENIALS and read & CONSENTS)


@examples(1000)
@given(_phrases, _endings, st.sampled_from(("", *OPENERS.split())), st.integers(0, 10_000))
def test_no_typing_error_turns_a_denial_into_a_consent(
    known: tuple[Meaning, str], ending: str, opener: str, seed: int
) -> None:
    meaning, phrase = known
    disturbed = _disturb(phrase, seed)
    typed = opener + disturbed + ending
    read = set(read_meanings(typed))
    # A sign left out of "n" leaves nothing that denies, and "ไม่" without its first signs is another word.
    left_denied = len(phrase) > 2 and ("ไม" in disturbed or not phrase.startswith("ไม่"))
    if left_denied and meaning in DENIALS:
        assert not read & {Meaning.YES, Meaning.SEND, Meaning.DELETE, Meaning.NAMED}, typed
    assert not {Meaning.YES, Meaning.NO} <= read


ACTIONS = CONSENTS | {
    Meaning.DONE, Meaning.CANCEL, Meaning.KEEP, Meaning.LEAVE, Meaning.EDIT, Meaning.BACK, Meaning.NEXT, Meaning.SKIP,
    Meaning.ANONYMOUS, Meaning.HELP,
}  # fmt: skip
HARMLESS = {
    Meaning.DONE,
    Meaning.NEXT,
    Meaning.SKIP,
    Meaning.ANONYMOUS,
    Meaning.KEEP,
    Meaning.EDIT,
    Meaning.HELP,
}
DENIABLE = [
    (meaning, phrase)
    for meaning, phrase in ALL_PHRASES
    if meaning in ACTIONS and not is_negative_phrase(phrase)
]
THAI_NEGATIONS = """
ไม่ ไม่ได้ ยังไม่ ยังไม่ได้ อย่า อย่าเพิ่ง อย่าพึ่ง มิ มิได้ บ่ ไม่ต้อง ไม่อยาก ไม่อยากจะ ยังไม่อยาก ไม่ขอ ขอไม่ ไม่ประสงค์ ไม่ประสงค์จะ
ไม่ประสงค์ที่จะ ไม่สะดวก ไม่สะดวกที่จะ ไม่ต้องการ ไม่ต้องการที่จะ จะไม่ คงไม่ ผมไม่ ไม่ยอม ไม่กล้า ยังไม่พร้อมจะ ห้าม
"""
ENGLISH_NEGATIONS = (
    "not ",
    "dont ",
    "don't ",
    "do not ",
    "not yet ",
    "i don't want to ",
    "never ",
    "i won't ",
)


@examples(1000)
@given(st.sampled_from(DENIABLE), st.integers(0, 10_000), _endings, st.booleans())
def test_a_denied_action_is_never_the_action(
    known: tuple[Meaning, str], seed: int, ending: str, mistyped: bool
) -> None:
    meaning, phrase = known
    chance = random.Random(seed)
    negation = chance.choice(ENGLISH_NEGATIONS if phrase.isascii() else THAI_NEGATIONS.split())
    typed = negation + (_disturb(phrase, seed) if mistyped else phrase) + ending
    read = read_meanings(typed)
    if mistyped and meaning in HARMLESS:  # ไม่มดแล้ว may be ไม่หมดแล้ว, “not finished”, or ไม่มีแล้ว, “no more”
        return
    assert meaning not in read, typed


@pytest.mark.parametrize(
    ("meaning", "replies"),
    [
        (Meaning.NOT_YET, "ยังไม่ได้ส่งครับ อย่าพึ่งส่งเลย ยังไม่อยากส่ง ไม่อยากส่ง ยังไม่อยากเริ่ม ยังไม่เริ่ม"),
        (Meaning.REFUSE, "ไม่เริ่ม ไม่อยากเริ่ม ไม่เริ่มแล้วค่ะ"),
        (Meaning.UNFINISHED, "ยังไม่เสร็จ ยังไม่ได้ครบ ไม่พอ ยังไม่ได้อ่าน ยังไม่อยากจบ"),
        (Meaning.KEEP, "ไม่อยากลบ อย่าเพิ่งยกเลก ไม่ต้องการยกเลิกครับ ไม่ได้จะลบ ยังไม่อยากออก ไม่ต้องลบทิ้ง"),
        (Meaning.ANONYMOUS, "ไม่ประสงค์จะระบุชื่อครับ ไม่สะดวกที่จะเปิดเผยตัวตน ยังไม่อยากบอกชื่อ มิประสงค์ออกนาม ไม่กล้าระบุชื่อ"),
        (Meaning.SKIP, "ไม่ประสงค์ให้คะแนน ไม่สะดวกให้คะแนนค่ะ ไม่อยากประเมิน ไม่ขอแสดงความเห็น"),
        (Meaning.NEVER, "มิเคย ยังไม่ได้ร้องเรียนที่ไหน ไม่เคยไปร้องเรียนใคร มิได้แจ้ง"),
        (Meaning.CANCEL, "ไม่อยากร้องเรียน ไม่ขอแจ้งแล้ว ไม่ต้องการส่งแล้ว"),
        (Meaning.NO, "ไม่ยืนยันค่ะ มิได้เกี่ยวข้อง"),
        (Meaning.HELP, "ส่งตรงไหนอะ เล่าอะไรบ้าง ไม่รู้จะเริ่มยังไง ต้องแนบไฟล์ตรงไหนคะ ยังไม่เข้าใจ เริ่มเล่ายังไงดี"),
    ],
)  # fmt: skip
def test_a_negation_and_a_phrase_are_read_together(meaning: Meaning, replies: str) -> None:
    assert {reply: read_meanings(reply) for reply in replies.split()} == dict.fromkeys(
        replies.split(), (meaning,)
    )


@pytest.mark.parametrize(
    "reply", ["ใช่ครับ เอ๊ย ไม่ใช่", "ไม่ใช่ หมายถึงใช่", "บอก โทษที ไม่บอก", "yes, oops, no", "ส่ง เอ้ย ยกเลิก"]
)
def test_who_corrects_themself_is_asked_again(reply: str) -> None:
    assert read_meanings(reply) == (Meaning.AMBIGUOUS,)


@examples(400)
@given(st.lists(_phrases, min_size=1, max_size=3), st.sampled_from(("", " ", " แต่", "และ")))
def test_nothing_is_both_yes_and_no(parts: list[tuple[Meaning, str]], between: str) -> None:
    read = set(read_meanings(between.join(phrase for _, phrase in parts)))
    assert len(read & {Meaning.YES, Meaning.NO, Meaning.NEVER, Meaning.NONE} & {Meaning.YES, Meaning.NO}) <= 1
    assert Meaning.AMBIGUOUS not in read or len(read) == 1


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    read_meanings(text)
    list_readings(text)


def test_particles_that_are_no_reply_alone() -> None:
    alone = set(POLITE_ALONE.split())
    phrases = {phrase for _, phrase in ALL_PHRASES}
    for word in PARTICLES.split():
        if word.removesuffix("ๆ") not in phrases:
            assert read_meanings(word) == ((Meaning.POLITE,) if word in alone else ()), word
