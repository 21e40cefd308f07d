"""What users and operators read is complete: every command, setting and exit code is documented."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.ops.complaints import SENTENCES
from bot.settings import Settings, SettingsError, read_settings
from tests.shape.commands import all_commands

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")


@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in OPERATING
    assert re.search(rf"^#?{name}=", EXAMPLE, re.MULTILINE), "in .env.example"


def test_nothing_is_documented_that_is_no_setting() -> None:
    known = {name.upper() for name in Settings.model_fields}
    assert set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE)) == known
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATING, re.MULTILINE)) == known


async def test_every_command_is_in_the_readme() -> None:
    documented = set(re.findall(r"^\| `/([a-z -]+?)(?: [^`]*)?` \|", README, re.MULTILINE))
    rows = "\n".join(line for line in README.splitlines() if line.startswith("| `/"))
    for command in await all_commands():
        assert re.search(rf"`/{re.escape(command.qualified_name)}[ `]", rows), command.qualified_name
        for parameter in command.parameters:
            assert re.search(rf"`/{re.escape(command.qualified_name)}[^`]*\b{parameter.display_name}\b", rows), (
                parameter.display_name
            )
    assert documented


def test_every_process_command_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = re.findall(r"^    ([a-z-]+) ", capsys.readouterr().out, re.MULTILINE)
    assert "run" in listed
    for name in listed:
        assert f"`python -m bot {name}" in OPERATING, name


def test_every_exit_code_that_is_used_is_documented() -> None:
    used = set()
    for path in (ROOT / "bot").rglob("*.py"):
        used |= set(re.findall(r"os\.(EX_[A-Z]+)", path.read_text("utf-8")))
    for name in used:
        assert re.search(rf"^\| {getattr(os, name)}\b", OPERATING, re.MULTILINE), name


def test_every_operator_error_has_its_sentence() -> None:
    keys: set[str] = set()
    for path in (ROOT / "bot").rglob("*.py"):
        keys |= set(re.findall(r'"(operator\.[a-z-]*[a-z])"', path.read_text("utf-8")))
    assert keys == set(SENTENCES)


def test_settings_that_cannot_be_used_are_named_without_their_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTY_LEAD_MINUTES", "soon")
    monkeypatch.setenv("DEV_GUILD_IDS", "12,x")
    monkeypatch.setenv("LOG_LEVEL", "loud")
    with pytest.raises(SettingsError) as caught:
        read_settings(None)
    text = "\n".join(caught.value.problems)
    assert all(name in text for name in ("PARTY_LEAD_MINUTES", "DEV_GUILD_IDS", "LOG_LEVEL"))
    assert "soon" not in text


def test_empty_settings_are_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), "")
    settings = read_settings(None)
    assert settings.discord_token is None
    assert settings.data_dir is None
    assert settings.default_show is None
    assert settings.dev_guild_ids == ()
    assert settings.database_url.startswith("sqlite")
    assert settings.log_level == "INFO"


def test_readme_commands_are_the_ones_that_ci_runs() -> None:
    """The two one-liners stand in the README once each, and CI's install is the same as theirs."""
    lines = [line for line in README.splitlines() if "-m venv" in line and "uv" in line]
    assert sum("python -m bot demo" in line for line in lines) == 1
    assert sum(line.rstrip().endswith("pytest") for line in lines) == 1
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    for part in ("-m venv", "install --quiet", "--locked --all-extras"):
        assert part in script


def test_versions_are_pinned_by_range_and_locked_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for requirement in project["dependencies"]:
        assert ">=" in requirement or "==" in requirement, requirement
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    for package in lock["package"]:
        if "registry" in package["source"]:
            assert all("hash" in wheel for wheel in package["wheels"]), package["name"]
