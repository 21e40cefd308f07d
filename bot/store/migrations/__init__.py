"""Every step from one schema to the next, run by `bot.store.migrate`. A step that was released is never changed."""
