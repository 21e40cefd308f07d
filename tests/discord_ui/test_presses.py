"""Buttons that are pressed again, and direct messages to those alone who asked for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.discord_ui.answers import answers, press
from tests.discord_ui.stage import Stage, buttons, stage
from tests.discord_ui.test_bad_input import contents
from tests.openapi import check_recorded


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def test_a_press_that_is_repeated_does_nothing_twice(s: Stage) -> None:
    """What deletes and cancels: a client that repeats a press, and presses at the same moment."""
    ann = s.person("ann")
    for name, options in (
        ("timezone set", {"zone": "Europe/London"}),
        ("remind", {"episode": 3}),
        ("remind", {"every": True}),
        ("catch-up", {"by": "17 aug 21:00"}),
        ("watch-party create", {"episode": 4, "when": "air time"}),
        ("privacy delete", {}),
    ):
        shown = (await ann.slash(s.general, name, **options)).response
    for custom_id in ("c1:cancel:1", "c1:plan-stop:1", "c1:unremind:1", "c1:unremind-every:1", "c1:forget-me"):
        before = await contents(s)
        found = await answers(s, [press(ann, shown, custom_id) for _ in range(3)])
        after = await contents(s)
        assert after != before, f"{custom_id} does something"
        [again] = await answers(s, [press(ann, shown, custom_id)])
        assert await contents(s) == after, f"{custom_id} does it once"
        for answer in (*found, again):
            assert answer.text.strip(), custom_id
            assert "something went wrong" not in answer.text, custom_id


async def test_only_who_asked_for_it_gets_direct_messages(s: Stage) -> None:
    everybody = [s.person(name) for name in ("ann", "ben", "cat", "dan", "eve")]
    ann, ben, cat, dan, _eve = everybody
    await ann.slash(s.general, "remind", episode=3)
    await ben.slash(s.general, "remind", every=True)
    # These take part in all that happens, and want nothing sent.
    await cat.slash(s.general, "progress set", episode=2)
    await cat.slash(s.general, "watch-party create", episode=3, when="air time")
    await s.env.settle()
    card = next(one for one in s.general.history() if one.components)
    await dan.click(card, label=next(label for label in buttons(card) if label.startswith("Going")))
    await s.pass_time(days=1)
    opened = {
        str(entry.json["recipient_id"])
        for entry in s.env.http_requests
        if (entry.method, entry.path) == ("POST", "/users/@me/channels")
    }
    assert opened == {str(ann.id), str(ben.id)}
    for member in (cat, dan):
        assert member.user.dm_channel is None or not s.posts(member.user.dm_channel)
