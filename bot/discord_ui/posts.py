"""What the bot posts by itself: reminders, and everything about a watch party.

Whatever pings is plain message content, which notifications show; it holds nothing but the show, the episode's
number, times, and a party's title where the channel is open far enough for it. The last argument of every button's
custom_id here is the message's nonce, so that a message can be found again in a channel's history after a crash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import discord
from discord import ui

from bot.app.outbox import (
    AfterPartyPost,
    AirTimePost,
    AnnouncementPost,
    BundlePost,
    CatchUpPost,
    DigestPost,
    EventNoticePost,
    Lateness,
    MovedPost,
    PartyPost,
    PollPost,
    Post,
    RecapPost,
    ReminderPost,
    SeasonEndPost,
    SeriesPost,
    TroublePost,
)
from bot.app.reminders import OF_WHOEVER_PRESSES
from bot.app.shows import show_key
from bot.core.airing import minutes_of
from bot.core.party import Answer, Attendance, Party, PartyState, PartyText, SeriesState
from bot.core.personal_data import NOBODY
from bot.core.reminder import Cause, DueKind
from bot.core.series import Night, Series
from bot.core.show import Episode, Show
from bot.core.text import plain
from bot.discord_ui import stamps
from bot.discord_ui.announcement_words import announcement_card, recap_card, season_end_card, trouble_card
from bot.discord_ui.corrections import marked
from bot.discord_ui.event_words import event_link, notice_lines
from bot.discord_ui.options import episode_name, episode_names
from bot.discord_ui.press import custom_id
from bot.discord_ui.reminder_words import lead_words
from bot.discord_ui.reply import Reply
from bot.discord_ui.screening_words import question_lines
from bot.discord_ui.votes import decided_lines
from bot.l10n.speaker import Speaker

#: Names listed per answer in an announcement; the rest are counted.
_NAMED = 15
SNOOZES = (10, 60)
NAP_MINUTES = 60
#: A message of a sitting has a button for each of so many episodes at most; for more, one for the last.
_SEEN_BUTTONS = 4
#: What has moved with a schedule is listed up to here; a message takes 2,000 characters.
_MOVES_LISTED = 8
#: Nights of a series listed in its announcement.
_NIGHTS_LISTED = 30
#: The same of what came to nothing.
_MISSED_LISTED = 10


@dataclass(frozen=True, slots=True)
class TextSending:
    """A message of plain ``content`` with buttons, ready to go."""

    content: str
    view: ui.View
    mentions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CardSending:
    """A layout, ready to go; it pings at most one role."""

    view: ui.LayoutView
    mentions: tuple[int, ...] = ()
    role_id: int | None = None


def render(say: Speaker, post: Post, mark: str, ceiling: int) -> TextSending | CardSending:
    """The message of a post; ``mark`` is its nonce, ``ceiling`` that of the channel it goes to."""
    if isinstance(post, AnnouncementPost):
        return CardSending(announcement_card(say, post, mark).layouts()[0], role_id=post.setup.role_id)
    if isinstance(post, RecapPost):
        return CardSending(recap_card(say, post, mark).layouts()[0])
    if isinstance(post, SeasonEndPost):
        return CardSending(season_end_card(say, post, mark).layouts()[0])
    if isinstance(post, TroublePost):
        return CardSending(trouble_card(say, post).layouts()[0])
    if isinstance(post, ReminderPost):
        return _reminder(say, post, mark)
    if isinstance(post, BundlePost):
        return _bundle(say, post, mark)
    if isinstance(post, CatchUpPost):
        return _catch_up(say, post, mark)
    if isinstance(post, MovedPost):
        return _moved(say, post, mark)
    if isinstance(post, DigestPost):
        return _digest(say, post, mark)
    if isinstance(post, SeriesPost):
        if post.kind is DueKind.SERIES_ANNOUNCEMENT:
            card = series_card(say, post.show, post.series, post.nights, mark)
            return CardSending(card.layouts()[0], role_id=post.series.role_id)
        return _series_cancelled(say, post, mark)
    if isinstance(post, PollPost):
        return _decided(say, post, mark)
    if isinstance(post, EventNoticePost):
        return _event_notice(say, post, mark)
    if isinstance(post, AfterPartyPost):
        return after_party(say, post, mark)
    if isinstance(post, AirTimePost):
        return _air_time(say, post, mark)
    if post.kind is DueKind.PARTY_ANNOUNCEMENT:
        card = announcement(say, post.show, post.episodes, post.found, mark, ceiling)
        return CardSending(card.layouts()[0], role_id=post.party.role_id)
    return _party(say, post, mark, ceiling)


def _reminder(say: Speaker, post: ReminderPost, mark: str) -> TextSending:
    reminder = post.reminder
    line = _reminder_line(say, post, reminder.airs_at)
    lines = [line, *_late(say, post.late)]
    return _personal(say, post, lines, reminder.user_id, _snoozes(say, reminder.id, mark))


def _bundle(say: Speaker, post: BundlePost, mark: str) -> TextSending:
    lines = [
        " ".join(f"<@{user}>" for user in post.people),
        _reminder_line(say, post, post.reminders[0].airs_at),
        *_late(say, post.late),
    ]
    if post.instead:
        lines.append("-# " + say("post.dms-closed"))
    return TextSending("\n".join(lines), _snoozes(say, OF_WHOEVER_PRESSES, mark), post.people)


def _reminder_line(say: Speaker, post: ReminderPost | BundlePost, airs_at: datetime) -> str:
    line = say(
        "post.reminder",
        show=plain(say.text(post.show.title)),
        episode=episode_names(say, post.show, (post.episode, *post.along)),
        at=stamps.clock(airs_at),
        relative=stamps.relative(airs_at),
    )
    return "🔔 " + marked(say, post.episode, line)


def _snoozes(say: Speaker, reminder_id: int, mark: str) -> ui.View:
    return _view(
        *(
            (say("button.snooze", duration=say.duration(minutes)), ("snooze", reminder_id, minutes, mark))
            for minutes in SNOOZES
        ),
        (say("button.snooze-tomorrow"), ("snooze-day", reminder_id, mark)),
        (say("button.snooze-until"), ("snooze?", reminder_id, mark)),
    )


def _catch_up(say: Speaker, post: CatchUpPost, mark: str) -> TextSending:
    show, sitting = post.show, post.planned.sitting
    line = say(
        "post.catch-up",
        show=plain(say.text(show.title)),
        episodes=episode_names(say, show, post.episodes),
        duration=say.duration(sum(minutes_of(show, episode) for episode in post.episodes)),
        at=stamps.clock(sitting.starts_at),
        relative=stamps.relative(sitting.starts_at),
    )
    markable = post.episodes if len(post.episodes) <= _SEEN_BUTTONS else post.episodes[-1:]
    view = _view(
        *(
            (say("button.seen", episode=episode_name(say, show, episode)), ("seen", show_key(show), episode.number))
            for episode in markable
        ),
        (say("button.snooze", duration=say.duration(NAP_MINUTES)), ("nap", post.planned.id, mark)),
    )
    return _personal(say, post, ["🍿 " + line, *_late(say, post.late)], post.plan.user_id, view)


def _moved(say: Speaker, post: MovedPost, mark: str) -> TextSending:
    show = post.show
    lines = ["📅 " + say("post.moved", show=plain(say.text(show.title)))]
    for reminder in post.reminders:
        episodes = [episode for episode in show.episodes if episode.number == reminder.episode]
        what, now = episode_names(say, show, episodes), stamps.full(reminder.airs_at)
        if reminder.undated_at is not None:
            lines.append(marked(say, episodes[0], "- " + say("post.date-lost", what=what)))
            continue
        if reminder.moved_from == reminder.airs_at:
            line = "- " + say("post.date-again", what=what, now=now)
        else:
            line = _moved_line(say, show, episodes, reminder.moved_from, reminder.airs_at)
        line = marked(say, episodes[0], line)
        lines.append(f"{line} {say('post.moved-reminder', at=stamps.full(reminder.fires_at))}")
    for planned in post.sittings:
        episodes = [episode for episode in show.episodes if episode.number in planned.sitting.episodes]
        line = _moved_line(say, show, episodes, planned.moved_from, planned.sitting.starts_at)
        lines.append(f"{line} {say('post.moved-sitting')}")
    if len(lines) > _MOVES_LISTED + 1:
        lines[_MOVES_LISTED + 1 :] = ["-# " + say("reminders.more", count=len(lines) - _MOVES_LISTED - 1)]
    view = _view((say("button.reminders"), ("reminders", mark)))
    return _personal(say, post, lines, post.wish.user_id, view)


def _digest(say: Speaker, post: DigestPost, mark: str) -> TextSending:
    lines = ["🗒️ " + say.count("post.digest", post.count)]
    for item in post.items[:_MISSED_LISTED]:
        title, episodes = say.text(item.show.title), episode_names(say, item.show, item.episodes)
        if item.lead_minutes is None:
            name = say("reminders.plan", show=title, episodes=episodes)
        else:
            name = say("reminders.name", show=title, episode=episodes, lead=lead_words(say, item.lead_minutes))
        lines.append("- " + plain(name))
    more = post.count - len(post.items[:_MISSED_LISTED])
    if more:
        lines.append("-# " + say("reminders.more", count=more))
    return TextSending("\n".join(lines), _view((say("button.reminders"), ("reminders", mark))), ())


def _moved_line(say: Speaker, show: Show, episodes: Sequence[Episode], was: datetime | None, now: datetime) -> str:
    name = episode_names(say, show, episodes)
    return "- " + say("post.moved-line", what=name, was=stamps.full(was or now), now=stamps.full(now))


def _late(say: Speaker, late: Lateness | None) -> list[str]:
    """How late it is and why, where that has to be said."""
    if late is None:
        return []
    duration = say.duration(max(int(late.by.total_seconds() // 60), 1))
    match late.cause:
        case Cause.OFFLINE:
            said = say("post.late", duration=duration)
        case Cause.REFUSED:
            said = say("post.late-refused", duration=duration)
        case Cause.BUSY:
            said = say("post.late-busy", duration=duration)
    return ["-# " + said]


def _personal(
    say: Speaker, post: ReminderPost | CatchUpPost | MovedPost, lines: list[str], user_id: int, view: ui.View
) -> TextSending:
    """What somebody asked to be told, in their messages or, with a mention, where they asked."""
    if post.instead:
        lines = [*lines, "-# " + say("post.dms-closed" if post.mention else "post.channel-closed")]
    if post.mention:
        lines = [f"<@{user_id}>", *lines]
    return TextSending("\n".join(lines), view, (user_id,) if post.mention else ())


def _party(say: Speaker, post: PartyPost, mark: str, ceiling: int) -> TextSending:
    party = post.party
    key = {
        DueKind.PARTY_LEAD: "post.party-lead",
        DueKind.PARTY_START: "post.party-start",
        DueKind.PARTY_MOVED: "post.party-moved",
        DueKind.PARTY_CANCELLED: "post.party-cancelled",
        DueKind.PARTY_PLACE: "post.party-place",
    }[post.kind]
    lines = [
        say(
            key,
            show=plain(say.text(post.show.title)),
            episode=episode_names(say, post.show, post.episodes),
            at=stamps.full(party.starts_at),
            relative=stamps.relative(party.starts_at),
            before="" if party.moved_from is None else stamps.full(party.moved_from),
        )
    ]
    if post.kind is DueKind.PARTY_MOVED:
        lines.append(say("post.because-schedule" if party.follows_air_time else "post.because-host"))
    title = party.text_at(ceiling).title
    if title is not None:
        lines.append(f"**{plain(title)}**")
    if post.goes_on is not None:
        again = [episode for episode in post.show.episodes if episode.number in post.goes_on.episodes]
        names = episode_names(say, post.show, again)
        lines.append(say("post.series-goes-on", at=stamps.full(post.goes_on.starts_at), episodes=names))
    lines += _late(say, post.late)
    lines.append(" ".join(f"<@{user}>" for user in post.mentions))
    first: tuple[tuple[str, tuple[object, ...]], ...] = ()
    if post.kind in (DueKind.PARTY_LEAD, DueKind.PARTY_START):
        first = ((say("screening.start"), ("start", party.id, mark)),)
    elif post.kind in (DueKind.PARTY_MOVED, DueKind.PARTY_CANCELLED):
        # Whoever has it in their calendar gets there what has become of it.
        first = ((say("button.party-calendar"), ("party-ics", party.id)),)
    view = _view(*first, (say("button.parties"), ("parties", mark)))
    return TextSending("\n".join(lines), view, post.mentions)


def _decided(say: Speaker, post: PollPost, mark: str) -> TextSending:
    lines = decided_lines(say, post.show, post.episodes, post.decision)
    lines += _late(say, post.late)
    lines.append(" ".join(f"<@{user}>" for user in post.mentions))
    return TextSending("\n".join(lines), _view((say("button.parties"), ("parties", mark))), post.mentions)


def _event_notice(say: Speaker, post: EventNoticePost, mark: str) -> TextSending:
    host = post.party.creator_id
    lines = [f"<@{host}>", *notice_lines(say, post.show, post.episodes, post.notice)]
    return TextSending("\n".join(lines), _view((say("button.parties"), ("parties", mark))), (host,))


def _air_time(say: Speaker, post: AirTimePost, mark: str) -> TextSending:
    party = post.party
    arguments = {
        "show": plain(say.text(post.show.title)),
        "episodes": episode_names(say, post.show, post.episodes),
        "starts": stamps.full(party.starts_at),
    }
    more = (say("button.parties"), ("parties", mark))
    if post.aired_by is None:
        line, view = say("post.no-air-time", **arguments), _view(more)
    else:
        line = say("post.airs-after-party", **arguments, at=stamps.full(post.aired_by))
        view = _view((say("post.to-air-time"), ("to-air", party.id, mark)), more)
    return TextSending(f"<@{party.creator_id}>\n⚠️ {line}", view, (party.creator_id,))


def after_party(say: Speaker, post: AfterPartyPost, mark: str) -> TextSending:
    """The question who watched; mentions in it ping nobody."""
    view = _view(
        (say("watched.button"), ("watched", post.party.id, mark)),
        (say("button.parties"), ("parties", mark)),
    )
    return TextSending("\n".join(question_lines(say, post)), view, ())


def text_lines(text: PartyText) -> tuple[str, ...]:
    """What somebody wrote on a party: its title, and under it the note."""
    title = () if text.title is None else (f"**{plain(text.title)}**",)
    return title if text.note is None else (*title, f"> {plain(text.note)}")


def series_card(say: Speaker, show: Show, series: Series, nights: Sequence[Party], mark: str) -> Reply:
    """The announcement of a series with its nights to come; mentions in it ping nobody."""
    title = say("series.title", show=plain(say.text(show.title)))
    if series.state is SeriesState.CANCELLED:
        return Reply(["## ~~" + title + "~~", say("series.is-cancelled")])
    reply = Reply(["## 🎬 " + title, *nights_listed(say, show, nights)])
    if not nights:
        return reply.add(say("series.is-over"))
    reply.add(_host_line(say, series.creator_id))
    reply.add("" if series.role_id is None else say("party.for-role", role=f"<@&{series.role_id}>"))
    reply.add("-# " + say("series.each-announced"))
    return reply.row(
        _button(say("series.join"), ("series-join", series.id, "going", mark), discord.ButtonStyle.success, "✅"),
        _button(say("series.leave"), ("series-join", series.id, "cannot", mark), discord.ButtonStyle.secondary, "✖️"),
        _button(say("series.cancel"), ("series-off?", series.id), discord.ButtonStyle.danger, None),
    )


def nights_listed(say: Speaker, show: Show, nights: Sequence[Night | Party]) -> list[str]:
    """A line for each night, in every reader's own time; beyond some, how many more there are."""
    lines: list[str] = []
    for night in nights[:_NIGHTS_LISTED]:
        at = night.starts_at if isinstance(night, Party) else night.at
        episodes = [episode for episode in show.episodes if episode.number in night.episodes]
        lines.append(f"- {stamps.full(at)} · {episode_names(say, show, episodes)}")
    more = len(nights) - len(lines)
    return [*lines, "-# " + say.count("series.more", more)] if more > 0 else lines


def _series_cancelled(say: Speaker, post: SeriesPost, mark: str) -> TextSending:
    lines = [
        say("post.series-cancelled", show=plain(say.text(post.show.title))),
        *_late(say, post.late),
        " ".join(f"<@{user}>" for user in post.mentions),
    ]
    return TextSending("\n".join(lines), _view((say("button.parties"), ("parties", mark))), post.mentions)


def announcement(
    say: Speaker, show: Show, episodes: Sequence[Episode], found: Attendance, mark: str, ceiling: int
) -> Reply:
    """The card of a party with its buttons, for a channel with this ceiling; mentions in it ping nobody."""
    party = found.party
    title = say("party.title", show=plain(say.text(show.title)), episode=episode_names(say, show, episodes))
    reply = Reply()
    if party.state is PartyState.CANCELLED:
        reply.add(
            "## ~~" + title + "~~",
            *text_lines(replace(party.text_at(ceiling), note=None)),
            say("party.is-cancelled", at=stamps.full(party.starts_at)),
        )
        return reply
    reply.add(
        "## 🎬 " + title,
        *text_lines(party.text_at(ceiling)),
        say("party.starts", at=stamps.full(party.starts_at), relative=stamps.relative(party.starts_at)),
        _host_line(say, party.creator_id),
        "" if party.role_id is None else say("party.for-role", role=f"<@&{party.role_id}>"),
        "" if found.event_id is None else "📅 " + say("party.event", link=event_link(party.guild_id, found.event_id)),
    )
    places = "" if party.capacity is None else say("party.of-places", places=party.capacity)
    for key, icon, who in (
        ("party.going", "✅", found.who(Answer.GOING)),
        ("party.waiting", "⏳", found.waiting),
        ("party.maybe", "❔", found.who(Answer.MAYBE)),
        ("party.cannot", "✖️", found.who(Answer.CANNOT)),
    ):
        if who:
            named = " ".join(f"<@{user}>" for user in who[:_NAMED])
            more = " " + say("party.and-more", count=len(who) - _NAMED) if len(who) > _NAMED else ""
            count = f"{len(who)} {places}" if places and key == "party.going" else str(len(who))
            reply.add(f"{icon} **{say(key)}** ({count}): {named}{more}")
    before = [say.duration(lead) for lead in party.leads if lead]
    if before:
        reply.add("-# " + say("party.reminded", duration=say.listing(before)))
    reply.row(
        _button(say("party.going"), ("rsvp", party.id, "going", mark), discord.ButtonStyle.success, "✅"),
        _button(say("party.maybe"), ("rsvp", party.id, "maybe", mark), discord.ButtonStyle.secondary, "❔"),
        _button(say("party.cannot"), ("rsvp", party.id, "cannot", mark), discord.ButtonStyle.secondary, "✖️"),
        _button(say("ready.button"), ("ready", party.id), discord.ButtonStyle.secondary, "🍿"),
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


def _host_line(say: Speaker, creator_id: int) -> str:
    """Who looks after a party or a series."""
    return say("party.no-host") if creator_id == NOBODY else say("party.host", host=f"<@{creator_id}>")
