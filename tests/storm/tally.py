"""What a storm left: every due row held against the messages that the server accepted, and the table of the counts."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.reminder import ON_TIME, nonce
from tests.loopback.world import Message

_MOST_PIECES = 8
_FALLBACK = 1000
_ASKED_TO_BE_TOLD = ("going", "maybe")


@dataclass
class Tally:
    """The counts of one scenario; what must be none is in `wrong`, one line for each."""

    name: str
    control: bool = False
    kills: int = 0
    starts: int = 0
    due: int = 0
    delivered: int = 0
    late: int = 0
    duplicates: int = 0
    lost: int = 0
    early: int = 0
    unasked: int = 0
    undelivered: Counter[str] = field(default_factory=Counter[str])
    withdrawn: int = 0
    absorbed: int = 0
    messages: int = 0
    requests: int = 0
    invalid: int = 0
    hits: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    skipped: str = ""

    @property
    def ok(self) -> bool:
        """Whether it went as it has to: nothing wrong, but with a control something lost or doubled."""
        if self.skipped:
            return True
        if self.control:
            return bool(self.duplicates or self.lost)
        return not self.wrong and not (self.duplicates or self.lost or self.early or self.unasked)


@dataclass(frozen=True)
class Row:
    """A due row with what is needed to judge it. Times are in seconds since 1970."""

    id: int
    kind: str
    subject: int
    due_at: float
    state: str
    reason: str | None
    attempts: int


@dataclass(frozen=True)
class Party:
    channel_id: int
    guests: frozenset[int]


class Ledger:
    """What a database says was asked for and what became of it; rows that are due after `until` are left out."""

    def __init__(self, path: Path, until: float) -> None:
        with closing(sqlite3.connect(path)) as database:
            self.rows = {
                row[0]: Row(row[0], row[1], row[2], row[3] / 1e6, *row[4:])
                for row in database.execute(
                    "SELECT id, kind, subject, due_at, state, reason, attempts FROM due WHERE due_at < ?",
                    (until * 1e6,),
                )
            }
            self.reminders: dict[int, tuple[int, int | None]] = {
                row[0]: (row[1], row[2])
                for row in database.execute("SELECT id, user_id, coalesce(channel_id, 0) FROM reminder")
            }
            guests: defaultdict[int, set[int]] = defaultdict(set)
            for party_id, user_id, answer in database.execute("SELECT party_id, user_id, answer FROM rsvp"):
                if answer in _ASKED_TO_BE_TOLD:
                    guests[party_id].add(user_id)
            self.parties = {
                row[0]: Party(row[1], frozenset(guests[row[0]]))
                for row in database.execute("SELECT id, channel_id FROM party")
            }
        pieces = (*range(_MOST_PIECES), _FALLBACK)
        self._marks = {nonce(row, piece): (row, piece) for row in self.rows for piece in pieces}
        self._newest = {row.subject: row.id for row in self.rows.values() if row.kind == "reminder"}

    def of(self, message: Message) -> tuple[int, int] | None:
        """The due row that a message is of, and which piece; by its nonce, else by the reminder in its buttons."""
        found = self._marks.get(message.nonce or "")
        if found is not None:
            return found
        for custom_id in message.custom_ids:
            version, action, *arguments = custom_id.split(":")
            if action == "snooze" and version and int(arguments[0]) in self._newest:
                return self._newest[int(arguments[0])], 0
        return None


def count(
    tally: Tally,
    ledger: Ledger,
    accepted: Iterable[Message],
    shown_at: Callable[[Message], tuple[float, float]],
) -> None:
    """Fill in `tally`. `shown_at` gives what the bot's clock showed when a message came: the least, and the most
    that it may have shown when the bot decided to send it."""
    mine: defaultdict[int, list[tuple[int, Message]]] = defaultdict(list)
    for message in accepted:
        if message.webhook_token is not None:
            continue
        tally.messages += 1
        found = ledger.of(message)
        if found is None:
            tally.unasked += 1
            tally.wrong.append(f"a message of nothing that was due: {message.text!r}")
        else:
            mine[found[0]].append((found[1], message))
    for row in ledger.rows.values():
        tally.due += 1
        _judge(tally, ledger, row, mine.get(row.id, []), shown_at)


def _judge(
    tally: Tally,
    ledger: Ledger,
    row: Row,
    came: Sequence[tuple[int, Message]],
    shown_at: Callable[[Message], tuple[float, float]],
) -> None:
    what = f"row {row.id} ({row.kind} {row.subject}, {row.state}, {row.attempts} attempts)"
    pieces = Counter(piece for piece, _ in came)
    # Of what one person asked for a message in the channel is another one for the same thing.
    doubled = len(came) - (len(pieces) if row.kind.startswith("party-") else bool(came))
    if doubled:
        tally.duplicates += doubled
        tally.wrong.append(f"{what} came {doubled + 1} times: {[(p, m.id, m.nonce) for p, m in came]}")
    for _, message in came:
        _check_reader(tally, ledger, row, message, what)
    if came:
        least, most = zip(*(shown_at(message) for _, message in came), strict=True)
        if min(most) < row.due_at:
            tally.early += 1
            tally.wrong.append(f"{what} was {row.due_at - min(most):.3f} s early")
        tally.late += max(least) - row.due_at > ON_TIME.total_seconds()
    complete = _complete(ledger, row, pieces)
    match row.state:
        case "delivered" if complete:
            tally.delivered += 1
        case "delivered":
            tally.lost += 1
            tally.wrong.append(f"{what} is called delivered and came only as {dict(pieces)}")
        case "undelivered" | "dropped" if row.reason:
            tally.undelivered[f"{row.reason}{' (though it came)' if came else ''}"] += 1
        case "withdrawn" if not came:
            tally.withdrawn += 1
        case "withdrawn":
            tally.unasked += 1
            tally.wrong.append(f"{what} came though it was taken back")
        case _:
            tally.lost += 1
            tally.wrong.append(f"{what} is left over, with the reason {row.reason}")


def _complete(ledger: Ledger, row: Row, pieces: Mapping[int, int]) -> bool:
    if row.kind not in ("party-lead", "party-start"):
        return bool(pieces)
    guests = len(ledger.parties[row.subject].guests)
    return set(pieces) == set(range(-(-guests // 70)))


def _check_reader(tally: Tally, ledger: Ledger, row: Row, message: Message, what: str) -> None:
    """Only those who asked for it are told, in the place that they know of."""
    recipient = message.channel.recipient
    if row.kind.startswith("party-"):
        party = ledger.parties[row.subject]
        fits = message.channel.id == party.channel_id and message.pinged_users <= party.guests
    else:
        # A digest is due for a person; it comes where they asked for what it tells of.
        user_id, channel_id = ledger.reminders[row.subject] if row.kind == "reminder" else (row.subject, None)
        if recipient is not None:
            fits = recipient.id == user_id and not message.pinged_users
        else:
            fits = message.channel.id == (channel_id or message.channel.id) and message.pinged_users == {user_id}
    if not fits:
        tally.unasked += 1
        tally.wrong.append(f"{what} went to {message.channel.name}, pinging {set(message.pinged_users)}")


def printed(tallies: Sequence[Tally]) -> str:
    """The report: a table of the counts, then the reasons, then whatever is wrong."""
    head = (
        *("scenario", "kills", "starts", "due", "delivered", "late", "doubled", "lost", "early", "unasked"),
        *("undelivered", "taken back", "absorbed", "429 etc."),
    )
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    for tally in tallies:
        if tally.skipped:
            lines.append(f"| {tally.name} | skipped: {tally.skipped} |" + " |" * (len(head) - 2))
            continue
        numbers = (
            *(tally.kills, tally.starts, tally.due, tally.delivered, tally.late, tally.duplicates, tally.lost),
            *(tally.early, tally.unasked, tally.undelivered.total(), tally.withdrawn, tally.absorbed, tally.invalid),
        )
        lines.append(f"| {tally.name} | " + " | ".join(f"{number:,}" for number in numbers) + " |")
    for tally in tallies:
        lines.append("")
        verdict = "as it has to be" if tally.ok else "NOT as it has to be"
        lines.append(f"{tally.name}: {'skipped' if tally.skipped else verdict}")
        for title, counted in (("undelivered", tally.undelivered), ("trouble", tally.hits)):
            if counted:
                lines.append(f"  {title}: " + ", ".join(f"{name} {times:,}" for name, times in sorted(counted.items())))
        shown = tally.wrong[: 2 if tally.control else 20]
        lines += [f"  {line}" for line in shown]
        if len(tally.wrong) > len(shown):
            lines.append(f"  … and {len(tally.wrong) - len(shown):,} more")
    return "\n".join(lines)
