"""Writes shows whose episodes air whenever a test needs them to."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path


def write_show(folder: Path, show_id: str, *airs_at: datetime, title: str = "Soon", minutes: int | None = None) -> Path:
    """Write a show into a data folder, one episode for each of `airs_at` (UTC, whole minutes); returns its folder.

    `minutes` is how long an episode is (None: nothing is said of that).
    """
    made = folder / "shows" / show_id
    made.mkdir(parents=True, exist_ok=True)
    cite = {"sources": ["S1"]}
    release = {"service": "Nowhere", "kind": "broadcast", "regions": ["GB"], "zone": "UTC", **cite}
    files = {
        "show": {"id": show_id, "title": title, "network": "Nowhere", "country": "GB", "zone": "UTC", "language": "en"},
        "episodes": {
            "episodes": [
                {
                    "number": number,
                    "date": at.date().isoformat(),
                    "releases": [release | {"time": at.strftime("%H:%M")}],
                    **({} if minutes is None else {"minutes": minutes}),
                    **cite,
                }
                for number, at in enumerate(airs_at, 1)
            ]
        },
        "sources": {
            "sources": [
                {
                    "id": "S1",
                    "publisher": "a.example",
                    "url": "https://a.example/",
                    "language": "en",
                    "covers": len(airs_at),
                }
            ]
        },
    }
    for name, content in files.items():
        # JSON is YAML as well.
        (made / f"{name}.yaml").write_text(json.dumps(content, indent=1), "utf-8")
    return made
