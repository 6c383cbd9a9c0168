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
    parts = [
        f"{name} {change.before.get(name)} -> {change.after[name]}: {known[name]}"
        for name in known
        if name in change.after and change.before.get(name) != change.after[name]
    ]
    return "; ".join(parts) + (_when(change.after) if parts else "")


def _when(values: Mapping[str, Any]) -> str:
    """Return when a database or cache makes a change that interrupts it."""
    if values.get("apply_immediately"):
        return "; at once"
    window = values.get("maintenance_window")
    return f"; in the maintenance window, {window} UTC" if window else "; in the maintenance window"
