"""Ways to break the bot so that it tells too much, each a small change to one file.

What is replaced has to stand in the file exactly once: a mutant that no longer fits is an error, not a pass.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake: in ``file`` (below `bot/`), ``before`` becomes ``after``.

    ``tried`` picks the tests of `tests/discord_ui/test_noninterference.py` that have to notice, as pytest's ``-k``;
    ``quick``: one of the few that are tried by default.
    """

    name: str
    file: str
    before: str
    after: str
    tried: str
    quick: bool = False


RECAPS = "story and recaps"
CARDS = "story and cards"
QUESTIONS = "story and questions"
CHARTS = "story and charts"
AHEAD = "story and ahead"
TIMES = "air_times"
EVENING = "around_an_air_time"
TYPED = "people_type"

MUTANTS = (
    # ------------------------------------------------------------- core/spoilers.py
    Mutant(
        "shown one episode too far",
        "core/spoilers.py",
        "if after <= seen.shown:",
        "if after <= seen.shown + 1:",
        CARDS,
        quick=True,
    ),
    Mutant(
        "veiled one episode too far",
        "core/spoilers.py",
        "if after <= seen.covered:",
        "if after <= seen.covered + 1:",
        CARDS,
    ),
    Mutant(
        "shown instead of veiled",
        "core/spoilers.py",
        "if after <= seen.shown:",
        "if after <= max(seen.shown, seen.covered):",
        RECAPS,
    ),
    Mutant(
        "the asker's progress opens public replies",
        "core/spoilers.py",
        "return Horizon(shown=ceiling, covered=asked, public=True)",
        "return Horizon(shown=max(ceiling, progress.up_to), covered=asked, public=True)",
        CARDS,
    ),
    Mutant(
        "what was revealed is shown in public",
        "core/spoilers.py",
        "return Horizon(shown=ceiling, covered=asked, public=True)",
        "return Horizon(shown=max(ceiling, revealed), covered=asked, public=True)",
        AHEAD,
    ),
    Mutant(
        "what was asked for is shown in public",
        "core/spoilers.py",
        "return Horizon(shown=ceiling, covered=asked, public=True)",
        "return Horizon(shown=max(ceiling, asked), covered=asked, public=True)",
        RECAPS,
    ),
    Mutant(
        "episodes seen apart count in public",
        "core/spoilers.py",
        "return Horizon(shown=ceiling, covered=asked, public=True)",
        "return Horizon(shown=ceiling, covered=asked, public=True, apart=progress.apart)",
        RECAPS,
    ),
    Mutant(
        "an episode seen apart opens all before it",
        "core/spoilers.py",
        "shown = max(progress.up_to, revealed)",
        "shown = max(progress.up_to, revealed, *progress.apart)",
        CARDS,
    ),
    Mutant(
        "an episode seen apart opens the recaps before it",
        "core/spoilers.py",
        "if number in seen.apart else",
        "if any(number <= one for one in seen.apart) else",
        RECAPS,
    ),
    Mutant(
        "visible one episode too far",
        "core/spoilers.py",
        "if thing.after <= limit)",
        "if thing.after <= limit + 1)",
        CARDS,
    ),
    Mutant(
        "the latest of all",
        "core/spoilers.py",
        "found = visible(things, limit)",
        "found = tuple(things)",
        CARDS,
    ),
    Mutant(
        "named before they are known to exist",
        "core/spoilers.py",
        "return latest(character.names, limit) if character.after <= limit else None",
        "return latest(character.names, limit)",
        CARDS,
        quick=True,
    ),
    # ----------------------------------------------------------------- core/card.py
    Mutant(
        "spellings of later names",
        "core/card.py",
        "known = visible(character.names, limit)",
        "known = character.names",
        CARDS,
    ),
    Mutant(
        "a shown relation by a later name",
        "core/card.py",
        "name_at(other, seen.shown if decision is Decision.SHOWN else seen.covered)",
        "name_at(other, seen.covered)",
        CARDS,
    ),
    Mutant(
        "a relation by the last name of all",
        "core/card.py",
        "name_at(other, seen.shown if decision is Decision.SHOWN else seen.covered)",
        "other.names[-1]",
        CARDS,
    ),
    Mutant(
        "facts in the open",
        "core/card.py",
        "Piece(fact.text, decision)",
        "Piece(fact.text, Decision.SHOWN)",
        CARDS,
    ),
    Mutant(
        "the last role of all",
        "core/card.py",
        "role = latest(character.roles, seen.shown) or latest(character.roles, seen.covered)",
        "role = character.roles[-1]",
        CARDS,
    ),
    Mutant(
        "a later role in the open",
        "core/card.py",
        "role=None if role is None else Piece(role.text, decide(role.after, seen))",
        "role=None if role is None else Piece(role.text, Decision.SHOWN)",
        CARDS,
    ),
    Mutant(
        "a card in the open by a veiled name",
        "core/card.py",
        "name = name_at(character, seen.shown)",
        "name = name_at(character, max(seen.shown, seen.covered))",
        CARDS,
    ),
    Mutant(
        "later roles in the cast list",
        "core/card.py",
        "role = latest(character.roles, limit)\n",
        "role = character.roles[-1] if character.roles else None\n",
        CARDS,
    ),
    # --------------------------------------------------------------- core/recap.py
    Mutant(
        "an episode's title in the open with its recap",
        "core/recap.py",
        "title is not None and title.after <= seen.shown else None",
        "title is not None and title.after <= max(seen.shown, episode.number) else None",
        RECAPS,
        quick=True,
    ),
    Mutant(
        "all titles",
        "core/recap.py",
        "title is not None and title.after <= seen.shown else None",
        "title is not None else None",
        TIMES,
    ),
    Mutant(
        "withheld disagreements in a recap",
        "core/recap.py",
        "and (decision := _about_story(conflict, episode, seen)) is not Decision.WITHHELD",
        "and (decision := _about_story(conflict, episode, seen))",
        RECAPS,
    ),
    Mutant(
        "a disagreement about later episodes told as part of the story",
        "core/recap.py",
        "if conflict.after == episode.number else",
        "if conflict.after >= episode.number else",
        RECAPS,
    ),
    Mutant(
        "links to pages that tell more",
        "core/recap.py",
        "decide(show.sources[id].covers, seen)",
        "Decision.SHOWN",
        RECAPS,
    ),
    Mutant(
        "beats in the open",
        "core/recap.py",
        "beat_decision = decide_story(episode.number, seen)",
        "beat_decision = Decision.SHOWN",
        RECAPS,
    ),
    Mutant(
        "previously on… without bars",
        "core/recap.py",
        "for text in _in_short(episode)\n                if (decision := decide_story(episode.number, seen)) is not",
        "for text in _in_short(episode)\n                if (decision := Decision.SHOWN) is not",
        RECAPS,
    ),
    # ---------------------------------------------------- core/text.py, core/questions.py
    Mutant(
        "bars that what is inside can open",
        "core/text.py",
        "inner = plain(text)",
        "inner = clean(text)",
        RECAPS,
        quick=True,
    ),
    Mutant(
        "bars that a pipe inside can open",
        "core/text.py",
        'r"[\\\\*_~`|<@\\[\\]]"',
        'r"[\\\\*_~`<@\\[\\]]"',
        RECAPS,
    ),
    Mutant(
        "no bars",
        "core/text.py",
        'return f"||{inner}||" if inner else ""',
        "return inner",
        CARDS,
    ),
    Mutant(
        "questions that may not be asked yet",
        "core/questions.py",
        "if question.asked_after <= limit)",
        "if question.asked_after <= limit + 1)",
        QUESTIONS,
    ),
    Mutant(
        "answers that aren't known yet",
        "core/questions.py",
        "if decision is Decision.WITHHELD:",
        "if question.after > 99:",
        QUESTIONS,
    ),
    Mutant(
        "answers in the open",
        "core/questions.py",
        "Piece(question.answer, decision),",
        "Piece(question.answer, Decision.SHOWN),",
        QUESTIONS,
    ),
    # ----------------------------------------------------------------- core/chart.py
    Mutant(
        "the chart of the next episode",
        "app/charts.py",
        "view = chart(show, limit)",
        "view = chart(show, min(limit + 1, len(show.episodes)))",
        CHARTS,
    ),
    Mutant(
        "arrows of later episodes",
        "core/chart.py",
        "if relation.after <= limit and relation.to in known and",
        "if relation.to in known and",
        CHARTS,
        quick=True,
    ),
    Mutant(
        "memberships of later episodes",
        "core/chart.py",
        "if membership.after <= limit\n        and (",
        "if (",
        CHARTS,
    ),
    Mutant(
        "later names of groups",
        "core/chart.py",
        "name = latest(group.names, limit)",
        "name = group.names[-1] if latest(group.names, limit) else None",
        CHARTS,
    ),
    Mutant(
        "a later death",
        "core/chart.py",
        "status = latest(character.statuses, limit)",
        "status = latest(character.statuses, 99)",
        CHARTS,
    ),
    Mutant(
        "changes that are yet to come",
        "discord_ui/relationships.py",
        "changes(ask.show, limit)",
        "changes(ask.show, min(limit + 1, len(ask.show.episodes)))",
        CHARTS,
    ),
    # ------------------------------------------------------------------------- app
    Mutant(
        "found by names of later episodes",
        "app/characters.py",
        "for name in visible(entry.character.names, limit)",
        "for name in entry.character.names",
        CARDS,
    ),
    Mutant(
        "choices among the whole cast",
        "app/characters.py",
        "entries = cast(show, limit)\n    wanted = fold(typed[:100])\n    if not",
        "entries = cast(show, 99)\n    wanted = fold(typed[:100])\n    if not",
        CARDS,
    ),
    Mutant(
        "found among the whole cast",
        "app/characters.py",
        "entries = cast(show, limit)\n    shown_as",
        "entries = cast(show, 99)\n    shown_as",
        CARDS,
    ),
    Mutant(
        "buttons that tell ids",
        "app/characters.py",
        "return opaque_key(show.id, character.id)",
        "return character.id",
        CARDS,
    ),
    Mutant(
        "found among all questions",
        "app/questions.py",
        "for index, question in enumerate(askable(show, limit))",
        "for index, question in enumerate(show.questions)",
        QUESTIONS,
    ),
    Mutant(
        "a thread about one episode is open to the end",
        "app/ceilings.py",
        "return episode.number if episode is not None and aired(",
        "return len(show.episodes) if episode is not None and aired(",
        RECAPS,
    ),
    Mutant(
        "rooms are open by themselves",
        "app/ceilings.py",
        "return Ceiling(0, Origin.NONE)",
        "return Ceiling(last, Origin.NONE)",
        RECAPS,
    ),
    # ------------------------------------------------------------------ discord_ui
    Mutant(
        "a count of all facts",
        "discord_ui/characters.py",
        '"-# " + ask.horizon_note)\n        if ask.private:',
        'f"-# {len(character.facts)} " + ask.horizon_note)\n        if ask.private:',
        CARDS,
        quick=True,
    ),
    Mutant(
        "headings over veiled pieces",
        "discord_ui/characters.py",
        "for piece in pieces if piece.decision is Decision.SHOWN]",
        "for piece in pieces if piece.decision is not Decision.WITHHELD]",
        CARDS,
    ),
    Mutant(
        "as many pages as there are characters",
        "discord_ui/characters.py",
        "pages = max((len(entries) + _PER_PAGE - 1) // _PER_PAGE, 1)",
        "pages = max((len(show.characters) + _PER_PAGE - 1) // _PER_PAGE, 1)",
        CARDS,
    ),
    Mutant(
        "a heading over veiled disagreements",
        "discord_ui/recaps.py",
        'heading = any(one.decision is Decision.SHOWN for one in found)\n    lines: list[str] = ["### "',
        'heading = bool(found)\n    lines: list[str] = ["### "',
        RECAPS,
    ),
    Mutant(
        "bars that a disagreement can open",
        "discord_ui/recaps.py",
        'lines.append("- " + spoiler(say("recap.disagreement-veiled", disagreement=line)))',
        'lines.append("- ||" + say("recap.disagreement-veiled", disagreement=line) + "||")',
        RECAPS,
    ),
    Mutant(
        "bars around what isn't escaped",
        "discord_ui/recaps.py",
        "return spoiler(text) if decision is Decision.VEILED else plain(text)",
        'return f"||{text}||" if decision is Decision.VEILED else plain(text)',
        RECAPS,
    ),
    Mutant(
        "veiled links in the open",
        "discord_ui/recaps.py",
        'lines.append(f"- {publisher} ||[🔗]{link}||")',
        'lines.append(f"- {publisher} [🔗]{link}")',
        RECAPS,
    ),
    Mutant(
        "nothing is asked before what is ahead",
        "discord_ui/ahead.py",
        "return not seen and ask.revealed < episode and",
        "return seen and ask.revealed < episode and",
        RECAPS,
    ),
    Mutant(
        "the title of what is ahead",
        "discord_ui/ahead.py",
        'title = plain(say.text(show.title))\n        key = "ahead.yours"',
        "named = episode_of(show, episode).title if episode else None\n"
        '        title = plain(say.text(named.text if named else show.title))\n        key = "ahead.yours"',
        RECAPS,
    ),
    Mutant(
        "the card ahead for everybody to read",
        "discord_ui/ahead.py",
        "await replace(ask, private=True).answer(self.card(ask, what, episode, argument))",
        "await ask.answer(self.card(ask, what, episode, argument))",
        RECAPS,
    ),
    Mutant(
        "choices of names to come",
        "discord_ui/options.py",
        "characters.search(ask.show, ask.asker.progress, typed, _MOST)",
        "characters.search(ask.show, ask.asker.progress + 1, typed, _MOST)",
        CARDS,
    ),
    Mutant(
        "episodes offered by title",
        "discord_ui/options.py",
        "    name = episode_name(say, show, episode)\n    at = airs_at(episode)",
        "    name = say.text(episode.title.text) if episode.title else episode_name(say, show, episode)\n"
        "    at = airs_at(episode)",
        TIMES,
    ),
    Mutant(
        "choices of questions to come",
        "discord_ui/explain.py",
        "questions.search(ask.show, ask.private_horizon.shown, typed, _MOST_CHOICES)",
        "questions.search(ask.show, len(ask.show.episodes), typed, _MOST_CHOICES)",
        QUESTIONS,
    ),
    Mutant(
        "public replies for the asker's eyes",
        "discord_ui/desk.py",
        "seen = self.asker.horizon(public=self.public, asked=asked, revealed=self.revealed)",
        "seen = self.asker.horizon(public=False, asked=asked, revealed=self.revealed)",
        CARDS,
    ),
    Mutant(
        "as far as was asked, seen or not",
        "discord_ui/desk.py",
        "replace(seen, shown=min(seen.shown, self.up_to))",
        "replace(seen, shown=self.up_to)",
        CARDS,
    ),
    Mutant(
        "as far as was watched, asked or not",
        "discord_ui/desk.py",
        "replace(seen, shown=min(seen.shown, self.up_to))",
        "seen",
        CARDS,
    ),
    Mutant(
        "everybody turns the same page",
        "discord_ui/desk.py",
        "in_place = interaction.user.id == owner_id and message is not None",
        "in_place = message is not None",
        RECAPS,
    ),
    Mutant(
        "private replies for all to read",
        "discord_ui/desk.py",
        "await reply.send(self.interaction, made, private=self.private)",
        "await reply.send(self.interaction, made, private=False)",
        CARDS,
    ),
    Mutant(
        "titles with the air times",
        "discord_ui/airtimes.py",
        "if (title := safe_title(episode, seen)) is not None",
        "if (title := episode.title and episode.title.text) is not None",
        TIMES,
    ),
    Mutant(
        "titles in the calendar file",
        "app/calendars.py",
        'say("calendar.summary", show=title, episode=naming(say, show, (episode,)))',
        'say("calendar.summary", show=title, episode=say.text(episode.title.text) if episode.title else "")',
        TIMES,
    ),
    Mutant(
        "titles in reminders",
        "discord_ui/posts.py",
        "episode=episode_names(say, post.show, (post.episode, *post.along)),",
        'episode=plain(say.text(post.episode.title.text)) if post.episode.title else "",',
        EVENING,
        quick=True,
    ),
    Mutant(
        "the number of beats in invitations",
        "discord_ui/posts.py",
        'title = say("party.title", show=plain(say.text(show.title)),',
        'title = str(len(episode.beats)) + say("party.title", show=plain(say.text(show.title)),',
        EVENING,
    ),
    Mutant(
        "the story in reminders of a plan",
        "discord_ui/posts.py",
        '["🍿 " + line, *_late(say, post.late)]',
        '["🍿 " + line, *(plain(say.text(beat.text)) for beat in show.episodes[0].beats)]',
        EVENING,
    ),
    Mutant(
        "titles in a plan's calendar file",
        "discord_ui/catch_up.py",
        'description=say("catch-up.calendar"),',
        'description=say.text(show.episodes[0].summary.text) if show.episodes[0].summary else "",',
        EVENING,
    ),
    Mutant(
        "charts for everybody as far as was asked",
        "discord_ui/relationships.py",
        "limit = ask.horizon().shown\n        if view.comparing:",
        "limit = ask.horizon().covered\n        if view.comparing:",
        CHARTS,
    ),
    Mutant(
        "a file called after the newest person",
        "discord_ui/relationships.py",
        "made.pictures.append(Picture(_FILE_NAME,",
        'made.pictures.append(Picture(f"chart-{ask.show.characters[-1].id}.png",',
        CHARTS,
    ),
    Mutant(
        "alt text with a count of all",
        "discord_ui/relationships.py",
        "description = alt_text(say, found, LONGEST_DESCRIPTION)",
        'description = f"{len(ask.show.characters)}: " + alt_text(say, found, 900)',
        CHARTS,
    ),
    Mutant(
        "a legend for ties to come",
        "app/charts.py",
        "kinds = {arrow.kind for arrow in view.arrows}",
        "kinds = {tie.kind for character in show.characters for tie in character.relations}",
        CHARTS,
    ),
    Mutant(
        "what was written on a party for who has seen it",
        "core/party.py",
        "return next(iter(visible((text,), limit)), PartyText())",
        "return text",
        TYPED,
        quick=True,
    ),
)
