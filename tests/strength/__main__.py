"""`python -m tests.strength` measures the gate and prints the report; --write puts it into docs/mutants.md."""

from __future__ import annotations

import argparse
import json
import re
import sys
from contextlib import nullcontext
from pathlib import Path

from generator.blueprint import load_blueprint, locate
from generator.policy.load import describe, load_policies
from generator.project import SOURCE, find_project
from tests.features.__main__ import planned
from tests.strength import provider
from tests.strength.benign import benign
from tests.strength.operators import mutants
from tests.strength.relevance import concern, refused
from tests.strength.report import Judged, Result, explanations, render
from tests.strength.sample import MOST, Drawn, draw, pairs
from tests.strength.schema import Schema
from tests.strength.score import Ground, Ours, checkov_killers, findings

TIERS = ("tier1", "tier2")
DOCUMENT = SOURCE / "docs" / "mutants.md"
MARKED = re.compile(r"(?<=<!-- BEGIN REPORT -->\n).*?(?=<!-- END REPORT -->)", re.DOTALL)


def main() -> int:
    """Run what the options ask for; return 0 only if the gate is as strong as it must be."""
    parser = argparse.ArgumentParser(prog="python -m tests.strength", description=__doc__)
    parser.add_argument("--plans", type=Path, metavar="DIR", help="what was planned in DIR/tier1 and DIR/tier2")
    parser.add_argument("--most", type=int, default=MOST, help="mutants of an operator on an attribute of a type")
    parser.add_argument("--tuning", action="store_true", help="leave out what is held out of tuning, and Checkov")
    parser.add_argument("--write", action="store_true", help="write docs/mutants.md")
    options = parser.parse_args()
    with nullcontext(options.plans) if options.plans else planned() as folder:
        result = measure(folder, options.most, tuning=options.tuning)
    text = render(result)
    print(text)
    if options.write:
        DOCUMENT.write_text(MARKED.sub(lambda _: text, DOCUMENT.read_text()))
    for item in result.idle():
        print(f"explained, but it does not survive: {item.about}", file=sys.stderr)
    return 0 if result.good() else 1


def measure(folder: Path, most: int, *, tuning: bool = False, pair_count: int = 100) -> Result:
    """Judge the mutants of the plans in `folder`."""
    grounds = {tier: ground(tier, folder) for tier in TIERS}
    schema_file = folder / ".cache" / "provider-schema.json"
    schema = Schema.of(folder / TIERS[0], schema_file)
    found = [(tier, mutant) for tier, it in grounds.items() for mutant in mutants(it.document, schema)]
    valid = [(tier, mutant) for tier, mutant in found if mutant.valid and not refused(mutant)]
    relevant = [
        Drawn(tier, mutant, kind)
        for tier, mutant in valid
        if (kind := concern(mutant.type, mutant.attribute)) != "none"
    ]
    drawn = [item for item in draw(relevant, most) if not (tuning and item.held_out)]
    refusals = provider.refusals(drawn, grounds, schema, folder / TIERS[0])
    drawn = [item for item in drawn if item.name not in refusals]
    policies = load_policies(SOURCE / "policies")
    ours = Ours(policies, grounds)
    by_ours = [ours.killers(item.tier, item.mutant) for item in drawn]
    by_checkov = (
        [frozenset[str]()] * len(drawn)
        if tuning
        else checkov_killers(grounds, schema_file, [(item,) for item in drawn])
    )
    couples = pairs(drawn, 0 if tuning else pair_count)
    by_checkov_together = checkov_killers(grounds, schema_file, couples) if couples else []
    together = [
        (first, second, bool(ours.killers(first.tier, first.mutant, second.mutant) or others))
        for (first, second), others in zip(couples, by_checkov_together, strict=True)
    ]
    harmless = [(it, text, changed) for it in grounds.values() for text, changed in benign(it.document)]
    alarms = [f"{policy} at {address} of {tier}" for tier, base in ours.base.items() for policy, address in base]
    for it, text, changed in harmless:
        alarms += [f"{policy}: {it.tier}, {text}" for policy, _ in findings(policies, changed, it.promises)]
    return Result(
        judged=[Judged(*parts) for parts in zip(drawn, by_ours, by_checkov, strict=True)],
        pairs=together,
        invalid=len(found) - len(valid),
        irrelevant=len(valid) - len(relevant),
        refused=len(refusals),
        not_drawn=len(relevant) - len(drawn) - len(refusals),
        benign=len(harmless),
        false_alarms=sorted(set(alarms)),
        policies=[item.id for item in describe(SOURCE / "policies")],
        explanations=explanations(),
    )


def ground(tier: str, folder: Path) -> Ground:
    """Return a tier's plan and promises."""
    project = find_project()
    blueprint = load_blueprint(locate(tier, project.blueprints), project.blueprints)
    file = folder / tier / "plan.json"
    return Ground(tier, file, json.loads(file.read_bytes()), blueprint.promises())


if __name__ == "__main__":
    sys.exit(main())
