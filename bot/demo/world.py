"""The sample server of the demo: who is in it, where they live, and what they wrote before the bot came."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timedelta

import discord
from PIL import Image, ImageDraw, ImageFont
from simcord.actors import MemberActor
from simcord.backend.cdn import CDN_BASE
from simcord.builders import ChannelHandle, GuildHandle, UserHandle
from simcord.env import Env

from bot.demo.simulation import name_bot, post, shift_epoch, speak

BOT_NAME = "Cliffhanger"
SERVER_NAME = "Drama Club"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody one can be in the demo."""

    key: str
    name: str
    city: str
    zone: str
    locale: str
    colour: str


PEOPLE = (
    Person("olivia", "Olivia", "London", "Europe/London", "en-GB", "#e0719e"),
    Person("maya", "Maya", "New York", "America/New_York", "en-US", "#e8a33d"),
    Person("arjun", "Arjun", "Kolkata", "Asia/Kolkata", "en-US", "#3fa7a0"),
    Person("minji", "민지 Minji", "Seoul", "Asia/Seoul", "ko", "#7c87f5"),
)

#: The rooms of the server: channels, a thread in the last of them, and everybody's messages with the bot.
CHANNELS = (
    ("general", "Everything that is not a spoiler"),
    ("the-defects", "Watching The Defects together, Mondays and Tuesdays"),
)
THREAD = "episode-2"
DIRECT = "dm"
#: A voice channel to have a party's event in; there is nothing to read in it.
CINEMA = "cinema"
ROOMS = (*(name for name, _ in CHANNELS), THREAD, DIRECT)

#: How long before the demo begins, where, who, what.
_CHATTER = (
    (7_000, THREAD, "olivia", "Here `/recap 2` needs no bars, by the thread's name alone: see `/spoilers explain`"),
    (55, "general", "arjun", "Finished work early, so I'm catching up before tonight 🍿"),
    (53, "general", "maya", "What time is tonight, again? I never get the Seoul times right"),
    (52, "general", "olivia", "Ask the bot: type `/next-episode`. It knows where you live."),
    (38, "the-defects", "minji", "오늘 밤 같이 보실 분? 🙋"),
    (36, "the-defects", "maya", "Me! But no spoilers please, I'm one episode behind"),
    (35, "the-defects", "olivia", "`/watch-party create` and I'm in. `/recap` looks back if you need to catch up."),
)


class World:
    """The server, its channels and people, as handles of the simulation."""

    def __init__(
        self,
        env: Env,
        guild: GuildHandle,
        channels: dict[str, ChannelHandle],
        members: dict[str, MemberActor],
        assets: dict[str, tuple[str, bytes]],
    ) -> None:
        self.env = env
        self.guild = guild
        self.channels = channels
        self.members = members
        self.assets = assets

    def room(self, person: str, key: str) -> tuple[ChannelHandle, MemberActor | UserHandle]:
        """A channel, and the person as simcord wants them there. Raises KeyError for either unknown."""
        member = self.members[person]
        return (member.user.dm_channel, member.user) if key == DIRECT else (self.channels[key], member)

    def place(self, channel_id: int, user_id: int) -> tuple[str, str]:
        """The keys of a person and of the room that a channel is to them."""
        person = next(key for key, member in self.members.items() if member.id == user_id)
        return person, next((key for key, channel in self.channels.items() if channel.id == channel_id), DIRECT)

    def visible_messages(self, person: str, key: str) -> int:
        """How many messages somebody can see in a room."""
        channel, viewer = self.room(person, key)
        messages = self.env.backend.messages.get(channel.id, {})
        return sum(message.visible_to(viewer.id) for message in messages.values())


def build_world(env: Env, at: datetime) -> World:
    """Make the server as it is at ``at``, the simulation's present from then on. The bot must not run yet."""
    shift_epoch(env, at - timedelta(days=30))
    name_bot(env, BOT_NAME, avatar="a")
    assets = {f"{CDN_BASE}/avatars/{env.backend.bot_user.id}/a.png": ("cliffhanger.png", _emblem())}
    users = {person.key: env.create_user(person.key, global_name=person.name, avatar="a") for person in PEOPLE}
    guild = env.create_guild(SERVER_NAME, owner=users[PEOPLE[0].key])
    channels = {name: guild.create_text_channel(name, topic=topic) for name, topic in CHANNELS}
    guild.create_voice_channel(CINEMA)
    members: dict[str, MemberActor] = {}
    for person in PEOPLE:
        user = users[person.key]
        role = guild.create_role(
            person.city,
            color=discord.Colour.from_str(person.colour).value,
            permissions=discord.Permissions(create_events=True),
        )
        members[person.key] = guild.add_member(user, roles=[role])
        speak(env, user.id, person.locale)
        assets[f"{CDN_BASE}/avatars/{user.id}/a.png"] = (f"{person.key}.png", _avatar(person))
    shift_epoch(env, at - timedelta(days=5))
    parent, owner = channels[CHANNELS[-1][0]], users[PEOPLE[0].key]
    thread = env.backend.create_thread(parent.id, THREAD, owner.id)
    channels[THREAD] = ChannelHandle(env, guild, thread)
    for minutes, channel, person, text in sorted(_CHATTER, reverse=True):
        shift_epoch(env, at - timedelta(minutes=minutes))
        post(env, channels[channel].id, users[person].id, text)
    shift_epoch(env, at)
    return World(env, guild, channels, members, assets)


def _avatar(person: Person) -> bytes:
    picture = Image.new("RGB", (80, 80), person.colour)
    ImageDraw.Draw(picture).text(
        (40, 41), person.key[0].upper(), fill="white", anchor="mm", font=ImageFont.load_default(40)
    )
    return _png(picture)


def _emblem() -> bytes:
    """What every cliffhanger ends with."""
    picture = Image.new("RGB", (160, 160), "#5865f2")
    draw = ImageDraw.Draw(picture)
    for x in (45, 80, 115):
        draw.ellipse((x - 12, 74, x + 12, 98), fill="white")
    return _png(picture.reduce(2))


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
