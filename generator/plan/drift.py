"""What somebody changed by hand: what is deployed differs from what was applied, and Terraform would put it back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SHOWN = 60  # characters of a value
RULES = {"aws_vpc_security_group_ingress_rule": "ingress", "aws_vpc_security_group_egress_rule": "egress"}
Marks = Mapping[str, Any] | bool
Atom = tuple[str, str, str, str, str]  # group, ingress or egress, protocol, ports, source


@dataclass(frozen=True, slots=True)
class Difference:
    """An argument of a resource: what was applied and what is there now, as JSON; "(sensitive)" hides what must be."""

    argument: str
    applied: str
    now: str


@dataclass(frozen=True, slots=True)
class Drift:
    """A resource that is not as it was applied; `gone` if it is no longer there."""

    address: str
    gone: bool
    differences: tuple[Difference, ...] = ()


def drifts(document: Mapping[str, Any]) -> tuple[list[Drift], int]:
    """Return what a plan would put back, and how many more resources differ only in values that nothing sets.

    Only what is both drift and a change is somebody's doing: AWS fills in values, others are left to auto-scaling and
    deployments, and changes of the blueprint are no drift.
    """
    drifted = {item["address"]: item["change"] for item in document.get("resource_drift", [])}
    planned = {item["address"]: item["change"] for item in document.get("resource_changes", [])}
    found = list(foreign_rules(document))
    for address in sorted(drifted):
        change, plan = drifted[address], planned.get(address, {})
        if change["actions"] == ["delete"] and plan.get("actions") == ["create"]:
            found.append(Drift(address, gone=True))
        elif plan.get("actions", ["no-op"]) != ["no-op"] and (own := tuple(_differences(change, plan))):
            found.append(Drift(address, gone=False, differences=own))
    return found, len(drifted.keys() - {item.address for item in found})


def foreign_rules(document: Mapping[str, Any]) -> Iterator[Drift]:
    """Yield security groups with rules that no resource of the state made: Terraform itself looks past those."""
    known = list(_resources(document.get("prior_state", {}).get("values", {}).get("root_module", {})))
    own = {atom for item in known if item["type"] in RULES for atom in _own(RULES[item["type"]], item["values"])}
    for item in known:
        if item["type"] == "aws_security_group":
            found = [
                Difference(way, "nothing", f"{protocol} {ports} {source}")
                for _, way, protocol, ports, source in sorted(set(_granted(item["values"])) - own)
            ]
            if found:
                yield Drift(item["address"], gone=False, differences=tuple(found))


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (item for item in module.get("resources", []) if item["mode"] == "managed")
    for child in module.get("child_modules", []):
        yield from _resources(child)


def _own(way: str, rule: Mapping[str, Any]) -> Iterator[Atom]:
    """Yield what a rule of the state grants."""
    sources = [rule.get(name) for name in ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")]
    for source in filter(None, sources):
        yield (rule["security_group_id"], way, *_ports(rule.get("ip_protocol"), rule), _bare(source))


def _granted(group: Mapping[str, Any]) -> Iterator[Atom]:
    """Yield what a security group grants, rule by rule."""
    for way in ("ingress", "egress"):
        for rule in group.get(way) or []:
            lists = (
                rule.get(name) or []
                for name in ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")
            )
            sources = [source for items in lists for source in items] + ([group["id"]] if rule.get("self") else [])
            for source in sources:
                yield (group["id"], way, *_ports(rule.get("protocol"), rule), _bare(source))


def _bare(source: Any) -> str:
    """Return a source without the account that a group of another one is written with."""
    return str(source).rpartition("/")[2] if "/sg-" in str(source) else str(source)


def _ports(protocol: Any, rule: Mapping[str, Any]) -> tuple[str, str]:
    """Return protocol and ports as both forms of a rule have them in common."""
    if str(protocol) in ("-1", "all"):
        return "all", "ports"
    return str(protocol), f"{rule.get('from_port')}-{rule.get('to_port')}"


def _differences(drift: Mapping[str, Any], plan: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield the arguments that have drifted and that the plan would set again."""
    applied, now = drift.get("before") or {}, drift.get("after") or {}
    before, after = plan.get("before") or {}, plan.get("after") or {}
    for name in sorted({*applied, *now}):
        if applied.get(name) != now.get(name) and before.get(name) != after.get(name):
            hidden = any(_marked(drift.get(side), name) for side in ("before_sensitive", "after_sensitive"))
            yield Difference(name, *(_text(side.get(name), hidden=hidden) for side in (applied, now)))


def _marked(marks: Marks | None, name: str) -> bool:
    """Say whether an argument, or any part of it, is sensitive."""
    if isinstance(marks, bool):
        return marks
    return bool((marks or {}).get(name))


def _text(value: Any, *, hidden: bool) -> str:
    if hidden:
        return "(sensitive)"
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
