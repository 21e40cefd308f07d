"""The commands ``python -m bot run | demo | new-show | import | check-data | doctor | move | schema``; exit codes."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bot.core.errors import OperatorError
from bot.settings import Settings, SettingsError, data_folder, read_settings

if TYPE_CHECKING:
    from bot.core.show import Catalogue

log = logging.getLogger("bot")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code (0, or one of sysexits.h)."""
    reconfigure: Callable[..., None] | None = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        # Titles and names are in any script; a terminal that lacks one shows question marks for it.
        reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except OperatorError as error:
        from bot.ops.complaints import sentence

        print(f"cliffhanger: {sentence(error)}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    from bot.dataset.interview import QUESTIONS

    parser = argparse.ArgumentParser(prog="python -m bot", description="A Discord companion for episodic shows.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="run the bot on Discord (needs DISCORD_TOKEN)")
    run.set_defaults(run=_run)

    demo = commands.add_parser("demo", help="try the bot in a local browser page, without Discord")
    demo.add_argument("--at", metavar="TIME", help="what time it is there, such as 2025-07-28T09:00 (UTC)")
    demo.add_argument("--port", type=int, default=8787, help="local port of the page; 0 for any free one")
    demo.add_argument("--no-browser", action="store_true", help="don't open a browser")
    demo.add_argument("--show", metavar="ID", help="the show that commands mean by default")
    demo.add_argument("--watch", action="store_true", help="read the shows again whenever a file of theirs is saved")
    demo.set_defaults(run=_demo)

    new = commands.add_parser(
        "new-show",
        help="ask what a new show needs, and write its folder",
        description="Asks what a new show needs, and writes its folder. What an option says isn't asked.",
    )
    new.add_argument("folder", nargs="?", type=Path, help="the data folder (default: DATA_DIR)")
    for question in QUESTIONS:
        new.add_argument(
            f"--{question.option}",
            metavar="TEXT",
            dest=f"answer:{question.option}",
            action="append" if question.several else "store",
            help=f"{question.asked} {question.help}".replace("%", "%%"),
        )
    new.add_argument("--yes", action="store_true", help="ask nothing; what no option says is left as it usually is")
    new.set_defaults(run=_new_show)

    imports = commands.add_parser(
        "import",
        help="begin a show from TVmaze or AniList, or bring it up to date",
        description="Begins a show from TVmaze or AniList. Once more, it shows what has changed there since, and "
        "writes only over what it wrote itself.",
    )
    imports.add_argument("service", choices=("tvmaze", "anilist"))
    imports.add_argument("source", metavar="FILE|URL", help="the show's page, its number there, or a saved answer")
    imports.add_argument("--data", type=Path, metavar="FOLDER", help="the data folder (default: DATA_DIR)")
    imports.add_argument("--yes", action="store_true", help="write changes without asking")
    for option, meaning in (
        ("id", "the folder's name (default: from the title)"),
        ("network", "the channel, where it isn't known there"),
        ("country", "two letters such as KR, where it isn't known there"),
        ("zone", "a city or zone such as Asia/Seoul, where it isn't known there"),
        ("language", "such as Korean, where it isn't known there"),
    ):
        imports.add_argument(f"--{option}", metavar="TEXT", help=meaning)
    imports.set_defaults(run=_import)

    refresh = commands.add_parser(
        "refresh",
        help="ask again for the dates of all shows that an import began",
        description="Asks again for the dates of all shows that an import began, and writes those that it owns.",
    )
    refresh.add_argument("--data", type=Path, metavar="FOLDER", help="the data folder (default: DATA_DIR)")
    refresh.set_defaults(run=_refresh)

    check = commands.add_parser("check-data", help="report every mistake in a dataset")
    check.add_argument("folder", nargs="?", type=Path, help="the data folder (default: DATA_DIR)")
    check.add_argument("--watch", action="store_true", help="check again whenever a file is saved, until Ctrl-C")
    check.add_argument("--strict", action="store_true", help="let hints count as mistakes")
    check.set_defaults(run=_check_data)

    export = commands.add_parser("export-ics", help="write the dates of a show as a calendar file")
    export.add_argument("show", metavar="SHOW", help="the show, by its folder's name or its title")
    export.add_argument("--out", type=Path, metavar="FILE", help="where to (default: standard output)")
    export.add_argument("--alarm", type=int, metavar="MINUTES", help="how long before an episode the calendar reminds")
    export.set_defaults(run=_export_ics)

    doctor = commands.add_parser(
        "doctor",
        help="look at everything that the bot needs, also while it runs",
        description="Looks at settings, dataset, database, reminders, disk, token, intents, clock and permissions, and "
        "prints a line for each. It changes nothing and may run beside the bot.",
    )
    doctor.add_argument("--offline", action="store_true", help="don't ask Discord")
    doctor.set_defaults(run=_doctor)

    backup = commands.add_parser("backup", help="copy the SQLite database, also while the bot runs")
    backup.add_argument("target", nargs="?", type=Path, metavar="FILE|FOLDER", help="where to (default: beside it)")
    backup.set_defaults(run=_backup)

    restored = commands.add_parser("restore", help="put a backup in the place of the database, while no bot runs")
    restored.add_argument("file", type=Path, metavar="FILE", help="the backup")
    restored.set_defaults(run=_restore)

    move = commands.add_parser(
        "move",
        help="copy everything from one database into another, empty one",
        description="Copies everything from one database into another, empty one, such as from SQLite to PostgreSQL, "
        "and counts and compares both sides. The first stays as it is.",
    )
    move.add_argument("source", metavar="FROM_URL", help="such as sqlite:///var/cliffhanger.sqlite3")
    move.add_argument("target", metavar="TO_URL", help="such as postgresql://user:password@host/name")
    move.set_defaults(run=_move)

    schema = commands.add_parser("schema", help="write the JSON Schema files that editors use")
    schema.add_argument("folder", nargs="?", type=Path, help="where to (default: schema/ of the data folder)")
    schema.set_defaults(run=_schema)
    return parser


def _settings() -> Settings:
    try:
        return read_settings()
    except SettingsError as error:
        problems = error.problems
    except (OSError, UnicodeError) as error:
        problems = (f".env can't be read ({getattr(error, 'strerror', None) or 'it is not UTF-8'})",)
    raise OperatorError("operator.settings", os.EX_CONFIG, problems=problems)


def _find_zone() -> Callable[[str], str]:
    """What reads a place as the name of its zone, and raises ValueError with the reason."""
    from bot.app.clock import SystemClock
    from bot.app.zone_search import ZoneSearch
    from bot.core.errors import UserError

    zones, clock = ZoneSearch(), SystemClock()

    def find_zone(typed: str) -> str:
        try:
            return zones.resolve(typed, clock.now(), "en")
        except UserError as error:
            choices = cast("tuple[str, ...]", error.arguments.get("choices", ()))
            raise ValueError(
                f"`{typed[:60]}` may be {' or '.join(choices)}; type one of these"
                if choices
                else f"`{typed[:60]}` is no place that is known here; type a large city, or a zone such as Asia/Seoul"
            ) from None

    return find_zone


def _refresh(options: argparse.Namespace) -> int:
    from bot.dataset.imports.refreshing import refresh_all

    return refresh_all(options.data or data_folder(_settings()), sys.stdout)


def _import(options: argparse.Namespace) -> int:
    from bot.dataset.imports.command import Given, import_show

    return import_show(
        options.service,
        options.source,
        options.data or data_folder(_settings()),
        Given(options.id, options.network, options.country, options.zone, options.language),
        find_zone=_find_zone(),
        ask=input if sys.stdin.isatty() else None,
        yes=options.yes,
        out=sys.stdout,
    )


def _new_show(options: argparse.Namespace) -> int:
    from bot.dataset.command import new_show

    given = {
        name.removeprefix("answer:"): value
        for name, value in vars(options).items()
        if name.startswith("answer:") and value is not None
    }
    return new_show(
        options.folder or data_folder(_settings()),
        given,
        find_zone=_find_zone(),
        ask=None if options.yes else input,
        out=sys.stdout,
        usual=options.folder is None,
    )


def _check_data(options: argparse.Namespace) -> int:
    from bot.dataset.command import check_data, watch_data
    from bot.dataset.watch import INTERVAL

    folder: Path = options.folder or data_folder(_settings())
    if options.watch:
        return watch_data(folder, sys.stdout, partial(time.sleep, INTERVAL), strict=options.strict)
    return check_data(folder, sys.stdout, strict=options.strict)


def _export_ics(options: argparse.Namespace) -> int:
    from bot.app.calendars import episode_entries
    from bot.app.clock import SystemClock
    from bot.app.shows import Shows
    from bot.core.errors import UserError
    from bot.core.when import LONGEST_LEAD_MINUTES
    from bot.dataset.catalogue import load_catalogue
    from bot.discord_ui.options import episode_names
    from bot.l10n.speaker import Speaker
    from bot.l10n.words import FALLBACK, Words
    from bot.render.ical import calendar

    if options.alarm is not None and not 0 <= options.alarm <= LONGEST_LEAD_MINUTES:
        raise OperatorError("operator.export-alarm", os.EX_USAGE, typed=options.alarm, longest=LONGEST_LEAD_MINUTES)
    catalogue = load_catalogue(data_folder(_settings()), None)
    try:
        show = Shows(catalogue).find(options.show)
    except UserError:
        known = ", ".join(catalogue.shows)
        raise OperatorError("operator.export-show", os.EX_USAGE, typed=options.show, known=known) from None
    say = Speaker(Words.load(), FALLBACK)
    entries = episode_entries(episode_names, say, show, show.episodes, alarm_minutes=options.alarm)
    if not entries:
        raise OperatorError("operator.export-undated", os.EX_USAGE, show=show.id)
    data = calendar(entries, say.text(show.title), SystemClock().now())
    if options.out is None:
        sys.stdout.buffer.write(data)
        return os.EX_OK
    try:
        options.out.write_bytes(data)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OperatorError("operator.export-file", os.EX_CANTCREAT, path=str(options.out), reason=reason) from None
    print(f"{options.out}: {len(entries)} episodes of {show.id}")
    return os.EX_OK


def _sqlite_file() -> Path:
    from bot.store.database import file_of

    file = file_of(_settings().database_url)
    if file is None:
        raise OperatorError("operator.backup-memory", os.EX_USAGE)
    return file


def _backup(options: argparse.Namespace) -> int:
    from bot.app.clock import SystemClock
    from bot.store.backup import back_up

    made = back_up(_sqlite_file(), options.target, SystemClock().now())
    print(f"{made.path}: {sum(made.rows.values())} rows in {len(made.rows)} tables, schema {made.revision}, read back")
    return os.EX_OK


def _restore(options: argparse.Namespace) -> int:
    from bot.app.clock import SystemClock
    from bot.ops.alone import only_bot_on
    from bot.store.backup import restore

    file = _sqlite_file()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(
            "operator.database-folder", os.EX_CANTCREAT, path=str(file.parent), reason=error.strerror
        ) from error
    with only_bot_on(file):
        made, kept = restore(options.file, file, SystemClock().now())
    rows = sum(made.rows.values())
    print(f"{made.path} is now what {options.file} holds: {rows} rows in {len(made.rows)} tables.")
    if kept is not None:
        print(f"What was there before is kept as {kept}; delete it once you don't need it.")
    return os.EX_OK


def _move(options: argparse.Namespace) -> int:
    from bot.ops.moving import move

    return asyncio.run(move(options.source, options.target, sys.stdout))


def _doctor(options: argparse.Namespace) -> int:
    from bot.app.clock import SystemClock
    from bot.dataset.catalogue import load_catalogue
    from bot.ops import doctor, logs

    logs.set_up("ERROR", ())
    clock = SystemClock()
    discord = None
    if not options.offline:
        from bot.discord_ui import checkup

        discord = partial(checkup.examine, clock=clock)

    def catalogue(settings: Settings) -> Catalogue:
        # Without the compiled shows, which reading them in would write.
        return load_catalogue(data_folder(settings), settings.default_show)

    return asyncio.run(doctor.examine(_settings, catalogue, discord, clock.now(), sys.stdout))


def _schema(options: argparse.Namespace) -> int:
    from bot.dataset.command import write_schema

    return write_schema(options.folder or data_folder(_settings()) / "schema", sys.stdout)


def _demo(options: argparse.Namespace) -> int:
    try:
        from bot.demo.command import run_demo
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("simcord"):
            raise
        raise OperatorError("operator.demo-missing", os.EX_UNAVAILABLE) from None
    return run_demo(
        at=options.at,
        port=options.port,
        open_browser=not options.no_browser,
        show=options.show,
        watch=options.watch,
    )


def _run(_options: argparse.Namespace) -> int:
    from bot.ops import logs

    settings = _settings()
    token = settings.discord_token
    secret = "" if token is None else token.get_secret_value()
    logs.set_up(settings.log_level, (secret,), settings.log_format)
    if not secret:
        raise OperatorError("operator.token-missing", os.EX_CONFIG)
    # Nothing is open yet that would have to be closed.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop_before_the_start)
    if hasattr(signal, "SIGHUP"):
        # Asked to reload before there is anything to reload: not a reason to die, which is the default.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    asyncio.run(_until_told(_serve(settings, secret)))
    return os.EX_OK


#: How long stopping may take, in seconds. What isn't closed by then is left as a crash would leave it, which the
#: next start is made for: a service manager would kill the process a little later anyway.
_LONGEST_STOP = 4.5


def _stop_at_once(number: int, _frame: object = None) -> None:
    os._exit(128 + number)


def _stop_before_the_start(_number: int, _frame: object = None) -> None:
    os._exit(os.EX_OK)


def _give_up() -> None:
    log.warning("Something doesn't end, so it is left as it is. What was not finished is done at the next start.")
    logging.shutdown()
    os._exit(os.EX_OK)


async def _until_told(work: Coroutine[None, None, None]) -> None:
    """Await ``work``; SIGTERM and SIGINT cancel it, once. A second signal ends the process there and then."""
    task = asyncio.ensure_future(work)
    told = False

    def on_stop() -> None:
        nonlocal told
        told = True
        # In a thread, and for the whole process: what hangs may be the loop, or a thread that is waited for.
        limit = threading.Timer(_LONGEST_STOP, _give_up)
        limit.daemon = True
        limit.start()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().remove_signal_handler(number)
            signal.signal(number, _stop_at_once)
        log.info("Stopping")
        task.cancel()

    with contextlib.suppress(NotImplementedError):  # where there are no signals to listen to
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, on_stop)
    try:
        await task
    except asyncio.CancelledError:
        if not told:
            raise
    except OperatorError:
        # What kept it from starting is of no interest to whoever has stopped it.
        if not told:
            raise
    except Exception:
        if not told:
            raise
        # It was asked to stop and has stopped, whatever that broke.
        log.exception("An error while stopping")


async def _serve(settings: Settings, token: str) -> None:
    """Run until cancelled; SIGHUP reads the dataset again."""
    import aiohttp
    import discord

    from bot.app.clock import SystemClock
    from bot.dataset.catalogue import DatasetError
    from bot.wiring import build

    async with build(settings, SystemClock()) as companion:
        reloads: set[asyncio.Task[None]] = set()

        async def reload() -> None:
            try:
                moved = await companion.library.reload()
            except DatasetError as error:
                log.error("The dataset has mistakes; the old one stays in use:\n%s", error)
            except Exception:
                log.exception("The dataset could not be read again")
            else:
                log.info("Dataset read again; reminders moved with it: %d", moved)

        def on_hangup() -> None:
            task = asyncio.create_task(reload())
            reloads.add(task)
            task.add_done_callback(reloads.discard)

        with contextlib.suppress(NotImplementedError, AttributeError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, on_hangup)
        try:
            await companion.client.start(token)
        except discord.LoginFailure:
            raise OperatorError("operator.token-refused", os.EX_NOPERM) from None
        except discord.ConnectionClosed as error:
            if error.code == 4004:
                raise OperatorError("operator.token-refused", os.EX_NOPERM) from None
            if error.code == 4011:
                raise OperatorError("operator.shards-needed", os.EX_CONFIG) from None
            raise _unreachable(f"closed with {error.code}") from error
        except discord.HTTPException as error:
            raise _unreachable(f"it answered {error.status}: {error.text}") from error
        except (aiohttp.ClientError, OSError, discord.GatewayNotFound) as error:
            raise _unreachable(type(error).__name__) from error


def _unreachable(reason: str) -> OperatorError:
    return OperatorError("operator.discord-unreachable", os.EX_UNAVAILABLE, reason=reason)


if __name__ == "__main__":
    sys.exit(main())
