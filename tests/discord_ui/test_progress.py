"""`/progress` with gaps, a second run and a group, as members meet it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from simcord.actors import MemberActor

from tests.discord_ui.stage import AFTER, MIDDLE, Stage, buttons, is_private, said, stage
from tests.openapi import check_recorded


@pytest.fixture
async def s(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=getattr(request, "param", AFTER)) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


# -------------------------------------------------------------------- gaps


async def test_only_these_opens_their_recaps_and_leaves_cards_at_the_unbroken_run(s: Stage) -> None:
    ann = s.person("ann")
    saved = await ann.slash(s.general, "progress only", episodes="1-3, 6")
    assert is_private(saved)
    assert "1-3, 6" in said(saved)
    assert "**episode 3**" in said(saved)
    sixth = await ann.slash(s.general, "recap", episode=6, private=True)
    assert "||" not in said(sixth)
    assert "Unlocks" not in said(sixth)
    assert "Unlocks after Episode 5" in said(await ann.slash(s.general, "recap", episode=5, private=True))
    card = said(await ann.slash(s.general, "character", name="Se-hee"))
    assert "As far as episode 3" in card
    shown = said(await ann.slash(s.general, "progress show"))
    assert "**episode 3** of 8" in shown
    assert "episodes 6" in shown


async def test_closing_the_gap_joins_the_episodes(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress only", episodes="1-3, 5")
    shown = await ann.slash(s.general, "progress show")
    await ann.click(shown.response, label="I've seen Episode 4")
    assert "**episode 5** of 8" in said(await ann.slash(s.general, "progress show"))


async def test_up_to_takes_the_place_of_what_was_said_before_and_can_be_undone(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress only", episodes="2, 5-6")
    await s.restart()
    changed = await ann.slash(s.general, "progress set", episode=4)
    assert "up to **episode 4**" in said(changed)
    undone = await ann.click(changed.response, label="Undo")
    assert "2, 5-6" in said(undone)
    assert "episodes 2, 5-6" in said(await ann.slash(s.general, "progress show"))


async def test_undo_of_the_first_word_forgets_it(s: Stage) -> None:
    ann = s.person("ann")
    said_first = await ann.slash(s.general, "progress set", episode=4)
    await ann.click(said_first.response, label="Undo")
    assert "haven't told me" in said(await ann.slash(s.general, "progress show"))


@pytest.mark.parametrize("typed", ["nine", "9", "0", "3-1", "1-99", "||1||", "1," * 300, "@everyone"])
async def test_what_names_no_episodes_is_answered_with_how_to_write_them(s: Stage, typed: str) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=3)
    refused = await ann.slash(s.general, "progress only", episodes=typed)
    assert is_private(refused)
    assert "1-3, 5" in said(refused)
    assert "**episode 3** of 8" in said(await ann.slash(s.general, "progress show")), "nothing is lost"


@pytest.mark.parametrize("s", [MIDDLE], indirect=True)
async def test_episodes_that_have_not_aired_cannot_have_been_seen(s: Stage) -> None:
    ann = s.person("ann")
    assert "hasn't aired yet" in said(await ann.slash(s.general, "progress only", episodes="1, 7"))
    assert "haven't told me" in said(await ann.slash(s.general, "progress show"))


# ---------------------------------------------------------------- second run


async def test_watching_again_keeps_the_first_run(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=8)
    begun = await ann.slash(s.general, "progress rewatch")
    assert "about to begin" in said(begun)
    shown = await ann.slash(s.general, "progress show")
    assert "**episode 8** of 8" in said(shown)
    noted = await ann.click(shown.response, label="I've seen Episode 1")
    assert "Watching again: up to **episode 1**" in said(noted)
    assert "||" not in said(await ann.slash(s.general, "recap", episode=8, private=True))
    assert "nothing to look back" not in said(await ann.slash(s.general, "recap"))
    assert "second run" in said(await ann.slash(s.general, "recap"))
    ended = await ann.slash(s.general, "progress rewatch", end=True)
    assert "no longer watching" in said(ended)
    back = await ann.click(ended.response, label="Undo")
    assert "Watching again: up to **episode 1**" in said(back)
    await ann.slash(s.general, "progress rewatch", end=True)
    assert "**episode 8** of 8" in said(await ann.slash(s.general, "progress show"))
    assert "second run" not in said(await ann.slash(s.general, "recap"))
    assert "aren't watching" in said(await ann.slash(s.general, "progress rewatch", end=True))


async def test_a_second_run_is_not_further_than_the_first(s: Stage) -> None:
    ann = s.person("ann")
    assert "can't be further" in said(await ann.slash(s.general, "progress rewatch"))
    await ann.slash(s.general, "progress set", episode=3)
    assert "can't be further" in said(await ann.slash(s.general, "progress rewatch", episode=5))
    assert "up to **episode 2**" in said(await ann.slash(s.general, "progress rewatch", episode=2))
    # Who goes on past the first run in the second has seen that, too.
    await ann.slash(s.general, "progress rewatch", episode=3)
    shown = await ann.slash(s.general, "progress show")
    await ann.click(shown.response, label="I've seen Episode 4")
    assert "**episode 4** of 8" in said(await ann.slash(s.general, "progress show"))


# --------------------------------------------------------------------- group


async def sharing(s: Stage, name: str, **progress: object) -> MemberActor:
    who = s.person(name)
    if "episodes" in progress:
        await who.slash(s.general, "progress only", **progress)
    else:
        await who.slash(s.general, "progress set", **progress)
    assert "can see how far" in said(await who.slash(s.general, "progress share", on=True))
    return who


async def test_the_group_sees_how_far_those_are_who_share(s: Stage) -> None:
    ann, bo = await sharing(s, "ann", episode=8), await sharing(s, "bo", episodes="1-3, 6")
    cy, shy = await sharing(s, "cy", episode=3), s.person("shy")
    await ann.slash(s.general, "progress rewatch", episode=2)
    await shy.slash(s.general, "progress set", episode=1)
    seen = await shy.slash(s.general, "progress group", episode=6)
    assert is_private(seen)
    text = said(seen)
    assert f"**Episode 8**: <@{ann.user.id}> (again, at 2)" in text
    assert f"**Episode 3**: <@{bo.user.id}> (also 6), <@{cy.user.id}>" in text
    assert "up to **episode 3**" in text
    assert f"spoil it for <@{cy.user.id}>." in text
    assert str(shy.user.id) not in text
    open_to_all = await ann.slash(s.general, "progress group", episode=3, private=False)
    assert not is_private(open_to_all)
    assert "spoils nobody" in said(open_to_all)


async def test_nothing_is_shared_unasked_nor_longer_than_wished_nor_elsewhere(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await ann.slash(s.general, "progress set", episode=8)
    assert "Nobody shares" in said(await bo.slash(s.general, "progress group"))
    await ann.slash(s.general, "progress share", on=True)
    assert "This server sees it" in said(await ann.slash(s.general, "progress show"))
    assert str(ann.user.id) in said(await bo.slash(s.general, "progress group"))
    elsewhere = s.env.create_guild("Elsewhere")
    bo_there = elsewhere.add_member(bo.user)
    assert "Nobody shares" in said(await bo_there.slash(elsewhere.create_text_channel("x"), "progress group"))
    await ann.slash(s.general, "progress share", on=False)
    assert "Nobody shares" in said(await bo.slash(s.general, "progress group"))
    await ann.slash(s.general, "progress share", on=True)
    await ann.slash(s.general, "progress clear")
    await ann.slash(s.general, "progress set", episode=1)
    assert "Nobody shares" in said(await bo.slash(s.general, "progress group")), "clear takes the share along"


async def test_whoever_has_said_nothing_has_nothing_to_share(s: Stage) -> None:
    refused = await s.person("ann").slash(s.general, "progress share", on=True)
    assert "/progress set" in said(refused)


async def test_a_large_group_names_some_and_counts_the_rest(s: Stage) -> None:
    for number in range(24):
        await sharing(s, f"fan{number}", episode=2)
    text = said(await s.person("fan0").slash(s.general, "progress group", episode=5))
    assert text.count("and 4 more") == 2


async def test_undo_buttons_cannot_be_forged(s: Stage) -> None:
    from tests.discord_ui.answers import answers, press

    ann = s.person("ann")
    saved = await ann.slash(s.general, "progress set", episode=4)
    [undo] = [one["custom_id"] for one in buttons(saved.response).values()]
    start = undo.rpartition(":")[0]
    host = await ann.slash(s.general, "progress group", private=False)
    assert host.response is not None
    for state in ("", "r", "9", "1-3r9", "1-3r-1", "x1", "²", "1-3r²", "0r0r0"):
        [answer] = await answers(s, [press(ann, host.response, f"{start}:{state}")])
        assert answer.private
        assert "older version" in answer.text or "can't" in answer.text, (state, answer.text)
    assert "**episode 4** of 8" in said(await ann.slash(s.general, "progress show"))
