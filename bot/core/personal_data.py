"""Kinds of what is kept about a person, as they are told of it."""

from __future__ import annotations

from enum import Enum

#: Stands for whoever began something and wanted to be forgotten; nobody on Discord has this id.
NOBODY = 0


class Kind(Enum):
    """What some rows say about a person."""

    ZONE = "zone"
    PROGRESS = "progress"
    SERVICES = "services"
    REMINDERS = "reminders"
    PLANS = "plans"
    ANSWERS = "answers"
    HOSTED = "hosted"
    CALENDARS = "calendars"
    SETTINGS = "settings"
    MESSAGES = "messages"
