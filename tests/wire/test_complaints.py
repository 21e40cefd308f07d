"""What an operator is told when the process can't run: one sentence, and the exit code that is documented."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.ops.complaints import SENTENCES
from bot.store.database import Database
from bot.store.migrate import migrate
from tests.loopback.process import REPOSITORY, bot_process
from tests.loopback.server import LoopbackDiscord
from tests.wire.show_folder import write_show

OPERATING = (REPOSITORY / "docs" / "operating.md").read_text("utf-8")
TOKEN = "a.secret.token"


@dataclass(frozen=True)
class Ended:
    """A process that ended by itself."""

    code: int
    stdout: str
    stderr: str


async def run(folder: Path, *prefix: str, arguments: tuple[str, ...] = ("bot", "run"), **settings: str) -> Ended:
    """Run `python -m bot run` in `folder` until it ends, on the shipped data unless `settings` say otherwise."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    environment |= {"PYTHONPATH": str(REPOSITORY), "DISCORD_TOKEN": TOKEN}
    process = await asyncio.create_subprocess_exec(
        *prefix,
        sys.executable,
        "-m",
        *arguments,
        cwd=folder,
        env=environment | settings,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(30):
            stdout, stderr = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ended(process.returncode, stdout.decode(), stderr.decode())


def check_complaint(ended: Ended, code: int, key: str, *parts: str) -> None:
    """One sentence of `key` and nothing else, with all of `parts` in it, and the exit code that is documented."""
    first, *more = ended.stderr.splitlines()
    # Only a dataset's mistakes are listed below, one a line.
    assert not more or key == "operator.dataset"
    shape = re.escape(SENTENCES[key].partition("\n")[0])
    assert re.fullmatch("cliffhanger: " + re.sub(r"\\\{.*?\\\}", ".*", shape), first), first
    for part in parts:
        assert part in ended.stderr
    assert "Traceback" not in ended.stderr
    assert TOKEN not in ended.stderr
    assert ended.stdout == ""
    assert ended.code == code
    assert re.search(rf"^\| {code}\b", OPERATING, re.MULTILINE)


# ---------------------------------------------------------------- settings


async def test_no_token(tmp_path: Path) -> None:
    check_complaint(await run(tmp_path, DISCORD_TOKEN=" "), 78, "operator.token-missing", "DISCORD_TOKEN")


async def test_a_setting_that_makes_no_sense(tmp_path: Path) -> None:
    ended = await run(tmp_path, PARTY_LEAD_MINUTES="soon", DEV_GUILD_IDS="x", LOG_LEVEL="loud")
    parts = ("PARTY_LEAD_MINUTES", "DEV_GUILD_IDS", "LOG_LEVEL", ".env")
    check_complaint(ended, 78, "operator.settings", *parts)


async def test_an_env_file_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("DEFAULT_SHOW=아이쇼핑".encode("euc-kr"))
    check_complaint(await run(tmp_path), 78, "operator.settings", "it is not UTF-8")


async def test_a_default_show_that_there_is_not(tmp_path: Path) -> None:
    ended = await run(tmp_path, DEFAULT_SHOW="the-defect")
    check_complaint(ended, 78, "operator.default-show", "'the-defect'", "the-defects")


async def test_a_database_url_that_is_none(tmp_path: Path) -> None:
    urls = ("nonsense", "mysql://host/name", "sqlite+aiosqlite:///file:x?mode=ro&uri=true")
    for ended in await asyncio.gather(*(run(tmp_path, DATABASE_URL=url) for url in urls)):
        check_complaint(ended, 78, "operator.database-url")


async def test_a_command_that_there_is_not(tmp_path: Path) -> None:
    ended = await run(tmp_path, arguments=("bot", "walk"))
    assert ended.code == 2
    assert "usage: python -m bot" in ended.stderr
    assert "Traceback" not in ended.stderr


# -------------------------------------------------------------------- data


async def test_a_data_folder_that_there_is_not(tmp_path: Path) -> None:
    ended = await run(tmp_path, DATA_DIR="nowhere")
    check_complaint(ended, 65, "operator.dataset", "does not exist")


async def test_a_dataset_with_mistakes(tmp_path: Path) -> None:
    made = write_show(tmp_path, "soon")
    (made / "characters.yaml").write_text("characters: [{id: ann}]", "utf-8")
    ended = await run(tmp_path, DATA_DIR=".")
    check_complaint(ended, 65, "operator.dataset", "characters.yaml:1:14: ", "episodes.yaml:")
    assert not (tmp_path / "var").exists()


@contextmanager
def unreadable(path: Path, *, mode: int = 0) -> Iterator[tuple[str, ...]]:
    """Take permissions away; what to start the process with so that it is held to them. Root is not, by itself."""
    prefix: tuple[str, ...] = ()
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("root may read everything, and setpriv is not at hand")
        prefix = (setpriv, "--bounding-set=-dac_override,-dac_read_search,-fowner")
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        yield prefix
    finally:
        path.chmod(before)


async def test_a_dataset_that_may_not_be_read(tmp_path: Path) -> None:
    one_file = write_show(tmp_path / "one", "soon") / "show.yaml"
    all_of_it = write_show(tmp_path / "all", "soon").parent
    with unreadable(one_file) as prefix, unreadable(all_of_it):
        both = await asyncio.gather(*(run(tmp_path, *prefix, DATA_DIR=name) for name in ("one", "all")))
    for ended in both:
        check_complaint(ended, 65, "operator.dataset", "ermission")


# ---------------------------------------------------------------- database


async def test_a_database_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file", "utf-8")
    check_complaint(await run(tmp_path), 73, "operator.database-folder", "var")


async def test_a_database_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "var" / "cliffhanger.sqlite3").mkdir(parents=True)
    check_complaint(await run(tmp_path), 77, "operator.database-unwritable", "directory")


async def test_a_database_that_may_not_be_written(tmp_path: Path) -> None:
    file, folder = await made_database(tmp_path / "file"), (await made_database(tmp_path / "folder")).parent
    with unreadable(file, mode=0o400) as prefix, unreadable(folder, mode=0o500):
        both = await asyncio.gather(*(run(tmp_path / name, *prefix) for name in ("file", "folder")))
    for ended in both:
        check_complaint(ended, 77, "operator.database-unwritable", "var/cliffhanger.sqlite3")


async def made_database(folder: Path, content: bytes | None = None) -> Path:
    """A database as the bot leaves it behind, or one of this content."""
    file = folder / "var" / "cliffhanger.sqlite3"
    if content is not None:
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
        return file
    database = await Database.open(f"sqlite+aiosqlite:///{file}")
    await migrate(database)
    await database.close()
    return file


def no_database(content: bytes) -> bytes:
    return b"Dear diary, " * 400


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def scribbled_on(content: bytes) -> bytes:
    """Everything but the first 100 bytes, which are SQLite's header."""
    return content[:100] + b"\x99" * (len(content) - 100)


def scribbled_on_later(content: bytes) -> bytes:
    """Everything but the first page, which is the list of tables."""
    return content[:4096] + b"\x99" * (len(content) - 4096)


async def test_a_damaged_database(tmp_path: Path) -> None:
    damages = (no_database, half, scribbled_on, scribbled_on_later)
    sound = (await made_database(tmp_path)).read_bytes()
    for damage in damages:
        await made_database(tmp_path / damage.__name__, damage(sound))
    for ended in await asyncio.gather(*(run(tmp_path / damage.__name__) for damage in damages)):
        check_complaint(ended, 78, "operator.database-corrupt", "restore a backup")


async def test_a_database_that_another_process_holds(tmp_path: Path) -> None:
    file = await made_database(tmp_path)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        ended = await run(tmp_path)
    check_complaint(ended, 75, "operator.database-locked", "var/cliffhanger.sqlite3")


async def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    with closing(sqlite3.connect(await made_database(tmp_path), isolation_level=None)) as other:
        other.execute("UPDATE schema_version SET version_num = '9999'")
    check_complaint(await run(tmp_path), 78, "operator.database-newer", "9999")


async def test_a_postgresql_that_does_not_answer(tmp_path: Path) -> None:
    pytest.importorskip("asyncpg")
    with closed_port() as port:
        ended = await run(tmp_path, DATABASE_URL=f"postgresql+asyncpg://me:{TOKEN}@127.0.0.1:{port}/bot")
    check_complaint(ended, 75, "operator.database-unreachable")


# ----------------------------------------------------------------- Discord


@contextmanager
def closed_port() -> Iterator[int]:
    """A port of this machine that nobody listens on, and nobody else can take."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def test_a_discord_that_is_not_there(tmp_path: Path) -> None:
    with closed_port() as port:
        launch = ("tests.loopback.launch", f"http://127.0.0.1:{port}", "bot", "run")
        ended = await run(tmp_path, arguments=launch, LOG_LEVEL="WARNING")
    check_complaint(ended, 69, "operator.discord-unreachable", "nothing that was due is lost")


@pytest.fixture
async def discord() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord() as server:
        yield server
        assert server.refused == []


async def test_a_token_that_discord_refuses(discord: LoopbackDiscord, tmp_path: Path) -> None:
    launch = ("tests.loopback.launch", discord.url, "bot", "run")
    ended = await run(tmp_path, arguments=launch, LOG_LEVEL="WARNING")
    check_complaint(ended, 77, "operator.token-refused")


async def test_a_token_that_the_gateway_refuses(discord: LoopbackDiscord, tmp_path: Path) -> None:
    launch = ("tests.loopback.launch", discord.url, "bot", "run")
    discord.gateway._token = lambda: "another"
    ended = await run(tmp_path, arguments=launch, LOG_LEVEL="WARNING", DISCORD_TOKEN=discord.token)
    check_complaint(ended, 77, "operator.token-refused")


async def test_commands_that_discord_does_not_take(discord: LoopbackDiscord, tmp_path: Path) -> None:
    discord.fault("PUT", "/applications/*/commands", status=400, code=50035)
    async with bot_process(discord, "bot", "run", folder=tmp_path) as process:
        assert await process.wait() == 69
    assert process.output.splitlines()[-1].startswith("cliffhanger: Discord can't be reached (it answered 400")
    assert "Traceback" not in process.output
