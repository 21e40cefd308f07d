"""`/relationships`, as members meet it: a picture, the same in words, and nothing beyond the horizon in either."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app.charts import Told, alt_text, told, told_changes
from bot.core.chart import changes
from bot.core.show import Catalogue, Show
from bot.discord_ui.reply import LONGEST_DESCRIPTION
from bot.l10n.speaker import Speaker
from bot.l10n.words import Words
from bot.render.chart_png import Style, draw
from bot.store import ceilings
from tests.core.harbour import crowd, harbour
from tests.discord_ui.stage import AFTER, MIDDLE, Stage, buttons, components, is_private, said, stage
from tests.openapi import check_recorded

SHOW = harbour()
EN, KO = (Speaker(Words.load(), locale) for locale in ("en-US", "ko"))


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage with a made-up show whose chart changes in most of its eight episodes."""
    async with stage(tmp_path, at=AFTER) as made:
        show(made, SHOW)
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def show(s: Stage, what: Show) -> None:
    s.companion.shows.replace(Catalogue({what.id: what}))


def told_at(limit: int, say: Speaker = EN) -> Told:
    found = told(say, SHOW, limit)
    assert found is not None
    return found


def changed_at(limit: int, say: Speaker = EN) -> Told:
    found = told_changes(say, SHOW, changes(SHOW, limit))
    assert found is not None
    return found


def description(message: Any) -> str:
    """The alternative text of a message's only picture."""
    [gallery] = [part for part in components(message) if part["type"] == 12]
    [item] = gallery["items"]
    assert item["media"]["url"].endswith("chart.png")
    assert not item.get("spoiler")
    return item["description"]


def picture(s: Stage, message: Any) -> bytes:
    [attachment] = message.attachments
    assert attachment.filename == "chart.png"
    data = s.env.backend.cdn.get(attachment.url)
    assert data is not None
    return data


def shows(s: Stage, message: Any, expected: Told, style: Style = Style.DARK, say: Speaker = EN) -> bool:
    """Whether a message has exactly this chart, as a picture and in its alternative text."""
    same = description(message) == alt_text(say, expected, LONGEST_DESCRIPTION)
    return same and picture(s, message) == draw(expected.drawing, style)


def now(s: Stage, answer: Any) -> tuple[str, list[bytes | None]]:
    """What an answer has become by now: its components as text, and the pictures that hang on it."""
    message = s.env.backend.get_message(answer.response.channel_id, answer.response.id)
    return str(message.components), [s.env.backend.cdn.get(one["url"]) for one in message.attachments]


async def test_the_chart_is_drawn_as_far_as_the_asker_has_watched(s: Stage) -> None:
    ann = s.person("ann")
    for progress in (0, 3, 8):
        if progress:
            await ann.slash(s.general, "progress set", episode=progress)
        answer = await ann.slash(s.general, "relationships")
        assert is_private(answer)
        assert shows(s, answer.response, told_at(progress))
    assert "deceased" in description(answer.response)
    early = await ann.slash(s.general, "relationships", **{"up-to": 3})
    assert shows(s, early.response, told_at(3))
    assert "As of episode 3" in said(early)
    start = await ann.slash(s.general, "relationships", **{"up-to": 0})
    assert shows(s, start.response, told_at(0))


async def test_in_korean_and_in_light(s: Stage) -> None:
    mina = s.person("mina", "ko")
    await mina.slash(s.general, "progress set", episode=8)
    answer = await mina.slash(s.general, "relationships", style="light")
    assert shows(s, answer.response, told_at(8, KO), Style.LIGHT, KO)
    assert "사망" in description(answer.response)
    assert {"글로 보기", "8화에서 달라진 점", "어둡게", "여기에 올리기"} <= set(buttons(answer.response))


async def test_the_words_say_what_the_picture_says(s: Stage) -> None:
    for name, locale, say, label in (("ann", "en-US", EN, "In words"), ("mina", "ko", KO, "글로 보기")):
        member = s.person(name, locale)
        await member.slash(s.general, "progress set", episode=8)
        answer = await member.slash(s.general, "relationships")
        alt = description(answer.response)
        words = await member.click(answer.response, label=label)
        assert is_private(words)
        assert words.response is not None
        assert words.response.id != answer.response.id, "the picture stays"
        text = said(words)
        for section in told_at(8, say).sections:
            assert f"### {section.heading}" in text
            assert section.heading in alt
            for line in section.lines:
                assert f"- {line}" in text
                assert line in alt
        drawn = told_at(8, say).drawing
        for string in (
            *(tile.name for panel in drawn.panels for tile in panel.tiles),
            *(tile.status for panel in drawn.panels for tile in panel.tiles),
            *(tile.formerly for panel in drawn.panels for tile in panel.tiles),
            *(panel.title for panel in drawn.panels),
            *(tie.label for tie in drawn.ties),
        ):
            assert string in alt, "what is drawn is told"


async def test_what_does_not_fit_the_description_is_in_the_words(s: Stage) -> None:
    show(s, crowd())
    ann = s.person("ann")
    answer = await ann.slash(s.general, "relationships")
    alt = description(answer.response)
    assert len(alt) <= LONGEST_DESCRIPTION
    assert alt.endswith("The button “In words” has the rest.")
    words = await ann.click(answer.response, label="In words")
    found = told(EN, crowd(), 0)
    assert found is not None
    assert all(f"- {line}" in said(words) for section in found.sections for line in section.lines)


async def test_what_an_episode_changed(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=6)
    answer = await ann.slash(s.general, "relationships")
    changed = await ann.click(answer.response, label="What changed in Episode 6")
    assert changed.response is None or changed.response.id == answer.response.id, "in place"
    text, pictures = now(s, answer)
    assert alt_text(EN, changed_at(6), LONGEST_DESCRIPTION) in text
    assert pictures == [draw(changed_at(6).drawing, Style.DARK)]
    typed = await ann.slash(s.general, "relationships", changes=6)
    assert shows(s, typed.response, changed_at(6))
    assert "New on the chart: The ghost (유령)" in description(typed.response)
    assert "Finn Holt: deceased" in description(typed.response)
    words = await ann.click(typed.response, label="In words")
    assert "### New on the chart\n- The ghost" in said(words)
    earlier = await ann.slash(s.general, "relationships", changes=4, style="light")
    assert shows(s, earlier.response, changed_at(4), Style.LIGHT)
    await ann.click(earlier.response, label="The whole chart")
    assert now(s, earlier)[1] == [draw(told_at(4).drawing, Style.LIGHT)]
    quiet = await ann.slash(s.general, "relationships", changes=2)
    assert "Episode 2 changes nothing" in said(quiet)
    assert not quiet.response.attachments


async def test_the_colours_change_in_place_for_whoever_asked(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    answer = await ann.slash(s.general, "relationships", private=False)
    pressed = await bo.click(answer.response, label="Light")
    assert is_private(pressed)
    assert pressed.response is not None
    assert pressed.response.id != answer.response.id
    assert shows(s, pressed.response, told_at(0), Style.LIGHT)
    await ann.click(answer.response, label="Light")
    assert now(s, answer)[1] == [draw(told_at(0).drawing, Style.LIGHT)], "the old picture is gone"


async def ceiling(s: Stage, episode: int) -> None:
    async with s.companion.database.begin() as tx:
        await ceilings.set(tx, s.general.id, s.guild.id, SHOW.id, episode)


async def test_in_public_the_ceiling_counts(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=8)
    closed = await ann.slash(s.general, "relationships", private=False)
    assert not is_private(closed)
    assert shows(s, closed.response, told_at(0))
    refused = await ann.slash(s.general, "relationships", private=False, **{"up-to": 4})
    assert is_private(refused)
    assert "nothing is open in this channel yet" in said(refused)
    await ceiling(s, 4)
    opened = await ann.slash(s.general, "relationships", private=False)
    assert shows(s, opened.response, told_at(4))
    assert "Post here" not in buttons(opened.response)
    for options in ({"up-to": 5}, {"changes": 5}):
        refused = await ann.slash(s.general, "relationships", private=False, **options)
        assert is_private(refused)
        assert "open up to episode 4" in said(refused)
        assert not refused.response.attachments


async def test_posting_draws_anew_for_the_channel(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=8)
    await ceiling(s, 3)
    answer = await ann.slash(s.general, "relationships", style="light")
    posted = await ann.click(answer.response, label="Post here")
    assert not is_private(posted)
    assert shows(s, posted.response, told_at(3), Style.LIGHT)
    early = await ann.slash(s.general, "relationships", **{"up-to": 1})
    posted = await ann.click(early.response, label="Post here")
    assert shows(s, posted.response, told_at(1))
    changed = await ann.slash(s.general, "relationships", changes=6)
    refused = await ann.click(changed.response, label="Post here")
    assert is_private(refused)
    assert "open up to episode 3" in said(refused)


async def test_beyond_ones_progress_it_takes_a_second_press(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=2)
    for options, expected in (({"up-to": 6}, told_at(6)), ({"changes": 6}, changed_at(6))):
        card = await ann.slash(s.general, "relationships", **options)
        assert "Unlocks after Episode 6" in said(card)
        assert not card.response.attachments
        await ann.click(card.response, label="Reveal anyway")
        text, pictures = now(s, card)
        assert alt_text(EN, expected, LONGEST_DESCRIPTION) in text
        assert pictures == [draw(expected.drawing, Style.DARK)]
        await ann.click(card.response, label="Light")
        assert now(s, card)[1] == [draw(expected.drawing, Style.LIGHT)]
        await ann.click(card.response, label="In words")
        text, pictures = now(s, card)
        assert pictures == []
        assert "### The coast guard" in text
        again = await ann.slash(s.general, "relationships")
        assert shows(s, again.response, told_at(2)), "it was for once"


async def test_a_button_from_before_asks_again_after_progress_was_cleared(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=6)
    answer = await ann.slash(s.general, "relationships")
    await ann.slash(s.general, "progress clear")
    words = await ann.click(answer.response, label="In words")
    assert "Unlocks after Episode 6" in said(words)
    assert "ghost" not in said(words)


async def test_what_cannot_be_drawn_is_said(s: Stage) -> None:
    ann = s.person("ann")
    both = await ann.slash(s.general, "relationships", changes=2, **{"up-to": 3})
    assert "can't be combined" in said(both)
    for options in ({"up-to": 9}, {"up-to": -1}, {"changes": 0}, {"changes": 9}):
        wrong = await ann.slash(s.general, "relationships", **options)
        assert "has no episode" in said(wrong), options
    show(s, replace(SHOW, characters=tuple(one for one in SHOW.characters if one.after)))
    nobody = await ann.slash(s.general, "relationships")
    assert "nothing to draw yet" in said(nobody)
    assert not nobody.response.attachments


async def test_an_episode_yet_to_air_has_no_chart(tmp_path: Path) -> None:
    async with stage(tmp_path, at=MIDDLE) as s:
        ann = s.person("ann")
        for option in ("up-to", "changes"):
            answer = await ann.slash(s.general, "relationships", **{option: 5})
            assert "hasn't aired yet" in said(answer)
        assert s.unexpected_errors() == []


async def test_the_shipped_show_has_a_chart_at_every_episode(tmp_path: Path) -> None:
    async with stage(tmp_path, at=AFTER) as s:
        ann = s.person("ann")
        for progress in range(9):
            if progress:
                await ann.slash(s.general, "progress set", episode=progress)
            answer = await ann.slash(s.general, "relationships")
            found = told(EN, s.companion.shows.default, progress)
            assert found is not None
            assert description(answer.response) == alt_text(EN, found, LONGEST_DESCRIPTION)
        assert s.unexpected_errors() == []
        assert check_recorded(s.env) == []
