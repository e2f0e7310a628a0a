"""Prints how often each theorem was met when it ran concretely."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in getattr(report, "user_properties", ())
        if name == "concretely"
    ]
    if not rows:
        return
    terminalreporter.section("theorems run concretely")
    for theorem, count, reached, examples in sorted(rows):
        terminalreporter.write_line(f"{count:4} of {examples} {reached:8} {theorem}")
