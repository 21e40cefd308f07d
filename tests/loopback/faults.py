"""Troubles that a test puts in a request's way."""

from __future__ import annotations

import fnmatch
import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Fault:
    """What happens to the next `times` requests that match (None = to all from now on).

    `path` is a shell pattern over the path without `/api/v10`. `status` and `code` answer with an error (429 with
    `retry_after`), `drop` hangs up without an answer, `reset` does so with a reset, `delay` waits so many seconds
    first. With `after` True the request is carried out before the trouble comes: Discord has accepted it and the
    bot does not know. `everywhere` makes a 429 one of the overall limit. `then` is called when the trouble comes, in
    `answered` requests once the answer has been handed to the network. `chance` is the share of matching requests
    that are hit, drawn from `rng`; `hits` counts them.
    """

    method: str
    path: str
    times: int | None = 1
    status: int | None = None
    code: int = 0
    drop: bool = False
    reset: bool = False
    delay: float = 0.0
    after: bool = False
    everywhere: bool = False
    then: Callable[[], None] | None = None
    answered: bool = False
    chance: float = 1.0
    retry_after: float = 0.05
    rng: random.Random | None = None
    hits: int = 0

    def strikes(self, method: str, path: str) -> bool:
        """Whether this request is hit, which uses up one of the `times`."""
        if self.times is not None and self.hits >= self.times:
            return False
        if self.method not in ("*", method) or not fnmatch.fnmatchcase(path, self.path):
            return False
        if self.chance < 1.0 and (self.rng or random).random() >= self.chance:
            return False
        self.hits += 1
        return True
