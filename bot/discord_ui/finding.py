"""`/watch-party find`: the fairest times as a picture and as a vote, whose winner becomes a party by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import discord

from bot.app.polls import WIDEST, Company, Polls, Proposal, parts
from bot.core.airing import all_air_by
from bot.core.errors import UserError
from bot.core.fair_times import PartOfDay
from bot.core.poll import Ballot
from bot.core.show import Episode, Show
from bot.core.text import cut, plain
from bot.core.when import Understood
from bot.discord_ui import reply as replies
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.press import Presses
from bot.discord_ui.reply import LONGEST_DESCRIPTION, NO_MENTIONS, Picture, Reply
from bot.discord_ui.typed_times import read_typed
from bot.discord_ui.votes import vote_card, watched
from bot.l10n.speaker import Speaker
from bot.render.clocks_png import Cell, Table, draw_clocks

#: How far ahead times are looked for, and how long people may vote, unless the asker says so.
_WINDOW = timedelta(days=7)
_VOTING = timedelta(hours=24)
#: The shortest time between the end of a vote and what it is about.
_NOTICE = timedelta(minutes=30)
_FILE_NAME = "clocks.png"


class Finding:
    """Finds a time and holds the vote."""

    def __init__(self, desk: Desk, presses: Presses, polls: Polls) -> None:
        self._desk = desk
        self._polls = polls
        # Two threads that draw would only take turns, and hold twice the memory.
        self._turn = asyncio.Lock()
        presses.on("vote", self._press_vote, int, int)
        presses.on("decide", self._press_decide, int)

    async def find(
        self,
        ask: Ask,
        channel_id: int,
        episodes: Sequence[Episode],
        begins: str | None,
        until: str | None,
        closes: str | None,
    ) -> None:
        """Propose times in a window and let people vote, in the channel of the request."""
        interaction = ask.interaction
        guild = interaction.guild
        assert guild is not None
        begins_at, until_at, closes_at = _window(ask, episodes, begins, until, closes)
        proposal = await self._polls.propose(guild.id, ask.asker.user_id, ask.show, episodes, begins_at, until_at)
        ballot = await self._polls.open(
            proposal,
            guild_id=guild.id,
            channel_id=channel_id,
            creator_id=ask.asker.user_id,
            show=ask.show,
            episodes=episodes,
            zone=ask.asker.zone or ask.show.zone,
            locale=guild.preferred_locale.value,
            closes_at=closes_at,
        )
        say = Speaker(self._desk.words, ballot.poll.locale)
        try:
            await replies.send(interaction, self._proposed(say, ask.show, episodes, proposal, ballot), private=False)
            card = vote_card(say, ask.show, episodes, ballot).layouts()[0]
            posted = await interaction.followup.send(view=card, allowed_mentions=NO_MENTIONS, wait=True)
        except (discord.DiscordException, OSError):
            # Nobody can vote in what nobody sees.
            await self._polls.withdraw(ballot.poll.id)
            raise
        await self._polls.posted(ballot.poll.id, posted.id)
        if proposal.without_zone:
            # Only whoever asked reads this, and no names.
            hint = "🕒 " + ask.say.count("find.without-zone", proposal.without_zone)
            await replies.send(interaction, Reply([hint]), private=True)

    def _proposed(
        self, say: Speaker, show: Show, episodes: Sequence[Episode], proposal: Proposal, ballot: Ballot
    ) -> Reply:
        company = {
            Company.CAME: "find.counted-came",
            Company.SHARES: "find.counted-sharing",
            Company.NONE: "find.counted-alone",
        }[proposal.company]
        # All proposed times are alike in this.
        slot = proposal.slots[0]
        night = "find.night" if slot.night else "find.late" if slot.late else "find.no-night"
        reply = Reply().add(
            "## 🕒 " + say("find.title", what=plain(watched(say, show, episodes))),
            say.count(company, proposal.counted),
            say(night),
        )
        if proposal.clocks is None:
            return reply.add("-# " + say("find.no-picture") if proposal.counted > 1 else "")
        table = _table(say, watched(say, show, episodes), proposal, ballot)
        reply.pictures.append(Picture(_FILE_NAME, _described(say, table), partial(self._drawn, table)))
        return reply.add("-# " + say("find.anonymous"))

    async def _drawn(self, table: Table) -> bytes:
        async with self._turn:
            return await asyncio.to_thread(draw_clocks, table)

    async def _press_vote(self, interaction: discord.Interaction, poll_id: int, number: int) -> None:
        ballot = await self._polls.vote(poll_id, number, interaction.guild_id, interaction.user.id)
        poll = ballot.poll
        found = self._desk.shows.episodes(poll.show_id, poll.episodes)
        if found is None:
            raise UserError("show.gone")
        await replies.replace(interaction, vote_card(Speaker(self._desk.words, poll.locale), *found, ballot))
        ask = await self._desk.ask(interaction, found[0], private=True)
        mine = ballot.votes_of(interaction.user.id)
        numbers = ask.say.listing(str(one) for one in mine)
        await ask.answer(Reply([ask.say("poll.yours", numbers=numbers) if mine else ask.say("poll.none-yours")]))

    async def _press_decide(self, interaction: discord.Interaction, poll_id: int) -> None:
        await self._polls.end(
            poll_id,
            interaction.guild_id,
            interaction.user.id,
            manages_events=interaction.permissions.manage_events,
        )
        ask = await self._desk.ask(interaction, private=True)
        await ask.answer(Reply([ask.say("poll.ends-now")]))


def _window(
    ask: Ask, episodes: Sequence[Episode], begins: str | None, until: str | None, closes: str | None
) -> tuple[datetime, datetime, datetime]:
    """From when to when times are looked for, and when the vote ends.

    Nothing is watched before it airs. Raises UserError as `read_typed`, "find.backwards", "find.too-wide" (``days``),
    or "find.closes-late".
    """
    airs = all_air_by(episodes)
    from_at = ask.now if begins is None else _typed(ask, begins, airs, last=False)
    if airs is not None:
        from_at = max(from_at, airs)
    until_at = from_at + _WINDOW if until is None else _typed(ask, until, airs, last=True)
    if until_at <= from_at:
        raise UserError("find.backwards", begins_at=from_at, until=until_at)
    closes_at = (
        ask.now + min(_VOTING, (until_at - ask.now) / 4) if closes is None else _typed(ask, closes, airs, last=False)
    )
    if closes_at + _NOTICE > until_at:
        raise UserError("find.closes-late", closes_at=closes_at, until=until_at)
    from_at = max(from_at, closes_at + _NOTICE)
    if until_at - from_at > WIDEST:
        raise UserError("find.too-wide", days=WIDEST.days)
    return from_at, until_at, closes_at


def _typed(ask: Ask, typed: str, airs: datetime | None, *, last: bool) -> datetime:
    """A typed moment; of two that could be meant the first or the last, which widens the window."""
    found = read_typed(ask, typed, airs)
    if isinstance(found, Understood):
        return found.at
    times = sorted(choice.at for choice in found.choices)
    return times[-1 if last else 0]


def _table(say: Speaker, what: str, proposal: Proposal, ballot: Ballot) -> Table:
    minutes = timedelta(minutes=proposal.minutes)
    return Table(
        title=what,
        columns=tuple(str(choice.number) for choice in ballot.choices),
        rows=tuple(
            tuple(
                Cell(say.day(wall), f"{say.clock(wall)} – {say.clock(wall + minutes)}", part)
                for wall, part in zip(walls, parts(walls, proposal.minutes), strict=True)
            )
            for walls in proposal.clocks or ()
        ),
        legend=tuple((part, _part(say, part)) for part in (PartOfDay.EVENING, PartOfDay.DAY, PartOfDay.NIGHT)),
    )


def _part(say: Speaker, part: PartOfDay) -> str:
    match part:
        case PartOfDay.EVENING:
            return say("find.evening")
        case PartOfDay.DAY:
            return say("find.day")
        case PartOfDay.NIGHT:
            return say("find.night-part")


def _described(say: Speaker, table: Table) -> str:
    """What the picture shows, for whoever can't see it."""
    lines = [say("find.described")]
    for number, heading in enumerate(table.columns):
        cells = (f"{row[number].day} {row[number].hours} ({_part(say, row[number].part)})" for row in table.rows)
        lines.append(f"{heading}: " + "; ".join(cells))
    return cut("\n".join(lines), LONGEST_DESCRIPTION)
