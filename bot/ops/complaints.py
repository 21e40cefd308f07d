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
