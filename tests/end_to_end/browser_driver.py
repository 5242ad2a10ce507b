"""Story driver on the web pages: people at a real Chromium, each in a window of their own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from handlers.complaints.lifecycle import TransitionRequest
from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import NEUTRAL, Message
from handlers.office import Office
from tests.end_to_end.threaded_server import WebServer
from tests.in_memory_desk import OFFICE
from tests.report import FiledReport
from tests.samples import write_sample_file
from tests.story import CONSULTATION_CODE_PATTERN

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
GREETINGS = {"สวัสดี": "/", "hello": "/?lang=en"}
ENTRY_PATHS = {
    **GREETINGS,
    "แจ้งเรื่อง": "/report",
    "ติดตาม": "/track",
    "ความคิดเห็น": "/opinion",
    "/opinion": "/opinion",
}
"""Where a person's first words lead: to the home page, or directly to a form."""

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}

READ_PAGE_SCRIPT = """() => {
  const words = (node) => [...node.querySelectorAll('dl > div')].map(
      (row) => row.querySelector('dt').innerText + ' ' + row.querySelector('dd').innerText);
  const said = [...document.querySelectorAll('[data-say], [data-line="stop"]')];
  const parts = said.length ? said : [document.body];
  const buttons = [...document.querySelectorAll('button[name=choice]')];
  const links = buttons.length ? [] : [...document.querySelectorAll('main a.button')];
  return {
    text: parts.flatMap((part) => [part.innerText, ...words(part)]).join('\\n'),
    choices: [...buttons.map((b) => [b.textContent.trim(), b.value]),
              ...links.map((a) => [a.innerText, a.getAttribute('href')])],
    receipt: document.querySelector('[data-receipt]')?.innerText ?? null,
  };
}"""


SEND_BUTTON = "[data-send]"


def press_button(page: Page, button: str) -> None:
    """Press a button, after opening what it is folded into. button: its selector."""
    folded = page.locator(f"details:not([open]):has({button}) > summary")
    if folded.count():
        folded.click()
    page.click(button)


@contextmanager
def launch_chromium() -> Iterator[Browser]:
    """A browser that makes no network requests of its own."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(CHROMIUM),
            args=CHROMIUM_ARGS,
        )
        yield browser
        browser.close()


@dataclass
class BrowserDriver:
    """People at browsers of one kind. context_options: Playwright's settings of a window."""

    browser: Browser
    home: Path
    context_options: dict[str, Any] = field(default_factory=dict)
    office: Office = OFFICE
    desk_name: str = "complaints"
    sets_clock = True
    shows_content = True
    has_menu = False
    officer_names: set[str] = field(default_factory=set)
    event_count: int = 0
    pages: dict[str, Page] = field(default_factory=dict)
    unexpected_events: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = WebServer(self.home, self.office, name=self.desk_name)

    @property
    def start_path(self) -> str:
        """The page with a text field, for a person whose first message names no page."""
        return "/track" if self.desk_name == "complaints" else "/ask"

    def get_page(self, person: str) -> Page:
        """A person's window."""
        if person not in self.pages:
            page = self.browser.new_context(**self.context_options).new_page()
            page.set_default_timeout(30_000)
            page.on("request", self._record_request)
            page.on("pageerror", lambda error: self.unexpected_events.append(str(error)))
            self.pages[person] = page
        return self.pages[person]

    def _record_request(self, request: Any) -> None:
        if not request.url.startswith((self.server.address, "data:")):
            self.unexpected_events.append(request.url)

    def _read_page(self, page: Page) -> list[Message]:
        seen = page.evaluate(READ_PAGE_SCRIPT)
        choices = tuple((label, data) for label, data in seen["choices"])
        return [Message(seen["text"], NEUTRAL, choices, seen["receipt"])]

    def _submit(self, page: Page, button: str) -> list[Message]:
        return self._wait_for_next(page, lambda: press_button(page, button))

    def _wait_for_next(self, page: Page, act: Callable[[], None]) -> list[Message]:
        """Do what sends the form, and read the page that comes."""
        old = page.get_attribute("[name=csrf]", "value")
        act()
        page.wait_for_selector(f'[name=csrf]:not([value="{old}"]), [data-line="stop"]', state="attached")
        page.wait_for_load_state("domcontentloaded")
        return self._read_page(page)

    def _send_officer_event(self, person: str, **event_fields: str) -> list[Message]:
        """Officers do not use the citizens' pages: their events go to the desk directly."""
        self.event_count += 1
        event = Event(
            f"office-{self.event_count}", self.server.desk.person_id(person), Channel.TERMINAL, **event_fields
        )  # type: ignore[arg-type]
        return list(self.server.run(self.server.desk.handle(event)))

    def send_text(self, person: str, words: str) -> list[Message]:
        if person in self.officer_names:
            return self._send_officer_event(person, text=words)
        page = self.get_page(person)
        if CONSULTATION_CODE_PATTERN.fullmatch(words):
            page.goto(f"{self.server.address}/opinion?c={words[2:]}")
            return self._read_page(page)
        if page.url == "about:blank":
            page.goto(self.server.address + ENTRY_PATHS.get(words, self.start_path))
            if words in ENTRY_PATHS:
                return self._read_page(page)
        if page.query_selector("[name=text]") is None:
            return self._post(page, {"text": words})
        page.fill("[name=text]", words)
        return self._submit(page, SEND_BUTTON)

    def pick_choice(self, person: str, label: str, data: str) -> list[Message]:
        if person in self.officer_names:
            return self._send_officer_event(person, choice=data)
        page = self.get_page(person)
        if page.query_selector("[name=csrf]") is None:
            page.click(f'main a[href="{data}"]')
            page.wait_for_selector("[name=csrf]", state="attached")
            return self._read_page(page)
        return self._submit(page, f'button[name=choice][value="{data}"]')

    def send_file(self, person: str, name: str) -> list[Message]:
        page = self.get_page(person)
        if page.url == "about:blank":
            page.goto(self.server.address + self.start_path)
        if page.query_selector("[name=file]") is None:
            return self._post_file(page, name)
        sample = write_sample_file(self.home.parent, name)
        if page.locator("[data-on-choosing]").is_visible():
            return self._wait_for_next(page, lambda: page.set_input_files("[name=file]", sample))
        page.set_input_files("[name=file]", sample)
        return self._submit(page, SEND_BUTTON)

    def _post_file(self, page: Page, name: str) -> list[Message]:
        """Post a file although the page offers no field for one."""
        file = write_sample_file(self.home.parent, name)
        content = {"name": name, "mimeType": "application/octet-stream", "buffer": file.read_bytes()}
        return self._post(page, {"text": "", "file": content})

    def _post(self, page: Page, fields: dict[str, Any]) -> list[Message]:
        """Post what the page has no field for, as another program could, or a page that was opened earlier."""
        form = {"csrf": page.get_attribute("[name=csrf]", "value") or "", **fields}
        response = page.context.request.post(page.url.partition("?")[0], multipart=form)
        assert response.ok
        page.goto(response.url)
        return self._read_page(page)

    def restart_program(self, person: str) -> None:
        """Restart the server; the windows stay open."""
        self.server.restart()

    def add_staff(self, person: str, role: str) -> str:
        self.officer_names.add(person)
        return self.server.run(self.server.desk.add_staff(person, role))

    def advance_clock(self, minutes: int) -> None:
        self.server.advance_clock(minutes)

    def time(self) -> float:
        return self.server.desk.now().timestamp()

    def answer_question(self, receipt: str, words: str) -> None:
        self.server.run_on_desk(lambda desk: desk.answer_question(receipt, words))

    def open_report_page(self, person: str, lang: str) -> list[Message]:
        """Open the page of reports, as from a link."""
        page = self.get_page(person)
        page.goto(f"{self.server.address}/report" + ("?lang=en" if lang == "en" else ""))
        return self._read_page(page)

    def load_filed_report(self, receipt: str) -> FiledReport:
        return self.server.run(self.server.desk.load_filed_report(receipt))

    def move_case(self, receipt: str, step: TransitionRequest) -> None:
        self.server.run_on_desk(lambda desk: desk.move_case(receipt, step))

    def send_office_message(self, receipt: str, words: str) -> None:
        self.server.run_on_desk(lambda desk: desk.send_office_message(receipt, words))

    def close(self) -> None:
        """Close all windows; no request to another host was made and no script failed."""
        for page in self.pages.values():
            page.context.close()
        self.server.close()
        assert self.unexpected_events == []
