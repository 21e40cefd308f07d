"""Asks Discord, over REST alone, whether the bot can do there what it has to; opens no gateway, changes nothing."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
import discord
from discord.abc import GuildChannel

from bot.app.clock import Clock
from bot.core.announcement import Form
from bot.core.diagnosis import Diagnosis, problem, warning, well
from bot.core.venue import Use, Venue
from bot.discord_ui import grants
from bot.discord_ui.client import INTENTS

#: Seconds for everything that is asked of one server, and for the login; discord.py repeats what failed by itself.
_TIMEOUT = 30.0
#: How many servers are asked for at once.
_AT_ONCE = 4
#: By how much the clock may be wrong before that is said, and before reminders come noticeably at the wrong time.
_CLOCK_DOUBT = timedelta(seconds=3)
_CLOCK_WRONG = timedelta(seconds=30)
#: Discord's header counts whole seconds.
_HALF_A_SECOND = timedelta(seconds=0.5)
_PORTAL = "https://discord.com/developers/applications"
_FORMS = {
    Use.ANNOUNCEMENTS: Form.MESSAGE,
    Use.THREADED_ANNOUNCEMENTS: Form.THREAD,
    Use.FORUM_ANNOUNCEMENTS: Form.FORUM,
}
_PRIVILEGED = {
    "presences": ("Presence", "gateway_presence", "gateway_presence_limited"),
    "members": ("Server Members", "gateway_guild_members", "gateway_guild_members_limited"),
    "message_content": ("Message Content", "gateway_message_content", "gateway_message_content_limited"),
}
_OWN_NAMES = {"mention_everyone": "Mention @everyone, @here, and All Roles"}
_NO_ANSWER = (aiohttp.ClientError, OSError, TimeoutError)

Channels = Mapping[int, GuildChannel]


class _Watch:
    """Compares this machine's clock with the times that Discord's answers bear."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._best: tuple[timedelta, timedelta] | None = None
        self.trace = aiohttp.TraceConfig()
        self.trace.on_request_start.append(self._sent)
        self.trace.on_request_end.append(self._answered)
        self._sent_at = datetime.min.replace(tzinfo=UTC)

    @property
    def ahead(self) -> timedelta | None:
        """By how much this clock is ahead of Discord's (negative: behind); None where no answer came."""
        return None if self._best is None else self._best[1]

    async def _sent(self, _session: object, _context: object, _params: object) -> None:
        self._sent_at = self._clock.now()

    async def _answered(self, _session: object, _context: object, params: aiohttp.TraceRequestEndParams) -> None:
        now = self._clock.now()
        try:
            theirs = parsedate_to_datetime(params.response.headers["Date"])
        except (KeyError, ValueError):
            return
        took = now - self._sent_at
        # The quickest answer says it best: it bears some time between the two.
        if theirs.tzinfo is not None and (self._best is None or took < self._best[0]):
            self._best = took, now - took / 2 - theirs - _HALF_A_SECOND


async def examine(token: str, venues: Collection[Venue] | None, clock: Clock) -> AsyncGenerator[Diagnosis]:
    """Look at the token, the intents, the clock, and the permissions at ``venues`` (None: nobody knows where)."""
    # Otherwise it warns of libraries for voice.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    watch = _Watch(clock)
    client = discord.Client(intents=INTENTS, http_trace=watch.trace, max_ratelimit_timeout=_TIMEOUT)
    async with client:
        refused = await _log_in(client, token)
        if refused is None:
            for found in (*_application(client), _intents(client)):
                yield found
        else:
            yield refused
        yield _clock(watch.ahead)
        if refused is not None:
            return
        if venues is None:
            yield warning("permissions", "Not looked at, since only the database says what each server uses.")
            return
        async for found in _permissions(client, venues):
            yield found


async def _log_in(client: discord.Client, token: str) -> Diagnosis | None:
    try:
        async with asyncio.timeout(_TIMEOUT):
            await client.login(token)
    except discord.LoginFailure:
        sentence = (
            f"Discord refused the token. Reset it at {_PORTAL} (Bot, Reset Token) and put the new one into .env as "
            "DISCORD_TOKEN."
        )
        return problem("token", sentence, os.EX_NOPERM)
    except ValueError:
        # aiohttp's, for what no header may hold.
        return problem("token", "DISCORD_TOKEN holds what no token does; copy it once more.", os.EX_CONFIG)
    except discord.DiscordException as error:
        return problem(
            "token", f"Not known, since Discord answered {_reason(error)}. Try again later.", os.EX_UNAVAILABLE
        )
    except _NO_ANSWER as error:
        return problem("token", f"Not known, since Discord can't be reached ({_reason(error)}).", os.EX_UNAVAILABLE)
    return None


def _reason(error: Exception) -> str:
    if isinstance(error, discord.HTTPException):
        return f"{error.status}: {error.text or error.response.reason}"
    return type(error).__name__


def _application(client: discord.Client) -> Iterable[Diagnosis]:
    application, user = client.application, client.user
    assert application is not None
    assert user is not None
    yield well("token", f"It is {user.name}'s (application {application.name}, {application.id}).")
    if application.interactions_endpoint_url is not None:
        sentence = (
            "The application has an interactions endpoint URL, so Discord sends commands there and not to the bot. "
            f"Empty it at {_PORTAL} (General Information)."
        )
        yield problem("token", sentence, os.EX_CONFIG)


def _intents(client: discord.Client) -> Diagnosis:
    assert client.application is not None
    flags = client.application.flags
    needed: list[str] = []
    granted: list[str] = []
    for intent, (name, *grants_it) in _PRIVILEGED.items():
        has = any(getattr(flags, flag) for flag in grants_it)
        if getattr(INTENTS, intent) and not has:
            needed.append(name)
        elif has and not getattr(INTENTS, intent):
            granted.append(name)
    where = f"at {_PORTAL} (Bot, Privileged Gateway Intents)"
    if needed:
        return problem("intents", f"Not granted: {', '.join(needed)}. Switch that on {where}.", os.EX_CONFIG)
    if granted:
        return warning("intents", f"Granted and not needed: {', '.join(granted)}. Switch that off {where}.")
    return well("intents", "No privileged one is needed, and none is granted.")


def _clock(ahead: timedelta | None) -> Diagnosis:
    if ahead is None:
        return warning("clock", "Not looked at, since there was no answer from Discord to compare it with.")
    off = abs(ahead)
    if off < _CLOCK_DOUBT:
        return well("clock", "It is Discord's to within three seconds.")
    way, what = ("ahead of", "early") if ahead > timedelta(0) else ("behind", "late")
    sentence = (
        f"It is {off.total_seconds():,.0f} s {way} Discord's, and reminders come as much too {what}. Have the system "
        "set it (NTP)."
    )
    return problem("clock", sentence, os.EX_CONFIG) if off >= _CLOCK_WRONG else warning("clock", sentence)


async def _permissions(client: discord.Client, venues: Collection[Venue]) -> AsyncGenerator[Diagnosis]:
    in_server: defaultdict[int, set[Venue]] = defaultdict(set)
    for venue in venues:
        in_server[venue.guild_id].add(venue)
    try:
        servers = {guild.id: guild.name async for guild in client.fetch_guilds(limit=None, with_counts=False)}
    except (discord.DiscordException, *_NO_ANSWER) as error:
        yield _not_looked_at("the servers", error)
        return
    used = [server for server in servers if server in in_server]
    troubled = False
    for start in range(0, len(used), _AT_ONCE):
        batch = used[start : start + _AT_ONCE]
        results = await asyncio.gather(
            *(_server(client, server, in_server[server]) for server in batch), return_exceptions=True
        )
        for server, result in zip(batch, results, strict=True):
            if isinstance(result, (discord.DiscordException, *_NO_ANSWER)):
                yield _not_looked_at(servers[server], result)
                troubled = True
            elif isinstance(result, BaseException):
                raise result
            else:
                for found in result:
                    yield found
                troubled = troubled or bool(result)
        if any(isinstance(result, _NO_ANSWER) for result in results):
            # It would be the same with all others, each time after a while.
            return
    if not troubled:
        yield well(
            "permissions", f"All that is needed is granted; servers: {len(servers)}, of these used: {len(used)}."
        )


def _not_looked_at(what: str, error: Exception) -> Diagnosis:
    return warning("permissions", f"{what}: not looked at ({_reason(error)}). Try again later.")


async def _server(client: discord.Client, server: int, venues: Iterable[Venue]) -> Sequence[Diagnosis]:
    """What is missing in one server. Raises discord's and aiohttp's errors."""
    assert client.user is not None
    async with asyncio.timeout(_TIMEOUT):
        guild = await client.fetch_guild(server, with_counts=False)
        channels = {channel.id: channel for channel in await guild.fetch_channels()}
        me = await guild.fetch_member(client.user.id)
        found: dict[str, Diagnosis] = {}
        for venue in sorted(venues, key=lambda venue: (venue.channel_id or 0, venue.use.value, venue.role_id or 0)):
            for one in await _venue(client, guild, me, channels, venue):
                # Two uses may lack the same.
                found.setdefault(one.sentence, one)
    return list(found.values())


async def _venue(
    client: discord.Client, guild: discord.Guild, me: discord.Member, channels: Channels, venue: Venue
) -> Sequence[Diagnosis]:
    if venue.channel_id is None:
        absent = grants.missing(grants.for_event(discord.EntityType.external), me.guild_permissions)
        return _lacking(guild.name, "the server", venue.use, absent)
    place, in_thread = channels.get(venue.channel_id), False
    if place is None:
        try:
            thread = await client.fetch_channel(venue.channel_id)
        except (discord.NotFound, discord.Forbidden):
            thread = None
        if isinstance(thread, discord.Thread):
            place, in_thread = channels.get(thread.parent_id), True
    if place is None:
        sentence = f"{guild.name}: the channel for {venue.use.value} ({venue.channel_id}) is gone. Choose another one."
        return [problem("permissions", sentence, os.EX_NOPERM)]
    ours = place.permissions_for(me)
    where = f"{guild.name}, #{place.name}"
    found = _lacking(where, "the channel", venue.use, grants.missing(_needed(venue.use, place, in_thread), ours))
    return [*found, *_role(where, venue, guild.get_role(venue.role_id or 0), me, ours)]


def _needed(use: Use, place: GuildChannel, in_thread: bool) -> tuple[str, ...]:
    if use in _FORMS:
        return grants.for_announcements(_FORMS[use])
    if use is Use.EVENT:
        stage = isinstance(place, discord.StageChannel)
        return grants.for_event(discord.EntityType.stage_instance if stage else discord.EntityType.voice)
    return grants.for_posting(in_thread=in_thread)


def _lacking(where: str, whose: str, use: Use, absent: Sequence[str]) -> Sequence[Diagnosis]:
    if not absent:
        return []
    names = ", ".join(map(_called, absent))
    sentence = f"{where}: {names} missing for {use.value}. Grant it to the bot's role in the settings of {whose}."
    return [problem("permissions", sentence, os.EX_NOPERM)]


def _role(
    where: str, venue: Venue, role: discord.Role | None, me: discord.Member, ours: discord.Permissions
) -> Iterable[Diagnosis]:
    if venue.role_id is None:
        return
    if role is None:
        sentence = f"{where}: the role to mention for {venue.use.value} ({venue.role_id}) is gone."
        yield warning("permissions", f"{sentence} Choose another one.")
        return
    troubles = grants.role_troubles(role, me, ours)
    if "cannot-mention" in troubles:
        sentence = f"{where}: nobody is notified by @{role.name}. Let everybody mention it, or grant the bot"
        yield warning("permissions", f"{sentence} {_called('mention_everyone')}.")
    if venue.use not in _FORMS:
        return
    if "cannot-give" in troubles:
        sentence = f"{where}: {_called('manage_roles')} missing, so that nobody gets @{role.name} by the button."
        yield warning("permissions", f"{sentence} Grant it to the bot's role in the settings of the server.")
    if "role-above" in troubles:
        sentence = f"{where}: nobody gets @{role.name} by the button. Move the bot's role above it"
        yield warning("permissions", f"{sentence} in the settings of the server.")


def _called(permission: str) -> str:
    """Discord's own English name of a permission, from discord.py's."""
    return _OWN_NAMES.get(permission) or permission.replace("_", " ").title().replace(" In ", " in ")
