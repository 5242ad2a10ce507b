"""Stop words of questions, which say nothing about the subject: how, when, where, may I, please.

Thai has no spaces, so they are found anywhere. One inside another word makes that word count less, but equally in the
question and in what it is compared with.
"""

import re

from handlers.thai.grammar.particles import PLAIN_PARTICLES

QUESTION_WORDS = (
    "ยังไง ยังงัย อย่างไร ทำไง ไงดี ไหม มั้ย มัย หรือไม่ หรือเปล่า หรือป่าว ป่าว เปล่า ทำไม กี่ ใคร ไร"
    " ที่ไหน ตรงไหน แถวไหน จากไหน ทางไหน วันไหน ช่วงไหน เมื่อไหร่ เมื่อไร เมื่อใด เท่าไหร่ เท่าไร เท่าใด อะไร"
)
FUNCTION_WORDS = (
    "บ้าง ต้อง ควร สามารถ ได้ จะ อยาก แล้ว ก็ ด้วย ดี อยู่ เป็น คือ มี ให้ ใช้ ไป มา เข้า ไว้ ยัง ไม่ ทำ ขอ"
    " ของ ที่ ใน จาก กับ และ หรือ ถึง ว่า ซึ่ง โดย ถ้า ตอน นี้ นั้น ปีนี้ ปัจจุบัน ผม หนู ดิฉัน ฉัน เรา"
)
ENGLISH_STOPWORDS = "the what where when how which who is are do does can i to a an of in for my on at please"

STOPWORD_WEIGHT = 0.15
"""Weight of a letter of a stop word, where others have 1. Above 0, so that a question of stop words can be found."""


def _sort_longest_first(words: str) -> list[str]:
    # Decomposed ำ, as in `handlers.questions.search_index.split_ngrams`.
    return sorted(words.replace("\u0e33", "\u0e4d\u0e32").split(), key=len, reverse=True)


_THAI_ALTERNATIVES = "|".join(_sort_longest_first(f"{QUESTION_WORDS} {FUNCTION_WORDS} {PLAIN_PARTICLES}"))
_STOPWORD = re.compile(rf"{_THAI_ALTERNATIVES}|\b(?:{'|'.join(_sort_longest_first(ENGLISH_STOPWORDS))})\b")


def weigh_letters(word: str) -> list[float]:
    """Return the weight of each letter of a word: 1, or `STOPWORD_WEIGHT`.

    word: normalized as in `handlers.questions.search_index`: NFKC, case folded.
    """
    weights = [1.0] * len(word)
    for found in _STOPWORD.finditer(word):
        start, end = found.span()
        weights[start:end] = [STOPWORD_WEIGHT] * (end - start)
    return weights
