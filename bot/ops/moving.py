"""``python -m bot move``: everything that is kept goes from one database into another one, which is empty."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from typing import TextIO

from bot.core.errors import OperatorError
from bot.ops.alone import only_bot_on
from bot.store.copying import copy
from bot.store.database import Database

#: No bot that is divided has its servers in more processes than this.
_SHARDS = range(64)


async def move(source_url: str, target_url: str, out: TextIO) -> int:
    """Copy ``source_url`` into ``target_url`` and print what was copied. Raises OperatorError."""
    async with AsyncExitStack() as stack:
        opened: list[Database] = []
        for url in (source_url, target_url):
            database = await Database.open(url)
            stack.push_async_callback(database.close)
            stack.enter_context(only_bot_on(database.file))
            taken = await stack.enter_async_context(database.held("shard", _SHARDS))
            if taken is not None:
                raise OperatorError("operator.move-in-use", os.EX_TEMPFAIL, url=database.name)
            opened.append(database)
        source, target = opened
        done = await copy(source, target)
    width = max(len(one.table) for one in done)
    print(f"{'table':{width}}  {'rows there':>10}  {'rows here':>10}", file=out)
    for one in done:
        print(f"{one.table:{width}}  {one.rows:>10,}  {one.rows:>10,}", file=out)
    print(f"{sum(one.rows for one in done):,} rows from {source.name} are in {target.name}, each as it was.", file=out)
    return os.EX_OK
