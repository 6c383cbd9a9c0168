"""The README says what the emulator adds to moto."""

from __future__ import annotations

from generator.emulator.documentation import README, table, written
from generator.emulator.registry import AMENDMENTS, OPERATIONS


def test_the_table_is_current() -> None:
    text = README.read_text(encoding="utf-8")
    assert written(text) == text, "run `python -m generator.emulator.documentation`"


def test_every_handler_gives_its_reason_in_one_line() -> None:
    table()  # registers them
    for handler in [*OPERATIONS.values(), *AMENDMENTS.values()]:
        assert handler.__doc__
        assert "\n" not in handler.__doc__
