"""Data folders of many shows, the same every time."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.app.clock import SystemClock

EPISODES, NAMES = 16, 20
_SYLLABLES = (
    "ka",
    "ri",
    "mo",
    "shen",
    "ta",
    "lu",
    "vo",
    "bri",
    "an",
    "del",
    "ho",
    "sae",
    "min",
    "jun",
    "ye",
    "tor",
    "wi",
)


def write_shows(folder: Path, count: int) -> Path:
    """``count`` shows of `EPISODES` episodes and `NAMES` characters each, half of whom are known from the first
    episode on, and the others one by one later."""
    rng = random.Random(6)  # noqa: S311
    first = SystemClock().now().date() - timedelta(days=60)
    for index in range(count):
        show_id = f"show-{index:04}"
        made = folder / "shows" / show_id
        made.mkdir(parents=True)
        title = " ".join(_word(rng) for _ in range(3))
        cite = {"sources": ["S1"]}
        release = {"service": "Nowhere", "kind": "broadcast", "regions": ["KR"], "zone": "Asia/Seoul", "time": "21:00"}
        files: dict[str, dict[str, Any]] = {
            "show": {
                "id": show_id,
                "title": title,
                "network": "Nowhere",
                "country": "KR",
                "zone": "Asia/Seoul",
                "language": "ko",
                "minutes": 60,
            },
            "episodes": {
                "episodes": [
                    {
                        "number": number,
                        "date": (first + timedelta(days=7 * number)).isoformat(),
                        "releases": [release | cite],
                        **cite,
                    }
                    for number in range(1, EPISODES + 1)
                ]
            },
            "characters": {
                "characters": [
                    {
                        "id": f"c{number}",
                        "after": after,
                        "names": [{"text": f"{_word(rng)} {_word(rng)}", "after": after, **cite}],
                        "roles": [{"text": f"somebody {_word(rng)}", "after": after, **cite}],
                        "actor": {"name": f"{_word(rng)} {_word(rng)}", **cite},
                    }
                    for number in range(NAMES)
                    for after in (max(number - NAMES // 2, 0),)
                ]
            },
            "sources": {
                "sources": [
                    {
                        "id": "S1",
                        "publisher": "a.example",
                        "url": "https://a.example/",
                        "language": "en",
                        "covers": EPISODES,
                    }
                ]
            },
        }
        for name, content in files.items():
            # JSON is YAML as well.
            (made / f"{name}.yaml").write_text(json.dumps(content, indent=1), "utf-8")
    return folder


def _word(rng: random.Random) -> str:
    return "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(2, 3))).capitalize()
