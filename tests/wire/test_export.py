"""`python -m bot export-ics`: a show's dates as a calendar file, from the dataset alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ical.calendar_stream import IcsCalendarStream

from bot.__main__ import main

SHOW = "the-defects"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of whoever runs this."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATA_DIR", raising=False)


def test_a_file_that_another_library_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "dates.ics"
    assert main(["export-ics", SHOW, "--out", str(out), "--alarm", "90"]) == 0
    assert "8 episodes" in capsys.readouterr().out
    calendar = IcsCalendarStream.calendar_from_ics(out.read_bytes().decode())
    first = calendar.events[0]
    assert first.uid == "the-defects-1@cliffhanger"
    assert first.summary == "The Defects: Episode 1"
    assert first.start_datetime.astimezone(UTC) == datetime(2025, 7, 21, 13, tzinfo=UTC)
    assert [alarm.trigger for alarm in first.alarm] == [-timedelta(minutes=90)]
    assert list(tmp_path.iterdir()) == [out]


def test_to_standard_output_by_its_title(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["export-ics", "The Defects"]) == 0
    data = capsysbinary.readouterr().out
    assert data.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"VALARM" not in data
    assert len(IcsCalendarStream.calendar_from_ics(data.decode()).events) == 8


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["The Effects"], 64, "There is no show 'The Effects' in the dataset. Use one of: "),
        ([SHOW, "--alarm", "-1"], 64, "--alarm is -1."),
        ([SHOW, "--alarm", "10081"], 64, "between 0 and 10080"),
        ([SHOW, "--out", "no/such/folder.ics"], 73, "can't be written (No such file or directory)"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export-ics", *arguments]) == code
    assert words in capsys.readouterr().err
