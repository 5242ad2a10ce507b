"""/statistics on a real socket: what is shown, who may frame what, and what is not public."""

import http.client
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from bot.publishing.releases import ReleaseContext, approve_release
from bot.web.statistics import build_framing_headers
from ita_stats.release import parse_manifest
from tests.bot.publishing.release_desk import NOW, ReleaseDesk, make_busy_desk, make_release_request
from tests.end_to_end.threaded_server import WebServer
from tests.in_memory_desk import OFFICE


class StatisticsSite:
    """A desk and its server."""

    def __init__(self, ground: ReleaseDesk) -> None:
        self.server = WebServer(ground.home, ground.office)

    def request(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """One request: status, headers, body. No header may occur twice."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=15)) as one:
            one.request(method, path, headers={n.replace("_", "-"): v for n, v in headers.items()})
            answer = one.getresponse()
            found = [(n.lower(), v) for n, v in answer.getheaders() if n.lower() != "set-cookie"]
            assert len(dict(found)) == len(found)
            return answer.status, dict(found), answer.read()

    def get_page(self, path: str) -> str:
        status, _, body = self.request(path)
        assert status == 200
        return body.decode()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StatisticsSite]:
    """A site before the first release."""
    served = StatisticsSite(make_busy_desk(tmp_path_factory.mktemp("empty") / "var"))
    yield served
    served.server.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StatisticsSite]:
    """Two public releases, and one that is held."""
    yield from serve_releases(tmp_path_factory.mktemp("served"))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[StatisticsSite]:
    """The same, for one test that changes it."""
    yield from serve_releases(tmp_path)


def serve_releases(folder: Path) -> Iterator[StatisticsSite]:
    ground = make_busy_desk(folder / "var")
    ground.make_release(make_release_request("2569Q1", date(2025, 12, 31)))
    ground.make_release()
    ground.with_rules(hold=True).make_release(
        make_release_request("fy2569", date(2026, 10, 1)), NOW + timedelta(days=1)
    )
    served = StatisticsSite(ground)
    yield served
    served.server.close()


def test_nothing_published_yet_is_said(empty: StatisticsSite) -> None:
    page = empty.get_page("/statistics")
    assert "ยังไม่มีสถิติที่เผยแพร่" in page
    assert OFFICE.name.th in page
    assert "No statistics have been published yet" in empty.get_page("/statistics?lang=en")
    assert empty.request("/statistics/2569/1")[0] == 404


def test_the_newest_is_shown_above_all_that_may_be_read(served: StatisticsSite) -> None:
    page = served.get_page("/statistics")
    assert "ข้อมูล ณ สิ้นวันที่ 30 กันยายน 2569" in page
    assert page.index('href="/statistics/2569/2/statistics.html"') < page.index(
        'href="/statistics/2569/1/statistics.html"'
    )
    assert "2569/3" not in page
    assert page.count("<script") == page.count('<script src="/static/page.js" defer>') == 1  # the quick exit
    assert 'class="exit" href="/exit"' in page
    assert "ฉบับที่ 1/2569: ไตรมาสที่ 1" in page
    english = served.get_page("/statistics?lang=en")
    assert '<html lang="en">' in english
    assert "Release 1/2569: Quarter 1 of fiscal year 2569" in english
    past = served.get_page("/statistics/2569/1")
    assert "ข้อมูล ณ สิ้นวันที่ 31 ธันวาคม 2568" in past


def test_a_year_and_the_newest_have_addresses_that_stay(served: StatisticsSite) -> None:
    page = served.get_page("/statistics")
    assert 'href="/statistics/latest"' in page
    assert '<a href="/statistics/2569">ปีงบประมาณ 2569 ทั้งปี</a>' in page
    for path in ("/statistics/latest", "/statistics/2569"):
        assert "ข้อมูล ณ สิ้นวันที่ 30 กันยายน 2569" in served.get_page(path)
        status, headers, _ = served.request(f"{path}/statistics.pdf")
        assert (status, headers["location"]) == (302, "/statistics/2569/2/statistics.pdf")
        assert "immutable" not in headers["cache-control"]
        assert served.request(f"{path}/desk.sqlite")[0] == 404
    assert served.request("/statistics/2568")[0] == 404
    assert served.request("/statistics/2568/statistics.pdf")[0] == 404


def test_before_the_first_release_the_stable_addresses_say_so(empty: StatisticsSite) -> None:
    assert "ยังไม่มีสถิติที่เผยแพร่" in empty.get_page("/statistics/latest")
    assert empty.request("/statistics/2569")[0] == 404
    assert empty.request("/statistics/latest/statistics.pdf")[0] == 404


def test_every_link_of_the_page_leads_to_its_file(served: StatisticsSite) -> None:
    import re

    page = served.get_page("/statistics")
    links = set(re.findall(r'href="(/statistics/[^"]+)"', page))
    assert len(links) == 18
    for link in links:
        assert served.request(link)[0] == 200


def test_files_are_served_as_what_they_are_and_kept_for_ever(served: StatisticsSite) -> None:
    folder = served.server.home / "complaints" / "releases" / "2569" / "2"
    found = parse_manifest((folder / "manifest.json").read_bytes())
    for one in found.files:
        status, headers, body = served.request(f"/statistics/2569/2/{one.name}")
        assert (status, headers["content-type"]) == (200, one.type)
        assert sha256(body).hexdigest() == one.sha256
        assert headers["etag"] == f'"{one.sha256}"'
        assert "immutable" in headers["cache-control"]
        again = served.request(f"/statistics/2569/2/{one.name}", If_None_Match=headers["etag"])
        assert (again[0], again[2]) == (304, b"")
    for name in ("manifest.json", "anchor.json"):
        status, headers, body = served.request(f"/statistics/2569/2/{name}")
        assert (status, headers["content-type"]) == (200, "application/json")
        assert body == (folder / name).read_bytes()
    assert served.request("/statistics/2569/2/statistics.pdf", "HEAD")[0] == 200


def test_the_offices_website_may_frame_it_and_nobody_else(served: StatisticsSite) -> None:
    for path in ("/statistics", "/statistics/2569/2/statistics.html", "/statistics/2569/2/rows.svg"):
        _, headers, _ = served.request(path)
        policy = headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'self' https://www.example.com")
        assert "x-frame-options" not in headers
        assert headers["x-content-type-options"] == "nosniff"
    for path in ("/", "/report", "/privacy", "/statistics/2569/9"):
        _, headers, _ = served.request(path)
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert (headers["x-frame-options"], headers["cache-control"]) == ("DENY", "no-store")


@pytest.mark.parametrize(
    "path",
    [
        "/statistics/2569/3",
        "/statistics/2569/3/statistics.json",
        "/statistics/2569/9/statistics.json",
        "/statistics/2569/2/secrets.json",
        "/statistics/2569/2/..%2f1%2fstatistics.json",
        "/statistics/2569/2/../../../keys/seal.key",
        "/statistics/x/y",
        "/statistics/2569/2/statistics.json/",
    ],
)
def test_what_nobody_may_read_is_not_there(served: StatisticsSite, path: str) -> None:
    assert served.request(path)[0] == 404


def test_a_release_that_is_let_go_appears(own: StatisticsSite) -> None:
    async def approve() -> None:
        desk = own.server.desk
        ground = ReleaseDesk(own.server.home)
        bench = ReleaseContext(ground.paths, desk.store, ground.office)
        await approve_release(bench, "3/2569", desk.now())

    own.server.run(approve())
    assert "ข้อมูล ณ สิ้นวันที่ 1 ตุลาคม 2569" in own.get_page("/statistics")


def test_a_page_of_an_earlier_version_keeps_its_style(own: StatisticsSite) -> None:
    path = own.server.home / "complaints" / "releases" / "2569" / "1" / "statistics.html"
    path.write_text(path.read_text("utf-8").replace("<style>", "<style>p{color:red}"), "utf-8")
    old = own.request("/statistics/2569/1/statistics.html")[1]["content-security-policy"]
    new = own.request("/statistics/2569/2/statistics.html")[1]["content-security-policy"]
    assert old != new


def test_a_website_with_a_name_and_a_port_is_framed_by_its_origin() -> None:
    assert build_framing_headers("http://user@www.example.go.th:8443/th/index.php?x=1")[
        "content-security-policy"
    ].endswith("frame-ancestors 'self' http://www.example.go.th:8443")
