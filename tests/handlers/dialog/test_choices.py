"""What a tap, a number or a typed label picks, disturbed as people do it."""

import pytest

from handlers.dialog.choices import (
    SCALE_OPTIONS,
    STALE,
    UNCLEAR,
    Option,
    ParsedChoice,
    StaleChoice,
    UnclearChoice,
    make_options,
    parse_choice,
    to_choices,
)
from handlers.dialog.events import Lang
from handlers.dialog.replies import Choice
from handlers.dialog.session import Session
from handlers.office import Bilingual
from tests.run_decision import make_event

SESSION = Session(prompt_number=7)
OPTIONS = (
    Option("corruption", Bilingual(th="ทุจริตต่อหน้าที่", en="Corruption")),
    *make_options(("skip", "back", "cancel")),
)


@pytest.mark.parametrize(
    ("typed", "picked"),
    [
        ("1", "corruption"),
        ("๑", "corruption"),
        (" ๔ ", "cancel"),
        ("4.", "cancel"),
        ("0", None),
        ("5", None),
        ("-1", None),
        ("1.5", None),
        ("00002", None),
        ("๑๒๓๔๕", None),
        ("ทุจริตต่อหน้าที่", "corruption"),
        ("  ทุจริตต่อหน้าที่ ", "corruption"),
        ("ทุจริตต่อหน้าที่ครับ", "corruption"),
        ("ขอเลือก ทุจริตต่อหน้าที่ นะคะ", "corruption"),
        ("ทุจริตต่อหน้าทึ่", "corruption"),
        ("ข้อ 2", "skip"),
        ("ข้อสอง", "skip"),
        ("เลือก ๒ ครับ", "skip"),
        ("ตัวเลือกที่ 1", "corruption"),
        ("อันแรก", "corruption"),
        ("2)", "skip"),
        ("ข้าม", "skip"),
        ("/ข้าม", "skip"),
        ("ข้าม!", "skip"),
        ("SKIP", "skip"),
        ("กลับ", "back"),
        ("ย้อนกลับ", "back"),
        ("เลิก", "cancel"),
        ("ยกเลิก", "cancel"),
        ("ส่ง", UNCLEAR),
        ("Corruption", None),
        ("", None),
        ("   ", None),
        ("...", None),
        ("ข" * 81, None),
        ("1" * 5000, None),
    ],
)
def test_a_text_picks_by_number_label_or_synonym(typed: str, picked: ParsedChoice) -> None:
    assert parse_choice(make_event(typed), SESSION, OPTIONS, numbers=True) == picked


@pytest.mark.parametrize(
    ("typed", "lang", "picked"),
    [
        ("ไม่แน่ใจ", "th", "other"),
        ("อื่นๆ ค่ะ", "th", "other"),
        ("not sure", "en", "other"),
        ("พัสดุ", "th", None),
        ("การเงิน", "th", "money"),
    ],
)
def test_half_of_a_label_that_says_two_things_picks_where_no_other_has_it(
    typed: str, lang: Lang, picked: str | None
) -> None:
    options = (
        Option("other", Bilingual(th="อื่น ๆ หรือไม่แน่ใจ", en="Something else, or not sure")),
        Option("money", Bilingual(th="การเงินหรือพัสดุ", en="Money")),
        Option("goods", Bilingual(th="พัสดุ หรือครุภัณฑ์", en="Goods")),
    )
    session = Session(prompt_number=7, lang=lang)
    assert parse_choice(make_event(typed), session, options, numbers=True) == picked


@pytest.mark.parametrize(
    ("typed", "picked"),
    [
        ("ไม่", UNCLEAR),
        ("ไม่ใช่ครับ", UNCLEAR),
        ("ไม่มี", UNCLEAR),
        ("ข้าม", UNCLEAR),
        ("ไม่รู้ค่ะ", "other"),
        ("จำไม่ได้", "other"),
        ("ทุจริต", "corruption"),
        ("ทุจริตค่ะ", "corruption"),
        ("ประพฤติ", "misconduct"),
        ("ทุจ", None),
        ("การเงินและบัญ", "no"),
        ("การงาน", None),
    ],
)
def test_what_an_everyday_reply_means_never_picks_the_code_of_an_option_of_the_office(
    typed: str, picked: ParsedChoice
) -> None:
    options = (
        Option("corruption", Bilingual(th="ทุจริตต่อหน้าที่")),
        Option("misconduct", Bilingual(th="ประพฤติมิชอบ")),
        Option("skip", Bilingual(th="การเงิน")),
        Option("no", Bilingual(th="การเงินและบัญชี")),
        Option("other", Bilingual(th="อื่น ๆ หรือไม่แน่ใจ")),
        *make_options(("cancel",)),
    )
    assert parse_choice(make_event(typed), SESSION, options, numbers=True) == picked


@pytest.mark.parametrize("typed", ["ยังไม่ส่ง", "อย่าเพิ่งส่งนะ", "ยังไม่พร้อมค่ะ", "don't send"])
def test_who_does_not_send_yet_says_neither_yes_nor_no(typed: str) -> None:
    options = make_options(("yes", "no", "unsure"))
    assert parse_choice(make_event(typed), SESSION, options, numbers=True) is UnclearChoice.NOT_YET


@pytest.mark.parametrize("typed", ["1", "๑", "4", " 2 "])
def test_where_a_text_is_the_answer_a_number_picks_nothing(typed: str) -> None:
    assert parse_choice(make_event(typed), SESSION, OPTIONS, numbers=False) is None


def test_where_a_text_is_the_answer_a_whole_label_still_picks() -> None:
    assert parse_choice(make_event("ข้าม"), SESSION, OPTIONS, numbers=False) == "skip"


@pytest.mark.parametrize(
    ("typed", "picked"),
    [("Corruption", "corruption"), ("skip", "skip"), ("ทุจริตต่อหน้าที่", None), ("ข้าม", "skip")],
)
def test_labels_are_those_of_the_session_language_and_synonyms_of_both(
    typed: str, picked: str | None
) -> None:
    english = Session(prompt_number=7, lang="en")
    assert parse_choice(make_event(typed), english, OPTIONS, numbers=True) == picked


@pytest.mark.parametrize(
    ("data", "picked"),
    [
        ("7.skip", "skip"),
        ("7.corruption", "corruption"),
        ("6.skip", STALE),
        ("8.skip", STALE),
        ("7.done", STALE),
        ("7.", STALE),
        ("7", STALE),
        ("", STALE),
        (".skip", STALE),
        ("07.skip", STALE),
        ("๗.skip", STALE),
        ("7.skip.skip", STALE),
        ("7.SKIP", STALE),
        ("/skip", STALE),
        ("x" * 5000, STALE),
    ],
)
def test_a_tap_picks_only_what_the_present_question_offers(data: str, picked: str | StaleChoice) -> None:
    assert parse_choice(make_event(choice=data), SESSION, OPTIONS, numbers=True) == picked


def test_a_tap_wins_over_the_text_that_came_with_it() -> None:
    assert parse_choice(make_event("ข้าม", choice="7.back"), SESSION, OPTIONS, numbers=True) == "back"


@pytest.mark.parametrize(
    ("typed", "values", "picked"),
    [
        ("ข้าม", ("next",), "next"),
        ("ข้าม", ("none",), "none"),
        ("ข้าม", ("skip", "next"), "skip"),
        ("ต่อไป", ("back", "done"), "done"),
        ("เสร็จ", ("none",), "none"),
        ("เสร็จแล้ว", ("done", "none"), "done"),
        ("กลับ", ("review",), "review"),
        ("กลับ", ("stay", "leave"), "stay"),
        ("ยกเลิก", ("stay",), "stay"),
        ("ยกเลิก", ("leave",), "leave"),
        ("ส่ง", ("give",), "give"),
        ("ส่ง", ("send",), "send"),
        ("ตกลง", ("accept",), "accept"),
        ("ตกลง", ("yes",), "yes"),
        ("ครับ", ("yes", "no"), "yes"),
        ("ครับ", ("withdraw_yes", "stay"), UNCLEAR),
        ("คิดว่าไม่ใช่", ("yes", "no"), "no"),
        ("ไม่ใช่ไม่ใช่", ("yes", "no"), UNCLEAR),
        ("ไม่มีครับ", ("none", "cancel"), "none"),
        ("ยังไม่เคยค่ะ", ("never", "skip"), "never"),
        ("ไม่มี", ("never", "skip"), "never"),
        ("ไปแจ้งที่อื่นดีกว่าค่ะ", ("outside", "file_here", "back"), "outside"),
        ("ยกเลิกเลย", ("outside", "file_here", "back"), "outside"),
        ("ส่งที่นี่แหละ", ("outside", "file_here", "back"), "file_here"),
        ("ไม่ส่งแล้ว", ("outside", "file_here", "back"), "outside"),
        ("ยังไม่ส่ง", ("outside", "file_here", "back"), UnclearChoice.NOT_YET),
        ("เพิ่มเลยค่ะ", ("add_story", "drop_text"), "add_story"),
    ],
)
def test_a_synonym_means_the_first_of_its_options_that_is_offered(
    typed: str, values: tuple[str, ...], picked: ParsedChoice
) -> None:
    assert parse_choice(make_event(typed), SESSION, make_options(values), numbers=True) == picked


def test_buttons_carry_the_number_of_their_question_and_their_label() -> None:
    assert to_choices(OPTIONS[:2], SESSION) == (
        Choice("7.corruption", "literal", {"text": "ทุจริตต่อหน้าที่"}),
        Choice("7.skip", "choice.skip"),
    )
    assert to_choices(OPTIONS[:1], Session(prompt_number=8, lang="en")) == (
        Choice("8.corruption", "literal", {"text": "Corruption"}),
    )


def test_a_name_without_english_is_shown_in_thai() -> None:
    only_thai = (Option("m1", Bilingual(th="วันหยุดราชการ")),)
    english = Session(prompt_number=1, lang="en")
    assert to_choices(only_thai, english) == (Choice("1.m1", "literal", {"text": "วันหยุดราชการ"}),)
    assert parse_choice(make_event("วันหยุดราชการ"), english, only_thai, numbers=True) == "m1"


@pytest.mark.parametrize("typed", ["ไม่มีครับ", "ใช่ค่ะ", "ขอบคุณ", "โอเค", "ไม่ใช่ว่าไม่ใช่"])
def test_what_is_sent_to_somebody_is_a_message_and_not_a_choice(typed: str) -> None:
    assert (
        parse_choice(make_event(typed), SESSION, make_options(("stay",)), numbers=False, is_message=True)
        is None
    )


@pytest.mark.parametrize("typed", ["กลับ", "ยกเลิกค่ะ", "ขอออกก่อนนะคะ"])
def test_who_goes_back_from_a_message_sends_none(typed: str) -> None:
    found = parse_choice(make_event(typed), SESSION, make_options(("stay",)), numbers=False, is_message=True)
    assert found == "stay"


POINTS = (*SCALE_OPTIONS, *make_options(("skip", "back", "leave")))


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        *((str(n), n) for n in range(1, 6)),
        *((digit, n) for n, digit in enumerate("๑๒๓๔๕", start=1)),
        *((word, n) for n, word in enumerate(("หนึ่ง", "สอง", "สาม", "สี่", "ห้า"), start=1)),
        *((f"{n} คะแนน", n) for n in range(1, 6)),
        ("５", 5),
        ("ให้ 4", 4),
        ("ให้สี่ครับ", 4),
        ("4/5", 4),
        ("4 เต็ม 5 ค่ะ", 4),
        ("ห้าดาว", 5),
        ("⭐⭐⭐", 3),
        ("คะแนนเต็มเลย", 5),
        ("1 แย่", 1),
        ("แย่มาก", 1),
        ("ดีครับ", 4),
        ("ดีมากๆ", 5),
    ],
)
def test_a_number_at_a_scale_is_the_points(typed: str, points: int) -> None:
    assert parse_choice(make_event(typed), SESSION, POINTS, numbers=True) == f"score{points}"


@pytest.mark.parametrize(
    "typed", ["0", "6", "7", "8", "10", "4.5", "-1", "4/10", "5555", "ไม่ถึง 3", "1 2", "ข้อ 9"]
)
def test_what_is_not_on_the_scale_picks_nothing(typed: str) -> None:
    assert not isinstance(parse_choice(make_event(typed), SESSION, POINTS, numbers=True), str)


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("ค่อนข้างพอใจค่ะ", 0),
        ("พอใจมากครับ", 0),
        ("ก็งั้น ๆ ค่ะ", 1),
        ("พอใช้ได้ครับ", 1),
        ("ไม่ค่อยพอใจครับ", 2),
        ("ไม่พอใจเลย", 2),
        ("แย่มากค่ะ", 2),
        ("ไม่ค่อยพอใจครับ เขาไม่ตอบคำถามผม", None),
    ],
)
@pytest.mark.parametrize("values", [("satisfied", "neither", "dissatisfied"), ("good", "fair", "poor")])
def test_satisfaction_is_told_in_words_of_ones_own(
    typed: str, place: int | None, values: tuple[str, ...]
) -> None:
    options = make_options(("more", *values, "stay"))
    for is_message in (False, True):
        picked = parse_choice(make_event(text=typed), Session(), options, numbers=True, is_message=is_message)
        assert picked == (values[place] if place is not None else None)
    assert parse_choice(
        make_event(text=typed), Session(), make_options(("stay",)), numbers=True, is_message=True
    ) is None  # fmt: skip
