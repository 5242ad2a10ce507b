"""Officers see every field of the form in the chat, on the page and in the PDF, except the sealed identity."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.exporters.case_pdf import build_case_document
from handlers.complaints.form import list_complaint_fields
from handlers.complaints.messages import FileCase
from handlers.dialog.events import Channel
from handlers.dialog.form import FieldAudience, FieldKind, FormField
from handlers.dialog.receipt import make_receipt
from handlers.i18n import WORDING
from handlers.staff.complaints.messages import FindCaseByNumber, GetCaseHistory, GetCaseReport, OfficerCase
from handlers.thai.dates import to_bangkok_date
from ita_stats.calendar import get_fiscal_year
from storage.cases.writes import ENVELOPE_BYTES
from storage.serialization import IDENTITY_CODEC
from tests.end_to_end.officer.officer_server import OfficerServer
from tests.in_memory_desk import OFFICE

FIELDS = list_complaint_fields(OFFICE)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficerServer]:
    one = OfficerServer(tmp_path / "var")
    yield one
    one.close()


def fill_in(field: FormField) -> str:
    """A distinct answer to a field: typed, or one of its choices."""
    return field.options[0].value if field.kind is FieldKind.PICK else f"คานารี-{field.name}"


def label_of_answer(field: FormField) -> str:
    """That answer as an officer reads it."""
    option = field.find_option(fill_in(field))
    if option is None:
        return fill_in(field)
    return option.name.in_lang("th") if option.name else WORDING["th"][f"choice.{option.value}"]


def select_fields(*audiences: FieldAudience) -> list[FormField]:
    """The fields of some audiences; there must be some, or the test would test nothing."""
    found = [field for field in FIELDS if field.audience in audiences]
    assert found
    return found


def file_whole_form(office: OfficerServer) -> None:
    """File a case with an answer to every field."""
    apart = [field.text_name for field in select_fields(FieldAudience.ENVELOPE)]
    answers = {field.text_name: fill_in(field) for field in FIELDS}
    today = to_bangkok_date(office.desk.now())
    act = FileCase(
        make_receipt(1),
        answers["category"],
        Channel.WEB,
        today,
        today,
        "2570-1",
        answers={name: answer for name, answer in answers.items() if name not in apart},
        identity={name: answers[name] for name in apart},
    )
    office.server.run(office.desk.commit_office_act(act))


def print_case(office: OfficerServer) -> str:
    """The text of the case's PDF."""

    async def work() -> str:
        store, now = office.desk.store, office.desk.now()
        found: OfficerCase = await store.answer_query(
            FindCaseByNumber(1, get_fiscal_year(to_bangkok_date(now)), ""), now
        )
        told = await store.answer_query(GetCaseReport(found.id), now)
        lines = await store.answer_query(GetCaseHistory(found.id), now)
        return str(build_case_document(found, told, lines, OFFICE, now))

    return office.server.run(work())


def test_every_field_is_read_by_officers_save_the_envelope(office: OfficerServer) -> None:
    file_whole_form(office)
    officer = office.add_officer("สมหญิง")
    summary = office.send_chat_text(officer, "/case 1")
    office.send_chat_text(officer, "/facts 1")
    facts = office.send_chat_text(officer, office.next_totp_code(officer))
    page = office.open_page(officer, office.new_browser()).text
    paper = print_case(office)
    for field in select_fields(FieldAudience.CASE):
        for read in (facts, page, paper):
            assert WORDING["th"][field.staff_label_key] in read
            assert label_of_answer(field) in read
    for field in select_fields(FieldAudience.SUMMARY):
        for read in (summary, page, paper):
            assert label_of_answer(field) in read
    for field in select_fields(FieldAudience.ENVELOPE, FieldAudience.CONSENT):
        for read in (summary, facts, page, paper):
            assert label_of_answer(field) not in read


def test_the_longest_answers_fit_into_an_envelope() -> None:
    longest = {field.text_name: "ก" * field.limit for field in select_fields(FieldAudience.ENVELOPE)}
    assert len(IDENTITY_CODEC.dump_json(longest)) <= ENVELOPE_BYTES
