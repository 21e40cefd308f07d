"""Asking ahead: what reaches beyond the asker's progress opens only after a second, deliberate press.

A private card says after which episode the thing unlocks, and offers to show it for this once or to note that the
episode was seen. The number on the card is the one that was asked for, never one that the dataset gives away.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from inspect import isawaitable

import discord

from bot.app.shows import episode_of, show_key
from bot.core.errors import UserError
from bot.core.text import clean, plain
from bot.discord_ui import reply
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import episode_name
from bot.discord_ui.press import Presses, button
from bot.discord_ui.progress import undo
from bot.discord_ui.reply import Reply
from bot.l10n.episode_numbers import number_in

#: Makes a thing anew: for whom, up to which episode it was asked, and what else its kind needs to know.
Made = Callable[[Ask, int, str], Reply | Awaitable[Reply]]

#: As much of what somebody typed as a button has room for.
_LONGEST_TYPED = 50


def typed_argument(typed: str) -> str:
    """What somebody typed, as the argument of a card: one line without the mark that parts a button's arguments."""
    return clean(typed.replace(":", " "))[:_LONGEST_TYPED]


class Ahead:
    """Knows how each kind of thing is made once its asker has decided to see it."""

    def __init__(self, desk: Desk, presses: Presses) -> None:
        self._desk = desk
        self._kinds: dict[str, Made] = {}
        presses.on("reveal", self._press_reveal, str, str, int, str)
        presses.on("seenit", self._press_seen_it, str, str, int, str)
        presses.on("postit", self._press_post_it, str, str, int, str)

    def on(self, what: str, made: Made) -> None:
        """Let ``made`` make things of the kind ``what``."""
        self._kinds[what] = made

    def locked(self, ask: Ask, episode: int, *, story: bool = False) -> bool:
        """Whether an answer up to ``episode`` would open to its asker what they haven't seen.

        In public that is what the channel's ceiling opens; the rest stands behind bars there. ``story``: the answer
        tells the story of that episode and of no other, so that having seen it by itself is enough.
        """
        watched = ask.asker.watched
        seen = watched.has_seen(episode) if story else episode <= watched.up_to
        return not seen and ask.revealed < episode and (not ask.public or episode <= ask.asker.ceiling)

    def reach(self, ask: Ask) -> int:
        """The last episode that an answer tells of in the open, if nothing holds it back."""
        if ask.public:
            return ask.asker.ceiling if ask.up_to is None else min(ask.asker.ceiling, ask.up_to)
        return ask.asker.progress if ask.up_to is None else ask.up_to

    async def answer(self, ask: Ask, what: str, episode: int, argument: str = "") -> None:
        """Send the card in place of what was asked for, to the asker alone."""
        await replace(ask, private=True).answer(self.card(ask, what, episode, argument))

    def card(self, ask: Ask, what: str, episode: int, argument: str = "") -> Reply:
        """The card. ``argument`` is what else the kind needs: a key of ours, or what was typed (`typed_argument`)."""
        say = ask.say
        show = ask.show
        name = episode_name(say, show, episode_of(show, episode))
        title = plain(say.text(show.title))
        key = "ahead.yours" if ask.asker.progress else "ahead.yours-start"
        made = Reply().add(
            "## 🔒 " + say("ahead.title", episode=name),
            say(key, show=title, progress=ask.asker.progress),
            say("ahead.public", ceiling=ask.asker.ceiling) if ask.public else "",
        )
        place = (what, show_key(show), episode, argument)
        return made.row(
            button(say("button.reveal"), "reveal", *place, emoji="👁️", style=discord.ButtonStyle.danger),
            button(say("button.seen-it"), "seenit", *place, emoji="✅"),
            button(say("button.post-anyway"), "postit", *place, emoji="📣") if ask.public else None,
        )

    async def _press_reveal(
        self, interaction: discord.Interaction, what: str, key: str, episode: int, argument: str
    ) -> None:
        """Show it for this once, in place of the card."""
        ask = await self._ask(interaction, key, episode, private=True)
        made = await self._made(ask, what, episode, argument)
        progress = ask.asker.progress
        if progress < episode:
            made.add("-# " + ask.say("ahead.revealed" if progress else "ahead.revealed-start", progress=progress))
        await reply.replace(interaction, made)

    async def _press_seen_it(
        self, interaction: discord.Interaction, what: str, key: str, episode: int, argument: str
    ) -> None:
        """Note that the episode was seen, and show what was asked for in place of the card."""
        before = await self._ask(interaction, key, episode, private=True)
        kept, after = await self._desk.people.see(
            before.asker.user_id, before.show, episode_of(before.show, episode), before.now
        )
        ask = await self._ask(interaction, key, episode, private=True)
        made = await self._made(ask, what, episode, argument)
        made.add("-# " + ask.say("ahead.noted", number=number_in(ask.say, ask.show, after.up_to))).row(undo(ask, kept))
        await reply.replace(interaction, made)

    async def _press_post_it(
        self, interaction: discord.Interaction, what: str, key: str, episode: int, argument: str
    ) -> None:
        """Answer in the channel after all, as far as it is open by now."""
        ask = await self._ask(interaction, key, episode, private=False)
        await ask.answer(await self._made(ask, what, episode, argument))

    async def _ask(self, interaction: discord.Interaction, key: str, episode: int, *, private: bool) -> Ask:
        show = self._desk.shows.by_key(key)
        ask = await self._desk.ask(interaction, show, private=private)
        return replace(ask, revealed=episode_of(show, episode).number)

    async def _made(self, ask: Ask, what: str, episode: int, argument: str) -> Reply:
        if what not in self._kinds:
            raise UserError("button.stale")
        made = self._kinds[what](ask, episode, argument)
        return await made if isawaitable(made) else made
