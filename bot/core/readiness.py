"""How many of those who watch an episode together would be spoiled by it, and from which episode on nobody would be.

The rules, each with a test of its own:

* An episode spoils whoever has not seen all before it, and has said how far they are.
* Whoever asks learns numbers. Who it is they learn of those alone who let the server see it, and of themselves.
* Where there is only one whose progress is not for them to see, no number is given that would tell it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.core.progress import Progress


@dataclass(frozen=True, slots=True)
class Readiness:
    """Of ``guests`` people ``behind`` have not seen all before ``episode``, and ``unsaid`` have not said.

    ``named`` are those of the first who may be named. ``safe`` is the latest episode before which nobody who has
    said so has missed any (None where all who come are as far as that, or nobody has said). ``withheld``: there is
    one more who has said how far they are, and is counted nowhere.
    """

    episode: int
    guests: int
    behind: int
    unsaid: int
    named: tuple[int, ...]
    safe: int | None
    withheld: bool


def readiness(
    episode: int, guests: Collection[int], watched: Mapping[int, Progress], open_to_asker: Collection[int]
) -> Readiness:
    """Whom watching ``episode`` would spoil. ``open_to_asker`` are those whose progress the asker may see."""
    told = {user: watched[user] for user in guests if user in watched}
    hidden = [user for user in told if user not in open_to_asker]
    counted = {user: seen for user, seen in told.items() if user != hidden[0]} if len(hidden) == 1 else told
    behind = tuple(user for user, seen in counted.items() if _missed(seen, episode))
    return Readiness(
        episode,
        len(guests),
        len(behind),
        len(guests) - len(told),
        tuple(user for user in behind if user in open_to_asker),
        min(seen.up_to for seen in counted.values()) + 1 if behind else None,
        len(hidden) == 1,
    )


def _missed(seen: Progress, episode: int) -> bool:
    return any(not seen.has_seen(number) for number in range(1, episode))
