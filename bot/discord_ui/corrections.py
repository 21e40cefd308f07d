"""Words for times that a server's admins have set: wherever one is shown, it is marked."""

from __future__ import annotations

from bot.core.show import Correction, Episode
from bot.core.text import plain
from bot.discord_ui import stamps
from bot.l10n.speaker import Speaker


def marked(say: Speaker, episode: Episode, line: str) -> str:
    """A line that tells when an episode airs, with a mark where that is what admins have set."""
    return line if episode.correction is None else f"{line} ✏️ {say('override.mark')}"


def explained(say: Speaker, episode: Episode) -> list[str]:
    """What the dataset says instead, and what the admins say about it; nothing where nobody has set anything."""
    correction = episode.correction
    return [] if correction is None else [f"-# ✏️ {say('override.explained', published=_published(say, correction))}"]


def compared(say: Speaker, episode: Episode) -> str:
    """The same within a list, after the time that counts; "" where nobody has set anything."""
    correction = episode.correction
    return "" if correction is None else f" ✏️ {say('override.compared', published=_published(say, correction))}"


def _published(say: Speaker, correction: Correction) -> str:
    at = correction.published
    words = say("override.no-date") if at is None else stamps.short(at.instant())
    return words if correction.note is None else f"{words} · *{plain(correction.note)}*"
