"""`/watch-party series` and `skip`, as members meet them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.core.party import Answer, PartyState
from bot.core.reminder import DueKind, DueState
from bot.core.show import Catalogue
from bot.core.zones import WallTime
from bot.store import parties, series
from tests.discord_ui.answers import answers, press
from tests.discord_ui.stage import AFTER, BEFORE, Stage, buttons, is_private, said, stage, text_of
from tests.openapi import check_recorded


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    """All eight episodes have aired; it is Monday 1 September 2025, 09:00 UTC."""
    async with stage(tmp_path, at=AFTER) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


@pytest.fixture
async def before(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=BEFORE) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def stamp(at: datetime) -> str:
    return f"<t:{int(at.timestamp())}:F>"


def in_berlin(day: int, month: int = 12) -> datetime:
    """21:00 in Berlin."""
    hour = 20 if month in (11, 12, 1, 2, 3) else 19
    return datetime(2025, month, day, hour, tzinfo=UTC)


async def nights(s: Stage) -> list[tuple[datetime, tuple[int, ...]]]:
    async with s.companion.database.read() as tx:
        planned = await parties.of_series(tx, 1, s.clock.now())
    return [(one.starts_at, one.episodes) for one in planned]


async def announced(s: Stage, **options: Any) -> Any:
    """Ann's series on Mondays and Tuesdays at 21:00 in Berlin from 1 December; its announcement."""
    ann = s.person("ann")
    typed = {"days": "mon and tue", "time": "21:00", "from": "1 dec", "zone": "Berlin", "per-night": 2, **options}
    draft = await ann.slash(s.general, "watch-party series", **{key: value for key, value in typed.items() if value})
    assert "Announce it" in buttons(draft.response), said(draft)
    answer = await ann.click(draft.response, label="Announce it")
    assert "Planned" in said(answer), said(answer)
    return series_card(s)


def series_card(s: Stage) -> Any:
    return next(message for message in s.general.history() if "Watch parties:" in text_of(message))


def posts(s: Stage, text: str) -> list[dict[str, Any]]:
    return [body for body in s.posts(s.general) if text in (body.get("content") or "")]


SEASON = [
    (in_berlin(1), (1, 2)),
    (in_berlin(2), (3, 4)),
    (in_berlin(8), (5, 6)),
    (in_berlin(9), (7, 8)),
]


async def test_what_was_typed_is_shown_before_anybody_else_sees_it(s: Stage) -> None:
    ann = s.person("ann")
    draft = await ann.slash(
        s.general,
        "watch-party series",
        days="Mon and Tue",
        time="21:00",
        zone="Europe/Berlin",
        **{"from": "1 Dec", "per-night": 2},
    )
    assert is_private(draft)
    for at, episodes in SEASON:
        assert f"{stamp(at)} · Episodes {episodes[0]}-{episodes[1]}" in said(draft)
    assert s.general.history() == []
    assert await s.due() == []
    assert await nights(s) == []
    await s.restart()
    await ann.click(draft.response, label="Announce it")
    assert await nights(s) == SEASON
    assert f"{stamp(SEASON[3][0])} · Episodes 7-8" in text_of(series_card(s))


async def test_a_series_is_announced_once(s: Stage) -> None:
    ann = s.person("ann")
    draft = await ann.slash(s.general, "watch-party series", days="daily", time="21:00", zone="Berlin")
    both = await answers(s, [press(ann, draft.response, "c1:series-go:1") for _ in range(2)])
    assert sorted("Planned" in one.text for one in both) == [False, True]
    assert sorted("announced already" in one.text for one in both) == [False, True]
    assert len(await nights(s)) == 8
    refused = await answers(s, [press(s.person("bo"), draft.response, "c1:series-go:1")])
    assert "no such series" in refused[0].text


async def test_the_wall_time_is_kept_when_the_clocks_change(s: Stage) -> None:
    await announced(s, days="sunday", **{"from": "19 oct", "per-night": None})
    found = [at for at, _ in await nights(s)]
    # Clocks go back on 26 October.
    assert found[:3] == [in_berlin(19, 10), in_berlin(26, 11).replace(month=10), in_berlin(2, 11)]


async def test_each_night_is_announced_a_day_before_and_happens(s: Stage) -> None:
    bo = s.person("bo")
    card = await announced(s, **{"from": None})
    await s.pass_time(seconds=5)
    # It is Monday: the first night is tonight, the second is tomorrow at nine, in a day and some hours.
    cards = [message for message in s.general.history() if "Watch party:" in text_of(message)]
    assert len(cards) == 1
    assert card.id < cards[0].id, "the series comes before its first night"
    await bo.click(card, label="I come to all")
    assert bo.mention in text_of(next(one for one in s.general.history() if one.id == cards[0].id))
    await s.pass_time(days=9)
    starts = posts(s, "starts now")
    assert len(starts) == 4
    assert all(bo.id in body["allowed_mentions"]["users"] for body in starts)
    done = [state for kind, state, _ in await s.due() if kind is DueKind.PARTY_START]
    assert done == [DueState.DELIVERED] * 4


async def test_one_can_join_all_and_leave_one(s: Stage) -> None:
    bo = s.person("bo")
    card = await announced(s)
    answer = await bo.click(card, label="I come to all")
    assert is_private(answer)
    assert "4 nights" in said(answer)
    async with s.companion.database.read() as tx:
        for night in await parties.of_series(tx, 1, s.clock.now()):
            assert (await parties.attendance(tx, night)).answers[bo.id] is Answer.GOING
    await bo.click(card, label="To none")
    async with s.companion.database.read() as tx:
        for night in await parties.of_series(tx, 1, s.clock.now()):
            assert (await parties.attendance(tx, night)).answers[bo.id] is Answer.CANNOT


async def test_a_night_that_is_skipped_moves_its_episodes_to_the_next(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    card = await announced(s)
    await bo.click(card, label="I come to all")
    choices = await ann.autocomplete(s.general, "watch-party skip", "party", "")
    assert len(choices) == 4
    answer = await ann.slash(s.general, "watch-party skip", party=2)
    assert is_private(answer)
    assert await nights(s) == [SEASON[0], (in_berlin(8), (3, 4)), (in_berlin(9), (5, 6)), (in_berlin(15), (7, 8))]
    assert stamp(in_berlin(15)) in text_of(series_card(s))
    assert stamp(in_berlin(2)) not in text_of(series_card(s))
    await s.pass_time(seconds=5)
    [told] = posts(s, "cancelled")
    assert told["allowed_mentions"]["users"] == [ann.id, bo.id]
    assert stamp(in_berlin(1)) in told["content"], "it says how it goes on"


async def test_a_single_night_can_be_moved_without_the_rest(s: Stage) -> None:
    ann = s.person("ann")
    await announced(s)
    await ann.slash(s.general, "timezone set", zone="Berlin")
    await ann.slash(s.general, "watch-party edit", party=2, when="3 dec 20:00")
    moved = datetime(2025, 12, 3, 19, tzinfo=UTC)
    assert await nights(s) == [SEASON[0], (moved, (3, 4)), *SEASON[2:]]
    assert stamp(moved) in text_of(series_card(s))


async def test_a_night_that_is_cancelled_leaves_its_episodes_out_and_says_what_would_not(s: Stage) -> None:
    ann = s.person("ann")
    await announced(s)
    answer = await ann.slash(s.general, "watch-party cancel", party=2)
    assert "/watch-party skip" in said(answer)
    assert await nights(s) == [SEASON[0], *SEASON[2:]]


async def test_cancelling_a_series_tells_everybody_once(s: Stage) -> None:
    ann, bo, cy = s.person("ann"), s.person("bo"), s.person("cy")
    card = await announced(s, **{"from": "8 sep"})
    await bo.click(card, label="I come to all")
    refused = await cy.click(card, label="Cancel the series")
    assert "Only" in said(refused)
    sure = await ann.click(card, label="Cancel the series")
    await ann.click(sure.response, label="Yes, cancel them all")
    await s.pass_time(seconds=5)
    [told] = posts(s, "have been cancelled")
    assert set(told["allowed_mentions"]["users"]) == {ann.id, bo.id}
    assert posts(s, "watch party for") == []
    assert "has been cancelled" in text_of(series_card(s))
    assert await nights(s) == []
    await s.pass_time(days=20)
    assert posts(s, "starts now") == []
    # As from a client that hasn't seen the card change.
    [over] = await answers(s, [press(bo, sure.response, "c1:series-join:1:going:-")])
    assert "no night to come" in over.text


async def test_at_each_air_time_follows_the_schedule_and_takes_in_what_gets_a_date(before: Stage) -> None:
    s = before
    ann = s.person("ann")
    show = s.companion.shows.default
    eighth = show.episodes[7]
    undated = replace(show, episodes=(*show.episodes[:7], replace(eighth, releases=())))
    s.companion.shows.replace(Catalogue({show.id: undated}))
    draft = await ann.slash(s.general, "watch-party series", days="air time")
    assert "without an air time (8)" in said(draft)
    await ann.click(draft.response, label="Announce it")
    planned = await nights(s)
    assert [episodes for _, episodes in planned] == [(number,) for number in range(1, 8)]
    at = WallTime.parse(date(2025, 7, 30), "21:00", show.zone)
    third = replace(show.episodes[2], releases=tuple(replace(one, at=at) for one in show.episodes[2].releases))
    episodes = (*show.episodes[:2], third, *show.episodes[3:])
    s.companion.shows.replace(Catalogue({show.id: replace(show, episodes=episodes)}))
    await s.companion.library.follow_schedules()
    planned = await nights(s)
    assert (datetime(2025, 7, 30, 12, tzinfo=UTC), (3,)) in planned
    assert sum(episodes == (8,) for _, episodes in planned) == 1
    await s.companion.library.follow_schedules()
    assert await nights(s) == planned


async def test_a_night_waits_for_its_episodes_where_the_schedule_moves(before: Stage) -> None:
    s = before
    await announced(s, **{"from": "21 jul", "per-night": None, "days": "mon, tue"})
    planned = await nights(s)
    assert [episodes for _, episodes in planned] == [(number,) for number in range(1, 9)]
    show = s.companion.shows.default
    at = WallTime.parse(date(2025, 7, 31), "22:00", show.zone)
    third = replace(show.episodes[2], releases=tuple(replace(one, at=at) for one in show.episodes[2].releases))
    moved = (*show.episodes[:2], third, *show.episodes[3:])
    s.companion.shows.replace(Catalogue({show.id: replace(show, episodes=moved)}))
    await s.companion.library.follow_schedules()
    later = await nights(s)
    assert later[:2] == planned[:2]
    assert later[2] == (planned[4][0], (3,)), "both nights before it has aired are left out"
    assert [episodes for _, episodes in later] == [(number,) for number in range(1, 9)]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"days": "someday"}, "as days"),
        ({"time": None}, "At what time?"),
        ({"time": "9"}, "could be two times"),
        ({"zone": None}, "your time zone"),
        ({"zone": "Atlantis"}, "Atlantis"),
        ({"per-night": 13}, "1 to 12 episodes"),
        ({"first-episode": 9}, "9"),
        ({"first-episode": 5, "last-episode": 2}, "Put the earlier one first"),
        ({"days": "air time"}, "leave `time` and `from` out"),
        ({"days": "air time", "time": None, "from": None}, "no night"),
        ({"from": "1 dec 2019"}, ""),
        ({"capacity": 0}, "places"),
        ({"lead": "soon"}, "soon"),
    ],
)
async def test_what_cannot_be_is_explained_and_plans_nothing(s: Stage, options: dict[str, Any], words: str) -> None:
    ann = s.person("ann")
    typed = {"days": "mon", "time": "21:00", "from": "1 dec", "zone": "Berlin", **options}
    kept = {key: value for key, value in typed.items() if value is not None}
    answer = await ann.slash(s.general, "watch-party series", **kept)
    assert is_private(answer)
    assert words in said(answer)
    assert "Announce it" not in buttons(answer.response)
    assert await s.due() == []


async def test_a_server_has_so_many_series_at_once(s: Stage) -> None:
    ann = s.person("ann")
    for _ in range(series.LIMIT):
        draft = await ann.slash(s.general, "watch-party series", days="daily", time="21:00", zone="Berlin")
        await ann.click(draft.response, label="Announce it")
    draft = await ann.slash(s.general, "watch-party series", days="daily", time="21:00", zone="Berlin")
    refused = await ann.click(draft.response, label="Announce it")
    assert "3 series going on" in said(refused)


async def test_whoever_may_no_longer_write_there_cannot_announce(s: Stage) -> None:
    ann = s.person("ann")
    draft = await ann.slash(s.general, "watch-party series", days="daily", time="21:00", zone="Berlin", channel=s.den)
    await s.forbid(s.den, s.guild.default_role.id, role=True, send_messages=True)
    refused = await ann.click(draft.response, label="Announce it")
    assert "write" in said(refused)
    assert await nights(s) == []


async def test_a_party_that_is_no_night_cannot_be_skipped(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "watch-party create", episode=3, when="in 4h")
    answer = await ann.slash(s.general, "watch-party skip", party=1)
    assert "not part of a series" in said(answer)
    async with s.companion.database.read() as tx:
        found = await parties.get(tx, 1)
    assert found is not None
    assert found.state is PartyState.PLANNED
