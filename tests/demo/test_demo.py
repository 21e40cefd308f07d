"""`python -m bot demo` as a process: over HTTP, and in a real browser where there is one."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from tests.demo.browser import Tab, browser, chromium
from tests.wire.show_folder import write_show

_READY = "!!window.simcordPreview && window.simcordPreview.ready"


class Demo:
    """A running demo."""

    def __init__(self, process: asyncio.subprocess.Process, address: str, temporary: Path) -> None:
        self.process = process
        self.address = address
        self.temporary = temporary

    def left_behind(self) -> list[Path]:
        """What is in its folder for temporary files."""
        return list(self.temporary.iterdir())

    async def say(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        return (await asyncio.wait_for(self.process.stdout.readline(), 20)).decode().rstrip("\n")

    async def end(self) -> tuple[int, str]:
        """Press Ctrl-C; the exit code and what was said on the way."""
        self.process.send_signal(signal.SIGINT)
        _, complaints = await asyncio.wait_for(self.process.communicate(), 20)
        code = self.process.returncode
        assert code is not None
        return code, complaints.decode()


@asynccontextmanager
async def demo(temporary: Path, *options: str, **settings: str) -> AsyncIterator[Demo]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        "--no-browser",
        "--port",
        "0",
        *options,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(temporary), **settings},
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
        if "http://" not in line:
            _, complaints = await process.communicate()
            raise AssertionError(complaints.decode())
        yield Demo(process, line.split()[-1], temporary)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest.fixture
def temporary() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cliffhanger-test-") as folder:
        yield Path(folder)


async def test_it_serves_its_page_and_ends_cleanly(temporary: Path) -> None:
    async with demo(temporary) as running, aiohttp.ClientSession() as session:
        async with session.get(running.address) as answer:
            page = await answer.text()
        assert answer.status == 200
        assert "Drama Club" in page
        assert running.left_behind(), "the demo keeps its database in the temporary folder"
        code, complaints = await running.end()
        assert (code, complaints) == (0, "")
        assert running.left_behind() == []


@pytest.mark.parametrize("options", [("--at", "yesterday"), ("--port", "99999"), ("--show", "no-such-show")])
def test_wrong_options_are_answered_with_a_sentence(options: tuple[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--no-browser", *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode not in (0, 1)
    assert done.stderr.startswith("cliffhanger: ")
    assert done.stderr.count("\n") == 1


async def test_shows_are_read_again_when_they_are_saved_and_right(temporary: Path, tmp_path: Path) -> None:
    airs_at = datetime(2025, 7, 29, 13, tzinfo=UTC)
    show = write_show(tmp_path, "soon", airs_at) / "show.yaml"
    async with (
        demo(temporary, "--watch", DATA_DIR=str(tmp_path)) as running,
        aiohttp.ClientSession() as session,
    ):
        assert (await running.say()).startswith("It is Monday 28 July 2025")
        right = show.read_text("utf-8")
        show.write_text(right.replace('"title": "Soon"', '"titel": "Soon"'), "utf-8")
        told = [await running.say() for _ in range(3)]
        assert all(line.startswith(f"{show}:") for line in told[:2])
        assert told[2] == "Until that is put right, the demo goes on with the shows as they were."
        write_show(tmp_path, "soon", airs_at, airs_at + timedelta(days=1), title="Sooner")
        assert await running.say() == "The shows were read again."
        async with session.get(running.address) as answer:
            assert answer.status == 200
        assert await running.end() == (0, "")


async def command(tab: Tab, text: str) -> None:
    """Type a command without options into the message box and send it."""
    await tab.click("#channel-composer-input")
    await tab.type(text)
    await tab.until("window.simcordPreview.commandPicker.entryKeys.length > 0")
    await tab.key("Enter", 13)
    await tab.until("!!window.simcordPreview.commandPicker.draft")
    await tab.key("Enter", 13)
    await tab.until(f"{_READY} && !window.simcordPreview.commandPicker.draft")


@pytest.mark.skipif(chromium() is None, reason="there is no Chromium on this machine")
async def test_somebody_is_reminded_after_a_leap_to_the_air_time(temporary: Path) -> None:
    executable = chromium()
    assert executable is not None
    async with demo(temporary) as running, browser(executable) as tab:
        await tab.size(1280, 800)
        await tab.open(f"{running.address}?as=olivia&in=general")
        await tab.until(_READY)
        await tab.sees("Mon, 28 Jul 2025, 10:00 in London")
        await command(tab, "/next-episode")
        await tab.sees("22:00 KST")
        await tab.sees("28 July 2025 at 14:00")
        await tab.press("Remind me")
        await tab.until(f"{_READY} && document.body.innerText.includes('Only you can see this')")
        await tab.click('[data-leap="airing"]')
        await tab.sees("Mon, 28 Jul 2025, 14:00 in London")
        await tab.until("document.querySelector('[data-row=dm] .demo-badge')?.innerText === '1'")
        await tab.click("[data-row=dm]")
        await tab.until(f"{_READY} && document.querySelectorAll('.channel-message').length === 1")
        await tab.click("[data-row=minji]")
        await tab.until(f"{_READY} && window.simcordPreview.profile.timezone === 'Asia/Seoul'")
        await tab.sees("Mon, 28 Jul 2025, 22:00 in Seoul")
        code, _ = await running.end()
        assert code == 0
