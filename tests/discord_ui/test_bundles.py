"""Reminders of several people in one message, and its buttons, which everybody presses for themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from simcord.actors import MemberActor

from bot.core.reminder import DueKind, DueState
from bot.store import people
from bot.store.tables import bundle as bundle_table
from bot.store.tables import due as due_table
from tests.discord_ui.stage import MIDDLE, Stage, buttons, is_private, said, stage, text_of
from tests.discord_ui.test_reminders import FOURTH, THIRD, close_messages, listed, received, remind, settings, stamp
from tests.openapi import check_recorded


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def mentioned(s: Stage, *names: str, **options: Any) -> list[MemberActor]:
    """People who are to be mentioned in the den."""
    members = [s.person(name) for name in names]
    for member in members:
        await settings(member, s, delivery="mention")
        await remind(member, s.den, **options)
    return members


async def bundled(s: Stage) -> tuple[list[MemberActor], Any]:
    """Ann, Bo and Cy, who have been mentioned in one message, and the message."""
    members = await mentioned(s, "ann", "bo", "cy")
    await s.pass_time(hours=3, minutes=45)
    [message] = s.den.history()
    return members, message


async def test_those_in_a_channel_are_mentioned_in_one_message(s: Stage) -> None:
    dora = s.person("dora")
    await remind(dora, s.den)
    members, message = await bundled(s)
    # Discord is sent no two messages in the same instant.
    await s.pass_time(seconds=1)
    first, second = message.content.splitlines()
    assert first == " ".join(member.mention for member in members)
    assert stamp(THIRD, "t") in second
    [body] = s.posts(s.den)
    assert body["allowed_mentions"] == {"parse": [], "users": [member.id for member in members]}
    assert (body["enforce_nonce"], len(body["nonce"])) == (True, 24)
    # Their identities are nobody's business in a button, nor is how many there are.
    assert all(part["custom_id"].split(":")[2] == "0" for part in buttons(message).values())
    assert len(received(dora)) == 1
    assert [received(member) for member in members] == [[], [], []]
    assert [state for _, state, _ in await s.due(DueKind.REMINDER)] == [DueState.DELIVERED] * 4


async def test_other_leads_and_channels_are_messages_of_their_own(s: Stage) -> None:
    await mentioned(s, "ann", "bo")
    await mentioned(s, "cy", "dora", lead="30 min")
    eve = s.person("eve")
    await settings(eve, s, delivery="mention")
    await remind(eve, s.general)
    await s.pass_time(hours=4)
    assert [len(body["allowed_mentions"]["users"]) for body in s.posts(s.den)] == [2, 2]
    assert [body["allowed_mentions"]["users"] for body in s.posts(s.general)] == [[eve.id]]


async def test_it_speaks_the_language_of_most(s: Stage) -> None:
    for name in ("ann", "bo"):
        s.person(name, "ko")
    _, message = await bundled(s)
    assert "방영" in text_of(message)


async def test_everybody_snoozes_their_own(s: Stage) -> None:
    (ann, bo, cy), message = await bundled(s)
    soon, later = MIDDLE + timedelta(hours=3, minutes=55), FOURTH - timedelta(minutes=15)
    for member, label, at in ((ann, "Snooze 10 minutes", soon), (bo, "Tomorrow", later)):
        answer = await member.click(message, label=label)
        assert is_private(answer)
        assert f"<t:{int(at.timestamp())}:" in said(answer)
        assert stamp(at) in await listed(member, s)
    assert "None is set" in await listed(cy, s)
    await s.restart()
    await s.pass_time(minutes=10)
    assert [body["allowed_mentions"]["users"] for body in s.posts(s.den)[1:]] == [[ann.id]]
    await s.pass_time(days=1)
    assert [body["allowed_mentions"]["users"] for body in s.posts(s.den)[1:]] == [[ann.id], [bo.id]]


async def test_another_time_is_typed_by_everybody_for_themselves(s: Stage) -> None:
    (ann, bo, _), message = await bundled(s)
    for member, minutes in ((ann, 20), (bo, 40)):
        shown = await member.click(message, label="Another time…")
        assert shown.modal is not None
        [label] = shown.modal["components"]
        answer = await member.submit_modal(shown, {label["component"]["custom_id"]: f"in {minutes} min"})
        assert is_private(answer)
    await s.pass_time(hours=1)
    assert [body["allowed_mentions"]["users"] for body in s.posts(s.den)[1:]] == [[ann.id], [bo.id]]


async def test_those_who_snooze_alike_stay_together(s: Stage) -> None:
    (ann, bo, cy), message = await bundled(s)
    for member in (ann, bo, cy, ann):
        await member.click(message, label="Snooze 1 hour")
    await s.pass_time(hours=2)
    _, second = s.den.history()
    assert [set(body["allowed_mentions"]["users"]) for body in s.posts(s.den)[1:]] == [{ann.id, bo.id, cy.id}]
    # The second message's buttons are as good as the first one's.
    answer = await bo.click(second, label="Snooze 10 minutes")
    assert stamp(MIDDLE + timedelta(hours=5, minutes=55), "t") in said(answer)


@pytest.mark.parametrize("label", ["Snooze 10 minutes", "Snooze 1 hour", "Tomorrow", "Another time…"])
async def test_a_press_by_somebody_who_is_not_mentioned_does_nothing(s: Stage, label: str) -> None:
    _, message = await bundled(s)
    dora = s.person("dora")
    # Not even where they have a reminder of the same episode.
    await remind(dora, s.den, lead="5 min")
    answer = await dora.click(message, label=label)
    assert is_private(answer)
    assert "no such reminder" in said(answer)
    await s.pass_time(hours=1)
    assert len(received(dora)) == 1
    assert len(s.den.history()) == 1


async def test_whoever_is_forgotten_has_no_button_any_more(s: Stage) -> None:
    (ann, bo, _), message = await bundled(s)
    async with s.companion.database.begin() as tx:
        await people.forget(tx, ann.id)
    assert "no such reminder" in said(await ann.click(message, label="Tomorrow"))
    assert "no such reminder" not in said(await bo.click(message, label="Tomorrow"))


async def test_closed_messages_of_several_are_one_message_in_the_channel(s: Stage) -> None:
    members = [s.person(name) for name in ("ann", "bo")]
    for member in members:
        close_messages(s, member)
        await remind(member, s.den)
    await s.pass_time(hours=4)
    [message] = s.den.history()
    assert message.content.startswith(" ".join(member.mention for member in members))
    assert "closed" in message.content


async def test_a_closed_channel_tells_everybody_by_themselves(s: Stage) -> None:
    s.env.inject_error("POST", f"/channels/{s.den.id}/messages", status=403, code=50013, times=None)
    members = await mentioned(s, "ann", "bo")
    await s.pass_time(hours=4)
    for member in members:
        [(_, message)] = received(member)
        assert "can't write in the channel" in message.content
        await member.user.click(message, label="Snooze 10 minutes")
    await s.pass_time(hours=1)
    assert [len(received(member)) for member in members] == [2, 2]


@pytest.mark.parametrize("minutes", [0, 10])
async def test_a_crash_after_sending_mentions_nobody_twice(s: Stage, minutes: int) -> None:
    (_, bo, _), message = await bundled(s)
    async with s.companion.database.begin() as tx:
        # As if the process had died between the answer and noting it.
        await tx.execute(sa.update(bundle_table).values(sent_at=None))
        await tx.execute(
            sa.update(due_table)
            .where(due_table.c.kind == DueKind.REMINDER)
            .values(state=DueState.WAITING, finished_at=None, leased_by="crashed", leased_until=s.clock.now())
        )
    await s.restart(minutes=minutes)
    await s.pass_time(minutes=3)
    assert [one.id for one in s.den.history()] == [message.id]
    assert len(s.posts(s.den)) == 1
    assert [state for _, state, _ in await s.due(DueKind.REMINDER)] == [DueState.DELIVERED] * 3
    # Its buttons still know whose is whose.
    assert is_private(await bo.click(message, label="Snooze 10 minutes"))
    await s.pass_time(minutes=11)
    assert [body["allowed_mentions"]["users"] for body in s.posts(s.den)[1:]] == [[bo.id]]
