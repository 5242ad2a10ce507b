"""Where a story denies, corrects or supposes, and where two may be meant, nothing is understood and filed."""

import pytest

from tests.handlers.complaints.review.test_understand import ALL, STORY, start, understand


@pytest.mark.parametrize(
    ("story", "name"),
    [
        ("รอง ผอ. เรียกเงินเด็กคนละ 500 บาท", "accused"),
        ("ไม่ใช่ครูใหญ่ที่เรียกเงิน แต่เป็นภารโรงเอาไป", "accused"),
        ("แม่ฟ้องว่าเจ้าหน้าที่พัสดุรับเงิน แต่ที่จริงหัวหน้าการเงินรับ", "accused"),
        ("ไม่ได้เรียกเงิน 5,000 บาทนะคะ เรียก 50,000", "amount"),
        ("เรียกเงิน 2 แสนบาท\nจริงๆ แล้วเป็นเงิน 250,000 ไม่ใช่ 2 แสน พิมพ์ผิด", "amount"),
        ("เขาเรียกเงินผม 3 พันห้า", "amount"),
        ("ผมจ่ายเงิน 3,000 บาทให้เพื่อนค่าข้าว ไม่เกี่ยวกับเรื่องนี้", "amount"),
        ("ถ้าเขาเรียกเงิน 10,000 บาทเหมือนปีที่แล้ว", "amount"),
        ("ขอห้าหมื่น ต่อรองเหลือสามหมื่น จ่ายไปแล้วหมื่นห้า", "amount"),
        ("ลูกผมเกิดวันที่ 3 มกราคม 2560 ครูตีเมื่อวันจันทร์", "when"),
        ("เมื่อวานเจ้าหน้าที่เรียกเงิน\nแก้ไขค่ะ ไม่ใช่เมื่อวาน แต่เป็นวันศุกร์ที่แล้ว", "when"),
        ("เขาทำเดือน 8 ปีที่แล้ว", "when"),
        ("ผมทำงานมาตั้งแต่ปี 2540 เขาเรียกเงินวันที่ 5 พ.ย. 2569", "when"),
        ("ตามระเบียบ พ.ศ. 2560 เขาทำผิด", "when"),
        ("ขอให้ตอบภายในวันที่ 15 ธันวาคม", "when"),
        ("วันที่ 12 หรือ 13 พ.ย. จำไม่ได้", "when"),
        ("14 ก.พ. เขาเรียกเงิน 20 ก.พ. เขาขู่", "when"),
        ("เขารับเงินที่สำนักงานที่ดิน", "where"),
        ("ท่านเป็นหัวหน้าสำนักงาน", "where"),
        ("หัวหน้าโรงเรียนบอก", "where"),
        ("เขาเรียกเงินที่วัดมาบตาพุด", "where"),
        ("เขาเรียกเงินที่โรงพยาบาลแม่และเด็ก", "where"),
        ("เขารับเงินที่วัดขนอน", "where"),
        ("ไม่ใช่ที่วัด แต่ที่โรงเรียนบ้านเหนือ", "where"),
        ("ลุงทำงานที่เทศบาลตำบลช้างเผือก", "where"),
    ],
)
def test_nothing_is_understood_where_the_words_may_mean_another(story: str, name: str) -> None:
    assert name not in understand(story)


@pytest.mark.parametrize(
    ("story", "place"),
    [("เขารับเงินที่ร้านกาแฟหน้าศาลากลาง", "ร้านกาแฟหน้าศาลากลาง"), ("เขาเรียกเงินที่วัดนะคะ", "วัด")],
)
def test_a_place_is_never_cut_inside_a_word(story: str, place: str) -> None:
    assert understand(story).get("where", place) == place


@pytest.mark.parametrize("denial", ["ไม่ใช่", "ไม่ใช่ค่ะ", "ไม่ใช่ครับ", "ลบออก"])
def test_a_bare_no_at_what_was_understood_takes_it_out(denial: str) -> None:
    person = start("แก้ ใคร", denial)
    assert person.session is not None
    assert "accused" not in person.session.understood
    assert person.session.understood.keys() == ALL.keys() - {"accused"}
    assert STORY in person.session.answers["story"]
