"""How far people have watched, and which servers may see it."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from bot.core.progress import Progress
from bot.store.database import Transaction
from bot.store.kept import kept
from bot.store.tables import progress, progress_share, rewatch, seen_apart


@kept
async def get(tx: Transaction, user_id: int, show_id: str) -> Progress | None:
    """What this person has seen of a show, or None if they never said."""
    rows = await _rows(tx, progress.c.user_id == user_id, progress.c.show_id == show_id)
    return rows.get(user_id)


async def set(tx: Transaction, user_id: int, show_id: str, seen: Progress) -> None:
    """Keep exactly this."""
    key = {"user_id": user_id, "show_id": show_id}
    insert = tx.insert(progress).values(**key, episode=seen.up_to)
    await tx.execute(insert.on_conflict_do_update(index_elements=["user_id", "show_id"], set_={"episode": seen.up_to}))
    for table in (seen_apart, rewatch):
        await tx.execute(sa.delete(table).where(table.c.user_id == user_id, table.c.show_id == show_id))
    if seen.apart:
        rows = [{**key, "episode": number} for number in sorted(seen.apart)]
        await tx.execute(sa.insert(seen_apart).values(rows))
    if seen.rewatch is not None:
        await tx.execute(sa.insert(rewatch).values(**key, episode=seen.rewatch))


async def clear(tx: Transaction, user_id: int, show_id: str) -> bool:
    """Delete what this person said about a show, shares included; False where they said nothing."""
    for table in (seen_apart, rewatch, progress_share):
        await tx.execute(sa.delete(table).where(table.c.user_id == user_id, table.c.show_id == show_id))
    deleted = await tx.execute(sa.delete(progress).where(progress.c.user_id == user_id, progress.c.show_id == show_id))
    return deleted.rowcount > 0


@kept
async def shares(tx: Transaction, user_id: int, guild_id: int, show_id: str) -> bool:
    """Whether this server may see how far this person is."""
    query = sa.select(progress_share.c.user_id).where(
        progress_share.c.user_id == user_id,
        progress_share.c.guild_id == guild_id,
        progress_share.c.show_id == show_id,
    )
    return (await tx.execute(query)).first() is not None


async def set_share(tx: Transaction, user_id: int, guild_id: int, show_id: str, share: bool) -> None:
    """Let a server see how far a person is, or no longer."""
    if share:
        insert = tx.insert(progress_share).values(user_id=user_id, guild_id=guild_id, show_id=show_id)
        await tx.execute(insert.on_conflict_do_nothing())
    else:
        await tx.execute(
            sa.delete(progress_share).where(
                progress_share.c.user_id == user_id,
                progress_share.c.guild_id == guild_id,
                progress_share.c.show_id == show_id,
            )
        )


@kept
async def shared_in(tx: Transaction, guild_id: int, show_id: str) -> dict[int, Progress]:
    """Who lets this server see how far they are, and how far, the furthest first."""
    sharing = sa.select(progress_share.c.user_id).where(
        progress_share.c.guild_id == guild_id, progress_share.c.show_id == show_id
    )
    found = await _rows(tx, progress.c.user_id.in_(sharing), progress.c.show_id == show_id)
    return dict(sorted(found.items(), key=lambda entry: (-entry[1].up_to, entry[0])))


async def of_all(tx: Transaction, user_ids: Collection[int], show_id: str) -> dict[int, Progress]:
    """What each of these people has seen of a show who has said so."""
    return await _rows(tx, progress.c.user_id.in_(user_ids), progress.c.show_id == show_id)


async def _rows(tx: Transaction, *conditions: sa.ColumnElement[bool]) -> dict[int, Progress]:
    query = (
        sa.select(
            progress.c.user_id,
            progress.c.episode,
            seen_apart.c.episode.label("apart"),
            rewatch.c.episode.label("again"),
        )
        .select_from(progress)
        .outerjoin(
            seen_apart,
            sa.and_(seen_apart.c.user_id == progress.c.user_id, seen_apart.c.show_id == progress.c.show_id),
        )
        .outerjoin(rewatch, sa.and_(rewatch.c.user_id == progress.c.user_id, rewatch.c.show_id == progress.c.show_id))
        .where(*conditions)
    )
    found: dict[int, Progress] = {}
    for row in await tx.execute(query):
        before = found.get(row.user_id)
        apart = frozenset[int]() if before is None else before.apart
        found[row.user_id] = Progress(row.episode, apart if row.apart is None else apart | {row.apart}, row.again)
    return found
