"""What an operator reads when the process can't run: one English sentence that says what to do.

Exit codes follow BSD's sysexits.h; `docs/operating.md` lists them, and which of them a service manager should not
answer with a restart.
"""

from __future__ import annotations

from typing import cast

from bot.core.errors import OperatorError

SENTENCES = {
    "operator.settings": "The settings can't be used: {problems}. Put them right in the environment or in .env.",
    "operator.token-missing": (
        "DISCORD_TOKEN is not set. Create a bot at https://discord.com/developers/applications, copy its token "
        "and put DISCORD_TOKEN=... into .env. (To try the bot without Discord: python -m bot demo)"
    ),
    "operator.token-refused": (
        "Discord refused the token. Reset it in the developer portal (Bot, Reset Token) and put the new one "
        "into .env as DISCORD_TOKEN."
    ),
    "operator.discord-unreachable": (
        "Discord can't be reached ({reason}). Check the network and try again; nothing that was due is lost."
    ),
    "operator.dataset": "The dataset in {folder} has mistakes, so the bot was not started:\n{problems}",
    "operator.default-show": (
        "DEFAULT_SHOW is {show!r}, but there is no such show in the dataset. Use one of: {known}."
    ),
    "operator.database-url": (
        "DATABASE_URL can't be used ({reason}). Write sqlite+aiosqlite:///path/to/file.sqlite3 "
        "or postgresql+asyncpg://user:password@host/name."
    ),
    "operator.database-driver": (
        "The driver for this DATABASE_URL ({driver}) isn't installed. For PostgreSQL: pip install -e '.[postgres]'"
    ),
    "operator.database-folder": (
        "The folder {path} for the database can't be created ({reason}). Create it, or choose another one with "
        "DATABASE_URL."
    ),
    "operator.database-absent": (
        "There is no database {path} yet; the first start makes it. If there should be one, look from where the bot "
        "runs, or correct DATABASE_URL."
    ),
    "operator.database-unwritable": (
        "The database {path} can't be written ({reason}). Give the user that runs the bot write permission to the "
        "file and its folder."
    ),
    "operator.database-corrupt": (
        "{path} is not a usable SQLite database ({reason}). Move it away and restore a backup, or start anew."
    ),
    "operator.database-locked": (
        "Another process is using the database {path}. Stop that one first; there must be one bot per SQLite file."
    ),
    "operator.move-source": (
        "{url} is at revision {revision}, not at this program's. Start the bot on it once, stop it, and try again."
    ),
    "operator.move-target": (
        "{url} isn't empty: there is something in {table}. Name an empty database. Nothing was moved."
    ),
    "operator.move-differs": "{table} didn't arrive as it was, so nothing was moved. Please report this.",
    "operator.move-in-use": "A bot is running on {url}. Stop it first; nothing was moved.",
    "operator.shard-taken": (
        "Another process is running shard {shard} on {url}. Stop that one first, or give this one other shards with "
        "SHARD_IDS."
    ),
    "operator.shards-needed": (
        "Discord wants the bot's servers divided into shards. Set SHARD_COUNT (docs/scaling.md says to how many)."
    ),
    "operator.database-full": (
        "The database {path} can't be written ({reason}). Make room on the disk, then start again."
    ),
    "operator.database-refused": "PostgreSQL refused the user or password for {url}. Put them right in DATABASE_URL.",
    "operator.database-missing": "There is no such database: {url}. Create it, or correct DATABASE_URL.",
    "operator.database-unreachable": "PostgreSQL can't be reached at {url} ({reason}). Is it running?",
    "operator.database-newer": (
        "The database {path} was made by a newer version of the program (revision {revision}). Update the program, or "
        "restore a backup from before."
    ),
    "operator.backup-postgresql": (
        "DATABASE_URL names a PostgreSQL database, which comes with commands for this: pg_dump --format=custom "
        "--file=cliffhanger.dump NAME makes a backup while the bot runs, and pg_restore --clean --if-exists "
        "--dbname=NAME cliffhanger.dump restores one while it doesn't."
    ),
    "operator.backup-memory": "DATABASE_URL names a database in memory, of which there is nothing to keep.",
    "operator.backup-none": "There is no database {path} to copy. Run this where the bot runs, or set DATABASE_URL.",
    "operator.backup-exists": "{path} exists already, and backups are never written over. Choose another name.",
    "operator.backup-failed": (
        "{path} can't be written ({reason}). Nothing was changed. Make room or give permission, then try again."
    ),
    "operator.restore-file": "{path} can't be restored: {reason}. Nothing was changed.",
    "operator.new-show-answer": (
        "{option} ({typed}) can't be used: {reason}. Nothing was written; see python -m bot new-show --help."
    ),
    "operator.new-show-missing": (
        "{option} is missing. {asked} {help} Add it, or leave --yes out and be asked. Nothing was written."
    ),
    "operator.new-show-folder": (
        "{path} can't be made ({reason}). Nothing was written; choose another --id, or another data folder."
    ),
    "operator.export-show": "There is no show {typed!r} in the dataset. Use one of: {known}.",
    "operator.export-alarm": "--alarm is {typed}. Write a number of minutes between 0 and {longest}.",
    "operator.export-undated": "No episode of {show} has a date yet, so there is nothing to write.",
    "operator.export-file": "{path} can't be written ({reason}). Choose another file with --out.",
    "operator.feeds-port": (
        "Calendar links can't be served at {at} ({reason}). Choose another address with FEEDS_LISTEN, or leave it out."
    ),
    "operator.metrics-port": (
        "Figures can't be served at {at} ({reason}). Choose another address with METRICS_LISTEN, or leave it out."
    ),
    "operator.import-source": "{source} can't be imported: {reason}. Nothing was written.",
    "operator.import-network": "{service} could not be asked: {reason}. Nothing was changed; try again later.",
    "operator.import-missing": "{service} doesn't say {what}. Add it, such as {option}. Nothing was written.",
    "operator.import-option": "{option} ({typed}) can't be used: {reason}. Nothing was written.",
    "operator.import-folder": "{path} can't be brought up to date ({reason}). Nothing was written.",
    "operator.import-mistakes": "{path} would have mistakes, or has some: {problems}. Nothing was written.",
    "operator.demo-time": (
        "--at is {typed!r}, which is no date or time between 2016 and 2100. Write it like 2025-07-28 or "
        "2025-07-28T12:30."
    ),
    "operator.demo-port": (
        "Port {port} can't be used ({reason}). Choose another one with --port, or 0 for any free one."
    ),
    "operator.demo-missing": (
        "The demo needs simcord, which isn't installed. Install the demo extra: pip install -e '.[demo]'"
    ),
}


def sentence(error: OperatorError) -> str:
    """The sentence of an error that ends the process."""
    arguments = dict(error.arguments)
    problems = cast("tuple[object, ...]", arguments.get("problems", ()))
    separator = "\n" if error.key == "operator.dataset" else "; "
    arguments["problems"] = separator.join(str(problem) for problem in problems)
    return SENTENCES[error.key].format(**arguments)
