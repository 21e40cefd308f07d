"""`/character` and `/cast`: who is who, as far as the reader has watched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import characters
from bot.app.shows import show_key
from bot.core.card import Card, CastEntry, card, cast
from bot.core.errors import UserError
from bot.core.show import Actor, Character, Show, Text
from bot.core.spoilers import Decision, Piece
from bot.core.text import plain
from bot.discord_ui.ahead import Ahead, typed_argument
from bot.discord_ui.desk import Ask, Desk, chosen_up_to
from bot.discord_ui.options import Choices
from bot.discord_ui.press import Presses, button
from bot.discord_ui.recaps import piece_line
from bot.discord_ui.reply import Reply
from bot.discord_ui.translation_note import translation_note
from bot.l10n.speaker import Speaker

_PER_PAGE = 8
#: Choices that fit in one row.
_MOST_CANDIDATES = 5


class Characters(commands.Cog):
    """Cards of characters and the cast list."""

    def __init__(self, desk: Desk, choices: Choices, presses: Presses, ahead: Ahead) -> None:
        self._desk = desk
        self._ahead = ahead
        self.character.autocomplete("name")(choices.characters)
        self.character.autocomplete("up_to")(choices.aired_episodes)
        self.character.autocomplete("show")(choices.shows)
        self.cast.autocomplete("show")(choices.shows)
        presses.on("card", self._press_card, str, str)
        presses.on("post", self._press_post, str, str)
        presses.on("cast", self._press_cast, str, int, int)
        presses.on("postcast", self._press_post_cast, str)
        ahead.on("card", lambda ask, _, key: self._card(ask, _known(ask, key)))
        ahead.on("named", lambda ask, number, name: self._named(replace(ask, up_to=number), name))
        ahead.on("cast", lambda ask, _, __: self._cast(ask, 0))

    @app_commands.command(name="character", description="Who somebody is, as far as you have watched")
    @app_commands.describe(
        name="A name in any spelling, in Hangul, or an actor",
        up_to="As of which episode, instead of as far as you have watched",
        show="Which show",
        private="Only you see the answer",
    )
    @app_commands.rename(up_to="up-to")
    async def character(
        self,
        interaction: discord.Interaction,
        name: str,
        up_to: int | None = None,
        show: str | None = None,
        private: bool = True,
    ) -> None:
        """Who somebody is."""
        ask = chosen_up_to(await self._desk.ask(interaction, show, private=private), up_to)
        reach = self._ahead.reach(ask)
        if self._ahead.locked(ask, reach):
            await self._ahead.answer(ask, "named", reach, typed_argument(name))
            return
        await ask.answer(self._named(ask, name))

    @app_commands.command(name="cast", description="Everyone who may be named as far as you have watched")
    @app_commands.describe(show="Which show", private="Only you see the answer")
    async def cast(self, interaction: discord.Interaction, show: str | None = None, private: bool = True) -> None:
        """Everyone who may be named."""
        ask = await self._desk.ask(interaction, show, private=private)
        await self._post_or_answer(ask, "cast", "", lambda: self._cast(ask, 0))

    # -------------------------------------------------------------- replies

    def _named(self, ask: Ask, name: str) -> Reply:
        """The card of whoever is meant, or the question who is."""
        try:
            found = characters.find(ask.show, ask.horizon().shown, name)
        except characters.AmbiguousNameError as error:
            return self._which(ask, error.candidates)
        return self._card(ask, found)

    def _which(self, ask: Ask, candidates: Sequence[CastEntry]) -> Reply:
        key = show_key(ask.show)
        # What was revealed once has to be revealed again by whoever picks one of them.
        action = "reveal" if ask.revealed else "card"
        place = ("card", key, ask.revealed) if ask.revealed else (key,)
        return (
            Reply()
            .add(ask.say("character.which"))
            .row(
                *(
                    button(
                        ask.say.text(entry.name), action, *place, characters.character_key(ask.show, entry.character)
                    )
                    for entry in candidates[:_MOST_CANDIDATES]
                )
            )
        )

    def _card(self, ask: Ask, character: Character) -> Reply:
        say = ask.say
        view = card(ask.show, character, ask.horizon())
        if view is None:
            raise UserError("character.gone")
        reply = Reply().add("## " + _heading(say, view.name, view.native))
        if view.role is not None:
            reply.add(piece_line(say, view.role))
        reply.add(*self._who_plays(say, view))
        if view.spellings:
            reply.add(say("character.spellings", names=plain(", ".join(view.spellings))))
        for heading, pieces in (("character.relations", view.relations), ("character.facts", view.facts)):
            shown = ["- " + piece_line(say, piece) for piece in pieces if piece.decision is Decision.SHOWN]
            if shown:
                reply.add("### " + say(heading), *shown)
        # Of which kind a veiled piece is and between which others it stands is itself told, so they come last.
        veiled = [piece for piece in (*view.relations, *view.facts) if piece.decision is Decision.VEILED]
        reply.add(*("- " + piece_line(say, piece) for piece in veiled))
        role = () if view.role is None else (view.role,)
        reply.add(*translation_note(say, (*role, *view.relations, *view.facts)), "-# " + ask.horizon_note)
        if ask.private:
            reply.row(
                button(
                    say("button.post-here"),
                    "post",
                    show_key(ask.show),
                    characters.character_key(ask.show, character),
                    emoji="📣",
                )
            )
        return reply

    def _who_plays(self, say: Speaker, view: Card) -> list[str]:
        actor = view.actor
        if actor is None:
            return []
        return [say("character.played-by", actor=plain(_actor(say, view.show, actor, both=True)))]

    def _cast(self, ask: Ask, page: int) -> Reply:
        say, show = ask.say, ask.show
        entries = cast(show, ask.horizon().shown)
        pages = max((len(entries) + _PER_PAGE - 1) // _PER_PAGE, 1)
        page = min(max(page, 0), pages - 1)
        reply = Reply().add("## " + say("cast.title", show=plain(say.text(show.title))))
        if not entries:
            reply.add(say("cast.none"))
        shown = entries[page * _PER_PAGE : (page + 1) * _PER_PAGE]
        for entry in shown:
            line = f"**{_heading(say, entry.name, entry.native)}**"
            if entry.actor is not None:
                line += " · " + plain(_actor(say, show, entry.actor, both=False))
            if entry.role is not None:
                line += "\n-# " + plain(say.text(entry.role))
            reply.add(line)
        roles = (Piece(entry.role, Decision.SHOWN) for entry in shown if entry.role is not None)
        reply.add(*translation_note(say, roles))
        note = ask.horizon_note
        reply.add("-# " + (note if pages == 1 else say("cast.page", page=page + 1, pages=pages) + " · " + note))
        key = show_key(show)
        owner = ask.asker.user_id
        reply.row(
            button(say("button.previous"), "cast", key, page - 1, owner, emoji="◀️", disabled=page == 0)
            if pages > 1
            else None,
            button(say("button.next"), "cast", key, page + 1, owner, emoji="▶️", disabled=page + 1 == pages)
            if pages > 1
            else None,
            button(say("button.post-here"), "postcast", key, emoji="📣") if ask.private else None,
        )
        return reply

    # -------------------------------------------------------------- presses

    async def _press_card(self, interaction: discord.Interaction, key: str, character: str) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        await ask.answer(self._card(ask, characters.by_key(ask.show, character, ask.asker.progress)))

    async def _press_post(self, interaction: discord.Interaction, key: str, character: str) -> None:
        """Show a card to everybody here, made anew for the channel's ceiling."""
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=False)
        await self._post_or_answer(ask, "card", character, lambda: self._card(ask, _known(ask, character)))

    async def _press_post_cast(self, interaction: discord.Interaction, key: str) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=False)
        await self._post_or_answer(ask, "cast", "", lambda: self._cast(ask, 0))

    async def _post_or_answer(self, ask: Ask, what: str, argument: str, made: Callable[[], Reply]) -> None:
        """Answer, unless the channel is open further than the asker has watched and they don't know it yet."""
        reach = self._ahead.reach(ask)
        if self._ahead.locked(ask, reach):
            await self._ahead.answer(ask, what, reach, argument)
            return
        await ask.answer(made())

    async def _press_cast(self, interaction: discord.Interaction, key: str, page: int, owner: int) -> None:
        await self._desk.turn(interaction, self._desk.shows.by_key(key), owner, lambda ask: self._cast(ask, page))


def _known(ask: Ask, key: str) -> Character:
    """Whom a button stands for, where they may be named in this answer."""
    try:
        return characters.by_key(ask.show, key, ask.horizon().shown)
    except UserError:
        if ask.public:
            raise UserError("character.not-here", ceiling=ask.asker.ceiling) from None
        raise


def _actor(say: Speaker, show: Show, actor: Actor, *, both: bool) -> str:
    """An actor's name as the reader would write it, with the other way to write it after it if ``both``."""
    names = [actor.name] if actor.native is None else [actor.name, actor.native]
    if say.language == show.language:
        names.reverse()
    return f"{names[0]} ({names[1]})" if both and len(names) > 1 else names[0]


def _heading(say: Speaker, name: Text, native: str | None) -> str:
    text = say.text(name)
    return plain(text if not native or native in text else f"{text} · {native}")
