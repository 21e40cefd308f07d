"""The options of the demo."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.errors import OperatorError
from bot.demo.command import instant, run_demo


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2025-07-28", datetime(2025, 7, 28, 9, tzinfo=UTC)),
        ("2025-07-28T12:30", datetime(2025, 7, 28, 12, 30, tzinfo=UTC)),
        ("2025-07-28 12:30:15Z", datetime(2025, 7, 28, 12, 30, 15, tzinfo=UTC)),
        ("2025-07-28T22:00+09:00", datetime(2025, 7, 28, 13, tzinfo=UTC)),
    ],
)
def test_at_takes_a_date_or_a_time(typed: str, meant: datetime) -> None:
    assert instant(typed) == meant


@pytest.mark.parametrize("typed", ["", "tomorrow", "28.7.2025", "2025-02-30", "0001-01-01", "9999-12-31T23:59-23:59"])
def test_at_says_so_when_it_is_given_anything_else(typed: str) -> None:
    with pytest.raises(OperatorError) as refused:
        run_demo(at=typed, port=0, open_browser=False, show=None)
    assert refused.value.key == "operator.demo-time"


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_does_not_exist_is_refused(port: int) -> None:
    with pytest.raises(OperatorError) as refused:
        run_demo(at=None, port=port, open_browser=False, show=None)
    assert refused.value.key == "operator.demo-port"
