"""`/recap`: what happened in an episode, each beat behind its own bar unless the reader is past it; or so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.shows import chosen_episode, episode_of, show_key
from bot.core.airing import aired, airs_at
from bot.core.errors import UserError
from bot.core.recap import Disagreement, citations, previously, recap
from bot.core.show import Episode, Rating, Text
from bot.core.spoilers import Decision, Horizon, Piece
from bot.core.text import cut, plain, spoiler
from bot.discord_ui import stamps
from bot.discord_ui.ahead import Ahead
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import Choices, episode_name
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply
from bot.discord_ui.translation_note import disagreement_pieces, translation_note
from bot.l10n.episode_numbers import number_in
from bot.l10n.speaker import Speaker

#: A text of the dataset is cut to this many characters before it is escaped.
_LONGEST_PIECE = 600
#: Episodes on one page of what happened so far.
_PER_PAGE = 8


def piece_line(say: Speaker, piece: Piece) -> str:
    """A piece in the open or behind its bar."""
    return veil(cut(say.text(piece.text), _LONGEST_PIECE), piece.decision)


def veil(text: str, decision: Decision) -> str:
    """``text`` in the open or behind its bar."""
    return spoiler(text) if decision is Decision.VEILED else plain(text)


class Recaps(commands.Cog):
    """Recaps of episodes."""

    def __init__(self, desk: Desk, choices: Choices, presses: Presses, ahead: Ahead) -> None:
        self._desk = desk
        self._ahead = ahead
        self.recap.autocomplete("episode")(choices.aired_episodes)
        self.recap.autocomplete("show")(choices.shows)
        presses.on("recap", self._press_recap, str, int)
        presses.on("turn", self._press_turn, str, int, int)
        presses.on("sources", self._press_sources, str, int)
        presses.on("previously", self._press_previously, str, int, int)
        ahead.on("recap", lambda ask, number, _: self._recap(ask, self._recapped(ask, number)))

    @app_commands.command(name="recap", description="What happened in an episode, or so far, behind spoiler bars")
    @app_commands.describe(
        episode="Which episode; leave it out for everything up to where you are",
        show="Which show",
        private="Only you see the answer",
    )
    async def recap(
        self,
        interaction: discord.Interaction,
        episode: int | None = None,
        show: str | None = None,
        private: bool | None = None,
    ) -> None:
        """What happened in an episode, or in all of them up to where one is."""
        if episode is None:
            # How far somebody is is theirs to tell, so this is private unless they say otherwise.
            ask = await self._desk.ask(interaction, show, private=private is not False)
            await ask.answer(self._previously(ask, None))
            return
        ask = await self._desk.ask(interaction, show, private=bool(private))
        found = self._recapped(ask, chosen_episode(ask.show, episode).number)
        if self._ahead.locked(ask, found.number, story=True):
            await self._ahead.answer(ask, "recap", found.number)
            return
        await ask.answer(self._recap(ask, found))

    def _previously(self, ask: Ask, page: int | None) -> Reply:
        """Everything up to where the asker is, some episodes to a page; None: the page that ends there."""
        say, show, watched = ask.say, ask.show, ask.asker.watched
        limit = watched.up_to if watched.rewatch is None else watched.rewatch
        told = previously(show, limit, ask.horizon())
        reply = Reply().add("## " + say("previously.title", show=plain(say.text(show.title))))
        if not told:
            return reply.add(say("previously.none" if watched.rewatch is None else "previously.none-again"))
        pages = (len(told) + _PER_PAGE - 1) // _PER_PAGE
        page = pages - 1 if page is None else min(max(page, 0), pages - 1)
        shown = told[page * _PER_PAGE : (page + 1) * _PER_PAGE]
        for one in shown:
            name = episode_name(say, show, one.episode)
            title = "" if one.title is None else " · " + plain(say.text(one.title))
            lines = [piece_line(say, piece) for piece in one.pieces] or [say("previously.nothing")]
            reply.add(f"**{name}**{title}\n" + " ".join(lines))
        reply.add(*translation_note(say, (piece for one in shown for piece in one.pieces)))
        note = say(
            "previously.again" if watched.rewatch is not None else "previously.note", number=number_in(say, show, limit)
        )
        reply.add("-# " + (note if pages == 1 else say("cast.page", page=page + 1, pages=pages) + " · " + note))
        key, owner = show_key(show), ask.asker.user_id
        newest = told[-1].episode
        turning = pages > 1
        return reply.row(
            button(say("button.previous"), "previously", key, page - 1, owner, emoji="◀️", disabled=page == 0)
            if turning
            else None,
            button(say("button.next"), "previously", key, page + 1, owner, emoji="▶️", disabled=page + 1 == pages)
            if turning
            else None,
            button(say("button.in-full", episode=episode_name(say, show, newest)), "recap", key, newest.number),
        )

    def _recapped(self, ask: Ask, number: int) -> Episode:
        """The episode, if it has aired. Raises UserError saying why there is no recap of it."""
        episode = episode_of(ask.show, number)
        if not aired(episode, ask.now):
            at = airs_at(episode)
            if at is None:
                raise UserError("recap.undated", number=episode)
            raise UserError("recap.not-aired", number=episode, at=at)
        return episode

    def _recap(self, ask: Ask, episode: Episode) -> Reply:
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
        if view.beats:
            reply.add(*("- " + piece_line(say, beat) for beat in view.beats))
        else:
            reply.add(say("recap.none", episode=name))
        reply.add(*disagreement_lines(say, view.disagreements))
        reply.add(*translation_note(say, (*view.beats, *disagreement_pieces(view.disagreements))))
        self._buttons(ask, episode, reply)
        return reply

    def _rating(self, say: Speaker, rating: Rating | None) -> list[str]:
        if rating is None:
            return []
        nationwide = say.percent(rating.nationwide)
        if rating.capital is None:
            return [say("recap.rating", nationwide=nationwide)]
        return [say("recap.rating-capital", nationwide=nationwide, capital=say.percent(rating.capital))]

    def _buttons(self, ask: Ask, episode: Episode, reply: Reply) -> None:
        say, show = ask.say, ask.show
        key, owner_id = show_key(show), ask.asker.user_id
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

    # -------------------------------------------------------------- presses

    async def _press_recap(self, interaction: discord.Interaction, key: str, number: int) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        await ask.answer(self._card_or_none(ask, number) or self._recap(ask, self._recapped(ask, number)))

    async def _press_turn(self, interaction: discord.Interaction, key: str, number: int, owner: int) -> None:
        await self._desk.turn(
            interaction,
            self._desk.shows.by_key(key),
            owner,
            lambda ask: self._recap(ask, self._recapped(ask, number)),
            lambda ask: self._card_or_none(ask, number),
        )

    async def _press_previously(self, interaction: discord.Interaction, key: str, page: int, owner: int) -> None:
        show = self._desk.shows.by_key(key)
        await self._desk.turn(interaction, show, owner, lambda ask: self._previously(ask, page))

    def _card_or_none(self, ask: Ask, number: int) -> Reply | None:
        found = self._recapped(ask, number)
        locked = self._ahead.locked(ask, found.number, story=True)
        return self._ahead.card(ask, "recap", found.number) if locked else None

    async def _press_sources(self, interaction: discord.Interaction, key: str, number: int) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        episode = self._recapped(ask, number)
        seen = ask.horizon(number)
        reply = Reply().add("## " + ask.say("sources.title", episode=episode_name(ask.say, ask.show, episode)))
        reply.add(*source_lines(ask, (source for beat in episode.beats for source in beat.sources), seen))
        disagreements = recap(ask.show, episode, seen).disagreements
        reply.add(*_reasons(ask.say, disagreements))
        told = (Piece(text, one.decision) for one in disagreements for text in (one.conflict.topic, one.conflict.why))
        reply.add(*translation_note(ask.say, told))
        await ask.answer(reply)


def disagreement_lines(say: Speaker, found: Sequence[Disagreement]) -> list[str]:
    """What sources disagree about, under a heading where any of it may stand in the open."""
    # That there is something to disagree about is itself told, so what is veiled brings no heading.
    heading = any(one.decision is Decision.SHOWN for one in found)
    lines: list[str] = ["### " + say("recap.disagreements")] if heading else []
    for one in found:
        conflict = one.conflict
        line = say(
            "recap.disagreement",
            topic=_told(say, conflict.topic),
            sides=" / ".join(_told(say, side.claim) for side in conflict.sides),
            chosen=_told(say, conflict.chosen),
        )
        if one.decision is Decision.SHOWN:
            lines.append("- " + plain(line))
        else:
            lines.append("- " + spoiler(say("recap.disagreement-veiled", disagreement=line)))
    return lines


def source_lines(ask: Ask, sources: Iterable[str], seen: Horizon) -> list[str]:
    """The sources with these ids, with a link where the page tells nothing beyond."""
    say = ask.say
    lines: list[str] = []
    beyond = False
    for citation in citations(ask.show, sources, seen):
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
    return [*lines, "-# " + say("sources.why-no-link")] if beyond else lines


def _reasons(say: Speaker, found: Sequence[Disagreement]) -> list[str]:
    """Why the dataset follows one side of each disagreement, shown or veiled like the disagreement itself."""
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


def _told(say: Speaker, text: Text) -> str:
    """A part of a disagreement, cut, without the full stop that would double with its sentence's own."""
    return cut(say.text(text), _LONGEST_PIECE).rstrip(".")


def _link(url: str) -> str:
    """A URL that can't end the link it stands in."""
    return quote(url, safe="/:?#@!$&'*+,;=%~[]-._")
