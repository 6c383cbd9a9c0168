"""An inventory of a plan: how many of each resource, and the values that decide what is built, as YAML.

`python -m tests.blueprints.inventory PLAN.json > tests/blueprints/tier1.yaml` writes it anew.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

# Per type, the attributes whose change a reviewer must see.
DECISIVE = {
    "aws_appautoscaling_target": ["max_capacity", "min_capacity"],
    "aws_codedeploy_deployment_group": ["deployment_config_name"],
    "aws_cloudfront_distribution": ["aliases", "http_version", "price_class"],
    "aws_db_instance": ["allocated_storage", "backup_retention_period", "deletion_protection", "engine_version", "instance_class", "multi_az", "storage_encrypted"],
    "aws_ecs_service": ["desired_count", "launch_type", "deployment_minimum_healthy_percent"],
    "aws_ecs_task_definition": ["cpu", "memory"],
    "aws_elasticache_replication_group": ["engine", "engine_version", "node_type", "num_cache_clusters", "transit_encryption_mode"],
    "aws_instance": ["instance_type"],
    "aws_kms_key": ["enable_key_rotation", "deletion_window_in_days"],
    "aws_lb": ["internal", "enable_deletion_protection"],
    "aws_lb_listener": ["port", "protocol", "ssl_policy"],
    "aws_secretsmanager_secret": ["recovery_window_in_days"],
    "aws_subnet": ["availability_zone", "cidr_block"],
    "aws_vpc": ["cidr_block"],
    "aws_vpc_security_group_egress_rule": ["from_port", "to_port", "ip_protocol", "cidr_ipv4"],
    "aws_vpc_security_group_ingress_rule": ["from_port", "to_port", "ip_protocol", "cidr_ipv4"],
}  # fmt: skip


def inventory(document: dict[str, Any]) -> dict[str, Any]:
    """Return the inventory of a plan JSON: counts of managed resources by type, decisive values by address, outputs."""
    changes = [item for item in document["resource_changes"] if item["mode"] == "managed"]
    values = {
        item["address"]: {name: item["change"]["after"].get(name) for name in DECISIVE[item["type"]]}
        for item in changes
        if item["type"] in DECISIVE and item["change"]["after"] is not None
    }
    return {
        "counts": {"resources": len(changes), **dict(sorted(Counter(item["type"] for item in changes).items()))},
        "values": dict(sorted(values.items())),
        "outputs": sorted(document.get("output_changes", {})),
    }


if __name__ == "__main__":
    yaml.safe_dump(inventory(json.loads(Path(sys.argv[1]).read_text())), sys.stdout, sort_keys=False, width=120)
