"""`docs/architecture.md` holds what the code does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PACKAGES = {path.parent.name for path in (ROOT / "bot").glob("*/__init__.py")}
MODULES = {path.stem for path in (ROOT / "bot").glob("*.py")} - {"__init__"}


def part_of(path: Path) -> str:
    """The package of a file below `bot/`, or the module that it is."""
    relative = path.relative_to(ROOT / "bot")
    return relative.parts[0].removesuffix(".py")


def imports() -> set[tuple[str, str]]:
    """Which part imports which other, anywhere in a file."""
    found: set[tuple[str, str]] = set()
    for path in (ROOT / "bot").rglob("*.py"):
        if path == ROOT / "bot" / "__init__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                names = [node.module] if node.module != "bot" else [f"bot.{alias.name}" for alias in node.names]
            found |= {(part_of(path), name.split(".")[1]) for name in names if name.startswith("bot.")}
    return {(one, other) for one, other in found if one != other and other in PACKAGES | MODULES}


def test_the_picture_is_that_of_the_code() -> None:
    [picture] = re.findall(r"```mermaid\n(.*?)```", GUIDE, re.DOTALL)
    drawn = set(re.findall(r"^ +(\w+) --> (\w+)$", picture, re.MULTILINE))
    assert drawn == imports()


def test_every_package_has_its_job_in_the_words_of_its_own() -> None:
    rows = dict(re.findall(r"^\| `bot/(\w+)/` \| (.+) \|$", GUIDE, re.MULTILINE))
    said = {
        name: ast.get_docstring(ast.parse((ROOT / "bot" / name / "__init__.py").read_text("utf-8")))
        for name in PACKAGES
    }
    assert rows == said


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`((?:bot|tests)/[\w/]+\.py)`", GUIDE))
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []
