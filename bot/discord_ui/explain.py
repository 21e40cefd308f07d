"""`/explain`: the questions a story leaves people with, and what the show answers, as far as they have watched."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import questions
from bot.app.shows import show_key
from bot.core.errors import UserError
from bot.core.questions import askable, explained
from bot.core.show import Question
from bot.core.spoilers import Decision, Piece
from bot.core.text import clean, cut, plain
from bot.discord_ui.ahead import Ahead, typed_argument
from bot.discord_ui.desk import Ask, Desk, chosen_up_to
from bot.discord_ui.options import Choices, show_option
from bot.discord_ui.press import Presses, button
from bot.discord_ui.recaps import disagreement_lines, piece_line, source_lines
from bot.discord_ui.reply import Reply
from bot.discord_ui.translation_note import disagreement_pieces, translation_note

_PER_PAGE = 10
_PER_ROW = 5
#: Discord takes at most this many choices of at most this many characters.
_MOST_CHOICES = 25
_LONGEST_CHOICE = 100


class Explain(commands.Cog):
    """Questions and answers."""

    def __init__(self, desk: Desk, choices: Choices, presses: Presses, ahead: Ahead) -> None:
        self._desk = desk
        self._ahead = ahead
        self.explain.autocomplete("question")(self._choices)
        self.explain.autocomplete("up_to")(choices.aired_episodes)
        self.explain.autocomplete("show")(choices.shows)
        presses.on("explain", self._press_explain, str, str)
        presses.on("questions", self._press_questions, str, int, int)
        presses.on("posteds", self._press_post, str, str)
        presses.on("whence", self._press_sources, str, str)
        ahead.on("asked", lambda ask, number, typed: self._asked(replace(ask, up_to=number), typed))
        ahead.on("question", lambda ask, _, key: self._explained(ask, self._known(ask, key)))

    @app_commands.command(name="explain", description="What the story leaves open, and its answers, as far as you are")
    @app_commands.describe(
        question="A question, or words of one; leave it out for a list",
        up_to="As of which episode, instead of as far as you have watched",
        show="Which show",
        private="Only you see the answer",
    )
    @app_commands.rename(up_to="up-to")
    async def explain(
        self,
        interaction: discord.Interaction,
        question: str = "",
        up_to: int | None = None,
        show: str | None = None,
        private: bool = True,
    ) -> None:
        """What the show answers."""
        ask = chosen_up_to(await self._desk.ask(interaction, show, private=private), up_to)
        reach = self._ahead.reach(ask)
        if self._ahead.locked(ask, reach):
            await self._ahead.answer(ask, "asked", reach, typed_argument(question))
            return
        await ask.answer(self._asked(ask, question))

    async def _choices(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Questions that may be asked as far as whoever types has watched."""
        try:
            ask = await self._desk.ask(interaction, show_option(interaction), private=True)
        except UserError:
            # The command itself will say that there is no such show.
            return []
        wordings = [
            cut(clean(ask.say.text(question.text)), _LONGEST_CHOICE)
            for question in questions.search(ask.show, ask.private_horizon.shown, typed, _MOST_CHOICES)
        ]
        return [app_commands.Choice(name=wording, value=wording) for wording in wordings]

    # -------------------------------------------------------------- replies

    def _asked(self, ask: Ask, typed: str) -> Reply:
        """The answer where it is clear which question is meant, else a list to choose from."""
        limit = ask.horizon().shown
        found = questions.find(ask.show, limit, typed)
        if found is not None:
            return self._explained(ask, found)
        if typed.strip():
            likest = questions.search(ask.show, limit, typed, _PER_ROW)
            if len(likest) == 1:
                return self._explained(ask, likest[0])
            if likest:
                return self._chosen_from(ask, Reply().add(ask.say("explain.which")), likest)
            return self._list(ask, 0, ask.say("explain.unknown"))
        return self._list(ask, 0)

    def _list(self, ask: Ask, page: int, first: str = "") -> Reply:
        say, show = ask.say, ask.show
        found = askable(show, ask.horizon().shown)
        reply = Reply().add(first, "## " + say("explain.title", show=plain(say.text(show.title))))
        if not found:
            return reply.add(say("explain.none"), "-# " + ask.horizon_note)
        # What was revealed for this once has no second page.
        size = _MOST_CHOICES if ask.revealed else _PER_PAGE
        pages = (len(found) + size - 1) // size
        page = min(max(page, 0), pages - 1)
        self._chosen_from(ask, reply, found[page * size : (page + 1) * size])
        note = ask.horizon_note
        reply.add("-# " + (note if pages == 1 else say("cast.page", page=page + 1, pages=pages) + " · " + note))
        if pages > 1 and not ask.revealed:
            key, owner = show_key(show), ask.asker.user_id
            reply.row(
                button(say("button.previous"), "questions", key, page - 1, owner, emoji="◀️", disabled=page == 0),
                button(say("button.next"), "questions", key, page + 1, owner, emoji="▶️", disabled=page + 1 == pages),
            )
        return reply

    def _chosen_from(self, ask: Ask, reply: Reply, found: tuple[Question, ...] | list[Question]) -> Reply:
        """Questions with a number each, and a button for each number."""
        key = show_key(ask.show)
        action = "reveal" if ask.revealed else "explain"
        place = ("question", key, ask.revealed) if ask.revealed else (key,)
        reply.add(*(f"**{number}.** {plain(ask.say.text(one.text))}" for number, one in enumerate(found, 1)))
        reply.add(*translation_note(ask.say, (Piece(one.text, Decision.SHOWN) for one in found)))
        numbers = [
            button(str(number), action, *place, questions.question_key(ask.show, one))
            for number, one in enumerate(found, 1)
        ]
        for start in range(0, len(numbers), _PER_ROW):
            reply.row(*numbers[start : start + _PER_ROW])
        return reply

    def _explained(self, ask: Ask, question: Question) -> Reply:
        say, show = ask.say, ask.show
        view = explained(show, question, ask.horizon())
        if view is None:
            raise UserError("explain.gone")
        reply = Reply().add("## " + plain(say.text(question.text)))
        # Whether there is an answer behind a bar may be seen, but nothing in the open depends on it.
        if view.answer is None or view.answer.decision is Decision.VEILED:
            reply.add(say("explain.unanswered"))
        if view.answer is not None:
            reply.add(piece_line(say, view.answer))
        answer = () if view.answer is None else (view.answer,)
        asked = Piece(question.text, Decision.SHOWN)
        note = translation_note(say, (asked, *answer, *disagreement_pieces(view.disagreements)))
        reply.add(*disagreement_lines(say, view.disagreements), *note, "-# " + ask.horizon_note)
        key = questions.question_key(show, question)
        return reply.row(
            button(say("button.post-here"), "posteds", show_key(show), key, emoji="📣") if ask.private else None,
            button(say("button.sources"), "whence", show_key(show), key, emoji="🔗")
            if (view.answer is not None or ask.public) and not ask.revealed
            else None,
        )

    def _known(self, ask: Ask, key: str) -> Question:
        try:
            return questions.by_key(ask.show, ask.horizon().shown, key)
        except UserError:
            if ask.public:
                raise UserError("explain.not-here", ceiling=ask.asker.ceiling) from None
            raise

    # -------------------------------------------------------------- presses

    async def _press_explain(self, interaction: discord.Interaction, key: str, question: str) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        await ask.answer(self._explained(ask, self._known(ask, question)))

    async def _press_questions(self, interaction: discord.Interaction, key: str, page: int, owner: int) -> None:
        show = self._desk.shows.by_key(key)
        await self._desk.turn(interaction, show, owner, lambda ask: self._list(ask, page))

    async def _press_post(self, interaction: discord.Interaction, key: str, question: str) -> None:
        """Answer a question to everybody here, made anew for the channel's ceiling."""
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=False)
        reach = self._ahead.reach(ask)
        if self._ahead.locked(ask, reach):
            await self._ahead.answer(ask, "question", reach, question)
            return
        await ask.answer(self._explained(ask, self._known(ask, question)))

    async def _press_sources(self, interaction: discord.Interaction, key: str, question: str) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        found = self._known(ask, question)
        view = explained(ask.show, found, ask.horizon())
        reply = Reply().add("## " + plain(ask.say.text(found.text)))
        if view is None or view.answer is None:
            await ask.answer(reply.add(ask.say("explain.unanswered")))
            return
        await ask.answer(reply.add(*source_lines(ask, found.sources, ask.horizon())))
