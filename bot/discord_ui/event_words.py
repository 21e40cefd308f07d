"""What Discord's own event of a party says, and what its host is told of it.

Everybody in the server sees an event, however far they are: it holds what may be seen before the first episode.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.mirror import mark
from bot.core.party import Party
from bot.core.show import Episode, Show
from bot.core.text import clean, cut, plain
from bot.discord_ui.options import episode_names
from bot.l10n.speaker import Speaker

#: Discord's most characters of an event's name.
_NAME = 100
#: Discord's names of permissions, and ours of what they are called in its settings.
_PERMISSIONS = {
    "create_events": "permission.create-events",
    "view_channel": "permission.view-channel",
    "connect": "permission.connect",
    "manage_channels": "permission.manage-channels",
    "mute_members": "permission.mute-members",
    "move_members": "permission.move-members",
}


def event_name(say: Speaker, show: Show, episodes: Sequence[Episode]) -> str:
    """The show and the numbers of its episodes; Discord formats nothing in a name."""
    numbers = episode_names(say, show, episodes)
    title = cut(clean(say.text(show.title)), _NAME - len(numbers) - len(" · "))
    return f"{title} · {numbers}"


def event_description(say: Speaker, party: Party) -> str:
    """What the event is, a title that gives nothing away, the announcement, and what the event is known by."""
    title = party.text_at(0).title
    lines = [
        *([] if title is None else [f"**{plain(title)}**"]),
        say("event.description"),
        announced_at(party),
        mark(party),
    ]
    return "\n".join(lines)


def announced_at(party: Party) -> str:
    """A link to a party's announcement; as long as it isn't posted, to where it will be."""
    link = f"https://discord.com/channels/{party.guild_id}/{party.channel_id}"
    return link if party.message_id is None else f"{link}/{party.message_id}"


def event_link(guild_id: int, event_id: int) -> str:
    """A link to an event."""
    return f"https://discord.com/events/{guild_id}/{event_id}"


def notice_lines(say: Speaker, show: Show, episodes: Sequence[Episode], notice: str) -> list[str]:
    """What a host is told; ``notice`` is as in `bot.app.event_board.EventBoard`, or "deleted" or "put-back"."""
    what = f"{plain(say.text(show.title))} · {episode_names(say, show, episodes)}"
    reason, _, names = notice.partition(":")
    match reason:
        case "deleted":
            return ["📅 " + say("event.deleted", what=what)]
        case "put-back":
            return ["📅 " + say("event.put-back", what=what)]
        case "forbidden":
            known = [say(_PERMISSIONS[name]) for name in names.split(",") if name in _PERMISSIONS]
            said = say("event.forbidden", what=what, permissions=say.listing(known))
        case "full":
            said = say("event.full", what=what)
        case "place-gone":
            said = say("event.place-gone", what=what)
        case _:
            said = say("event.refused", what=what)
    return ["📅 " + said, "-# " + say("event.ask-again")]
