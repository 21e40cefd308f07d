"""One bot per SQLite file: a second one with the same token would answer everybody twice.

SQLite's own locks last for moments and would let it in. So the bot holds a lock of the operating system on a file
beside the database for as long as it runs; the system gives it back however the process ends. The lock file stays
behind, empty: deleting it would let two processes lock two files of the same name.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bot.core.errors import OperatorError

log = logging.getLogger(__name__)


@contextmanager
def only_bot_on(database: Path | None) -> Generator[None]:
    """Keep other bots off the SQLite file ``database`` until the block ends.

    None, for a database that is no file, and a system or file system without such locks keep nobody off. Raises
    OperatorError("operator.database-locked") where another bot has the file.
    """
    if database is None or sys.platform == "win32":
        yield
        return
    import fcntl

    # By its real name, since a link to the file is another name for the same people.
    path = Path(f"{database.resolve()}-lock")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise OperatorError(
            "operator.database-unwritable", os.EX_NOPERM, path=str(path), reason=error.strerror
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OperatorError("operator.database-locked", os.EX_TEMPFAIL, path=str(database)) from None
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
                raise
            log.warning("%s can't be locked (%s); see to it that no second bot uses it", path, error.strerror)
        yield
    finally:
        os.close(descriptor)
