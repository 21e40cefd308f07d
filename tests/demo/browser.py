"""A headless Chromium, driven through its DevTools protocol with nothing but aiohttp."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)


def chromium() -> str | None:
    """The browser on this machine, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Tab:
    """One page of the browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            answer = json.loads((await self._socket.receive(timeout=60)).data)
            if answer.get("id") == number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]

    async def open(self, url: str) -> None:
        """Go to an address."""
        await self.call("Page.navigate", url=url)

    async def size(self, width: int, height: int) -> None:
        """Be a window of this size."""
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    async def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression."""
        answer = await self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    async def until(self, script: str, seconds: float = 20.0) -> Any:
        """Wait for an expression to be true and return its value."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            try:
                value = await self.evaluate(script)
            except AssertionError:
                value = None
            if value:
                return value
            if asyncio.get_running_loop().time() > deadline:
                shown = await self.evaluate("document.body.innerText")
                raise AssertionError(f"never true: {script}\nThe page says:\n{shown}")
            await asyncio.sleep(0.05)

    async def sees(self, text: str, seconds: float = 20.0) -> None:
        """Wait for a text to be on the page."""
        await self.until(f"document.body.innerText.includes({json.dumps(text)})", seconds)

    async def click(self, selector: str) -> None:
        """Click an element in its middle, as a mouse would, once it is there."""
        quoted = json.dumps(selector)
        await self.until(f"(e => e && !e.disabled && e.getClientRects().length)(document.querySelector({quoted}))")
        place = await self.evaluate(
            f"(e => {{ e.scrollIntoView({{block: 'nearest'}}); const r = e.getBoundingClientRect();"
            f" return [r.x + r.width / 2, r.y + r.height / 2]; }})(document.querySelector({quoted}))"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    async def press(self, label: str) -> None:
        """Click the last button that says so, whatever picture stands before it."""
        says = f"b.innerText.trim().split('\\n').at(-1) === {json.dumps(label)}"
        await self.until(
            "(b => b && (b.setAttribute('data-test-press', ''), true))([...document.querySelectorAll('button')]"
            f".filter(b => {says} && b.getClientRects().length).at(-1))"
        )
        await self.click("[data-test-press]")
        await self.evaluate(
            "document.querySelectorAll('[data-test-press]').forEach(b => b.removeAttribute('data-test-press'))"
        )

    async def type(self, text: str) -> None:
        """Type into what has the focus."""
        await self.call("Input.insertText", text=text)

    async def key(self, name: str, code: int) -> None:
        """Press a key such as ("Enter", 13)."""
        for kind in ("keyDown", "keyUp"):
            extra = {"text": "\r"} if name == "Enter" and kind == "keyDown" else {}
            await self.call(
                "Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, **extra
            )

    async def picture(self, path: Path) -> None:
        """Save what is to be seen as a PNG."""
        shot = await self.call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))


@asynccontextmanager
async def browser(executable: str) -> AsyncIterator[Tab]:
    """A browser with one empty page, gone afterwards with everything it wrote."""
    profile = tempfile.mkdtemp(prefix="cliffhanger-browser-")
    process = await asyncio.create_subprocess_exec(
        executable,
        *_FLAGS,
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        port = await _port_of(Path(profile))
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [page for page in await answer.json() if page["type"] == "page"]
            async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                tab = Tab(socket)
                await tab.call("Page.enable")
                yield tab
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        shutil.rmtree(profile, ignore_errors=True)


async def _port_of(profile: Path) -> int:
    async with asyncio.timeout(30):
        while True:
            with_port = profile / "DevToolsActivePort"
            if with_port.exists() and (text := with_port.read_text()):
                return int(text.splitlines()[0])
            await asyncio.sleep(0.05)
