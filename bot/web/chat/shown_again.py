"""Whether a page may show again the answer to the form that its browser sent last."""

from bot.web.chat.session import BrowserSession
from handlers.dialog.effects import Answer
from handlers.dialog.session import DialogTopic, Session


def has_code(answer: Answer) -> bool:
    """Whether an answer gives out a new tracking code."""
    return any("receipt" in reply.args for reply in answer.replies)


def may_show_again(answer: Answer, session: Session | None, browser: BrowserSession) -> bool:
    """Whether a page may show a stored answer again.

    Where no session is left, only what its own browser asks for (one with a cookie made anew), a code that nobody else
    has, and what asks nothing: a cookie from before the renewal must not show the draft that it led to.
    """
    if session is not None:
        return is_current_question(answer, session)
    asks = any(c.data.partition(".")[0].isdecimal() for reply in answer.replies for c in reply.choices)
    return bool(browser.last_submission.person) or has_code(answer) or not asks


def is_current_question(answer: Answer, session: Session) -> bool:
    """Whether an answer asks the question that the session is at, or both are at the menu."""
    prompts = {choice.data.partition(".")[0] for reply in answer.replies for choice in reply.choices}
    numbered = {prompt for prompt in prompts if prompt.isdecimal()}
    if session.topic is DialogTopic.MENU and not numbered:
        return True
    # At the menu, a text that waits adds a choice of its own beside the commands.
    at_menu = any(prompt.startswith("/") for prompt in prompts)
    return numbered == {str(session.prompt_number)} and at_menu == (session.topic is DialogTopic.MENU)
