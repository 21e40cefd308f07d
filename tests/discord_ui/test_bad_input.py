"""Whatever is typed, picked or forged gets a clear answer, pings nobody, and breaks and loses nothing.

Options that exist are found in the command tree, so that a new one is tried without a word here. What Discord's own
clients refuse never reaches the bot and counts as refused. In English and in the same server everything is tried; in
Korean, and from another server, a third of it by default and all with CLIFFHANGER_FULL_TESTS=1.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import discord
import pytest
import sqlalchemy as sa
from simcord.actors import MemberActor
from simcord.backend.errors import OptionError, SetupError
from simcord.results import InteractionResult

from bot.app import characters
from bot.app.characters import character_key
from bot.app.shows import show_key
from bot.core.errors import UserError
from bot.core.party import LONGEST_NOTE, LONGEST_TITLE
from bot.core.show import Show
from bot.core.text import clean, is_blank
from bot.discord_ui.schedule import LONGEST_NOTE as LONGEST_REASON
from bot.store.tables import metadata
from tests.discord_ui.answers import Answer, answers, press, slash, typing
from tests.discord_ui.stage import MIDDLE, Stage, components, filled, said, stage
from tests.openapi import check_recorded

FULL = os.environ.get("CLIFFHANGER_FULL_TESTS") == "1"

#: What people and programs type that nobody should.
TEXTS = {
    "empty": "",
    "blank": "  \n\t ",
    "6,000 characters": "x" * 6000,
    "6,000 bars": "||" * 3000,
    "bars": "||a|| || b",
    "everyone": "@everyone @here",
    "a mention": "<@123> <@&456> <#789> </recap:1>",
    "emoji": "🎉👩‍👩‍👧🏽 <:party:123456789012345678>",
    "right to left": "\u202eabc\u202c \u2067def\u2069 \u200fghi",
    "zero width": "\u200b\u200b\ufeff\u2060",
    "control characters": "a\x00b\x1b[31mc\x7f",
    "markdown": "# **a** __b__ ~~c~~ `d` ```e``` > f\n- g [h](https://example.org)",
    "braces": "{0} {episode} {typed!r} {{}} %s %(x)d $x",
    "SQL": "'; DROP TABLE party; --",
    "SQL wildcards": "%' OR '1'='1",
    "a path": "../../etc/passwd",
    "an episode that there isn't": "episode: 99",
    "a number": "99",
    "below nothing": "-1",
    "a huge number": "9" * 400,
    "not a number": "NaN",
    "yesterday": "yesterday",
    "no such hour": "25:61",
    "no such day": "2025-02-30 21:00",
    "no such zone": "Mars/Olympus_Mons",
    "no such show": "The Effects",
    "somebody hidden": "Kwon Kang-man",
    "a name without end": "Z" + "͓̽" * 300,
    "half a character": "\ud83c",
    "other digits": "٢٥:٦١",
}
NUMBERS = {
    "no such episode": 99,
    "none": 0,
    "below none": -1,
    "the greatest": 2**53 - 1,
    "the least": -(2**53) + 1,
    "more than Discord allows": 2**53,
    "a text": "3",
    "a fraction": 1.5,
}
#: What options hold while another is tried. ``when`` and ``lead`` are right, too.
GOOD: dict[str, dict[str, Any]] = {
    "calendar get": {"what": "show"},
    "calendar feed": {"what": "show"},
    "progress set": {"episode": 1},
    "spoilers ceiling set": {"episode": 1},
    "follow show": {"show": "the-defects"},
    "follow stop": {"show": "the-defects"},
    "rerun start": {"from": "8 aug", "days": "mon", "time": "21:00"},
    "rerun extend": {"last-episode": 8},
    "recap": {"episode": 1},
    "character": {"name": "Ah-hyun"},
    "progress only": {"episodes": "1"},
    "progress share": {"on": True},
    "catch-up": {"by": "17 aug 21:00"},
    "timezone set": {"zone": "Asia/Seoul"},
    "watch-party create": {"episode": 3, "when": "air time"},
    "watch-party cancel": {"party": 1},
    "watch-party edit": {"party": 1},
    "watch-party skip": {"party": 1},
    "watch-party series": {"days": "mon", "time": "21:00"},
    "watch-party find": {"episode": 4},
    "service pick": {"service": "TVING"},
    "schedule override": {"episode": 4, "at": "no date"},
    "remind": {"episode": 4},
    "reminders cancel": {"reminder": 1},
    "reminders edit": {"reminder": 1, "lead": "5 min"},
}
SHOW_OPTIONAL = (
    *("service pick", "subscribe", "unsubscribe"),
    *(
        "calendar get",
        "next-episode",
        "schedule show",
        "schedule override",
        "schedule overrides",
        "schedule undo",
        "recap",
        "character",
        "cast",
        "remind",
    ),
    *("explain", "relationships", "catch-up", "progress only", "progress rewatch", "progress share", "progress group"),
    *(
        "progress set",
        "progress show",
        "progress clear",
        "watch-party create",
        "watch-party series",
        "watch-party find",
        "rerun start",
        "announce setup",
    ),
    *("spoilers explain", "spoilers ceiling set", "spoilers ceiling show", "spoilers ceiling clear"),
)
#: Where a number alone is a lead, in minutes.
LEADS = (
    ("calendar get", "alarm"),
    ("remind", "lead"),
    ("subscribe", "lead"),
    ("reminders edit", "lead"),
    ("reminders settings", "leads"),
    ("reminders defaults", "leads"),
)
#: Not bad at all.
FINE = {
    ("progress set", "episode", "none"),
    ("spoilers ceiling set", "episode", "none"),
    # Whatever can be read may stand on a party.
    *(
        (command, option, what)
        for command in ("watch-party create", "watch-party edit")
        for option, longest in (("title", LONGEST_TITLE), ("note", LONGEST_NOTE))
        for what, value in TEXTS.items()
        if len(clean(value)) <= longest and not is_blank(clean(value))
    ),
    *(("schedule override", "note", what) for what, value in TEXTS.items() if len(clean(value)) <= LONGEST_REASON),
    ("progress rewatch", "episode", "none"),
    *(("catch-up", "per-day", what) for what in ("no such episode", "the greatest")),
    ("announce setup", "lead", "a number"),
    ("watch-party create", "lead", "a number"),
    ("watch-party create", "capacity", "no such episode"),
    ("watch-party series", "capacity", "no such episode"),
    ("watch-party series", "lead", "a number"),
    *(("watch-party edit", "capacity", what) for what in ("none", "no such episode")),
    *((name, option, "a number") for name, option in LEADS),
    ("watch-party edit", "lead", "a number"),
    *((name, "show", what) for name in SHOW_OPTIONAL for what in ("empty", "blank")),
}

#: Clients offer nothing bad in these.
UNCHECKED = {
    discord.AppCommandOptionType.boolean,
    discord.AppCommandOptionType.channel,
    discord.AppCommandOptionType.user,
    discord.AppCommandOptionType.role,
}


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=MIDDLE) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []
        assert [entry.json for entry in made.env.http_requests if pings(entry.json)] == []


def pings(body: Any) -> bool:
    """Whether a request may ping anybody."""
    message = body.get("data", body) if isinstance(body, dict) else {}
    return any((message.get("allowed_mentions") or {}).values()) if isinstance(message, dict) else False


async def contents(s: Stage) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the database."""
    async with s.companion.database.read() as tx:
        return {
            table.name: sorted((tuple(row) for row in await tx.execute(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def not_clear(answer: Answer) -> list[str]:
    """What is wrong with an answer to something that can't be done."""
    text = answer.text
    wrong: list[str] = []
    if not text.strip():
        wrong.append("nothing is said")
    if "something went wrong" in text or "문제가 생겼어요" in text:
        wrong.append("it is taken for an error of ours")
    if not answer.private:
        wrong.append("everybody sees it")
    return wrong + unsafe(answer)


def unsafe(answer: Answer) -> list[str]:
    """What was typed and came back able to do something."""
    text = answer.text
    wrong = [f"{found!r} is live" for found in re.findall(r"(?<!\\)(?:<[@#/:]|@everyone|@here|\]\()", text)]
    wrong += [f"{char!r} is in it" for char in "\u202e\u2067\u200b\ufeff\x00\x1b" if char in text]
    if len(text) > 1500:
        wrong.append(f"{len(text)} characters come back")
    return wrong


def commands(s: Stage) -> list[discord.app_commands.Command[Any, ..., Any]]:
    tree = s.companion.client.tree
    return [one for one in tree.walk_commands() if isinstance(one, discord.app_commands.Command)]


async def each(s: Stage, actions: Sequence[Any]) -> list[Answer | None]:
    """Each action's answer, one after another; None where Discord's client refuses it."""
    found: list[Answer | None] = []
    for action in actions:
        try:
            found += await answers(s, [action])
        except (SetupError, OptionError):
            found.append(None)
    return found


# ------------------------------------------------------------------ options


@pytest.mark.parametrize("locale", ["en-US", "ko"])
async def test_bad_input_in_every_option_is_refused_clearly_and_changes_nothing(s: Stage, locale: str) -> None:
    # Whoever may do nothing would be refused for that.
    everything = s.guild.create_role("all", permissions=discord.Permissions.all())
    ann = s.person("ann", locale, roles=[everything])
    await ann.slash(s.general, "timezone set", zone="Europe/London")
    await ann.slash(s.general, "watch-party create", episode=3, when="air time")
    await ann.slash(s.general, "remind", episode=3)
    before = await contents(s)
    problems: list[str] = []
    there_are = count()
    tried = 0
    for command in commands(s):
        name = command.qualified_name
        for option in command.parameters:
            if option.type in UNCHECKED:
                continue
            bad: dict[str, Any] = TEXTS if option.type is discord.AppCommandOptionType.string else NUMBERS
            for what, value in bad.items():
                if (name, option.display_name, what) in FINE:
                    continue
                if next(there_are) % 3 and locale != "en-US" and not FULL:
                    continue
                options = {**GOOD.get(name, {}), option.display_name: value}
                [answer] = await each(s, [slash(ann, s.general, name, **options)])
                tried += 1
                if answer is None:
                    continue
                where = f"/{name} {option.display_name}: {what}"
                problems += [f"{where}: {wrong}: {answer.text[:200]}" for wrong in not_clear(answer)]
                after = await contents(s)
                if after != before:
                    problems.append(f"{where}: the database changed: {answer.text[:200]}")
                    before = after
    print(f"{tried} bad inputs tried")
    assert problems == []
    assert tried > (300 if FULL or locale == "en-US" else 100)


@pytest.mark.parametrize("locale", ["en-US", "ko"])
async def test_typing_anything_is_answered_with_choices_that_discord_takes(s: Stage, locale: str) -> None:
    ann = s.person("ann", locale)
    await ann.slash(s.general, "watch-party create", episode=3, when="air time")
    await ann.slash(s.general, "remind", episode=3)
    before = await contents(s)
    tried: list[str] = []
    actions: list[Any] = []
    for command in commands(s):
        for option in command.parameters:
            if not option.autocomplete:
                continue
            name = command.qualified_name
            shows = [None, *TEXTS.values()] if "show" in {one.name for one in command.parameters} else [None]
            filled = [(value, None) for value in TEXTS.values()]
            filled += [("", show) for show in shows if option.name != "show"]
            for value, show in filled:
                tried.append(f"/{name} {option.name}: {value[:50]!r}, show {show and show[:50]!r}")
                chosen = {} if show is None else {"show": show}
                actions.append(typing(ann, s.general, name, option.display_name, value, **chosen))
    found = await answers(s, actions)
    problems: list[str] = []
    for what, answer in zip(tried, found, strict=True):
        choices = answer.choices
        if choices is None:
            problems.append(f"{what}: no answer")
            continue
        if len(choices) > 25 or len({choice["value"] for choice in choices}) != len(choices):
            problems.append(f"{what}: {len(choices)} choices, or twice the same")
        for choice in choices:
            if not 1 <= len(choice["name"]) <= 100 or (isinstance(choice["value"], str) and len(choice["value"]) > 100):
                problems.append(f"{what}: {choice}")
    assert problems == []
    assert await contents(s) == before
    print(f"{len(tried)} bad beginnings typed")


async def test_a_choice_that_was_picked_is_understood(s: Stage) -> None:
    ann = s.person("ann")
    for typed in ("", "kim", "김"):
        for choice in await ann.autocomplete(s.general, "character", "name", typed):
            answer = said(await ann.slash(s.general, "character", name=choice["value"]))
            assert choice["name"].partition(" · ")[0] in answer.replace("\\", "")


# -------------------------------------------------------------------- forms


async def test_bad_input_in_forms_is_refused_clearly_and_changes_nothing(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="Europe/London")
    reminded = await ann.slash(s.general, "remind", episode=3)
    before = await contents(s)
    problems: list[str] = []
    for what, value in TEXTS.items():
        when = await ann.slash(s.general, "watch-party create", episode=3)
        lead = await ann.click(reminded.response, label="Change when")
        for shown in (when, lead):
            if shown is lead and what == "a number":
                continue
            mark = len(s.env.http_requests)
            try:
                label = "When, in your time zone" if shown is when else shown.modal["components"][0]["label"]
                await ann.submit_modal(shown, filled(shown, {label: value}))
            except SetupError:
                continue
            requests = tuple((one.method, one.path, one.json, ()) for one in s.env.http_requests[mark:])
            problems += [f"{what}: {wrong}" for wrong in not_clear(Answer(requests))]
            if await contents(s) != before:
                problems.append(f"{what}: the database changed")
                before = await contents(s)
    assert problems == []


# ------------------------------------------------------------------ buttons

#: Instead of an argument of a button.
ARGUMENTS = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1",
        "99",
        "9" * 18,
        "9" * 19,
        "9" * 40,
        "-" + "9" * 40,
        "1e5",
        "1.5",
        "1_0",
        "½",
        "٣",
        "nan",
    ),
    *("None", "x", "going", "GOING", "'", "|", "\n", "\x00", "@everyone", "{0}", "%s", "../x"),
    # The last second there is, one more, and the first.
    *("253402300799", "253402300800", "-62135596800"),
)

#: Buttons that answer in the channel.
PUBLIC = tuple(f"c1:{action}:" for action in ("post", "postcast", "postchart", "posteds", "postit"))


async def a_server_in_use(s: Stage) -> tuple[list[str], Any]:
    """A server in which everything was used by others, with the custom_id of every button they were shown."""
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="Europe/London", share=True)
    show = s.companion.shows.default
    seen: list[str] = []

    def note(result: InteractionResult) -> InteractionResult:
        for message in (result.response, *result.followups):
            if message is not None:
                seen.extend(one["custom_id"] for one in components(message) if "custom_id" in one)
        return result

    for name, options in (
        ("progress set", {"episode": 2}),
        ("progress set", {"episode": 1}),
        ("next-episode", {}),
        ("schedule show", {}),
        ("recap", {"episode": 1}),
        ("recap", {}),
        ("recap", {"episode": 2, "private": True}),
        ("explain", {}),
        ("explain", {"question": "refund"}),
        ("relationships", {}),
        ("character", {"name": "Se-hee"}),
        ("cast", {}),
        ("watch-party create", {"episode": 3, "when": "air time"}),
        ("watch-party create", {"episode": 4, "when": "fri at 9"}),
        ("watch-party find", {"episode": 4}),
        ("remind", {"episode": 3}),
        ("remind", {"every": True}),
        ("catch-up", {"by": "tue at 8"}),
        ("catch-up", {"by": "air time"}),
    ):
        note(await ann.slash(s.general, name, **options))
    for message in s.general.history():
        seen.extend(one["custom_id"] for one in components(message) if "custom_id" in one)
    key = show_key(show)
    # These stand under messages that come later, or to those who have watched further.
    younger = next(one for one in show.characters if len(one.names) > 1)
    seen += [f"c1:card:{key}:{character_key(show, younger)}", f"c1:recap:{key}:8", "c1:cancel:1", "c1:parties:00ff"]
    seen += [
        "c1:plan-stop:1",
        "c1:forget-me",
        "c1:nap:1:00ff",
        "c1:snooze:1:10:00ff",
        "c1:snooze-day:1:00ff",
        "c1:snooze?:1:00ff",
        "c1:snooze:0:10:00ff",
        "c1:snooze-day:0:00ff",
        "c1:snooze?:0:00ff",
        f"c1:snooze-at:1:{int(MIDDLE.timestamp()) + 7200}",
        "c1:reminders:00ff",
        "c1:reminders-at:1:0",
        "c1:evenings:1",
        f"c1:cast:{key}:1:{ann.id}",
        f"c1:turn:{key}:2:{ann.id}",
        "c1:repick:1:1753995600",
        "c1:to-air:1:00ff",
        "c1:start:1:00ff",
        "c1:pause:1",
        "c1:resume:1",
        "c1:next-up:1:4",
        "c1:end-it:1",
        "c1:where:1",
        "c1:at?:1",
        f"c1:put-to:1:60:{int(MIDDLE.timestamp()) - 60}",
        "c1:watched:1:00ff",
        "c1:unwatched:1",
        f"c1:form:{key}:0:-:0:0:0",
        "c1:ready-plan:1",
        "c1:party-ics:1",
        "c1:rechoose:1:2",
        "c1:series-go:1",
        "c1:series-join:1:going:00ff",
        "c1:series-off?:1",
        "c1:series-off:1",
        "c1:override-at:1:4:0:1753995600",
        "c1:unoverride:1",
        f"c1:mine:{key}:3",
        f"c1:yours:{key}",
        f"c1:yours-of:{key}:00ff",
        f"c1:clock-of:{key}:1:00ff",
        f"c1:ping-me:{key}:00ff",
        "c1:rerun-go:1",
        f"c1:rerun-pick:{key}:1753995600:Asia/Seoul:x:1:1:8",
        *(f"c1:rerun-{action}:{key}" for action in ("pause", "resume", "skip", "end?", "end")),
        f"c1:previously:{key}:0:{ann.id}",
        f"c1:questions:{key}:0:{ann.id}",
        f"c1:postit:recap:{key}:2:",
        f"c1:reveal:chart:{key}:2:dark",
        f"c1:reveal:named:{key}:2:Ah-hyun",
    ]
    host = (await ann.slash(s.general, "schedule show")).response
    handlers = s.companion.client._presses._handlers
    assert {one.split(":")[1] for one in seen} == set(handlers), "every kind of button is among them"
    return sorted(set(seen)), host


def forged(custom_id: str) -> list[str]:
    """What a custom_id could be made into."""
    version, action, *arguments = custom_id.split(":")
    made = [f"{other}:{custom_id[3:]}" for other in ("c0", "c2", "c11", "c999999")]
    made += [version + ":", f"{version}:{action}", f"{version}:{action}x", f"{version}:{action.upper()}"]
    made += [f"{version}::{custom_id[3:]}", f"{custom_id}:", f"{custom_id}:1", f"{custom_id}:{custom_id}"]
    for index in range(len(arguments)):
        made.append(":".join((version, action, *arguments[:index], *arguments[index + 1 :])))
        made += [":".join((version, action, *arguments[:index], other, *arguments[index + 1 :])) for other in ARGUMENTS]
    return [one for one in made if len(one) <= 100]


#: Tables whose rows don't say whose they are.
NAMELESS = ("due", "sitting", "party_air_time", "calendar_entry", "rerun_slot")


def not_of(rows: dict[str, list[tuple[Any, ...]]], member: MemberActor) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that aren't this person's."""
    return {
        name: [row for row in found if member.id not in row]
        for name, found in rows.items()
        if name not in ("meta", *NAMELESS)
    }


@pytest.mark.parametrize("where", ["here", "in another server"])
async def test_forged_buttons_are_answered_and_touch_nothing_of_others(s: Stage, where: str) -> None:
    seen, host = await a_server_in_use(s)
    before = await contents(s)
    if where == "here":
        eve = s.person("eve")
    else:
        elsewhere = s.env.create_guild("Elsewhere")
        eve = elsewhere.add_member(s.env.create_user("eve"))
        host = (await eve.slash(elsewhere.create_text_channel("lobby"), "schedule show")).response
    # What people type for themselves they may also press for themselves.
    ids = sorted({one for custom_id in seen for one in (custom_id, *forged(custom_id))})
    if where != "here" and not FULL:
        ids = sorted({*seen, *ids[::3]})
    found = await answers(s, [press(eve, host, custom_id) for custom_id in ids])
    problems: list[str] = []
    for custom_id, answer in zip(ids, found, strict=True):
        if answer.form and custom_id.startswith("c1:form:"):
            # A form for planning something of one's own; what it says is checked when it is sent in.
            continue
        if answer.form:
            problems.append(f"{custom_id!r}: a form about what is not theirs")
        # Turning a page and answering an invitation change the message that they are pressed on.
        in_place = any(body and body.get("type") == 7 for _, _, body, _ in answer.requests)
        public = in_place or custom_id.startswith(PUBLIC)
        wrong = [one for one in not_clear(answer) if not (public and one == "everybody sees it")]
        wrong = [one for one in wrong if "is live" not in one and "characters come back" not in one]
        problems += [f"{custom_id!r}: {one}: {answer.text[:200]}" for one in wrong]
    assert problems == []
    assert s.unexpected_errors() == []
    after = await contents(s)
    if where == "here":
        # Invitations are for everybody in the server.
        assert not_of(after, eve) == not_of(before, eve)
    else:
        assert not_of(after, eve) == not_of(before, eve)
        assert [row for row in after["rsvp"] if eve.id in row] == []
    for kept in NAMELESS:
        assert [row for row in after[kept] if row in before[kept]] == before[kept]
    print(f"{len(ids)} custom_ids pressed")


async def test_a_refusal_is_not_written_out_with_the_whole_show(s: Stage) -> None:
    with pytest.raises(UserError) as refused:
        characters.find(s.companion.shows.default, 0, "Kwon Kang-man")
    assert isinstance(refused.value.arguments["show"], Show)
    assert str(refused.value) == "character.unknown {'typed': 'Kwon Kang-man', 'show': 'Show', 'candidates': 'tuple'}"
