"""Everyday replies at the real questions: each has an effect, and the denials among them never the opposite one.

`everyday_replies.csv` was written by somebody who had not seen the reader: the kind of question, what is typed there,
and what it means. So was `easy_replies.csv`, of 200 that are easy and typical: at first 193 of them were right and none
reversed, of the 130 that no list had before 123. `voices_replies.csv` are five lists of other voices, judged one after
the other and mended between: everyday (307 of 328 right at first), elders, dialects, youths and typing errors (281 of
306), everyday once more (282 of 303), everyday in few words (340 of 345), elders, dialects and youths once more (286 of
289); none reversed. Whoever wrote the last two had seen the reader.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.effects import NewReceipt, Now
from handlers.dialog.session import DialogTopic, Session
from handlers.feedback.give import handle_feedback
from handlers.staff.members import ListStaff
from tests.handlers.complaints.draft_steps import FULL, RECEIPT
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import (
    Outcome,
    begin_session,
    make_context,
    make_event,
    make_file,
    run_decision,
)

LISTS = [Path(__file__).with_name(f"{name}_replies.csv") for name in ("everyday", "easy", "voices")]
ASKED_AGAIN = {
    ("evidence", "ไว้ส่งทีหลัง"),  # may mean to wait, or to go on without
    ("review", "เรียบร้อย"),  # says that it is done, and not to send it
    ("confirm_cancel", "ไม่ใช่ กดผิด"),  # no to what?
    ("confirm_cancel", "ยกเลิกเลยครับ ไม่แจ้งแล้ว"),  # “cancel” may take back the wish to leave
    ("confirm_cancel", "ยกเลิกเลยเด้อ"),
    ("confirm_cancel", "ยังไงดีคะ ลบหรือไม่ลบ"),
    ("named", "ยินดีค่ะ"),
    ("named", "บอกได้ลูก"),
    ("named", "ไม่กล้าค่ะ"),  # hears who knows
    ("named", "แล้วครูจะรู้มั้ยอ่ะ"),
    ("scale", "ดีมั้ง ให้ 4"),
    ("review", "ไม่ส่งครับ"),  # not now, or not at all
    ("review", "เปลี่ยนใจไม่ส่งค่ะ"),
    ("review", "ไม่ส่งหรอกลูก ยายกลัว"),
    ("evidence", "ไม่ส่งครับ"),
    ("evidence", "ไม่มีหรอกจ้ะ ยายถ่ายรูปไม่เป็น"),  # tells how files are sent
    ("optional_text", "ไม่รู้จะตอบอะไร"),  # explains the question
    ("notice", "ขอความช่วยเหลือหน่อยค่ะ"),  # may be in danger, and hears whom to call
}
"""Replies of the lists after which the question is asked again, with nothing kept or done."""
DESK = ComplaintsDesk(OFFICE)

STEPS: Mapping[str, str] = {
    "yesno": "head",
    "optional_text": "witnesses",
    "evidence": "evidence",
    "story": "story",
    "elsewhere": "elsewhere",
    "named": "named",
    "review": "review",
    "notice": "notice",
    "confirm_cancel": "cancel",
    "scale": "score",
    "menu": "",
}

OPPOSITES = {
    frozenset(pair)
    for pair in (
        ("yes", "no"),
        ("named", "anonymous"),
        ("send", "cancel"),
        ("send", "edit"),
        ("discard", "resume"),
    )
}


def load_replies() -> list[tuple[str, str, str]]:
    found = dict[tuple[str, str], str]()
    for path in LISTS:
        with path.open(encoding="utf-8", newline="") as file:
            found |= {(row["kind"], row["reply"]): row["means"] for row in csv.DictReader(file)}
    return [(kind, reply, means) for (kind, reply), means in found.items()]


def begin_step(kind: str, means: str) -> Session:
    """The session at a question. Who is done at evidence has sent a file, and at the story told something."""
    step = STEPS[kind]
    if kind == "menu":
        return begin_session()
    if kind == "scale":
        return begin_session(topic=DialogTopic.OPINION, step=step, answers={"topic": "counter"})
    asked = [field.name for field in DESK.form.fields]
    before = asked[: asked.index(step)] if step in asked else asked
    answers = {name: FULL[name] for name in before if name in FULL} if kind != "notice" else {}
    if kind == "story":
        answers["story"] = FULL["story"]
    files = (make_file(),) if kind == "evidence" and means == "done" else ()
    resume = "where" if kind == "confirm_cancel" else ""
    return begin_session(topic=DialogTopic.REPORT, step=step, answers=answers, files=files, resume=resume)


def play(kind: str, reply: str, means: str) -> tuple[Session, Outcome]:
    before = begin_step(kind, means)
    if kind == "scale":
        return before, run_decision(handle_feedback(make_context(make_event(reply), before), ""), {})
    return before, run_decision(
        DESK.decide(make_event(reply), before), {Now: MORNING, ListStaff: (), NewReceipt: RECEIPT}
    )


def find_effect(kind: str, before: Session, outcome: Outcome) -> str:
    """Return what a reply did, in the words of the list; `text` where it picked nothing."""
    after, keys, step = outcome.kept, outcome.keys, STEPS[kind]
    new = {name: text for name, text in after.answers.items() if before.answers.get(name) != text}
    if kind == "menu":
        return _find_effect_at_menu(after, keys)
    if kind == "scale" and "score" in new:
        return new["score"].removeprefix("score")
    if "pick.unclear" in keys:
        return "ambiguous"
    if any(key == "help.text" or key.startswith("explain.") for key in keys):
        return "help"
    if after.step == "cancel" and kind != "confirm_cancel":
        return "cancel"
    if kind in {"notice", "confirm_cancel", "review"}:
        return _find_effect_of_step(kind, after, keys)
    if set(new) & {step} and new[step] in {"yes", "no", "unsure", "never", "anonymous", "named"}:
        return new[step]
    if after.step == step or new:
        return "text"
    return _find_direction(kind, step, after)


def _find_direction(kind: str, step: str, after: Session) -> str:
    if kind == "scale":
        return {"topic": "back", "text": "skip"}.get(after.step, "cancel")
    names = [field.name for field in DESK.form.fields]
    if names.index(after.step) < names.index(step):
        return "back"
    if kind == "evidence":
        return "done" if after.files else "none"
    return "done" if kind == "story" else "skip"


def _find_effect_of_step(kind: str, after: Session, keys: tuple[str, ...]) -> str:
    if kind == "notice":
        if after.step == "category":
            return "start"
        return "cancel" if after.topic is DialogTopic.MENU else "text"
    if kind == "review":
        if after.topic is DialogTopic.CONFIRM or "report.missing" in keys:
            return "send"
        return {"edit": "edit", "cancel": "cancel"}.get(after.step, "text")
    if "draft.discarded" in keys:
        return "discard"
    return "resume" if after.step == "where" else "text"


def _find_effect_at_menu(after: Session, keys: tuple[str, ...]) -> str:
    talk = [key.removeprefix("small_talk.") for key in keys if key.startswith("small_talk.")]
    if talk:
        return {"leave": "leaving", "hello": "greeting"}.get(talk[0], talk[0])
    if after.step in {"notice", "code"}:
        return "report" if after.step == "notice" else "track"
    named = {"help.text": "help", "notice.privacy": "privacy", "menu.hello": "greeting"}
    named["worry.who_knows"] = "privacy"  # says who reads what is sent, and what is known of the person
    return next((named[key] for key in keys if key in named), "text")


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in load_replies()}))
def test_an_everyday_reply_has_the_effect_that_it_means(kind: str) -> None:
    wrong = {}
    for reply, means in ((reply, means) for one, reply, means in load_replies() if one == kind):
        before, outcome = play(kind, reply, means)
        effect = find_effect(kind, before, outcome)
        if (kind, reply) in ASKED_AGAIN:
            assert (outcome.kept.step, outcome.kept.answers) == (before.step, before.answers), reply
        elif effect != means:
            wrong[reply] = (effect, means)
    assert [reply for reply, pair in wrong.items() if frozenset(pair) in OPPOSITES] == []
    assert wrong == {}
