"""What announcements say. Everybody in the channel sees them: shows, numbers and times, and of a story only bars."""

from __future__ import annotations

from datetime import datetime

from bot.app.outbox import AnnouncementPost, RecapPost, SeasonEndPost, TroublePost
from bot.app.shows import show_key
from bot.core.announcement import ceiling_after, watched_at
from bot.core.progress import Progress
from bot.core.recap import recap
from bot.core.show import Episode, ReleaseKind
from bot.core.spoilers import horizon
from bot.core.text import plain
from bot.discord_ui import stamps
from bot.discord_ui.options import episode_name, episode_names
from bot.discord_ui.press import button
from bot.discord_ui.recaps import piece_line
from bot.discord_ui.reply import Reply
from bot.discord_ui.translation_note import translation_note
from bot.l10n.speaker import Speaker

#: Why an announcement could not be posted, as the outbox says it, and our words for it.
_TROUBLES = {
    "forbidden": "announce.trouble-forbidden",
    "channel-gone": "announce.trouble-gone",
    "no-forum": "announce.trouble-gone",
    "tag-needed": "announce.trouble-tag",
}


def announcement_card(say: Speaker, post: AnnouncementPost, mark: str) -> Reply:
    """The announcement of what comes out, as things are; ``mark`` names the message."""
    one, setup, show = post.announcement, post.setup, post.show
    names = episode_names(say, show, post.episodes)
    reply = Reply().add("## 📺 " + plain(f"{say.text(show.title)} · {names}"))
    if post.test:
        reply.add("🧪 " + say("announce.is-test"))
    if setup.role_id is not None:
        reply.add(f"<@&{setup.role_id}>")
    over = one.airs_at is not None and watched_at(show, post.episodes, one.airs_at) <= post.now
    if one.airs_at is None:
        reply.add("⏸️ " + say("announce.undated"))
    elif one.again:
        reply.add("➡️ " + say("announce.again", at=stamps.full(one.airs_at)))
    else:
        reply.add(_when(say, post, one.airs_at))
    if one.moved_from is not None and not over:
        reply.add("-# " + say("announce.moved-from", at=stamps.full(one.moved_from)))
    if not post.rerun and not over:
        reply.add(*_services(say, post.episodes[0]))
    if post.late_by is not None:
        minutes = max(1, round(post.late_by.total_seconds() / 60))
        reply.add("-# " + say("announce.late", late=say.duration(minutes)))
    if ceiling_after(one.episodes) not in one.episodes:
        reply.add("-# " + say("announce.drop"))
    key, number = show_key(show), one.episodes[0]
    with_recap = over and any(episode.beats for episode in post.episodes)
    last = post.episodes[-1]
    return reply.row(
        button(say("announce.ping-me"), "ping-me", key, mark, emoji="🔔") if setup.role_id is not None else None,
        None if over else button(say("button.world-clock"), "clock-of", key, number, mark, emoji="🌍"),
        button(say("button.recap", episode=episode_name(say, show, last)), "recap", key, last.number, emoji="📖")
        if with_recap
        else None,
        button(say("button.seen", episode=episode_name(say, show, last)), "seen", key, last.number, emoji="✅")
        if over
        else None,
    )


def recap_card(say: Speaker, post: RecapPost, mark: str) -> Reply:
    """A recap behind bars, wherever it is posted: nobody asked for it."""
    show, episode = post.show, post.episode
    view = recap(show, episode, horizon(public=True, progress=Progress(), ceiling=0, asked=episode.number))
    name = episode_name(say, show, episode)
    reply = Reply().add("## 📖 " + say("recap.title", show=plain(say.text(show.title)), episode=name))
    reply.add(*("- " + piece_line(say, beat) for beat in view.beats))
    reply.add(*translation_note(say, view.beats))
    key = show_key(show)
    return reply.row(
        button(say("button.seen", episode=name), "seen", key, episode.number, emoji="✅"),
        button(say("button.world-clock"), "clock-of", key, episode.number, mark, emoji="🌍"),
    )


def season_end_card(say: Speaker, post: SeasonEndPost, mark: str) -> Reply:
    """That a season is over."""
    show = post.show
    key = "announce.rerun-over" if post.rerun else "announce.season-over"
    if len(show.seasons) > 1:
        key = "announce.rerun-over-season" if post.rerun else "announce.season-over-season"
    title, name = plain(say.text(show.title)), episode_name(say, show, post.episode)
    reply = Reply().add("## 🏁 " + title, say(key, show=title, episode=name, season=post.episode.season))
    return reply.row(button(say("button.next-up"), "yours-of", show_key(show), mark, emoji="👉"))


def trouble_card(say: Speaker, post: TroublePost) -> Reply:
    """What somebody who set announcements up is told when one could not be posted."""
    what = plain(f"{say.text(post.show.title)} · {episode_names(say, post.show, post.episodes)}")
    place = f"<#{post.setup.channel_id}>"
    return Reply(
        [
            "📺 " + say("announce.trouble", what=what, channel=place),
            trouble_words(say, post.reason),
            "-# " + say("announce.trouble-do"),
        ]
    )


def trouble_words(say: Speaker, reason: str) -> str:
    """Why something could not be posted."""
    if reason.startswith("no-thread"):
        return say("announce.trouble-thread")
    return say(_TROUBLES.get(reason, "announce.trouble-other"))


def _when(say: Speaker, post: AnnouncementPost, at: datetime) -> str:
    key = "announce.airs" if at > post.now else "announce.aired"
    if post.rerun:
        key = "announce.rerun-on" if at > post.now else "announce.rerun-was"
    return say(key, at=stamps.full(at), relative=stamps.relative(at), network=plain(post.show.network))


def _services(say: Speaker, episode: Episode) -> list[str]:
    """Where else it comes out."""
    names = dict.fromkeys(
        plain(release.service)
        for release in episode.releases
        if release.kind is ReleaseKind.STREAMING and release is not episode.broadcast
    )
    return ["▶️ " + say("announce.streams", services=" · ".join(names))] if names else []
