"""`python -m tests.features` prints the proof; --readme writes the README's table, --check tells whether it is current."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from tests.conftest import PROJECT, Tierform
from tests.features.proof import Prover, cases, failures, never_failed
from tests.features.reading import Evidence
from tests.features.row import TIERS
from tests.features.table import ROWS, markdown

README = PROJECT / "README.md"
MARKED = re.compile(r"(?<=<!-- BEGIN FEATURES -->\n).*?(?=<!-- END FEATURES -->)", re.DOTALL)


def main() -> int:
    """Run what the options ask for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.features", description=__doc__)
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    parser.add_argument("--check", action="store_true", help="end with 1 if README.md is not current")
    parser.add_argument(
        "--plans", type=Path, metavar="DIR", help="what was planned, not applied, in DIR/tier1 and DIR/tier2"
    )
    options = parser.parse_args()
    if options.readme:
        README.write_text(MARKED.sub(lambda _: markdown(), README.read_text()))
        return 0
    if options.check:
        return 0 if current() else 1
    if options.plans and (lacking := [tier for tier in TIERS if not (options.plans / tier / "plan.json").exists()]):
        parser.error(f"--plans: no {options.plans}/{lacking[0]}/plan.json")
    with nullcontext(options.plans) if options.plans else planned() as folder:
        return prove({tier: Evidence.of(folder / tier) for tier in TIERS})


def current() -> bool:
    """Tell whether the README holds the table of today."""
    return MARKED.findall(README.read_text()) == [markdown()]


@contextmanager
def planned() -> Iterator[Path]:
    """Plan all tiers in a build folder of their own, where nothing has been applied; yield the folder."""
    with tempfile.TemporaryDirectory() as folder:
        tierform = Tierform(Path(folder))
        try:
            for tier in TIERS:
                tierform.ok("plan", tier)
            yield tierform.build
        finally:
            tierform("emulator", "stop")


def prove(evidence: dict[str, Evidence]) -> int:
    """Print what holds and what each mutation fails; return 0 only if all is as it must be."""
    broken = [(tier, item) for tier, plan in evidence.items() for item in failures(ROWS, plan, tier)]
    for tier, item in broken:
        print(f"FAILS   {tier} | {item.row} | {item.assertion} | {item.error}")
    prover, outcomes = Prover(ROWS, evidence), []
    for case in cases(ROWS):
        outcome = prover.run(case)
        outcomes.append(outcome)
        print(f"{'caught' if outcome.caught else 'MISSED':7} {case} | {outcome}")
    untried = never_failed(Path(__file__).parent, outcomes)
    for place in untried:
        print(f"UNTRIED {place}: no mutation fails this assert")
    caught = sum(outcome.caught for outcome in outcomes)
    print(f"\n{summary()}, {len(outcomes)} mutations, {caught} caught ({100 * caught / len(outcomes):.1f} %).")
    return 1 if broken or untried or caught < len(outcomes) else 0


def summary() -> str:
    """Return how large the table is."""
    proven = [row for row in ROWS if row.assertions]
    each = ", ".join(f"{sum(len(row.of(tier)) for row in proven)} in {tier}" for tier in TIERS)
    return f"{len(ROWS)} rows, {len(proven)} with assertions; assertions: {each}"


if __name__ == "__main__":
    sys.exit(main())
