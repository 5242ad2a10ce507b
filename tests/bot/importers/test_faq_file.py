"""The FAQ as a file: a tracking code in it is refused."""

import pytest

from bot.importers.faq_file import FaqFileError, parse_faq

ENTRY = '[[entry]]\nid = "a"\nquestion = "ติดตามได้ที่ไหน"\nanswer = "พิมพ์รหัส {code} ในแชต"\n'


def test_a_file_with_a_tracking_code_is_refused() -> None:
    (entry,) = parse_faq(ENTRY.replace("{code}", "17 ตัว"), "faq.toml", is_csv=False)
    assert entry.answer == "พิมพ์รหัส 17 ตัว ในแชต"
    with pytest.raises(FaqFileError, match=r"faq\.toml:1: มีรหัสติดตามอยู่") as refused:
        parse_faq(ENTRY.replace("{code}", "HD99-FDTG-J8YE-PFZX-6"), "faq.toml", is_csv=False)
    assert "HD99" not in str(refused.value)


def test_words_in_braces_that_nothing_fills_are_refused() -> None:
    with pytest.raises(FaqFileError, match=r"faq\.toml:1: answer: ไม่รู้จัก / unknown: telephone; .*\{phone\}"):
        parse_faq(ENTRY.replace("{code}", "{phone} {telephone}"), "faq.toml", is_csv=False)
