"""`/relationships`: who is what to whom, in a picture and in words, as far as the reader has watched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.charts import Charts, Told, alt_text, told, told_changes
from bot.app.shows import chosen_episode, episode_of, show_key
from bot.core.chart import changes
from bot.core.errors import UserError
from bot.core.spoilers import Decision, Piece
from bot.core.text import plain
from bot.discord_ui.ahead import Ahead
from bot.discord_ui.desk import Ask, Desk, asked_up_to, chosen_up_to
from bot.discord_ui.options import Choices, episode_name
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import LONGEST_DESCRIPTION, Picture, Reply
from bot.discord_ui.translation_note import translation_note
from bot.l10n.episode_numbers import number_in
from bot.render.chart_png import Style

#: Tells nothing, whatever the picture shows.
_FILE_NAME = "chart.png"
_CHANGES = "changes"
_WORDS = "words"


@dataclass(frozen=True, slots=True)
class View:
    """One way to show the chart: in which colours (None: in words), and whether as what an episode changed."""

    style: Style | None
    comparing: bool

    @classmethod
    def read(cls, text: str) -> View:
        """The view that a button names. Raises ValueError for anything else."""
        first, _, rest = text.partition("-")
        if rest not in ("", _CHANGES):
            raise ValueError(text)
        return cls(None if first == _WORDS else Style(first), rest == _CHANGES)

    def __str__(self) -> str:
        first = _WORDS if self.style is None else self.style.value
        return f"{first}-{_CHANGES}" if self.comparing else first


class Relationships(commands.Cog):
    """The relationship chart."""

    def __init__(self, desk: Desk, choices: Choices, presses: Presses, ahead: Ahead, charts: Charts) -> None:
        self._desk = desk
        self._ahead = ahead
        self._charts = charts
        self.relationships.autocomplete("up_to")(choices.aired_episodes)
        self.relationships.autocomplete("changes")(choices.aired_episodes)
        self.relationships.autocomplete("show")(choices.shows)
        presses.on("chart", self._press_chart, str, int, View.read, int)
        presses.on("chartwords", self._press_words, str, int, View.read)
        presses.on("postchart", self._press_post, str, int, View.read)
        ahead.on("chart", self._once_revealed)

    @app_commands.command(name="relationships", description="Who is what to whom, drawn as far as you have watched")
    @app_commands.describe(
        up_to="As of which episode, instead of as far as you have watched",
        changes="Show what this episode changed",
        style="The picture's ground",
        show="Which show",
        private="Only you see the answer",
    )
    @app_commands.rename(up_to="up-to")
    @app_commands.choices(style=[app_commands.Choice(name=style.value, value=style.value) for style in Style])
    async def relationships(
        self,
        interaction: discord.Interaction,
        up_to: int | None = None,
        changes: int | None = None,
        style: str = Style.DARK.value,
        show: str | None = None,
        private: bool = True,
    ) -> None:
        """Who is what to whom."""
        ask = await self._desk.ask(interaction, show, private=private)
        view = View(Style(style), changes is not None)
        if changes is not None:
            if up_to is not None:
                raise UserError("chart.one-of")
            # Unlike `up_to`, this can't be 0.
            up_to = chosen_episode(ask.show, changes).choice
        await self._answer(chosen_up_to(ask, up_to), view)

    # -------------------------------------------------------------- replies

    async def _answer(self, ask: Ask, view: View) -> None:
        """Answer, unless that would open to the asker what they haven't seen."""
        _refuse_beyond(ask)
        reach = self._ahead.reach(ask)
        if self._ahead.locked(ask, reach):
            await self._ahead.answer(ask, "chart", reach, str(view))
            return
        await ask.answer(self._shown(ask, view))

    def _once_revealed(self, ask: Ask, number: int, view: str) -> Reply:
        try:
            return self._shown(replace(ask, up_to=number), View.read(view))
        except ValueError as error:
            raise UserError("button.stale") from error

    def _shown(self, ask: Ask, view: View) -> Reply:
        """The chart in one of its views."""
        _refuse_beyond(ask)
        limit = ask.horizon().shown
        if view.comparing:
            if not limit:
                raise UserError("button.stale")
            found = told_changes(ask.say, ask.show, changes(ask.show, limit))
        else:
            found = told(ask.say, ask.show, limit)
        if found is None:
            return self._nothing(ask, view, limit)
        if view.style is None:
            return self._words(ask, view, limit, found)
        return self._picture(ask, view, limit, found)

    def _nothing(self, ask: Ask, view: View, limit: int) -> Reply:
        say = ask.say
        if view.comparing:
            number = number_in(say, ask.show, limit)
            made = Reply().add("## " + say("chart.changed", number=number), say("chart.nothing-changed", number=number))
            whole = self._compared(ask, limit, View(view.style or Style.DARK, False))
            return made.add("-# " + ask.horizon_note).row(whole)
        return Reply().add(say("chart.none", show=plain(say.text(ask.show.title))), "-# " + ask.horizon_note)

    def _picture(self, ask: Ask, view: View, limit: int, found: Told) -> Reply:
        say, key = ask.say, show_key(ask.show)
        style = view.style or Style.DARK
        made = Reply().add(*_heading(ask, found), *_note(ask, found), "-# " + ask.horizon_note)
        description = alt_text(say, found, LONGEST_DESCRIPTION)
        made.pictures.append(Picture(_FILE_NAME, description, partial(self._charts.picture, found.drawing, style)))
        in_words = View(None, view.comparing)
        return made.row(
            self._again(ask, limit, in_words, say("button.in-words"), "📝")
            if _only_once(ask, limit)
            else button(say("button.in-words"), "chartwords", key, limit, in_words, emoji="📝"),
            self._compared(ask, limit, View(style, not view.comparing)) if limit else None,
            self._again(ask, limit, replace(view, style=Style.LIGHT), say("button.style-light"), "☀️")
            if style is Style.DARK
            else self._again(ask, limit, replace(view, style=Style.DARK), say("button.style-dark"), "🌙"),
            button(say("button.post-here"), "postchart", key, limit, view, emoji="📣") if ask.private else None,
        )

    def _words(self, ask: Ask, view: View, limit: int, found: Told) -> Reply:
        made = Reply().add(*_heading(ask, found))
        for section in found.sections:
            made.add("### " + plain(section.heading), *("- " + plain(line) for line in section.lines))
        made.add(*_note(ask, found), "-# " + ask.horizon_note)
        if _only_once(ask, limit):
            # What is shown only once is shown in place of the picture.
            made.row(self._again(ask, limit, replace(view, style=Style.DARK), ask.say("button.picture"), "🕸️"))
        return made

    def _compared(self, ask: Ask, limit: int, view: View) -> discord.ui.Button[discord.ui.LayoutView]:
        """A button from the whole chart to what an episode changed, or back."""
        if not view.comparing:
            return self._again(ask, limit, view, ask.say("button.whole-chart"), "🕸️")
        episode = episode_name(ask.say, ask.show, episode_of(ask.show, limit))
        return self._again(ask, limit, view, ask.say("button.changed-in", episode=episode), "🆕")

    def _again(
        self, ask: Ask, limit: int, view: View, label: str, emoji: str
    ) -> discord.ui.Button[discord.ui.LayoutView]:
        """A button that puts another view in place of the one it hangs on."""
        key = show_key(ask.show)
        if _only_once(ask, limit):
            # What was revealed once has to be revealed again.
            return button(label, "reveal", "chart", key, limit, view, emoji=emoji)
        return button(label, "chart", key, limit, view, ask.asker.user_id, emoji=emoji)

    # -------------------------------------------------------------- presses

    async def _press_chart(
        self, interaction: discord.Interaction, key: str, limit: int, view: View, owner: int
    ) -> None:
        await self._desk.turn(
            interaction,
            self._desk.shows.by_key(key),
            owner,
            lambda ask: self._shown(asked_up_to(ask, limit), view),
            lambda ask: self._card_or_none(asked_up_to(ask, limit), view),
        )

    def _card_or_none(self, ask: Ask, view: View) -> Reply | None:
        reach = self._ahead.reach(ask)
        return self._ahead.card(ask, "chart", reach, str(view)) if self._ahead.locked(ask, reach) else None

    async def _press_words(self, interaction: discord.Interaction, key: str, limit: int, view: View) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        await self._answer(asked_up_to(ask, limit), replace(view, style=None))

    async def _press_post(self, interaction: discord.Interaction, key: str, limit: int, view: View) -> None:
        """Show the chart to everybody here, drawn anew for what may be said in this channel."""
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=False)
        if ask.public and not view.comparing:
            limit = min(limit, ask.asker.ceiling)
        await self._answer(asked_up_to(ask, limit), view)


def _heading(ask: Ask, found: Told) -> list[str]:
    return [f"## {plain(ask.say.text(ask.show.title))}", plain(found.title)]


def _note(ask: Ask, found: Told) -> list[str]:
    """That some of it is not in the reader's language, where that is so."""
    return translation_note(ask.say, (Piece(text, Decision.SHOWN) for text in found.texts))


def _only_once(ask: Ask, limit: int) -> bool:
    """Whether the asker is shown this by their decision alone, and not by their progress."""
    return not ask.public and limit > ask.asker.progress


def _refuse_beyond(ask: Ask) -> None:
    """Raises UserError where a picture would show more than may be said openly."""
    if ask.public and ask.up_to is not None and ask.up_to > ask.asker.ceiling:
        ceiling = ask.asker.ceiling
        raise UserError("chart.not-here" if ceiling else "chart.not-here-start", ceiling=ceiling)
