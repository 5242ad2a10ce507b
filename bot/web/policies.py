"""Content security policies: what a page may load, and who may frame it."""

from urllib.parse import urlsplit

from starlette.responses import Response

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)
"""Pages load what is ours, and nothing of anybody else."""


def build_frame_ancestors(website: str) -> str:
    """Return the directive that allows the office's own website, and nobody else, to frame a page."""
    parts = urlsplit(website)
    return f"frame-ancestors 'self' {parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def allow_framing(response: Response, website: str) -> Response:
    """Allow the office's own website, and nobody else, to frame a page."""
    response.headers["content-security-policy"] = f"{PAGE_POLICY}; {build_frame_ancestors(website)}"
    return response
