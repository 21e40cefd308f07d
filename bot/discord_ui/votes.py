"""Votes on when to watch something, in words: the card with its buttons, and what is posted at the end."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.app.polls import Decision, Outcome
from bot.core.personal_data import NOBODY
from bot.core.poll import Ballot
from bot.core.show import Episode, Show
from bot.core.text import plain
from bot.discord_ui import stamps
from bot.discord_ui.options import episode_names
from bot.discord_ui.press import button
from bot.discord_ui.reply import Reply
from bot.l10n.speaker import Speaker


def watched(say: Speaker, show: Show, episodes: Sequence[Episode]) -> str:
    """What is to be watched, not escaped."""
    return f"{say.text(show.title)} · {episode_names(say, show, episodes)}"


def vote_card(
    say: Speaker, show: Show, episodes: Sequence[Episode], ballot: Ballot, decision: Decision | None = None
) -> Reply:
    """A vote as it stands; with a ``decision`` it is over, and has no buttons."""
    poll = ballot.poll
    reply = Reply().add("## 🗳️ " + say("poll.title", what=plain(watched(say, show, episodes))))
    chosen = None if decision is None or decision.party is None else decision.party.starts_at
    for choice in ballot.choices:
        votes = len(ballot.voters(choice.number))
        line = f"**{choice.number}** · {stamps.full(choice.starts_at)} · {say.count('poll.votes', votes)}"
        reply.add(f"- 🏆 {line}" if choice.starts_at == chosen else f"- {line}")
    if decision is not None:
        return reply.add(_result(say, decision))
    relative = stamps.relative(poll.closes_at)
    if poll.creator_id == NOBODY:
        closes = say("poll.closes-by-itself", relative=relative)
    else:
        closes = say("poll.closes", relative=relative, host=f"<@{poll.creator_id}>")
    reply.add(say("poll.how"), "-# " + closes)
    return reply.row(
        *(
            button(
                say("poll.button", number=choice.number, votes=len(ballot.voters(choice.number))),
                "vote",
                poll.id,
                choice.number,
                style=discord.ButtonStyle.primary,
            )
            for choice in ballot.choices
        )
    ).row(button(say("poll.decide"), "decide", poll.id))


def decided_lines(say: Speaker, show: Show, episodes: Sequence[Episode], decision: Decision) -> list[str]:
    """What is posted when a vote is over, without its mentions."""
    what = plain(watched(say, show, episodes))
    return [f"🗳️ {say('poll.over', what=what)} {_result(say, decision)}"]


def _result(say: Speaker, decision: Decision) -> str:
    match decision.outcome:
        case Outcome.PLANNED:
            assert decision.party is not None
            at = decision.party.starts_at
            return say("poll.planned", at=stamps.full(at), relative=stamps.relative(at))
        case Outcome.NO_VOTES:
            return say("poll.no-votes")
        case Outcome.TOO_LATE:
            return say("poll.too-late")
        case Outcome.REFUSED:
            return say("poll.refused")
