"""Compare our FAQ search with two others on one evaluation set: `python -m benchmarks.faq ASK.json BASE.json`.

The files are those of `ita-bot faq eval`. The others are SQLite's FTS5 with trigrams, and BM25 over words segmented
by PyThaiNLP (`make .venv/peers.done`).
"""

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.tables import Table
from bot.cli.faq_eval import EVALUATION_ENTRIES, EVALUATION_QUESTIONS, EvaluationEntry, EvaluationQuestion
from handlers.questions.search_index import IndexedEntry, NgramIndex

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".venv" / "peers" / "bin" / "python"
SEPARATE = re.compile(r"[^\w\u0e00-\u0e7f]+")
Finder = Callable[[str], Sequence[str]]


def build_our_finder(base: Sequence[EvaluationEntry]) -> Finder:
    """Our character n-gram index."""
    index = NgramIndex.build(IndexedEntry(text.id, (text.text,)) for text in base)
    return lambda question: [found.id for found in index.rank(question, 3)]


def build_trigram_finder(base: Sequence[EvaluationEntry]) -> Finder:
    """SQLite FTS5: every trigram of the question, joined with OR."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE base USING fts5(id UNINDEXED, text, tokenize='trigram')")
    database.executemany("INSERT INTO base VALUES (?, ?)", [(text.id, text.text) for text in base])

    def find(question: str) -> list[str]:
        plain = SEPARATE.sub(" ", question)
        runs = dict.fromkeys(word[at : at + 3] for word in plain.split() for at in range(len(word) - 2))
        wanted = " OR ".join(f'"{run}"' for run in runs)
        query = "SELECT id FROM base WHERE base MATCH ? ORDER BY rank LIMIT 3"
        return [row[0] for row in database.execute(query, (wanted,))] if runs else []

    return find


def build_word_finder(base: Sequence[EvaluationEntry]) -> Finder:
    """BM25 over words, in a separate interpreter that has a word segmenter."""
    worker = subprocess.Popen(
        [PEERS, ROOT / "benchmarks" / "faq_words.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    requests, replies = worker.stdin, worker.stdout

    def exchange_line(what: object) -> list[str]:
        requests.write(json.dumps(what) + "\n")
        requests.flush()
        return list(json.loads(replies.readline()))

    exchange_line([(text.id, text.text) for text in base])
    return exchange_line


def measure_finder(name: str, find: Finder, questions: Sequence[EvaluationQuestion]) -> list[str]:
    """Ask all questions; returns recall and latency as a row of the table."""
    hits_at_1 = hits_at_3 = 0
    times = list[float]()
    for question in questions:
        started = time.perf_counter()
        found = list(find(question.question))
        times.append((time.perf_counter() - started) * 1000)
        hits_at_1 += found[:1] == [question.expected]
        hits_at_3 += question.expected in found[:3]
    times.sort()
    count = len(questions)
    hits = f"{hits_at_1 / count:.4f}", f"{hits_at_3 / count:.4f}"
    return [name, *hits, f"{times[count // 2]:.2f}", f"{times[count * 95 // 100]:.2f}"]


def main(ask: str, base: str) -> None:
    """Measure all three in one run."""
    questions = [
        one for one in EVALUATION_QUESTIONS.validate_json(Path(ask).read_bytes()) if one.expected is not None
    ]
    texts = EVALUATION_ENTRIES.validate_json(Path(base).read_bytes())
    finders = {"ours": build_our_finder(texts), "SQLite FTS5 trigram": build_trigram_finder(texts)}
    if PEERS.exists():
        finders["BM25 of PyThaiNLP's words"] = build_word_finder(texts)
    title = f"FAQ: {len(questions)} questions, {len(texts)} entries"
    rows = [measure_finder(name, find, questions) for name, find in finders.items()]
    print(Table(title, ("", "R@1", "R@3", "p50 ms", "p95 ms"), rows).format_text())


if __name__ == "__main__":
    main(*sys.argv[1:])
