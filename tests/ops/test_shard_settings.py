"""Which shards a process has, as an operator writes it, and what is said of what can't be."""

from __future__ import annotations

import pytest

from bot.settings import SettingsError, read_settings

POSTGRES = "postgresql+asyncpg://postgres@localhost/bot"


@pytest.mark.parametrize(
    ("typed", "ids"),
    [("", (0, 1, 2, 3)), ("2", (2,)), (" 0, 3 ", (0, 3)), ("0-2", (0, 1, 2)), ("3,0 - 1", (3, 0, 1))],
)
def test_shards_are_numbers_and_spans(monkeypatch: pytest.MonkeyPatch, typed: str, ids: tuple[int, ...]) -> None:
    for name, value in (("SHARD_COUNT", "4"), ("SHARD_IDS", typed), ("DATABASE_URL", POSTGRES)):
        monkeypatch.setenv(name, value)
    assert read_settings(None).shard_ids == ids


@pytest.mark.parametrize(
    ("count", "typed", "url", "said"),
    [
        ("", "0", POSTGRES, "SHARD_IDS: Value error, is of no use without SHARD_COUNT"),
        ("4", "3,4", POSTGRES, "names shard 4, but with SHARD_COUNT=4 the last one is 3"),
        ("4", "0-2,1", POSTGRES, "names shard 1 twice"),
        ("4", "2-0", POSTGRES, "2-0 is no span"),
        ("4", "1-", POSTGRES, "1- is no span"),
        ("4", "0;1", POSTGRES, "write numbers from 0 on"),
        ("4", "-1", POSTGRES, "write numbers from 0 on"),
        ("4", "all", POSTGRES, "write numbers from 0 on"),
        ("4", "0-999999999", POSTGRES, "write numbers from 0 on"),
        ("4", "0,1", "sqlite:///var/bot.sqlite3", "several processes need PostgreSQL"),
        ("0", "", POSTGRES, "SHARD_COUNT: Input should be greater than or equal to 1"),
        ("many", "0", POSTGRES, "SHARD_COUNT: Input should be a valid integer"),
    ],
)
def test_what_makes_no_sense_is_said(
    monkeypatch: pytest.MonkeyPatch, count: str, typed: str, url: str, said: str
) -> None:
    for name, value in (("SHARD_COUNT", count), ("SHARD_IDS", typed), ("DATABASE_URL", url)):
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings(None)
    assert len(refused.value.problems) == 1
    assert said in refused.value.problems[0]


def test_one_process_on_sqlite_may_have_all_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARD_COUNT", "2")
    monkeypatch.setenv("SHARD_IDS", "0,1")
    assert read_settings(None).shard_ids == (0, 1)
