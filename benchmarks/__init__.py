"""What the bot costs beside a bare one: `python -m benchmarks`; the figures stand in docs/benchmarks.md."""
