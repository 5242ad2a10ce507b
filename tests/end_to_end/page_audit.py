"""A browser driver that checks every page it reads: accessibility, width and weight."""

import re
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from handlers.dialog.replies import Message
from tests.end_to_end.browser_driver import BrowserDriver

AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
MAX_PAGE_BYTES = 100 * 1024
_VALUES = re.compile(r'value="[^"]*"')
_AUDITED_PAGES: set[tuple[str, str]] = set()
"""Pages that were checked in such a window, without their form values: many stories begin alike."""


@dataclass
class AuditedBrowserDriver(BrowserDriver):
    """Collects what is wrong with the pages in `violations`."""

    violations: list[str] = field(default_factory=list)
    audit_count: int = 0

    def get_page(self, person: str) -> Page:
        """A person's window, whose responses are weighed."""
        known = person in self.pages
        page = super().get_page(person)
        if not known:
            self.weight = 0
            page.on("response", self._add_weight)
        return page

    def _add_weight(self, response: Any) -> None:
        if response.request.resource_type in {"document", "xhr"}:
            self.weight = 0
        self.weight += len(response.body()) if response.status == 200 else 0

    def _read_page(self, page: Page) -> list[Message]:
        self.audit_count += 1
        seen_page = (str(self.context_options), _VALUES.sub("", page.content()))
        if seen_page not in _AUDITED_PAGES:
            found = Axe().run(page, options=AXE_RULES).response["violations"]
            self.violations += [
                f"{page.url} {one['id']}: {[n['html'][:120] for n in one['nodes']]}" for one in found
            ]
            _AUDITED_PAGES.add(seen_page)
        is_too_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        if is_too_wide:
            self.violations.append(f"{page.url} is wider than the window: {page.inner_text('h1')}")
        if self.weight > MAX_PAGE_BYTES:
            self.violations.append(f"{page.url} weighs {self.weight}: {page.inner_text('h1')}")
        return super()._read_page(page)
