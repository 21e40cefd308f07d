"""Asking for more than one has watched, as members meet it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import ceilings
from tests.discord_ui.stage import AFTER, MIDDLE, Stage, buttons, is_private, said, stage, text_of
from tests.openapi import check_recorded


@pytest.fixture
async def s(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=getattr(request, "param", AFTER)) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def open_den_up_to(s: Stage, episode: int) -> None:
    async with s.companion.database.begin() as tx:
        await ceilings.set(tx, s.den.id, s.guild.id, "the-defects", episode)


async def test_a_private_recap_ahead_stays_closed_until_one_decides(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=4)
    card = await ann.slash(s.general, "recap", episode=7, private=True)
    assert is_private(card)
    assert "Unlocks after Episode 7" in said(card)
    assert "up to episode 4" in said(card)
    assert list(buttons(card.response)) == ["Reveal anyway", "I've seen it"]
    beats = s.companion.shows.default.episodes[6].beats
    assert not any(beat.text.to("en")[:15] in said(card).replace("\\", "") for beat in beats)


async def test_reveal_shows_it_this_once_and_moves_no_progress(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=4)
    card = await ann.slash(s.general, "recap", episode=7, private=True)
    await s.restart()
    shown = await ann.click(card.response, label="Reveal anyway")
    text = said(shown) or text_of(card.response)
    assert "D-Day" in text
    assert "||" not in text
    assert "Shown this once. Your progress is still episode 4" in text
    assert "episode 4" in said(await ann.slash(s.general, "progress show"))
    assert "Unlocks" in said(await ann.slash(s.general, "recap", episode=7, private=True))


async def test_seen_it_moves_the_progress_shows_it_and_can_be_undone(s: Stage) -> None:
    ann = s.person("ann", "ko")
    await ann.slash(s.general, "progress set", episode=4)
    card = await ann.slash(s.general, "recap", episode=7, private=True)
    shown = await ann.click(card.response, label="이미 봤어요")
    message = shown.response or card.response
    assert "7화" in text_of(message)
    assert "||" not in text_of(message)
    assert "**7화**" in said(await ann.slash(s.general, "progress show"))
    await ann.click(message, label="되돌리기")
    assert "**4화**" in said(await ann.slash(s.general, "progress show"))


async def test_in_a_closed_channel_a_recap_ahead_is_behind_bars_without_a_question(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=4)
    answer = await ann.slash(s.general, "recap", episode=7)
    assert not is_private(answer)
    assert "Unlocks" not in said(answer)


async def test_in_a_channel_that_is_open_further_one_is_asked_before_it_is_posted(s: Stage) -> None:
    await open_den_up_to(s, 7)
    ann = s.person("ann")
    await ann.slash(s.den, "progress set", episode=4)
    card = await ann.slash(s.den, "recap", episode=7)
    assert is_private(card)
    assert "open up to episode 7" in said(card)
    assert s.den.history() == []
    posted = await ann.click(card.response, label="Post here anyway")
    assert not is_private(posted)
    assert "D-Day" in said(posted)
    assert "Shown this once" not in said(posted), "nothing of the asker's own stands in public"
    await ann.click((await ann.slash(s.den, "recap", episode=7)).response, label="Reveal anyway")
    assert len(s.den.history()) == 1


async def test_turning_a_page_asks_too_and_leaves_the_public_page_as_it_is(s: Stage) -> None:
    await open_den_up_to(s, 5)
    ann = s.person("ann")
    await ann.slash(s.den, "progress set", episode=4)
    await ann.slash(s.den, "recap", episode=4)
    asked = await ann.click(s.den.last_message, label="Next")
    assert is_private(asked)
    assert "Unlocks after Episode 5" in said(asked)
    assert "Episode 4" in text_of(s.den.last_message)
    page = await ann.slash(s.general, "recap", episode=4, private=True)
    turned = await ann.click(page.response, label="Next")
    assert "Unlocks after Episode 5" in (said(turned) or text_of(page.response))


async def test_a_card_as_of_a_later_episode_asks_first_and_then_finds_whom_it_knows_by_then(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=2)
    known = await ann.slash(s.general, "character", name="Kwon Kang-man", **{"up-to": 8})
    unknown = await ann.slash(s.general, "character", name="Nobody At-all", **{"up-to": 8})
    assert said(known) == said(unknown), "the card doesn't tell whether there is such a person"
    shown = await ann.click(known.response, label="Reveal anyway")
    assert "Kwon Kang-man" in (said(shown) or text_of(known.response))
    nobody = await ann.click(unknown.response, label="Reveal anyway")
    assert "nobody called “Nobody At-all”" in said(nobody)


async def test_a_card_as_of_an_earlier_episode_forgets_the_rest(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=8)
    early = said(await ann.slash(s.general, "character", name="Seok-su", **{"up-to": 1}))
    late = said(await ann.slash(s.general, "character", name="Seok-su"))
    assert "As of episode 1" in early
    assert len(early) < len(late)
    start = said(await ann.slash(s.general, "character", name="Seok-su", **{"up-to": 0}))
    assert "before the first" in start


async def test_two_of_one_name_in_a_revealed_answer_can_be_told_apart(s: Stage) -> None:
    ann = s.person("ann")
    card = await ann.slash(s.general, "character", name="Ah-hyun", **{"up-to": 2})
    asked = await ann.click(card.response, label="Reveal anyway")
    which = asked.response or card.response
    label = next(iter(buttons(which)))
    picked = await ann.click(which, label=label)
    assert label.split()[0] in (said(picked) or text_of(which))


async def test_posting_where_it_is_open_further_asks_first(s: Stage) -> None:
    await open_den_up_to(s, 8)
    ann = s.person("ann")
    await ann.slash(s.den, "progress set", episode=1)
    card = await ann.slash(s.den, "character", name="Se-hee")
    asked = await ann.click(card.response, label="Post here")
    assert is_private(asked)
    assert "Unlocks after Episode 8" in said(asked)
    posted = await ann.click(asked.response, label="Post here anyway")
    assert not is_private(posted)
    assert "Open up to episode 8" in said(posted)
    cast = await ann.slash(s.den, "cast", private=False)
    assert is_private(cast)


@pytest.mark.parametrize("s", [MIDDLE], indirect=True)
async def test_nobody_is_told_of_what_has_not_aired(s: Stage) -> None:
    ann = s.person("ann")
    refused = await ann.slash(s.general, "character", name="Se-hee", **{"up-to": 7})
    assert "hasn't aired yet" in said(refused)
    assert "has no episode 99" in said(await ann.slash(s.general, "character", name="Se-hee", **{"up-to": 99}))


async def test_in_direct_messages_the_card_stands_in_the_conversation(s: Stage) -> None:
    ann = s.person("ann")
    card = await ann.user.slash("recap", episode=2)
    assert "Unlocks after Episode 2" in said(card)
    shown = await ann.user.click(card.response, label="Reveal anyway")
    assert "Shown this once" in (said(shown) or text_of(card.response))
