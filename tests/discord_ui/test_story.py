"""`/recap`, `/character`, `/cast` and `/progress` as members meet them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest

from bot.store import ceilings
from tests.discord_ui.stage import AFTER, MIDDLE, Stage, buttons, is_private, open_text, said, stage, text_of
from tests.openapi import check_recorded


@pytest.fixture
async def s(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=getattr(request, "param", AFTER)) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def open_channel_up_to(s: Stage, episode: int) -> None:
    async with s.companion.database.begin() as tx:
        await ceilings.set(tx, s.den.id, s.guild.id, "the-defects", episode)


# -------------------------------------------------------------------- recap


async def test_recap_7_by_someone_at_episode_4_is_all_behind_bars(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=4)
    answer = await ann.slash(s.general, "recap", episode=7)
    assert not is_private(answer)
    show = s.companion.shows.default
    beats = show.episodes[6].beats
    text, visible = said(answer), open_text(said(answer))
    for beat in beats:
        words = beat.text.to("en").split()[:4]
        assert " ".join(words) in text.replace("\\", "")
        assert " ".join(words) not in visible
    assert "D-Day" not in visible
    assert text.index(beats[0].text.to("en")[:20]) < text.index(beats[-1].text.to("en")[:20])


async def test_a_private_recap_of_what_one_has_seen_is_open(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=7)
    answer = await ann.slash(s.general, "recap", episode=7, private=True)
    assert "||" not in said(answer)
    assert "D-Day" in said(answer)


async def test_a_channel_with_a_ceiling_shows_up_to_it(s: Stage) -> None:
    await open_channel_up_to(s, 3)
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=3)
    assert "||" not in said(await ann.slash(s.den, "recap", episode=3))
    assert "||" in said(await ann.slash(s.den, "recap", episode=4))
    assert "||" in said(await ann.slash(s.general, "recap", episode=3))


async def test_sources_are_private_and_do_not_link_to_pages_that_tell_more(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    answer = await ann.slash(s.general, "recap", episode=7)
    sources = await bo.click(answer.response, label="Sources")
    assert is_private(sources)
    text = said(sources)
    assert "](<https" in text or "](<http" in text
    # One of its sources tells of episode 8 in its very address.
    assert "no link" in text
    assert "ending-explained" not in text


async def test_previous_and_next_turn_in_place_for_the_asker_and_stay_alive_after_a_restart(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await ann.slash(s.general, "recap", episode=3)
    await s.restart()
    message = s.general.last_message
    await ann.click(message, label="Next")
    turned = s.general.last_message
    assert turned.id == message.id
    assert "Episode 4" in text_of(turned)
    elsewhere = await bo.click(turned, label="Previous")
    assert is_private(elsewhere)
    assert "Episode 3" in said(elsewhere)
    assert "Episode 4" in text_of(s.general.last_message)


async def test_first_and_last_recap_end_the_pages(s: Stage) -> None:
    ann = s.person("ann")
    first = await ann.slash(s.general, "recap", episode=1)
    assert buttons(first.response)["Previous"]["disabled"]
    last = await ann.slash(s.general, "recap", episode=8)
    assert buttons(last.response)["Next"]["disabled"]


@pytest.mark.parametrize("s", [MIDDLE], indirect=True)
async def test_episodes_that_have_not_aired_or_do_not_exist(s: Stage) -> None:
    ann = s.person("ann")
    ahead = await ann.slash(s.general, "recap", episode=7)
    assert is_private(ahead)
    assert "hasn't aired yet" in said(ahead)
    for number in (99, 0, -1):
        missing = await ann.slash(s.general, "recap", episode=number)
        assert is_private(missing)
        assert "its episodes are 1 to 8" in said(missing)
    newest = await ann.slash(s.general, "recap", episode=2)
    assert buttons(newest.response)["Next"]["disabled"]


@pytest.mark.parametrize("s", [MIDDLE], indirect=True)
async def test_autocomplete_offers_aired_episodes_with_dates_and_no_titles(s: Stage) -> None:
    choices = await s.person("ann").autocomplete(s.general, "recap", "episode", "")
    assert [choice["value"] for choice in choices] == [2, 1]
    assert "22 Jul" in choices[0]["name"]
    assert not any("Quality" in choice["name"] for choice in choices)


async def test_seen_button_under_a_recap_marks_progress_and_can_be_undone(s: Stage) -> None:
    ann = s.person("ann")
    answer = await ann.slash(s.general, "recap", episode=3)
    marked = await ann.click(answer.response, label="I've seen Episode 3")
    assert is_private(marked)
    assert "episode 3" in said(await ann.slash(s.general, "progress show"))
    await ann.click(marked.response, label="Undo")
    assert "haven't seen any" in said(marked) or "episode 3" not in said(await ann.slash(s.general, "progress show"))


async def test_seen_never_moves_progress_backwards(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=6)
    answer = await ann.slash(s.general, "recap", episode=3)
    again = await ann.click(answer.response, label="I've seen Episode 3")
    assert "already" in said(again)
    assert "episode 6" in said(await ann.slash(s.general, "progress show"))


# --------------------------------------------------------------- characters


@pytest.mark.parametrize(
    "typed", ["Ah-hyeon", "A Hyeon", "Ahyun", "ah hyun", "김아현", "Won Jin-ah", "원진아", "Ah-hyum"]
)
async def test_the_heroine_is_found_by_any_spelling_actor_or_slip(s: Stage, typed: str) -> None:
    answer = await s.person("ann").slash(s.general, "character", name=typed)
    assert is_private(answer)
    assert "## Kim Ah-hyun · 김아현" in said(answer)
    # That there are two of them is told in episode 2.
    assert "elder" not in said(answer)


@pytest.mark.parametrize("typed", ["Ah-hyun", "김아현"])
async def test_two_characters_of_one_name_are_asked_back_once_both_are_known(s: Stage, typed: str) -> None:
    ann = s.person("ann")
    for progress in (0, 1):
        await ann.slash(s.general, "progress set", episode=progress)
        assert "Won Jin-ah" in said(await ann.slash(s.general, "character", name=typed))
    await ann.slash(s.general, "progress set", episode=2)
    asked = await ann.slash(s.general, "character", name=typed)
    assert set(buttons(asked.response)) == {"Kim Ah-hyun (the elder)", "Kim Ah-hyun (the younger)"}
    younger = await ann.click(asked.response, label="Kim Ah-hyun (the younger)")
    assert "Kim Ji-an" in said(younger)


async def test_the_younger_ones_name_is_not_told_before_episode_2(s: Stage) -> None:
    ann = s.person("ann")
    choices = await ann.autocomplete(s.general, "character", "name", "")
    assert any("daughter" in choice["name"] for choice in choices)
    assert sum("Ah-hyun" in choice["name"] for choice in choices) == 1
    assert not any("young" in str(choice).casefold() for choice in choices)
    card = said(await ann.slash(s.general, "character", name="Kim Ji-an"))
    assert "daughter" in card
    assert "Ah-hyun" not in card
    assert "아현" not in card


async def test_facts_come_with_progress(s: Stage) -> None:
    ann = s.person("ann")
    cards: list[str] = []
    for progress in range(9):
        await ann.slash(s.general, "progress set", episode=progress)
        cards.append(said(await ann.slash(s.general, "character", name="Seok-su")))
    assert all("killed" not in card and "die" not in card.casefold() for card in cards[:6])
    assert cards[6] != cards[5]
    assert cards[8] != cards[7]


async def test_hidden_characters_are_not_found_nor_suggested(s: Stage) -> None:
    answer = await s.person("ann").slash(s.general, "character", name="Kwon Kang-man")
    text = said(answer)
    assert is_private(answer)
    assert "I know nobody called" in text
    assert "Kwon Kang-man" in text.split("”")[0], "only what was typed is repeated"
    assert "Kwon" not in text.split("”")[1]


async def test_post_here_renders_the_card_anew_for_the_channel(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=8)
    card = await ann.slash(s.den, "character", name="Seok-su")
    assert "||" not in said(card)
    posted = await ann.click(card.response, label="Post here")
    assert not is_private(posted)
    visible = open_text(said(posted))
    assert "Seok-su" in visible
    assert "killed" not in visible.casefold()
    await open_channel_up_to(s, 8)
    posted = await ann.click(card.response, label="Post here")
    assert "||" not in said(posted)


async def test_a_character_above_the_ceiling_is_not_posted(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=8)
    card = await ann.slash(s.den, "character", name="First Lady")
    refused = await ann.click(card.response, label="Post here")
    assert is_private(refused)
    assert "can't be named openly here" in said(refused)


async def test_cast_grows_with_progress_and_turns_pages(s: Stage) -> None:
    ann = s.person("ann")
    start = said(await ann.slash(s.general, "cast"))
    assert "Kim Se-hee" in start
    assert "Kwon" not in start
    await ann.slash(s.general, "progress set", episode=8)
    first = await ann.slash(s.general, "cast")
    assert is_private(first)
    assert "Page 1 of 3" in said(first)
    await ann.click(first.response, label="Next")
    assert "Page 2 of 3" in said(first)


# ----------------------------------------------------------------- progress


async def test_progress_is_set_shown_and_cleared_in_private(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    assert "about to start" in said(await ann.slash(s.general, "progress show"))
    assert is_private(await ann.slash(s.general, "progress set", episode=5))
    shown = await ann.slash(s.general, "progress show")
    assert "episode 5** of 8" in said(shown)
    assert "about to start" in said(await bo.slash(s.general, "progress show"))
    await ann.click(shown.response, label="I've seen Episode 6")
    assert "episode 6** of 8" in said(await ann.slash(s.general, "progress show"))
    assert "Deleted" in said(await ann.slash(s.general, "progress clear"))
    assert "about to start" in said(await ann.slash(s.general, "progress show"))


@pytest.mark.parametrize("s", [MIDDLE], indirect=True)
async def test_what_has_not_aired_cannot_have_been_seen(s: Stage) -> None:
    ann = s.person("ann")
    refused = await ann.slash(s.general, "progress set", episode=5)
    assert "hasn't aired yet" in said(refused)
    assert "about to start" in said(await ann.slash(s.general, "progress show"))


# ----------------------------------------------------------------- ceilings


async def test_a_ceiling_opens_a_channel_for_recaps_and_posted_cards(s: Stage) -> None:
    mod = s.person("mod", roles=[s.guild.create_role("Mods", permissions=discord.Permissions(manage_channels=True))])
    ann = s.person("ann")
    assert "Nothing of The Defects is open" in said(await ann.slash(s.den, "spoilers ceiling show"))
    opened = await mod.slash(s.den, "spoilers ceiling set", episode=3)
    assert is_private(opened)
    assert "episode 3" in said(await ann.slash(s.den, "spoilers ceiling show"))
    assert "||" not in said(await ann.slash(s.den, "recap", episode=3))
    assert "||" in said(await ann.slash(s.general, "recap", episode=3)), "another channel stays closed"
    assert "Closed again" in said(await mod.slash(s.den, "spoilers ceiling clear"))
    assert "||" in said(await ann.slash(s.den, "recap", episode=3))


async def test_only_those_who_manage_channels_set_a_ceiling(s: Stage) -> None:
    ann = s.person("ann")
    for command, options in (("spoilers ceiling set", {"episode": 8}), ("spoilers ceiling clear", {})):
        refused = await ann.slash(s.den, command, **options)
        assert is_private(refused)
        assert "Only those who may manage channels" in said(refused)
    assert "Nothing of The Defects is open" in said(await ann.slash(s.den, "spoilers ceiling show"))


@pytest.mark.parametrize("s", [MIDDLE], indirect=True)
async def test_a_channel_cannot_be_opened_up_to_what_has_not_aired(s: Stage) -> None:
    mod = s.person("mod", roles=[s.guild.create_role("Mods", permissions=discord.Permissions(manage_channels=True))])
    assert "hasn't aired yet" in said(await mod.slash(s.den, "spoilers ceiling set", episode=5))
    assert "its episodes are 1 to 8" in said(await mod.slash(s.den, "spoilers ceiling set", episode=99))
