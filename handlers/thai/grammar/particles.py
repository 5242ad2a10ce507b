"""Particles and openers: words of politeness and mood round what people say. One table, for all readers of Thai.

Words of a line are separated by spaces.
"""

import re

PLAIN_PARTICLES = """
ครับผม ครับ คับ ค้าบ ค่ะ คะ ค๊ะ ค้ะ คร่า คร้า จ้า จ้ะ จ๊ะ ฮะ นะ น่ะ น้า เด้อ เน้อ หน่อย ขอรับ
"""
"""Particles that are no other word, nor a part of one: they are set aside in whole texts and questions too."""

PARTICLES = """
ค้ะ
ครับ คับ ครัช ครับผม คับผม คร้าบ ค้าบ คราบ คาบ ครัฟ คัฟ ค๊าบ คร๊าบ งับ งับผม ฮับ ครับป๋ม คะ ค่ะ ค่า ค้า ขา คร่า
คร้า คร่ะ คร๊ะ ค๊ะ จ้า จ้ะ จ๊ะ จ๋า จร้า จ่ะ จะ เจ้า นะ น่ะ น้า น๊า นา น๊ะ หนะ ฮะ ฮ่ะ ฮ๊ะ อะ อ่ะ อ้ะ อ่า อ๊ะ ละ
ล่ะ หละ หล่ะ แหละ แหล่ะ เลย เล้ย เลอ หน่อย หนอย ด้วย เถอะ เถิด เหอะ สิ ซิ ดิ ซี่ สิ่ หรอก ดอก เด้อ เน้อ เนาะ
เนอะ ว่ะ วะ เว้ย โว้ย ก่อน ไป จริงๆ ทีเดียว ท่าน พี่ แอด แอดมิน น้อง ผม หนู โลด ขอรับ กระผม นิดนึง นิดหนึ่ง นิด
แป๊บ ที ที่ เจ้าค่ะ เจ้าคะ จริง จังเลย จัง แน่นอน แน่ แน่ๆ ชัวร์ มาก่อน
แฮะ แฮ่ะ คัก คักๆ เด้ เด๊ เดอ เน้อเจ้า ตั้ว ตั๊ว หนา เถาะ เต๊อะ เต๊อะเจ้า ต้ะ ฮิ ดิวะ อ่ะนะ อะนะ
ดีกว่า ก็พอ ก็ได้ ละกัน แล้วกัน ก็แล้วกัน สักหน่อย ซักหน่อย อยู่แล้ว อย่างแน่นอน สักนิด ซักนิด
please pls plz sir madam
"""
"""Words of politeness and mood at the end of a reply. They are set aside; alone they are `Meaning.POLITE`."""

POLITE_ALONE = """
ครับ คับ ครัช ครับผม คับผม คร้าบ ค้าบ คราบ คาบ ครัฟ คัฟ ค๊าบ คร๊าบ งับ งับผม ฮับ ครับป๋ม คะ ค่ะ ค่า ค้า คร่า
คร้า คร่ะ คร๊ะ ค๊ะ จ้า จ้ะ จ๊ะ จ๋า จร้า จ่ะ เจ้า ขอรับ เจ้าค่ะ เจ้าคะ
"""
"""Particles that are a reply by themselves. The others mean nothing alone."""

OPENERS = """
เอ๊ะ อ๋อ อ้อ อ่อ อืม เอ่อ เออ อ่า คือ คือว่า ก็ ก้อ งั้น งั้นก็ แล้วก็ ถ้างั้น ขอ ขอเป็น เอา เอาเป็น ขอเลือก เลือก
ตอบ ตอบว่า ตอบเป็น ผม ผมว่า ฉัน ฉันว่า ดิฉัน ดิฉันว่า หนู หนูว่า เรา เราว่า คิดว่า ผมคิดว่า หนูคิดว่า ฉันคิดว่า
ดิฉันคิดว่า เราคิดว่า รู้สึกว่า น่าจะ คงจะ คง อยาก อยากจะ ต้องการ ต้องการจะ ประสงค์ ประสงค์จะ ตอนนี้ เรื่องนี้
ข้อนี้ อันนี้ ตรงนี้ แบบ เอาแบบ เป็นแบบ แจ้งแบบ เอาไป เอาไปเลย ให้ไปเลย
กด พิมพ์ เปลี่ยนใจ เปลี่ยนใจแล้ว และ แต่ แต่ก็ หรือ จะ ช่วย รบกวน กรุณา ขออนุญาต
and but or well oh um i ithink iguess iwantto iwouldliketo letme
"""
"""Words before the phrase that do not change it: politeness, “I think”, “I would like to”."""

VOCATIVES = "ลูกเอ๊ย ลูกเอ้ย หลานเอ๊ย หลาน ลูก หล้า พ่อหนุ่ม แม่หนู แม่คุณ พ่อคุณ หนูเอ๊ย แม่ พ่อ พี่ น้อง คุณ เพื่อน เอ๊ย อ้าย เอื้อย หมอ ครู นาย จ๋า"
"""Whom one speaks to, after a particle: “จ้ะหลาน”."""

KIN = "ลุง ป้า ยาย ตา น้า อา พี่ แม่ พ่อ ปู่ ย่า คนแก่ ครู"
"""What people call themselves, before what they do not know or understand: “ลุงไม่เข้าใจ”."""


def join_particles(words: str, *others: str) -> str:
    """Return the alternatives of a pattern: Thai particles of a table, the longest first, and other words."""
    thai = {word for word in (*words.split(), *" ".join(others).split()) if not word.isascii()}
    return "|".join(sorted(map(re.escape, thai), key=lambda word: (-len(word), word)))


def repeat_words(*words: str, signs: str = "") -> str:
    """Return a pattern for any number of words of some tables, and of signs, a character class.

    Each turn takes the longest word that stands there and no other: “ครับผม” is one word and never ครับ and ผม, so that
    a text of such words is read in one way and not in 2 to the power of their number.
    """
    others = f"|{signs}" if signs else ""
    return f"(?:(?>{join_particles(*words)}{others}))*"


_PARTICLES_OF_A_NAME = re.compile(repeat_words(POLITE_ALONE, "นะ น่ะ"))
_PARTICLE_ON_A_NAME = re.compile(r"(?<=[ก-๎]{2})(?:นะ)?(?:ค่ะ|ครับผม|ครับ)$")


def set_aside_politeness(name: str) -> str:
    """Return a name without the politeness that was typed after it, spaces made single; a particle alone is a name.

    Written on to a name, only what no name ends with counts: “คณะ” is a word.
    """
    words = name.split()
    while len(words) > 1 and _PARTICLES_OF_A_NAME.fullmatch(words[-1]):
        words.pop()
    return _PARTICLE_ON_A_NAME.sub("", " ".join(words))
