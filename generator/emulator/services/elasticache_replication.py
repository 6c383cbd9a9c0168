"""ElastiCache: replication groups and their members."""

from __future__ import annotations

from typing import Any

from generator.emulator.registry import Answer, Call, Decline, amend, backend, fail, operation

ENGINE_VERSIONS = {"redis": "7.1.0", "valkey": "8.0.0"}

# Parameters of ModifyReplicationGroup, and the attribute of moto's model that keeps them.
KEPT = {
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "CacheParameterGroupName": "cache_parameter_group_name",
    "ClusterMode": "cluster_mode",
    "EngineVersion": "engine_version",
    "IpDiscovery": "ip_discovery",
    "NotificationTopicArn": "notification_topic_arn",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "SecurityGroupIds": "security_group_ids",
    "SnapshotWindow": "snapshot_window",
    "TransitEncryptionEnabled": "transit_encryption_enabled",
    "TransitEncryptionMode": "transit_encryption_mode",
}


def group_of(call: Call) -> Any:
    """Return the replication group that a call names, or answer that there is none."""
    groups, name = call.backend().replication_groups, call.params["ReplicationGroupId"]
    if name not in groups:
        fail("ReplicationGroupNotFoundFault", f"ReplicationGroup {name} not found.")
    return groups[name]


def _set_members(call: Call, group: Any, count: int) -> None:
    """Give a group without shards `count` members, by copies of its primary node, spread over the zones in turn."""
    node_group, zones = group.node_groups[0], _zones(call, group)
    members = node_group["node_group_members"]
    primary = next(node for node in members if node["current_role"] == "primary")
    domain = primary["read_endpoint"]["address"].removeprefix(primary["cache_cluster_id"])
    known = {node["cache_cluster_id"]: node for node in members}
    names = [f"{group.replication_group_id}-{number:03d}" for number in range(1, max(count, len(members)) + 1)]
    # The primary stays, whichever it is after a failover.
    kept = sorted(sorted(names, key=lambda name: (name != primary["cache_cluster_id"], name))[:count])
    node_group["node_group_members"] = [
        known.get(name)
        or {
            **primary,
            "cache_cluster_id": name,
            "current_role": "replica",
            "read_endpoint": {"address": f"{name}{domain}", "port": group.port},
        }
        for name in kept
    ]
    for node in node_group["node_group_members"]:
        node["preferred_availability_zone"] = zones[(int(node["cache_cluster_id"][-3:]) - 1) % len(zones)]
    group.member_clusters = kept


def _zones(call: Call, group: Any) -> list[str]:
    """Return the zones of the group's subnets, or those with which the region's names begin."""
    found = call.backend().cache_subnet_groups.get(group.cache_subnet_group_name)
    ec2 = backend("ec2", call.region)
    zones = {ec2.get_subnet(name).availability_zone for name in (found.subnet_ids if found else [])}
    return sorted(zones) or [f"{call.region}{letter}" for letter in "abc"]


def _set_logs(group: Any, configurations: list[dict[str, Any]] | None) -> None:
    """Set log deliveries by type: moto keeps the names of the wire, which it then cannot answer."""
    kept = {item["LogType"]: item for item in group.log_delivery_configurations if "LogType" in item}
    for item in configurations or []:
        kept[item["LogType"]] = {**item, "Status": "active"}
    group.log_delivery_configurations = [item for item in kept.values() if item.get("Enabled", True)]


@amend("elasticache", "CreateReplicationGroup")
def create_replication_group(call: Call, answer: Answer) -> None:
    """Ignores NumCacheClusters and the zones, and garbles the log deliveries."""
    group = group_of(call)
    group.log_delivery_configurations = []
    _set_logs(group, call.params.get("LogDeliveryConfigurations"))
    group.user_group_ids = list(call.params.get("UserGroupIds") or [])
    if not group.engine_version or group.engine_version.count(".") < 2:
        group.engine_version = _full_version(group)
    if group.cluster_mode != "enabled" and (call.params.get("NumNodeGroups") or 1) == 1:
        _set_members(
            call, group, call.params.get("NumCacheClusters") or 1 + (call.params.get("ReplicasPerNodeGroup") or 0)
        )
    _answer_group(group, answer["ReplicationGroup"])


def _full_version(group: Any) -> str:
    given = group.engine_version or ENGINE_VERSIONS.get(group.engine, "7.1.0")
    return ".".join([*given.split("."), "0", "0"][:3])


def _answer_group(group: Any, answer: Answer) -> None:
    answer["MemberClusters"] = group.member_clusters
    answer["LogDeliveryConfigurations"] = [
        {key: value for key, value in item.items() if key != "Enabled"} for item in group.log_delivery_configurations
    ]


@amend("elasticache", "DescribeReplicationGroups")
def describe_replication_groups(call: Call, answer: Answer) -> None:
    """Garbles the log deliveries."""
    for item in answer["ReplicationGroups"]:
        _answer_group(call.backend().replication_groups[item["ReplicationGroupId"]], item)


@amend("elasticache", "ModifyReplicationGroup")
def modify_replication_group(call: Call, answer: Answer) -> None:
    """Forgets most attributes: only seven can be changed."""
    group = group_of(call)
    for parameter, attribute in KEPT.items():
        if call.params.get(parameter) is not None:
            setattr(group, attribute, call.params[parameter])
    group.engine_version = _full_version(group)
    removed = call.params.get("UserGroupIdsToRemove") or []
    users = [name for name in group.user_group_ids if name not in removed]
    group.user_group_ids = users + (call.params.get("UserGroupIdsToAdd") or [])
    _set_logs(group, call.params.get("LogDeliveryConfigurations"))
    _answer_group(group, answer["ReplicationGroup"])


@operation("elasticache", "IncreaseReplicaCount", "DecreaseReplicaCount")
def change_replica_count(call: Call) -> Answer:
    """Not implemented."""
    group = group_of(call)
    _set_members(call, group, 1 + call.params["NewReplicaCount"])
    return {"ReplicationGroup": {"ReplicationGroupId": group.replication_group_id, "Status": "available"}}


@amend("elasticache", "DeleteReplicationGroup")
def delete_replication_group(call: Call, answer: Answer) -> None:  # noqa: ARG001
    """Leaves the group in the state `deleting` for ever."""
    del call.backend().replication_groups[call.params["ReplicationGroupId"]]


@operation("elasticache", "DescribeCacheClusters")
def describe_cache_clusters(call: Call) -> Answer:
    """Knows no members of replication groups."""
    name, backend = call.params.get("CacheClusterId"), call.backend()
    if name in backend.cache_clusters or (not name and backend.cache_clusters):
        raise Decline
    members = {member: group for group in backend.replication_groups.values() for member in group.member_clusters}
    if name and name not in members:
        fail("CacheClusterNotFound", f"Cache cluster {name} not found.")
    return {"CacheClusters": [_member(call, key, members[key]) for key in ([name] if name else members)]}


def _member(call: Call, name: str, group: Any) -> Answer:
    nodes = (node for shard in group.node_groups for node in shard["node_group_members"])
    node = next(node for node in nodes if node["cache_cluster_id"] == name)
    topic, family = group.notification_topic_arn, ".".join(group.engine_version.split(".")[:1])
    return {
        "ARN": call.arn(f"cluster:{name}"),
        "AtRestEncryptionEnabled": group.at_rest_encryption_enabled,
        "AutoMinorVersionUpgrade": str(group.auto_minor_version_upgrade).lower() != "false",
        "CacheClusterId": name,
        "CacheClusterStatus": "available",
        "CacheNodeType": group.cache_node_type,
        "CacheParameterGroup": {
            "CacheParameterGroupName": group.cache_parameter_group_name or f"default.{group.engine}{family}",
            "ParameterApplyStatus": "in-sync",
        },
        "CacheSubnetGroupName": group.cache_subnet_group_name,
        "Engine": group.engine,
        "EngineVersion": group.engine_version,
        "IpDiscovery": group.ip_discovery,
        "NetworkType": group.network_type,
        "NotificationConfiguration": {"TopicArn": topic, "TopicStatus": "active"} if topic else None,
        "NumCacheNodes": 1,
        "PreferredAvailabilityZone": node.get("preferred_availability_zone"),
        "PreferredMaintenanceWindow": group.preferred_maintenance_window,
        "ReplicationGroupId": group.replication_group_id,
        "SecurityGroups": [{"SecurityGroupId": item, "Status": "active"} for item in group.security_group_ids or []],
        "SnapshotRetentionLimit": group.snapshot_retention_limit,
        "SnapshotWindow": group.snapshot_window,
        "TransitEncryptionEnabled": group.transit_encryption_enabled,
        "TransitEncryptionMode": group.transit_encryption_mode,
    }
