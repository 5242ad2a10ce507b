"""`ita-bot init`: asks, writes and sets up. Run again it goes on where it was, and changes nothing that is there."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.bootstrap import App, open_app
from bot.cli.runner import EXIT_DONE, EXIT_FINDINGS
from bot.desk_names import DeskName
from bot.errors import ConfigurationError
from bot.installation.accounts import AccountSetup, list_links, register_accounts
from bot.installation.answers import Answers, load_answers_file
from bot.installation.emergency_kit import build_kit, render_kit
from bot.installation.interview import (
    BackRequestedError,
    FileInterview,
    Interview,
    SetupStoppedError,
    TerminalInterview,
    say,
)
from bot.installation.office_writer import build_office_text, write_office
from bot.installation.questions import (
    QUESTIONS,
    Question,
    describe_answer,
    list_answer_keys,
    list_chosen_desks,
)
from bot.installation.settings_writer import SettingsWriter
from bot.office_file import load_office
from bot.settings import ENV_PREFIX, Settings, load_settings
from handlers.office import Office
from handlers.staff.members import ListStaff, StaffMember, StaffProfile
from handlers.staff.permissions import Role
from ita_stats.calendar import to_bangkok_date
from storage.files.atomic_write import PRIVATE_MODES, replace_file

KIT_NAME = "emergency-kit.pdf"
"""The kit's file in ITA_HOME: private, one for each office, and never in a checkout of the program."""
OF_THE_OFFICE_FILE = ("office.", "alternate.")
"""Questions whose answers stand in office.toml, so that they are not asked where there is one."""

WELCOME = """\
ตั้งระบบรับเรื่องทุจริตของหน่วยงาน ใช้เวลาราวสิบห้านาที
หยุดได้ทุกเมื่อ (Ctrl-C) แล้วสั่ง ita-bot init อีกครั้งจะทำต่อจากเดิม สิ่งที่มีอยู่แล้วจะไม่ถูกเขียนทับ
ตอบผิด พิมพ์ ย้อน เพื่อตอบข้อก่อนหน้าใหม่ ย้อนได้หลายข้อ"""
STOPPED = (
    "\nหยุดไว้ตรงนี้ คำตอบที่ให้แล้วเก็บไว้ สั่ง ita-bot init อีกครั้งเพื่อทำต่อ / stopped; ita-bot init goes on from here"
)


@dataclass
class OfficeSetup:
    """One run. office_file: of the office, whether it is there yet or not.

    earlier: answers that somebody went back over, by question.
    """

    answers: Answers
    interview: Interview
    writer: SettingsWriter
    office_file: Path
    earlier: dict[str, str] = field(default_factory=dict)

    async def run(self, now: datetime) -> None:
        """Ask what was not answered, then write and set up. Raises SetupStoppedError, ConfigurationError."""
        await self._ask_questions()
        desks = list_chosen_desks(self.answers)
        for desk in desks:
            self.writer.add(f"{ENV_PREFIX}{desk.upper()}__PUBLIC_URL", self.answers[f"{desk}.public_url"])
        await AccountSetup(self.answers, self.writer, self.interview).ask_all()
        for desk in desks:
            self._choose_telegram_mode(desk)
        office = self._make_office(now)
        async with open_app(desks, now) as app:
            say("✓ กุญแจและฐานข้อมูลของแต่ละโต๊ะพร้อมแล้ว")
            await self._invite_staff(app, office, now)
        settings = load_settings()
        await register_accounts(desks, settings)
        self._write_kit(office, settings, desks, now)
        say(build_next_steps(settings, desks))
        self.answers.forget()

    async def _ask_questions(self) -> None:
        has_office = self.office_file.exists()
        if has_office:
            load_office(self.office_file)  # a mistake in it is told before anything is asked
            say(f"{self.office_file}: มีอยู่แล้ว ใช้ตามนั้น ไม่เขียนทับ")
        place = 0
        while place < len(QUESTIONS):
            question, place = QUESTIONS[place], place + 1
            if has_office and question.name.startswith(OF_THE_OFFICE_FILE):
                continue
            if question.name in self.answers or not question.is_needed(self.answers):
                continue
            try:
                answer = await self.interview.ask(self._offer_earlier(question))
            except BackRequestedError:
                place = self._go_back(place - 1)
                continue
            if conflict := question.find_conflict(answer, self.answers):
                self.interview.refuse(question.name, conflict)
                place -= 1
                continue
            self.answers.save(question.name, answer)

    def _offer_earlier(self, question: Question) -> Question:
        """Return a question that keeps the answer that was withdrawn where nothing but Enter is typed."""
        earlier = self.earlier.get(question.name, "")
        if not earlier:
            return question
        how = "กด Enter เพื่อคงคำตอบเดิม" + (" พิมพ์ ไม่มี เพื่อลบ" if question.otherwise == "" else "")
        return replace(
            question, text=f"{question.text}\n({how}: {describe_answer(earlier)})", otherwise=earlier
        )

    def _go_back(self, place: int) -> int:
        """Withdraw the answer before a question; return the place to go on from."""
        for earlier in range(place - 1, -1, -1):
            if QUESTIONS[earlier].name in self.answers:
                name = QUESTIONS[earlier].name
                self.earlier[name] = self.answers.withdraw(name)
                say(f"ข้อก่อนหน้า ท่านตอบไว้ว่า: {describe_answer(self.earlier[name])}")
                return earlier
        say("ข้อนี้เป็นข้อแรกแล้ว")
        return place

    def _choose_telegram_mode(self, desk: DeskName) -> None:
        prefix = f"{ENV_PREFIX}{desk.upper()}__"
        if self.writer.get(f"{prefix}TELEGRAM_TOKEN") and not load_settings().desk(desk).public_url:
            self.writer.add(f"{prefix}TELEGRAM_MODE", "polling")

    def _make_office(self, now: datetime) -> Office:
        if not self.office_file.exists():
            text = build_office_text(self.answers, list_links(self.answers), to_bangkok_date(now))
            write_office(self.office_file, text)
            say(f"✓ เขียน {self.office_file} แล้ว อ่านและแก้ถ้อยคำให้เป็นของหน่วยงานได้")
        return load_office(self.office_file)

    async def _invite_staff(self, app: App, office: Office, now: datetime) -> None:
        supervisor, admin = self.answers["people.supervisor"], self.answers["people.admin"]
        for name, desk in app.desks.items():
            staff: tuple[StaffMember, ...] = await desk.store.answer_query(ListStaff(), now)
            known = {member.name for member in staff}
            wanted = {supervisor: Role.SUPERVISOR, admin: Role.ADMIN}
            if name == "complaints":
                wanted = {**dict.fromkeys(office.alternate.officers, Role.OFFICER), **wanted}
            for person, role in wanted.items():
                if person in known:
                    say(
                        f"  {person} ({name}): เชิญไว้แล้ว ถ้ารหัสหายหรือเกิน 24 ชั่วโมง: ita-bot staff reset"
                        f" --desk {name} --name “{person}”"
                    )
                    continue
                invitation = await desk.store.staff_admin.add(role, StaffProfile(person), now)
                has_page = app.settings.desk(name).public_url is not None
                when = "แล้วบอกเลข" if has_page else "ถ้าตั้งที่อยู่เว็บก่อนเขาเข้าร่วม หน้าเว็บจะถามเลข: บอก"
                say(
                    f"✓ เชิญ {person} เป็น {role.value} ของโต๊ะ {name}: ให้พิมพ์  /join {invitation.code}"
                    f"  {when}  {invitation.digits}  ต่อหน้าหรือทางโทรศัพท์ อย่าพิมพ์ในแชต"
                )

    def _write_kit(
        self, office: Office, settings: Settings, desks: tuple[DeskName, ...], now: datetime
    ) -> None:
        kit_file = settings.home / KIT_NAME
        if kit_file.exists():
            say(f"{kit_file}: มีอยู่แล้ว ไม่เขียนทับ")
            return
        data = build_kit(office, settings, desks, self.answers["kit.it_contact"], now)
        replace_file(kit_file, render_kit(data, now), PRIVATE_MODES[1])
        say(f"✓ {kit_file}: ชุดฉุกเฉินหนึ่งหน้า พิมพ์ เติมช่องว่าง แล้วเก็บในตู้นิรภัย")


def build_next_steps(settings: Settings, desks: tuple[DeskName, ...]) -> str:
    """Build what is to be done next, in order."""
    has_chat = any(settings.desk(desk).has_platform for desk in desks)
    join = (
        "ให้ผู้ที่เชิญพิมพ์ /join ตามด้วยรหัส ในแชตส่วนตัวกับบอตหรือบัญชี LINE ของโต๊ะนั้น ภายใน 24 ชั่วโมง"
        if has_chat
        else f"ยังไม่มี Telegram หรือ LINE: ผู้ที่เชิญเข้าร่วมด้วย ita-bot chat --desk {desks[0]} --as ชื่อ แล้วพิมพ์ /join ตามด้วยรหัส"
    )
    return "\n".join(
        (
            "\nเสร็จแล้ว ทำต่อตามนี้",
            "  1. เปิดโปรแกรม: make run หรือ systemctl start ita-bot (docs/deploy/) ถ้าไม่เปิดไว้ ไม่มีคำตอบใดถูกส่งออกไป",
            f"  2. {join}",
            "  3. คัดลอกโฟลเดอร์กุญแจใส่สื่อสองชุด ใส่ซองปิดผนึก เก็บคนละที่ (ที่อยู่ในชุดฉุกเฉิน)",
            "  4. ตั้งการสำรองทุกคืน ITA_BACKUP_DIR และ ITA_BACKUP_RECIPIENT ใน .env (ทำอย่างไร: docs/guides/backup.th.md)",
            "  5. ita-bot doctor แก้จนไม่มีบรรทัด ✗",
            "  6. วางลิงก์จากเว็บไซต์หลักของหน่วยงานมาที่หน้าแรก (ITA ข้อ 26) แล้วอ่าน docs/guides/it.th.md",
        )
    )


async def set_up_office(answers_file: Path | None) -> int:
    """Run the set-up, with a person or with a file of answers. Returns the exit code. Raises ConfigurationError."""
    settings = load_settings()
    interview: Interview = TerminalInterview()
    if answers_file is not None:
        interview = FileInterview(answers_file.name, load_answers_file(answers_file, list_answer_keys()))
    setup = OfficeSetup(
        Answers.load(settings.home),
        interview,
        SettingsWriter(Path(".env"), settings.secrets_dir),
        settings.office or Path("office.toml"),
    )
    say(WELCOME)
    try:
        await setup.run(datetime.now(UTC))
    except SetupStoppedError:
        say(STOPPED)
        return EXIT_FINDINGS
    except OSError as trouble:
        raise ConfigurationError(
            f"{trouble.filename}: เขียนหรือสร้างไม่ได้ ตรวจสิทธิ์ของโฟลเดอร์ พื้นที่ดิสก์ และ ITA_HOME แล้วสั่ง ita-bot init อีกครั้งจะทำต่อ"
            f" / cannot be written or made ({trouble.strerror}); see to the folder's rights, the disk and ITA_HOME,"
            " then ita-bot init goes on."
        ) from None
    return EXIT_DONE
