"""`/service`: where people watch, said once; and when an episode comes out there, for them alone."""

from __future__ import annotations

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.app.services import Services
from bot.app.shows import episode_of, show_key
from bot.core.airing import airs_at
from bot.core.errors import UserError
from bot.core.names import fold
from bot.core.service import Service, release_on
from bot.core.show import Episode, Release, Show
from bot.core.text import clean, cut, plain
from bot.discord_ui import stamps
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import Choices, show_option
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply
from bot.l10n.speaker import Speaker

#: What people type to take back what they said.
_NONE = frozenset(("none", "없음", "없어요"))
#: Longer than the name of any country.
_LONGEST_COUNTRY = 60
#: Codes beside those of countries: groups of them, nowhere, and what programs are tried with.
_NO_COUNTRY = frozenset(("EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"))
#: Discord takes at most this many choices.
_MOST_CHOICES = 25
#: As many sources are named of one release.
_SOURCES_NAMED = 3


class ServiceCommands(commands.GroupCog, group_name="service", group_description="Where you watch"):
    """Where somebody watches, and what that means for them."""

    def __init__(self, desk: Desk, choices: Choices, presses: Presses, services: Services) -> None:
        self._desk = desk
        self._services = services
        super().__init__()
        self.pick.autocomplete("show")(choices.shows)
        presses.on("mine", self._press, str, int)

    # ------------------------------------------------------------- commands

    @app_commands.command(name="pick", description="Say once where you watch; answers and subscriptions go by it")
    @app_commands.describe(
        service="Which channel or streaming service; or none",
        country="In which country, such as Korea or KR",
        show="Only for this show; for all shows if left out",
    )
    async def pick(
        self, interaction: discord.Interaction, service: str, country: str | None = None, show: str | None = None
    ) -> None:
        """Say where one watches."""
        ask = await self._desk.ask(interaction, show, private=True)
        say, user_id = ask.say, ask.asker.user_id
        only = ask.show if show is not None and show.strip() else None
        if clean(service).casefold() in _NONE:
            had = await self._services.clear(user_id, only)
            await ask.answer(Reply([say("service.cleared" if had else "service.none")]))
            return
        chosen = Service(self._services.find(service, only), None if country is None else _country(say, country))
        await self._services.choose(user_id, only, chosen)
        name = service_name(say, chosen)
        if only is None:
            reply = Reply(["📍 " + say("service.picked", service=name)])
        else:
            reply = Reply(["📍 " + say("service.picked-show", service=name, show=plain(say.text(only.title)))])
        await ask.answer(reply.add("-# " + say("service.private")))

    @pick.autocomplete("service")
    async def _offered(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        names = self._services.offered(self._show_typed(interaction))
        wanted = fold(typed)
        return [
            app_commands.Choice(name=cut(clean(name), 100), value=cut(name, 100))
            for name in names
            if wanted in fold(name)
        ][:_MOST_CHOICES]

    @pick.autocomplete("country")
    async def _countries(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        say = self._desk.speaker(interaction)
        there = self._services.offered(self._show_typed(interaction))
        picked = fold(str(getattr(interaction.namespace, "service", None) or ""))
        codes = {code for name, regions in there.items() if not picked or fold(name) == picked for code in regions}
        named = sorted((say.territory(code), code) for code in codes)
        wanted = fold(typed)
        return [
            app_commands.Choice(name=cut(name, 100), value=code)
            for name, code in named
            if wanted in fold(name) or wanted == fold(code)
        ][:_MOST_CHOICES]

    @app_commands.command(name="show", description="Where you said that you watch; only you see it")
    async def shown(self, interaction: discord.Interaction) -> None:
        """Show what was said."""
        ask = await self._desk.ask(interaction, private=True)
        say, said = ask.say, await self._services.said(ask.asker.user_id)
        if not said:
            await ask.answer(Reply([say("service.none")]))
            return
        reply = Reply().add("## " + say("service.title"))
        for show_id, service in said.items():
            name = service_name(say, service)
            if show_id is None:
                reply.add("- " + say("service.for-all", service=name))
                continue
            show = self._desk.shows.get(show_id)
            title = show_id if show is None else say.text(show.title)
            reply.add("- " + say("service.for-show", service=name, show=plain(title)))
        await ask.answer(reply.add("-# " + say("service.private")))

    def _show_typed(self, interaction: discord.Interaction) -> Show | None:
        """The show that is chosen so far; None for none, and for what is no show, which the command itself will say."""
        typed = show_option(interaction)
        try:
            return None if typed is None else self._desk.shows.find(typed)
        except UserError:
            return None

    # -------------------------------------------------------------- replies

    async def told(self, ask: Ask, episode: Episode) -> list[str]:
        """When an episode comes out where the asker watches; nothing in what others read, or where that isn't known."""
        service = None if ask.public else await self._services.of(ask.asker.user_id, ask.show)
        return [] if service is None else own_lines(ask.say, ask.show, episode, service)

    def button(self, ask: Ask, episode: Episode) -> ui.Button[ui.LayoutView] | None:
        """The button with which everybody gets their own line."""
        if not ask.public:
            return None
        return button(ask.say("button.mine"), "mine", show_key(ask.show), episode.number, emoji="📍")

    async def _press(self, interaction: discord.Interaction, key: str, number: int) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        episode = episode_of(ask.show, number)
        service = await self._services.of(ask.asker.user_id, ask.show)
        if service is None:
            await ask.answer(Reply([ask.say("service.untold")]))
            return
        await ask.answer(Reply(own_lines(ask.say, ask.show, episode, service)))


def service_name(say: Speaker, service: Service) -> str:
    """ "Netflix" or "Netflix (Korea)", escaped."""
    if service.region is None:
        return plain(service.name)
    return say("service.in", service=plain(service.name), region=plain(say.territory(service.region)))


def own_lines(say: Speaker, show: Show, episode: Episode, service: Service) -> list[str]:
    """When an episode comes out on somebody's service, as far as sources say so, and who says so."""
    name, release = service_name(say, service), release_on(episode, service)
    if release is None:
        return ["📍 " + say("service.not-there", service=name)]
    if release.at is None:
        return ["📍 " + say("service.no-hour", service=name), *checked_lines(say, show, (release,))]
    at = release.at.instant()
    key = "service.same" if at == airs_at(episode) else "service.at"
    line = "📍 " + say(key, service=name, at=stamps.full(at), relative=stamps.relative(at))
    return [line, *checked_lines(say, show, (release,))]


def checked_lines(say: Speaker, show: Show, releases: tuple[Release, ...]) -> list[str]:
    """Small print: which publishers say so, and when that was checked; what has the same behind it is one line."""
    behind: dict[tuple[tuple[str, ...], str | None], list[str]] = {}
    for release in releases:
        publishers = dict.fromkeys(show.sources[one].publisher for one in release.sources if one in show.sources)
        checked = None if release.checked is None else say.date(release.checked)
        if publishers:
            behind.setdefault((tuple(publishers)[:_SOURCES_NAMED], checked), []).append(release.service)
    lines: list[str] = []
    for (publishers, checked), services in behind.items():
        facts = {
            "services": say.listing(plain(one) for one in dict.fromkeys(services)),
            "sources": say.listing(plain(one) for one in publishers),
        }
        if checked is None:
            lines.append("-# " + say("release.sources", **facts))
        else:
            lines.append("-# " + say("release.checked", date=checked, **facts))
    return lines


def _country(say: Speaker, typed: str) -> str:
    """The code of the country that is called so. Raises UserError("service.country-unknown")."""
    wanted = fold(typed) if len(typed) <= _LONGEST_COUNTRY else ""
    names = say.territories()
    named = {
        code: name for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    }
    found = next((code for code, name in named.items() if wanted and wanted in (fold(code), fold(name))), None)
    if found is None:
        raise UserError("service.country-unknown", typed=typed)
    return found
