"""`python -m tests.fuzz <target> [seconds]`: the same targets under atheris, which looks at what runs.

Atheris isn't among the locked dependencies, for it is only there as a wheel for some versions of Python:
`uv run --with atheris python -m tests.fuzz times 600`.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Fuzz until something breaks or the time is over."""
    try:
        import atheris
    except ImportError:
        print("Atheris isn't installed: uv run --with atheris python -m tests.fuzz ...", file=sys.stderr)
        return 69
    # Of libraries, what runs in them says nothing about what we parse, and takes minutes to prepare.
    with atheris.instrument_imports(include=["bot.core", "bot.dataset", "bot.app.zone_search", "bot.discord_ui.press"]):
        from tests.fuzz import targets
    every = sorted((*targets.OF_TEXT, *targets.OF_BYTES))
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in every:
        print(f"Name one of {', '.join(every)}.", file=sys.stderr)
        return 64
    if name == "custom_ids":
        targets.actions()

    def one(data: bytes) -> None:
        if name in targets.OF_BYTES:
            targets.OF_BYTES[name](data)
        else:
            targets.OF_TEXT[name](data.decode("utf-8", "replace"))

    seconds = sys.argv[2] if len(sys.argv) > 2 else "60"
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}"], one)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
