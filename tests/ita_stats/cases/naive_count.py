"""A slow and simple count of the register, case by case and day by day, written independently of the real one."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from statistics import median

from ita_stats.cases.fact import Fact, FactField


def get_value_on(facts: Sequence[Fact], name: FactField, on: date) -> str:
    """The value of a field at the end of a day: the fact of the latest day, and of that day the last written."""
    known = [f for f in facts if f.field is name and f.effective <= on]
    return max(known, key=lambda f: (f.effective, f.seq)).value if known else ""


def get_received_on(facts: Sequence[Fact]) -> date | None:
    """The day of receipt as written last; None for a deleted case."""
    known = [f for f in facts if f.field is FactField.RECEIVED]
    last = max(known, key=lambda f: f.seq)
    return last.effective if last.value == "1" else None


def get_state_on(facts: Sequence[Fact], on: date) -> str:
    """The status of a case on a day; forwarded cases count as done."""
    status = get_value_on(facts, FactField.STATUS, on)
    return {"closed": "done", "not_accepted": "not_accepted"}.get(status, "in_progress")


def get_first_value(facts: Sequence[Fact], name: FactField, on: date) -> str:
    """The value of a field; before the day of its first fact, the first value."""
    known = [f for f in facts if f.field is name]
    if not known:
        return ""
    if all(f.effective > on for f in known):
        return min(known, key=lambda f: (f.effective, f.seq)).value
    return get_value_on(facts, name, on)


def count_days_to_close(facts: Sequence[Fact], on: date) -> int:
    """Days from receipt to the last change from not closed to closed."""
    told = sorted((f for f in facts if f.field is FactField.STATUS), key=lambda f: (f.effective, f.seq))
    told = [f for f in told if f.effective <= on]
    closed = None
    for i in range(len(told)):
        if told[i].value == "closed" and (i == 0 or told[i - 1].value != "closed"):
            closed = told[i].effective
    day = get_received_on(facts)
    assert day is not None
    assert closed is not None
    return max(0, (closed - day).days)


def count_naively(
    facts: Sequence[Fact], first: date, last: date, as_of: date, deadline: int
) -> dict[str, object]:
    """The figures of a period."""
    cases = defaultdict(list)
    for fact in facts:
        cases[fact.about].append(fact)
    known = [
        (day, own) for own in cases.values() if (day := get_received_on(own)) is not None and day <= as_of
    ]
    inside = [(day, own) for day, own in known if first <= day <= last]
    before = [own for day, own in known if day < first]
    eve = date.fromordinal(first.toordinal() - 1)
    done = [own for _, own in inside if get_state_on(own, as_of) == "done"]
    took = [count_days_to_close(own, as_of) for own in done]
    return {
        "cases": [
            (
                f"{day.year + 543}-{day.month:02}",
                get_state_on(own, as_of),
                get_first_value(own, FactField.CATEGORY, as_of),
                max((f for f in own if f.field is FactField.SOURCE), key=lambda f: f.seq).value,
                get_value_on(own, FactField.OUTCOME, as_of) if get_state_on(own, as_of) == "done" else None,
            )
            for day, own in inside
        ],
        "brought_forward": sum(get_state_on(own, eve) == "in_progress" for own in before),
        "carried_over": sum(
            get_state_on(own, as_of) == "in_progress" for own in [*before, *(own for _, own in inside)]
        ),
        "median": float(median(took)) if took else None,
        "within": round(sum(t <= deadline for t in took) / len(took), 4) if took else None,
    }
