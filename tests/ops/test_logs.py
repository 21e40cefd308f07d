"""What is logged holds no secrets, whatever part of a record they stand in, and logging never fails."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from bot.ops import logs
from bot.ops.logs import SecretFilter

TOKEN = "MTA0.GhXk2a.bot-token"
INTERACTION = "aW50ZXJhY3Rpb246MTE3NDY5_-k8YB5q"


@pytest.fixture
def written() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger of its own, and what it wrote."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(SecretFilter((TOKEN,)))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    yield logger, stream
    assert TOKEN not in stream.getvalue()
    assert INTERACTION not in stream.getvalue()


class Secretive:
    """Something whose text is a secret."""

    def __str__(self) -> str:
        return TOKEN


@pytest.mark.parametrize(
    ("message", "arguments", "expected"),
    [
        (f"using {TOKEN}", (), "using [secret]"),
        ("using %s", (TOKEN,), "using [secret]"),
        ("using %r", ({"Authorization": f"Bot {TOKEN}"},), "using {'Authorization': 'Bot [secret]'}"),
        ("using %(it)s", ({"it": Secretive()},), "using [secret]"),
        (Secretive(), (), "[secret]"),
        (
            "POST %s/callback has returned 204",
            (f"https://discord.com/api/v10/interactions/117469/{INTERACTION}",),
            "POST https://discord.com/api/v10/interactions/117469/[secret]/callback has returned 204",
        ),
        (
            "PATCH /webhooks/117469/%s/messages/@original",
            (INTERACTION,),
            "PATCH /webhooks/117469/[secret]/messages/@original",
        ),
        ("event %s", ({"id": "1", "token": INTERACTION},), "event {'id': '1', 'token': '[secret]'}"),
        ('event {"token": "%s", "id": 1}', (INTERACTION,), 'event {"token": "[secret]", "id": 1}'),
        ("nothing to hide: %d of %d", (1, 2), "nothing to hide: 1 of 2"),
        ("100 % sure", (), "100 % sure"),
    ],
)
def test_secrets_are_taken_out_of_messages_and_arguments(
    written: tuple[logging.Logger, io.StringIO], message: object, arguments: tuple[object, ...], expected: str
) -> None:
    logger, stream = written
    logger.error(message, *arguments)
    assert stream.getvalue() == expected + "\n"


def test_secrets_are_taken_out_of_exceptions_and_stacks(written: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = written
    try:
        try:
            raise ValueError(f"bad header {TOKEN}")
        except ValueError as error:
            raise RuntimeError(f"POST /interactions/117469/{INTERACTION}/callback") from error
    except RuntimeError:
        logger.exception("It failed", stack_info=True)
    record = logging.LogRecord("test", logging.ERROR, __file__, 1, "Where", None, None, sinfo=f"Stack: {TOKEN}")
    logger.handle(record)
    text = stream.getvalue()
    assert "ValueError: bad header [secret]" in text
    assert "RuntimeError: POST /interactions/117469/[secret]/callback" in text
    assert "Stack: [secret]" in text


@pytest.mark.parametrize(
    ("message", "arguments"),
    [(f"{TOKEN}: %d", ("seven",)), (f"{TOKEN}: %s and %s", ("one",)), (TOKEN, ("one too many",)), (f"{TOKEN} %", (1,))],
)
def test_a_record_that_cannot_be_formatted_is_written_as_it_is(
    written: tuple[logging.Logger, io.StringIO], message: str, arguments: tuple[object, ...]
) -> None:
    logger, stream = written
    logger.error(message, *arguments)
    assert stream.getvalue().startswith("[secret]")
    assert "arguments that don't fit" in stream.getvalue()


def test_an_argument_that_has_no_text_is_no_reason_to_fail(written: tuple[logging.Logger, io.StringIO]) -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError(TOKEN)

    logger, stream = written
    logger.error("here is %s", Broken())
    assert stream.getvalue() == "here is %s (logged with arguments that don't fit: RuntimeError)\n"
    logger.error(Broken())
    assert "RuntimeError" in stream.getvalue().splitlines()[-1]


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back as it was at the end."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    others = {name: logging.getLogger(name).level for name in ("aiosqlite", "alembic")}
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in others.items():
        logging.getLogger(name).setLevel(before)


def test_everything_goes_to_standard_error_without_secrets(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up("DEBUG", (TOKEN, ""))
    logging.getLogger("discord.http").debug("with %s", TOKEN)
    logging.getLogger("aiosqlite").debug("what people saved")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.rstrip().endswith("DEBUG   discord.http: with [secret]")
    assert "what people saved" not in err


def test_less_is_logged_where_less_is_asked_for(root: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("ERROR", ())
    for name in ("bot", "aiosqlite", "alembic"):
        logging.getLogger(name).warning("not so bad")
    assert capsys.readouterr().err == ""


def test_json_is_one_object_a_line_with_the_reference_and_no_secret(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    logs.set_up("INFO", (TOKEN,), "json")
    log = logging.getLogger("bot.test")
    try:
        raise ValueError(f"two\nlines and {TOKEN}")
    except ValueError as error:
        log.error("Error %s in 안녕", "1f2e3d4c", exc_info=error, extra={"reference": "1f2e3d4c"})
    log.info("fine")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first["message"] == "Error 1f2e3d4c in 안녕"
    assert (first["level"], first["logger"], first["reference"]) == ("ERROR", "bot.test", "1f2e3d4c")
    assert first["error"].endswith("ValueError: two\nlines and [secret]")
    assert datetime.fromisoformat(first["time"]).utcoffset() == timedelta(0)
    assert set(second) == {"time", "level", "logger", "message"}
