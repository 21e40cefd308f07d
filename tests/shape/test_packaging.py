"""What the Dockerfile, the compose file and the systemd unit name is there, and they say the same as the docs."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

import yaml

from bot.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SETTINGS = {name.upper() for name in Settings.model_fields}


def test_the_image_is_made_of_files_that_there_are_and_that_are_let_through() -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert copied
    assert [source for source in copied if not (ROOT / source).exists()] == []
    let_through = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    assert set(copied) == set(let_through)
    assert ".env" not in let_through


def test_the_image_runs_a_python_that_is_supported_as_nobody_special() -> None:
    bases = re.findall(r"^FROM python:3\.(\d+)-slim", DOCKERFILE, re.MULTILINE)
    least, beyond = (int(minor) for minor in re.findall(r"3\.(\d+)", PROJECT["requires-python"]))
    assert len(bases) == 2
    assert all(least <= int(minor) < beyond for minor in bases)
    assert re.search(r"^USER cliffhanger$", DOCKERFILE, re.MULTILINE)
    assert re.search(r'^CMD \["python", "-m", "bot", "run"\]$', DOCKERFILE, re.MULTILINE)


def test_its_settings_are_settings_and_its_health_is_asked_where_it_is_told() -> None:
    _, _, last = DOCKERFILE.rpartition("FROM ")
    named = set(re.findall(r"^(?:ENV|   ) *([A-Z_]+)=", last, re.MULTILINE)) - {"PATH"}
    assert {name for name in named if not name.startswith("PYTHON")} <= SETTINGS
    [port] = re.findall(r"METRICS_LISTEN=(\d+)", DOCKERFILE)
    assert f"http://127.0.0.1:{port}/live" in DOCKERFILE
    [folder] = re.findall(r"^VOLUME (\S+)$", DOCKERFILE, re.MULTILINE)
    assert f"sqlite+aiosqlite:///{folder}/" in DOCKERFILE
    assert COMPOSE["services"]["bot"]["volumes"] == [f"data:{folder}"]


def test_the_bot_in_compose_may_do_little_and_is_given_time_to_stop() -> None:
    bot = COMPOSE["services"]["bot"]
    assert bot["read_only"] is True
    assert bot["cap_drop"] == ["ALL"]
    assert int(bot["stop_grace_period"].removesuffix("s")) > 5
    assert COMPOSE["services"]["postgres"]["profiles"] == ["postgres"]
    volumes = {volume.partition(":")[0] for service in COMPOSE["services"].values() for volume in service["volumes"]}
    assert volumes == set(COMPOSE["volumes"])


def test_the_unit_gives_up_where_the_docs_say_that_it_is_no_use_to_go_on() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(ROOT / "packaging" / "cliffhanger.service", "utf-8")
    service = unit["Service"]
    hopeless = re.findall(r"^\| (\d+) † \|", OPERATING, re.MULTILINE)
    assert service["RestartPreventExitStatus"].split() == hopeless
    assert service["ExecStart"].endswith("python -m bot run")
    assert int(service["TimeoutStopSec"]) > 5
    assert service["Environment"].partition("=")[0] in SETTINGS
