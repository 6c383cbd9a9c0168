"""The README's table of what the emulator adds to moto: `python -m generator.emulator.documentation`."""

from __future__ import annotations

import re
import sys
from itertools import groupby
from pathlib import Path

from generator.emulator import services
from generator.emulator.registry import AMENDMENTS, CHECKS, OPERATIONS, PATCHES

README = Path(__file__).with_name("README.md")
TABLE = re.compile(r"(?<=<!-- BEGIN TABLE -->\n).*(?=<!-- END TABLE -->)", re.DOTALL)


def table() -> str:
    """Return the table in Markdown: a row for the operations of a service that share how and why."""
    services.register()
    rows = [(service, name, "own", handler.__doc__) for (service, name), handler in OPERATIONS.items()]
    rows += [(service, name, "amended", handler.__doc__) for (service, name), handler in AMENDMENTS.items()]
    rows += [(service, name, "checked", check.__doc__) for (service, name), check in CHECKS.items()]
    rows += [(service, "", "model", mend.__doc__) for service, mend in PATCHES.items()]
    ordered = sorted((service, how, str(why), name) for service, name, how, why in rows)
    lines = ["| service | operations | how | what moto lacks |", "|---|---|---|---|"]
    for (service, how, why), group in groupby(ordered, key=lambda row: row[:3]):
        names = ", ".join(name for *_, name in group)
        lines.append(f"| {service} | {names} | {how} | {why} |")
    return "\n".join([*lines, ""])


def written(readme: str) -> str:
    """Return the README's text with the current table."""
    return TABLE.sub(lambda _: table(), readme)


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
    sys.exit(0)
