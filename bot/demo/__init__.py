"""The bot in a local browser page, on a simulated Discord, with a clock that can be moved."""
