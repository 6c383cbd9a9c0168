"""`python -m tests.features` prints the proof; --readme writes the README's table, --check tells whether it is current."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.features.proof import Prover, cases, failures, never_failed
from tests.features.reading import Evidence
from tests.features.row import TIERS
from tests.features.table import ROWS, markdown

PROJECT = Path(__file__).parents[2]
README = PROJECT / "README.md"
MARKED = re.compile(r"(?<=<!-- BEGIN FEATURES -->\n).*?(?=<!-- END FEATURES -->)", re.DOTALL)


def main() -> int:
    """Run what the options ask for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.features", description=__doc__)
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    parser.add_argument("--check", action="store_true", help="end with 1 if README.md is not current")
    parser.add_argument("--plans", type=Path, metavar="DIR", help="planned root modules, in DIR/tier1 and DIR/tier2")
    options = parser.parse_args()
    if options.readme:
        README.write_text(MARKED.sub(lambda _: markdown(), README.read_text()))
        return 0
    if options.check:
        return 0 if current() else 1
    folder = options.plans or planned()
    return prove({tier: Evidence.of(folder / tier) for tier in TIERS})


def current() -> bool:
    """Tell whether the README holds the table of today."""
    return MARKED.findall(README.read_text()) == [markdown()]


def planned() -> Path:
    """Plan all tiers; return the build folder."""
    for tier in TIERS:
        subprocess.run([sys.executable, "-m", "generator", "plan", tier], cwd=PROJECT, check=True, stdout=sys.stderr)
    return PROJECT / os.environ.get("TIERFORM_BUILD", "build")


def prove(evidence: dict[str, Evidence]) -> int:
    """Print what holds and what each mutation fails; return 0 only if all is as it must be."""
    broken = [(tier, item) for tier, plan in evidence.items() for item in failures(ROWS, plan, tier)]
    for tier, item in broken:
        print(f"FAILS   {tier} | {item.row} | {item.assertion} | {item.error}")
    prover, outcomes = Prover(evidence), []
    for case in cases(ROWS):
        outcome = prover.run(case, ROWS)
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
