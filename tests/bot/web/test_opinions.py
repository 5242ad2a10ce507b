"""/opinions over real HTTP, from a source in memory."""

import http.client
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.consultations.public_view import build_results_json, decode_results
from ita_stats.opinions.json_schema import parse_results
from ita_stats.opinions.render import render_results_file
from tests.bot.consultations.opinion_source import (
    CLOSED_CONSULTATION,
    FUTURE_CONSULTATION,
    OPEN_CONSULTATION,
    UNCOUNTED_CONSULTATION,
    InMemoryOpinionSource,
    make_opinion_source,
    serve_opinion_pages,
)
from tests.end_to_end.server_process import start_server
from tests.ita_stats.opinions.sample_consultation import (
    SAMPLE_CONSULTATION,
    SAMPLE_THEMES,
    TERMS,
    make_responses,
    make_results,
)

Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(scope="module")
def memory() -> InMemoryOpinionSource:
    return make_opinion_source()


@pytest.fixture(scope="module")
def address(memory: InMemoryOpinionSource) -> Iterator[str]:
    with serve_opinion_pages(memory) as one:
        yield one


def get(address: str, path: str) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    connection.request("GET", path)
    answer = connection.getresponse()
    told = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return told


def text(address: str, path: str) -> str:
    status, _, content = get(address, path)
    assert status == 200, path
    return content.decode()


def test_the_list_leads_to_what_is_open_and_to_what_came_of_the_rest(address: str) -> None:
    told = text(address, "/opinions")
    for words in (
        OPEN_CONSULTATION.title,
        UNCOUNTED_CONSULTATION.title,
        CLOSED_CONSULTATION.title,
        "ผู้ให้ความเห็น 240 คน",
        "กำลังสรุปผล",
    ):
        assert words in told
    assert FUTURE_CONSULTATION.title not in told
    assert 'href="/opinion?c=OPEN1"' in told
    assert f'href="/opinions/{CLOSED_CONSULTATION.code}"' in told
    promised, kept = told.index("ยังต้องทำ"), told.index("ที่ทำแล้ว")
    assert promised < told.index("ขอให้เปิดวันเสาร์") < kept < told.index("ที่จอดรถไม่พอ")


def test_standing_opinions_by_topic_and_fiscal_year(address: str) -> None:
    told = text(address, "/opinions")
    assert "ปีงบประมาณ พ.ศ. 2568" in told
    assert "ตุลาคม 2567 ถึง มีนาคม 2568" in told
    assert "เมษายน 2568 ถึง มิถุนายน 2568" in told
    assert "การให้บริการประชาชน" in told
    assert "48 คน" in told
    assert told.count("40 คน เฉลี่ย 3.5") == 2
    assert told.count('<td class="number">8 คน</td>') == 2  # so few that a mean would reveal scores


def test_english(address: str) -> None:
    told = text(address, "/opinions?lang=en")
    assert "Opinions on the office&#39;s work, fiscal year 2568" in told
    assert 'href="/opinion?c=OPEN1&amp;lang=en"' in told
    assert "You said – we did" in text(address, f"/opinions/{CLOSED_CONSULTATION.code}?lang=en")


def test_a_closed_consultation_has_its_results_and_files(address: str, memory: InMemoryOpinionSource) -> None:
    told = text(address, f"/opinions/{CLOSED_CONSULTATION.code}")
    links = re.findall(rf'href="(/opinions/{CLOSED_CONSULTATION.code}/[^"]+)"', told)
    assert [link.rpartition(".")[2] for link in links] == ["pdf", "csv", "json"]
    found = memory.results_by_code[CLOSED_CONSULTATION.code]
    for link in links:
        status, headers, content = get(address, link)
        assert (status, headers["x-content-type-options"]) == (200, "nosniff")
        assert content == render_results_file(found, link.rpartition("/")[2])
    assert parse_results(get(address, links[2])[2]) == found
    assert (
        json.loads(get(address, f"/opinions/{CLOSED_CONSULTATION.code}/results.schema.json")[2])["title"]
        == "ResultsJson"
    )


@pytest.mark.parametrize(("code", "words"), [("OPEN1", "ร่วมให้ความเห็น"), ("WAIT1", "กำลังสรุปผล")])
def test_one_without_results_says_where_it_stands(code: str, words: str, address: str) -> None:
    told = text(address, f"/opinions/{code}")
    assert words in told
    assert "%)" not in told
    assert text(address, f"/opinions/{code}?lang=en")


def test_the_background_of_one_that_has_opened(address: str, memory: InMemoryOpinionSource) -> None:
    memory.pdf_by_code |= {OPEN_CONSULTATION.code: b"%PDF-1", FUTURE_CONSULTATION.code: b"%PDF-2"}
    status, headers, content = get(address, f"/opinions/{OPEN_CONSULTATION.code}/background.pdf")
    assert (status, headers["content-type"], content) == (200, "application/pdf", b"%PDF-1")
    assert get(address, f"/opinions/{FUTURE_CONSULTATION.code}/background.pdf")[0] == 404
    assert get(address, f"/opinions/{UNCOUNTED_CONSULTATION.code}/background.pdf")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/opinions/NONE", "/opinions/LATER", "/opinions/OPEN1/results.pdf", "/opinions/K7Q2/voices.csv",
        "/opinions/K7Q2/index.html", "/opinions/..%2f..%2fetc/passwd", "/opinions/K7Q2/results.pdf/x",
    ],
)  # fmt: skip
def test_what_is_not_published_is_not_there(path: str, address: str) -> None:
    assert get(address, path)[0] == 404


@pytest.mark.parametrize("path", ["/opinions", "/opinions/K7Q2", "/opinions/OPEN1"])
def test_the_offices_website_may_frame_it_and_nobody_else(path: str, address: str) -> None:
    _, headers, _ = get(address, path)
    assert headers["content-security-policy"].endswith("frame-ancestors 'self' https://www.example.com")
    assert "x-frame-options" not in headers
    assert "set-cookie" not in headers
    assert headers["cache-control"] == "public, max-age=60"


def test_files_are_framed_by_nobody(address: str) -> None:
    assert (
        "frame-ancestors 'none'" in get(address, "/opinions/K7Q2/results.pdf")[1]["content-security-policy"]
    )


def test_all_opinions_are_read_once_a_day(address: str, memory: InMemoryOpinionSource) -> None:
    for _ in range(3):
        text(address, "/opinions")
    assert memory.read_count <= 2  # midnight may pass


def test_an_office_that_asked_nobody_says_how_to_take_part() -> None:
    with serve_opinion_pages(InMemoryOpinionSource()) as address:
        told = text(address, "/opinions")
    assert "ให้ความเห็นได้ทางหน้าเว็บนี้" in told
    assert 'href="/opinion"' in told
    assert "ยังไม่มีเรื่องที่ปิดรับฟัง" in told


def test_what_is_kept_at_the_closing_is_shown_with_later_answers() -> None:
    kept = build_results_json(SAMPLE_CONSULTATION, make_responses(240), SAMPLE_THEMES, TERMS)
    assert decode_results(kept, SAMPLE_THEMES) == make_results()
    done = replace(SAMPLE_THEMES[1], voices=99, done=date(2027, 3, 1))
    after = decode_results(kept, (SAMPLE_THEMES[0], done))
    assert (after.themes[1].voices, after.themes[1].done) == (18, date(2027, 3, 1))
    assert after.questions == make_results().questions


def test_the_program_itself_serves_it_and_the_home_page_leads_there(tmp_path: Path) -> None:
    running = start_server(tmp_path / "var")
    try:
        address = f"http://127.0.0.1:{running.port}"
        assert 'href="/opinions"' in text(address, "/")
        assert 'href="/opinions?lang=en"' in text(address, "/?lang=en")
        assert "ให้ความเห็นได้ทางหน้าเว็บนี้" in text(address, "/opinions")
        assert get(address, "/opinions/K7Q2")[0] == 404
    finally:
        running.stop()
