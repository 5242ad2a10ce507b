"""Forms: where each step leads, forwards, backwards, and while an answer is changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.dialog.choices import make_options
from handlers.dialog.effects import DeleteFiles, TurnResult
from handlers.dialog.form import (
    FieldAudience,
    FieldKind,
    Form,
    FormField,
    ask_next_field,
    ask_previous_field,
    ask_step,
    confirm_cancel,
    delete_draft_files,
    has_answer,
    list_field_options,
    list_menu_options,
)
from handlers.dialog.replies import (
    AS_REVIEW,
    AS_USUAL,
    NEUTRAL,
    OF_CASE,
    ExpectedInput,
    Phrase,
    Presentation,
    Reply,
)
from handlers.dialog.session import DialogTopic, Session
from tests.run_decision import (
    Outcome,
    begin_session,
    make_buttons,
    make_context,
    make_event,
    make_file,
    run_decision,
)

CASE = FieldAudience.CASE
KIND = FormField("kind", FieldKind.PICK, CASE, make_options(("yes", "no")))
STORY = FormField("story", FieldKind.LONG, CASE, limit=20_000)
WHO = FormField(
    "who", FieldKind.TEXT, CASE, optional=True, help=lambda ctx: ctx.office.head.in_lang(ctx.lang)
)
NAME = FormField("name", FieldKind.TEXT, CASE, optional=True, only_if=("kind", "yes"))
PROOF = FormField("proof", FieldKind.FILES, CASE, optional=True)


def never_finish(_: object) -> TurnResult:
    raise AssertionError("these tests file nothing")


FORM = Form(
    "report",
    (KIND, STORY, WHO, NAME, PROOF),
    never_finish,
    lambda ctx: {"story": ctx.session.answers.get("story", "")},
)  # type: ignore[arg-type]


def at(step: str, **parts: object) -> Session:
    """A session at a step; with `kind` answered by yes, so that the name is asked."""
    given_parts: dict[str, object] = {"answers": {"kind": "yes"}, **parts}
    return make_context(
        make_event(), begin_session(topic=DialogTopic.REPORT, step=step, **given_parts)
    ).session


def go(turn: TurnResult) -> Outcome:
    return run_decision(turn)


@pytest.mark.parametrize(
    ("field", "parts", "offered"),
    [
        (KIND, {}, ("yes", "no", "cancel")),
        (KIND, {"editing": True}, ("yes", "no", "back", "cancel")),
        (STORY, {}, ("back", "cancel")),
        (STORY, {"answers": {"story": "ก"}}, ("done", "rewrite", "back", "cancel")),
        (WHO, {}, ("skip", "back", "cancel")),
        (WHO, {"answers": {"who": "ก"}}, ("next", "back", "cancel")),
        (PROOF, {}, ("none", "back", "cancel")),
        (PROOF, {"files": (make_file(),)}, ("done", "clear", "back", "cancel")),
        (PROOF, {"answers": {"proof_note": "ก"}}, ("none", "back", "cancel")),
    ],
)
def test_what_each_question_offers(
    field: FormField, parts: dict[str, object], offered: tuple[str, ...]
) -> None:
    options = list_field_options(FORM, field, at(field.name, **parts))
    assert tuple(option.value for option in options) == offered


@pytest.mark.parametrize(
    ("step", "reply"),
    [
        ("kind", ("report.kind", {"place": 1, "of": 5}, ExpectedInput.PICK)),
        (
            "story",
            ("report.story", {"place": 2, "of": 5, "limit": "20,000", "count": "0"}, ExpectedInput.LONG),
        ),
        ("who", ("report.who", {"place": 3, "of": 5, "help": "ศึกษาธิการจังหวัดเชียงใหม่"}, ExpectedInput.TEXT)),
        ("name", ("report.name", {"place": 4, "of": 5}, ExpectedInput.TEXT)),
        (
            "proof",
            ("report.proof", {"place": 5, "of": 5, "files": Phrase("file.so_far_none")}, ExpectedInput.FILES),
        ),
    ],
)
def test_each_question_says_its_place_and_what_it_expects(
    step: str, reply: tuple[str, dict[str, object], ExpectedInput]
) -> None:
    key, args, wants = reply
    outcome = go(ask_step(FORM, make_context(make_event(), at("review")), step))
    session = at(step, prompt_number=8)
    field = FORM.find_field(step)
    assert field is not None
    buttons = make_buttons(session, *(option.value for option in list_field_options(FORM, field, session)))
    has_page = wants in {ExpectedInput.LONG, ExpectedInput.FILES}
    on_page = Presentation(page_wording=f"{key}_page") if has_page else AS_USUAL
    asked = Reply(key, NEUTRAL, args, buttons, wants=wants, presentation=on_page)  # type: ignore[arg-type]
    assert outcome == Outcome(session, (asked,))


def test_a_story_that_was_begun_is_asked_to_be_continued() -> None:
    outcome = go(ask_step(FORM, make_context(make_event(), at("story", answers={"story": "กขค"})), "story"))
    assert outcome.keys == ("report.story_more",)
    assert outcome.replies[0].args == {"place": 2, "of": 4, "limit": "20,000", "count": "3"}


def test_asking_the_same_question_again_keeps_its_buttons_valid() -> None:
    notes = (Reply("pick.stale", NEUTRAL), Reply("text.empty", NEUTRAL))
    outcome = go(ask_step(FORM, make_context(make_event(), at("who")), "who", *notes))
    assert outcome.session == at("who")
    assert outcome.replies[:2] == notes
    assert outcome.keys[2:] == ("report.who",)


def test_the_review_repeats_the_answers_and_is_protected() -> None:
    session = at("review", prompt_number=8, answers={"story": "ก"})
    outcome = go(ask_step(FORM, make_context(make_event(), at("proof", answers={"story": "ก"})), "review"))
    buttons = make_buttons(session, "submit", "edit", "cancel")
    reply = Reply(
        "report.review", OF_CASE, {"story": "ก"}, buttons, wants=ExpectedInput.PICK, presentation=AS_REVIEW
    )
    assert outcome == Outcome(session, (reply,))


@pytest.mark.parametrize(
    ("step", "offered"),
    [
        ("review", ("submit", "edit", "cancel")),
        ("edit", ("field_kind", "field_story", "field_who", "field_proof", "review")),
        ("cancel", ("resume", "discard")),
        ("open", ("resume", "discard")),
    ],
)
def test_what_the_steps_without_a_field_offer(step: str, offered: tuple[str, ...]) -> None:
    assert list_menu_options(FORM, at(step)) == make_options(offered)


@pytest.mark.parametrize(
    ("step", "kind", "following"),
    [
        ("kind", "yes", "story"),
        ("story", "yes", "who"),
        ("who", "yes", "name"),
        ("who", "no", "proof"),
        ("name", "yes", "proof"),
        ("name", "no", "review"),  # its condition no longer holds
        ("proof", "yes", "review"),
        ("nowhere", "yes", "review"),
    ],
)
def test_the_next_question(step: str, kind: str, following: str) -> None:
    before = at(step, answers={"kind": kind})
    outcome = go(ask_next_field(FORM, make_context(make_event(), before)))
    assert outcome.kept == before.replace(step=following, prompt_number=8)


@pytest.mark.parametrize(
    ("step", "kind", "following", "editing"),
    [
        ("kind", "yes", "name", True),  # now the name is asked too
        ("kind", "no", "review", False),
        ("story", "no", "review", False),
        ("name", "yes", "review", False),
        ("proof", "yes", "review", False),
    ],
)
def test_after_a_change_comes_the_review_or_what_the_change_made_apply(
    step: str, kind: str, following: str, editing: bool
) -> None:
    before = at(step, answers={"kind": kind}, editing=True)
    outcome = go(ask_next_field(FORM, make_context(make_event(), before)))
    assert outcome.kept == before.replace(step=following, prompt_number=8, editing=editing)


@pytest.mark.parametrize(
    ("step", "kind", "previous"),
    [
        ("story", "yes", "kind"),
        ("who", "yes", "story"),
        ("name", "yes", "who"),
        ("proof", "yes", "name"),
        ("proof", "no", "who"),
        ("name", "no", "review"),
        ("cancel", "yes", "review"),
    ],
)
def test_the_previous_question(step: str, kind: str, previous: str) -> None:
    before = at(step, answers={"kind": kind})
    outcome = go(ask_previous_field(FORM, make_context(make_event(), before)))
    assert outcome.kept == before.replace(step=previous, prompt_number=8)


def test_back_while_changing_leads_to_the_review() -> None:
    outcome = go(ask_previous_field(FORM, make_context(make_event(), at("story", editing=True))))
    assert outcome.kept == at("review", prompt_number=8)


def test_back_at_the_first_question_stays_there() -> None:
    outcome = go(ask_previous_field(FORM, make_context(make_event(), at("kind"))))
    assert outcome.kept == at("kind")


@pytest.mark.parametrize(
    ("before", "resume"),
    [
        (at("who"), "who"),
        (at("review"), "review"),
        (at("notice"), "notice"),
        (at("cancel", resume="who"), "who"),
        (at("open", resume="story"), "story"),
    ],
)
@pytest.mark.parametrize("step", ["cancel", "open"])
def test_cancelling_twice_still_knows_where_to_go_on(before: Session, resume: str, step: str) -> None:
    outcome = go(confirm_cancel(FORM, make_context(make_event(), before), step))
    number = 7 if before.step == step else 8
    session = before.replace(step=step, resume=resume, prompt_number=number)
    buttons = make_buttons(session, "resume", "discard")
    assert outcome == Outcome(
        session, (Reply(f"report.{step}", NEUTRAL, {}, buttons, wants=ExpectedInput.PICK),)
    )


def test_files_of_a_draft_are_deleted_together() -> None:
    assert delete_draft_files(at("proof")) == ()
    assert delete_draft_files(at("proof", files=(make_file(1), make_file(2)))) == (
        DeleteFiles((make_file(1).id, make_file(2).id)),
    )


def test_a_note_beside_no_file_is_no_evidence() -> None:
    assert not has_answer(PROOF, at("proof", answers={"proof_note": "ก"}))
    assert has_answer(PROOF, at("proof", files=(make_file(),)))
    assert not has_answer(WHO, at("who", answers={"who": ""}))


@given(
    st.sampled_from([field.name for field in FORM.fields]),
    st.sampled_from(["yes", "no", ""]),
    st.booleans(),
)
def test_every_question_can_be_left_forwards_and_backwards(step: str, kind: str, editing: bool) -> None:
    session = at(step, answers={"kind": kind}, editing=editing)
    for move in (ask_next_field, ask_previous_field):
        for _ in range(len(FORM.fields) + 1):
            outcome = go(move(FORM, make_context(make_event(), session)))
            session = outcome.kept
            assert session.step == "review" or FORM.find_field(session.step) in FORM.active_fields(session)
            assert outcome.replies[-1].choices
        assert session.step in {"review", "kind"}
