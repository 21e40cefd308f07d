"""The form in which a watch party is planned, and the way back into it when something in it can't be read.

What somebody typed is not lost with a mistake: the answer quotes it, one line for each field, and has a button that
opens the form again with what is quoted. Nothing is remembered for that but the message.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot.core.errors import UserError
from bot.core.mirror import EventWish
from bot.core.party import LONGEST_NOTE, LONGEST_TITLE, MOST_PLACES
from bot.core.show import Episode, Show
from bot.core.text import clean, cut, plain, unescaped
from bot.core.when import LONGEST, LONGEST_LEAD_MINUTES, MOST_LEADS
from bot.discord_ui.event_options import quoted_event
from bot.discord_ui.failures import explain
from bot.discord_ui.press import button
from bot.discord_ui.reply import Reply
from bot.l10n.episode_numbers import numbered
from bot.l10n.speaker import Speaker

#: Discord's most characters of a form's title and labels, and of the hint in an empty field.
_LABEL, _HINT = 45, 100
#: Room for what is too long as well, so that whoever types it is told so and keeps it.
_SPARE = 100
_EPISODES = re.compile(r"\D{0,10}?(\d{1,4})(?:\s*[-–~]\s*(\d{1,4}))?\D{0,3}", re.ASCII)
_CHANNELS = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.news_thread,
]


@dataclass(frozen=True, slots=True)
class Aside:
    """What is known of a party that the form doesn't ask for; None: whatever is usual.

    Title and note were begun where people may have seen up to episode ``after``.
    """

    leads: tuple[int, ...] | None = None
    capacity: int | None = None
    role_id: int | None = None
    after: int = 0
    event: EventWish | None = None

    def arguments(self) -> tuple[str, int, int, int]:
        """As arguments of a button; read by `of`. The event waits in the message, as it finds no room there."""
        return packed(self.leads), self.capacity or 0, self.role_id or 0, self.after

    @classmethod
    def of(cls, leads: tuple[int, ...] | None, capacity: int, role_id: int, after: int) -> Aside:
        """What stands in a button. Raises UserError("button.stale") for what never stood in one."""
        if not 0 <= capacity <= MOST_PLACES or after < 0:
            raise UserError("button.stale")
        return cls(leads, capacity or None, role_id or None, after)


def packed(leads: tuple[int, ...] | None) -> str:
    """Leads as an argument of a button, which has little room; read by `unpacked`."""
    return "-" if leads is None else ".".join(f"{lead:x}" for lead in leads)


def unpacked(argument: str) -> tuple[int, ...] | None:
    """The leads in a button. Raises ValueError for what never stood in one."""
    if argument == "-":
        return None
    leads = tuple(int(part, 16) for part in argument.split("."))
    if len(leads) > MOST_LEADS or any(not 0 <= lead <= LONGEST_LEAD_MINUTES for lead in leads):
        raise ValueError(argument)
    return leads


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields of the form. ``channel_id`` is 0 for where the form was opened."""

    episode: str = ""
    when: str = ""
    title: str = ""
    note: str = ""
    channel_id: int = 0

    def quoted(self, say: Speaker) -> Iterator[str]:
        """A line for each text field, from which `unquoted` takes them again."""
        for name, value in zip(_FIELDS, (self.episode, self.when, self.title, self.note), strict=True):
            yield f"> **{plain(say(f'party.form-{name}'))}** {plain(clean(value))}"


_FIELDS = ("episode", "when", "title", "note")

#: What is done with a form that was sent in.
Submitted = Callable[[discord.Interaction, Typed, Aside], Awaitable[None]]
Failed = Callable[[discord.Interaction, Exception], Awaitable[None]]


def written_episodes(say: Speaker, episodes: Sequence[Episode]) -> str:
    """Episodes that follow each other as `read_episodes` reads them."""
    ends = [numbered(say, episode) for episode in (episodes[0], episodes[-1])]
    return "-".join(dict.fromkeys(ends))


def read_episodes(say: Speaker, show: Show, typed: str) -> tuple[int, int]:
    """The first and last choice in "7", "episode 7", "7-8" or "12.1-Special 1".

    Raises UserError("party.episode-not-understood").
    """
    called = {numbered(say, episode).casefold(): episode.choice for episode in show.episodes}
    ends = [" ".join(part.casefold().split()) for part in clean(typed).split("-")]
    if all(end in called for end in ends) and len(ends) <= 2:
        return called[ends[0]], called[ends[-1]]
    found = _EPISODES.fullmatch(clean(typed).strip())
    if found is None:
        raise UserError("party.episode-not-understood", text=typed)
    first = int(found[1])
    return first, int(found[2] or first)


def unquoted(message: discord.Message | None, channel_id: int) -> Typed:
    """What stands quoted in a message of ours."""
    values: list[str] = []
    pending: list[discord.Component] = [] if message is None else list(message.components)
    while pending:
        part = pending.pop(0)
        pending.extend(getattr(part, "children", ()))
        if isinstance(part, discord.TextDisplay):
            # `plain` leaves no mark of its own, so what is bold at the beginning is the name of the field.
            values += [
                unescaped(line.partition("** ")[2]) for line in part.content.splitlines() if line.startswith("> **")
            ]
    values += [""] * (len(_FIELDS) - len(values))
    return Typed(*values[: len(_FIELDS)], channel_id=channel_id)


def try_again(say: Speaker, show_id_key: str, error: UserError, typed: Typed, aside: Aside) -> Reply:
    """What can't be read, all that was typed, and the way back into the form."""
    again = button(say("party.form-again"), "form", show_id_key, typed.channel_id, *aside.arguments())
    return Reply([explain(say, error), *typed.quoted(say), *quoted_event(say, aside.event)]).row(again)


class PartyForm(ui.Modal):
    """Asks for a party, with what is known filled in."""

    def __init__(self, say: Speaker, typed: Typed, aside: Aside, submitted: Submitted, failed: Failed) -> None:
        super().__init__(title=cut(say("party.form-heading"), _LABEL), timeout=15 * 60)
        self._say = say
        self._aside = aside
        self._submitted = submitted
        self._failed = failed
        self.episode = self._field("episode", typed.episode, 30, required=True)
        self.when = self._field("when", typed.when, LONGEST + _SPARE, required=True)
        self.channel: ui.ChannelSelect[PartyForm] = ui.ChannelSelect(
            channel_types=_CHANNELS,
            required=False,
            default_values=[discord.Object(typed.channel_id)] if typed.channel_id else [],
        )
        self.add_item(ui.Label(text=cut(say("party.form-channel"), _LABEL), component=self.channel))
        self.party_title = self._field("title", typed.title, LONGEST_TITLE + _SPARE, required=False)
        self.note = self._field(
            "note", typed.note, LONGEST_NOTE + _SPARE, required=False, style=discord.TextStyle.paragraph
        )

    def _field(
        self,
        name: str,
        value: str,
        longest: int,
        *,
        required: bool,
        style: discord.TextStyle = discord.TextStyle.short,
    ) -> ui.TextInput[PartyForm]:
        hint = self._say("party.form-episode-hint" if name == "episode" else "party.form-when-hint")
        made: ui.TextInput[PartyForm] = ui.TextInput(
            placeholder=cut(hint, _HINT) if required else None,
            default=cut(value, longest) or None,
            max_length=longest,
            required=required,
            style=style,
        )
        self.add_item(ui.Label(text=cut(self._say(f"party.form-{name}"), _LABEL), component=made))
        return made

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand in what was typed; a mistake in it is answered with the way back."""
        typed = Typed(
            self.episode.value,
            self.when.value,
            self.party_title.value,
            self.note.value,
            self.channel.values[0].id if self.channel.values else 0,
        )
        await self._submitted(interaction, typed, self._aside)

    async def on_error(self, interaction: discord.Interaction, error: Exception) -> None:
        await self._failed(interaction, error)
