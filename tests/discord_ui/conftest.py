"""Says at the end of a run how many renderings `test_noninterference` compared, and of which surfaces."""

from __future__ import annotations

import textwrap
from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    compared: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            # What a test records stands in the report of its end as well.
            if getattr(report, "when", None) != "call":
                continue
            for name, value in report.user_properties:
                if name == "renderings":
                    compared.update(value)
    if not compared:
        return
    choices = [kind for kind in compared if kind.startswith("choices ")]
    offered = sum(compared.pop(kind) for kind in choices)
    total = compared.total() + offered
    terminalreporter.write_line(f"{total} renderings compared, on {len(compared) + len(choices)} surfaces")
    each = [f"{kind} {number}" for kind, number in compared.most_common()]
    listed = ", ".join([*each, f"choices of {len(choices)} options {offered}"])
    for line in textwrap.wrap(listed, 110, break_long_words=False, break_on_hyphens=False):
        terminalreporter.write_line(f"  {line}")
