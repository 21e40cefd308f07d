"""`import`: what drafts say, what a second import leaves alone, and answers that nobody should have to read."""

from __future__ import annotations

import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.errors import OperatorError
from bot.core.show import Show
from bot.dataset.catalogue import examine
from bot.dataset.imports import anilist, tvmaze
from bot.dataset.imports.command import Given, import_show
from bot.dataset.imports.upstream import UpstreamError, read_json
from bot.dataset.interview import language_code

SEOUL = {"name": "Korea, Republic of", "code": "KR", "timezone": "Asia/Seoul"}


def episode(id: int, number: int | None, day: str, hour: str = "22:00", **more: Any) -> dict[str, Any]:
    """An episode of a Korean channel as TVmaze gives it."""
    return {
        "id": id,
        "url": f"https://www.tvmaze.com/episodes/{id}/x",
        "name": f"Episode {number}",
        "season": 1,
        "number": number,
        "type": "regular",
        "airdate": day,
        "airtime": hour,
        "airstamp": f"{day}T13:00:00+00:00" if hour == "22:00" else None,
        "runtime": 70,
        "rating": {"average": None},
        "image": None,
        "summary": "<p>The butler did it.</p>",
        **more,
    }


def lantern() -> dict[str, Any]:
    """A Korean drama: a night after midnight, a special, an unknown hour, an episode without a date, a trailer."""
    return {
        "id": 77,
        "url": "https://www.tvmaze.com/shows/77/the-lantern-court",
        "name": "The Lantern Court",
        "type": "Scripted",
        "language": "Korean",
        "genres": ["Drama", "Mystery"],
        "status": "Running",
        "runtime": 70,
        "averageRuntime": 70,
        "schedule": {"time": "22:00", "days": ["Monday"]},
        "network": {"id": 5, "name": "Canal Nine", "country": SEOUL, "officialSite": None},
        "webChannel": None,
        "summary": "<p>The butler did it.</p>",
        "_embedded": {
            "akas": [{"name": "등불의 뜰", "country": SEOUL}, {"name": "Lantern Yard", "country": {"code": "US"}}],
            "episodes": [
                episode(1001, 1, "2027-03-01", runtime=90),
                episode(
                    1002, 2, "2027-03-08", "01:00", airstamp="2027-03-08T16:00:00+00:00", name="Keys # tvmaze:1001"
                ),
                episode(1009, None, "2027-03-10", name="Behind", type="significant_special"),
                episode(1003, 3, "2027-03-15", "", airstamp="2027-03-15T12:00:00+00:00", name="@everyone **x**"),
                episode(1004, 4, "", "", name="TBA"),
                episode(1010, None, "2027-02-01", type="insignificant_special"),
            ],
        },
    }


def run(
    tmp_path: Path, document: object, service: str = "tvmaze", *, yes: bool = True, ask: Any = None, **options: str
) -> tuple[int, str]:
    """One import of a saved answer; its exit code, and what it said."""
    saved = tmp_path / "saved.json"
    saved.write_text(json.dumps(document, ensure_ascii=True), encoding="utf-8")
    out = io.StringIO()
    code = import_show(
        service, str(saved), tmp_path / "data", Given(**options), find_zone=no_zone, ask=ask, yes=yes, out=out
    )
    return code, out.getvalue()


def no_zone(typed: str) -> str:
    """One country is known here."""
    if typed == "South Korea":
        return "Asia/Seoul"
    raise ValueError(typed)


def loaded(tmp_path: Path) -> Show:
    """The one show in the data folder, which has no mistakes."""
    found = examine(tmp_path / "data")
    assert found.problems == ()
    assert found.catalogue is not None
    (show,) = found.catalogue.shows.values()
    return show


def text(tmp_path: Path, name: str) -> Path:
    """A file of the imported show."""
    (place,) = (tmp_path / "data" / "shows").iterdir()
    return place / name


def test_a_korean_drama(tmp_path: Path) -> None:
    code, said = run(tmp_path, lantern())
    assert code == 0
    assert "specials outside of the story: 1 left out" in said
    show = loaded(tmp_path)
    assert (show.id, show.title.to("en"), show.native_title) == ("the-lantern-court", "The Lantern Court", "등불의 뜰")
    one, two, special, three, four = show.episodes
    assert one.broadcast is not None
    assert one.broadcast.at is not None
    assert one.broadcast.at.instant().isoformat() == "2027-03-01T13:00:00+00:00"
    # Printed in the night after the 8th, which is the 9th.
    assert two.broadcast is not None
    assert two.broadcast.at is not None
    assert two.broadcast.at.instant().isoformat() == "2027-03-08T16:00:00+00:00"
    assert special.special
    assert three.title is not None
    assert three.title.after == three.number == 4
    assert three.broadcast is None or three.broadcast.at is None
    assert four.title is None
    assert "butler" not in "".join(path.read_text() for path in text(tmp_path, "").iterdir())


def test_twice_changes_nothing(tmp_path: Path) -> None:
    run(tmp_path, lantern())
    before = {path: path.read_bytes() for path in text(tmp_path, "").iterdir()}
    code, said = run(tmp_path, lantern(), yes=False)
    assert (code, "up to date" in said) == (0, True)
    assert {path: path.read_bytes() for path in text(tmp_path, "").iterdir()} == before


def moved() -> dict[str, Any]:
    """The same show with a postponed episode, a date at last, a title, and a new episode."""
    later = lantern()
    episodes = later["_embedded"]["episodes"]
    episodes[3] |= {"airdate": "2027-03-22", "airtime": "22:00", "airstamp": "2027-03-22T13:00:00+00:00"}
    episodes[4] |= {"airdate": "2027-03-29", "name": "The End", "airtime": "22:00"}
    episodes.append(episode(1005, 5, "2027-04-05", "22:30"))
    return later


def test_changes_are_shown_and_asked_for(tmp_path: Path) -> None:
    run(tmp_path, lantern())
    before = text(tmp_path, "episodes.yaml").read_bytes()
    code, said = run(tmp_path, moved(), yes=False)
    assert code == 1
    assert 'number 4, date: "2027-03-15" becomes "2027-03-22"' in said
    assert "number 6 is new" in said
    assert '+    date: "2027-03-22"' in said
    assert run(tmp_path, moved(), yes=False, ask=lambda _: "n")[0] == 1
    assert text(tmp_path, "episodes.yaml").read_bytes() == before
    assert run(tmp_path, moved(), yes=False, ask=lambda _: "y")[0] == 0
    show = loaded(tmp_path)
    assert [
        one.broadcast.at.instant().isoformat() if one.broadcast and one.broadcast.at else None for one in show.episodes
    ][3:] == [
        "2027-03-22T13:00:00+00:00",
        "2027-03-29T13:00:00+00:00",
        "2027-04-05T13:30:00+00:00",
    ]
    assert show.episodes[4].title is not None
    assert "up to date" in run(tmp_path, moved())[1]


def test_what_people_wrote_stays(tmp_path: Path) -> None:
    run(tmp_path, lantern())
    path = text(tmp_path, "episodes.yaml")
    mine = (
        path.read_text()
        .replace('    date: "2027-03-15"\n', '    date: "2027-03-16"   # as the channel says\n')
        .replace(
            "  - number: 5  # tvmaze:1004\n",
            "  # The last one, they say.\n  - number: 5  # tvmaze:1004\n    minutes: 80\n",
        )
        .replace('{text: "Behind", after: 3,', '{text: {en: "Behind", ko: "뒤에서"}, after: 0,')
    )
    path.write_text(mine)
    code, said = run(tmp_path, moved())
    assert code == 0
    assert 'number 4, date: tvmaze has "2027-03-22" now; yours stays "2027-03-16"' in said
    now = path.read_text()
    for line in mine.splitlines():
        assert line in now
    assert loaded(tmp_path).episodes[4].minutes == 80


def test_an_episode_taken_out_stays_out_and_a_new_one_in_between_is_told(tmp_path: Path) -> None:
    run(tmp_path, lantern())
    path = text(tmp_path, "episodes.yaml")
    whole = path.read_text()
    start, end = whole.index("  - number: 3"), whole.index("  - number: 4")
    path.write_text((whole[:start] + whole[end:]).replace("number: 4", "number: 3").replace("number: 5", "number: 4"))
    sources = text(tmp_path, "sources.yaml")
    sources.write_text(sources.read_text().replace("covers: 5", "covers: 4"))
    assert "up to date" in run(tmp_path, lantern())[1]
    between = lantern()
    between["_embedded"]["episodes"].append(episode(1011, None, "2027-03-02", type="significant_special"))
    assert "tvmaze:1011) is new, and can't be put at the end; add it by hand" in run(tmp_path, between)[1]
    assert len(loaded(tmp_path).episodes) == 4


def test_a_season_put_online_at_once(tmp_path: Path) -> None:
    drop = lantern()
    drop |= {"network": None, "webChannel": {"id": 1, "name": "Streamlet", "country": None}}
    drop["_embedded"]["episodes"] = [
        episode(one, one, "2027-05-01", "", airstamp="2027-05-01T12:00:00+00:00") for one in range(1, 9)
    ]
    code, said = run(tmp_path, drop)
    assert code == 0
    assert "country (KR): guessed" in said
    assert "the hour is missing" in said
    assert [one.broadcast for one in loaded(tmp_path).episodes if one.broadcast and one.broadcast.at] == []


def test_a_folder_that_no_import_made_is_never_touched(tmp_path: Path) -> None:
    place = tmp_path / "data" / "shows" / "the-lantern-court"
    place.mkdir(parents=True)
    (place / "show.yaml").write_text("mine")
    with pytest.raises(OperatorError, match="new-show-folder"):
        run(tmp_path, lantern())
    assert (place / "show.yaml").read_text() == "mine"
    assert run(tmp_path, lantern(), id="another")[0] == 0


def anime() -> dict[str, Any]:
    """An anime that is shown at half past one in the night, as AniList gives it."""
    return {
        "data": {
            "Media": {
                "id": 4242,
                "siteUrl": "https://anilist.co/anime/4242",
                "title": {"romaji": "Tourou", "english": None, "native": "灯籠"},
                "synonyms": ["Lanterns"],
                "format": "TV",
                "episodes": 3,
                "duration": 24,
                "genres": ["Drama"],
                "countryOfOrigin": "JP",
                "externalLinks": [{"site": "Streamlet", "type": "STREAMING"}],
                "streamingEpisodes": [{"title": "Episode 2 - The Bridge"}],
                "airingSchedule": {
                    "pageInfo": {"currentPage": 1, "hasNextPage": False},
                    # 2027-04-02 16:30 UTC is 2027-04-03 01:30 in Tokyo.
                    "nodes": [{"episode": 1, "airingAt": 1806683400}, {"episode": 2, "airingAt": 1806683400 + 604800}],
                },
            }
        }
    }


def test_an_anime(tmp_path: Path) -> None:
    code, said = run(tmp_path, anime(), "anilist")
    assert code == 0
    assert "anilist doesn't name the channel" in said
    show = loaded(tmp_path)
    first, second, third = show.episodes
    assert first.broadcast is not None
    assert first.broadcast.at is not None
    assert (str(first.broadcast.at.day), first.broadcast.at.instant().isoformat()) == (
        "2027-04-02",
        "2027-04-02T16:30:00+00:00",
    )
    assert second.title is not None
    assert third.broadcast is None or third.broadcast.at is None
    assert "up to date" in run(tmp_path, anime(), "anilist")[1]


def test_pages_of_airings_are_joined() -> None:
    first, second = anime(), anime()
    first["data"]["Media"]["airingSchedule"]["pageInfo"]["hasNextPage"] = True
    second["data"]["Media"]["airingSchedule"]["nodes"] = [{"episode": 3, "airingAt": 1807893000}]
    assert anilist.has_more(first)
    assert all(one.aired is not None for one in anilist.read(anilist.joined([first, second])).episodes)


@pytest.mark.parametrize(
    ("given_one", "show"),
    [
        ("https://www.tvmaze.com/shows/82/game-of-thrones", 82),
        ("https://api.tvmaze.com/shows/82?embed[]=episodes", 82),
        ("http://api.tvmaze.com/shows/82", None),
        ("https://api.tvmaze.com.evil.example/shows/82", None),
        ("https://evil.example/https://api.tvmaze.com/shows/82", None),
    ],
)
def test_addresses(given_one: str, show: int | None) -> None:
    assert tvmaze.show_id(given_one) == show


def test_ten_thousand_episodes_are_refused_and_years_as_seasons_counted() -> None:
    many = lantern()
    many["_embedded"]["episodes"] = [episode(one, one, "2027-05-01") for one in range(1, 10_001)]
    with pytest.raises(UpstreamError, match="10,000 episodes; 2,000 are the most"):
        tvmaze.read(many, language_code)
    years = lantern()
    years["_embedded"]["episodes"] = [
        episode(1, 1, "2026-01-01", season=2026),
        episode(2, 1, "2027-01-01", season=2027),
    ]
    assert [one.season for one in tvmaze.read(years, language_code).episodes] == [1, 2]


@pytest.mark.parametrize(
    "data", [b"", b"[" * 200_000, b'{"id": NaN}', b"\xff", b'{"id": ' + b"9" * 5_000 + b"}", b"<html>"]
)
def test_what_is_no_json(data: bytes) -> None:
    with pytest.raises(UpstreamError):
        read_json(data)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_hostile_values_are_refused_or_become_a_show_without_mistakes(
    tmp_path_factory: Any, data: st.DataObject
) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from([lantern(), anime()])))
    service = "tvmaze" if "name" in document else "anilist"
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = document
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.integers(0, 4)) == 0:
                break
            place = place[key]
        place[key] = data.draw(_ANY)
        if not (isinstance(document, dict) and document):
            return
    tmp_path = tmp_path_factory.mktemp("hostile")
    try:
        run(tmp_path, document, service, id="x", country="KR", zone="Asia/Seoul", language="ko")
    except OperatorError as error:
        assert error.key in {"operator.import-source", "operator.import-missing"}  # noqa: PT017
        return
    assert examine(tmp_path / "data").problems == ()
    assert "up to date" in run(tmp_path, document, service, yes=False)[1]
