"""Checks that ask the platforms: tokens, webhooks, quota; and the clock by what they answer."""

from collections.abc import AsyncIterator
from datetime import timedelta

from bot.both_languages import BothLanguages
from bot.clock.decision import MAX_DIFFERENCE
from bot.clock.outside_time import OUTSIDE_TIME
from bot.delivery.transport import TokenRefusedError, TransportError
from bot.desk_names import DESK_NAMES, DeskName
from bot.health.check import Finding, Weight, build_command
from bot.health.machine import Machine
from bot.platforms.platform import AccountPlatform, AccountState
from bot.platforms.registry import PLATFORMS
from bot.settings import ENV_PREFIX, Settings

QUOTA_WARNING = 0.9
FAILURE_COUNTS_FOR = timedelta(hours=24)
"""A webhook that failed longer ago, and works since, is no finding."""

MANY_WAITING = 100
"""Events that a platform keeps for us; more of them than come in a busy minute."""


async def check_accounts(machine: Machine) -> AsyncIterator[Finding]:
    """Find accounts whose token is refused, that post elsewhere, or that could not deliver to us."""
    settings = machine.require_settings()
    for desk in DESK_NAMES:
        for platform in PLATFORMS:
            token, *_ = platform.get_secrets(settings.desk(desk))
            if token.value is None:
                continue
            name = f"{ENV_PREFIX}{desk.upper()}__{token.setting}"
            try:
                state = await platform.examine_account(desk, settings)
            except TokenRefusedError:
                yield Finding(
                    BothLanguages(
                        f"{name}: {platform.title} ไม่รับโทเคนนี้ ช่องทางนี้จึงไม่ทำงาน",
                        f"{name}: {platform.title} refuses this token, so the channel is closed",
                    ),
                    BothLanguages(
                        f"ขอโทเคนใหม่ ({platform.guide}) แล้วสั่ง ita-bot init",
                        f"get a new one ({platform.guide}), then ita-bot init",
                    ),
                )
            except TransportError:
                yield Finding(
                    BothLanguages(
                        f"ติดต่อ {platform.title} ไม่ได้ เครื่องนี้อาจออกอินเทอร์เน็ตไม่ได้",
                        f"{platform.title} cannot be reached; this machine may have no way to the internet",
                    ),
                    BothLanguages(
                        "ตรวจเครือข่ายและ https_proxy ของเครื่อง",
                        "see to the machine's network and its https_proxy",
                    ),
                )
            else:
                for finding in list_account_findings(machine, desk, settings, platform, state):
                    yield finding


def list_account_findings(
    machine: Machine, desk: DeskName, settings: Settings, platform: AccountPlatform, state: AccountState
) -> list[Finding]:
    """List what is wrong with an account whose token is accepted."""
    account = f"{platform.title} {state.name} ({desk})"
    return [
        *_list_webhook_findings(machine, account, platform.get_webhook_url(desk, settings.desk(desk)), state),
        *_list_quota_findings(account, state),
        *_list_mode_findings(account, state),
    ]


def _list_webhook_findings(
    machine: Machine, account: str, expected: str, state: AccountState
) -> list[Finding]:
    findings = []
    if state.webhook != expected:
        findings.append(
            Finding(
                BothLanguages(
                    f"{account} ส่งข้อความไปที่ “{state.webhook or 'ไม่มี'}” ไม่ใช่ “{expected or 'ไม่มี (polling)'}”",
                    f"{account} posts to “{state.webhook or 'nowhere'}”, not “{expected or 'nowhere (polling)'}”",
                ),
                BothLanguages(
                    "สั่ง ita-bot init อีกครั้ง ใน LINE Developers ต้องเปิด Use webhook ด้วย",
                    "ita-bot init again; in LINE Developers, Use webhook has to be on too",
                ),
            )
        )
    is_recent = state.failed_at is None or machine.now - state.failed_at < FAILURE_COUNTS_FOR
    if state.failure and is_recent:
        findings.append(
            Finding(
                BothLanguages(
                    f"{account} ส่งข้อความมาไม่ถึง: {state.failure}",
                    f"{account} could not deliver: {state.failure}",
                ),
                BothLanguages(
                    "ตรวจว่าโปรแกรมและ proxy ทำงาน ใบรับรองไม่หมดอายุ และ proxy ส่งต่อเส้นทางนี้ (docs/deploy/)",
                    "see that program and proxy run, the certificate is valid, the path is passed on (docs/deploy/)",
                ),
            )
        )
    if state.waiting > MANY_WAITING:
        findings.append(
            Finding(
                BothLanguages(
                    f"{account} มีข้อความค้างส่ง {state.waiting} ข้อความ",
                    f"{account} has {state.waiting} messages waiting for us",
                ),
                build_command("systemctl status ita-bot"),
            )
        )
    return findings


def _list_quota_findings(account: str, state: AccountState) -> list[Finding]:
    if state.quota is None or state.quota[1] < state.quota[0] * QUOTA_WARNING:
        return []
    limit, used = state.quota
    return [
        Finding(
            BothLanguages(
                f"{account} ใช้โควตาข้อความเดือนนี้ไปแล้ว {used} จาก {limit}",
                f"{account} has used {used} of {limit} messages this month",
            ),
            BothLanguages(
                "ซื้อแพ็กเกจเพิ่มใน LINE Official Account Manager หรือรอต้นเดือน (ระหว่างนี้ผู้มีข่าวเห็นจุดแดงในเมนู)",
                "buy more in LINE Official Account Manager, or wait for the month (people see a red dot meanwhile)",
            ),
            Weight.NOTE if used < limit else Weight.FINDING,
        )
    ]


def _list_mode_findings(account: str, state: AccountState) -> list[Finding]:
    if state.answers_alone:
        return []
    return [
        Finding(
            BothLanguages(
                f"{account} เปิด “แชต” ไว้ ผู้อื่นที่เข้าบัญชีได้จะอ่านและตอบผู้แจ้งแทนระบบได้",
                f"{account} has Chat on: others with access to the account can read and answer what people write",
            ),
            BothLanguages(
                "ปิด “แชต” ใน LINE Official Account Manager › ตั้งค่าการตอบกลับ",
                "turn Chat off in LINE Official Account Manager",
            ),
        )
    ]


async def check_clock(machine: Machine) -> AsyncIterator[Finding]:
    """Find that this machine's clock differs from the dates of the platforms' answers (after `check_accounts`)."""
    difference = OUTSIDE_TIME.get_difference(machine.now)
    if difference is not None and abs(difference) > MAX_DIFFERENCE:
        minutes = round(abs(difference).total_seconds() / 60)
        yield Finding(
            BothLanguages(
                f"นาฬิกาของเครื่องต่างจากของ Telegram หรือ LINE {minutes:,} นาที การลบ ปิดเรื่อง และเผยแพร่จึงหยุดรอ",
                f"this machine's clock is {minutes:,} minutes off the platforms': erasure, closings, releases wait",
            ),
            build_command("timedatectl set-ntp true"),
        )
