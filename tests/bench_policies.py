"""Run by `make bench` in Checkov's environment: what the policies cost once Checkov is imported, against its own checks.

Prints two medians in seconds, over both plans that are given: the policies alone, and Checkov's run without them.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from pathlib import Path

RUNS = 5


def main(files: list[str]) -> None:
    """Measure in turns, and print."""
    from checkov.runner_filter import RunnerFilter  # noqa: PLC0415
    from checkov.terraform.plan_runner import Runner  # noqa: PLC0415

    runner_filter = RunnerFilter(framework=["terraform_plan"])
    for file in files:
        Runner().run(files=[file], runner_filter=runner_filter)  # once before any policy is one of its checks
    checkov, policies = [], []
    for _ in range(RUNS):
        started = time.perf_counter()
        for file in files:
            Runner().run(files=[file], runner_filter=runner_filter)
        checkov.append(time.perf_counter() - started)
    from generator.policy import Plan  # noqa: PLC0415
    from generator.policy.load import load_policies  # noqa: PLC0415

    for _ in range(RUNS):
        gc.collect()
        started = time.perf_counter()
        own = load_policies(Path("policies"))
        for file in files:
            plan = Plan(json.loads(Path(file).read_bytes()))
            for policy in own:
                list(policy.verdicts(plan))
        policies.append(time.perf_counter() - started)
    print(statistics.median(policies), statistics.median(checkov))


if __name__ == "__main__":
    main(sys.argv[1:])
