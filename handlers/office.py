"""The model of office.toml: the office's names, categories, deadlines, rules and contacts."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal, Self, assert_never

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from handlers.assessment.vocabulary import AgencyVariant, CoverageRule, ItaTopic
from handlers.complaints.lifecycle import CaseStatus
from handlers.dialog.events import Lang, select_by_lang

NonEmptyText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Days = Annotated[int, Field(ge=1, le=366)]
ReminderDays = Annotated[tuple[Days, ...], Field(max_length=5)]


class OfficeSection(BaseModel):
    """Base of the sections of office.toml: a misspelt key is an error, and instances are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(OfficeSection):
    """A text in Thai, and in English where the office has it."""

    th: NonEmptyText
    en: NonEmptyText | None = None

    def in_lang(self, lang: Lang) -> str:
        """Return the text in a language. Thai stands in where there is no English."""
        return select_by_lang(lang, th=self.th, en=self.en) or self.th


class ChecklistItem(OfficeSection):
    """What is to be done with a case of a kind before it is closed. Its code is kept in cases and must not change."""

    code: Code
    name: Bilingual


class Category(OfficeSection):
    """A category of cases. Its code is used in statistics and must not change; its name may.

    checklist: what is ticked, or excused with a reason, before a case of it is closed.
    """

    code: Code
    name: Bilingual
    definition: Bilingual
    checklist: Annotated[tuple[ChecklistItem, ...], Field(max_length=12)] = ()


class Subject(OfficeSection):
    """A topic of feedback. Its code is used in published results."""

    code: Code
    name: Bilingual


class OutsideBody(OfficeSection):
    """An outside body that takes complaints too, offered as an alternative."""

    code: Code
    name: Bilingual
    url: Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$")] | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9 \-]{2,19}$")] | None = None


class GuidelineStep(OfficeSection):
    """A step of the handling, with the days it takes."""

    name: Bilingual
    days: Days


class GuidelineChange(OfficeSection):
    """What was changed in the guideline, and on which day."""

    on: date
    what: Bilingual


class Guideline(OfficeSection):
    """The guideline that ITA item 25 requires: how to complain, the steps, the responsible unit, the time taken.

    version, since: of the text as it is; changes: the earlier ones too.
    """

    how: Bilingual
    unit: Bilingual
    steps: Annotated[tuple[GuidelineStep, ...], Field(min_length=1, max_length=12)]
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.\-/]{1,20}$")] | None = None
    since: date | None = None
    changes: Annotated[tuple[GuidelineChange, ...], Field(max_length=50)] = ()


class Privacy(OfficeSection):
    """The office's part of the privacy notice (PDPA section 23). `version` is stored with each case."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.\-]{1,20}$")]
    controller: Bilingual
    contact: Bilingual
    recipients: Bilingual


class RetentionSettings(OfficeSection):
    """How long content is kept once a case has ended. The office's lawyer sets the number."""

    after_closing_days: Annotated[int, Field(ge=30, le=36500)]


class Deadlines(OfficeSection):
    """The office's deadlines: days until the first answer and in each status, how they are counted, who is reminded.

    counted_in: calendar days, or working days of Thai offices, without the office's own `days_off`.
    remind_before, remind_after: days before and after the due day; a reminder on the day itself is always sent.
    supervisor_after: days after the due day from which supervisors are reminded too.
    untouched_days: days after which an untouched case is escalated to its officer, then to the supervisors, then to
    whoever runs the channel.
    """

    first_answer_days: Days = 15
    received_days: Days | None = None
    screening_days: Days | None = None
    investigating_days: Days | None = None
    counted_in: Literal["calendar", "working"] = "calendar"
    days_off: Annotated[tuple[date, ...], Field(max_length=400)] = ()
    remind_before: ReminderDays = (3,)
    remind_after: ReminderDays = (1, 7)
    supervisor_after: Days = 7
    untouched_days: tuple[Days, Days, Days] = (30, 45, 52)

    @model_validator(mode="after")
    def _check_increasing(self) -> Self:
        if list(self.untouched_days) != sorted(set(self.untouched_days)):
            raise PydanticCustomError(
                "not_increasing", "untouched_days: each number must be greater than the one before it"
            )
        return self

    @property
    def extra_days_off(self) -> frozenset[date] | None:
        """The office's own days off where working days are counted; None where calendar days are."""
        return frozenset(self.days_off) if self.counted_in == "working" else None

    def get_day_limit(self, status: CaseStatus) -> int | None:
        """Return the days that a case may stay in a status; None for no limit."""
        match status:
            case CaseStatus.RECEIVED:
                return self.received_days
            case CaseStatus.SCREENING:
                return self.screening_days
            case CaseStatus.INVESTIGATING:
                return self.investigating_days
            case CaseStatus.CLOSED | CaseStatus.NOT_ACCEPTED:
                return None
            case _:
                assert_never(status)


AskedFact = Literal[
    "accused", "when", "where", "evidence", "witnesses", "elsewhere", "wish", "category", "named"
]
"""What may be told of a complaint besides the story: the questions of its form, by their names."""


class ReportSettings(OfficeSection):
    """How a complaint is asked for.

    way: "short" asks for the story and one safety question, and shows what is missing before it is sent; "guided" asks
    question after question. Everybody may choose to be guided. asks: what the office's rule for unsigned letters asks
    for, so that it is said to be missing; nothing of it has to be told.
    """

    way: Literal["short", "guided"] = "short"
    asks: Annotated[tuple[AskedFact, ...], Field(max_length=9)] = (
        "accused",
        "when",
        "where",
        "evidence",
        "witnesses",
    )


class AlternateOfficers(OfficeSection):
    """Who takes a case that concerns the head of the office or whoever runs this channel.

    officers: their names as `ita-bot staff list` has them; while none of them has joined, nobody in the office reads
    such a case, and reporters hear so. outside_only: the office means it so, and names nobody.
    """

    post: Bilingual
    officers: Annotated[tuple[NonEmptyText, ...], Field(max_length=20)] = ()
    outside_only: bool = False


class NoticeSettings(OfficeSection):
    """When officers are told of a new report, so that the time tells nobody who wrote it.

    delay: minutes; the moment is drawn at random between none and so many. urgent: codes of the categories of which
    they are told at once, such as a danger to life.
    """

    delay: Annotated[int, Field(ge=0, le=720)] = 90
    urgent: tuple[Code, ...] = ()

    def get_delay(self, category: str) -> int:
        """Return the minutes within which officers are told of a report of a category; 0 means at once."""
        return 0 if category in self.urgent else self.delay

    def get_counting_instant(self, now: datetime) -> datetime:
        """Return the instant whose day is today for counting: a day is over once officers know all that came on it."""
        return now - timedelta(minutes=self.delay)


class PlannedMaintenance(OfficeSection):
    """When the office's system is to be out of use. Everybody is told until it has ended."""

    start: AwareDatetime
    end: AwareDatetime

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.end <= self.start:
            raise PydanticCustomError("ends_before_start", "maintenance: end must be after start")
        return self


class AnswerSettings(OfficeSection):
    """How questions find known answers. meaning: also by what they mean, where the encoder is installed.

    check_after_days: days after which an answer that nobody checked since counts as old.
    """

    meaning: bool = True
    check_after_days: Annotated[int, Field(ge=30, le=3650)] = 365


class OfficeContact(OfficeSection):
    """How the office is reached. Answers to questions have it in their places; what is not given is not printed."""

    phone: NonEmptyText | None = None
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)] | None = (
        None
    )
    hours: Bilingual | None = None
    address: Bilingual | None = None
    map: Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$", max_length=500)] | None = None


class TwoPersonRules(OfficeSection):
    """Which actions one officer requests with a reason and another must approve."""

    identity: bool = False
    unfounded: bool = False


class MessengerLinks(OfficeSection):
    """Links to a desk's messenger accounts, shown on the first page with QR codes."""

    line: Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$", max_length=300)] | None = None
    telegram: Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$", max_length=300)] | None = None


class DeskMessengerLinks(OfficeSection):
    """The messenger accounts of both desks, which are never the same."""

    complaints: MessengerLinks = MessengerLinks()
    service: MessengerLinks = MessengerLinks()


class DirectorySettings(OfficeSection):
    """The directory of true channels in which the office stands. key: public (Ed25519, base64), of who signs it."""

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]


class StatisticsSettings(OfficeSection):
    """How statistics are laid out, counted and released. Lines of a split below `hide_below` (at least 5) are folded.

    splits: "never" is read when a span has settled, and then holds for that span for ever.
    publish_hour: hour of the 1st of a month, in Bangkok; hold: releases wait for a supervisor; signature: the PDF has a
    signature block for the head of the office.
    """

    layout: Literal["month", "quarter", "half"] = "month"
    forwarded_counts_as: Literal["done", "in_progress"] = "done"
    hide_below: Annotated[int, Field(ge=2, le=100)] = 5
    splits: Literal["told", "never"] = "told"
    publish_hour: Annotated[int, Field(ge=0, le=23)] = 8
    hold: bool = False
    signature: bool = False


class AssessmentSettings(OfficeSection):
    """By whose list of items the office is assessed; None: by that of all agencies (NACC) where the year has one."""

    variant: AgencyVariant | None = None


class ItaItem(OfficeSection):
    """The number of an ITA item in one assessment: it changes by year and by kind of agency.

    All of a topic stand in the small print of its public page. With `year` (Buddhist) and `variant`, an entry also
    corrects the table that comes with the program, for `ita-bot evidence`: number, title, coverage, and whether the
    office read them in the rules of that year.
    """

    topic: ItaTopic
    number: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{0,4} ?[0-9]{1,2}$")]
    assessment: NonEmptyText
    year: Annotated[int, Field(ge=2556, le=2700)] | None = None
    variant: AgencyVariant | None = None
    title: Bilingual | None = None
    coverage: CoverageRule | None = None
    verified: bool | None = None

    @model_validator(mode="after")
    def _check_place_in_table(self) -> Self:
        if (self.year is None) != (self.variant is None):
            raise PydanticCustomError("half_an_item", "items: year and variant stand together, or neither")
        if self.year is None and (self.title or self.coverage or self.verified is not None):
            raise PydanticCustomError(
                "item_without_year", "items: title, coverage and verified need year and variant"
            )
        return self


class Office(OfficeSection):
    """The whole of office.toml. `exit_to`: the innocuous page that the quick exit opens.

    emblem: the file beside office.toml with the emblem of its letters, once loaded with its folder; empty: there is
    none, and the place is left free.

    announcement: what everybody reads at the first message and on the first page. canned: prepared answers to
    reporters, for officers to pick. These and `maintenance` may be changed while the program runs.
    """

    name: Bilingual
    website: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]
    head: Bilingual
    categories: Annotated[tuple[Category, ...], Field(min_length=1, max_length=9)]
    unsigned_letters: Bilingual
    bodies: Annotated[tuple[OutsideBody, ...], Field(min_length=1, max_length=5)]
    guideline: Guideline
    privacy: Privacy
    alternate: AlternateOfficers
    retention: RetentionSettings
    deadlines: Deadlines = Deadlines()
    report: ReportSettings = ReportSettings()
    notice: NoticeSettings = NoticeSettings()
    announcement: Bilingual | None = None
    maintenance: PlannedMaintenance | None = None
    answers: AnswerSettings = AnswerSettings()
    contact: OfficeContact = OfficeContact()
    two_persons: TwoPersonRules = TwoPersonRules()
    chats: DeskMessengerLinks = DeskMessengerLinks()
    directory: DirectorySettings | None = None
    exit_to: Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$")] = "https://www.tmd.go.th/"
    emblem: Annotated[str, StringConstraints(pattern=r"^[^/\\]{1,200}\.png$")] = ""
    statistics: StatisticsSettings = StatisticsSettings()
    assessment: AssessmentSettings = AssessmentSettings()
    items: tuple[ItaItem, ...] = ()
    canned: Annotated[tuple[Bilingual, ...], Field(max_length=9)] = ()
    topics: Annotated[tuple[Subject, ...], Field(max_length=9)] = ()

    @model_validator(mode="after")
    def _check_codes_distinct(self) -> Self:
        for what, codes in (
            ("categories", [c.code for c in self.categories]),
            ("bodies", [b.code for b in self.bodies]),
            ("topics", [t.code for t in self.topics]),
            *((f"checklist of {c.code}", [one.code for one in c.checklist]) for c in self.categories),
        ):
            if len(set(codes)) < len(codes):
                raise PydanticCustomError(
                    "codes_repeated",
                    "{what}: each code may stand once, found {codes}",
                    {"what": what, "codes": ", ".join(codes)},
                )
        return self

    @model_validator(mode="after")
    def _check_urgent_categories(self) -> Self:
        known = [category.code for category in self.categories]
        for code in self.notice.urgent:
            if code not in known:
                raise PydanticCustomError(
                    "unknown_category",
                    "notice.urgent: {code} is no category, which are {known}",
                    {"code": code, "known": ", ".join(known)},
                )
        return self

    def find_category(self, code: str) -> Category | None:
        return next((c for c in self.categories if c.code == code), None)
