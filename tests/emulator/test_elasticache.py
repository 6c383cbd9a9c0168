"""ElastiCache: what the emulator adds, through an SDK."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.conftest import Clients

TAGS = [{"Key": "tier", "Value": "one"}]


def values(elasticache: Any, group: str) -> dict[str, str]:
    found = elasticache.describe_cache_parameters(CacheParameterGroupName=group)["Parameters"]
    return {item["ParameterName"]: item["ParameterValue"] for item in found}


def test_a_parameter_group_lives(client: Clients) -> None:
    elasticache = client("elasticache")
    group = {"CacheParameterGroupName": "app"}
    made = elasticache.create_cache_parameter_group(
        **group, CacheParameterGroupFamily="redis7", Description="d", Tags=TAGS
    )["CacheParameterGroup"]
    assert elasticache.list_tags_for_resource(ResourceName=made["ARN"])["TagList"] == TAGS
    parameters = [
        {"ParameterName": "maxmemory-policy", "ParameterValue": "volatile-lru"},
        {"ParameterName": "timeout", "ParameterValue": "30"},
    ]
    elasticache.modify_cache_parameter_group(**group, ParameterNameValues=parameters)
    assert values(elasticache, "app") == {"maxmemory-policy": "volatile-lru", "timeout": "30"}
    elasticache.reset_cache_parameter_group(**group, ParameterNameValues=parameters[1:])
    assert values(elasticache, "app") == {"maxmemory-policy": "volatile-lru"}
    elasticache.reset_cache_parameter_group(**group, ResetAllParameters=True)
    assert values(elasticache, "app") == {}
    assert len(elasticache.describe_cache_parameter_groups()["CacheParameterGroups"]) == 1
    elasticache.delete_cache_parameter_group(**group)
    with pytest.raises(ClientError, match="CacheParameterGroupNotFound"):
        elasticache.describe_cache_parameter_groups(**group)


def make_user(elasticache: Any, identifier: str, name: str, mode: str) -> dict[str, Any]:
    user: dict[str, Any] = elasticache.create_user(
        UserId=identifier,
        UserName=name,
        Engine="redis",
        AccessString="on ~* +@all",
        AuthenticationMode={"Type": mode},
    )
    return user


def test_users_who_authenticate_by_iam_and_their_group(client: Clients) -> None:
    elasticache = client("elasticache")
    make_user(elasticache, "off", "default", "no-password-required")
    assert make_user(elasticache, "app", "app", "iam")["Authentication"]["Type"] == "iam"
    with pytest.raises(ClientError, match="DefaultUserRequired"):
        elasticache.create_user_group(UserGroupId="g", Engine="redis", UserIds=["app"])
    with pytest.raises(ClientError, match="UserNotFound"):
        elasticache.create_user_group(UserGroupId="g", Engine="redis", UserIds=["off", "none"])
    made = elasticache.create_user_group(UserGroupId="g", Engine="redis", UserIds=["off"], Tags=TAGS)
    assert elasticache.list_tags_for_resource(ResourceName=made["ARN"])["TagList"] == TAGS
    elasticache.modify_user_group(UserGroupId="g", UserIdsToAdd=["app"])
    assert elasticache.describe_user_groups(UserGroupId="g")["UserGroups"][0]["UserIds"] == ["off", "app"]
    assert elasticache.describe_users(UserId="app")["Users"][0]["UserGroupIds"] == ["g"]
    elasticache.modify_user(UserId="app", AccessString="on ~app:* +@read")
    assert elasticache.describe_users(UserId="app")["Users"][0]["AccessString"] == "on ~app:* +@read"
    elasticache.delete_user_group(UserGroupId="g")
    assert elasticache.describe_users(UserId="app")["Users"][0].get("UserGroupIds", []) == []
    with pytest.raises(ClientError, match="UserGroupNotFound"):
        elasticache.describe_user_groups(UserGroupId="g")


def logs(kind: str, *, enabled: bool = True) -> dict[str, Any]:
    details = {"CloudWatchLogsDetails": {"LogGroup": kind}}
    shared = {"LogType": kind, "DestinationType": "cloudwatch-logs", "LogFormat": "json", "Enabled": enabled}
    return {**shared, "DestinationDetails": details}


def test_a_replication_group_lives(client: Clients) -> None:
    elasticache = client("elasticache")
    elasticache.create_replication_group(
        ReplicationGroupId="app",
        ReplicationGroupDescription="first",
        Engine="valkey",
        EngineVersion="8.0",
        CacheNodeType="cache.t4g.small",
        NumCacheClusters=2,
        LogDeliveryConfigurations=[logs("slow-log")],
        NotificationTopicArn="arn:aws:sns:eu-west-1:123456789012:t",
        SecurityGroupIds=["sg-1"],
        TransitEncryptionEnabled=True,
        TransitEncryptionMode="required",
    )
    group = elasticache.describe_replication_groups(ReplicationGroupId="app")["ReplicationGroups"][0]
    assert group["MemberClusters"] == ["app-001", "app-002"]
    assert [node["CurrentRole"] for node in group["NodeGroups"][0]["NodeGroupMembers"]] == ["primary", "replica"]
    assert [item["LogType"] for item in group["LogDeliveryConfigurations"]] == ["slow-log"]
    member = elasticache.describe_cache_clusters(CacheClusterId="app-002")["CacheClusters"][0]
    assert member["EngineVersion"] == "8.0.0"
    assert member["NotificationConfiguration"]["TopicStatus"] == "active"
    assert len(elasticache.describe_cache_clusters()["CacheClusters"]) == 2

    elasticache.modify_replication_group(
        ReplicationGroupId="app",
        CacheNodeType="cache.m7g.large",
        SnapshotWindow="01:00-02:00",
        LogDeliveryConfigurations=[logs("slow-log", enabled=False), logs("engine-log")],
        UserGroupIdsToAdd=["g"],
    )
    group = elasticache.describe_replication_groups(ReplicationGroupId="app")["ReplicationGroups"][0]
    assert [item["LogType"] for item in group["LogDeliveryConfigurations"]] == ["engine-log"]
    assert group["CacheNodeType"] == "cache.m7g.large"
    assert group["SnapshotWindow"] == "01:00-02:00"
    assert group["UserGroupIds"] == ["g"]

    elasticache.increase_replica_count(ReplicationGroupId="app", NewReplicaCount=2, ApplyImmediately=True)
    group = elasticache.describe_replication_groups(ReplicationGroupId="app")["ReplicationGroups"][0]
    assert group["MemberClusters"] == ["app-001", "app-002", "app-003"]
    elasticache.decrease_replica_count(ReplicationGroupId="app", NewReplicaCount=1, ApplyImmediately=True)
    with pytest.raises(ClientError, match="CacheClusterNotFound"):
        elasticache.describe_cache_clusters(CacheClusterId="app-003")

    elasticache.delete_replication_group(ReplicationGroupId="app")
    with pytest.raises(ClientError, match="ReplicationGroupNotFound"):
        elasticache.describe_replication_groups(ReplicationGroupId="app")


def test_a_subnet_group_is_changed_and_deleted(client: Clients) -> None:
    elasticache, ec2 = client("elasticache"), client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"] for number in range(2)
    ]
    group = {"CacheSubnetGroupName": "app"}
    elasticache.create_cache_subnet_group(**group, CacheSubnetGroupDescription="d", SubnetIds=subnets[:1])
    elasticache.modify_cache_subnet_group(**group, SubnetIds=subnets)
    read = elasticache.describe_cache_subnet_groups(**group)["CacheSubnetGroups"][0]
    assert {subnet["SubnetIdentifier"] for subnet in read["Subnets"]} == set(subnets)
    assert read["CacheSubnetGroupDescription"] == "d"
    elasticache.delete_cache_subnet_group(**group)
    with pytest.raises(ClientError, match="CacheSubnetGroupNotFound"):
        elasticache.delete_cache_subnet_group(**group)
