"""Fear and calls for help: what people write when they are afraid, and what only looks like it."""

import pytest

from handlers.dialog.events import LANGS
from handlers.i18n import WORDING
from handlers.thai.worries import MAX_DANGER_TEXT, Worry, find_worry, has_second_thoughts

WHO_KNOWS = """
ขอบคุณคับ แล้วเค้าจะรู้มั้ยว่าผมส่ง
ถ้าแจ้งไปแล้วเขาจะรู้ไหมว่าเป็นเรา
เขาจะรู้ไหมว่าเป็นฉันที่แจ้ง
ที่ทำงานจะรู้หรือเปล่าถ้าเราแจ้ง
เบอร์เราเขาจะเห็นไหม
เจ้าหน้าที่เห็นไลน์เราไหม
ใครจะรู้บ้าง
ใครจะรู้บ้างคะ
ใครจะรู้บ้างคะว่าหนูแจ้ง
เขาจะรู้ไหมครับว่าเป็นผม
ใคร จะ รู้ บ้าง ครับ
แล้วใครรู้บ้าง
ใครจะได้อ่านบ้าง
ใครเห็นเรื่องนี้บ้าง
จะมีใครรู้ไหมว่าเป็นหนู
มีใครรู้มั้ยว่าผมแจ้ง
จะมีคนรู้ไหมคะ
เขาจะรู้ไหมว่าเป็นใคร
ผอ.จะรู้ไหมครับ
หัวหน้าจะรู้มั้ยว่าเป็นผม
เค้ารู้รึเปล่าว่าเป็นหนู
จะรู้ไหมว่าใครแจ้ง
เป็นความลับไหม
เป็นความลับจริงไหมคะ
ปลอดภัยไหม
ปลอดภัยแน่ไหมครับ
จะตามตัวเจอไหม
สืบถึงตัวผมได้ไหม
ชื่อหนูจะถูกเปิดเผยไหม
ต้องบอกชื่อไหม
แล้วต้องบอกชื่อจริงด้วยไหมคะ
who will know?
who will see this
Will anyone know it was me?
can they find out who I am
is this anonymous
Is it really safe?
""".strip().split("\n")
HARM = """
จะโดนไล่ออกไหม
ถ้าแจ้งแล้วจะโดนไล่ออกไหมคะ
เราจะโดนไล่ออกมั้ย
แจ้งแล้วจะเดือดร้อนไหม
ถ้าเขารู้ว่าเป็นผมแจ้ง ผมจะโดนอะไรไหม
ถ้าแจ้งแล้วจะมีปัญหาตามมาไหม
แจ้งไปแล้วจะกระทบงานเราไหมคะ
เขาจะเอาคืนเราไหม
มีใครคุ้มครองเราไหม
จะโดนฟ้องไหมถ้าแจ้ง
แจ้งแบบนี้จะโดนฟ้องกลับไหม
แจ้งแล้วต้องไปให้ปากคำไหม
will i be fired
if i report this, will i get in trouble
""".strip().split("\n")
AFRAID = """
กลัว
อยากจะแจ้งเรื่องนึงอะค่ะ แต่กลัวจังเลย เค้าจะรู้มั้ยว่าเป็นหนู
กลัวค่ะ เขาจะรู้ไหมว่าเป็นหนู
กลัวค่ะ
กลัวมากเลยครับ
หนูกลัว
ผมก็กลัวนะ
กลัวเขารู้
กลัวเขาจะรู้ว่าเป็นหนู
กลัวว่าเขาจะรู้ว่าเป็นคนแจ้ง
กลัวใครรู้
กลัวโดนไล่ออก
กลัวถูกย้าย
หนูกลัวโดนครูแกล้ง
ผมกลัวว่าจะโดนเล่นงาน
กลัวหัวหน้าเอาเรื่อง
ไม่กล้าแจ้งเลย
ยังไม่กล้าเล่า
i'm scared
I am afraid they will find out it was me
""".strip().split("\n")
HELP = """
ช่วยด้วย
ช่วยด้วยครับ
ช่วยหนูด้วยค่ะ
ใครก็ได้ช่วยด้วย
ช่วยผมที
ขอความช่วยเหลือด่วน
ไม่ปลอดภัย
หนูไม่ปลอดภัยเลย
รู้สึกไม่ปลอดภัยค่ะ
อันตราย
ผมกำลังตกอยู่ในอันตราย
ไม่ไหวแล้ว
อยากตาย
help me
Please help me
I am not safe
""".strip().split("\n")
THREAT = """
เขาขู่จะฆ่า
เขาขู่ว่าจะฆ่าผมถ้าไปบอกใคร
มันขู่ทำร้ายครอบครัว
โดนทำร้าย
ผมถูกทำร้ายร่างกายเมื่อวานที่หน้าสำนักงาน
หัวหน้าเอาปืนมาขู่ตอนเซ็นรับงาน
ถูกเขาลวนลามในห้องทำงาน
พวกนั้นจะมาฆ่าเรา
he threatened to kill me
They beat me after the meeting
""".strip().split("\n")
CHILD = """
หนูอายุ 14
หนูอายุ ๑๔ ค่ะ
หนูเพิ่งอายุสิบสาม
ผมอายุ 16 ครับ
ครูทำหนู
ครูเขาจับตัวหนูในห้อง
ครูตีหนูทุกวัน
หนูอยู่ ม.2
หนูเรียนชั้น ป.6
พ่อเลี้ยงตีหนู
ครูลวนลามนักเรียนหญิง
สามีทำร้ายฉัน
I'm 14
my teacher touched me
""".strip().split("\n")
NO_WORRY = """
อยากแจ้งเรื่องนึงค่ะ
อยากแจ้งเรื่องครูเก็บเงิน เขากลัวคนรู้
เขาช่วยด้วยการโอนเงิน
ช่วยด้วยการเซ็นรับงานให้
ขอให้ช่วยตรวจสอบ
ช่วยหน่อย
เขากลัวว่าผมจะรู้
ชาวบ้านกลัวจึงไม่มีใครร้องเรียนเรื่องเงินที่ถูกเรียกเก็บไปตั้งแต่ปีก่อนเลยสักคนเดียวในหมู่บ้าน
เขารู้เห็นเรื่องนี้มาตลอด
ใครก็รู้ว่าเขารับเงิน
ใครทำไม่รู้
ผอ.รู้
ครูเห็นบ้าง
เขาขู่ว่าจะย้ายผม
เขาขู่ว่าจะเก็บเงินเพิ่ม
ไม่เคยถูกทำร้าย
ไม่ได้โดนทำร้าย
ถูกทำร้ายจิตใจ
ซื้อยาฆ่าแมลงแพงเกินจริง
ไปเดินเล่นฆ่าเวลา
ครูทำผมที่ร้านในเวลาราชการ
ครูทำหนูนาหาย
ผมอายุ 45
เด็กอายุ 14 คนหนึ่งเห็นเหตุการณ์
ผมอายุ 140 วัน
ถนนไม่ปลอดภัยเพราะผู้รับเหมาลดสเปก
อาคารนี้อันตรายต่อเด็กแต่ก็ตรวจรับ
ห้องเก็บความลับของทางราชการ
อยากถามว่าต้องใช้เอกสารอะไรบ้าง
ข้าม
ไม่บอกชื่อ
ไม่รู้
สวัสดีค่ะ
i am 14% sure of it
the contract was helped along by the head
""".strip().split("\n")
TABLE = [
    (worry, text)
    for worry, texts in zip(Worry, (WHO_KNOWS, HARM, AFRAID, HELP, THREAT, CHILD), strict=True)
    for text in texts
]


@pytest.mark.parametrize(("worry", "text"), TABLE)
def test_what_frightened_people_write(worry: Worry, text: str) -> None:
    assert find_worry(text) is worry


@pytest.mark.parametrize("text", ["", " ", "?", *NO_WORRY])
def test_what_only_looks_like_it(text: str) -> None:
    assert find_worry(text) is None


def test_only_danger_leaves_a_text_an_account() -> None:
    assert {worry for worry in Worry if worry.tells_something} == {Worry.THREAT, Worry.CHILD}


@pytest.mark.parametrize("text", ["ใครจะรู้บ้าง", "กลัวเขารู้", "ช่วยด้วย"])
def test_an_account_with_such_words_is_an_account(text: str) -> None:
    account = f"{text} เจ้าหน้าที่พัสดุเรียกเงินห้าพันบาทจากผู้รับเหมาก่อนเซ็นตรวจรับงานถนนหน้าตลาด"
    assert find_worry(account) is None


def test_danger_is_found_in_an_account_and_not_beyond_its_limit() -> None:
    assert find_worry(f"เขารับเงินห้าพันแล้วขู่จะฆ่าผมด้วย {'ก' * 500}") is Worry.THREAT
    assert find_worry("ก" * MAX_DANGER_TEXT + "เขาขู่จะฆ่า") is None


@pytest.mark.parametrize("lang", LANGS)
def test_no_label_of_a_button_is_a_worry(lang: str) -> None:
    labels = {key: text for key, text in WORDING[lang].items() if key.startswith("choice.")}  # type: ignore[index]
    assert labels
    assert {key: find_worry(text) for key, text in labels.items() if find_worry(text)} == {}


@pytest.mark.parametrize(
    ("text", "worry"),
    [
        ("ไม่เอา กลัว", Worry.AFRAID),
        ("กลัวโดนกลั่นแกล้งค่ะ ถ้าแจ้งไป", Worry.AFRAID),
        ("เขาขู่ว่าจะไล่ออกถ้าไม่จ่าย", None),
        ("ลูกน้องโดนไล่ออกเพราะไม่ยอมจ่าย", None),
        ("เขาจะรู้ว่าใครไม่จ่ายเงิน", None),
        ("ไม่กล้าส่ง กลัวเขารู้", Worry.AFRAID),
        ("กลัวค่ะ ไม่รู้จะทำไง", Worry.AFRAID),
        ("เขามาขู่ที่บ้านครับ ช่วยหน่อย", Worry.THREAT),
        ("เขาไม่ได้มาขู่ที่บ้าน", None),
        ("เขากลัวผู้รับเหมาจะไม่จ่าย", None),
    ],
)
def test_fear_in_two_breaths_and_threats_at_home(text: str, worry: Worry | None) -> None:
    assert find_worry(text) is worry


@pytest.mark.parametrize(
    ("text", "worry"),
    [
        ("เอ่อ เปลี่ยนใจแล้วค่ะ ไม่กล้า", Worry.AFRAID),
        ("เปลี่ยนใจแล้วครับ กลัว", Worry.AFRAID),
        ("ไม่กล้าส่ง เปลี่ยนใจแล้ว", Worry.AFRAID),
        ("เขาเปลี่ยนใจแล้ว ไม่กล้าจ่าย", None),
        ("เปลี่ยนใจแล้วค่ะ ไม่กล้าจ่ายเงินให้เขา", None),
    ],
)
def test_second_thoughts_of_who_dares_not_are_fear(text: str, worry: Worry | None) -> None:
    assert find_worry(text) is worry


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("เปลี่ยนใจแล้ว", True),
        ("เอ่อ เปลี่ยนใจแล้วค่ะ", True),
        ("หนูขอเปลี่ยนใจค่ะ", True),
        ("เขาเปลี่ยนใจแล้ว", False),
        ("เปลี่ยนใจแล้ว กรอกต่อ", False),
        ("", False),
    ],
)
def test_second_thoughts_alone(text: str, said: bool) -> None:
    assert has_second_thoughts(text) is said
