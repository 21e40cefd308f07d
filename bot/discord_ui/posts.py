"""What the bot posts by itself: reminders, and everything about a watch party.

Whatever pings is plain message content, which notifications show; it holds nothing but the show, the episode's
number and times. The last argument of every button's custom_id here is the message's nonce, so that a message can
be found again in a channel's history after a crash.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import discord
from discord import ui

from bot.app.outbox import PartyPost, Post, ReminderPost
from bot.app.parties import Attendance
from bot.core.party import Answer, PartyState
from bot.core.reminder import DueKind
from bot.core.show import Episode, Show
from bot.core.text import plain
from bot.discord_ui import stamps
from bot.discord_ui.options import episode_name
from bot.discord_ui.press import custom_id
from bot.discord_ui.reply import Reply
from bot.l10n.speaker import Speaker

#: Names listed per answer in an announcement; the rest are counted.
_NAMED = 15
SNOOZES = (10, 60)


@dataclass(frozen=True, slots=True)
class TextSending:
    """A message of plain ``content`` with buttons, ready to go."""

    content: str
    view: ui.View
    mentions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CardSending:
    """A layout, ready to go; it pings nobody."""

    view: ui.LayoutView
    mentions: tuple[int, ...] = ()


def render(say: Speaker, post: Post, mark: str) -> TextSending | CardSending:
    """The message of a post; ``mark`` is its nonce."""
    if isinstance(post, ReminderPost):
        return _reminder(say, post, mark)
    if post.kind is DueKind.PARTY_ANNOUNCEMENT:
        card = announcement(say, post.show, post.episode, Attendance(post.party, post.answers), mark)
        return CardSending(card.layouts()[0])
    return _party(say, post, mark)


def _reminder(say: Speaker, post: ReminderPost, mark: str) -> TextSending:
    reminder = post.reminder
    arguments = {
        "show": plain(say.text(post.show.title)),
        "episode": episode_name(say, post.show, post.episode),
        "at": stamps.clock(reminder.airs_at),
        "relative": stamps.relative(reminder.airs_at),
    }
    lines = ["🔔 " + say("post.reminder", **arguments)]
    if post.late:
        lines.append("-# " + say("post.late", duration=say.duration(_minutes(post.late))))
    if post.mention:
        lines.insert(0, f"<@{reminder.user_id}>")
        lines.append("-# " + say("post.dms-closed"))
    view = _view(
        *(
            (say("button.snooze", duration=say.duration(minutes)), ("snooze", reminder.id, minutes, mark))
            for minutes in SNOOZES
        )
    )
    return TextSending("\n".join(lines), view, (reminder.user_id,) if post.mention else ())


def _party(say: Speaker, post: PartyPost, mark: str) -> TextSending:
    party = post.party
    key = {
        DueKind.PARTY_LEAD: "post.party-lead",
        DueKind.PARTY_START: "post.party-start",
        DueKind.PARTY_CANCELLED: "post.party-cancelled",
    }[post.kind]
    lines = [
        say(
            key,
            show=plain(say.text(post.show.title)),
            episode=episode_name(say, post.show, post.episode),
            at=stamps.full(party.starts_at),
            relative=stamps.relative(party.starts_at),
        )
    ]
    if post.late:
        lines.append("-# " + say("post.late", duration=say.duration(_minutes(post.late))))
    lines.append(" ".join(f"<@{user}>" for user in post.mentions))
    view = _view((say("button.parties"), ("parties", mark)))
    return TextSending("\n".join(lines), view, post.mentions)


def announcement(say: Speaker, show: Show, episode: Episode, found: Attendance, mark: str) -> Reply:
    """The card of a party with its buttons; mentions in it ping nobody."""
    party = found.party
    title = say("party.title", show=plain(say.text(show.title)), episode=episode_name(say, show, episode))
    reply = Reply()
    if party.state is PartyState.CANCELLED:
        reply.add(
            "## ~~" + title + "~~",
            say("party.is-cancelled", at=stamps.full(party.starts_at)),
        )
        return reply
    reply.add(
        "## 🎬 " + title,
        say("party.starts", at=stamps.full(party.starts_at), relative=stamps.relative(party.starts_at)),
        say("party.host", host=f"<@{party.creator_id}>"),
    )
    for answer, icon in ((Answer.GOING, "✅"), (Answer.MAYBE, "❔"), (Answer.CANNOT, "✖️")):
        who = found.who(answer)
        if who:
            named = " ".join(f"<@{user}>" for user in who[:_NAMED])
            more = " " + say("party.and-more", count=len(who) - _NAMED) if len(who) > _NAMED else ""
            label = say(f"party.{answer.value}")
            reply.add(f"{icon} **{label}** ({len(who)}): {named}{more}")
    if party.lead_minutes:
        reply.add("-# " + say("party.reminded", duration=say.duration(party.lead_minutes)))
    reply.row(
        _button(say("party.going"), ("rsvp", party.id, "going", mark), discord.ButtonStyle.success, "✅"),
        _button(say("party.maybe"), ("rsvp", party.id, "maybe", mark), discord.ButtonStyle.secondary, "❔"),
        _button(say("party.cannot"), ("rsvp", party.id, "cannot", mark), discord.ButtonStyle.secondary, "✖️"),
        _button(say("party.cancel"), ("cancel?", party.id), discord.ButtonStyle.danger, None),
    )
    return reply


def _button(
    label: str, action: tuple[object, ...], style: discord.ButtonStyle, emoji: str | None
) -> ui.Button[ui.LayoutView]:
    name, *arguments = action
    return ui.Button(label=label[:80], style=style, emoji=emoji, custom_id=custom_id(str(name), *arguments))


def _view(*buttons: tuple[str, tuple[object, ...]]) -> ui.View:
    view = ui.View(timeout=None)
    for label, (name, *arguments) in buttons:
        view.add_item(ui.Button(label=label[:80], custom_id=custom_id(str(name), *arguments)))
    # As in `reply`: presses are answered from the custom_id alone, so the view needn't be remembered.
    view.stop()
    return view


def _minutes(late: timedelta) -> int:
    return max(int(late.total_seconds() // 60), 1)
