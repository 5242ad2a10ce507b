"""What a session of the workspace does: the engine runs its handlers as it runs those of a chat."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from bot.engine import ConflictRetries
from bot.web.page_actions import PageActions
from handlers.dialog.effects import Answer, Decision
from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import Reply
from handlers.dialog.session import DialogTopic, Session
from handlers.staff.workspace.sign_in import WorkspaceRequest


def make_submission_id(name: str) -> str:
    """Return the id of a submission, which stands in the address of the page that shows what came of it."""
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def get_viewer_id(mark: bytes) -> bytes:
    """Return the id under which a session only looks at something, so that its state is not touched by that."""
    return sha256(b"view" + mark).digest()


@dataclass(frozen=True, slots=True)
class WorkspaceActions(PageActions[WorkspaceRequest]):
    """The actions of one session, or of a sign-in link.

    owner: mark of the session that the officer's state belongs to, which a link begins.
    """

    owner: bytes = field(repr=False)

    async def make_request(self) -> WorkspaceRequest:
        """Return the request with the officer's state as it is now."""
        return self._make_request(await self.engine.store.load_session(self.owner))

    def _make_request(self, stored: Session | None) -> WorkspaceRequest:
        now = self.engine.now()
        if stored is None or stored.topic is DialogTopic.LAPSED or stored.is_expired(now):
            stored = Session(version=stored.version if stored else 0, at=now)
        return WorkspaceRequest(self.mark, stored, self.office, now)

    def get_viewer(self) -> bytes:
        """Return the id of who only looks: the officer's state is not touched by that."""
        return get_viewer_id(self.mark)

    def _get_event_id(self, submission: str) -> str:
        return f"staff.{self.mark.hex()}.{submission}"

    async def find_answer(self, submission: str) -> Answer | None:
        """Return what a form was answered in the last hour; None for an unknown one. Raises StorageError."""
        return await self.engine.store.find_previous_answer(self._get_event_id(submission))

    async def execute_once(
        self,
        name: str,
        build: Callable[[WorkspaceRequest], Decision],
        keep: Callable[[Session, Sequence[Reply]], Session] = lambda session, _: session,
    ) -> tuple[Answer, Session]:
        """Decide and commit a form, which has one effect however often it is sent; return also the officer's state.

        name: identifies the submission; the same name returns the stored answer. keep: adds to the officer's state
        what the page needs to be shown again; it is written with the turn. Raises StorageError.
        """
        id_ = self._get_event_id(make_submission_id(name))
        async with self.engine.lock_person(self.mark):  # wrong codes are counted one after the other
            retries = ConflictRetries()
            while True:
                with retries:
                    before = await self.engine.store.load_session(self.owner)
                    request = self._make_request(before)
                    previous = await self.engine.store.find_previous_answer(id_)
                    if previous is not None and previous.replies:
                        return previous, request.session
                    turn = await self.engine.run_decision(build(request))
                    kept = turn.session or (request.session if before is not None else None)
                    kept = keep(kept, turn.replies) if kept is not None else None
                    event = Event(id_, self.owner, Channel.WEB)
                    whole = replace(turn, session=kept)
                    answer = await self.engine.store.commit(event, before, whole, request.now)
                    return replace(
                        answer, lang=turn.lang if kept is None else kept.lang
                    ), kept or request.session
