"""The tables, and how values are kept in them.

Instants are kept as whole microseconds since 1970 in UTC, so that both databases compare and return exactly what
was put in; local times as ISO 8601 text; enumerations as their values. The schema of an existing database is made
by the migrations alone; a test holds both against each other.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from bot.core.announcement import AnnouncementState, Form
from bot.core.calendar_wish import Contents
from bot.core.catch_up import CatchUpState
from bot.core.mirror import MirrorState
from bot.core.party import Answer, PartyState, SeriesState
from bot.core.poll import PollState
from bot.core.reminder import Delivery, DueKind, DueState, ReminderState
from bot.core.rerun import RerunState

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_Value = TypeVar("_Value", bound=Enum)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 and returned in UTC. A naive one is a ValueError."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"An instant needs a time zone: {value!r}")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class WallTime(TypeDecorator[datetime]):
    """A naive local datetime, kept as ISO 8601 text. An aware one is a ValueError."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is not None:
            raise ValueError(f"A wall time has no time zone of its own: {value!r}")
        return value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Characters(TypeDecorator[str]):
    """Text that both databases keep unchanged; NUL, which PostgreSQL has no room for, is a ValueError."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and "\0" in value:
            raise ValueError("Text can't hold a NUL character")
        return value


class WholeNumbers(TypeDecorator[tuple[int, ...]]):
    """Some whole numbers, one at least, in their order, kept as text such as "3,4,6"."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: tuple[int, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else ",".join(map(str, value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[int, ...] | None:
        return None if value is None else tuple(map(int, value.split(",")))


class OneOf(TypeDecorator[_Value], Generic[_Value]):
    """A member of an enumeration, kept as its value."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, members: type[_Value]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: _Value | None, dialect: Dialect) -> str | None:
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> _Value | None:
        return None if value is None else self.members(value)


def values_of(row: sa.Row[Any]) -> dict[str, Any]:
    """A row as the keyword arguments of the value that it is a row of: columns and fields have the same names."""
    return row._asdict()  # pyright: ignore[reportPrivateUsage] (public, named like a namedtuple's)


metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

# SQLite numbers rows by itself only in a column declared INTEGER.
_RowId = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _discord_id(name: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=primary_key, nullable=nullable, autoincrement=False)


def _one_of(column: str, members: type[Enum]) -> sa.CheckConstraint:
    values = ", ".join(f"'{member.value}'" for member in members)
    return sa.CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


def _only(name: str, condition: str, *columns: str | sa.ColumnElement[Any]) -> sa.Index:
    """An index of the rows that fulfil ``condition``, which has to be spelled the same way in a query."""
    return sa.Index(name, *columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


person = sa.Table(
    "person",
    metadata,
    _discord_id("user_id", primary_key=True),
    sa.Column("zone", Characters, nullable=False),
)

#: Who lets which server see their zone.
zone_share = sa.Table(
    "zone_share",
    metadata,
    sa.Column(
        "user_id",
        sa.BigInteger,
        sa.ForeignKey("person.user_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    _discord_id("guild_id", primary_key=True),
    sa.Index(None, "guild_id"),
)

progress = sa.Table(
    "progress",
    metadata,
    _discord_id("user_id", primary_key=True),
    sa.Column("show_id", Characters, primary_key=True),
    sa.Column("episode", sa.Integer, nullable=False),
    sa.CheckConstraint("episode >= 0", name="episode_counts"),
)

#: Episodes watched by themselves, beyond those that ``progress`` counts.
seen_apart = sa.Table(
    "seen_apart",
    metadata,
    _discord_id("user_id", primary_key=True),
    sa.Column("show_id", Characters, primary_key=True),
    sa.Column("episode", sa.Integer, primary_key=True, autoincrement=False),
    sa.CheckConstraint("episode >= 1", name="episode_counts"),
)

#: How far somebody has come who watches a show again.
rewatch = sa.Table(
    "rewatch",
    metadata,
    _discord_id("user_id", primary_key=True),
    sa.Column("show_id", Characters, primary_key=True),
    sa.Column("episode", sa.Integer, nullable=False),
    sa.CheckConstraint("episode >= 0", name="episode_counts"),
)

#: Who lets which server see how far they are.
progress_share = sa.Table(
    "progress_share",
    metadata,
    _discord_id("user_id", primary_key=True),
    _discord_id("guild_id", primary_key=True),
    sa.Column("show_id", Characters, primary_key=True),
    sa.Index(None, "guild_id", "show_id"),
)

#: Up to which episode of a show may be talked about openly in a channel.
ceiling = sa.Table(
    "ceiling",
    metadata,
    _discord_id("channel_id", primary_key=True),
    _discord_id("guild_id"),
    sa.Column("show_id", Characters, primary_key=True),
    sa.Column("episode", sa.Integer, nullable=False),
    sa.CheckConstraint("episode >= 0", name="episode_counts"),
    sa.Index(None, "guild_id"),
)

#: The shows that servers follow; of each server one is meant where none is named.
guild_show = sa.Table(
    "guild_show",
    metadata,
    _discord_id("guild_id", primary_key=True),
    sa.Column("show_id", Characters, primary_key=True),
    sa.Column("followed_at", Instant, nullable=False),
    sa.Column("is_default", sa.Boolean, nullable=False),
)

#: The show that is meant in a channel and its threads.
channel_show = sa.Table(
    "channel_show",
    metadata,
    _discord_id("channel_id", primary_key=True),
    _discord_id("guild_id"),
    sa.Column("show_id", Characters, nullable=False),
    sa.Index(None, "guild_id"),
)

#: How servers have shows announced.
announcement_setup = sa.Table(
    "announcement_setup",
    metadata,
    _discord_id("guild_id", primary_key=True),
    sa.Column("show_id", Characters, primary_key=True),
    _discord_id("channel_id"),
    _discord_id("role_id", nullable=True),
    sa.Column("lead_minutes", sa.Integer, nullable=False),
    sa.Column("form", OneOf(Form), nullable=False),
    sa.Column("recap", sa.Boolean, nullable=False),
    sa.Column("locale", Characters, nullable=False),
    _discord_id("creator_id"),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("notice", Characters, nullable=True),
    sa.CheckConstraint("lead_minutes >= 0", name="lead_before_start"),
    _one_of("form", Form),
)

announcement = sa.Table(
    "announcement",
    metadata,
    sa.Column("id", _RowId, primary_key=True),
    _discord_id("guild_id"),
    sa.Column("show_id", Characters, nullable=False),
    sa.Column("episodes", WholeNumbers, nullable=False),
    sa.Column("airs_at", Instant, nullable=True),
    sa.Column("moved_from", Instant, nullable=True),
    sa.Column("again", sa.Boolean, nullable=False),
    _discord_id("channel_id", nullable=True),
    _discord_id("message_id", nullable=True),
    _discord_id("thread_id", nullable=True),
    sa.Column("state", OneOf(AnnouncementState), nullable=False),
    _one_of("state", AnnouncementState),
    sa.Index(None, "guild_id", "show_id", "state"),
    sqlite_autoincrement=True,
)

#: Shows that servers watch again.
rerun = sa.Table(
    "rerun",
    metadata,
    sa.Column("id", _RowId, primary_key=True),
    _discord_id("guild_id"),
    sa.Column("show_id", Characters, nullable=False),
    _discord_id("creator_id"),
    sa.Column("zone", Characters, nullable=False),
    # None: as it aired.
    sa.Column("weekdays", WholeNumbers, nullable=True),
    sa.Column("per_night", sa.Integer, nullable=False),
    sa.Column("wall_first", WallTime, nullable=False),
    sa.Column("state", OneOf(RerunState), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("paused_at", Instant, nullable=True),
    sa.CheckConstraint("per_night >= 1", name="per_night_counts"),
    sa.CheckConstraint("(state = 'paused') = (paused_at IS NOT NULL)", name="paused_since"),
    _one_of("state", RerunState),
    sa.Index(None, "guild_id", "show_id"),
    sa.Index(
        "uq_rerun_on",
        "guild_id",
        "show_id",
        unique=True,
        sqlite_where=sa.text("state IN ('running', 'paused')"),
        postgresql_where=sa.text("state IN ('running', 'paused')"),
    ),
    sqlite_autoincrement=True,
)

#: When the episodes of re-runs are on, as local times in their zones.
rerun_slot = sa.Table(
    "rerun_slot",
    metadata,
    sa.Column("rerun_id", _RowId, sa.ForeignKey("rerun.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("episode", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("wall", WallTime, nullable=False),
    sa.CheckConstraint("episode >= 1", name="episode_counts"),
)

#: Where people watch; the show is "" where that is meant for all that they say nothing else of.
person_service = sa.Table(
    "person_service",
    metadata,
    _discord_id("user_id", primary_key=True),
    sa.Column("show_id", Characters, primary_key=True),
    sa.Column("service", Characters, nullable=False),
    sa.Column("region", Characters, nullable=True),
)

#: What an admin has said about a show's times in one go, in their own server. Their ids live on in buttons.
schedule_change = sa.Table(
    "schedule_change",
    metadata,
    sa.Column("id", _RowId, primary_key=True),
    _discord_id("guild_id"),
    sa.Column("show_id", Characters, nullable=False),
    _discord_id("user_id"),
    sa.Column("note", Characters),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("undone_at", Instant),
    _discord_id("undone_by", nullable=True),
    sa.Index(None, "guild_id", "show_id"),
    sqlite_autoincrement=True,
)

#: The episodes' times of such a change; no wall time: there is no date any more.
schedule_override = sa.Table(
    "schedule_override",
    metadata,
    sa.Column(
        "change_id",
        _RowId,
        sa.ForeignKey("schedule_change.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("episode", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("airs_wall", WallTime),
    sa.Column("zone", Characters),
    sa.Column("unneeded_at", Instant),
    sa.CheckConstraint("(airs_wall IS NULL) = (zone IS NULL)", name="zone_goes_with_wall"),
)

# These ids live on in buttons, nonces and calendar files: AUTOINCREMENT never gives one out twice.
party = sa.Table(
    "party",
    metadata,
    sa.Column("id", _RowId, primary_key=True),
    _discord_id("guild_id"),
    _discord_id("channel_id"),
    _discord_id("message_id", nullable=True),
    _discord_id("creator_id"),
    sa.Column("show_id", Characters, nullable=False),
    sa.Column("episode", sa.Integer, nullable=False),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("wall_start", WallTime, nullable=False),
    sa.Column("zone", Characters, nullable=False),
    sa.Column("lead_minutes", sa.Integer, nullable=False),
    sa.Column("locale", Characters, nullable=False),
    sa.Column("state", OneOf(PartyState), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("title", Characters, nullable=True),
    sa.Column("note", Characters, nullable=True),
    sa.Column("text_after", sa.Integer, nullable=False, server_default="0"),
    sa.Column("follows_air_time", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("moved_from", Instant, nullable=True),
    sa.Column("last_episode", sa.Integer, nullable=True),
    sa.Column("capacity", sa.Integer, nullable=True),
    _discord_id("role_id", nullable=True),
    sa.Column("more_leads", WholeNumbers, nullable=True),
    # No foreign key: SQLite would have to copy the table for it.
    sa.Column("series_id", _RowId, nullable=True),
    sa.CheckConstraint("episode >= 1", name="episode_counts"),
    sa.CheckConstraint("lead_minutes >= 0", name="lead_before_start"),
    _one_of("state", PartyState),
    _only("ix_party_planned", "state = 'planned'", "guild_id", "starts_at"),
    _only("ix_party_series", "series_id IS NOT NULL", "series_id"),
    sa.Index(None, "creator_id"),
    sqlite_autoincrement=True,
)

#: Series of parties. Their nights are parties; what is kept here is how new ones are made.
series = sa.Table(
    "series",
    metadata,
    sa.Column("id", _RowId, primary_key=True),
    _discord_id("guild_id"),
    _discord_id("channel_id"),
    _discord_id("message_id", nullable=True),
    _discord_id("creator_id"),
    sa.Column("show_id", Characters, nullable=False),
    sa.Column("first_episode", sa.Integer, nullable=False),
    sa.Column("last_episode", sa.Integer, nullable=False),
    # None: whenever an episode airs.
    sa.Column("weekdays", WholeNumbers, nullable=True),
    sa.Column("wall_first", WallTime, nullable=True),
    sa.Column("zone", Characters, nullable=False),
    sa.Column("per_night", sa.Integer, nullable=False),
    sa.Column("lead_minutes", sa.Integer, nullable=False),
    sa.Column("more_leads", WholeNumbers, nullable=True),
    sa.Column("capacity", sa.Integer, nullable=True),
    _discord_id("role_id", nullable=True),
    sa.Column("locale", Characters, nullable=False),
    sa.Column("state", OneOf(SeriesState), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.CheckConstraint("first_episode >= 1 AND last_episode >= first_episode", name="episodes_in_order"),
    sa.CheckConstraint("per_night >= 1", name="per_night_counts"),
    sa.CheckConstraint("lead_minutes >= 0", name="lead_before_start"),
    sa.CheckConstraint("(weekdays IS NULL) = (wall_first IS NULL)", name="rhythm_whole"),
    _one_of("state", SeriesState),
    sa.Index(None, "guild_id"),
    sa.Index(None, "creator_id"),
    sqlite_autoincrement=True,
)

rsvp = sa.Table(
    "rsvp",
    metadata,
    sa.Column("party_id", _RowId, sa.ForeignKey("party.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    _discord_id("user_id", primary_key=True),
    sa.Column("answer", OneOf(Answer), nullable=False),
    sa.Column("answered_at", Instant, nullable=False),
    sa.Column("waited", sa.Boolean, nullable=False, server_default=sa.false()),
    _one_of("answer", Answer),
    sa.Index(None, "user_id"),
)

#: By when what is watched at a party with an hour of its own is to have aired, as its host knows it (NULL: no date).
party_air_time = sa.Table(
    "party_air_time",
    metadata,
    sa.Column("party_id", _RowId, sa.ForeignKey("party.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("aired_by", Instant, nullable=True),
)

#: What parties are at while they watch.
screening = sa.Table(
    "screening",
    metadata,
    sa.Column("party_id", _RowId, sa.ForeignKey("party.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("episode", sa.Integer, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("plays_at", Instant, nullable=True),
    sa.Column("ended_at", Instant, nullable=True),
    _discord_id("starter_id"),
    _discord_id("channel_id"),
    _discord_id("message_id", nullable=True),
    sa.CheckConstraint("position >= 0", name="position_counts"),
)

#: Who says that they watched at a party.
viewer = sa.Table(
    "viewer",
    metadata,
    sa.Column("party_id", _RowId, sa.ForeignKey("party.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    _discord_id("user_id", primary_key=True),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Index(None, "user_id"),
)

#: The messages in which it is asked who watched, and the threads under them.
after_party = sa.Table(
    "after_party",
    metadata,
    sa.Column("party_id", _RowId, sa.ForeignKey("party.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    _discord_id("message_id"),
    _discord_id("thread_id", nullable=True),
)

#: Discord's own events of parties.
mirror = sa.Table(
    "mirror",
    metadata,
    sa.Column("party_id", _RowId, sa.ForeignKey("party.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    _discord_id("place_id", nullable=True),
    _discord_id("event_id", nullable=True),
    sa.Column("state", OneOf(MirrorState), nullable=False),
    sa.Column("shown_at", Instant, nullable=True),
    sa.Column("notice", Characters, nullable=True),
    _one_of("state", MirrorState),
    sa.Index(None, "event_id"),
)

#: Those whose answer is that they are interested in a party's event; who answers in another way is no longer here.
interest = sa.Table(
    "interest",
    metadata,
    sa.Column("party_id", _RowId, sa.ForeignKey("party.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    _discord_id("user_id", primary_key=True),
    sa.Column("since", Instant, nullable=False),
    sa.Index(None, "user_id"),
)

#: Votes on when to watch something. No zones are kept with them.
poll = sa.Table(
    "poll",
    metadata,
    sa.Column("id", _RowId, primary_key=True),
    _discord_id("guild_id"),
    _discord_id("channel_id"),
    _discord_id("message_id", nullable=True),
    _discord_id("creator_id"),
    sa.Column("show_id", Characters, nullable=False),
    sa.Column("episode", sa.Integer, nullable=False),
    sa.Column("last_episode", sa.Integer, nullable=True),
    sa.Column("zone", Characters, nullable=False),
    sa.Column("lead_minutes", sa.Integer, nullable=False),
    sa.Column("locale", Characters, nullable=False),
    sa.Column("state", OneOf(PollState), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("closes_at", Instant, nullable=False),
    sa.Column("party_id", _RowId, sa.ForeignKey("party.id"), nullable=True),
    sa.CheckConstraint("episode >= 1", name="episode_counts"),
    sa.CheckConstraint("lead_minutes >= 0", name="lead_before_start"),
    _one_of("state", PollState),
    _only("ix_poll_open", "state = 'open'", "guild_id"),
    sa.Index(None, "creator_id"),
    sqlite_autoincrement=True,
)

poll_choice = sa.Table(
    "poll_choice",
    metadata,
    sa.Column("poll_id", _RowId, sa.ForeignKey("poll.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("starts_at", Instant, nullable=False),
)

poll_vote = sa.Table(
    "poll_vote",
    metadata,
    sa.Column("poll_id", _RowId, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    _discord_id("user_id", primary_key=True),
    sa.Column("voted_at", Instant, nullable=False),
    sa.ForeignKeyConstraint(["poll_id", "number"], ["poll_choice.poll_id", "poll_choice.number"], ondelete="CASCADE"),
    sa.Index(None, "user_id"),
)

reminder = sa.Table(
    "reminder",
    metadata,
    sa.Column("id", _RowId, primary_key=True),
    _discord_id("user_id"),
    sa.Column("show_id", Characters, nullable=False),
    sa.Column("episode", sa.Integer, nullable=False),
    sa.Column("lead_minutes", sa.Integer, nullable=False),
    sa.Column("airs_at", Instant, nullable=False),
    sa.Column("fires_at", Instant, nullable=False),
    _discord_id("channel_id", nullable=True),
    _discord_id("guild_id", nullable=True),
    _discord_id("dm_channel_id", nullable=True),
    sa.Column("locale", Characters, nullable=False),
    sa.Column("state", OneOf(ReminderState), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("snoozed_at", Instant, nullable=True),
    sa.Column("moved_from", Instant, nullable=True),
    # No foreign key: SQLite would have to copy the table for it.
    sa.Column("standing_id", _RowId, nullable=True),
    sa.Column("undated_at", Instant, nullable=True),
    sa.CheckConstraint("episode >= 1", name="episode_counts"),
    sa.CheckConstraint("lead_minutes >= 0", name="lead_before_airing"),
    _one_of("state", ReminderState),
    sa.Index(None, "user_id"),
    _only("ix_reminder_active", "state = 'active'", "user_id", "fires_at"),
    sqlite_autoincrement=True,
)

#: Wishes to be reminded before every episode; a person has one active wish for each show at most.
standing_reminder = sa.Table(
    "standing_reminder",
    metadata,
    sa.Column("id", _RowId, primary_key=True),
    _discord_id("user_id"),
    sa.Column("show_id", Characters, nullable=False),
    sa.Column("leads", WholeNumbers, nullable=False),
    _discord_id("channel_id", nullable=True),
    _discord_id("guild_id", nullable=True),
    _discord_id("dm_channel_id", nullable=True),
    sa.Column("locale", Characters, nullable=False),
    sa.Column("state", OneOf(ReminderState), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("on_service", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("delivery", OneOf(Delivery), nullable=True),
    sa.CheckConstraint("leads <> ''", name="leads_named"),
    _one_of("state", ReminderState),
    sa.Index(None, "user_id"),
    sa.Index(
        "ix_standing_reminder_active",
        "user_id",
        "show_id",
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    ),
    sqlite_autoincrement=True,
)

#: How people want to be reminded who don't want the usual.
reminder_choice = sa.Table(
    "reminder_choice",
    metadata,
    _discord_id("user_id", primary_key=True),
    sa.Column("leads", WholeNumbers, nullable=True),
    sa.Column("delivery", OneOf(Delivery), nullable=False),
    sa.Column("quiet_from", sa.Integer, nullable=True),
    sa.Column("quiet_until", sa.Integer, nullable=True),
    _one_of("delivery", Delivery),
    sa.CheckConstraint("leads <> ''", name="leads_named"),
    sa.CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet_whole"),
)

#: How long before an episode the members of a server are reminded who have not said.
server_leads = sa.Table(
    "server_leads",
    metadata,
    _discord_id("guild_id", primary_key=True),
    sa.Column("leads", WholeNumbers, nullable=False),
    sa.CheckConstraint("leads <> ''", name="leads_named"),
)

#: Plans to catch up with a show; a person has one active plan for each at most.
catch_up = sa.Table(
    "catch_up",
    metadata,
    sa.Column("id", _RowId, primary_key=True),
    _discord_id("user_id"),
    sa.Column("show_id", Characters, nullable=False),
    sa.Column("deadline_at", Instant, nullable=False),
    sa.Column("wall_deadline", WallTime, nullable=False),
    sa.Column("zone", Characters, nullable=False),
    sa.Column("per_day", sa.Integer, nullable=True),
    _discord_id("channel_id", nullable=True),
    _discord_id("guild_id", nullable=True),
    _discord_id("dm_channel_id", nullable=True),
    sa.Column("locale", Characters, nullable=False),
    sa.Column("state", OneOf(CatchUpState), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.CheckConstraint("per_day >= 1", name="per_day_counts"),
    _one_of("state", CatchUpState),
    sa.Index(None, "user_id"),
    sa.Index(
        "ix_catch_up_active",
        "user_id",
        "show_id",
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    ),
    sqlite_autoincrement=True,
)

sitting = sa.Table(
    "sitting",
    metadata,
    sa.Column("id", _RowId, primary_key=True),
    sa.Column("catch_up_id", _RowId, sa.ForeignKey("catch_up.id", ondelete="CASCADE"), nullable=False),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("episodes", WholeNumbers, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("moved_from", Instant, nullable=True),
    sa.CheckConstraint("episodes <> ''", name="episodes_named"),
    sa.CheckConstraint("minutes >= 0 AND sequence >= 0", name="counters_count"),
    sa.Index(None, "catch_up_id"),
    sqlite_autoincrement=True,
)

#: Whom to tell of which show that its schedule has changed. What of is kept with what was moved.
move_notice = sa.Table(
    "move_notice",
    metadata,
    sa.Column("id", _RowId, primary_key=True),
    _discord_id("user_id"),
    sa.Column("show_id", Characters, nullable=False),
    sa.UniqueConstraint("user_id", "show_id"),
    sqlite_autoincrement=True,
)

#: The due queue. What its columns mean and who changes them when is told in `bot.store.due`.
due = sa.Table(
    "due",
    metadata,
    sa.Column("id", _RowId, primary_key=True),
    sa.Column("kind", OneOf(DueKind), nullable=False),
    sa.Column("subject", sa.BigInteger, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("state", OneOf(DueState), nullable=False),
    sa.Column("leased_until", Instant, nullable=True),
    sa.Column("leased_by", Characters, nullable=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("first_claimed_at", Instant, nullable=True),
    sa.Column("sent", sa.Integer, nullable=False),
    sa.Column("not_before", Instant, nullable=True),
    sa.Column("reason", Characters, nullable=True),
    sa.Column("finished_at", Instant, nullable=True),
    sa.Column("digest_id", _RowId, nullable=True),
    # No foreign key: SQLite would have to copy the table for it.
    sa.Column("bundle", Characters, nullable=True),
    # Kinds are not listed in a CHECK: there will be more, and SQLite would have to copy the table for each.
    _one_of("state", DueState),
    sa.CheckConstraint("attempts >= 0 AND sent >= 0", name="counters_count"),
    sa.CheckConstraint("(leased_by IS NULL) = (leased_until IS NULL)", name="lease_whole"),
    sa.CheckConstraint("(state IN ('waiting', 'withdrawn')) = (finished_at IS NULL)", name="finished_once"),
    sa.CheckConstraint("state = 'waiting' OR leased_by IS NULL", name="only_waiting_leased"),
    sa.CheckConstraint("not_before IS NULL OR not_before >= due_at", name="postponed_later"),
    sa.CheckConstraint("leased_by IS NULL OR not_before IS NULL", name="leased_or_postponed"),
    sa.Index(None, "kind", "subject"),
    sqlite_autoincrement=True,
)

#: From when on a waiting row can be claimed: when its lease ends, else after its postponement, else when it is due.
claimable_at: sa.ColumnElement[datetime] = sa.func.coalesce(due.c.leased_until, due.c.not_before, due.c.due_at)

# The two questions that are asked all the time: what comes next, and what is due in the order in which it is due.
_only("ix_due_waiting", "state = 'waiting'", due.c.due_at, due.c.id)
_only("ix_due_claimable", "state = 'waiting'", claimable_at)
_only("ix_due_digest", "digest_id IS NOT NULL", due.c.digest_id)
_only("ix_due_bundle", "bundle IS NOT NULL", due.c.bundle)

#: Messages that tell of several due rows, whose ``bundle`` they are.
bundle = sa.Table(
    "bundle",
    metadata,
    sa.Column("nonce", Characters, primary_key=True),
    _discord_id("channel_id", nullable=True),
    sa.Column("instead", sa.Boolean, nullable=False),
    sa.Column("formed_at", Instant, nullable=False),
    sa.Column("sent_at", Instant, nullable=True),
)

#: What was said last of an entry in the calendar files that were handed out; nobody knows to whom.
calendar_entry = sa.Table(
    "calendar_entry",
    metadata,
    sa.Column("uid", Characters, primary_key=True),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("cancelled", sa.Boolean, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("changed_at", Instant, nullable=False, server_default="0"),
    sa.CheckConstraint("sequence >= 0", name="sequence_counts"),
)

calendar_feed = sa.Table(
    "calendar_feed",
    metadata,
    sa.Column("id", _RowId, primary_key=True),
    sa.Column("token_hash", Characters, nullable=False, unique=True),
    _discord_id("user_id"),
    sa.Column("contents", OneOf(Contents), nullable=False),
    sa.Column("show_id", Characters),
    _discord_id("guild_id", nullable=True),
    sa.Column("alarm_minutes", sa.Integer),
    sa.Column("locale", Characters, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    _one_of("contents", Contents),
    sa.Index("ix_calendar_feed_user_id", "user_id"),
)

#: Whom the messages about a party mention, by the row of the queue and the number of the message.
due_guests = sa.Table(
    "due_guests",
    metadata,
    sa.Column("due_id", _RowId, sa.ForeignKey("due.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("piece", sa.Integer, primary_key=True, autoincrement=False),
    _discord_id("user_id", primary_key=True),
    sa.CheckConstraint("piece >= 0", name="piece_counts"),
)

#: The servers that the bot is in, and those that it has left whose data is still to be deleted.
server = sa.Table(
    "server",
    metadata,
    _discord_id("guild_id", primary_key=True),
    sa.Column("left_at", Instant, nullable=True),
)

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", Characters, primary_key=True),
    sa.Column("value", Characters, nullable=False),
)
