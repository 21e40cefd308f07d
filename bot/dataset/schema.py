"""The file format of a show: one model per file, with the help and limits that editors show while one types.

A model knows one file at a time; what must agree between entries and between files is in
`bot.dataset.checks`. Every model forbids keys that it does not know. `schemas` gives the same rules as JSON Schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from bot.core.show import BEYOND_NUMBERS
from bot.core.zones import is_zone

#: Longest texts, in characters.
MAX_TEXT: Final = 1_000
MAX_BEAT: Final = 600
MAX_NAME: Final = 80
MAX_SUMMARY: Final = 400
#: The arrow of a chart has room for this much.
MAX_LABEL: Final = 24

#: The type of errors that this module words itself; their message is shown as it is.
WORDED: Final = "dataset"

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_LANGUAGE: Final = r"[a-z]{2,3}"
#: A text may also be meant for one region: `pt-BR`, `es-419`.
_REGIONAL: Final = _LANGUAGE + r"(-([A-Z]{2}|[0-9]{3}))?"
_LANGUAGE_KEY: Final = re.compile(_REGIONAL)


def _wrong(message: str) -> PydanticCustomError:
    # Without a context pydantic leaves braces in the message alone.
    return PydanticCustomError(WORDED, message)  # pyright: ignore[reportArgumentType]


def _shape(pattern: str, expected: str, also: Callable[[str], bool] | None = None) -> tuple[AfterValidator, Any]:
    """A rule for a string: a pattern for the whole of it, and what a pattern can't say; in words: ``expected``."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if len(value) > 2_000 or not compiled.fullmatch(value) or (also is not None and not also(value)):
            shown = value if len(value) <= 60 else value[:59] + "…"
            raise _wrong(f"`{shown}` is not {expected}")
        return value

    return AfterValidator(check), Field(json_schema_extra={"pattern": f"^{pattern}$"})


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_url(text: str) -> bool:
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False


def _not_blank(value: str) -> str:
    if not value.strip():
        raise _wrong("the text is empty; write one or remove the key")
    return value


_ID = _shape(r"[a-z0-9-]{1,64}", "an id; write 1 to 64 of a-z, 0-9 and `-`, such as `se-hee`")
_REFERENCE = _shape(r"[A-Za-z0-9-]{1,64}", "an id; write 1 to 64 letters, digits and `-`, such as `S001`")
_COUNTRY = _shape(r"[A-Z]{2}", "a country; write its two capital letters of ISO 3166, such as `KR`")
_LANGUAGE_CODE = _shape(_LANGUAGE, "a language; write its code of two or three small letters, such as `ko`")
_ZONE = _shape(
    r"[A-Za-z0-9_+/-]{1,64}",
    "a time zone; write its name in the IANA database, such as `Asia/Seoul`",
    is_zone,
)
_DAY = _shape(
    r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}",
    'a day of the calendar; write year, month and day, such as "2025-07-21"',
    _is_day,
)
_TIME = _shape(
    r"[0-2][0-9]:[0-5][0-9]",
    'a time; write two digits each, such as "22:00", or "25:30" for 01:30 in the night after the broadcast day',
)
_URL = _shape(r"https?://[^\s<>\"]+", "a web address; write it in full, beginning with https:// or http://", _is_url)

Id = Annotated[str, _ID[0], _ID[1]]
Reference = Annotated[str, _REFERENCE[0], _REFERENCE[1]]
Country = Annotated[str, _COUNTRY[0], _COUNTRY[1]]
Language = Annotated[str, _LANGUAGE_CODE[0], _LANGUAGE_CODE[1]]
Zone = Annotated[str, _ZONE[0], _ZONE[1]]
Day = Annotated[str, _DAY[0], _DAY[1]]
Time = Annotated[str, _TIME[0], _TIME[1]]
Url = Annotated[str, _URL[0], _URL[1], Field(max_length=2_000)]
Label = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_not_blank)]

Sources = Annotated[
    list[Reference],
    Field(min_length=1, max_length=40, description="Ids of sources.yaml that say so, such as [S001, S004]."),
]
Stamp = Annotated[
    int,
    Field(ge=0, le=BEYOND_NUMBERS, description="The episode after which this is safe to know; 0: before the first."),
]
Number = Annotated[int, Field(ge=1, le=BEYOND_NUMBERS)]
Part = Annotated[int, Field(ge=1, le=100)]
Minutes = Annotated[int, Field(ge=1, le=1_440)]


def _as_english(value: object) -> object:
    """A plain text is short for its English version alone."""
    return {"en": value} if isinstance(value, str) else value


def _languages(value: dict[str, str]) -> dict[str, str]:
    for language in value:
        if not _LANGUAGE_KEY.fullmatch(language):
            raise _wrong(f"`{language[:20]}` is not a language; write codes as keys: {{en: ..., ko: ...}}")
    if "en" not in value:
        raise _wrong("English is missing; add `en: ...`, which is shown where a language has no text")
    return value


def _text_schema(limit: int) -> WithJsonSchema:
    text = {"type": "string", "minLength": 1, "maxLength": limit}
    return WithJsonSchema(
        {
            "anyOf": [
                text,
                {
                    "type": "object",
                    "properties": {"en": {**text, "description": "In English."}},
                    "required": ["en"],
                    "patternProperties": {f"^{_REGIONAL}$": text},
                    "additionalProperties": False,
                },
            ]
        }
    )


def _versions(limit: int) -> tuple[BeforeValidator, AfterValidator, WithJsonSchema]:
    return BeforeValidator(_as_english), AfterValidator(_languages), _text_schema(limit)


_TEXT, _BEAT, _NAME = _versions(MAX_TEXT), _versions(MAX_BEAT), _versions(MAX_NAME)
_SUMMARY, _ARROW = _versions(MAX_SUMMARY), _versions(MAX_LABEL)
_Prose = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), AfterValidator(_not_blank)]
_BeatProse = Annotated[str, Field(min_length=1, max_length=MAX_BEAT), AfterValidator(_not_blank)]

_SummaryProse = Annotated[str, Field(min_length=1, max_length=MAX_SUMMARY), AfterValidator(_not_blank)]
_ArrowProse = Annotated[str, Field(min_length=1, max_length=MAX_LABEL), AfterValidator(_not_blank)]

#: A text in its languages. In a file, a plain string is its English version.
Text = Annotated[dict[str, _Prose], _TEXT[0], _TEXT[1], _TEXT[2]]
BeatText = Annotated[dict[str, _BeatProse], _BEAT[0], _BEAT[1], _BEAT[2]]
NameText = Annotated[dict[str, Label], _NAME[0], _NAME[1], _NAME[2]]
SummaryText = Annotated[dict[str, _SummaryProse], _SUMMARY[0], _SUMMARY[1], _SUMMARY[2]]
ArrowText = Annotated[dict[str, _ArrowProse], _ARROW[0], _ARROW[1], _ARROW[2]]


class Entry(BaseModel):
    """What all parts of the format share."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


EntryT = TypeVar("EntryT", bound=Entry)


class ReleaseEntry(Entry):
    """One way in which episodes come out."""

    service: Label = Field(description="The channel or streaming service, such as ENA or TVING.")
    kind: Literal["broadcast", "streaming"] = Field(description="broadcast: on television; streaming: online.")
    regions: list[Country] = Field(
        default=[],
        max_length=250,
        description="Where it can be seen, such as [KR, JP]; left out: abroad or unknown.",
    )
    time: Time | None = Field(
        default=None,
        description=(
            'Wall time on the broadcast day, such as "22:00"; it may run on to "25:30". Left out: no source says.'
        ),
    )
    zone: Zone | None = Field(default=None, description="Zone of `time`; left out: the show's.")
    sources: Sources
    checked: Day | None = Field(default=None, description='The day on which the source was read: "2026-11-23".')


class EpisodeReleaseEntry(ReleaseEntry):
    """How one episode came out, in place of the show's release on the same service."""

    date: Day | None = Field(default=None, description="Its day; left out: the episode's date.")


class CreditEntry(Entry):
    """Who made the show."""

    job: Literal["director", "writer", "production", "author"] = Field(
        description="What they did; author: of the work that the show is made from."
    )
    names: list[NameText] = Field(min_length=1, max_length=20, description="People or companies.")
    sources: Sources


class NoteEntry(Entry):
    """A fact about the show or its broadcast."""

    text: Text = Field(description="One or two sentences.")
    after: Stamp
    sources: Sources


class ShowFile(Entry):
    """show.yaml: what the show is and when it comes out."""

    model_config = ConfigDict(title="A show")

    id: Id = Field(description="The name of the show's folder.")
    title: NameText = Field(description="The title, by language.")
    native_title: Label | None = Field(default=None, description="The title in its own script.")
    aliases: list[Label] = Field(default=[], max_length=40, description="Other titles that people search for.")
    network: Label = Field(description="The channel or service that made it known.")
    country: Country = Field(description="ISO 3166, two capital letters, such as KR.")
    zone: Zone = Field(description="IANA zone of the broadcaster's times, such as Asia/Seoul.")
    language: Language = Field(description="The language that is spoken in it, such as ko.")
    minutes: Minutes | None = Field(default=None, description="Length of an episode with its slot, in minutes.")
    age_rating: Annotated[str, Field(min_length=1, max_length=20)] | None = Field(
        default=None, description='For whom it is, as printed: "19+".'
    )
    genres: list[Label] = Field(default=[], max_length=20, description="Such as [thriller, drama].")
    synopsis: Text | None = Field(default=None, description="What it is about; must be safe before episode 1.")
    credits: list[CreditEntry] = Field(default=[], max_length=40, description="Who made it.")
    releases: list[ReleaseEntry] = Field(
        default=[],
        max_length=40,
        description=(
            "How every episode comes out; an episode's own release on the same service replaces one of these."
        ),
    )
    notes: list[NoteEntry] = Field(default=[], description="Facts about the show and its broadcast.")


class TitleEntry(Entry):
    """An episode's title."""

    text: NameText = Field(description="The title, by language.")
    after: Stamp = Field(description="The episode after which the title gives nothing away.")
    sources: Sources


class RatingEntry(Entry):
    """An episode's audience share."""

    nationwide: float = Field(ge=0, le=100, description="In per cent of households.")
    capital: float | None = Field(default=None, ge=0, le=100, description="In the capital's area, in per cent.")
    sources: Sources


class EpisodeEntry(Entry):
    """One episode."""

    number: Number = Field(
        description="Its place in the order of the show: counts everything through all seasons from 1, without gaps."
    )
    season: Annotated[int, Field(ge=1, le=1_000)] = Field(default=1, description="The season; left out: 1.")
    season_part: Part | None = Field(
        default=None, description="1, 2, ...: of a season that comes out in parts; left out: it comes out in one."
    )
    special: bool = Field(
        default=False, description='true: called "Special 1" and so on; the episodes around it are counted without it.'
    )
    part: Part | None = Field(
        default=None, description="1, 2, ...: of one episode that comes out in parts under the same number."
    )
    together: bool = Field(
        default=False,
        description="true: shown in one broadcast with the episode before it, whose date and releases it has.",
    )
    date: Day | None = Field(
        default=None, description='Broadcast day in the show\'s zone: "2025-07-21". Left out: not announced.'
    )
    derived: bool = Field(
        default=False,
        description="true: no source prints the date; it is counted on from other dates and the usual days.",
    )
    title: TitleEntry | None = Field(default=None, description="Its title, if it has one.")
    minutes: Minutes | None = Field(default=None, description="Its length, where it differs from the show's.")
    rating: RatingEntry | None = Field(default=None, description="Its audience share.")
    sources: Annotated[list[Reference], Field(max_length=40)] = Field(
        default=[], description="Ids of sources.yaml for the date."
    )
    releases: list[EpisodeReleaseEntry] = Field(
        default=[], max_length=40, description="Where this episode came out otherwise than the rest."
    )


class EpisodesFile(Entry):
    """episodes.yaml: all episodes in their order."""

    model_config = ConfigDict(title="The episodes of a show")

    episodes: list[EpisodeEntry] = Field(min_length=1, description="All episodes in their order.")


class BeatEntry(Entry):
    """One step of the story."""

    text: BeatText = Field(description="One or two sentences.")
    sources: Sources
    conflict: Reference | None = Field(default=None, description="Id of conflicts.yaml where sources disagree.")


class SummaryEntry(Entry):
    """An episode's story in short."""

    text: SummaryText = Field(description="One or two sentences, condensed from the beats.")
    sources: Sources


class RecapEntry(Entry):
    """What happens in one episode."""

    episode: Number = Field(description="The number of the episode.")
    summary: SummaryEntry | None = Field(
        default=None, description="For looking back; left out: the first sentence of every beat."
    )
    beats: list[BeatEntry] = Field(min_length=1, description="In the order of the story.")


class RecapsFile(Entry):
    """recaps.yaml: what happens, episode by episode."""

    model_config = ConfigDict(title="The recaps of a show")

    recaps: list[RecapEntry] = Field(description="One for each episode that has a recap.")


class NameEntry(Entry):
    """What a character is called from an episode on."""

    text: NameText = Field(description="The name, by language.")
    after: Stamp
    native: Label | None = Field(default=None, description="The name in its own script.")
    aliases: list[Label] = Field(default=[], max_length=40, description="Other spellings that people search for.")
    sources: Sources


class RoleEntry(Entry):
    """Who a character is, in a few words; the last one that is safe is shown."""

    text: Text = Field(description="A few words, such as: A young surgeon in Seoul.")
    after: Stamp
    sources: Sources


class ActorEntry(Entry):
    """Who plays a character."""

    name: Label = Field(description="In Latin letters.")
    native: Label | None = Field(default=None, description="In the actor's own script.")
    aliases: list[Label] = Field(default=[], max_length=40, description="Other spellings that people search for.")
    sources: Sources


class RelationEntry(Entry):
    """How a character stands to another one."""

    to: Id = Field(description="Id of the other character.")
    text: Text = Field(description="With {name} where the other's name goes: mother of {name}.")
    after: Stamp
    sources: Sources
    label: ArrowText | None = Field(
        default=None,
        description=(
            "What this character is to the other in a word or two, without names, for an arrow of the chart: "
            "mother. Left out: not drawn. Of several to the same character the last safe one is drawn."
        ),
    )
    kind: Literal["family", "love", "ally", "enemy", "work", "other"] = Field(
        default="other", description="What sort of tie it is, for the arrow's colour; left out: other."
    )


class FactEntry(Entry):
    """One sentence about a character."""

    text: Text = Field(description="One sentence.")
    after: Stamp
    sources: Sources
    confidence: Literal["high", "medium", "low"] = Field(
        default="high", description="How sure the sources make it; left out: high."
    )
    conflict: Reference | None = Field(default=None, description="Id of conflicts.yaml where sources disagree.")


class MembershipEntry(Entry):
    """That a character belongs to a group from an episode on."""

    group: Id | None = Field(description="Id of groups.yaml; null: to none any more.")
    after: Stamp
    sources: Sources


class StatusEntry(Entry):
    """How a character is known to fare from an episode on."""

    condition: Literal["alive", "missing", "deceased"] = Field(
        description="alive: after all, where it was otherwise before."
    )
    after: Stamp
    sources: Sources


class CharacterEntry(Entry):
    """One character."""

    id: Id = Field(description="Chosen once; relations refer to it.")
    after: Stamp = Field(description="The episode after which the character may be known to exist; 0: from the start.")
    names: list[NameEntry] = Field(
        min_length=1, max_length=20, description="By rising `after`; the last safe one counts."
    )
    roles: list[RoleEntry] = Field(
        default=[], max_length=20, description="By rising `after`; the last safe one counts."
    )
    actor: ActorEntry | None = Field(default=None, description="Who plays the character.")
    relations: list[RelationEntry] = Field(default=[], description="How the character stands to others.")
    facts: list[FactEntry] = Field(default=[], description="What is known of the character.")
    memberships: list[MembershipEntry] = Field(
        default=[], max_length=20, description="By rising `after`; the last safe one counts."
    )
    statuses: list[StatusEntry] = Field(
        default=[], max_length=20, description="By rising `after`; the last safe one counts. None: alive."
    )


class CharactersFile(Entry):
    """characters.yaml: who is who."""

    model_config = ConfigDict(title="The characters of a show")

    characters: list[CharacterEntry] = Field(description="The most important first.")


class GroupNameEntry(Entry):
    """What a group is called from an episode on."""

    text: NameText = Field(description="The name, by language.")
    after: Stamp
    sources: Sources


class GroupEntry(Entry):
    """A family, an organisation or a camp."""

    id: Id = Field(description="Chosen once; memberships refer to it.")
    names: list[GroupNameEntry] = Field(
        min_length=1,
        max_length=20,
        description="By rising `after`; the last safe one counts. The first says when the group is known at all.",
    )


class GroupsFile(Entry):
    """groups.yaml: what the characters belong to."""

    model_config = ConfigDict(title="The groups of a show")

    groups: list[GroupEntry] = Field(description="In the order in which the chart draws them.")


class QuestionEntry(Entry):
    """A question about the story with its answer."""

    id: Reference = Field(description="Chosen once, such as q1.")
    text: Text = Field(description="The question.")
    asked_after: Stamp = Field(description="The episode after which the question itself gives nothing away.")
    answer: Text = Field(description="The answer.")
    after: Stamp = Field(description="The episode after which the answer is safe to know.")
    sources: Sources
    conflicts: Annotated[list[Reference], Field(max_length=40)] = Field(
        default=[], description="Ids of conflicts.yaml that touch the answer."
    )


class QuestionsFile(Entry):
    """questions.yaml: what people ask about the story."""

    model_config = ConfigDict(title="The questions about a show")

    questions: list[QuestionEntry] = Field(description="Questions with their answers.")


class SideEntry(Entry):
    """What some of the sources say."""

    claim: Text = Field(description="What they say.")
    sources: Sources


class ConflictEntry(Entry):
    """What sources disagree about."""

    id: Reference = Field(description="Chosen once, such as C01.")
    after: Stamp
    episode: Number | None = Field(default=None, description="The recap it belongs to; left out: the whole show.")
    topic: Text = Field(description="What it is about, in a few words.")
    sides: list[SideEntry] = Field(min_length=2, max_length=10, description="Who says what.")
    chosen: Text = Field(description="Which side this dataset follows.")
    why: Text = Field(description="Why that side.")


class ConflictsFile(Entry):
    """conflicts.yaml: where sources disagree."""

    model_config = ConfigDict(title="The conflicts between the sources of a show")

    conflicts: list[ConflictEntry] = Field(description="Every disagreement that is known.")


class SourceEntry(Entry):
    """Where facts were read."""

    id: Reference = Field(description="Chosen once, such as S001.")
    publisher: Label = Field(description="Whose page it is, such as hancinema.net.")
    url: Url = Field(description="The page, beginning with https://.")
    language: Language = Field(description="The language of the page, such as en.")
    covers: Stamp = Field(
        description=("The last episode that the page or its address tells of; 0: a preview before the premiere.")
    )


class SourcesFile(Entry):
    """sources.yaml: where the facts were read."""

    model_config = ConfigDict(title="The sources of a show")

    sources: list[SourceEntry] = Field(min_length=1, description="Every page that the other files refer to.")


#: The model of each file of a show, by the file's name without its ending.
FILES: Final[Mapping[str, type[Entry]]] = {
    "show": ShowFile,
    "episodes": EpisodesFile,
    "recaps": RecapsFile,
    "characters": CharactersFile,
    "groups": GroupsFile,
    "questions": QuestionsFile,
    "conflicts": ConflictsFile,
    "sources": SourcesFile,
}

#: The files without which there is no show.
REQUIRED: Final = frozenset({"show", "episodes", "sources"})


def schemas() -> dict[str, dict[str, Any]]:
    """The format as JSON Schema, by the name of the file that each one is written to."""
    return {f"{kind}.schema.json": {"$schema": _DIALECT, **model.model_json_schema()} for kind, model in FILES.items()}


def write_schemas(folder: Path) -> list[Path]:
    """Writes all schema files into ``folder``, which is made if need be, and returns those that changed.

    Raises OSError where that can't be done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    changed: list[Path] = []
    for name in outdated_schemas(folder):
        path = folder / name
        path.write_text(_printed(schemas()[name]), encoding="utf-8", newline="\n")
        changed.append(path)
    return changed


def outdated_schemas(folder: Path) -> list[str]:
    """The names of the schema files in ``folder`` that are missing or not what `schemas` gives."""
    return [name for name, schema in schemas().items() if not _is_current(folder / name, _printed(schema))]


def _is_current(path: Path, wanted: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == wanted
    except (OSError, UnicodeDecodeError):
        return False


def _printed(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
