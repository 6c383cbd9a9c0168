"""Which mutants are killed, and by what: our policies in this process, Checkov's checks in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.gate.environment import find_checkov
from generator.policy import Plan, Policy
from generator.policy.policy import Outcome
from generator.project import SOURCE
from tests.strength.operators import Mutant
from tests.strength.sample import Drawn

WORKERS = os.cpu_count() or 1
Killers = frozenset[str]


@dataclass(frozen=True)
class Ground:
    """A tier's plan, its file, and what the blueprint promises."""

    tier: str
    file: Path
    document: Mapping[str, Any]
    promises: Mapping[str, float]


def findings(
    policies: Sequence[Policy], document: Mapping[str, Any], promises: Mapping[str, float]
) -> set[tuple[str, str]]:
    """Return policy and address of all that the policies find in a plan, or cannot judge and reject."""
    plan = Plan(document, promises)
    return {
        (verdict.policy, verdict.address)
        for policy in policies
        for verdict in policy.verdicts(plan)
        if verdict.outcome is Outcome.FAILED or (verdict.outcome is Outcome.UNKNOWN and not policy.unknown.accepted)
    }


class Ours:
    """Judges mutants by the Python policies."""

    def __init__(self, policies: Sequence[Policy], grounds: Mapping[str, Ground]) -> None:
        self.policies = policies
        self.grounds = grounds
        self.base = {tier: findings(policies, it.document, it.promises) for tier, it in grounds.items()}

    def killers(self, tier: str, *mutants: Mutant) -> Killers:
        """Return the policies that find something in the mutant which they do not find in the plan itself."""
        ground = self.grounds[tier]
        document = ground.document
        for mutant in mutants:
            document = mutant.apply(document)
        new = findings(self.policies, document, ground.promises) - self.base[tier]
        return frozenset(policy for policy, _ in new)


def checkov_killers(grounds: Mapping[str, Ground], schema: Path, drawn: Sequence[Sequence[Drawn]]) -> list[Killers]:
    """Return for each mutant, or pair of mutants, the checks of Checkov's and the YAML policies that find it."""
    python = str(find_checkov())

    def judge(share: list[int]) -> dict[int, Killers]:
        tier = drawn[share[0]][0].tier
        request = {
            "plan": str(grounds[tier].file), "schema": str(schema), "policies": str(SOURCE / "policies"),
            "mutants": [[item.mutant.id for item in drawn[number]] for number in share],
        }  # fmt: skip
        environ = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(SOURCE), "LOG_LEVEL": "ERROR"}
        done = subprocess.run(
            [python, "-P", "-m", "tests.strength.worker"], input=json.dumps(request), capture_output=True, text=True,
            env=environ, check=True,
        )  # fmt: skip
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(lines) == len(share), "a worker left mutants out"
        return {number: frozenset(check for check, _ in found) for number, found in zip(share, lines, strict=True)}

    shares = []
    for tier in grounds:
        own = [number for number, items in enumerate(drawn) if items[0].tier == tier]
        shares += [own[start::WORKERS] for start in range(WORKERS) if own[start::WORKERS]]
    with ThreadPoolExecutor(WORKERS) as pool:
        found = {number: killers for part in pool.map(judge, shares) for number, killers in part.items()}
    return [found[number] for number in range(len(drawn))]
