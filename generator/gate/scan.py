"""Runs Checkov and the policies over plans, in one process: `python -m generator.gate.scan`, in Checkov's environment.

Standard input is JSON: `plans` (each with `file` and `promises`) and `policies` (a folder); so is standard output.
All that could make a check say nothing is reported as a failure: Checkov itself would end with 0.
"""

from __future__ import annotations

import gc

gc.disable()  # importing Checkov makes millions of objects that stay: half the time would go into looking at them

import json  # noqa: E402
import logging  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
from dataclasses import asdict  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from generator.gate.parallel import in_parallel  # noqa: E402
from generator.policy.load import Description, PolicyError, load_all  # noqa: E402
from generator.policy.policy import Outcome, Policy, Verdict, holds_for  # noqa: E402
from generator.policy.unknown import UnknownValueError, known  # noqa: E402


def main() -> None:
    """Read the request, scan, write the answer; leave without taking Checkov apart."""
    answer_to = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever Checkov prints must not end up in the answer
    # Two seconds of work, done while the plans are read.
    from checkov.terraform import plan_runner  # noqa: F401, PLC0415

    from generator.policy import checkov  # noqa: F401, PLC0415

    request = json.load(sys.stdin)
    json.dump(scan(request), answer_to)
    answer_to.close()
    os._exit(0)


def scan(request: dict[str, Any]) -> dict[str, Any]:
    """Return what every check says of every plan: `checkov`, `checks`, `plans`, `failures`."""
    logging.disable(logging.NOTSET)
    from checkov.version import version  # noqa: PLC0415

    from generator.policy import checkov as adapter  # noqa: PLC0415

    folder = Path(request["policies"])
    try:
        policies, described = load_all(folder)
    except PolicyError as error:
        return {"checkov": version, "checks": [], "plans": [], "failures": [str(error)]}
    graph_checks = [item for item in described if item.file.endswith(".yaml")]
    failures = _load_graph_checks(folder, graph_checks)
    adapter.promises.update({plan["file"]: plan.get("promises") or {} for plan in request["plans"]})
    broken = Broken()
    logging.getLogger().addHandler(broken)
    _tell_of_graph_checks(broken)
    files = [] if failures else [plan["file"] for plan in request["plans"]]
    plans = in_parallel(lambda file: _scan_plan(file, policies, graph_checks, broken), files)
    return {
        "checkov": version,
        "checks": [asdict(item) for item in described],
        "plans": plans,
        "failures": failures,
    }


class Broken(logging.Handler):
    """Notes the checks that Checkov says it could not run; Checkov goes on as if they had passed."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what tells of a check that did not run."""
        message = record.getMessage()
        if "Failed to run check" in message or "Exception" in message:
            self.messages.append(message.splitlines()[0])


def _tell_of_graph_checks(broken: Broken) -> None:
    """Note the graph checks that raise: Checkov runs them in threads and never looks how they ended."""
    from checkov.common.checks_infra.registry import Registry  # noqa: PLC0415

    run = Registry.run_check_parallel

    def noted(self: Any, check: Any, *rest: Any) -> None:
        try:
            run(self, check, *rest)
        except Exception as error:
            broken.messages.append(f"{check.id} raised {type(error).__name__}")
            raise

    Registry.run_check_parallel = noted


def _scan_plan(file: str, policies: list[Policy], graph_checks: list[Description], broken: Broken) -> dict[str, Any]:
    from checkov.runner_filter import RunnerFilter  # noqa: PLC0415
    from checkov.terraform.checks.utils.base_cloudsplaining_iam_scanner import (  # noqa: PLC0415
        BaseTerraformCloudsplainingIAMScanner,
    )
    from checkov.terraform.plan_runner import Runner  # noqa: PLC0415

    from generator.policy import checkov as adapter  # noqa: PLC0415

    BaseTerraformCloudsplainingIAMScanner.policy_document_cache.clear()  # keyed by address: another plan's answers
    adapter.seen.cache_clear()
    broken.messages.clear()
    report = Runner().run(files=[file], runner_filter=RunnerFilter(framework=["terraform_plan"]))
    seen = adapter.seen(file, Path(file).stat().st_mtime_ns)
    verdicts = list(seen.verdicts) + _of_destroyed(policies, seen)
    records = [_own(verdict) for verdict in verdicts if verdict.outcome is not Outcome.PASSED]
    passed, failed = report.passed_checks, report.failed_checks
    elsewhere = {check.id for check in graph_checks if not holds_for(check.tiers, seen.plan.tier)}
    passed, failed = ([item for item in part if item.check_id not in elsewhere] for part in (passed, failed))
    own = {policy.id for policy in policies}
    records += [_foreign(record, seen) for record in failed if record.check_id not in own]
    failures = [f"Checkov: {text}" for text in broken.messages if not any(id_ in text for id_ in own)]
    failures += seen.raised or []
    failures += [f"Checkov cannot read it: {error}" for error in report.parsing_errors]
    failures += _unscanned(report, seen)
    failures += _silent(policies, verdicts, seen)
    asked = [check for check in graph_checks if check.id not in elsewhere]
    failures += _silent_graph(asked, {record.check_id for record in passed + failed}, seen)
    ran = {record.check_id: record.check_name for record in passed + failed} | {item.policy: "" for item in verdicts}
    return {"file": file, "records": records, "failures": failures, "resources": len(seen.plan.resources),
            "tier": seen.plan.tier, "ran": ran}  # fmt: skip


def _of_destroyed(policies: list[Policy], seen: Any) -> list[Verdict]:
    """Judge what the plan destroys, which Checkov does not see."""
    found = []
    for policy in policies:
        if policy.destroyed:
            try:
                found += list(policy.verdicts(seen.plan))
            except Exception as error:  # a policy that breaks must be told of, whatever it raises
                seen.raised.append(f"{policy.id} raised {type(error).__name__}: {error}")
    return found


def _own(verdict: Verdict) -> dict[str, Any]:
    return {
        "check": verdict.policy,
        "address": verdict.address,
        "unknown": verdict.outcome is Outcome.UNKNOWN,
        "messages": [fault.message for fault in verdict.faults],
        "attributes": [fault.attribute for fault in verdict.faults],
    }


def _foreign(record: Any, seen: Any) -> dict[str, Any]:
    """Return what a check of Checkov's found; unknown if all that it looked at is."""
    keys = [key for key in record.check_result.get("evaluated_keys") or [] if key]
    resource = seen.resources.get(record.resource)
    unknown = bool(resource and keys) and all(not _is_known(resource, key) for key in keys)
    return {"check": record.check_id, "address": record.resource, "unknown": unknown, "messages": [],
            "attributes": [_dotted(key) for key in keys]}  # fmt: skip


def _is_known(resource: Any, key: str) -> bool:
    steps = [
        int(step) if step.isdigit() else step for step in key.replace("[", "/").replace("]", "").split("/") if step
    ]
    try:
        return known(resource.at(*(step for step in steps if step != ""))) and known(resource.at(*steps[:1]))
    except UnknownValueError:
        return False


def _dotted(key: str) -> str:
    parts = key.replace("[", "/").replace("]", "").split("/")
    return "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in parts if part).lstrip(".")


def _unscanned(report: Any, seen: Any) -> list[str]:
    """Say which planned resources Checkov did not look at."""
    scanned = {name.partition(":")[2] for name in report.resources}
    missed = [address for address in seen.resources if address not in scanned]
    return [f"Checkov left out {len(missed)} resources, among them {missed[0]}"] if missed else []


def _silent(policies: list[Policy], verdicts: list[Verdict], seen: Any) -> list[str]:
    """Say which policies gave no verdict on a resource that they are there for."""
    given = {(verdict.policy, verdict.address) for verdict in verdicts}
    broken = {text.partition(" ")[0] for text in seen.raised}
    return [
        f"{policy.id} said nothing of {resource.address}"
        for policy in policies
        if policy.holds_for(seen.plan.tier) and policy.id not in broken
        for resource in policy.subjects(seen.plan)
        if (policy.id, resource.address) not in given
    ]


def _silent_graph(graph_checks: list[Description], ran: set[str], seen: Any) -> list[str]:
    """Say which YAML policies gave no record, though there are resources that they are there for."""
    types = {resource.type for resource in seen.plan.resources}
    return [
        f"{check.id} said nothing, though there is {min(types & set(check.resources))} in the plan"
        for check in graph_checks
        if check.id not in ran and types & set(check.resources)
    ]


def _load_graph_checks(folder: Path, wanted: list[Description]) -> list[str]:
    """Let Checkov load the YAML policies; return what it did not take."""
    from checkov.common.checks_infra.registry import get_graph_checks_registry  # noqa: PLC0415

    registry = get_graph_checks_registry("terraform")
    registry.load_checks()
    if wanted:
        registry.load_external_checks(str(folder))
    loaded = {check.id for check in registry.checks}
    return [f"{folder / item.file}: Checkov did not load {item.id}" for item in wanted if item.id not in loaded]


if __name__ == "__main__":
    main()
