"""BM25 over segmented words, for `benchmarks.faq`: a line of JSON in, a line out; the first line is the base."""

import json
import sys
from collections import Counter, defaultdict
from math import log

from pythainlp.tokenize import word_tokenize

K1, B = 1.2, 0.75


def split_words(text: str) -> list[str]:
    """The words of a text."""
    return [
        word for word in word_tokenize(text.casefold(), engine="newmm", keep_whitespace=False) if word.strip()
    ]


def main() -> None:
    """Answer until the input ends."""
    base = json.loads(sys.stdin.readline())
    print("[]", flush=True)
    counted = [Counter(split_words(text)) for _, text in base]
    mean = sum(words.total() for words in counted) / len(counted)
    places = defaultdict(list)
    for number, words in enumerate(counted):
        held = K1 * (1 - B + B * words.total() / mean)
        for word, often in words.items():
            places[word].append((number, often * (K1 + 1) / (often + held)))
    for line in sys.stdin:
        scores: dict[int, float] = defaultdict(float)
        for word in set(split_words(json.loads(line))):
            standing = places.get(word, [])
            weight = log(1 + (len(base) - len(standing) + 0.5) / (len(standing) + 0.5))
            for number, score in standing:
                scores[number] += weight * score
        best = sorted(scores, key=lambda number: -scores[number])[:3]
        print(json.dumps([base[number][0] for number in best]), flush=True)


if __name__ == "__main__":
    main()
