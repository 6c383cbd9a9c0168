"""ElastiCache: the failover that an operator asks for, and what it leaves in the events."""

from __future__ import annotations

from typing import Any

from generator.emulator.history import happened, recent
from generator.emulator.registry import Answer, Call, fail, operation
from generator.emulator.services.elasticache_replication import group_of

GROUP, CLUSTER = "replication-group", "cache-cluster"


@operation("elasticache", "TestFailover")
def fail_over(call: Call) -> Answer:
    """Not implemented."""
    group = group_of(call)
    if group.automatic_failover != "enabled":
        fail("InvalidReplicationGroupState", f"{group.replication_group_id} has no automatic failover.")
    shard = call.params["NodeGroupId"]
    found = next((item for item in group.node_groups if item["node_group_id"] == shard), None)
    if found is None:
        fail("NodeGroupNotFoundFault", f"Node group {shard} not found.")
    old, new = _swap(found["node_group_members"])
    name, nodes = group.replication_group_id, f"{int(found['node_group_id']):04d}"
    done = f"Failover from primary node {old} to replica node {new} completed"
    happened(call, GROUP, name, f"Test Failover API called for node group {shard}")
    happened(call, CLUSTER, old, done)
    happened(call, GROUP, name, done)
    happened(call, CLUSTER, old, f"Recovering cache nodes {nodes}")
    happened(call, CLUSTER, old, f"Finished recovery for cache nodes {nodes}")
    members = {"ReplicationGroupId": name, "MemberClusters": group.member_clusters}
    return {"ReplicationGroup": {**members, "Status": "modifying", "ARN": group.arn}}


def _swap(members: list[dict[str, Any]]) -> tuple[str, str]:
    """Make the replica after the primary the primary; return the names of both. The endpoint stays with the role."""
    before = next(number for number, node in enumerate(members) if node.get("current_role") == "primary")
    after = (before + 1) % len(members)
    if before == after:
        fail("InvalidReplicationGroupState", "There is no replica to fail over to.")
    members[before]["current_role"], members[after]["current_role"] = "replica", "primary"
    return members[before]["cache_cluster_id"], members[after]["cache_cluster_id"]


@operation("elasticache", "DescribeEvents")
def describe_events(call: Call) -> Answer:
    """Not implemented; knows the events of failovers alone."""
    return {"Events": recent(call, [])}
