"""`/progress`: how far somebody has watched, which decides what they may be shown, and whom they let see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.app.shows import chosen_episode, episode_of, show_key
from bot.core.airing import aired
from bot.core.errors import UserError
from bot.core.progress import Progress as Watched
from bot.core.progress import ranges, read_ranges
from bot.core.show import Show
from bot.core.text import plain
from bot.discord_ui.desk import Ask, Desk, bot_is_here
from bot.discord_ui.options import Choices, episode_name
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply
from bot.l10n.episode_numbers import number_in, numbers_in

#: People named on one line of the group; the rest are counted.
_NAMED = 20
#: An earlier state that takes more than this to write down can't be put into a button.
_LONGEST_STATE = 60


class Progress(commands.GroupCog, group_name="progress", group_description="How far you have watched"):
    """Everybody's own progress, seen by nobody else unless they share it with a server."""

    def __init__(self, desk: Desk, choices: Choices, presses: Presses) -> None:
        self._desk = desk
        super().__init__()
        for command in (self.set, self.group):
            command.autocomplete("episode")(choices.aired_episodes)
        for command in (self.set, self.only, self.rewatch, self.show, self.share, self.group, self.clear):
            command.autocomplete("show")(choices.shows)
        presses.on("seen", self._press_seen, str, int)
        presses.on("unsee", self._press_unsee, str, str)

    @app_commands.command(name="set", description="Say up to which episode you have watched")
    @app_commands.describe(episode="The last episode you have seen; 0 for none", show="Which show")
    async def set(self, interaction: discord.Interaction, episode: int, show: str | None = None) -> None:
        """Save that everything up to an episode was watched."""
        ask = await self._desk.ask(interaction, show, private=True)
        number = 0 if episode == 0 else chosen_episode(ask.show, episode).number
        await self._save(ask, Watched(number, rewatch=ask.asker.watched.rewatch))

    @app_commands.command(name="only", description="Say exactly which episodes you have watched")
    @app_commands.describe(episodes="Such as 1-3, 5", show="Which show")
    async def only(self, interaction: discord.Interaction, episodes: str, show: str | None = None) -> None:
        """Save that these episodes were watched and no others."""
        ask = await self._desk.ask(interaction, show, private=True)
        last = ask.show.last_printed
        printed = read_ranges(episodes, last)
        numbers = None if printed is None else _chosen(ask.show, printed)
        if numbers is None:
            raise UserError("progress.not-episodes", typed=episodes, show=ask.show, last=last)
        await self._save(ask, Watched.of(numbers, ask.asker.watched.rewatch))

    @app_commands.command(name="rewatch", description="Watch again; your first run stays as it is")
    @app_commands.describe(
        episode="The last episode of this second run; 0 to begin", end="End the second run", show="Which show"
    )
    async def rewatch(
        self, interaction: discord.Interaction, episode: int = 0, end: bool = False, show: str | None = None
    ) -> None:
        """Begin, move or end a second run."""
        ask = await self._desk.ask(interaction, show, private=True)
        watched = ask.asker.watched
        if end:
            if watched.rewatch is None:
                raise UserError("progress.rewatch-none", show=ask.show)
            await self._desk.people.save_progress(
                ask.asker.user_id, ask.show, Watched(watched.up_to, watched.apart), ask.now
            )
            await ask.answer(self._undoable(ask, [self._about(ask, "progress.rewatch-ended")], watched))
            return
        number = 0 if episode == 0 else chosen_episode(ask.show, episode).number
        if number > watched.up_to or watched.up_to == 0:
            raise UserError("progress.rewatch-beyond", show=ask.show, number=watched.up_to)
        await self._save(ask, Watched(watched.up_to, watched.apart, number))

    @app_commands.command(name="show", description="How far you have watched, as the bot knows it")
    @app_commands.describe(show="Which show")
    async def show(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """What is saved."""
        ask = await self._desk.ask(interaction, show, private=True)
        say, watched = ask.say, ask.asker.watched
        if not ask.asker.told:
            await ask.answer(Reply([self._about(ask, "progress.none")]))
            return
        guild_id = ask.asker.guild_id
        shared = guild_id is not None and await self._desk.people.shares_progress(ask.asker.user_id, guild_id, ask.show)
        key = "progress.yours-shared" if shared else "progress.yours"
        title, last = plain(say.text(ask.show.title)), len(ask.show.episodes)
        number = number_in(say, ask.show, watched.up_to)
        reply = Reply([say(key, show=title, number=number, last=ask.show.last_printed)]).add(*self._runs(ask, watched))
        following = next(iter(watched.unseen(last)), None)
        episode = None if following is None else ask.show.episode(following)
        if episode is not None and aired(episode, ask.now):
            name = episode_name(say, ask.show, episode)
            reply.row(button(say("button.seen", episode=name), "seen", show_key(ask.show), episode.number, emoji="✅"))
        await ask.answer(reply)

    @app_commands.command(name="clear", description="Delete how far you have watched")
    @app_commands.describe(show="Which show")
    async def clear(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """Delete the progress."""
        ask = await self._desk.ask(interaction, show, private=True)
        had = await self._desk.people.forget_progress(ask.asker.user_id, ask.show)
        await ask.answer(Reply([self._about(ask, "progress.cleared" if had else "progress.none")]))

    # ---------------------------------------------------------------- group

    @app_commands.command(name="share", description="Let this server see how far you are, or no longer")
    @app_commands.describe(on="Whether this server may see it", show="Which show")
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def share(self, interaction: discord.Interaction, on: bool, show: str | None = None) -> None:
        """Share how far one is with this server."""
        ask = await self._desk.ask(interaction, show, private=True)
        guild_id = self._guild(ask)
        await self._desk.people.share_progress(ask.asker.user_id, guild_id, ask.show, on)
        await ask.answer(Reply([self._about(ask, "progress.shared" if on else "progress.not-shared")]))

    @app_commands.command(name="group", description="How far those are who share it, and whom an episode would spoil")
    @app_commands.describe(
        episode="Whom would talking about this episode spoil?", show="Which show", private="Only you see the answer"
    )
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def group(
        self,
        interaction: discord.Interaction,
        episode: int | None = None,
        show: str | None = None,
        private: bool = True,
    ) -> None:
        """How far the group is."""
        ask = await self._desk.ask(interaction, show, private=private)
        guild_id = self._guild(ask)
        meant = None if episode is None else chosen_episode(ask.show, episode).number
        everybody = await self._desk.people.progress_shared_in(guild_id, ask.show)
        await ask.answer(_group(ask, everybody, meant))

    def _guild(self, ask: Ask) -> int:
        if ask.asker.guild_id is None or not bot_is_here(ask.interaction):
            raise UserError("progress.server-only")
        return ask.asker.guild_id

    # --------------------------------------------------------------- saving

    async def _save(self, ask: Ask, watched: Watched) -> None:
        before = await self._desk.people.save_progress(ask.asker.user_id, ask.show, watched, ask.now)
        await ask.answer(self._undoable(ask, self._saved(ask, watched), before, watched))

    def _saved(self, ask: Ask, watched: Watched) -> list[str]:
        """What was noted, in sentences."""
        number = number_in(ask.say, ask.show, watched.up_to)
        if watched.apart:
            unbroken = "progress.unbroken" if watched.up_to else "progress.unbroken-none"
            return [
                self._about(ask, "progress.saved-only", episodes=numbers_in(ask.say, ask.show, watched.watched)),
                ask.say(unbroken, number=number),
                *_second_run(ask, watched),
            ]
        key = "progress.saved" if watched.up_to else "progress.saved-none"
        return [self._about(ask, key, number=number), *_second_run(ask, watched)]

    def _runs(self, ask: Ask, watched: Watched) -> list[str]:
        """What there is beside the unbroken run."""
        apart = (
            [ask.say("progress.apart", episodes=numbers_in(ask.say, ask.show, watched.apart))] if watched.apart else []
        )
        return [*apart, *_second_run(ask, watched)]

    def _about(self, ask: Ask, key: str, **arguments: object) -> str:
        return ask.say(key, show=plain(ask.say.text(ask.show.title)), **arguments)

    def _undoable(self, ask: Ask, lines: list[str], before: Watched | None, after: Watched | None = None) -> Reply:
        """An answer with a button that puts back what was kept before, unless that is what is kept now."""
        return Reply(lines).row(undo(ask, before) if before != after else None)

    async def _press_seen(self, interaction: discord.Interaction, key: str, number: int) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        episode = episode_of(ask.show, number)
        before, after = await self._desk.people.see(ask.asker.user_id, ask.show, episode, ask.now)
        if after == before:
            await ask.answer(
                Reply([self._about(ask, "progress.already", number=number_in(ask.say, ask.show, after.up_to))])
            )
            return
        await ask.answer(self._undoable(ask, self._saved(ask, after), before, after))

    async def _press_unsee(self, interaction: discord.Interaction, key: str, state: str) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        before = _read(state, ask.show)
        await self._desk.people.restore_progress(ask.asker.user_id, ask.show, before, ask.now)
        lines = [self._about(ask, "progress.none")] if before is None else self._saved(ask, before)
        await ask.answer(Reply([ask.say("progress.restored"), *lines]))


def undo(ask: Ask, before: Watched | None) -> ui.Button[ui.LayoutView] | None:
    """A button that puts back ``before`` (None: nothing was kept); None where that is too much for a button."""
    state = _written(before)
    if len(state) > _LONGEST_STATE:
        return None
    return button(ask.say("button.undo"), "unsee", show_key(ask.show), state, emoji="↩️")


def _second_run(ask: Ask, watched: Watched) -> list[str]:
    if watched.rewatch is None:
        return []
    number = number_in(ask.say, ask.show, watched.rewatch)
    return [ask.say("progress.again" if watched.rewatch else "progress.again-start", number=number)]


def _group(ask: Ask, everybody: Mapping[int, Watched], episode: int | None) -> Reply:
    say = ask.say
    title = plain(say.text(ask.show.title))
    reply = Reply().add("## " + say("group.title", show=title))
    if not everybody:
        return reply.add(say("group.none", show=title))
    for number in dict.fromkeys(watched.up_to for watched in everybody.values()):
        people = [_named(ask, user_id, watched) for user_id, watched in everybody.items() if watched.up_to == number]
        key, called = "group.at" if number else "group.at-start", number_in(say, ask.show, number)
        reply.add("- " + say(key, number=called, people=_listed(ask, people)))
    common = min(watched.up_to for watched in everybody.values())
    reply.add(say("group.common" if common else "group.common-none", number=number_in(say, ask.show, common)))
    if episode is not None:
        spoiled = [f"<@{user_id}>" for user_id, watched in everybody.items() if not watched.has_seen(episode)]
        key = "group.spoiled" if spoiled else "group.nobody-spoiled"
        reply.add(say(key, number=number_in(say, ask.show, episode), people=_listed(ask, spoiled)))
    return reply.add("-# " + say("group.note"))


def _named(ask: Ask, user_id: int, watched: Watched) -> str:
    """Somebody's mention, which pings nobody, with what else there is to say of their progress."""
    more = [ask.say("group.apart", episodes=numbers_in(ask.say, ask.show, watched.apart))] if watched.apart else []
    if watched.rewatch is not None:
        more.append(ask.say("group.again", number=number_in(ask.say, ask.show, watched.rewatch)))
    return f"<@{user_id}>" + (f" ({', '.join(more)})" if more else "")


def _listed(ask: Ask, people: Iterable[str]) -> str:
    named = list(people)
    more = len(named) - _NAMED
    return ", ".join(named[:_NAMED]) + (" " + ask.say.count("group.more", more) if more > 0 else "")


def _chosen(show: Show, printed: frozenset[int]) -> frozenset[int]:
    """The episodes of these numbers; whatever stands between two that follow each other was watched with them."""
    found: set[int] = set()
    for number in printed:
        episode, following = show.chosen(number), show.chosen(number + 1) if number + 1 in printed else None
        if episode is not None:
            found.update(range(episode.number, episode.number + 1 if following is None else following.number))
    return frozenset(found)


# An earlier state as it stands in the custom_id of an undo button: "x" for never said, else the episodes seen
# ("1-3,5", "0" for none), and after an "r" how far the second run was.


def _written(watched: Watched | None) -> str:
    if watched is None:
        return "x"
    again = "" if watched.rewatch is None else f"r{watched.rewatch}"
    return (ranges(watched.watched).replace(" ", "") or "0") + again


def _read(state: str, show: Show) -> Watched | None:
    """The state that was written into a button. Raises UserError("button.stale") for anything else."""
    if state == "x":
        return None
    last = len(show.episodes)
    seen, _, again = state.partition("r")
    numbers = frozenset[int]() if seen == "0" else read_ranges(seen, last)
    if numbers is None or (again and not (again.isascii() and again.isdigit() and int(again) <= last)):
        raise UserError("button.stale")
    return Watched.of(numbers, int(again) if again else None)
