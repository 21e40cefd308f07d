"""What people ask for before a storm, through the bot's own use cases; the storm's own record of who waits for what."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.app.clock import ManualClock
from bot.app.reminders import Reminders
from bot.core.reminder import Delivery, ReminderChoice
from bot.dataset.catalogue import load
from bot.store import reminder_choices
from bot.store.database import Database
from bot.store.migrate import migrate
from tests.loopback.server import LoopbackDiscord
from tests.loopback.world import Channel, Guild, User
from tests.wire.show_folder import write_show

#: As long as may be, so that what a storm keeps from coming in time is still worth sending when it is over.
_EPISODE_MINUTES = 1440
#: Nobody may have more than fifty reminders to come.
MOST_EACH = 40
#: How many of a hundred want mentions, were asked in a direct message, put theirs off, and take theirs back.
_MENTIONED, _ASKED_IN_DM, _SNOOZED, _CANCELLED = 40, 20, 12, 3
#: How many of a hundred that were asked in a room were asked in the first one, where people are told together.
_TOGETHER = 50


@dataclass(frozen=True)
class Wish:
    """One person's reminder of one episode; nobody has two of the same, so that person and episode name it.

    `due_at` is in seconds since 1970, `channel_id` None for what was asked in a direct message.
    """

    user_id: int
    episode: int
    due_at: float
    channel_id: int | None
    cancelled: bool


async def ask(
    discord: LoopbackDiscord,
    guild: Guild,
    rooms: list[Channel],
    folder: Path,
    database_path: Path,
    *,
    begins: datetime,
    count: int,
    minutes: int,
    rng: random.Random,
) -> list[Wish]:
    """Let people ask for `count` reminders that fall due in the minutes after `begins`, an episode each minute."""
    times = (begins + timedelta(minutes=2 + number) for number in range(minutes))
    write_show(folder, "storm", *times, minutes=_EPISODE_MINUTES)
    show = load(folder).shows["storm"]
    clock = ManualClock(begins)
    database = await Database.open(f"sqlite+aiosqlite:///{database_path}")
    wishes: list[Wish] = []
    try:
        await migrate(database)
        reminders = Reminders(database, clock, lambda: None)
        each = min(MOST_EACH, minutes)
        while len(wishes) < count:
            user = discord.add_user(f"member{len(wishes)}", guild=guild)
            if rng.randrange(100) < _MENTIONED:
                async with database.begin() as tx:
                    await reminder_choices.put(tx, user.id, ReminderChoice(delivery=Delivery.MENTION))
            for episode in rng.sample(show.episodes, min(each, count - len(wishes))):
                room = rooms[0] if rng.randrange(100) < _TOGETHER else rng.choice(rooms)
                channel = None if rng.randrange(100) < _ASKED_IN_DM else room
                [made] = await reminders.create(
                    user_id=user.id,
                    show=show,
                    episode=episode,
                    leads=(0,),
                    channel_id=None if channel is None else channel.id,
                    guild_id=None if channel is None else guild.id,
                    dm_channel_id=discord.dm(user).id if rng.random() < 0.9 else None,
                    locale="en-US",
                )
                due_at, fate = made.fires_at, rng.randrange(100)
                if fate < _SNOOZED:
                    due_at = begins + timedelta(seconds=rng.uniform(60, 60 * minutes))
                    await reminders.snooze(made.id, user.id, due_at)
                cancelled = _SNOOZED <= fate < _SNOOZED + _CANCELLED
                if cancelled:
                    await reminders.cancel((made.id,), user.id)
                wishes.append(
                    Wish(user.id, episode.number, due_at.timestamp(), channel and channel.id, cancelled=cancelled)
                )
    finally:
        await database.close()
    return wishes


def people(discord: LoopbackDiscord, wishes: list[Wish]) -> list[User]:
    """Those who asked, in a fixed order."""
    return [discord.users[user_id] for user_id in dict.fromkeys(wish.user_id for wish in wishes)]
