"""The names of topics, coverage rules and elements of an assessment (ITA), whatever their numbers are."""

from enum import StrEnum


class ItaTopic(StrEnum):
    """What an item is about. Its number changes by year and kind of agency."""

    QA = "qa"
    GUIDELINE = "guideline"
    CHANNEL = "channel"
    STATS = "stats"
    OPINION = "opinion"
    PARTICIPATION = "participation"


class AgencyVariant(StrEnum):
    """Whose list of items an office is assessed by."""

    MOE = "moe"  # offices of the Ministry of Education, by its anti-corruption centre
    NACC = "nacc"  # the list of the National Anti-Corruption Commission
    VEC = "vec"  # vocational colleges
    MOPH = "moph"  # hospitals, by the Ministry of Public Health (MOIT)


class CoverageRule(StrEnum):
    """Which days the statistics, or the activities, of an item have to cover in the assessment of a year."""

    NONE = "none"
    FIRST_HALF = "first_half"  # 1 October to 31 March of the fiscal year
    CALENDAR_FIRST_HALF = "calendar_first_half"  # 1 January to 30 June
    PREVIOUS_YEAR = "previous_year"  # the whole fiscal year before
    YEAR = "year"  # the fiscal year itself


class ElementCode(StrEnum):
    """What has to be shown for an item. Each has a check in `bot.assessment.checks`."""

    ASK_FORM = "ask_form"
    ASK_ANSWERED = "ask_answered"
    ASK_LINKED = "ask_linked"
    GUIDELINE_HOW = "guideline_how"
    GUIDELINE_STEPS = "guideline_steps"
    GUIDELINE_UNIT = "guideline_unit"
    GUIDELINE_DAYS = "guideline_days"
    REPORT_FORM = "report_form"
    REPORT_APART = "report_apart"
    REPORT_IN_GUIDELINE = "report_in_guideline"
    REPORT_LINKED = "report_linked"
    STATISTICS_SHOWN = "statistics_shown"
    STATISTICS_PROGRESS = "statistics_progress"
    STATISTICS_COVERAGE = "statistics_coverage"
    STATISTICS_CURRENT = "statistics_current"
    ZERO_SENTENCE = "zero_sentence"
    OPINION_FORM = "opinion_form"
    OPINION_LINKED = "opinion_linked"
    OPINION_ANSWERED = "opinion_answered"
    ACTIVITY_SHOWN = "activity_shown"
    ACTIVITY_IN_YEAR = "activity_in_year"
