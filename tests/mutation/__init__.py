"""Whether the tests would notice: the bot is broken on purpose, in a copy, and has to be caught telling too much.

`python -m tests.mutation` tries a few ways to break it, `python -m tests.mutation --full` all of them.
"""
