"""`/recap`: what happened in an episode, each beat behind its own bar unless the reader is past it."""

from __future__ import annotations

from urllib.parse import quote

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.shows import episode_of, show_key
from bot.core.airing import aired, airs_at
from bot.core.errors import UserError
from bot.core.recap import Disagreement, citations, recap
from bot.core.show import Episode, Rating, Text
from bot.core.spoilers import Decision, Piece
from bot.core.text import cut, plain, spoiler
from bot.discord_ui import stamps
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import Choices, episode_name
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply
from bot.l10n.speaker import Speaker

#: A text of the dataset is cut to this many characters before it is escaped.
_LONGEST_PIECE = 600


def piece_line(say: Speaker, piece: Piece) -> str:
    """A piece in the open or behind its bar."""
    return veil(cut(say.text(piece.text), _LONGEST_PIECE), piece.decision)


def veil(text: str, decision: Decision) -> str:
    """``text`` in the open or behind its bar."""
    return spoiler(text) if decision is Decision.VEILED else plain(text)


class Recaps(commands.Cog):
    """Recaps of episodes."""

    def __init__(self, desk: Desk, choices: Choices, presses: Presses) -> None:
        self._desk = desk
        self.recap.autocomplete("episode")(choices.aired_episodes)
        self.recap.autocomplete("show")(choices.shows)
        presses.on("recap", self._press_recap, str, int)
        presses.on("turn", self._press_turn, str, int, int)
        presses.on("sources", self._press_sources, str, int)

    @app_commands.command(name="recap", description="What happened in an episode, behind spoiler bars")
    @app_commands.describe(episode="Which episode", show="Which show", private="Only you see the answer")
    async def recap(
        self,
        interaction: discord.Interaction,
        episode: int,
        show: str | None = None,
        private: bool = False,
    ) -> None:
        """What happened in an episode."""
        ask = await self._desk.ask(interaction, show, private=private)
        await ask.answer(self._recap(ask, self._recapped(ask, episode), ask.asker.user_id))

    def _recapped(self, ask: Ask, number: int) -> Episode:
        """The episode, if it has aired. Raises UserError saying why there is no recap of it."""
        episode = episode_of(ask.show, number)
        if not aired(episode, ask.now):
            at = airs_at(episode)
            if at is None:
                raise UserError("recap.undated", number=number)
            raise UserError("recap.not-aired", number=number, at=at)
        return episode

    def _recap(self, ask: Ask, episode: Episode, owner_id: int) -> Reply:
        say, show = ask.say, ask.show
        view = recap(show, episode, ask.horizon(episode.number))
        name = episode_name(say, show, episode)
        reply = Reply().add("## " + say("recap.title", show=plain(say.text(show.title)), episode=name))
        if view.title is not None:
            reply.add(say("recap.episode-title", title=plain(say.text(view.title))))
        at = airs_at(episode)
        if at is not None:
            aired_line = say("recap.aired", at=stamps.short(at), network=plain(show.network))
            reply.add("-# " + " · ".join([aired_line, *self._rating(say, view.rating)]))
        if not ask.public and ask.asker.progress < episode.number and view.beats:
            reply.add("⚠️ " + say("recap.ahead", episode=name, progress=ask.asker.progress))
        if view.beats:
            reply.add(*("- " + piece_line(say, beat) for beat in view.beats))
        else:
            reply.add(say("recap.none", episode=name))
        # That there is something to disagree about is itself told, so what is veiled brings no heading.
        if any(found.decision is Decision.SHOWN for found in view.disagreements):
            reply.add("### " + say("recap.disagreements"))
        reply.add(*(self._disagreement(say, found) for found in view.disagreements))
        self._buttons(ask, episode, reply, owner_id)
        return reply

    def _rating(self, say: Speaker, rating: Rating | None) -> list[str]:
        if rating is None:
            return []
        nationwide = say.percent(rating.nationwide)
        if rating.capital is None:
            return [say("recap.rating", nationwide=nationwide)]
        return [say("recap.rating-capital", nationwide=nationwide, capital=say.percent(rating.capital))]

    def _disagreement(self, say: Speaker, found: Disagreement) -> str:
        conflict = found.conflict

        line = say(
            "recap.disagreement",
            topic=_told(say, conflict.topic),
            sides=" / ".join(_told(say, side.claim) for side in conflict.sides),
            chosen=_told(say, conflict.chosen),
        )
        if found.decision is Decision.SHOWN:
            return "- " + plain(line)
        return "- " + spoiler(say("recap.disagreement-veiled", disagreement=line))

    def _buttons(self, ask: Ask, episode: Episode, reply: Reply, owner_id: int) -> None:
        say, show = ask.say, ask.show
        key = show_key(show)
        before = show.episode(episode.number - 1)
        after = show.episode(episode.number + 1)
        can_turn = after is not None and aired(after, ask.now)
        reply.row(
            button(
                say("button.previous"),
                "turn",
                key,
                episode.number - 1,
                owner_id,
                emoji="◀️",
                disabled=before is None,
            ),
            button(
                say("button.next"),
                "turn",
                key,
                episode.number + 1,
                owner_id,
                emoji="▶️",
                disabled=not can_turn,
            ),
            button(say("button.sources"), "sources", key, episode.number, emoji="🔗") if episode.beats else None,
            button(
                say("button.seen", episode=episode_name(say, show, episode)),
                "seen",
                key,
                episode.number,
                emoji="✅",
            ),
        )

    def _reasons(self, ask: Ask, episode: Episode) -> list[str]:
        """Why the dataset follows one side of each disagreement, shown or veiled like the disagreement itself."""
        say = ask.say
        found = recap(ask.show, episode, ask.horizon(episode.number)).disagreements
        lines = [
            "- "
            + veil(
                say("sources.reason", topic=_told(say, one.conflict.topic), why=say.text(one.conflict.why)),
                one.decision,
            )
            for one in found
        ]
        heading = any(one.decision is Decision.SHOWN for one in found)
        return ["### " + say("sources.reasons"), *lines] if heading else lines

    # -------------------------------------------------------------- presses

    async def _press_recap(self, interaction: discord.Interaction, key: str, number: int) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        await ask.answer(self._recap(ask, self._recapped(ask, number), ask.asker.user_id))

    async def _press_turn(self, interaction: discord.Interaction, key: str, number: int, owner: int) -> None:
        await self._desk.turn(
            interaction,
            self._desk.shows.by_key(key),
            owner,
            lambda ask: self._recap(ask, self._recapped(ask, number), ask.asker.user_id),
        )

    async def _press_sources(self, interaction: discord.Interaction, key: str, number: int) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        say, show = ask.say, ask.show
        episode = self._recapped(ask, number)
        reply = Reply().add("## " + say("sources.title", episode=episode_name(say, show, episode)))
        lines: list[str] = []
        beyond = False
        for citation in citations(show, episode, ask.horizon(number)):
            publisher = plain(citation.source.publisher)
            link = f"(<{_link(citation.source.url)}>)"
            match citation.link:
                case Decision.SHOWN:
                    lines.append(f"- [{publisher}]{link}")
                case Decision.VEILED:
                    lines.append(f"- {publisher} ||[🔗]{link}||")
                case Decision.WITHHELD:
                    beyond = True
                    lines.append("- " + say("sources.beyond", publisher=publisher))
        reply.add(*lines)
        if beyond:
            reply.add("-# " + say("sources.why-no-link"))
        reply.add(*self._reasons(ask, episode))
        await ask.answer(reply)


def _told(say: Speaker, text: Text) -> str:
    """A part of a disagreement, cut, without the full stop that would double with its sentence's own."""
    return cut(say.text(text), _LONGEST_PIECE).rstrip(".")


def _link(url: str) -> str:
    """A URL that can't end the link it stands in."""
    return quote(url, safe="/:?#@!$&'*+,;=%~[]-._")
