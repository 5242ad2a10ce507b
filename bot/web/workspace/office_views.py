"""Render the views for the head, the auditor and whoever runs the channel."""

from typing import Any, Literal, TypeAlias, assert_never

from starlette.responses import Response

from bot.web.workspace.open_session import OpenWorkspace, WorkspaceOutcome
from bot.web.workspace.pages import WorkspacePages
from bot.web.workspace.view_words import make_word_reader
from handlers.staff.permissions import Role
from handlers.staff.workspace.office.figures import show_figures
from handlers.staff.workspace.office.people import show_people
from handlers.staff.workspace.office.settings import show_settings
from handlers.staff.workspace.office.trail import show_trail
from handlers.staff.workspace.paging import parse_page
from handlers.staff.workspace.views import WorkspaceView

OfficeView: TypeAlias = Literal[
    WorkspaceView.FIGURES, WorkspaceView.TRAIL, WorkspaceView.PEOPLE, WorkspaceView.SETTINGS
]

MAX_TRAIL_DIGITS = 15
"""Digits of the number of a line of the trail."""


class OfficeViews:
    """Renders these views. Whose lines of the trail are read is sent in a form: it is in no address."""

    def __init__(self, pages: WorkspacePages) -> None:
        self._pages = pages

    async def render(self, view: OfficeView, opened: OpenWorkspace, outcome: WorkspaceOutcome) -> Response:
        """Render one of the views."""
        match view:
            case WorkspaceView.FIGURES:
                page = parse_page(opened.http.query_params.get("page", ""))
                figures = await opened.read(lambda cmd: show_figures(cmd, page))
                return self._show("figures", view, opened, outcome, figures=figures)
            case WorkspaceView.TRAIL:
                before, person = _get_field(opened, "before"), _get_field(opened, "person")
                start = int(before) if before.isdecimal() and len(before) <= MAX_TRAIL_DIGITS else 0
                trail = await opened.read(lambda cmd: show_trail(cmd, start, person))
                return self._show("trail", view, opened, outcome, trail=trail)
            case WorkspaceView.PEOPLE:
                people = await opened.read(show_people)
                return self._show("people", view, opened, outcome, people=people, roles=list(Role))
            case WorkspaceView.SETTINGS:
                settings = await opened.read(lambda cmd: show_settings(cmd, self._pages.desk))
                return self._show("settings", view, opened, outcome, settings=settings)
            case _:
                assert_never(view)

    def _show(
        self,
        template: str,
        view: OfficeView,
        opened: OpenWorkspace,
        outcome: WorkspaceOutcome,
        **more: Any,  # noqa: ANN401 - template
    ) -> Response:
        more |= {
            "read": make_word_reader(self._pages.responses, opened.lang),
            "page_path": opened.http.url.path,
        }
        return self._pages.render(f"workspace/{template}.html", opened, view, outcome, **more)


def _get_field(opened: OpenWorkspace, name: str) -> str:
    return opened.form.get_text(name) if opened.form is not None else ""
