"""The checker of requests itself: good bodies pass, and each bad one is named in a short line."""

from __future__ import annotations

import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import simcord

from tests import openapi
from tests.limits import limits
from tests.openapi import OpenApi, check_recorded
from tests.wire.small_bot import SmallBot

MESSAGES = "/channels/41771983423143937/messages"
CALLBACK = "/interactions/846462639134605312/aW50ZXJhY3Rpb24%3D/callback"
NOBODY: dict[str, Any] = {"parse": []}
BUTTON = {"type": 2, "style": 1, "label": "Going", "custom_id": "rsvp:1:going"}

needs_document = pytest.mark.skipif(
    not openapi.available(), reason=f"no OpenAPI document at {openapi.document_path()} (set DISCORD_OPENAPI)"
)


def text(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def layout(*components: dict[str, Any]) -> dict[str, Any]:
    return {
        "flags": 1 << 15,
        "components": [{"type": 17, "components": list(components)}],
        "allowed_mentions": NOBODY,
    }


def command(name: str = "recap", **more: Any) -> dict[str, Any]:
    return {"type": 1, "name": name, "description": "What happened", "options": []} | more


GOOD: list[tuple[str, str, Any]] = [
    ("GET", "/users/@me", None),
    ("GET", "/gateway/bot", None),
    ("POST", "/users/@me/channels", {"recipient_id": 41771983423143937}),
    ("POST", MESSAGES, {"content": "hello", "tts": False, "allowed_mentions": NOBODY, "nonce": "p1-30"}),
    (
        "POST",
        MESSAGES,
        {"content": "<@80351110224678912>", "allowed_mentions": {"parse": [], "users": [80351110224678912]}},
    ),
    (
        "POST",
        MESSAGES,
        layout(text("||He did it.||"), row(BUTTON), {"type": 14, "divider": True, "spacing": 1}),
    ),
    ("PATCH", f"{MESSAGES}/41771983423143938", {"components": [], "allowed_mentions": NOBODY}),
    ("POST", CALLBACK, {"type": 4, "data": {"content": "hi", "flags": 64, "allowed_mentions": NOBODY}}),
    ("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}),
    ("POST", CALLBACK, {"type": 6}),
    ("POST", CALLBACK, {"type": 7, "data": {"content": "hi", "allowed_mentions": NOBODY}}),
    ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "Episode 7", "value": 7}]}}),
    ("POST", CALLBACK, {"type": 8, "data": {"choices": []}}),
    (
        "POST",
        CALLBACK,
        {
            "type": 9,
            "data": {
                "custom_id": "party",
                "title": "New party",
                "components": [
                    {"type": 18, "label": "When", "component": {"type": 4, "custom_id": "when", "style": 1}}
                ],
            },
        },
    ),
    ("POST", "/webhooks/1/abc", {"content": "more", "allowed_mentions": NOBODY, "flags": 64}),
    (
        "PATCH",
        "/webhooks/1/abc/messages/@original",
        {"content": "done", "tts": False, "allowed_mentions": NOBODY},
    ),
    ("PUT", "/applications/1/commands", [command(), command("cast", name_localizations={"ko": "등장인물"})]),
    (
        "PUT",
        "/applications/1/guilds/2/commands",
        [
            command(
                options=[
                    {
                        "type": 4,
                        "name": "episode",
                        "description": "Which",
                        "required": True,
                        "autocomplete": True,
                    }
                ]
            )
        ],
    ),
]

BAD_FOR_THE_DOCUMENT: list[tuple[str, str, Any, str]] = [
    ("GET", "/no/such/route", None, "unknown route GET /no/such/route"),
    ("DELETE", "/users/@me", None, "unknown route DELETE /users/@me"),
    ("GET", "/channels/general", None, "path channel_id: 'general' does not match '^(0|[1-9][0-9]*)$'"),
    ("POST", MESSAGES, None, "body: missing"),
    ("POST", MESSAGES, {"content": 7}, "content: 7 is not string or null"),
    ("POST", MESSAGES, {"embeds": [{"url": "no url"}]}, "embeds[0].url: 'no url' is not a uri"),
    (
        "POST",
        MESSAGES,
        {"embeds": [{"timestamp": "monday"}]},
        "embeds[0].timestamp: 'monday' is not a date-time",
    ),
    ("POST", MESSAGES, layout(text("")), "components[0].components[0].content: 0 characters, at least 1"),
    (
        "POST",
        MESSAGES,
        layout({"type": 99}),
        "components[0].components[0]: type 99 is none of 1, 9, 10, 12, 13, 14",
    ),
    (
        "POST",
        MESSAGES,
        {"components": [row({**BUTTON, "label": "x" * 81})]},
        "components[0].components[0].label: 81 characters, at most 80",
    ),
    (
        "POST",
        CALLBACK,
        {"type": 9, "data": {"custom_id": "a", "title": "x" * 46, "components": [text("a")]}},
        "data.title: 46 characters, at most 45",
    ),
    (
        "POST",
        CALLBACK,
        {"type": 3},
        "body: type 3 is none of 1, 4, 5, 6, 7, 8, 9, 12, 13",
    ),
    (
        "PUT",
        "/applications/1/commands",
        [command(options=[{"type": 3, "name": "show"}])],
        "[0].options[0]: 'description' is a required property",
    ),
    (
        "PATCH",
        "/webhooks/1/abc/messages/@original",
        {"content": ["x"]},
        "content: ['x'] is not string or null",
    ),
]

BAD_FOR_THE_LIMITS: list[tuple[str, str, Any, str]] = [
    ("POST", MESSAGES, {"content": "hi"}, "allowed_mentions: must be given, with parse: []"),
    (
        "POST",
        MESSAGES,
        {"content": "hi", "allowed_mentions": None},
        "allowed_mentions: must be given, with parse: []",
    ),
    ("PATCH", f"{MESSAGES}/1", {"content": "hi"}, "allowed_mentions: must be given, with parse: []"),
    ("POST", "/webhooks/1/abc", {"content": "hi"}, "allowed_mentions: must be given, with parse: []"),
    (
        "PATCH",
        "/webhooks/1/abc/messages/2",
        {"content": "hi"},
        "allowed_mentions: must be given, with parse: []",
    ),
    (
        "POST",
        CALLBACK,
        {"type": 4, "data": {"content": "hi"}},
        "data.allowed_mentions: must be given, with parse: []",
    ),
    (
        "POST",
        CALLBACK,
        {"type": 7, "data": {"content": "hi"}},
        "data.allowed_mentions: must be given, with parse: []",
    ),
    (
        "POST",
        "/channels/1/threads",
        {"name": "Episode 7", "message": {"content": "hi"}},
        "message.allowed_mentions: must be given, with parse: []",
    ),
    (
        "POST",
        MESSAGES,
        {"content": "hi", "allowed_mentions": {"parse": ["users"]}},
        "allowed_mentions.parse: must be [], is ['users']",
    ),
    (
        "POST",
        MESSAGES,
        {"content": "a", "allowed_mentions": {"users": []}},
        "allowed_mentions.parse: must be [], is None",
    ),
    (
        "POST",
        MESSAGES,
        {"content": "hi", "allowed_mentions": {"parse": [], "replied_user": True}},
        "allowed_mentions.replied_user: must not be set",
    ),
    (
        "POST",
        MESSAGES,
        {"content": "hi", "allowed_mentions": {"parse": [], "users": list(range(101))}},
        "allowed_mentions.users: 101 ids, at most 100",
    ),
    (
        "POST",
        MESSAGES,
        {"content": "x" * 2001, "allowed_mentions": NOBODY},
        "content: 2001 characters, at most 2000",
    ),
    (
        "POST",
        MESSAGES,
        {"content": "x", "allowed_mentions": NOBODY, "nonce": "n" * 26},
        "nonce: 26 characters, at most 25",
    ),
    ("POST", MESSAGES, {"allowed_mentions": NOBODY}, "body: an empty message"),
    ("POST", MESSAGES, {"embeds": [{"color": 1}], "allowed_mentions": NOBODY}, "embeds[0]: an empty embed"),
    (
        "POST",
        MESSAGES,
        {"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}], "allowed_mentions": NOBODY},
        "embeds: 6001 characters in all, at most 6000",
    ),
    (
        "POST",
        MESSAGES,
        {"embeds": [{"fields": [{"name": "a", "value": ""}]}], "allowed_mentions": NOBODY},
        "embeds[0].fields[0]: name and value must not be empty",
    ),
    ("POST", MESSAGES, layout(*[text("x")] * 40), "components: 41 components in all, at most 40"),
    (
        "POST",
        MESSAGES,
        layout(text("x" * 2000), {"type": 9, "components": [text("x" * 2001)], "accessory": BUTTON}),
        "components: 4001 characters of text in all, at most 4000",
    ),
    ("POST", MESSAGES, layout(text("x")) | {"content": "x"}, "content: not allowed beside layout components"),
    (
        "POST",
        MESSAGES,
        {"components": [text("x")], "allowed_mentions": NOBODY},
        "components: types [10] need the flag for layout components",
    ),
    (
        "POST",
        MESSAGES,
        layout(row({**BUTTON, "custom_id": "c" * 101})),
        "components[0].components[0].components[0].custom_id: 101 characters, at most 100",
    ),
    (
        "POST",
        MESSAGES,
        layout(row(BUTTON), {"type": 9, "components": [text("x")], "accessory": BUTTON}),
        "components[0].components[1].accessory.custom_id: the same as components[0].components[0].components[0]",
    ),
    (
        "POST",
        MESSAGES,
        layout(row({"type": 2, "style": 5, "label": "Sources", "custom_id": "x"})),
        "components[0].components[0].components[0]: style 5 needs url and no custom_id",
    ),
    (
        "POST",
        CALLBACK,
        {"type": 8, "data": {"choices": [{"name": str(n), "value": n} for n in range(26)]}},
        "data.choices: 26 choices, at most 25",
    ),
    (
        "POST",
        CALLBACK,
        {"type": 8, "data": {"choices": [{"name": "x" * 101, "value": 1}]}},
        "data.choices[0].name: 101 characters, at most 100",
    ),
    (
        "POST",
        CALLBACK,
        {"type": 8, "data": {"choices": [{"name": "", "value": 1}]}},
        "data.choices[0].name: 0 characters, at least 1",
    ),
    (
        "POST",
        CALLBACK,
        {"type": 8, "data": {"choices": [{"name": "x", "value": "v" * 101}]}},
        "data.choices[0].value: 101 characters, at most 100",
    ),
    (
        "POST",
        CALLBACK,
        {"type": 9, "data": {"custom_id": "a", "title": "x", "components": [text("a")] * 6}},
        "data.components: 6 fields, 1 to 5",
    ),
    (
        "PUT",
        "/applications/1/commands",
        [command(f"c{n}") for n in range(101)],
        "101 slash commands, at most 100",
    ),
    (
        "PUT",
        "/applications/1/commands",
        [command("Recap")],
        "/Recap: 'Recap' is no name for a command or option",
    ),
    (
        "PUT",
        "/applications/1/commands",
        [
            command(
                options=[
                    {"name": "a", "description": "b"},
                    {"name": "c", "description": "d", "required": True},
                ]
            )
        ],
        "/recap: required options must come first",
    ),
]


@pytest.mark.parametrize(("method", "path", "body"), GOOD)
def test_a_good_request_has_no_problem(method: str, path: str, body: Any) -> None:
    assert limits(method, path, body) == []
    if openapi.available():
        assert OpenApi.load().problems(method, path, body) == []


@needs_document
@pytest.mark.parametrize(("method", "path", "body", "problem"), BAD_FOR_THE_DOCUMENT)
def test_the_document_finds_the_place(method: str, path: str, body: Any, problem: str) -> None:
    assert OpenApi.load().problems(method, path, body) == [problem]


@pytest.mark.parametrize(("method", "path", "body", "problem"), BAD_FOR_THE_LIMITS)
def test_the_limits_find_the_place(method: str, path: str, body: Any, problem: str) -> None:
    assert limits(method, path, body) == [problem]


@needs_document
def test_query_parameters_are_checked() -> None:
    document = OpenApi.load()
    assert document.problems("GET", MESSAGES, None, {"limit": 50, "before": 12345}) == []
    assert document.problems("GET", MESSAGES, None, {"limit": "101"}) == [
        "query limit: 101 is greater than the maximum of 100"
    ]
    assert document.problems("GET", MESSAGES, None, {"since": 1}) == ["query since: unknown"]


@needs_document
def test_a_body_is_judged_anew_for_every_route() -> None:
    body = {"name": "x" * 200}
    document = OpenApi.load()
    assert document.problems("POST", MESSAGES, body) == []
    assert document.problems("POST", "/applications/1/commands", body) == ["name: 200 characters, at most 32"]
    assert document.problems("POST", MESSAGES, body) == []


def test_recorded_requests_are_named_with_what_is_wrong() -> None:
    good = SimpleNamespace(method="GET", path="/users/@me", params={}, json=None)
    bad = SimpleNamespace(method="POST", path=MESSAGES, params={}, json={"content": "hi"})
    env = SimpleNamespace(http_requests=[good, bad, copy.copy(bad)])
    assert check_recorded(env) == [f"POST {MESSAGES}: allowed_mentions: must be given, with parse: []"]


async def test_what_simcord_records_is_understood_forms_included() -> None:
    async with simcord.run(SmallBot()) as env:
        channel = env.create_guild().create_text_channel("general")
        mina = env.guild.add_member(env.create_user("mina"))
        await mina.slash(channel, "echo", words="hello", twice=True)
        [form] = [entry for entry in env.http_requests if entry.path.startswith("/webhooks/")]
        assert form.json["attachments"][0]["filename"] == "party.ics"
        assert check_recorded(env) == []


def test_without_the_document_the_limits_still_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_OPENAPI", str(tmp_path / "absent.json"))
    assert not openapi.available()
    assert openapi.check_request("GET", "/no/such/route", None) == []
    assert openapi.check_request("POST", MESSAGES, {"content": "hi"}) == [
        "allowed_mentions: must be given, with parse: []"
    ]
