"""What is asked of every slash command, and what has to be so before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class First:
    """Stands for the first choice that an option offers."""

    typed: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A command with its options, and the action of the button to press under its answer (None: none)."""

    command: str
    options: Mapping[str, Any] = field(default_factory=dict)
    press: str | None = None


def step(command: str, /, **options: Any) -> Step:
    return Step(command, {name.removesuffix("_").replace("_", "-"): value for name, value in options.items()})


@dataclass(frozen=True, slots=True)
class Scenario:
    """A command that is timed, after others that aren't.

    ``fresh``: by somebody new in a new server each time, as what it does can be done once. Else by the same person in
    a server where everything is in use, as `SETTING` left it. ``owner``: only the bot's owner may.
    """

    step: Step
    before: tuple[Step, ...] = ()
    fresh: bool = False
    owner: bool = False


#: What the person who reads did before.
SETTING = (
    step("timezone set", zone="Europe/London", share=True),
    step("progress set", episode=2),
    step("progress share", on=True),
    step("follow show", show="the-defects"),
    step("service pick", service=First()),
    step("spoilers ceiling set", episode=1),
    step("remind", episode=4, lead="30 min"),
    step("remind", episode=5, lead="1 h"),
    step("watch-party create", episode=3, when="air time"),
    step("watch-party create", episode=4, when="air time"),
    step("announce setup"),
    step("schedule override", episode=8, at="no date"),
)

_PARTY = step("watch-party create", episode=3, when="air time")
_ZONE = step("timezone set", zone="Asia/Seoul")
_RERUN_PLAN = step("rerun start", from_="in 3 days", days="mon", time="21:00", last_episode=6)
_RERUN = _ZONE, replace(_RERUN_PLAN, press="rerun-go")
_SERIES_PLAN = step("watch-party series", days="mon", time="21:00")
_SERIES = _ZONE, replace(_SERIES_PLAN, press="series-go")

READS = (
    Scenario(step("next-episode")),
    Scenario(step("calendar get", what="show")),
    Scenario(step("schedule show")),
    Scenario(step("schedule overrides")),
    Scenario(step("service show")),
    Scenario(step("follow list")),
    Scenario(step("announce show")),
    Scenario(step("rerun show")),
    Scenario(step("recap", episode=1)),
    Scenario(step("character", name="Kim Se-hee")),
    Scenario(step("cast")),
    Scenario(step("relationships")),
    Scenario(step("explain", question="refund")),
    Scenario(step("timezone show")),
    Scenario(step("progress show")),
    Scenario(step("progress group")),
    Scenario(step("spoilers ceiling show")),
    Scenario(step("spoilers explain")),
    Scenario(step("watch-party list")),
    Scenario(step("watch-party next")),
    Scenario(step("watch-party history")),
    Scenario(step("reminders list")),
    Scenario(step("privacy show")),
    Scenario(step("privacy export")),
    Scenario(step("help")),
    Scenario(step("about")),
    Scenario(step("health"), owner=True),
)


def _writes(*steps: Step, fresh: bool = True, owner: bool = False) -> Scenario:
    """The last of some commands, after those before it."""
    return Scenario(steps[-1], steps[:-1], fresh, owner)


WRITES = (
    _writes(step("calendar feed", what="show")),
    _writes(step("calendar feed", what="show"), step("calendar revoke", link=First())),
    _writes(step("schedule override", episode=4, at="no date")),
    _writes(step("schedule override", episode=4, at="no date"), step("schedule undo", episode=4)),
    _writes(step("service pick", service=First())),
    _writes(step("subscribe")),
    _writes(step("subscribe"), step("unsubscribe")),
    _writes(step("follow show", show="the-defects")),
    _writes(step("follow show", show="the-defects"), step("follow stop", show="the-defects")),
    _writes(step("follow default", show="the-defects")),
    _writes(step("announce setup")),
    _writes(step("announce setup"), step("announce test")),
    _writes(step("announce setup"), step("announce stop")),
    _writes(_ZONE, _RERUN_PLAN),
    _writes(*_RERUN, step("rerun pause")),
    _writes(*_RERUN, step("rerun pause"), step("rerun resume")),
    _writes(*_RERUN, step("rerun skip")),
    _writes(*_RERUN, step("rerun extend", last_episode=8)),
    _writes(*_RERUN, step("rerun end")),
    _writes(step("timezone set", zone="Asia/Seoul")),
    _writes(_ZONE, step("timezone clear")),
    _writes(step("progress set", episode=2)),
    _writes(step("progress only", episodes="1")),
    _writes(step("progress set", episode=2), step("progress rewatch", episode=1)),
    _writes(step("progress set", episode=2), step("progress clear")),
    _writes(step("progress set", episode=2), step("progress share", on=True)),
    _writes(step("spoilers ceiling set", episode=1)),
    _writes(step("spoilers ceiling set", episode=1), step("spoilers ceiling clear")),
    _writes(_ZONE, _PARTY),
    _writes(_PARTY, step("watch-party cancel", party=First())),
    _writes(_PARTY, step("watch-party edit", party=First(), note="Bring tissues")),
    _writes(_ZONE, _SERIES_PLAN),
    _writes(*_SERIES, step("watch-party skip", party=First())),
    _writes(_ZONE, step("watch-party find", episode=4)),
    _writes(step("remind", episode=4)),
    _writes(step("remind", episode=4), step("reminders cancel", reminder=First())),
    _writes(step("remind", episode=4), step("reminders edit", reminder=First(), lead="5 min")),
    _writes(step("reminders settings", delivery="mention")),
    _writes(step("reminders defaults", leads="30 min")),
    _writes(_ZONE, step("catch-up", by="in 2 days")),
    _writes(step("remind", episode=4), step("privacy delete")),
    _writes(step("reload"), fresh=False, owner=True),
)
