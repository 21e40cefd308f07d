"""The scenarios of the proof, run one after the other, and the table of their counts."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.storm.crash import AFTER_CREATION, EVERYTHING, Size, Weather, storm
from tests.storm.launch import Variant
from tests.storm.tally import Tally

SMALL, SMALL_CONTROL = Size(kills=8, reminders=200), Size(kills=6, reminders=80)
FULL, FULL_CONTROL = Size(kills=500, reminders=20_000), Size(kills=25, reminders=1_000)


@dataclass(frozen=True)
class Scenario:
    """A bot in a weather."""

    name: str
    size: Size
    weather: Weather
    variant: Variant


def scenarios(*, full: bool = False, great: Size | None = None) -> tuple[Scenario, ...]:
    """The great storm, in its usual size or as `great` says, and the controls."""
    control = FULL_CONTROL if full else SMALL_CONTROL
    return (
        Scenario("the bot", great or (FULL if full else SMALL), EVERYTHING, Variant.PRODUCT),
        Scenario("control: delete, then send", control, AFTER_CREATION, Variant.DELETE_THEN_SEND),
        Scenario("control: send, then finish, random nonce", control, AFTER_CREATION, Variant.RANDOM_NONCE),
    )


async def run(wanted: Sequence[Scenario], seed: int) -> list[Tally]:
    """Run scenarios, each in a folder of its own."""
    tallies: list[Tally] = []
    for scenario in wanted:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="storm-") as folder:
            tallies.append(
                await storm(
                    scenario.name, Path(folder), scenario.size, scenario.weather, seed=seed, variant=scenario.variant
                )
            )
        tallies[-1].seconds = time.monotonic() - began
    return tallies


def report(wanted: Sequence[Scenario], seed: int) -> tuple[str, bool]:
    """The report, and whether all went as it has to."""
    tallies = asyncio.run(run(wanted, seed))
    return f"seed {seed}\n\n{printed(tallies)}", all(tally.ok for tally in tallies)


def printed(tallies: Sequence[Tally]) -> str:
    """A table of the counts, then the reasons and troubles, then whatever is wrong."""
    head = (
        *("variant", "kills", "restarts", "due", "delivered", "late", "absorbed by nonce", "duplicates", "lost"),
        *("early", "unasked", "undelivered", "taken back", "messages", "for several", "seconds"),
    )
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    for tally in tallies:
        numbers = (
            *(tally.kills, tally.starts, tally.due, tally.delivered, tally.late, tally.absorbed, tally.doubled),
            *(
                tally.lost,
                tally.early,
                tally.unasked,
                tally.undelivered.total(),
                tally.withdrawn,
                tally.messages,
                tally.together,
                round(tally.seconds),
            ),
        )
        lines.append(f"| {tally.name} | " + " | ".join(f"{number:,}" for number in numbers) + " |")
    for tally in tallies:
        verdict = "as it has to be" if tally.ok else "NOT as it has to be"
        wanted = f" ({tally.control} must not be 0)" if tally.control else ""
        lines += ["", f"{tally.name}: {verdict}{wanted}"]
        for title, counted in (("undelivered", tally.undelivered), ("trouble", tally.hits)):
            if counted:
                lines.append(f"  {title}: " + ", ".join(f"{name} {times:,}" for name, times in sorted(counted.items())))
        shown = tally.wrong[: 2 if tally.control else 20]
        lines += [f"  {line}" for line in shown]
        if shown and len(tally.steps) > 1:
            lines.append(f"  the bot's clock was ahead by: {tally.steps}")
        if len(tally.wrong) > len(shown):
            lines.append(f"  … and {len(tally.wrong) - len(shown):,} more")
    return "\n".join(lines)
