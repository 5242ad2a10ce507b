"""Texts of repeated words are read in a time that grows with their length alone, whoever writes them.

All of them together have seconds of CPU in a process of their own; one that was read in every way would take years.
"""

import itertools
import resource
import subprocess
import sys
from collections.abc import Callable

from handlers.complaints.accused.second_question import MAX_ANSWER_LENGTH, find_sharer
from handlers.thai.grammar.case_wishes import MAX_WISH_LENGTH, find_case_wish
from handlers.thai.grammar.channel_questions import (
    MAX_QUESTION_LENGTH,
    find_channel_question,
    find_question_after_account,
)
from handlers.thai.grammar.particles import repeat_words
from handlers.thai.small_talk import MAX_SMALL_TALK_LENGTH, parse_small_talk
from handlers.thai.worries import MAX_WORRY_LENGTH, find_worry, has_second_thoughts
from tests.in_memory_desk import ROOT

ALLOWED_CPU = 30
"""Seconds; what is read once takes less than two."""

_WORD_LIST = """
ครับผม ครับ ผม ตอบกลับ ตอบ กลับ ได้รับ ได้ แจ้งเรื่อง แจ้ง คำตอบ ผล เรื่อง ส่งเรื่อง กลัว ขอบคุณ เขา แล้ว ไหม นะคะ ค่ะ จะ มา ๆ
หลักฐาน อะไร รหัส ของ ทำ หา ถอน ขอ อยาก หนู ถ้าแจ้ง รู้ ว่า เป็น โดน บอก เปลี่ยนใจ ไม่กล้า แต่ ไล่ออก จริง มากๆ
"""
WORDS = tuple(_WORD_LIST.split())
READERS: tuple[tuple[Callable[[str], object], int], ...] = (
    (find_channel_question, MAX_QUESTION_LENGTH),
    (find_question_after_account, 4 * MAX_QUESTION_LENGTH),
    (find_case_wish, MAX_WISH_LENGTH),
    (find_worry, MAX_WORRY_LENGTH),
    (has_second_thoughts, MAX_WORRY_LENGTH),
    (parse_small_talk, MAX_SMALL_TALK_LENGTH),
    (find_sharer, MAX_ANSWER_LENGTH),
)


def read_repeated_words() -> None:
    """Let every reader read every repetition, within the CPU time that is allowed."""
    resource.setrlimit(resource.RLIMIT_CPU, (ALLOWED_CPU, ALLOWED_CPU))
    for read, length in READERS:
        for words in itertools.chain(zip(WORDS, strict=True), itertools.permutations(WORDS, 2)):
            read(("".join(words) * length)[: length - 1] + "ฬ")


def test_no_text_of_repeated_words_holds_a_reader() -> None:
    begin = f"from {__name__} import read_repeated_words as read; read()"
    done = subprocess.run([sys.executable, "-c", begin], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_the_longest_word_is_taken() -> None:
    assert repeat_words("ครับ ครับผม ผม") == "(?:(?>ครับผม|ครับ|ผม))*"
    assert repeat_words("ครับ", signs="[?!]") == "(?:(?>ครับ|[?!]))*"
