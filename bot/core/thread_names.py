"""Which episode the name of a thread is about, as in "Ep. 7 reactions", "7화 이야기" or "Folge 7".

The rules, each with a test of its own:

* A name counts only where every word in it is understood: marks of episodes, titles of shows, and a short list of
  words such as "discussion". Any other word might turn the meaning around ("before episode 7", "episode 8
  predictions"), so a name with one says nothing.
* A bare number of an episode counts through all seasons, as everywhere; "S2E3" counts within its season.
* Of several episodes ("Episodes 7 and 8", "Episode 7 vs 8", "1-3화") the lowest one counts.
* A number that no episode of the show has says nothing, nor does a number without a mark ("Part 2", "#7").
* The show is the one whose title stands in the thread's name, else in its parent's, else the default one. Where
  that leaves several, the name says nothing.

Whether the episode has aired is not decided here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.show import Show
from bot.core.text import clean

#: Names longer than Discord allows aren't names.
_LONGEST = 100

_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w\s]|_")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")

#: All of these as they are after folding, which takes accents and Japanese voicing marks away.
_EPISODE_WORDS = frozenset(
    {
        *("episode", "episodes", "ep", "eps", "e", "에피소드", "에피", "エヒソート"),
        *("episodio", "episodios", "capitulo", "capitulos", "folge", "folgen", "episoden"),
    }
)
#: What stands before a number that a counter follows.
_ORDINALS = ("제", "第")
_EPISODE_COUNTERS = ("화", "회", "話")
#: A counter with what Korean and Japanese write after it without a space.
_COUNTED = re.compile(
    "([화회])(까지|부터|의|와|과|하고|방)|(話)(?:(と)(第)|(と|の?感想(?:スレット)?|の?実況|ネタハレ|スレット))"
)
_SEASON_WORDS = frozenset({"season", "s", "시즌", "シースン", "temporada", "saison", "staffel", "musim"})
_AND = frozenset(
    {"and", "to", "vs", "versus", "through", "와", "과", "하고", "부터", "と", "y", "und", "et", "dan"}
    | set(",.&+/-–~、")
)
#: Marks that join emoji and scripts, and choose how a sign is drawn.
_INVISIBLE = frozenset("\u200c\u200d\ufe0e\ufe0f")
#: Signs that may stand between a mark and its number.
_LOOSE = frozenset(".,#:-–_")

#: Words that leave open what the name is about. None of them can say "before", "not" or "not yet".
_HARMLESS = frozenset(
    """
    a an the our of for on about all and with your my s
    discussion discussions discuss discussing talk talks talking thread threads megathread chat chats chatter
    reaction reactions reacting live watch watching watched party parties along watchalong rewatch
    recap recaps review reviews spoiler spoilers comment comments thought thoughts opinion opinions impression
    impressions feelings post after aftermath weekly official general here question questions meme memes
    screenshot screenshots quote quotes finale final premiere pilot room corner club group drama kdrama series
    show tv episode season
    토론 이야기 얘기 수다 잡담 감상 감상평 감상회 후기 반응 리뷰 실시간 실황 달리기 같이 함께 보기 같이보기 시청
    discusion charla comentarios reaccion reacciones opinion opiniones resumen hilo sobre
    discussao conversa reacao reacoes comentario opinioes resumo topico
    discussion fil avis commentaires resume
    diskussion austausch reaktion reaktionen kommentare meinung meinungen zusammenfassung zu zur
    diskusi obrolan bahas bahasan reaksi komentar ringkasan nobar utas
    感想 の感想 感想スレット の感想スレット 実況 の実況 ネタハレ スレット
    방 스레드 쓰레드 스포 스포일러 스포방 스포주의 본방 본방사수 본방달리기 불판 톡 톡방 채팅 채팅방 소감 질문
    드라마 관련 전용 다시보기 정주행 총평 이야기방 토론방 수다방 잡담방 감상방 후기방 의 까지 시즌
    """.split()  # noqa: SIM905
)
#: Signs that could mean "not", "not yet" or "less than"; all others are ornament.
_TURNING_SIGNS = frozenset("🚫⛔❌❎✖✗✘🙅🙈🙉🙊🔒🔐⏳⌛🔜🤐🤫🛑📵🔕⏮⏪◀⬅←¬≠<>≤≥=")


@dataclass(frozen=True, slots=True)
class _Named:
    """One episode as it stands in a name; ``season`` None: counted through all seasons."""

    season: int | None
    number: int


def titles_of(show: Show) -> tuple[str, ...]:
    """Everything that a show is called."""
    names = (show.id, *show.title.by_language.values(), show.native_title or "", *show.aliases)
    return tuple(dict.fromkeys(name for name in names if name))


class ThreadNames:
    """Reads the names of threads, knowing what the loaded shows are called."""

    def __init__(self, shows: Mapping[str, Show], default: Show) -> None:
        self._shows = shows
        self._default = default
        self._titles: dict[tuple[str, ...], frozenset[str]] = {}
        for show in shows.values():
            for title in titles_of(show):
                key = tuple(_words(title))
                if key:
                    self._titles[key] = self._titles.get(key, frozenset()) | {show.id}
        self._longest = max(map(len, self._titles), default=0)

    def episode(self, name: str, parent: str | None, default: Show | None = None) -> tuple[Show, int] | None:
        """The show and the episode that a thread's name is about, or None where it says nothing.

        ``parent`` is the name of the channel that the thread is in, if that is known, ``default`` the show
        that is meant there (None: the one that is meant everywhere).
        """
        meant_here = default or self._default
        tokens = _tokens(name)
        if tokens is None:
            return None
        read = self._read(tokens, meant_here)
        if read is None:
            return None
        named, titled = read
        if not titled and parent is not None:
            titled = self._titled(_words(parent))
        meant = titled or {meant_here.id}
        if len(meant) > 1:
            return None
        show = self._shows[next(iter(meant))]
        numbers = [_absolute(show, one) for one in named]
        found = [number for number in numbers if number is not None]
        return (show, min(found)) if found and len(found) == len(numbers) else None

    def _read(self, tokens: Sequence[str], default: Show) -> tuple[list[_Named], set[str]] | None:
        """The episodes and the shows in a name, or None where something in it isn't understood."""
        named: list[_Named] = []
        titled: set[str] = set()
        at = 0
        while at < len(tokens):
            marked = _marked(tokens, at)
            if marked is not None:
                found, at = marked
                named.extend(found)
                continue
            title, beyond = self._title_at(tokens, at)
            if title:
                titled |= title
                # A title that could as well be meant as words leaves the show open.
                if all(_says_nothing(token) for token in tokens[at:beyond]):
                    titled.add(default.id)
                at = beyond
            elif _says_nothing(tokens[at]):
                at += 1
            else:
                return None
        return (named, titled) if named else None

    def _title_at(self, tokens: Sequence[str], at: int) -> tuple[frozenset[str], int]:
        """The shows whose title, the longest there is, begins here, and where the rest goes on."""
        found: frozenset[str] = frozenset()
        beyond = at
        words: list[str] = []
        for index in range(at, len(tokens)):
            if not tokens[index].isalnum():
                if not words:
                    break
                continue
            words.append(tokens[index])
            if len(words) > self._longest:
                break
            if tuple(words) in self._titles:
                found, beyond = self._titles[tuple(words)], index + 1
        return found, beyond

    def _titled(self, words: Sequence[str]) -> set[str]:
        """The shows whose titles stand anywhere among other words."""
        found: set[str] = set()
        at = 0
        while at < len(words):
            title, beyond = self._title_at(words, at)
            found |= title
            at = max(beyond, at + 1)
        return found


def _says_nothing(token: str) -> bool:
    return token in _HARMLESS or not token.isalnum()


def _words(text: str) -> list[str]:
    """The words and numbers of a name in which only titles are looked for."""
    return [token for token in _TOKEN.findall(_folded(text)) if token.isalnum()]


def _folded(text: str) -> str:
    """``text`` without case, accents and whatever can't be seen."""
    cleaned = clean(text.translate(_FULL_WIDTH)).casefold()
    decomposed = unicodedata.normalize("NFKD", "".join(char for char in cleaned if char not in _INVISIBLE))
    return unicodedata.normalize("NFC", "".join(char for char in decomposed if not unicodedata.combining(char)))


def _tokens(text: str) -> list[str] | None:
    """The words, numbers and signs of a name; None for one whose meaning a sign or an odd number may turn around."""
    if len(text) > _LONGEST or _TURNING_SIGNS & set(text):
        return None
    folded = _folded(text)
    # A superscript, a fraction, digits of another script: folding makes numbers of them that nobody wrote.
    numerals = [char for char in text.translate(_FULL_WIDTH) if char.isnumeric()]
    if numerals != [char for char in folded if char.isnumeric()] or not set(numerals) <= set("0123456789"):
        return None
    # "7.5", "21:00"
    if re.search(r"\d[.:]\d", folded):
        return None
    found: list[str] = _TOKEN.findall(folded)
    for index in range(len(found) - 1, 0, -1):
        counted = _COUNTED.fullmatch(found[index])
        if counted is not None and found[index - 1].isdigit():
            found[index : index + 1] = filter(None, counted.groups())
    return found


def _marked(tokens: Sequence[str], at: int) -> tuple[list[_Named], int] | None:
    """The episodes that are marked from here on, and where the rest goes on; None where there is no mark here."""
    season: int | None = None
    number, after = _number_after(tokens, at, _SEASON_WORDS)
    if number is not None:
        season, at = number, _skip(tokens, after, _LOOSE)
    if _word(tokens, at) in _ORDINALS:
        at += 1
    number, after = _number_after(tokens, at, _EPISODE_WORDS)
    prefixed = number is not None
    if number is None:
        number, after = _number(tokens, at)
    if number is None:
        return None
    found = [_Named(season, number)]
    counted = _is_counter(tokens, after)
    after += counted
    marked = prefixed or counted
    while True:
        following = _joined(tokens, after, season)
        if following is None:
            break
        one, counted, after = following
        found.append(one)
        marked = marked or counted
    if not marked:
        return None
    return found, after


def _joined(tokens: Sequence[str], at: int, season: int | None) -> tuple[_Named, bool, int] | None:
    """One more episode after a word such as "and", whether it has a counter of its own, and where the rest goes on."""
    after = _skip(tokens, at, _AND)
    if after == at:
        return None
    own, beyond = _number_after(tokens, after, _SEASON_WORDS)
    if own is not None:
        season, after = own, _skip(tokens, beyond, _LOOSE)
    if _word(tokens, after) in _ORDINALS:
        after += 1
    number, beyond = _number_after(tokens, after, _EPISODE_WORDS)
    if number is None and own is None:
        number, beyond = _number(tokens, after)
    if number is None:
        return None
    counted = _is_counter(tokens, beyond)
    return _Named(season, number), counted, beyond + counted


def _number_after(tokens: Sequence[str], at: int, words: frozenset[str]) -> tuple[int | None, int]:
    """The number after one of these words, and where the rest goes on."""
    if _word(tokens, at) not in words:
        return None, at
    return _number(tokens, _skip(tokens, at + 1, _LOOSE))


def _number(tokens: Sequence[str], at: int) -> tuple[int | None, int]:
    token = _word(tokens, at)
    return (int(token), at + 1) if token.isdigit() and len(token) <= 4 else (None, at)


def _is_counter(tokens: Sequence[str], at: int) -> bool:
    return _word(tokens, at) in _EPISODE_COUNTERS


def _skip(tokens: Sequence[str], at: int, these: frozenset[str]) -> int:
    while _word(tokens, at) in these:
        at += 1
    return at


def _word(tokens: Sequence[str], at: int) -> str:
    return tokens[at] if at < len(tokens) else ""


def _absolute(show: Show, named: _Named) -> int | None:
    """The number through all seasons, or None where the show has no such episode."""
    if named.season is None:
        # What stands for a special among choices is no number of an episode.
        found = show.chosen(named.number) if named.number <= show.last_printed else None
        return None if found is None else found.number
    for episode in show.episodes:
        if episode.special is None and (episode.season, episode.in_season) == (named.season, named.number):
            return episode.number
    return None
