"""The one place that builds and closes real things, in one ``async with``."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app.after_party import AfterParty
from bot.app.air_warnings import AirWarnings
from bot.app.announcements import Announcements
from bot.app.calendar_feeds import CalendarFeeds
from bot.app.calendar_files import CalendarFiles
from bot.app.calendars import Calendars
from bot.app.catch_ups import CatchUps
from bot.app.ceilings import Ceilings
from bot.app.charts import Charts
from bot.app.clock import Clock
from bot.app.due_runner import DueRunner
from bot.app.evenings import Evenings
from bot.app.event_keeper import EventKeeper
from bot.app.following import Following
from bot.app.left_servers import LeftServers
from bot.app.library import Library
from bot.app.memory import Memory
from bot.app.moves import Moves
from bot.app.overrides import Overrides, UnneededOverrides
from bot.app.parties import Parties
from bot.app.party_series import PartySeries
from bot.app.people import People
from bot.app.polls import Polls
from bot.app.privacy import Privacy
from bot.app.refreshing import Refresher
from bot.app.reminders import Reminders
from bot.app.reruns import Reruns
from bot.app.screenings import Screenings
from bot.app.services import Services
from bot.app.shows import Shows
from bot.app.standing_reminders import StandingReminders
from bot.app.vital_signs import VitalSigns
from bot.app.zone_search import ZoneSearch
from bot.core.errors import OperatorError
from bot.core.reminder import DueKind
from bot.dataset.catalogue import load_catalogue
from bot.dataset.imports.fetching import web
from bot.discord_ui.about import About
from bot.discord_ui.ahead import Ahead
from bot.discord_ui.airtimes import Airtimes
from bot.discord_ui.announcements import Announce
from bot.discord_ui.calendars import CalendarCommands
from bot.discord_ui.cards import Cards
from bot.discord_ui.catch_up import CatchUpCommand
from bot.discord_ui.characters import Characters
from bot.discord_ui.client import CliffhangerClient, client_of
from bot.discord_ui.delivery import DiscordOutbox
from bot.discord_ui.desk import Desk
from bot.discord_ui.evenings import EveningList
from bot.discord_ui.event_watch import EventWatch
from bot.discord_ui.explain import Explain
from bot.discord_ui.failures import Failures
from bot.discord_ui.finding import Finding
from bot.discord_ui.following import Follow
from bot.discord_ui.health import Health
from bot.discord_ui.membership import Membership, is_member
from bot.discord_ui.next_up import NextUp
from bot.discord_ui.options import Choices, episode_names
from bot.discord_ui.parties import Parties as PartiesCog
from bot.discord_ui.party_calendar import PartyCalendar
from bot.discord_ui.party_series import SeriesCommands
from bot.discord_ui.patience import PATIENCE
from bot.discord_ui.press import Presses
from bot.discord_ui.privacy import PrivacyCommands
from bot.discord_ui.progress import Progress
from bot.discord_ui.readiness import ReadinessPanel
from bot.discord_ui.recaps import Recaps
from bot.discord_ui.relationships import Relationships
from bot.discord_ui.reminder_list import ReminderList
from bot.discord_ui.reminders import RemindCommand
from bot.discord_ui.reruns import RerunCommands
from bot.discord_ui.schedule import Schedule
from bot.discord_ui.scheduled_events import ScheduledEvents
from bot.discord_ui.screening import ScreeningRoom
from bot.discord_ui.services import ServiceCommands
from bot.discord_ui.spoilers import Spoilers
from bot.discord_ui.subscriptions import Subscriptions
from bot.discord_ui.timezones import Timezones
from bot.l10n.words import Words
from bot.ops.alone import only_bot_on
from bot.ops.feeds import FeedServer
from bot.settings import Settings, data_folder, host_and_port
from bot.store.database import Database, folder_of
from bot.store.migrate import migrate

if TYPE_CHECKING:
    from bot.ops.monitor import Monitor

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Companion:
    """Everything that runs; ``feeds`` only where calendar links are served, ``monitor`` only where figures are."""

    client: CliffhangerClient
    runner: DueRunner
    database: Database
    shows: Shows
    people: People
    library: Library
    feeds: FeedServer | None
    monitor: Monitor | None


def cache_folder(settings: Settings) -> Path | None:
    """Where shows are kept compiled: `CACHE_DIR`, else beside the database.

    None for a database in memory, and for one whose folder can't be written: that will be said of the database.
    Raises OperatorError for a URL that is none.
    """
    if settings.cache_dir is not None:
        return settings.cache_dir
    beside = folder_of(settings.database_url)
    if beside is None or (beside.exists() and not (beside.is_dir() and os.access(beside, os.W_OK | os.X_OK))):
        return None
    return beside / "cache"


def _keep_before_migration(database: Path | None, clock: Clock, kept: int, revision: str) -> None:
    if database is None:
        return
    # Only now, since most starts migrate nothing.
    from bot.store.backup import keep_before_migration

    if (copy := keep_before_migration(database, revision, clock.now(), kept)) is not None:
        log.info("The database is kept as %s before it is brought up to date", copy)


@asynccontextmanager
async def build(
    settings: Settings, clock: Clock, *, step: float = 60.0, patience: float | None = PATIENCE
) -> AsyncGenerator[Companion]:
    """Build the bot, not yet logged in, and close all of it at the end.

    ``step`` is the longest sleep of the delivery loop and ``patience`` how long an answer may take before it is put
    off (None: for ever), in seconds. Raises OperatorError with what to do.
    """
    folder = data_folder(settings)
    cache = cache_folder(settings)
    catalogue = await asyncio.to_thread(load_catalogue, folder, settings.default_show, cache)
    async with AsyncExitStack() as stack:
        database = await Database.open(settings.database_url)
        stack.push_async_callback(database.close)
        stack.enter_context(only_bot_on(database.file))
        taken = await stack.enter_async_context(database.held("shard", settings.shard_ids or (0,)))
        if taken is not None:
            raise OperatorError("operator.shard-taken", os.EX_TEMPFAIL, shard=taken, url=database.name)
        keep = partial(_keep_before_migration, database.file, clock, settings.backups_kept)
        if await migrate(database, keep):
            log.info("Database %s brought up to date", database.name)
        words = Words.load()
        shows = await asyncio.to_thread(Shows, catalogue, settings.default_show)
        ceilings = Ceilings(database, shows, clock)
        people = People(database, ceilings)
        desk = Desk(shows, Following(database, shows, clock), people, words, clock)
        client = client_of(settings.shard_ids, settings.shard_count, patience)
        # What is done once, not by every process.
        leading = settings.shard_count is None or 0 in settings.shard_ids
        # The runner delivers through the cards, which show series, which wake the runner.
        seasons = PartySeries(database, clock, shows, lambda: runner.poke())
        cards = Cards(client, words, shows, ceilings, seasons)
        outbox = DiscordOutbox(client, words, ceilings, cards)
        events = EventKeeper(database, clock, shows, ScheduledEvents(client, words), outbox, lambda: runner.poke())
        after_party = AfterParty(database, clock, shows, outbox)
        warnings = AirWarnings(database, clock, shows, outbox)
        announcements = Announcements(database, clock, shows, outbox, lambda: runner.poke())
        kept = timedelta(days=settings.left_server_days)
        left_servers = LeftServers(database, clock, kept, partial(is_member, client), lambda: runner.poke())
        runner = DueRunner(
            database,
            outbox,
            clock,
            shows,
            worker=f"{os.getpid()}-{secrets.token_hex(4)}",
            step=step,
            others={
                DueKind.PARTY_EVENT: events.keep,
                DueKind.PARTY_EVENT_NOTICE: events.tell,
                DueKind.PARTY_AIR_TIME: warnings.tell,
                DueKind.PARTY_PLAYING: after_party.draw,
                DueKind.PARTY_OVER: after_party.ask,
                DueKind.ANNOUNCEMENT: announcements.post,
                DueKind.ANNOUNCEMENT_CHANGED: announcements.changed,
                DueKind.ANNOUNCEMENT_AIRED: announcements.aired,
                DueKind.SEASON_END: announcements.ended,
                DueKind.SERVER_LEFT: left_servers.delete,
                # What ends re-runs moves what is delivered, which wakes the runner.
                DueKind.RERUN_OVER: lambda row, since: reruns.close(row, since),
            },
        )
        reminders = Reminders(database, clock, runner.poke, settings.reminder_lead_minutes)
        parties = Parties(database, clock, shows, runner.poke)
        screenings = Screenings(database, clock, shows, runner.poke)
        catch_ups = CatchUps(database, clock, runner.poke)
        standing = StandingReminders(database, clock, runner.poke)
        # Those for episodes with a new date come after those that there were have moved.
        unneeded = UnneededOverrides(clock)
        followers = (unneeded, reminders, catch_ups, parties, warnings, seasons, standing, announcements)
        moves = Moves(database, clock, runner.poke, followers)
        library = Library(folder, shows, moves, cache)
        await library.follow_schedules()
        used = Services(database, shows, standing)
        overrides = Overrides(database, clock, shows, moves)
        refresher = None
        if settings.refresh_hours is not None:
            refresher = Refresher(folder, library, lambda: web(log.info), settings.refresh_hours, clock)
            refreshing = asyncio.create_task(refresher.run_forever(), name="refresher")
            stack.callback(refreshing.cancel)
        reruns = Reruns(database, clock, shows, moves)
        presses = Presses()
        choices = Choices(desk)
        ahead = Ahead(desk, presses)
        places = ZoneSearch(words.languages)
        failures = Failures(desk)
        catch_up = CatchUpCommand(desk, choices, presses, catch_ups, places)
        files = CalendarFiles(database, clock)
        calendars = Calendars(database, clock, shows, words, files, episode_names)
        feeds = CalendarFeeds(database, clock, calendars, settings.feeds_url)
        PartyCalendar(desk, presses, parties, files, calendars)
        readiness = ReadinessPanel(desk, presses, parties, cards, catch_up)
        evenings = EveningList(desk, presses, Evenings(database, clock))
        lead = settings.party_lead_minutes
        series = SeriesCommands(desk, choices, presses, seasons, parties, cards, places, lead)
        finding = Finding(desk, presses, Polls(database, clock, shows, runner.poke, lead))
        services = ServiceCommands(desk, choices, presses, used)
        remind = RemindCommand(desk, choices, presses, reminders, standing, used, failures)
        signs = VitalSigns(database, clock, runner, client.gateway_state, lambda: failures.unexpected)
        monitor = None
        if settings.metrics_listen is not None:
            # Not everybody's, and it takes time to import.
            from bot.ops.monitor import Monitor

            monitor = Monitor(signs)
            await stack.enter_async_context(monitor.serve(*host_and_port(settings.metrics_listen)))
        client.equip(
            cogs=(
                Airtimes(desk, choices, presses, places, files, reruns, NextUp(desk, presses), calendars, services),
                CalendarCommands(desk, choices, calendars, feeds, reminders, reruns),
                Schedule(desk, choices, presses, overrides, used, places),
                services,
                Subscriptions(desk, choices, reminders, standing, remind),
                Follow(desk, choices),
                Announce(desk, choices, presses, announcements),
                RerunCommands(desk, choices, presses, reruns, places),
                Recaps(desk, choices, presses, ahead),
                Characters(desk, choices, presses, ahead),
                Relationships(desk, choices, presses, ahead, Charts()),
                Explain(desk, choices, presses, ahead),
                Timezones(desk, places, reminders),
                Progress(desk, choices, presses),
                Spoilers(desk, choices, ceilings),
                PartiesCog(
                    desk,
                    choices,
                    presses,
                    parties,
                    cards,
                    readiness,
                    evenings,
                    finding,
                    failures,
                    lead,
                    series.commands(),
                ),
                remind,
                ReminderList(desk, presses, reminders, standing, remind, catch_ups, places),
                catch_up,
                About(desk, library, settings.privacy_url),
                Health(desk, signs, settings.shard_count, refresher),
                PrivacyCommands(desk, presses, Privacy(database, clock, runner.poke), cards, kept),
                Membership(client, left_servers),
                EventWatch(client, events, parties, cards),
                ScreeningRoom(client, desk, presses, screenings, failures, clock),
            ),
            presses=presses,
            failures=failures,
            words=words,
            memory=Memory(database),
            runner=runner,
            dev_guild_ids=settings.dev_guild_ids,
            syncs=leading,
            observe=None if monitor is None else monitor.observe,
        )
        served = None
        if settings.feeds_listen is not None:
            host, port = host_and_port(settings.feeds_listen)
            served = await stack.enter_async_context(FeedServer(feeds, clock).serve(host, port))
        stack.push_async_callback(client.close)
        yield Companion(client, runner, database, shows, people, library, served, monitor)
