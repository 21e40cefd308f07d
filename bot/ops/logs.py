"""Logging for operators: records on standard error, as lines to read or as JSON, with secrets kept out."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

#: Interaction tokens and webhook tokens stand in the URLs that the HTTP client logs at DEBUG.
_URL_SECRETS = re.compile(r"(/(?:interactions|webhooks)/\d+/)[\w\-.:%]{20,}")
#: Payloads logged at DEBUG hold the same tokens as values.
_TOKEN_VALUES = re.compile(r"""(["']token["']:\s*["'])[^"']+""")
#: The least level of loggers that say too much: aiosqlite repeats everything that people save and delete, and
#: Alembic introduces itself at length.
_LEAST = {"aiosqlite": logging.INFO, "alembic": logging.WARNING}


class SecretFilter(logging.Filter):
    """Takes known secrets and everything shaped like an interaction token out of every record."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = tuple(secret for secret in secrets if secret)

    def redact(self, text: str) -> str:
        """``text`` without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return _TOKEN_VALUES.sub(r"\1[secret]", _URL_SECRETS.sub(r"\1[secret]", text))

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self.redact(_message(record))
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self.redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self.redact(record.stack_info)
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:
        # An exception in a filter, unlike one in a handler, would reach whoever only wanted to log.
        said = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        return f"{said} (logged with arguments that don't fit: {type(error).__name__})"


class JsonFormatter(logging.Formatter):
    """Each record as one JSON object on one line.

    ``time`` (ISO 8601, UTC), ``level``, ``logger`` and ``message`` are always there; ``error`` is a traceback and
    ``reference`` the number that the user was given, where there is one.
    """

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        for name, value in (
            ("reference", getattr(record, "reference", None)),
            ("error", record.exc_text),
            ("stack", record.stack_info),
        ):
            if value:
                said[name] = str(value)
        return json.dumps(said, ensure_ascii=False)


def set_up(level: str, secrets: Iterable[str], form: Literal["text", "json"] = "text") -> None:
    """Log everything at ``level`` and above to standard error, without ``secrets``."""
    handler = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    handler.setFormatter(JsonFormatter() if form == "json" else text)
    handler.addFilter(SecretFilter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in _LEAST.items():
        logging.getLogger(name).setLevel(max(least, root.level))
