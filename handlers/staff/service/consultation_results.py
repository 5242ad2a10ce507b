"""Evaluate a closed consultation: group free texts by theme, add the office's answers, publish the results once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time

from handlers.consultations.messages import (
    Consultation,
    ConsultationPhase,
    FindConsultation,
    FreeText,
    GetConsultationResult,
    ListFreeTexts,
    ListThemes,
    OfficeDecision,
    PublishConsultationResult,
    SaveTheme,
    Theme,
)
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import NEUTRAL, Phrase, ReplyArg, raw_text
from handlers.dialog.text import shorten_text
from handlers.questions.pii import redact_pii
from handlers.staff.command import QueryGenerator, ServiceCommandContext, make_command_button
from handlers.staff.parse import split_first_word, split_number
from handlers.staff.permissions import ServiceCommandName
from handlers.staff.service.consultation_text import parse_bangkok_time
from handlers.thai.dates import format_date, to_bangkok_date
from handlers.thai.matching import normalize_for_matching
from handlers.thai.text import clean_text

TEXTS_PER_PAGE = 15
MAX_THEME_NAME_LENGTH = 120  # characters
DECISION_WORDS: Mapping[str, OfficeDecision] = {
    "adopted": OfficeDecision.ADOPTED, "รับ": OfficeDecision.ADOPTED,
    "partly": OfficeDecision.PARTLY, "รับบางส่วน": OfficeDecision.PARTLY,
    "not": OfficeDecision.NOT, "ไม่รับ": OfficeDecision.NOT,
}  # fmt: skip

PUBLISH_EMPTY = "empty"
"""The word that publishes the results of a consultation in which nobody spoke."""


def show_free_texts(cmd: ServiceCommandContext) -> Decision:
    """Show a page of numbered free texts: `/texts CODE 2`."""
    code, page = _split_code(cmd)
    consultation = yield from run_query(FindConsultation(code))
    if consultation is None or consultation.phase not in {
        ConsultationPhase.CLOSED,
        ConsultationPhase.PUBLISHED,
    }:
        return _reply_not_closed(cmd, code, consultation)
    found = yield from run_query(ListFreeTexts(code))
    at = (max(1, split_number(page)[0]) - 1) * TEXTS_PER_PAGE
    if not found[at:]:
        return cmd.reply("weigh.no_texts", NEUTRAL, title=consultation.title)
    lines = tuple(_format_free_text(one) for one in found[at : at + TEXTS_PER_PAGE])
    more = at + TEXTS_PER_PAGE < len(found)
    onward = make_command_button(
        cmd.command.name, rest=f"{code} {at // TEXTS_PER_PAGE + 2}", label=Phrase("inquiry.further")
    )
    further = (onward,) if more else ()
    return cmd.reply("weigh.texts", NEUTRAL, further, code=code, count=len(found), lines=lines)


def _format_free_text(one: FreeText) -> Phrase:
    like = Phrase("inquiry.opinion_like", {"count": one.writers - 1}) if one.writers > 1 else raw_text("")
    return Phrase("inquiry.weigh.text", {"number": one.number, "text": one.text, "like": like})


def manage_themes(cmd: ServiceCommandContext) -> Decision:
    """List the themes; `/theme CODE name: 3,7,9` adds texts to a theme, which is created where it is new."""
    code, rest = _split_code(cmd)
    consultation = yield from run_query(FindConsultation(code))
    if consultation is None or consultation.phase is ConsultationPhase.OPEN:
        return _reply_not_closed(cmd, code, consultation)
    known = yield from run_query(ListThemes(code))
    if not rest:
        lines = tuple(format_theme_line(one, cmd) for one in known)
        return cmd.reply("weigh.themes" if lines else "weigh.no_themes", NEUTRAL, code=code, lines=lines)
    if consultation.phase is ConsultationPhase.PUBLISHED:
        return cmd.reply("weigh.published", NEUTRAL)
    name, _, numbers = rest.rpartition(":")
    written = yield from run_query(ListFreeTexts(code))
    own = {one.number for one in written}
    picked = {split_number(part.strip())[0] for part in numbers.split(",")} & own
    if not name.strip() or not picked:
        return cmd.reply("weigh.how", NEUTRAL, code=code)
    same = next(
        (one for one in known if normalize_for_matching(one.name) == normalize_for_matching(name)),
        None,
    )
    made = same or Theme(len(known) + 1, shorten_text(name.strip(), MAX_THEME_NAME_LENGTH))
    made = replace(made, texts=tuple(sorted({*made.texts, *picked})))
    return cmd.reply(
        "weigh.put", NEUTRAL, acts=(_save_theme(cmd, code, made),), place=made.place, name=made.name
    )


def add_theme_quote(cmd: ServiceCommandContext) -> Decision:
    """`/quote CODE THEME TEXT`: show a text with personal data redacted, and quote it once confirmed."""
    code, rest = _split_code(cmd)
    place, number, sure = [*rest.split(), "", "", ""][:3]
    own = yield from _find_theme(code, place)
    written = yield from run_query(ListFreeTexts(code))
    one = next((one for one in written if str(one.number) == number), None)
    if own is None or one is None or one.number not in own.texts:
        return cmd.reply("weigh.no_quote", NEUTRAL, code=code)
    shown = redact_pii(one.text)
    if sure != "yes":
        yes = make_command_button(
            cmd.command.name, rest=f"{code} {place} {number} yes", label=Phrase("inquiry.button.quote_ok")
        )
        return cmd.reply("weigh.quote", NEUTRAL, (yes,), text=shown, name=own.name)
    made = replace(own, quotes=tuple(dict.fromkeys((*own.quotes, shown))))
    return cmd.reply("weigh.quoted", NEUTRAL, acts=(_save_theme(cmd, code, made),), name=own.name)


def set_theme_decision(cmd: ServiceCommandContext) -> Decision:
    """`/taken CODE THEME adopted 30/09/2570 reason`: set the office's answer, which is published.

    A promise (adopted or partly) needs the date by which it will be kept.
    """
    code, rest = _split_code(cmd)
    place, words = split_first_word(rest)
    how, words = split_first_word(words)
    day, after_day = split_first_word(words)
    own = yield from _find_theme(code, place)
    answer = DECISION_WORDS.get(how.casefold())
    due = parse_bangkok_time(day, time(12, 0))
    reason = clean_text(after_day if due else words).text
    if own is None or answer is None or not reason or (due is None and answer is not OfficeDecision.NOT):
        return cmd.reply("weigh.how_taken", NEUTRAL, code=code)
    by = to_bangkok_date(due) if due and answer is not OfficeDecision.NOT else None
    made = replace(own, taken=answer, reason=reason, by=by, done=None)
    return cmd.reply(
        "weigh.answered", NEUTRAL, acts=(_save_theme(cmd, code, made),), line=format_theme_line(made, cmd)
    )


def mark_theme_done(cmd: ServiceCommandContext) -> Decision:
    """`/done CODE THEME`: record that a promise was kept today."""
    code, place = _split_code(cmd)
    own = yield from _find_theme(code, place.strip())
    if own is None or own.taken in {None, OfficeDecision.NOT}:
        return cmd.reply("weigh.no_promise", NEUTRAL, code=code)
    made = replace(own, done=to_bangkok_date(cmd.ctx.now))
    return cmd.reply(
        "weigh.done", NEUTRAL, acts=(_save_theme(cmd, code, made),), line=format_theme_line(made, cmd)
    )


def publish_results(cmd: ServiceCommandContext) -> Decision:
    """`/results CODE`: show the results, and publish them once confirmed."""
    code, sure = _split_code(cmd)
    consultation = yield from run_query(FindConsultation(code))
    found = yield from run_query(GetConsultationResult(code))
    if consultation is None or found is None:
        return cmd.reply("weigh.nothing_to_publish", NEUTRAL, code=code)
    if not found.responses and sure != PUBLISH_EMPTY:
        anyhow = make_command_button(
            cmd.command.name,
            rest=f"{code} {PUBLISH_EMPTY}",
            label=Phrase("inquiry.button.publish_empty_result"),
        )
        back = make_command_button(ServiceCommandName.CONSULT)
        return cmd.reply("weigh.nobody", NEUTRAL, (back, anyhow), title=consultation.title)
    if sure not in {"publish", PUBLISH_EMPTY}:
        yes = make_command_button(
            cmd.command.name, rest=f"{code} publish", label=Phrase("inquiry.button.publish_result")
        )
        known = yield from run_query(ListThemes(code))
        lines = tuple(format_theme_line(one, cmd) for one in known)
        return cmd.reply(
            "weigh.results", NEUTRAL, (yes,), title=consultation.title, voices=found.responses, lines=lines
        )
    return _publish_and_reply(
        cmd, consultation, PublishConsultationResult(code, found, consultation.title, f"staff:{cmd.staff.id}")
    )


def _publish_and_reply(
    cmd: ServiceCommandContext, consultation: Consultation, act: PublishConsultationResult
) -> TurnResult:
    where = raw_text(f" {act.result.url}") if act.result.url else raw_text("")
    return cmd.reply("weigh.out", NEUTRAL, acts=(act,), title=consultation.title, address=where)


def _reply_not_closed(cmd: ServiceCommandContext, code: str, consultation: Consultation | None) -> TurnResult:
    if consultation is not None and consultation.closes <= cmd.ctx.now:
        return cmd.reply("weigh.closing", NEUTRAL, title=consultation.title)
    return cmd.reply("weigh.not_closed", NEUTRAL, code=code)


def _split_code(cmd: ServiceCommandContext) -> tuple[str, str]:
    code, rest = split_first_word(cmd.command.rest)
    return code.upper(), rest


def _find_theme(code: str, place: str) -> QueryGenerator[Theme | None]:
    known = yield from run_query(ListThemes(code))
    return next((one for one in known if str(one.place) == place), None)


def _save_theme(cmd: ServiceCommandContext, code: str, made: Theme) -> SaveTheme:
    return SaveTheme(code, made, f"staff:{cmd.staff.id}")


def format_theme_line(one: Theme, cmd: ServiceCommandContext) -> Phrase:
    """Return a theme with the number of people behind it, and what the office answers."""
    answer: ReplyArg = Phrase("inquiry.weigh.no_answer")
    if one.taken is not None:
        by = format_date(one.by, cmd.ctx.lang) if one.by else ""
        ended = format_date(one.done, cmd.ctx.lang) if one.done else ""
        answer = Phrase(
            f"inquiry.weigh.{one.taken}",
            {
                "reason": one.reason,
                "by": Phrase("inquiry.weigh.by", {"day": by}) if by else raw_text(""),
                "done": Phrase("inquiry.weigh.is_done", {"day": ended}) if ended else raw_text(""),
            },
        )
    args: dict[str, ReplyArg] = {
        "place": one.place,
        "name": one.name,
        "count": one.voices or len(one.texts),
        "answer": answer,
    }
    return Phrase("inquiry.weigh.line", {**args, "quotes": len(one.quotes)})
