"""`/service`, and `/subscribe` which goes by it, as members meet them."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor

from tests.discord_ui.stage import MIDDLE, ROOT, Stage, buttons, is_private, said, stage
from tests.openapi import check_recorded

#: Episode 4 is broadcast on 29 July at 22:00 in Seoul, 13:00 UTC; abroad it is on Kocowa two hours later.
BROADCAST = int(datetime(2025, 7, 29, 13, tzinfo=UTC).timestamp())
LATER = BROADCAST + 2 * 60 * 60
MINUTE, DAY = 60, 24 * 60 * 60
KOCOWA = """
    releases:
      - service: Kocowa
        kind: streaming
        regions: [US, BR]
        date: "2025-07-30"
        time: "00:00"
        zone: Asia/Seoul
        sources: [S001]
        checked: "2025-07-12"
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data" / "shows" / "the-defects", data / "shows" / "the-defects")
    replace(data, '    date: "2025-07-29"\n', '    date: "2025-07-29"' + KOCOWA)
    return data


@pytest.fixture
async def s(tmp_path: Path, data: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=MIDDLE, data=data) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def replace(data: Path, was: str, now: str) -> None:
    path = data / "shows" / "the-defects" / "episodes.yaml"
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, now), encoding="utf-8")


def received(member: MemberActor) -> list[tuple[int, Any]]:
    return [(int(message.created_at.timestamp()), message) for message in member.user.dm_channel.history()]


async def pick(s: Stage, member: MemberActor, service: str, **options: object) -> str:
    answer = await member.slash(s.general, "service pick", service=service, **options)
    assert is_private(answer)
    return said(answer)


async def test_a_service_is_picked_once_and_answers_show_both_clocks(s: Stage) -> None:
    ann = s.person("ann")
    assert "**Kocowa (United States)**" in await pick(s, ann, "kocowa", country="us")
    await s.pass_time(hours=6)
    answer = said(await ann.slash(s.general, "next-episode", private=True))
    assert f"<t:{BROADCAST}:F>" in answer
    assert f"For you on **Kocowa (United States)**: <t:{LATER}:F>" in answer
    assert "checked Sat 12 Jul 2025" in answer
    season = said(await ann.slash(s.general, "schedule show", private=True))
    line = next(line for line in season.split("\n") if "Episode 4" in line)
    assert f"<t:{BROADCAST}:f>" in line
    assert f"📍 <t:{LATER}:f>" in line
    assert "on Kocowa (United States)" in season


async def test_what_others_read_does_not_tell_it_but_a_button_does(s: Stage) -> None:
    ann, bob = s.person("ann"), s.person("bob")
    await pick(s, ann, "Kocowa", country="US")
    await s.pass_time(hours=6)
    public = await ann.slash(s.general, "next-episode")
    assert "For you" not in said(public)
    assert "For you" not in said(await ann.slash(s.general, "schedule show"))
    assert "📍" not in said(await ann.slash(s.general, "schedule show"))
    mine = await ann.click(public.response, label="On my service")
    assert is_private(mine)
    assert f"<t:{LATER}:F>" in said(mine)
    assert "`/service pick`" in said(await bob.click(public.response, label="On my service"))
    other = await bob.slash(s.general, "next-episode", private=True)
    assert "For you" not in said(other)
    assert "On my service" not in buttons(other.response)


async def test_what_no_source_says_is_said_so(s: Stage) -> None:
    ann = s.person("ann")
    await s.pass_time(hours=6)
    await pick(s, ann, "TVING")
    assert "no source gives the hour" in said(await ann.slash(s.general, "next-episode", private=True))
    await pick(s, ann, "Kocowa", country="Germany")
    assert "no source says that it comes out there" in said(await ann.slash(s.general, "next-episode", private=True))
    await pick(s, ann, "ENA")
    assert "the same moment" in said(await ann.slash(s.general, "next-episode", private=True))


async def test_a_service_for_one_show_comes_before_the_one_for_all_and_none_takes_it_back(s: Stage) -> None:
    ann = s.person("ann")
    await pick(s, ann, "TVING")
    await pick(s, ann, "Kocowa", show="the-defects")
    shown = await ann.slash(s.general, "service show")
    assert is_private(shown)
    assert "**TVING**, for all shows" in said(shown)
    assert "**Kocowa**, for The Defects" in said(shown)
    assert "I forgot" in await pick(s, ann, "none", show="the-defects")
    assert "Kocowa" not in said(await ann.slash(s.general, "service show"))
    assert "I forgot" in await pick(s, ann, "None")
    assert "haven't said" in said(await ann.slash(s.general, "service show"))
    assert "haven't said" in await pick(s, ann, "none")


async def test_services_and_countries_are_offered_and_what_is_none_is_refused(s: Stage) -> None:
    ann = s.person("ann")
    offered = await ann.autocomplete(s.general, "service pick", "service", "")
    assert [one["value"] for one in offered] == ["ENA", "Kocowa", "Prime Video", "TVING"]
    countries = await ann.autocomplete(s.general, "service pick", "country", "", service="Kocowa")
    assert [one["value"] for one in countries] == ["BR", "US"]
    assert "Kocowa, Prime Video or TVING" in await pick(s, ann, "Betamax")
    for country in ("Atlantis", "ZZ", "European Union", " "):
        assert "no country" in await pick(s, ann, "Kocowa", country=country)


async def test_a_subscription_goes_by_the_service_and_follows_another(s: Stage) -> None:
    ann = s.person("ann")
    answer = await ann.slash(s.general, "subscribe", lead="15 min")
    assert is_private(answer)
    assert "until you say with `/service pick`" in said(answer)
    await pick(s, ann, "Kocowa")
    await s.pass_time(days=1, hours=8)
    times = [at for at, _ in received(ann)]
    assert times == [BROADCAST - DAY - 15 * MINUTE, LATER - 15 * MINUTE]
    # Nobody says that the schedule had changed.
    assert not any("changed" in message.content for _, message in received(ann))
    await s.pass_time(days=8)
    assert len(received(ann)) == 4
    assert "Cancelled" in said(await ann.slash(s.general, "unsubscribe"))
    assert "aren't subscribed" in said(await ann.slash(s.general, "unsubscribe"))
    await s.pass_time(days=8)
    assert len(received(ann)) == 4


async def test_a_subscription_survives_a_reload_and_follows_its_service(s: Stage, data: Path) -> None:
    ann = s.person("ann")
    await pick(s, ann, "Kocowa")
    await ann.slash(s.general, "subscribe", lead="15 min")
    await s.companion.library.reload()
    await s.pass_time(minutes=2)
    assert received(ann) == []
    replace(data, 'date: "2025-07-30"\n        time: "00:00"', 'date: "2025-07-30"\n        time: "01:00"')
    await s.companion.library.reload()
    await s.pass_time(minutes=2)
    [(_, told)] = received(ann)
    assert f"from <t:{LATER}:F> to <t:{LATER + 3600}:F>" in told.content


async def test_a_subscription_may_be_told_in_a_channel(s: Stage) -> None:
    ann = s.person("ann")
    answer = said(await ann.slash(s.general, "subscribe", lead="15 min", where="mention"))
    assert "mention" in answer
    await s.pass_time(hours=6)
    assert received(ann) == []
    [told] = s.posts(s.general)
    assert f"<@{ann.id}>" in told["content"]
    # Said again, it takes the place of what was.
    await ann.slash(s.general, "subscribe", lead="1 h", where="dm")
    await s.pass_time(days=1)
    assert [at for at, _ in received(ann)] == [BROADCAST - 60 * MINUTE]
    assert len(s.posts(s.general)) == 1
    refused = said(await ann.user.slash("subscribe", where="mention"))
    assert "in a channel of a server" in refused


async def test_what_comes_out_together_is_told_in_one_message(s: Stage, data: Path) -> None:
    replace(data, '  - number: 5\n    date: "2025-08-04"', '  - number: 5\n    date: "2025-08-05"')
    await s.companion.library.reload()
    ann = s.person("ann")
    await ann.slash(s.general, "subscribe", lead="15 min")
    await s.pass_time(days=10)
    told = [message.content for _, message in received(ann)]
    assert len(told) == 3
    assert "5" in told[2]
    assert "6" in told[2]


async def test_episodes_that_come_to_air_together_are_told_once(s: Stage, data: Path) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "subscribe", lead="15 min")
    replace(data, '  - number: 5\n    date: "2025-08-04"', '  - number: 5\n    date: "2025-08-05"')
    await s.companion.library.reload()
    await s.pass_time(days=10)
    told = [message.content for _, message in received(ann) if "changed" not in message.content]
    assert len(told) == 3


async def test_a_subscription_goes_by_what_the_server_s_admins_set(s: Stage) -> None:
    role = s.guild.create_role("Admins", permissions=discord.Permissions(manage_guild=True, view_channel=True))
    admin, ann = s.person("admin", roles=[role]), s.person("ann")
    await pick(s, ann, "Kocowa")
    await ann.slash(s.general, "subscribe", lead="15 min")
    await admin.slash(s.general, "schedule override", episode=4, at=f"<t:{BROADCAST + DAY}>")
    await s.pass_time(days=3)
    told = [at for at, message in received(ann) if "changed" not in message.content]
    assert told == [BROADCAST - DAY - 15 * MINUTE, BROADCAST + DAY - 15 * MINUTE]


async def test_a_person_who_is_forgotten_has_no_service(s: Stage) -> None:
    from bot.store import people

    ann = s.person("ann")
    await pick(s, ann, "Kocowa")
    async with s.companion.database.begin() as tx:
        await people.forget(tx, ann.id)
    assert "haven't said" in said(await ann.slash(s.general, "service show"))
