"""The relationship chart: who belongs where and who is what to whom, at every horizon."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.chart import Arrow, Chart, Circle, changes, chart
from bot.core.show import Character, Condition, Group, RelationKind, Show
from bot.core.spoilers import visible
from tests.core.harbour import CROWD, crowd, fact, harbour, person, relation

SHOW = harbour()
LAST = len(SHOW.episodes)


def names(circle: Circle) -> list[str]:
    return [one.name.to("en") for one in circle.people]


def groups(found: Chart) -> dict[str | None, list[str]]:
    return {None if circle.name is None else circle.name.to("en"): names(circle) for circle in found.circles}


def ties(found: Chart) -> set[tuple[str, str, str]]:
    return {(arrow.source, arrow.target, arrow.label.to("en")) for arrow in found.arrows}


def pruned(show: Show, limit: int) -> Show:
    """The show without anything above ``limit``, where it says so by a stamp of its own."""

    def prune(character: Character) -> Character:
        return replace(
            character,
            names=visible(character.names, limit),
            relations=visible(character.relations, limit),
            memberships=visible(character.memberships, limit),
            statuses=visible(character.statuses, limit),
        )

    return replace(
        show,
        groups=tuple(Group(group.id, visible(group.names, limit)) for group in show.groups),
        characters=tuple(prune(character) for character in show.characters),
    )


def test_groups_take_their_people_and_their_name_as_of_the_episode() -> None:
    assert groups(chart(SHOW, 0)) == {"The crew": ["Mara Holt", "Finn Holt"], None: ["Gull"]}
    assert groups(chart(SHOW, 1)) == {
        "The crew": ["Mara Holt", "Finn Holt"],
        "The coast guard": ["Sol Reyes"],
        None: ["Gull"],
    }
    assert groups(chart(SHOW, 4)) == {
        "The smugglers": ["Mara Holt"],
        "The coast guard": ["Finn Holt", "Sol Reyes"],
        None: ["Gull"],
    }
    assert groups(chart(SHOW, 8)) == {
        "The smugglers": ["Mara Holt", "Old Holt"],
        "The coast guard": ["Finn Holt"],
        None: ["Sol Reyes", "Gull", "The mayor"],
    }


def test_of_several_relations_to_one_person_the_last_safe_one_holds() -> None:
    assert ("mara", "sol", "hunted by") in ties(chart(SHOW, 4))
    after = ties(chart(SHOW, 5))
    assert ("mara", "sol", "in love") in after
    assert len([tie for tie in after if tie[:2] == ("mara", "sol")]) == 1


def test_a_relation_waits_for_both_of_its_people() -> None:
    assert not any("ghost" in tie for limit in range(6) for tie in ties(chart(SHOW, limit)))
    assert ("mara", "ghost", "daughter") in ties(chart(SHOW, 6))
    assert not any(tie[0] == "mayor" for tie in ties(chart(SHOW, 7)))


def test_a_relation_without_a_label_is_not_drawn_and_ends_the_one_before() -> None:
    assert not any(tie[0] == "gull" for tie in ties(chart(SHOW, LAST)))
    ended = replace(
        SHOW,
        characters=(
            person("a", 0, ("A", 0, None), relations=(relation("b", 0, "friend"), relation("b", 3, None))),
            person("b", 0, ("B", 0, None)),
        ),
    )
    assert ties(chart(ended, 2)) == {("a", "b", "friend")}
    assert ties(chart(ended, 3)) == set()
    [(before, now)] = changes(ended, 3).arrows
    assert (before, now) == (Arrow("a", "b", before.label if before else fact("", 0).text, RelationKind.OTHER), None)


def test_a_membership_waits_for_its_group() -> None:
    late = replace(
        SHOW,
        groups=(Group("early", (fact("Early", 0),)), Group("late", (fact("Late", 5),))),
        characters=(person("a", 0, ("A", 0, None), memberships=(("early", 0), ("late", 2))),),
    )
    assert groups(chart(late, 4)) == {"Early": ["A"]}
    assert groups(chart(late, 5)) == {"Late": ["A"]}


def test_whoever_was_elsewhere_before_has_changed_sides() -> None:
    def formerly(limit: int, id: str) -> str | None:
        [found] = [one for one in chart(SHOW, limit).people if one.id == id]
        return None if found.formerly is None else found.formerly.to("en")

    assert [formerly(limit, "finn") for limit in (2, 3, 4)] == [None, "The crew", "The smugglers"]
    assert [formerly(limit, "sol") for limit in (6, 7)] == [None, "The coast guard"]
    assert formerly(8, "mara") is None


def test_how_people_fare_is_as_of_the_episode() -> None:
    fares = [next(one.condition for one in chart(SHOW, limit).people if one.id == "finn") for limit in (3, 4, 6)]
    assert fares == [Condition.ALIVE, Condition.MISSING, Condition.DECEASED]


@pytest.mark.parametrize("show", [SHOW, crowd()], ids=["harbour", "crowd"])
def test_nothing_depends_on_what_is_above_the_limit(show: Show) -> None:
    for limit in range(len(show.episodes) + 1):
        assert chart(show, limit) == chart(pruned(show, limit), limit)
        if limit:
            assert changes(show, limit) == changes(pruned(show, limit), limit)


def test_a_crowd_is_all_there_in_the_order_of_the_dataset() -> None:
    found = chart(crowd(), 0)
    assert len(found.people) == CROWD
    assert [circle.id for circle in found.circles] == [f"g{number}" for number in range(6)]


def test_changes_are_what_two_charts_differ_in() -> None:
    assert changes(SHOW, 2).any is False
    third = changes(SHOW, 3)
    assert [(now.id, before.group, now.group) for before, now in third.groups] == [
        ("finn", chart(SHOW, 2).circles[0].name, chart(SHOW, 3).circles[1].name)
    ]
    assert {(now.source, now.target) for before, now in third.arrows if before is None and now} == {
        ("finn", "sol"),
        ("sol", "finn"),
    }
    fourth = changes(SHOW, 4)
    assert [(before.condition, now.condition) for before, now in fourth.conditions] == [
        (Condition.ALIVE, Condition.MISSING)
    ]
    assert [
        (before.name.to("en"), now.name.to("en")) for before, now in fourth.circles if before.name and now.name
    ] == [("The crew", "The smugglers")]
    assert fourth.groups == (), "a group with a new name is still the same group"
    fifth = changes(SHOW, 5)
    assert [
        (before.label.to("en") if before else None, now.label.to("en") if now else None) for before, now in fifth.arrows
    ] == [
        ("hunted by", "in love"),
        (None, "in love"),
    ]
    sixth = changes(SHOW, 6)
    assert [one.id for one in sixth.people] == ["ghost"]
    seventh = changes(SHOW, 7)
    assert [(before.name.to("en"), now.name.to("en")) for before, now in seventh.names] == [("The ghost", "Old Holt")]
    assert {(now.id, now.group is None) for _, now in seventh.groups} == {("sol", True), ("ghost", False)}


def test_before_anybody_is_known_there_is_nothing() -> None:
    late = replace(SHOW, characters=tuple(one for one in SHOW.characters if one.after > 0))
    assert chart(late, 0) == Chart(0, (), ())
