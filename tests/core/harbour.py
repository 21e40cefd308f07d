"""A made-up show whose groups, ties and people change, and one that is crowded; for tests of the chart."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from bot.core.show import (
    Character,
    Condition,
    Fact,
    Group,
    Membership,
    Name,
    Relation,
    RelationKind,
    Show,
    Status,
    Text,
)
from bot.dataset.catalogue import load

SOURCES = ("x",)
CROWD = 25


def text(english: str, korean: str | None = None) -> Text:
    return Text({"en": english} if korean is None else {"en": english, "ko": korean})


def fact(english: str, after: int, korean: str | None = None) -> Fact:
    return Fact(text(english, korean), after, SOURCES)


def relation(
    to: str,
    after: int,
    label: str | None,
    korean: str | None = None,
    kind: RelationKind = RelationKind.OTHER,
) -> Relation:
    return Relation(to, text("{name}"), after, SOURCES, None if label is None else text(label, korean), kind)


def person(
    id: str,
    after: int,
    *names: tuple[str, int, str | None],
    relations: tuple[Relation, ...] = (),
    memberships: tuple[tuple[str | None, int], ...] = (),
    statuses: tuple[tuple[Condition, int], ...] = (),
) -> Character:
    return Character(
        id=id,
        after=after,
        names=tuple(Name(text(name, native), stamp, native, (), SOURCES) for name, stamp, native in names),
        roles=(),
        actor=None,
        relations=relations,
        facts=(),
        memberships=tuple(Membership(group, stamp, SOURCES) for group, stamp in memberships),
        statuses=tuple(Status(condition, stamp, SOURCES) for condition, stamp in statuses),
    )


def harbour() -> Show:
    """Six people in two groups, eight episodes; something about the chart changes in most of them."""
    family, enemy, love = RelationKind.FAMILY, RelationKind.ENEMY, RelationKind.LOVE
    return replace(
        _aired(8),
        groups=(
            Group("crew", (fact("The crew", 0, "선원들"), fact("The smugglers", 4, "밀수꾼들"))),
            Group("guard", (fact("The coast guard", 1, "해안 경비대"),)),
        ),
        characters=(
            person(
                "mara",
                0,
                ("Mara Holt", 0, "마라"),
                relations=(
                    relation("finn", 0, "sister", "누나", family),
                    relation("sol", 1, "hunted by", "쫓기는 사이", enemy),
                    relation("sol", 5, "in love", "연인", love),
                    relation("ghost", 2, "daughter", "딸", family),
                ),
                memberships=(("crew", 0),),
            ),
            person(
                "finn",
                0,
                ("Finn Holt", 0, "핀"),
                relations=(relation("mara", 0, "brother", "남동생", family), relation("sol", 3, "informs", "정보원")),
                memberships=(("crew", 0), ("guard", 3)),
                statuses=((Condition.MISSING, 4), (Condition.DECEASED, 6)),
            ),
            person(
                "sol",
                1,
                ("Sol Reyes", 1, "솔"),
                relations=(relation("mara", 5, "in love", "연인", love), relation("finn", 3, "pays", "대가를 준다")),
                memberships=(("guard", 1), (None, 7)),
            ),
            person("ghost", 6, ("The ghost", 6, "유령"), ("Old Holt", 7, "홀트"), memberships=(("crew", 7),)),
            person("gull", 0, ("Gull", 0, None), relations=(relation("mara", 2, None),)),
            person("mayor", 8, ("The mayor", 8, "시장"), relations=(relation("mara", 8, "owns", "주인"),)),
        ),
    )


def crowd() -> Show:
    """25 people in six groups with 40 ties, all of them known before the first episode."""
    kinds = tuple(RelationKind)
    labels = ("half-sister", "blackmails", "mentor and protector", "once saved the life of", "works for")
    ties = [(number, (number * 7 + 3) % CROWD) for number in range(CROWD)] + [
        (number * 5 % CROWD, (number * 11 + 1) % CROWD) for number in range(15)
    ]
    conditions = {4: Condition.DECEASED, 17: Condition.MISSING}
    return replace(
        _aired(2),
        groups=tuple(
            Group(f"g{number}", (fact(f"House number {number}", 0, f"{number}번 집"),)) for number in range(6)
        ),
        characters=tuple(
            person(
                f"p{number}",
                0,
                (f"Person Number-{number}", 0, f"인물{number}"),
                relations=tuple(
                    relation(f"p{target}", 0, labels[index % 5], "누군가", kinds[index % 6])
                    for index, (source, target) in enumerate(ties)
                    if source == number != target
                ),
                memberships=((f"g{number % 6}", 0),),
                statuses=((conditions[number], 0),) if number in conditions else (),
            )
            for number in range(CROWD)
        ),
    )


@cache
def _defects() -> Show:
    return load(Path(__file__).parents[2] / "data").shows["the-defects"]


def _aired(episodes: int) -> Show:
    """A show without people, with episodes that aired in July and August 2025."""
    found = _defects()
    return replace(
        found,
        title=text("Harbour", "항구"),
        characters=(),
        questions=(),
        conflicts=(),
        groups=(),
        episodes=found.episodes[:episodes],
    )
