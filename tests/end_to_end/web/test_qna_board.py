"""The public board and the dialogue on `/ask`, on a real server, with JavaScript off."""

import asyncio
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.web.qna_board import render_board_files
from bot.web.templating import PageRenderer
from handlers.questions.faq_messages import FaqCatalogue, FaqEntry, PublishedQuestion, PublishQuestion
from tests.end_to_end.desk_harness import open_desk
from tests.end_to_end.server_process import ServerProcess, Visitor, start_server
from tests.end_to_end.terminal_driver import run_ita_bot
from tests.in_memory_desk import OFFICE

pytestmark = pytest.mark.full("a server in its own process")

POSTED = PublishedQuestion(
    "a" * 32, "ยืมเต็นท์ได้ไหม <b>", "ได้ ทำหนังสือมาก่อน 7 วัน", date(2026, 11, 2), date(2026, 11, 5)
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("board") / "var"


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[ServerProcess]:
    one = start_server(home, has_own_office=False)
    yield one
    one.stop()


def commit_acts(home: Path, *acts: PublishQuestion) -> None:
    async def work() -> None:
        async with open_desk(home, "service") as desk:
            for act in acts:
                await desk.commit_office_act(act)

    asyncio.run(work())


def test_a_question_is_asked_and_answered_on_the_web(served: ServerProcess, home: Path) -> None:
    visitor = Visitor(served.port)
    visitor.open_page("/ask")
    visitor.say("สำนักงานเปิดให้บริการวันและเวลาใด")
    assert "08.30-16.30" in visitor.page.visible_text
    visitor.say("[ไม่ตรง]")
    visitor.say("[ถามเจ้าหน้าที่]")
    code = visitor.page.receipt
    assert code
    assert {path for path, _ in visitor.cookie_jar} == {"/ask", "/opinion"}

    async def answers() -> None:
        async with open_desk(home, "service") as desk:
            await desk.answer_question(code, "เปิดวันเสาร์ด้วย")

    asyncio.run(answers())
    other = Visitor(served.port)
    other.open_page("/ask")
    other.say(code)
    assert "เปิดวันเสาร์ด้วย" in other.page.visible_text


def test_the_board(served: ServerProcess, home: Path) -> None:
    commit_acts(home, PublishQuestion("", POSTED))
    visitor = Visitor(served.port)
    shown = visitor.request("/qna")
    assert shown.status == 200
    page = shown.body
    assert "ยืมเต็นท์ได้ไหม &lt;b&gt;" in page
    assert "ถามเมื่อ 2 พฤศจิกายน 2569" in page
    assert "ใช้เวลา 3 วัน" in page
    assert "frame-ancestors 'self' http" in shown.get_header("content-security-policy")
    assert not shown.get_header("x-frame-options")
    assert visitor.request("/ask").get_header("x-frame-options") == "DENY"
    found = visitor.request("/qna?q=%E0%B9%80%E0%B8%95%E0%B9%87%E0%B8%99%E0%B8%97%E0%B9%8C").body
    assert "ยืมเต็นท์" in found
    assert "เบอร์โทรศัพท์" not in found
    assert "ไม่พบคำถามที่ใกล้เคียง" in visitor.request("/qna?q=zzzzqqqq").body
    coded = visitor.request("/qna?q=HD99-FDTG-J8YE-PFZX-6").body
    assert "รหัสติดตามไม่ใช้ค้นที่นี่" in coded
    assert "HD99" not in coded
    assert "ยืมเต็นท์" in coded
    assert "หน้าถัดไป" in page
    assert "หน้าก่อน" in visitor.request("/qna?page=2").body
    assert visitor.request(f"/qna/b.{POSTED.id}").status == 200
    assert visitor.request("/qna/b.nothing").status == 404
    answer = visitor.request("/qna/feed.xml")
    feed = answer.body
    assert answer.get_header("content-type").startswith("application/rss+xml")
    assert "&lt;b&gt;" in feed
    assert "+0700" in feed
    assert visitor.set_cookies == [c for c in visitor.set_cookies if "/ask" in c or "/opinion" in c]


def test_the_board_as_files() -> None:
    site, day = PageRenderer(OFFICE), date(2026, 11, 22)
    empty = render_board_files(site, FaqCatalogue(), day)
    assert "ยังไม่มีคำถามที่เผยแพร่" in empty["qna/index.html"].decode()
    old = FaqEntry("old", "เก่า", "x", until=date(2026, 11, 21))
    files = render_board_files(site, FaqCatalogue((old,), (POSTED,)), day, "https://service.example/ask")
    page = files["qna/index.html"].decode()
    assert "ยืมเต็นท์" in page
    assert "เก่า" not in page
    assert "https://service.example/ask" in page
    assert "<script" not in page
    assert b"<item>" in files["qna/feed.xml"]


def test_the_knowledge_base_goes_out_and_comes_in(home: Path, tmp_path: Path) -> None:
    own = tmp_path / "var"
    out = run_ita_bot(own, "faq", "export")
    assert out.returncode == 0
    assert len(tomllib.loads(out.stdout)["entry"]) == 106
    file = tmp_path / "faq.csv"
    file.write_text("id,question,also,answer,until\nnew-one,ใหม่,ก|ข,ตอบ,30/09/2570\n", "utf-8-sig")
    done = run_ita_bot(own, "faq", "import", str(file), "--dry-run")
    assert '{"id": "new-one", "did": "added"}' in done.stdout
    assert '{"id": "opening-hours", "did": "dropped"}' in done.stdout
    assert len(tomllib.loads(run_ita_bot(own, "faq", "export").stdout)["entry"]) == 106
    assert run_ita_bot(own, "faq", "import", str(file)).returncode == 0
    kept = run_ita_bot(own, "faq", "export", "--format", "csv").stdout
    assert "new-one,,ใหม่,ก|ข,ตอบ,,,2027-09-30," in kept
    file.write_text(
        '[[entry]]\nid = "Bad Id"\nquestion = "q"\nanwser = "a"\n\n[[entry]]\nid = "b"\n', "utf-8"
    )
    wrong = run_ita_bot(own, "faq", "import", str(file.rename(tmp_path / "faq.toml")))
    assert wrong.returncode == 2
    assert ":1: id" in wrong.stderr
    assert "faq.toml:6: answer: ต้องมีคีย์นี้" in wrong.stderr
    assert "anwser: ไม่มีคีย์ชื่อนี้" in wrong.stderr
