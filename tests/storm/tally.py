"""What a storm left: every wish held against the messages that the server accepted.

The judge is the storm's own record. A message is told by its reader and its words: whoever it was sent or mentions,
and the episode it names; nonces and rows of the bot count for nothing here. The bot's database is asked only why
something did not come.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.reminder import ON_TIME
from tests.loopback.world import Message
from tests.storm.wishes import Wish

_EPISODE = re.compile(r"🔔 \*\*Soon · Episode (\d+)")
_MENTION = re.compile(r"<@!?(\d+)>")
_DIGEST = "🗒️"


@dataclass
class Tally:
    """The counts of one scenario; what must be none is told in `wrong`, one line for each."""

    name: str
    control: str = ""
    kills: int = 0
    starts: int = 0
    due: int = 0
    delivered: int = 0
    late: int = 0
    doubled: int = 0
    lost: int = 0
    early: int = 0
    stuck: int = 0
    unasked: int = 0
    withdrawn: int = 0
    absorbed: int = 0
    messages: int = 0
    together: int = 0
    digests: int = 0
    seconds: float = 0.0
    steps: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])
    undelivered: Counter[str] = field(default_factory=Counter[str])
    hits: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])

    @property
    def ok(self) -> bool:
        """Whether it went as it has to. `control` names the count that must not be none in a control."""
        if self.control:
            # It has to fail by its mistake, and not because nothing worked at all.
            return getattr(self, self.control) > 0 and self.delivered > 0 and not self.stuck
        # A storm in which little arrives proves little.
        enough = self.delivered > self.due // 2
        return enough and not (self.wrong or self.doubled or self.lost or self.early or self.unasked)


def reasons(path: Path) -> dict[tuple[int, int], tuple[str, str | None]]:
    """What the bot says became of each reminder in the end: its state and the reason, by person and episode."""
    query = (
        "SELECT reminder.user_id, reminder.episode, due.state, due.reason FROM due"
        " JOIN reminder ON reminder.id = due.subject WHERE due.kind = 'reminder' ORDER BY due.id"
    )
    with closing(sqlite3.connect(path)) as database:
        return {(user, episode): (state, reason) for user, episode, state, reason in database.execute(query)}


def count(
    tally: Tally,
    wishes: Iterable[Wish],
    became: dict[tuple[int, int], tuple[str, str | None]],
    accepted: Iterable[Message],
    shown_at: Callable[[Message], tuple[float, float]],
) -> None:
    """Fill in `tally`. `shown_at` gives what the bot's clock showed for a message: the least, and the most that it
    may have shown when the bot decided to send it."""
    came: defaultdict[tuple[int, int], list[Message]] = defaultdict(list)
    for message in accepted:
        tally.messages += 1
        for key in _told(tally, message):
            came[key].append(message)
    for wish in wishes:
        key = wish.user_id, wish.episode
        _judge(tally, wish, *became.get(key, ("missing", None)), came.pop(key, []), shown_at)
    for (user, episode), messages in came.items():
        tally.unasked += len(messages)
        tally.wrong.append(f"person {user} never asked for episode {episode}")


def _told(tally: Tally, message: Message) -> list[tuple[int, int]]:
    """Whom a message tells of which episode."""
    found, reader = _EPISODE.search(message.text), message.channel.recipient
    if found is None:
        tally.digests += 1
        if reader is None or not message.text.startswith(_DIGEST):
            tally.unasked += 1
            tally.wrong.append(f"a message of nothing that was asked for: {message.text!r}")
        return []
    mentioned = {int(user) for user in _MENTION.findall(message.text)}
    if reader is not None:
        if message.pinged_users:
            tally.unasked += 1
            tally.wrong.append(f"a direct message pings {sorted(message.pinged_users)}")
        return [(reader.id, int(found[1]))]
    if mentioned != message.pinged_users or message.pinged_roles:
        tally.unasked += 1
        tally.wrong.append(f"mentions {sorted(mentioned)} and pings {sorted(message.pinged_users)}")
    if len(mentioned) > 1:
        tally.together += 1
        tally.hits["people in messages for several"] += len(mentioned)
    return [(user, int(found[1])) for user in mentioned | message.pinged_users]


def _judge(
    tally: Tally,
    wish: Wish,
    state: str,
    reason: str | None,
    came: list[Message],
    shown_at: Callable[[Message], tuple[float, float]],
) -> None:
    what = f"person {wish.user_id}, episode {wish.episode} ({state}, {reason})"
    if wish.cancelled:
        tally.withdrawn += 1
        if came:
            tally.unasked += len(came)
            tally.wrong.append(f"{what} came though it was taken back")
        return
    tally.due += 1
    if any(message.channel.recipient is None and message.channel.id != wish.channel_id for message in came):
        tally.unasked += 1
        tally.wrong.append(f"{what} came in another channel than where it was asked for")
    if not came:
        if state in ("undelivered", "dropped") and reason:
            tally.undelivered[reason] += 1
        else:
            tally.lost += 1
            tally.stuck += state == "waiting"
            tally.wrong.append(f"{what} never came")
        return
    tally.delivered += 1
    if len(came) > 1:
        tally.doubled += len(came) - 1
        tally.wrong.append(
            f"{what} came {len(came)} times: {[(round(m.accepted_at), m.channel.name, m.nonce) for m in came]}"
        )
    if state != "delivered":
        tally.hits[f"came, and is called {state} ({reason})"] += 1
    times = [shown_at(message) for message in came]
    if (ahead := wish.due_at - min(most for _, most in times)) > 0:
        tally.early += 1
        tally.wrong.append(f"{what} was {ahead:.3f} s early")
    tally.late += min(least for least, _ in times) - wish.due_at > ON_TIME.total_seconds()
