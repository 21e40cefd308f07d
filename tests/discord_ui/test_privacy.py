"""`/privacy` as people meet it, and what becomes of what a server leaves behind."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import pytest
import sqlalchemy as sa
from simcord.actors import MemberActor

from bot.core.party import PartyState
from bot.core.personal_data import NOBODY
from bot.core.reminder import DueKind, DueState
from bot.discord_ui.membership import Membership
from bot.store.tables import metadata, party, reminder, server
from tests.discord_ui.stage import Stage, buttons, is_private, said, stage
from tests.openapi import check_recorded

LOCALES = ("en-US", "ko", "ja", "id", "fr", "de", "es-419", "pt-BR")
WRITTEN = "Quillfeather's evening"


@pytest.fixture
async def s(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with stage(tmp_path, **getattr(request, "param", {})) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def use_everything(s: Stage, who: MemberActor) -> None:
    """Let somebody use what keeps something about them."""
    for name, options in (
        ("timezone set", {"zone": "Europe/London", "share": True}),
        ("progress set", {"episode": 2}),
        ("progress share", {"on": True}),
        ("service pick", {"service": "TVING"}),
        ("remind", {"episode": 3}),
        ("remind", {"every": True}),
        ("catch-up", {"by": "17 aug 21:00"}),
        ("watch-party create", {"episode": 4, "when": "air time", "title": WRITTEN, "note": WRITTEN}),
    ):
        answer = said(await who.slash(s.general, name, **options))
        assert "wrong" not in answer, answer


async def holding(s: Stage, *what: object) -> list[str]:
    """The tables with a row that holds one of these."""
    found: list[str] = []
    async with s.companion.database.read() as tx:
        for table in metadata.sorted_tables:
            rows: list[tuple[Any, ...]] = [tuple(row) for row in await tx.execute(sa.select(table))]
            if any(value == one or str(one) in str(value) for row in rows for value in row for one in what):
                found.append(table.name)
    return found


def bytes_left(folder: Path, *what: object) -> list[str]:
    """The files of the database in which one of these can be read."""
    traces = [one.to_bytes(8, "big") if isinstance(one, int) else str(one).encode() for one in what]
    traces += [str(one).encode() for one in what]
    return [file.name for file in sorted(folder.glob("bot.sqlite3*")) if any(t in file.read_bytes() for t in traces)]


# ------------------------------------------------------------------ one's own


async def test_who_used_nothing_is_told_that_nothing_is_kept(s: Stage) -> None:
    ann = s.person("ann")
    for command in ("privacy show", "privacy export", "privacy delete"):
        answer = await ann.slash(s.general, command)
        assert is_private(answer)
        assert said(answer) == "I keep nothing about you."


async def test_what_is_kept_is_said_by_kind_and_until_when(s: Stage) -> None:
    ann = s.person("ann")
    await use_everything(s, ann)
    shown = await ann.slash(s.general, "privacy show")
    assert is_private(shown)
    text = said(shown)
    for line in (
        "Your time zone, and the servers that you share it with: 2",
        "How far you have watched, and the servers that you share it with: 2",
        "Where you watch: 1",
        "Your answers to watch parties and votes: 1",
        "with what you wrote on them: 1",
        "30 days after I have left",
        "over go by themselves after 90 days",
    ):
        assert line in text, text


@pytest.mark.parametrize("s", [{"left_server_days": 0}], indirect=True)
async def test_a_bot_that_keeps_nothing_of_servers_says_so(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=2)
    assert "as soon as I leave that server" in said(await ann.slash(s.general, "privacy show"))


async def test_an_export_is_everything_with_ones_id_and_nobody_elses(s: Stage) -> None:
    ann, ben = s.person("ann"), s.person("ben")
    for one in (ann, ben):
        await use_everything(s, one)
    exported = await ann.slash(s.general, "privacy export")
    assert is_private(exported)
    [file] = exported.response.attachments
    assert file.filename == "cliffhanger-privacy.json"
    data = json.loads(await file.read())
    assert (data["format"], data["user_id"]) == (1, str(ann.id))
    assert data["tables"]["person"] == [{"user_id": str(ann.id), "zone": "Europe/London"}]
    [hosted] = data["tables"]["party"]
    assert (hosted["title"], hosted["creator_id"]) == (WRITTEN, str(ann.id))
    assert str(ben.id) not in json.dumps(data)
    mine = set(await holding(s, ann.id))
    assert mine <= set(data["tables"])


async def test_deletion_asks_once_says_what_it_does_and_leaves_nothing(s: Stage, tmp_path: Path) -> None:
    ann, ben = s.person("ann"), s.person("ben")
    await use_everything(s, ann)
    await ben.slash(s.general, "progress set", episode=1)
    asked = await ann.slash(s.general, "privacy delete")
    assert is_private(asked)
    assert "at once and for good" in said(asked)
    assert await holding(s, ann.id), "asking deletes nothing"
    assert bytes_left(tmp_path, ann.id, WRITTEN)
    done = await ann.click(asked.response, label="Delete everything about me")
    assert "I keep nothing about you any more" in said(done)
    assert await holding(s, ann.id, WRITTEN) == []
    assert bytes_left(tmp_path, ann.id, WRITTEN) == []
    assert await holding(s, ben.id) == ["progress"]
    # Nothing comes any more that they had asked for.
    before = len(s.env.http_requests)
    await s.pass_time(days=2)
    assert [one for one in s.env.http_requests[before:] if str(ann.id) in str(one.json)] == []
    assert await holding(s, ann.id) == []


async def test_a_party_goes_on_for_its_guests_and_is_called_off_without(s: Stage) -> None:
    ann, ben = s.person("ann"), s.person("ben")
    everything = s.guild.create_role("events", permissions=discord.Permissions(manage_events=True))
    mod = s.person("mod", roles=[everything])
    await ann.slash(s.general, "watch-party create", episode=3, when="air time", title=WRITTEN)
    await ann.slash(s.general, "watch-party create", episode=4, when="air time")
    await s.env.settle()
    third = next(one for one in s.general.history() if WRITTEN in str(one.components[0].to_dict()))
    await ben.click(third, label="Going (1)") if "Going (1)" in buttons(third) else await ben.click(
        third, label="Going"
    )
    asked = await ann.slash(s.general, "privacy delete")
    await ann.click(asked.response, label="Delete everything about me")
    async with s.companion.database.read() as tx:
        rows = (
            await tx.execute(sa.select(party.c.state, party.c.creator_id, party.c.title).order_by(party.c.id))
        ).all()
    assert [tuple(row) for row in rows] == [(PartyState.PLANNED, NOBODY, None), (PartyState.CANCELLED, NOBODY, None)]
    texts = [str(one.components[0].to_dict()) for one in s.general.history() if one.components]
    assert any("Without a host now" in text and f"<@{ben.id}>" in text for text in texts)
    assert not any(WRITTEN in text or f"<@{ann.id}>" in text for text in texts)
    listed = said(await mod.slash(s.general, "watch-party list"))
    assert "Episode 3" in listed
    # Who was its host can do no more to it than anybody; who manages events can.
    refused = await ann.slash(s.general, "watch-party cancel", party=1)
    assert "no host any more" in said(refused)
    assert "cancelled" in said(await mod.slash(s.general, "watch-party cancel", party=1)).casefold()


async def test_it_works_in_every_language_and_in_direct_messages(s: Stage) -> None:
    for locale in LOCALES:
        ann = s.person(f"ann-{locale}", locale)
        await ann.slash(s.general, "progress set", episode=2)
        shown = await ann.user.slash("privacy show")
        assert ": 1" in said(shown).replace(" : ", ": "), locale
        asked = await ann.user.slash("privacy delete")
        [sure] = buttons(asked.response)
        await ann.user.click(asked.response, label=sure)
        assert await holding(s, ann.id) == []


async def test_about_names_the_policy_where_there_is_one(tmp_path: Path) -> None:
    for url in (None, "https://example.org/privacy"):
        (tmp_path / str(url is None)).mkdir()
        async with stage(tmp_path / str(url is None), privacy_url=url) as made:
            text = said(await made.person("ann").slash(made.general, "about"))
        assert "`/privacy`" in text
        assert ("<https://example.org/privacy>" in text) == (url is not None)


# ------------------------------------------------------------------- servers


async def ends(s: Stage) -> list[DueState]:
    return [state for _, state, _ in await s.due(DueKind.SERVER_LEFT)]


@pytest.mark.parametrize("s", [{"left_server_days": 2}], indirect=True)
async def test_a_server_that_was_left_is_forgotten_so_many_days_later(s: Stage, tmp_path: Path) -> None:
    await use_everything(s, s.person("ann"))
    guild = s.guild.id
    s.env.backend.remove_guild(guild)
    await s.env.settle()
    await s.restart()
    await s.pass_time(days=1, hours=23)
    assert "party" in await holding(s, guild)
    await s.pass_time(hours=1, minutes=1)
    assert await holding(s, guild, WRITTEN) == []
    assert bytes_left(tmp_path, guild, WRITTEN) == []
    async with s.companion.database.read() as tx:
        kept = (await tx.execute(sa.select(reminder.c.guild_id, reminder.c.channel_id).distinct())).all()
    assert [tuple(row) for row in kept] == [(None, None)], "reminders are their owner's"


@pytest.mark.parametrize("s", [{"left_server_days": 0}], indirect=True)
async def test_with_no_days_it_is_forgotten_at_once(s: Stage) -> None:
    await use_everything(s, s.person("ann"))
    guild = s.guild.id
    s.env.backend.remove_guild(guild)
    await s.env.settle()
    assert await holding(s, guild) == []


@pytest.mark.parametrize("s", [{"left_server_days": 1}], indirect=True)
async def test_a_server_left_while_the_bot_was_off_is_noticed(s: Stage) -> None:
    await s.person("ann").slash(s.general, "watch-party create", episode=4, when="air time")
    guild = s.guild.id
    async with s.companion.database.begin() as tx:
        # As of a version that took no note of servers yet.
        await tx.execute(sa.delete(server))
    await s.companion.client.close()
    s.env.backend.remove_guild(guild)
    await s.restart()
    assert await ends(s) == [DueState.WAITING]
    await s.pass_time(days=1, minutes=1)
    assert await holding(s, guild) == []


@pytest.mark.parametrize("s", [{"left_server_days": 1}], indirect=True)
async def test_coming_back_keeps_everything(s: Stage) -> None:
    await s.person("ann").slash(s.general, "watch-party create", episode=4, when="air time")
    guild = s.guild.id
    heard = s.companion.client.get_cog("Membership")
    found = s.companion.client.get_guild(guild)
    assert isinstance(heard, Membership)
    assert found is not None
    await heard.on_guild_remove(found)
    assert await ends(s) == [DueState.WAITING]
    await heard.on_guild_join(found)
    assert await ends(s) == [DueState.WITHDRAWN]
    # Also where nobody heard that it is back: Discord is asked before anything is deleted.
    await heard.on_guild_remove(found)
    await s.pass_time(days=1, minutes=1)
    assert await ends(s) == [DueState.WITHDRAWN, DueState.WITHDRAWN]
    assert "party" in await holding(s, guild)


async def test_a_server_that_is_missing_from_the_list_alone_was_not_left(s: Stage) -> None:
    await s.person("ann").slash(s.general, "watch-party create", episode=4, when="air time")
    client = s.companion.client
    client._connection._guilds.clear()
    heard = client.get_cog("Membership")
    assert isinstance(heard, Membership)
    await heard.on_ready()
    assert await ends(s) == []
