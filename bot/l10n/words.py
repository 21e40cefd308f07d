"""Message keys and arguments to sentences, from the `.po` file of each language beside this module.

It does not guess: a key that is missing, or a placeholder without an argument, is an error, which the tests
of the catalogues find before a reader does. Dates, numbers and names are made in `bot.l10n.dates`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

from bot.core.show import same_language

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

#: The language of whoever speaks none that there are words in.
FALLBACK = "en"
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class _Catalogue:
    translations: GNUTranslations
    plain: frozenset[str]
    counted: frozenset[str]


class Words:
    """Every sentence the bot says, in every language it speaks.

    Locales are Discord's ("ko", "en-GB", "pt-BR"). One without words of its own reads those of its language, whatever
    their region ("es-419" reads `es.po`, "pt-PT" would read `pt_BR.po`), else English.
    """

    def __init__(self, catalogues: Mapping[str, _Catalogue]) -> None:
        self._catalogues = dict(catalogues)
        self.languages: tuple[str, ...] = tuple(sorted(catalogues, key=lambda code: (code != FALLBACK, code)))
        self._by_locale = {code.replace("_", "-").casefold(): code for code in catalogues}

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Words:
        """Read every `.po` file of ``folder`` (None: the shipped ones).

        Raises ValueError for a file that is not a catalogue, or where English is missing.
        """
        found = sorted((folder or files("bot.l10n")).iterdir(), key=lambda file: file.name)
        catalogues = {file.name.removesuffix(".po"): _read(file) for file in found if file.name.endswith(".po")}
        if FALLBACK not in catalogues:
            raise ValueError(f"there is no {FALLBACK}.po")
        return cls(catalogues)

    def language(self, locale: str) -> str:
        """The language, one of ``languages``, in which somebody with that locale is spoken to."""
        wanted = locale.replace("_", "-").casefold()
        while wanted:
            if wanted in self._by_locale:
                return self._by_locale[wanted]
            wanted = wanted.rpartition("-")[0]
        return next((code for code in self.languages if same_language(code.casefold(), locale.casefold())), FALLBACK)

    def keys(self, language: str) -> frozenset[str]:
        """Every key of one of ``languages``. Raises LookupError for another."""
        catalogue = self._catalogues[language]
        return catalogue.plain | catalogue.counted

    def say(self, locale: str, key: str, /, **arguments: object) -> str:
        """The sentence ``key`` for a reader with ``locale``; arguments that it has no place for are ignored.

        Arguments are put in as they are: escape what people typed before. Raises LookupError where the key,
        or an argument that the sentence needs, is missing, and for keys that need a count.
        """
        language = self.language(locale)
        catalogue = self._catalogues[language]
        if key not in catalogue.plain:
            raise LookupError(f"{language}.po has no sentence {key!r} without a count")
        return _fill(catalogue.translations.gettext(key), key, arguments)

    def say_count(self, locale: str, key: str, count: int, /, **arguments: object) -> str:
        """The sentence ``key`` in the plural form that ``count`` takes; ``{count}`` is the number itself.

        Raises LookupError as `say` does, and for keys without plural forms.
        """
        language = self.language(locale)
        catalogue = self._catalogues[language]
        if key not in catalogue.counted:
            raise LookupError(f"{language}.po has no sentence {key!r} with a count")
        return _fill(catalogue.translations.ngettext(key, key, count), key, {"count": count, **arguments})


def placeholders(sentence: str) -> frozenset[str]:
    """The names of the arguments that a sentence has a place for."""
    return frozenset(_PLACEHOLDER.findall(sentence))


def _fill(sentence: str, key: str, arguments: Mapping[str, object]) -> str:
    def put(found: re.Match[str]) -> str:
        if found[1] not in arguments:
            raise LookupError(f"{key!r} needs an argument {found[1]!r}")
        return str(arguments[found[1]])

    # In one pass, so that braces inside an argument are only text.
    return _PLACEHOLDER.sub(put, sentence)


def _read(file: Traversable) -> _Catalogue:
    # Only needed once per process, at the start.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    try:
        catalog = read_po(BytesIO(file.read_bytes()), locale=file.name.removesuffix(".po"), abort_invalid=True)
    except PoFileError as error:
        raise ValueError(f"{file.name} is not a catalogue: {error}") from error
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    plain: set[str] = set()
    counted: set[str] = set()
    for message in catalog:
        key = message.id
        # An empty or doubtful translation is no translation; the compiled catalogue leaves it out too.
        if not key or not message.string or message.fuzzy:
            continue
        if isinstance(key, str):
            plain.add(key)
        elif all(message.string):
            counted.add(key[0])
    return _Catalogue(GNUTranslations(compiled), frozenset(plain), frozenset(counted))
