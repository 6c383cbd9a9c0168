"""What AWS interrupts when it makes a change in place: by resource type and argument, from AWS's documentation.

A change that is not listed goes on while everything runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.plan.reading import Change

FAILOVER = "a failover of 60 to 120 seconds with Multi-AZ, else a restart of minutes"

# "Settings for DB instances" and "Modifying an ElastiCache cluster" say what each setting interrupts; of the load
# balancer, CloudFront and ECS no change in place interrupts requests.
INTERRUPTIONS: dict[str, dict[str, str]] = {
    "aws_db_instance": {
        "engine_version": FAILOVER,
        "identifier": "a restart, and clients must use the new host name",
        "instance_class": FAILOVER,
        "parameter_group_name": "static parameters count only after a restart, which is left to you",
        "password_wo_version": "new connections need the new password: deploy the tasks anew at once",
        "port": "a restart, and clients must use the new port",
        "storage_type": "between gp and io no interruption; from magnetic a restart",
    },
    "aws_elasticache_replication_group": {
        "engine": "connections break for seconds while the nodes are replaced",
        "engine_version": "connections break for seconds while the nodes are replaced",
        "node_type": "connections break for seconds while larger nodes take over",
    },
}

# These do not wait for the maintenance window.
AT_ONCE = ("parameter_group_name", "password_wo_version")

# Days that restore points are kept: fewer of them interrupt nothing, but take away.
RETENTIONS = ("backup_retention_period", "snapshot_retention_limit")

# What others pass through: while it is gone, so is the way.
WAYS_OUT = {
    "aws_instance": "tasks cannot connect outwards until the new way out is there, for minutes",
    "aws_nat_gateway": "tasks cannot connect outwards until the new way out is there, for minutes",
}


def interruption(change: Change) -> str:
    """Return what AWS interrupts for a change, with the arguments that ask for it, or ""."""
    if change.action in ("delete", "replace"):
        return WAYS_OUT.get(change.type, "")
    if change.action != "update":
        return ""
    known = INTERRUPTIONS.get(change.type, {})
    texts = [
        f"{_change(change, name)}: {known[name]}" + _when(name, change.after)
        for name in known
        if _differs(change, name)
    ]
    shrinking = [
        name for name in RETENTIONS if _differs(change, name) and _days(change.before, name) > _days(change.after, name)
    ]
    return "; ".join(
        [*texts, *(f"{_change(change, name)}: older restore points are lost, at once" for name in shrinking)]
    )


def _differs(change: Change, name: str) -> bool:
    return name in change.after and change.before.get(name) != change.after[name]


def _change(change: Change, name: str) -> str:
    return f"{name} {change.before.get(name)} -> {change.after[name]}"


def _days(values: Mapping[str, Any], name: str) -> int:
    return int(values.get(name) or 0)


def _when(name: str, values: Mapping[str, Any]) -> str:
    """Return when a database or cache makes a change that it may put off."""
    if name in AT_ONCE:
        return ""
    if values.get("apply_immediately"):
        return "; at once"
    window = values.get("maintenance_window")
    return f"; in the maintenance window, {window} UTC" if window else "; in the maintenance window"
