"""Use cases: load, ask core, store, return a view. No Discord, no SQL."""
