"""Filing a complaint: every way through the form, and everything that people do instead."""

from dataclasses import replace

import pytest

from handlers.complaints.form import compute_notice_version
from handlers.complaints.messages import FileCase
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.effects import DeleteFiles
from handlers.dialog.events import Channel, FileProblem
from handlers.dialog.session import DialogTopic, UnconfirmedText
from tests.in_memory_desk import OFFICE, WHOLE_REPORT, ChatUser, InMemoryDesk

TO_STORY = WHOLE_REPORT[:4]
TO_EVIDENCE = WHOLE_REPORT[:9]


def test_a_notice_that_says_anything_else_has_another_version() -> None:
    version = compute_notice_version(OFFICE)
    assert version.startswith(f"{OFFICE.privacy.version}+")
    assert len(version) <= 20
    kept_longer = OFFICE.retention.model_copy(update={"after_closing_days": 400})
    contact = OFFICE.privacy.model_copy(update={"contact": OFFICE.name})
    changed = [
        {"retention": kept_longer},
        {"privacy": contact},
        {"unsigned_letters": OFFICE.name},
        {"bodies": []},
    ]
    versions = {compute_notice_version(OFFICE.model_copy(update=one)) for one in changed}
    assert len(versions - {version}) == len(changed)
    assert compute_notice_version(OFFICE.model_copy(update={"website": "https://other.example"})) == version


def test_the_version_that_is_stored_is_the_one_that_was_shown() -> None:
    person = start_report()
    shown = person.say("แจ้งเรื่อง")
    assert f"(ฉบับ {compute_notice_version(OFFICE)})" in shown


def start_report(*lines: str, channel: Channel = Channel.WEB) -> ChatUser:
    person = InMemoryDesk(channel=channel).new_user()
    if lines:
        person.fill_report(*lines)
    return person


def test_a_whole_report_is_filed_and_gives_a_receipt() -> None:
    person = start_report(*WHOLE_REPORT)
    said = person.pick("ส่งเรื่อง")
    (case,) = person.desk.filed_cases
    assert case.category == "corruption"
    assert case.answers["accused"] == "เจ้าหน้าที่พัสดุคนหนึ่ง กลุ่มอำนวยการ"
    assert case.notice_version == compute_notice_version(OFFICE)
    assert not case.concerns_head
    assert not case.identity
    assert person.receipt == case.receipt.formatted
    assert "7 ธันวาคม 2569" in said


@pytest.mark.parametrize("channel", list(Channel))
def test_before_the_first_word_all_is_said(channel: Channel) -> None:
    said = start_report(channel=channel).say("แจ้งเรื่อง")
    for words in ("มาตรา 24(4)", "บัตรสนเท่ห์", "wbs.nacc.go.th", "1206", "ความเท็จ", "365 วัน", "สิทธิของท่าน"):
        assert words in said
    knows = channel in {Channel.TELEGRAM, Channel.LINE}
    assert ("รู้ว่าท่านเป็นใครและเก็บ" in said) == knows
    assert ("อยู่นอกประเทศไทย" in said) == knows


@pytest.mark.parametrize("channel", [Channel.TELEGRAM, Channel.LINE])
def test_who_is_told_that_the_web_page_is_safer_is_told_where_it_is(channel: Channel) -> None:
    stage = InMemoryDesk(ComplaintsDesk(OFFICE, site_url="https://report.example.go.th/"), channel=channel)
    said = stage.new_user().say("แจ้งเรื่อง")
    assert "ให้แจ้งทางหน้าเว็บ https://report.example.go.th/report\n" in said
    assert "{site}" not in start_report(channel=channel).say("แจ้งเรื่อง")


def test_the_name_goes_into_an_envelope_of_its_own() -> None:
    person = start_report(*WHOLE_REPORT[:-1], "[บอกชื่อ]", "สมหญิง ใจกล้า", "โทร 000")
    person.pick("ส่งเรื่อง")
    (case,) = person.desk.filed_cases
    assert case.identity == {"name": "สมหญิง ใจกล้า", "contact": "โทร 000"}
    assert not {"name", "contact"} & case.answers.keys()


def test_a_name_taken_back_is_not_filed() -> None:
    person = start_report(*WHOLE_REPORT[:-1], "[บอกชื่อ]", "สมหญิง ใจกล้า", "โทร 000")
    person.fill_report("[แก้ไข]", "[การบอกชื่อ]", "[ไม่บอกชื่อ]", "[ส่งเรื่อง]")
    (case,) = person.desk.filed_cases
    assert not case.identity
    assert "สมหญิง" not in str(case.answers)


@pytest.mark.parametrize(("label", "alternate"), [("ใช่", True), ("ไม่ใช่", False), ("ไม่แน่ใจ", False)])
def test_the_head_is_accused(label: str, *, alternate: bool) -> None:
    person = start_report(*WHOLE_REPORT[:-2])
    said = person.pick(label)
    assert ("รับดูแลเรื่องนี้ไม่ได้" in said) == ("wbs.nacc.go.th" in said) == alternate
    person.fill_report(*(["[ยังต้องการส่งที่นี่]"] if alternate else []), "[ไม่บอกชื่อ]", "[ส่งเรื่อง]")
    assert person.desk.filed_cases[0].concerns_head is alternate


def test_any_answer_can_be_changed_at_the_review() -> None:
    person = start_report(*WHOLE_REPORT)
    said = person.fill_report("[แก้ไข]", "[ที่ไหน]", "โรงอาหาร")
    assert "ที่ไหน: โรงอาหาร" in said
    said = person.fill_report("[แก้ไข]", "[ประเภท]", "[ประพฤติมิชอบ]")
    assert "ประเภท: ประพฤติมิชอบ" in said
    said = person.fill_report("[แก้ไข]", "[เหตุการณ์]", "และยังมีอีกครั้งหนึ่งเมื่อเดือนก่อน", "[เสร็จแล้ว]")
    assert "อีกครั้งหนึ่ง" in said
    assert "ร้อยละสิบ" in said
    said = person.fill_report("[แก้ไข]", "[คนที่ท่านแจ้ง]", "[ย้อนกลับ]")
    assert "โปรดตรวจก่อนส่ง" in said


def test_back_keeps_what_was_answered() -> None:
    person = start_report(*WHOLE_REPORT[:7])
    assert "เกิดขึ้นเมื่อไร" in person.messages[-1].text
    person.pick("ย้อนกลับ")
    assert "ไปต่อ" in person.labels
    assert "เกิดขึ้นเมื่อไร" in person.pick("ไปต่อ")
    assert person.session.answers["accused"]


def test_words_serve_as_well_as_buttons() -> None:
    person = start_report(
        "แจ้งเรื่อง", "ตกลง", "1", "มีการเรียกรับเงินจากผู้ปกครองในการรับสมัครนักเรียน", "เสร็จ", "ข้าม", "ไม่แน่ใจ"
    )
    said = person.fill_report("ข้าม", "ไม่มีหลักฐาน", "ข้าม", "ไม่เคย", "ข้าม", "๒", "1", "ส่ง")
    assert "รหัสติดตามของท่าน" in said
    assert person.desk.filed_cases[0].answers["when"] == "unsure"


def test_english_at_any_moment() -> None:
    person = start_report(*TO_STORY)
    assert "What happened" in person.say("English")
    assert "Done" in person.say("Money was asked for at the admission desk") or "Done" in person.labels
    assert "ใครทำ" in person.fill_report("[Done]", "ภาษาไทย")


def test_one_who_writes_english_is_answered_in_english() -> None:
    assert "This is the channel" in start_report().say("hello")
    assert "สวัสดี" in start_report().say("/start")


def test_cancel_asks_first() -> None:
    person = start_report(*TO_EVIDENCE)
    person.send_file()
    assert "ลบ" in person.pick("ยกเลิก")
    assert "หลักฐาน" in person.pick("กรอกต่อ")
    person.say("/cancel")
    said = person.pick("ลบร่าง")
    assert "ไม่มีอะไรถูกส่ง" in said
    assert not person.session.has_draft
    assert len(person.desk.dropped_file_ids) == 1
    assert not person.desk.filed_cases


def test_start_in_the_middle_offers_to_go_on() -> None:
    person = start_report(*TO_EVIDENCE)
    for command in ("/start", "แจ้งเรื่อง", "/track", "/start track"):
        assert "ค้างอยู่" in person.say(command)
    assert "มีหลักฐานไหม" in person.pick("กรอกต่อ")


def test_privacy_and_help_come_back_to_the_question() -> None:
    person = start_report(*TO_STORY)
    assert "เกิดอะไรขึ้น" in person.say("ความเป็นส่วนตัว")
    assert "เกิดอะไรขึ้น" in person.say("/help")


def test_a_draft_lapses_after_thirty_idle_minutes_and_the_person_is_told() -> None:
    person = start_report(*TO_EVIDENCE)
    person.send_file()
    person.desk.advance_clock(minutes=29, seconds=59)
    assert "30 นาที" not in person.say("ภาพอยู่ในโทรศัพท์ของเพื่อนร่วมงาน")
    person.desk.advance_clock(minutes=30)
    said = person.say("เล่าต่อว่ามีการเรียกเงินอีกครั้งหนึ่ง")
    assert "ร่างเดิมจึงถูกลบ" in said
    assert "พักไว้" in said
    assert person.session.answers == {}
    assert person.session.unconfirmed == UnconfirmedText("เล่าต่อว่ามีการเรียกเงินอีกครั้งหนึ่ง", memory_only=True)
    assert isinstance(person.desk.acts[-1], DeleteFiles)


def test_a_draft_that_the_clock_swept_is_told_of_too() -> None:
    person = start_report(*TO_EVIDENCE)
    swept = replace(person.session, topic=DialogTopic.LAPSED, answers={}, files=())
    person.desk.sessions[person.who] = swept
    assert "ร่างเดิมจึงถูกลบ" in person.say("สวัสดี")
    assert "ร่างเดิมจึงถูกลบ" not in person.say("สวัสดี")


def test_an_idle_menu_lapses_without_a_word() -> None:
    person = start_report("สวัสดี")
    person.desk.advance_clock(hours=2)
    assert "30 นาที" not in person.say("สวัสดี")


def test_words_before_the_form_go_into_the_report() -> None:
    person = start_report()
    assert "พักไว้" in person.say("ผู้อำนวยการเรียกเงินค่ารับนักเรียน")
    said = person.fill_report("[แจ้งเรื่อง]", "[รับทราบ เริ่มแจ้งเรื่อง]", "[ทุจริตต่อหน้าที่]")
    assert "เก็บไว้แล้ว" in said
    assert person.session.answers["story"] == "ผู้อำนวยการเรียกเงินค่ารับนักเรียน"


def test_a_story_told_at_a_choice_is_asked_about() -> None:
    person = start_report(*WHOLE_REPORT[:3])
    said = person.say("ผู้อำนวยการเรียกเงินค่ารับนักเรียน")
    assert "ยังไม่ได้เก็บ" in said
    assert person.session.answers == {}
    said = person.pick("เพิ่มในเหตุการณ์ที่เล่า")
    assert "เพิ่มข้อความนี้ในเหตุการณ์" in said
    assert "ประเภทใด" in said
    assert "ไม่มีตัวเลือก" in person.say("9")


def test_a_story_told_at_the_review_or_notice_is_asked_about() -> None:
    person = start_report(*WHOLE_REPORT)
    assert "และเมื่อวานก็เกิดขึ้นอีก" in person.say("และเมื่อวานก็เกิดขึ้นอีกครั้ง")
    assert "โปรดตรวจก่อนส่ง" in person.pick("ไม่เก็บข้อความนี้")
    assert "เมื่อวานก็เกิดขึ้นอีก" not in person.messages[-1].text
    other = start_report("แจ้งเรื่อง")
    assert "ยังไม่ได้ส่งถึงใคร" in other.say("ผู้อำนวยการเรียกเงินค่ารับนักเรียน")
    assert "เลือกจากรายการ" in other.fill_report("[รับทราบ เริ่มแจ้งเรื่อง]", "ยกเลิก", "อะไร")


def test_a_file_where_a_text_is_asked_and_the_reverse() -> None:
    person = start_report(*TO_STORY)
    assert "เก็บไฟล์ไว้เป็นหลักฐานให้แล้ว" in person.send_file("บันทึก.pdf")
    person.fill_report(*WHOLE_REPORT[4:9])
    said = person.say("เอกสารฉบับนี้อยู่ที่ตู้หมายเลขสาม")
    assert "คำอธิบายหลักฐาน" in said
    assert "บันทึก.pdf" in person.fill_report("[เสร็จแล้ว]", *WHOLE_REPORT[10:])


@pytest.mark.parametrize("problem", list(FileProblem))
def test_a_file_that_could_not_be_kept_is_named_with_the_reason(problem: FileProblem) -> None:
    person = start_report(*TO_EVIDENCE)
    said = person.send_file("งบ.xlsx", problem=problem)
    assert "งบ.xlsx" in said
    assert "ยังไม่ได้เก็บ" in said
    assert "มีหลักฐานไหม" in said
    assert not person.session.files
    assert "ยังไม่ได้เก็บ" in start_report().send_file("งบ.xlsx", problem=problem)


def test_twenty_files_and_no_more() -> None:
    person = start_report(*TO_EVIDENCE)
    for _ in range(20):
        assert "แล้ว" in person.send_file()
    assert "ไม่เกิน 20 ไฟล์" in person.send_file()
    assert len(person.session.files) == 20
    assert "ลบไฟล์ที่ส่งไว้ทั้งหมด" in person.pick("ลบไฟล์ทั้งหมด")
    assert len(person.desk.dropped_file_ids) == 20
    assert "ตามเนื้อไฟล์จริง" in person.send_file(misnamed=True)


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01", "\u202e\u202d", "\u200b"])
def test_nothing_at_all(text: str) -> None:
    person = start_report(*TO_STORY)
    assert "ว่างเปล่า" in person.say(text)
    assert "story" not in person.session.answers


def test_too_short_is_kept_and_asked_for_more() -> None:
    person = start_report(*TO_STORY)
    person.say("ก")
    assert "ยังสั้นไป" in person.pick("เสร็จแล้ว")
    assert person.session.answers["story"] == "ก"
    assert "เล่าใหม่ได้เลย" in person.pick("เล่าใหม่")


def test_emoji_only() -> None:
    person = start_report(*TO_STORY)
    assert "ยังไม่มีตัวอักษร" in person.say("😡😡😡")
    assert person.session.answers["story"] == "😡😡😡"
    person.fill_report("เจ้าหน้าที่เรียกรับเงินจากผู้ปกครอง", "[เสร็จแล้ว]")
    assert "ยังไม่มีตัวอักษร" in person.say("😡")
    assert "เมื่อไร" in person.pick("ไปต่อ")


def test_twenty_five_thousand_characters_are_all_kept() -> None:
    person = start_report(*TO_STORY)
    text = "".join(chr(0x0E01 + i % 40) for i in range(25_000))
    said = person.say(text)
    assert "20,000" in said
    assert "5,000" in said
    assert person.session.answers["story"] + person.desk.kept_texts[0].text == text
    assert len(person.session.answers["story"]) == 20_000
    assert "ไม่มีอะไรหาย" in person.say("อีกหนึ่งประโยค")
    assert person.desk.kept_texts[1].text == "\nอีกหนึ่งประโยค"


def test_hidden_characters_go_and_unreadable_ones_are_told() -> None:
    person = start_report(*TO_STORY)
    said = person.say("เรียกรับ\u202eเงิน\x00จากผู้รับ\ufffdเหมา")
    assert "2 ตัว" in said
    assert "1 ตัวอักษรที่อ่านไม่ได้" in said
    assert person.session.answers["story"] == "เรียกรับเงินจากผู้รับ\ufffdเหมา"


def test_a_choice_of_an_old_message() -> None:
    person = start_report(*WHOLE_REPORT[:3])
    old = dict(person.messages[-1].choices)
    person.pick("ทุจริตต่อหน้าที่")
    said = person.send_event(choice=old["ประพฤติมิชอบ"])
    assert "คำถามก่อนหน้า" in said
    assert "เกิดอะไรขึ้น" in said
    assert person.session.answers["category"] == "corruption"


@pytest.mark.parametrize(
    "choice", ["", ".", "1.x", "999.accept", "-1.", "๑.yes", "/nothing", "x" * 5000, "\x00"]
)
def test_a_choice_that_was_never_offered(choice: str) -> None:
    for lines in ((), ("สวัสดี",), TO_STORY, WHOLE_REPORT, ("แจ้งเรื่อง",), ("ติดตาม",)):
        person = start_report(*lines)
        assert person.send_event(choice=choice)


def test_a_repeated_question_keeps_its_buttons_alive() -> None:
    person = start_report(*WHOLE_REPORT[:3])
    first = dict(person.messages[-1].choices)
    person.say("9")
    assert "เกิดอะไรขึ้น" in person.send_event(choice=first["ทุจริตต่อหน้าที่"])


def test_a_day_that_has_not_come() -> None:
    person = start_report(*WHOLE_REPORT[:7])
    assert "ยังมาไม่ถึง" in person.say("1 ม.ค. 2571")
    assert "เข้าใจว่า 1 มกราคม 2569" in person.say("1 ม.ค. 2569")
    assert "ตามที่พิมพ์" in start_report(*WHOLE_REPORT[:7]).say("ช่วงก่อนเปิดเทอม")


def test_a_report_without_its_needed_answers_is_not_filed() -> None:
    person = start_report(*WHOLE_REPORT)
    kept = {k: v for k, v in person.session.answers.items() if k != "story"}
    person.desk.sessions[person.who] = replace(person.session, answers=kept)
    assert "ยังขาดข้อนี้" in person.pick("ส่งเรื่อง")
    assert not any(isinstance(act, FileCase) for act in person.desk.acts)


def test_a_long_answer_is_shortened_in_the_review_only() -> None:
    person = start_report(*TO_STORY, "รายละเอียด " * 200, *WHOLE_REPORT[5:])
    assert "ตัวอักษร)" in person.messages[-1].text
    person.pick("ส่งเรื่อง")
    assert len(person.desk.filed_cases[0].answers["story"]) > 2000


def test_a_report_that_is_full_of_files_gives_the_rest_of_a_text_back() -> None:
    person = start_report(*TO_STORY)
    text = "".join(chr(0x0E01 + i % 40) for i in range(25_000))
    for _ in range(20):
        person.say(text)
    assert len(person.session.files) == 20
    said = person.say("อีกหนึ่งประโยคที่ไม่มีที่เก็บ")
    assert "ยังไม่ได้เก็บ" in said
    assert (len(person.session.files), len(person.desk.kept_texts)) == (20, 20)


def test_somebody_who_still_types_keeps_the_draft() -> None:
    person = start_report(*TO_STORY)
    person.say("เจ้าหน้าที่พัสดุเรียกรับเงิน")
    for _ in range(3):
        person.desk.advance_clock(minutes=25)
        assert person.send_event(choice="/touch") == ""
    person.desk.advance_clock(minutes=29)
    assert "เก็บไว้แล้ว" in person.say("อีกหนึ่งประโยค")
    person.desk.advance_clock(minutes=31)
    assert person.send_event(choice="/touch") == ""
    assert "ลบ" in person.say("อีกหนึ่งประโยค")
