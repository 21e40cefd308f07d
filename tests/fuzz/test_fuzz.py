"""Each target with what Hypothesis thinks of; few examples by default, many with CLIFFHANGER_FULL_TESTS=1."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.errors import UserError
from bot.core.quiet import read_quiet
from bot.core.when import read, read_leads
from tests.fuzz import targets

FULL = os.environ.get("CLIFFHANGER_FULL_TESTS") == "1"
EXAMPLES = settings(
    max_examples=3_000 if FULL else 30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=not FULL,
)

#: Pieces that each grammar knows, so that what is made of them gets past its first word.
PIECES: Mapping[str, str] = {
    "times": "fri next mon tomorrow noon am pm 9 21:00 25:30 2025-08-05 금 오후 9시 30분 내일 in h min + : - .",
    "leads": "1 day 30 min h , ; and 0 15 10080 1d 2h 시간 전 분 none off - .5 ½",
    "quiet_hours": "23:00 08:00 11 pm to 8 am 23시 ~ 8시 오전 오후 off - : 24:00 until",
    "episodes": "1 2 3 - ~ , ; 16 17 0 99 、 1-3 5–7",
    "countries": "Korea Seoul UTC +9 GMT -05:30 Asia/ New York 한국 EST ( ) , Ü",
    "thread_names": "Episode 7 E S1 S1E7 7화 1-3 & , The Defects 아이쇼핑 finale ep. 第7話",
    "notes": "|| ` @everyone <@1> [a](b) \\ https://a.b ** __ \u200b \u202e # - >",
    "custom_ids": "c1: : cancel rsvp 1 going 00ff - -1 99999999999999999999 snooze-at 253402300800 form \n",
    "settings": "8788 : 0.0.0.0 [::1] https://a.example http:// , 1 0 -1 nan DEBUG sqlite:// \n",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "name",
                    "url",
                    "episodes",
                    "_embedded",
                    "network",
                    "country",
                    "airstamp",
                    "number",
                    "season",
                    "data",
                    "Media",
                    "title",
                    "airingSchedule",
                    "nodes",
                    "airingAt",
                    "episode",
                    "startDate",
                    "year",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


def texts(name: str) -> st.SearchStrategy[str]:
    """What to type into a target."""
    if name == "imports":
        return JSON.map(json.dumps) | st.text(max_size=50)
    pieces = st.lists(st.sampled_from(PIECES[name].split(" ")), max_size=9)
    any_text = st.text(max_size=120)
    made = any_text | pieces.map(" ".join) | pieces.map("".join)
    if name == "custom_ids":
        action = st.sampled_from(targets.actions())
        arguments = st.lists(st.sampled_from(PIECES[name].split(" ")) | st.text(max_size=12), max_size=8)
        made |= st.builds(lambda does, more: ":".join(("c1", does, *more)), action, arguments)
    return made


@pytest.mark.parametrize("name", [name for name in targets.OF_TEXT if name != "custom_ids"])
def test_whatever_is_written_is_answered_or_refused(name: str) -> None:
    target: Callable[[str], None] = targets.OF_TEXT[name]

    @EXAMPLES
    @given(texts(name))
    def tried(text: str) -> None:
        target(text)

    tried()


def test_any_custom_id_is_answered_or_stale() -> None:
    @EXAMPLES
    @given(texts("custom_ids"))
    def tried(text: str) -> None:
        targets.custom_ids(text)

    assert len(targets.actions()) > 50
    tried()


@EXAMPLES
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_document_or_have_findings(data: bytes) -> None:
    targets.yaml(data)


@pytest.mark.parametrize("length", [101, 10_000, 1_000_000])
def test_what_is_too_long_is_refused_unread(length: int) -> None:
    """Every parser of typed text has a limit, which is looked at before the text is."""

    class Unread(str):
        """A text of which nothing but the length may be asked until it is refused."""

        __slots__ = ()

        def casefold(self) -> str:
            raise AssertionError("it was read")

        lower = translate = split = casefold  # type: ignore[assignment]

    text = Unread("9" * length)
    for parse in (lambda: read(text, targets.NOW, "Asia/Seoul", None), lambda: read_leads(text)):
        with pytest.raises(UserError) as refused:
            parse()
        assert refused.value.key in {"when.too-long", "lead.not-understood"}
    with pytest.raises(UserError):
        read_quiet(text)
