"""LINE's pushes of a month are few: from 70 % on only what cannot wait is pushed, and nothing is lost."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from bot.platforms.line.quota import LOW_PERCENT
from handlers.dialog.events import Channel
from handlers.dialog.replies import Phrase, raw_text
from storage.serialization import OutboxMessage
from storage.staff.pushes import GOES_WHEN_FEW_ARE_LEFT, PushKind, StaffPush, make_case_push
from tests.bot.platforms.line.api_rules import needs_contracts
from tests.bot.platforms.line.driver import LineDesk, line_user_id, to_messages
from tests.bot.platforms.line.test_sender import PUSH, exchange, list_calls, run_scenario

pytestmark = needs_contracts
A = line_user_id("ก")
LIMIT = 100


def test_every_kind_says_whether_it_goes_when_few_are_left() -> None:
    assert set(GOES_WHEN_FEW_ARE_LEFT) == set(PushKind)
    going = {kind for kind, goes in GOES_WHEN_FEW_ARE_LEFT.items() if goes}
    assert going == {PushKind.NEW, PushKind.DUE, PushKind.REPORTER_WROTE, PushKind.ALARM, PushKind.DIGITS}
    for kind in PushKind:
        assert StaffPush(kind, Phrase("literal", {"text": "-"})).to_reply().policy.may_wait is (
            kind not in going
        )


def test_a_push_about_a_case_has_a_button_that_no_number_picks() -> None:
    reply = make_case_push(
        PushKind.DUE, Phrase("staff.notice.wrote", {"number": "5/2570"}), "5/2570"
    ).to_reply()
    assert [choice.data for choice in reply.choices] == ["/case 5/2570"]
    assert "1." not in repr(reply)


async def tell(account: LineDesk, kind: PushKind, text: str) -> None:
    store = account.desk.store
    back = account.setup.sender.encrypt_address(A)
    message = OutboxMessage(Channel.LINE, back, "th", (StaffPush(kind, raw_text(text)).to_reply(),))
    await store.outbox.add(Channel.LINE, message, account.desk.now())


def count_told(account: LineDesk, texts: list[str]) -> Counter[str]:
    heard = "\n".join(m.text for m in to_messages(account.line.chats.get(A, [])))
    return Counter({text: heard.count(text) for text in texts})


@pytest.mark.full("pushes on LINE when few are left")
@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_only_what_cannot_wait_costs_one_of_the_last_pushes(
    tmp_path: Path, seed: int
) -> None:
    async def scene(account: LineDesk) -> None:
        line, chance, texts = account.line, random.Random(seed), list[str]()
        line.quota, line.used = LIMIT, chance.choice([0, 60, 65, LOW_PERCENT, 80])
        for step in range(30):
            kind = chance.choice([*PushKind])
            text = f"<{step}:{kind}>"
            texts.append(text)
            was_low = 100 * line.used >= LOW_PERCENT * LIMIT
            before = len(list_calls(account, PUSH))
            await tell(account, kind, text)
            account.setup.sender.quota._refreshed_at = None  # LINE's own count, as after ten minutes
            await account.delivery_worker.run_once()
            pushed = len(list_calls(account, PUSH)) - before
            assert pushed == (not was_low or GOES_WHEN_FEW_ARE_LEFT[kind]), (kind, line.used)
            if chance.random() < 0.1:
                await exchange(account, "สวัสดี")
            if chance.random() < 0.1:
                line.used = chance.choice([10, LOW_PERCENT - 1, LOW_PERCENT, 90])
        used = line.used
        await exchange(account, "สวัสดี")
        await asyncio.sleep(0.2)
        assert line.used == used  # what waited came with a reply, which is free
        assert count_told(account, texts) == Counter(dict.fromkeys(texts, 1))
        assert await account.desk.store.outbox.list_all(Channel.LINE) == []

    run_scenario(tmp_path / "var", scene)
