"""What is said of the proof against spoilers can be repeated, and says how much was compared."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "spoilers.md").read_text("utf-8")
PROOF = GUIDE.partition("## The proof")[2]


def test_the_guide_says_how_many_renderings_were_compared_and_how_to_repeat_it() -> None:
    rows = [line for line in PROOF.splitlines() if "pytest tests/discord_ui/test_noninterference.py" in line]
    assert len(rows) == 2, "a sample, and everything"
    numbers = [int(found[0].replace(",", "")) for row in rows if (found := re.findall(r"\b\d[\d,]{3,}", row))]
    assert len(numbers) == 2
    assert numbers[0] < numbers[1]
    assert "CLIFFHANGER_FULL_TESTS=1" in rows[1]


def test_what_the_guide_names_is_there() -> None:
    for name in re.findall(r"`(tests/[a-z_./]+)`", PROOF):
        assert (ROOT / name).exists(), name
    assert "`python -m tests.mutation --full`" in PROOF
    assert (ROOT / "tests" / "mutation" / "__main__.py").exists()


def test_the_readme_leads_there() -> None:
    assert "(docs/spoilers.md)" in (ROOT / "README.md").read_text("utf-8")
