"""Plan files made ready to be judged; what cannot be read is said, never passed over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.diagnostics import UserError
from generator.gate.judge import Subject
from generator.gate.mask import sensitive_texts
from generator.gate.model import Waiver
from generator.gate.places import Places
from generator.plan.reading import parse_plan
from generator.policy import Plan

CUT = "Terraform left part of it out: plan without -target, and with all values that the plan needs"


def read_subject(file: Path, waivers: tuple[Waiver, ...], promises: Mapping[str, float], modules: Path) -> Subject:
    """Return the plan JSON in `file` with the waivers and promises of its blueprint; `failure` says what is wrong."""
    try:
        content = file.read_bytes()
    except OSError as error:
        return Subject(str(file), failure=f"cannot read it: {(error.strerror or str(error)).lower()}")
    digest = hashlib.sha256(content).hexdigest()
    try:
        document = json.loads(content)
        parse_plan(document, "this file")
        plan = Plan(document, promises)
        failure = _unfit(document, plan)
        secrets = tuple(sensitive_texts(document))
    except UserError as error:
        return Subject(str(file), digest, failure=f"{error.message}; {error.remedy}")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Subject(str(file), digest, failure="it is no plan in JSON form; `terraform show -json PLAN` makes one")
    if failure:
        return Subject(str(file), digest, failure=failure)
    return Subject(str(file), digest, plan, Places(file.parent, document, modules), waivers, secrets)


def _unfit(document: Mapping[str, Any], plan: Plan) -> str:
    """Say why a plan that could be read cannot be judged, "" if it can."""
    if document.get("complete") is False:
        return f"the plan is not complete. {CUT}"
    if not plan.resources and not plan.destroyed:
        return "there is no resource in the plan: nothing to judge is no pass"
    changed = {item["address"]: item["change"]["actions"] for item in _managed(document) if "deposed" not in item}
    planned = {resource.address for resource in plan.resources}
    left = sorted(address for address, actions in changed.items() if actions not in (["delete"], ["forget"]))
    if lacking := [address for address in left if address not in planned]:
        return f"it changes {lacking[0]}, but does not say what becomes of it: `planned_values` is cut"
    if lacking := sorted(planned - set(changed)):
        return f"it plans {lacking[0]}, but does not say what is known of it: `resource_changes` is cut"
    return ""


def _managed(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [item for item in document.get("resource_changes", []) if item["mode"] == "managed"]
