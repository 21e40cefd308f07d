"""`/explain` and `/recap` without a number, as members meet them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import ceilings
from tests.discord_ui.stage import AFTER, Stage, buttons, is_private, open_text, said, stage, text_of
from tests.openapi import check_recorded


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=AFTER) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


@pytest.fixture
async def made_up(tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage with a made-up show whose questions come up and are answered at many episodes."""
    async with stage(tmp_path, at=AFTER.replace(year=2031), data=Path("tests"), show="lighthouse-shift") as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def offered(s: Stage, name: str) -> list[str]:
    choices = await s.person(name).autocomplete(s.general, "explain", "question", "")
    return [choice["name"] for choice in choices]


async def test_only_what_may_be_asked_is_offered_and_listed(made_up: Stage) -> None:
    s, ann = made_up, made_up.person("ann")
    coat, stairs, radio, ending = "yellow coat", "Did Tobias", "voice", "keeps the lighthouse"
    for progress, there in ((0, []), (1, [coat]), (4, [coat, radio]), (6, [coat, stairs, radio])):
        await ann.slash(s.general, "progress set", episode=progress)
        names = await offered(s, "ann")
        assert len(names) == len(there)
        assert all(any(words in name for name in names) for words in there)
        listed = await ann.slash(s.general, "explain")
        assert is_private(listed)
        assert all(words in said(listed) for words in there)
        assert not any(words in said(listed) for words in {coat, stairs, radio, ending} - set(there))
    assert "no question on file that can be asked yet" in said(await s.person("bo").slash(s.general, "explain"))


async def test_an_answer_comes_when_the_show_has_given_it(made_up: Stage) -> None:
    s, ann = made_up, made_up.person("ann")
    await ann.slash(s.general, "progress set", episode=6)
    open_question = await ann.slash(s.general, "explain", question="Did Tobias fall, or was he pushed?")
    assert "Not answered yet" in said(open_question)
    assert "gull" not in said(open_question)
    assert "7" not in said(open_question), "when it will be answered is not told either"
    await ann.slash(s.general, "progress set", episode=7)
    answered = await ann.slash(s.general, "explain", question="tobias pushed")
    assert "gull" in said(answered)
    assert "||" not in said(answered)
    sources = await ann.click(answered.response, label="Sources")
    assert "](<https" in said(sources)


async def test_a_question_chosen_from_the_list_and_in_korean(made_up: Stage) -> None:
    s, ann = made_up, made_up.person("ann", "ko")
    await ann.slash(s.general, "progress set", episode=8)
    listed = await ann.slash(s.general, "explain")
    assert "노란 외투" in said(listed)
    await s.restart()
    answered = await ann.click(listed.response, label="1")
    assert "렌 모리" in said(answered)


async def test_asking_with_up_to_reveals_only_after_a_second_press(made_up: Stage) -> None:
    s, ann = made_up, made_up.person("ann")
    await ann.slash(s.general, "progress set", episode=1)
    real = await ann.slash(s.general, "explain", question="who keeps the lighthouse in the end", **{"up-to": 15})
    unreal = await ann.slash(s.general, "explain", question="xyzzy plugh", **{"up-to": 15})
    assert said(real) == said(unreal)
    shown = await ann.click(real.response, label="Reveal anyway")
    assert "Not answered yet" in (said(shown) or text_of(real.response))
    listed = await ann.click(unreal.response, label="Reveal anyway")
    message = listed.response or unreal.response
    assert "no such question" in text_of(message)
    picked = await ann.click(message, label="2")
    assert "gull" in (said(picked) or text_of(message))


async def test_posted_answers_are_made_for_the_channel(made_up: Stage) -> None:
    s, ann = made_up, made_up.person("ann")
    await ann.slash(s.general, "progress set", episode=15)
    answer = await ann.slash(s.den, "explain", question="yellow coat")
    refused = await ann.click(answer.response, label="Post here")
    assert is_private(refused)
    assert "isn't far enough" in said(refused)
    async with s.companion.database.begin() as tx:
        await ceilings.set(tx, s.den.id, s.guild.id, "lighthouse-shift", 2)
    posted = await ann.click(answer.response, label="Post here")
    assert not is_private(posted)
    assert "yellow coat" in open_text(said(posted))
    assert "Ren Mori" not in open_text(said(posted))
    assert "Ren Mori" in said(posted), "the asker's progress covers it, behind a bar"


async def test_words_that_fit_nothing_or_several_are_answered_with_what_there_is(made_up: Stage) -> None:
    s, ann = made_up, made_up.person("ann")
    await ann.slash(s.general, "progress set", episode=15)
    for typed in ("zzzz", "||", "@everyone", "가" * 3000, "???"):
        answer = await ann.slash(s.general, "explain", question=typed)
        assert is_private(answer)
        assert "@everyone" not in said(answer)
        assert buttons(answer.response)
    which = await ann.slash(s.general, "explain", question="the")
    assert len(buttons(which.response)) > 1


async def test_the_defects_answers_its_ending(s: Stage) -> None:
    ann = s.person("ann")
    assert await offered(s, "ann") == []
    await ann.slash(s.general, "progress set", episode=1)
    assert len(await offered(s, "ann")) == 2
    crash = await ann.slash(s.general, "explain", question="tae-sik survive")
    assert "Not answered yet" in said(crash)
    await ann.slash(s.general, "progress set", episode=8)
    assert len(await offered(s, "ann")) == 12
    answer = await ann.slash(s.general, "explain", question="Who kills Kim Se-hee?")
    assert "Nobody but herself" in said(answer)


# -------------------------------------------------------------- previously on


async def test_previously_on_tells_everything_up_to_ones_progress_and_nothing_beyond(s: Stage) -> None:
    ann, show = s.person("ann"), s.companion.shows.default
    assert "nothing to look back on" in said(await ann.slash(s.general, "recap"))
    for progress in range(1, 9):
        await ann.slash(s.general, "progress set", episode=progress)
        answer = await ann.slash(s.general, "recap")
        assert is_private(answer)
        text = said(answer).replace("\\", "")
        assert "||" not in text
        for episode in show.episodes:
            assert episode.summary is not None
            assert (episode.summary.text.to("en")[:40] in text) == (episode.number <= progress)
            assert (f"**Episode {episode.number}**" in text) == (episode.number <= progress)
        full = await ann.click(answer.response, label=f"Episode {progress} in full")
        assert show.episodes[progress - 1].beats[0].text.to("en")[:20] in said(full).replace("\\", "")


async def test_previously_on_in_public_is_made_for_the_channel(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=3)
    answer = await ann.slash(s.general, "recap", private=False)
    assert not is_private(answer)
    summary = s.companion.shows.default.episodes[0].summary
    assert summary is not None
    assert summary.text.to("en")[:40] not in open_text(said(answer)).replace("\\", "")
    assert summary.text.to("en")[:40] in said(answer).replace("\\", "")


async def test_previously_on_of_a_long_show_has_pages(made_up: Stage) -> None:
    s, ann = made_up, made_up.person("ann")
    await ann.slash(s.general, "progress set", episode=15)
    last = await ann.slash(s.general, "recap")
    assert "Episode 15" in said(last)
    assert "Episode 8 " not in said(last), "eight to a page, the last page not full"
    turned = await ann.click(last.response, label="Previous")
    message = turned.response or last.response
    assert "Episode 1 " in text_of(message)
    assert "Episode 9 " not in text_of(message)
    assert buttons(message)["Previous"]["disabled"]
