"""Pages that stand alone, as one file, and the templates of all markup.

The page's only style is one <style> element, which its policy allows by SHA-256. There is no script, no inline style
and no request.
"""

import base64
from dataclasses import dataclass
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

TEMPLATES = Environment(
    loader=PackageLoader("ita_stats"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


@dataclass(frozen=True, slots=True)
class NamedLink:
    """A file that can be downloaded, or another page."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class PageStyle:
    """The style of pages that stand alone. is_dark_too: it follows the reader's choice of light or dark."""

    css: str
    is_dark_too: bool = False

    @property
    def hash(self) -> str:
        """The hash that allows a <style> of this text, for style-src in a policy, in single quotes."""
        return "sha256-" + base64.b64encode(sha256(self.css.encode()).digest()).decode()

    @property
    def page_policy(self) -> str:
        """The Content-Security-Policy of a page. Whoever serves it adds `frame-ancestors`, which it cannot set."""
        return f"default-src 'none'; style-src '{self.hash}'; base-uri 'none'; form-action 'none'"


def render_standalone_page(
    title: str, content: str, style: PageStyle, lang: str = "th", other: NamedLink | None = None
) -> str:
    """Render a page around trusted markup. `title`: of the window; `other`: the page in the other language."""
    return TEMPLATES.get_template("page.html").render(
        title=title,
        lang=lang,
        other=other,
        policy=style.page_policy,
        is_dark_too=style.is_dark_too,
        style=Markup(style.css),  # noqa: S704 - our own file; the policy's hash is over these bytes
        content=Markup(content),  # noqa: S704 - escaped where it was made
    )
