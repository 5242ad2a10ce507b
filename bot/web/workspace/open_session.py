"""A request of somebody who is signed in, and what came of a form that they sent."""

from collections.abc import Callable, Container, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from markupsafe import Markup
from starlette.requests import Request

from bot.web.html import text_to_html
from bot.web.multipart import FormData
from bot.web.officer.session import OfficerSession
from bot.web.workspace.actions import WorkspaceActions
from bot.web.workspace.addresses import find_shown_address
from handlers.dialog.effects import Answer, Query
from handlers.dialog.events import Lang
from handlers.dialog.replies import OfficerPageAction, Reply
from handlers.i18n import render_reply
from handlers.staff.command import CommandContext, CommandTable
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName
from handlers.staff.workspace.commands import AskedNext, make_page_command
from handlers.staff.workspace.messages import WorkspaceSession
from handlers.staff.workspace.news import count_news
from handlers.staff.workspace.sign_in import WorkspaceRequest
from handlers.staff.workspace.views import WorkspaceDesk

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReplyButton:
    """A choice on a page. given: what its button brings; address: where it leads instead, if it only shows a view."""

    given: str = field(repr=False)
    label: str
    address: str = ""

    @property
    def takes_back(self) -> bool:
        """Whether it takes back what waits to be sent, at either desk."""
        return self.given.startswith(f"/{CommandName.UNDO} ")


@dataclass(frozen=True, slots=True)
class ShownReply:
    """A reply on a page: its text and its choices. tells_wait: it says that something waits to be sent."""

    text: Markup
    choices: tuple[ReplyButton, ...] = ()
    tells_wait: bool = False


@dataclass(frozen=True, slots=True)
class WorkspaceOutcome:
    """What came of a form. asks: what the command asks for next; typed: a text that was not taken, given back.

    given: the command that the text was for; previewed: command and text of a preview, which its buttons send along,
    so that the text can be given back where another tab has shown another one. called: the act that the text was for;
    instead: the form whose text is given back, which a new one takes the place of.
    """

    replies: tuple[ShownReply, ...] = ()
    asks: AskedNext | None = None
    given: str = field(default="", repr=False)
    typed: str = field(default="", repr=False)
    previewed: tuple[str, str] = field(default=("", ""), repr=False)
    called: str = ""
    instead: str = ""
    status: int = 200

    def without_choices(self, shown_anyway: Container[str]) -> "WorkspaceOutcome":
        """Return the outcome without the buttons that the page has anyway, by what they bring."""
        replies = tuple(
            replace(reply, choices=tuple(one for one in reply.choices if one.given not in shown_anyway))
            for reply in self.replies
        )
        return replace(self, replies=replies)

    def without_waiting(self, words: Markup) -> "WorkspaceOutcome":
        """Return the outcome where nothing waits any more, so that nothing can be taken back.

        words: in the place of those that say what waits.
        """
        replies = tuple(
            replace(one, text=words, choices=tuple(c for c in one.choices if not c.takes_back))
            if one.tells_wait
            else one
            for one in self.replies
        )
        return replace(self, replies=replies)


@dataclass(frozen=True, slots=True)
class FormResult:
    """What came of a form. submission: its id; empty where nothing is to be shown of it.

    is_closed: the session has ended; leads_to: the address below the desk's where what was done is shown.
    """

    submission: str = ""
    is_closed: bool = False
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class OpenWorkspace:
    """A request of somebody who is signed in. cookie: their session's; table: the commands of the desk.

    form: what was sent, for views that have fields of their own; None for a GET. news: how many things are new,
    where that was counted.
    """

    http: Request = field(repr=False)
    form: FormData | None = field(repr=False)
    cookie: OfficerSession
    actions: WorkspaceActions
    table: CommandTable[Any, Any]
    request: WorkspaceRequest
    found: WorkspaceSession
    news: int | None = None

    @property
    def lang(self) -> Lang:
        """The language of the person's pages."""
        return self.found.lang

    def make_command(self, request: WorkspaceRequest, given: str = "") -> CommandContext[Any, Any]:
        """Return the context of a command of this person that only shows something. given: as a button brings it."""
        command = self.table.parse(given) or ParsedCommand(self.table.help)
        return make_page_command(self.table, request, self.found, command)

    async def count_news(self, desk: WorkspaceDesk) -> int:
        """Return how many things are new for this person."""
        return await self.actions.decide(lambda _: count_news(self.found.staff, desk))

    async def read(self, build: Callable[[CommandContext[Any, Any]], Generator[Query[Any], Any, T]]) -> T:
        """Return what a view shows: decided for this person, as a command in the chat would be; writes nothing."""
        return await self.actions.engine.run_decision(build(self.make_command(self.request)))


def show_replies(
    replies: Sequence[Reply], lang: Lang, desk: WorkspaceDesk, table: CommandTable[Any, Any]
) -> tuple[ShownReply, ...]:
    """Return replies as a page shows them, with a button for each choice that can be given there."""
    shown = []
    for reply in replies:
        message = render_reply(reply, lang)
        waits = reply.presentation.officer_page is OfficerPageAction.RELOAD
        choices = tuple(_list_choices(message.choices, desk, table))
        shown.append(ShownReply(text_to_html(message.text), choices, waits))
    return tuple(shown)


def find_leads_to(answer: Answer) -> str:
    """Return the address below the desk's that an answer opens; empty where it opens none."""
    return next((str(one.args["leads_to"]) for one in answer.replies if "leads_to" in one.args), "")


def build_outcome(
    answer: Answer,
    asks: AskedNext | None,
    given: str,
    typed: str,
    desk: WorkspaceDesk,
    table: CommandTable[Any, Any],
) -> WorkspaceOutcome:
    """Build what a page shows of an answer. Choices that lead to a chat are left out."""
    replies = show_replies(answer.replies, answer.lang, desk, table)
    keeps = has_page_action(answer, OfficerPageAction.KEEP_TEXT)
    return WorkspaceOutcome(
        replies,
        asks,
        given,
        typed if keeps else "",
        (given, "" if keeps else typed),
    )


def has_page_action(answer: Answer, action: OfficerPageAction) -> bool:
    """Whether a reply of an answer does something to the page."""
    return any(reply.presentation.officer_page is action for reply in answer.replies)


def _list_choices(
    choices: Iterable[tuple[str, str]], desk: WorkspaceDesk, table: CommandTable[Any, Any]
) -> Iterator[ReplyButton]:
    for label, data in choices:
        command = table.parse(data)
        if command is not None and table.rows[command.name].on_page:
            yield ReplyButton(data, label, find_shown_address(desk, command))
