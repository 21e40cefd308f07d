"""What is shown of a party that watches, and of one that has: cards, questions, names of threads.

Everybody in the channel sees them: they name shows and numbers of episodes, and nothing of a story.
"""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.app.outbox import AfterPartyPost, ScreeningPost
from bot.core.screening import Stage, written
from bot.core.show import Episode, Show
from bot.core.text import clean, cut, plain
from bot.discord_ui import stamps
from bot.discord_ui.options import episode_name, episode_names
from bot.discord_ui.press import button
from bot.discord_ui.reply import Reply
from bot.l10n.speaker import Speaker

#: Discord's most characters of a thread's name.
_NAME = 100
#: People named in a question; the rest are counted.
_NAMED = 40
#: How many seconds are counted aloud.
COUNTED = 3


def screening_card(say: Speaker, post: ScreeningPost, left: int | None = None) -> Reply:
    """What a party is at, with its buttons; ``left`` is a number that is counted at this second."""
    screening, show = post.screening, post.show
    stage = screening.stage(post.now)
    episode = next((one for one in post.episodes if one.number == screening.episode), post.episodes[0])
    reply = Reply().add("## 🎬 " + plain(f"{say.text(show.title)} · {episode_name(say, show, episode)}"))
    position = written(screening.position)
    match stage:
        case Stage.COUNTING if screening.plays_at is not None:
            at, relative = stamps.second(screening.plays_at), stamps.relative(screening.plays_at)
            reply.add("⏳ " + say("screening.counting", position=position, at=at, relative=relative))
            if left:
                reply.add(f"# {left}")
        case Stage.PLAYING if screening.as_if_begun_at is not None:
            if left == 0:
                reply.add("# ▶️ " + say("screening.now"))
            reply.add("▶️ " + say("screening.playing", relative=stamps.relative(screening.as_if_begun_at)))
        case Stage.PAUSED:
            reply.add("⏸️ " + say("screening.paused", position=position))
        case _:
            return reply.add("⏹️ " + say("screening.ended"))
    party_id = screening.party_id
    following = next((one for one in post.episodes if one.number > screening.episode), None)
    goes = stage in (Stage.COUNTING, Stage.PLAYING)
    reply.row(
        button(say("screening.where"), "where", party_id, style=discord.ButtonStyle.primary, emoji="🧭"),
        button(say("screening.at"), "at?", party_id, emoji="⏱️"),
    )
    reply.row(
        button(say("screening.pause"), "pause", party_id, emoji="⏸️")
        if goes
        else button(say("screening.resume"), "resume", party_id, style=discord.ButtonStyle.success, emoji="▶️"),
        None
        if following is None
        else button(
            say("screening.next", episode=episode_name(say, show, following)),
            "next-up",
            party_id,
            following.number,
            emoji="⏭️",
        ),
        button(say("screening.end"), "end-it", party_id, style=discord.ButtonStyle.danger, emoji="⏹️"),
    )
    return reply


def question_lines(say: Speaker, post: AfterPartyPost) -> list[str]:
    """The question who watched, and who has answered."""
    what = plain(f"{say.text(post.show.title)} · {episode_names(say, post.show, post.episodes)}")
    lines = ["🎬 " + say("post.party-over", what=what)]
    if post.viewers:
        named = " ".join(f"<@{user}>" for user in post.viewers[:_NAMED])
        more = len(post.viewers) - _NAMED
        rest = " " + say("party.and-more", count=more) if more > 0 else ""
        lines.append(f"✅ **{say('watched.list')}** ({len(post.viewers)}): {named}{rest}")
    lines.append("-# " + say("watched.note"))
    if post.thread_missing:
        lines.append("-# " + say("watched.no-thread"))
    return lines


def thread_name(say: Speaker, show: Show, episodes: Sequence[Episode]) -> str:
    """What a thread about episodes is called; Discord formats nothing in a name."""
    numbers = episode_names(say, show, episodes)
    return f"{cut(clean(say.text(show.title)), _NAME - len(numbers) - len(' · '))} · {numbers}"
