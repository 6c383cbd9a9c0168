"""Policies as checks of Checkov; imported only where Checkov is, in an environment of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck
from checkov.terraform.checks.resource.registry import resource_registry

from generator.policy.policy import Outcome, Policy, Verdict
from generator.policy.resources import Plan, Resource


@dataclass
class Seen:
    """A plan that Checkov is reading, and what the policies have said of it; `raised` are policies that broke."""

    plan: Plan
    verdicts: list[Verdict] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    resources: dict[str, Resource] = field(init=False)

    def __post_init__(self) -> None:
        self.resources = {resource.address: resource for resource in self.plan.resources}


promises: dict[str, dict[str, float]] = {}  # of the blueprint of each plan file, where whoever runs Checkov knows it
registered: dict[str, Policy] = {}


class PolicyCheck(BaseResourceCheck):  # type: ignore[misc]
    """Asks a policy about a resource, in the plan that Checkov is reading."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(
            name=policy.title,
            id=policy.id,
            categories=[CheckCategories.GENERAL_SECURITY],
            supported_resources=policy.resources,
            guideline=policy.source,
        )
        self.policy = policy

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Return Checkov's result for the resource whose configuration is `conf`."""
        seen, policy = current(), self.policy
        if policy.destroyed or not policy.holds_for(seen.plan.tier):
            return CheckResult.UNKNOWN
        address = conf["__address__"]
        try:
            verdict = policy.verdict(seen.resources[address])
        except (Exception, SystemExit) as error:
            seen.raised.append(f"{policy.id} raised {type(error).__name__} on {address}: {error}")
            raise RuntimeError(policy.id) from error
        seen.verdicts.append(verdict)
        self.evaluated_keys = [fault.attribute for fault in verdict.faults if fault.attribute]
        self.details = [fault.message for fault in verdict.faults]
        if verdict.outcome is Outcome.UNKNOWN:
            return CheckResult.UNKNOWN if policy.unknown.accepted else CheckResult.FAILED
        return CheckResult.PASSED if verdict.outcome is Outcome.PASSED else CheckResult.FAILED


def register(policy: Policy) -> None:
    """Make `policy` one of Checkov's checks."""
    registered[policy.id] = policy
    PolicyCheck(policy)


def current() -> Seen:
    """Return the plan that Checkov is reading: its graph knows the file, its checks do not."""
    _, node = resource_registry.graph.nodes()[0]
    file = Path(node["file_path_"])
    return seen(str(file), file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def seen(file: str, changed: int) -> Seen:  # noqa: ARG001 - a file that changed is another plan
    """Return the plan in `file` as it is since `changed`, in nanoseconds."""
    return Seen(Plan(json.loads(Path(file).read_bytes()), promises.get(file)))
