"""What can go wrong, as keys of messages with their arguments; words are found once, at the edge.

::

    CliffhangerError
    ├── UserError        the request can't be done; the person is told why and what to do instead
    └── OperatorError    the process can't run; the operator is told, and the exit code says what kind

Storage and network errors of libraries are not wrapped: whoever can do something about them catches them
where they are raised, and the rest is an unexpected error with a reference number.
"""

from __future__ import annotations

from datetime import date
from pathlib import PurePath


class CliffhangerError(Exception):
    """An expected failure: a message key of `bot.l10n` and the arguments of that message."""

    def __init__(self, key: str, **arguments: object) -> None:
        super().__init__(key, arguments)
        self.key = key
        self.arguments = arguments

    def __str__(self) -> str:
        # discord.py makes this text of every refusal; a show among the arguments would be written out in full.
        short = {
            name: value if isinstance(value, str | int | date | PurePath) else type(value).__name__
            for name, value in self.arguments.items()
        }
        return f"{self.key} {short}" if short else self.key


class UserError(CliffhangerError):
    """A request that can't be done as asked."""


class OperatorError(CliffhangerError):
    """A reason not to start or to stop; ``exit_code`` follows BSD's sysexits.h."""

    def __init__(self, key: str, exit_code: int, **arguments: object) -> None:
        super().__init__(key, **arguments)
        self.exit_code = exit_code
