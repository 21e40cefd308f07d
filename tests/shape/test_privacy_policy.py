"""PRIVACY.md says of every table that names a person or a server what it keeps."""

from __future__ import annotations

import re
from pathlib import Path

from bot.app.privacy import EXPORT_FORMAT, KEPT_WHEN_OVER
from bot.settings import Settings
from bot.store.personal_data import HELD, NAMING
from bot.store.tables import metadata

ROOT = Path(__file__).parents[2]
POLICY = (ROOT / "PRIVACY.md").read_text("utf-8")
#: The rows of its table: the columns that each names.
ROWS = {
    name: set(re.findall(r"`(\w+)`", columns))
    for name, columns in re.findall(r"^\| `(\w+)` \| ([^|]*) \|", POLICY, re.MULTILINE)
}


def test_every_table_that_names_a_person_or_a_server_is_in_the_policy() -> None:
    for table in metadata.sorted_tables:
        naming = {column.name for column in table.columns if column.name in NAMING or column.name == "guild_id"}
        assert not naming or table.name in ROWS, table.name
        assert naming <= ROWS.get(table.name, naming), table.name
    assert {held.table.name for held in HELD} <= set(ROWS)


def test_nothing_is_in_the_policy_that_there_is_not() -> None:
    for name, columns in ROWS.items():
        there = set(metadata.tables[name].columns.keys())
        assert columns <= there, name


def test_tables_that_the_policy_says_tell_nothing_are_there() -> None:
    [told] = re.findall(r"isn't in this table \((.*?), and what hangs", POLICY, re.DOTALL)
    named = set(re.findall(r"`(\w+)`", told))
    assert named <= set(metadata.tables)
    hanging = {
        table.name
        for table in metadata.sorted_tables
        if any(key.ondelete == "CASCADE" for column in table.columns for key in column.foreign_keys)
    }
    assert set(metadata.tables) - set(ROWS) - named <= hanging


def test_the_policy_agrees_with_the_program_and_is_linked() -> None:
    assert f"`format` ({EXPORT_FORMAT})" in POLICY
    assert f"({Settings.model_fields['left_server_days'].default} unless set otherwise" in POLICY
    assert f"{KEPT_WHEN_OVER.days} days after" in POLICY
    assert "(PRIVACY.md)" in (ROOT / "README.md").read_text("utf-8")
