"""BM25 over segmented words, for `benchmarks.faq`.

One line of JSON in, one line out. The first line is the list of entries.
"""

import json
import sys
from collections import Counter, defaultdict
from math import log

from pythainlp.tokenize import word_tokenize

K1, B = 1.2, 0.75


def split_words(text: str) -> list[str]:
    """Segment a text into words, without white space."""
    return [
        word for word in word_tokenize(text.casefold(), engine="newmm", keep_whitespace=False) if word.strip()
    ]


def main() -> None:
    """Answer questions until the input ends."""
    base = json.loads(sys.stdin.readline())
    print("[]", flush=True)
    word_counts = [Counter(split_words(text)) for _, text in base]
    mean = sum(words.total() for words in word_counts) / len(word_counts)
    postings = defaultdict(list)
    for number, words in enumerate(word_counts):
        length_norm = K1 * (1 - B + B * words.total() / mean)
        for word, frequency in words.items():
            postings[word].append((number, frequency * (K1 + 1) / (frequency + length_norm)))
    for line in sys.stdin:
        scores: dict[int, float] = defaultdict(float)
        for word in set(split_words(json.loads(line))):
            matches = postings.get(word, [])
            weight = log(1 + (len(base) - len(matches) + 0.5) / (len(matches) + 0.5))
            for number, score in matches:
                scores[number] += weight * score
        best = sorted(scores, key=lambda number: -scores[number])[:3]
        print(json.dumps([base[number][0] for number in best]), flush=True)


if __name__ == "__main__":
    main()
