"""docs/security.md names tests that there are; what can be seen in the source alone is checked here."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "security.md").read_text("utf-8")
LOCK = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """The calls of a function or method of this name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
            if called == name:
                yield node


@cache
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    """Every module of the program, read once."""
    return tuple((path, ast.parse(path.read_text("utf-8"))) for path in sorted((ROOT / "bot").rglob("*.py")))


def test_every_test_that_the_guide_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", GUIDE)
    assert len(named) > 30
    for file, test in named:
        assert re.search(rf"^ *(?:async )?def {test}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), (file, test)


def test_every_threat_has_a_test() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", GUIDE, re.MULTILINE)
    threats = {threat.strip(): proof for threat, _, proof in rows if "---" not in threat and threat.strip() != "threat"}
    assert len(threats) >= 14
    assert [threat for threat, proof in threats.items() if "tests/" not in proof] == []


def test_sql_is_never_put_together_from_text() -> None:
    """Whatever becomes SQL as it stands is written out in the source, but for conditions of indexes."""
    for path, tree in sources():
        if path.parts[-2] == "versions":
            continue
        for name in ("text", "exec_driver_sql", "literal_column"):
            for call in calls(tree, name):
                if name == "text" and not (
                    isinstance(call.func, ast.Attribute) and ast.unparse(call.func) == "sa.text"
                ):
                    continue
                written = isinstance(call.args[0], ast.Constant)
                assert written or (path.name, ast.unparse(call.args[0])) in {
                    ("tables.py", "condition"),
                    ("database.py", "begin"),
                }, f"{path}:{call.lineno}"


def test_no_picture_is_decoded_and_no_file_is_taken_from_anybody() -> None:
    for path, tree in sources():
        assert not [call for call in calls(tree, "open") if ast.unparse(call.func) == "Image.open"], path
        names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        if path.parts[-2] == "discord_ui":
            assert "Attachment" not in names, f"{path} takes files"


def test_everything_is_installed_from_wheels_with_hashes() -> None:
    """No package needs to run code of its own to be installed, on the machine that the tests run on."""
    for package in LOCK["package"]:
        if "registry" not in package["source"]:
            continue
        wheels = [wheel["url"].rsplit("/", 1)[1] for wheel in package.get("wheels", ())]
        fitting = [
            wheel
            for wheel in wheels
            if wheel.endswith("-any.whl") or (re.search(r"-(cp311|py3|py2\.py3|abi3)", wheel) and "manylinux" in wheel)
        ]
        assert fitting, f"{package['name']} is there as source alone"
        for file in (*package["wheels"], *([package["sdist"]] if "sdist" in package else [])):
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]), package["name"]


def test_the_lock_names_one_version_and_place_of_everything() -> None:
    """So two installs from it are the same: nothing is left to be chosen on the day."""
    named = [(package["name"], package["version"]) for package in LOCK["package"] if "version" in package]
    assert len(named) == len(set(named))
    places = {package["source"].get("registry") for package in LOCK["package"]} - {None}
    assert places == {"https://pypi.org/simple"}
    for script in (ROOT / ".ci" / "run", ROOT / "README.md"):
        assert "--locked" in script.read_text("utf-8")
