"""What the runbooks do: restore, rename and fail over databases, fail over caches, leave a zone."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.conftest import Clients


@pytest.fixture
def rds(client: Clients) -> Any:
    """A client with a Multi-AZ database `app` that has a replica."""
    made = client("rds")
    made.create_db_instance(
        DBInstanceIdentifier="app", DBInstanceClass="db.t4g.large", Engine="postgres", AllocatedStorage=50,
        MasterUsername="campus", MasterUserPassword="not-a-real-one", MultiAZ=True, BackupRetentionPeriod=7,
        DeletionProtection=True, EnablePerformanceInsights=True, EnableCloudwatchLogsExports=["postgresql"],
    )  # fmt: skip
    made.create_db_instance_read_replica(DBInstanceIdentifier="app-reader", SourceDBInstanceIdentifier="app")
    return made


def instance(rds: Any, name: str) -> dict[str, Any]:
    [found] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return dict(found)


def test_a_restored_database_is_another_one_and_as_the_request_says(rds: Any) -> None:
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="app", TargetDBInstanceIdentifier="app-restored", UseLatestRestorableTime=True,
        MultiAZ=True, DeletionProtection=True, EnableCloudwatchLogsExports=["upgrade"],
    )  # fmt: skip
    source, restored = instance(rds, "app"), instance(rds, "app-restored")
    assert restored["DbiResourceId"] != source["DbiResourceId"]
    assert restored["Endpoint"]["Address"].startswith("app-restored.")
    assert (restored["MultiAZ"], restored["DeletionProtection"]) == (True, True)
    assert restored["EnabledCloudwatchLogsExports"] == ["upgrade"]
    assert restored["ReadReplicaDBInstanceIdentifiers"] == []
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="app", TargetDBInstanceIdentifier="plain", UseLatestRestorableTime=True
    )
    assert (instance(rds, "plain")["MultiAZ"], instance(rds, "plain")["DeletionProtection"]) == (False, False)


def test_a_renamed_database_keeps_its_identity_and_its_replicas(rds: Any) -> None:
    before = instance(rds, "app")
    rds.modify_db_instance(DBInstanceIdentifier="app", NewDBInstanceIdentifier="app-old", ApplyImmediately=True)
    after = instance(rds, "app-old")
    assert after["DbiResourceId"] == before["DbiResourceId"]
    assert after["Endpoint"]["Address"].startswith("app-old.")
    assert after["PerformanceInsightsEnabled"] is True
    assert after["ReadReplicaDBInstanceIdentifiers"] == ["app-reader"]
    assert instance(rds, "app-reader")["ReadReplicaSourceDBInstanceIdentifier"] == "app-old"
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        instance(rds, "app")


def test_a_failover_moves_the_database_to_another_zone_and_says_so(rds: Any) -> None:
    before = instance(rds, "app")["AvailabilityZone"]
    rds.reboot_db_instance(DBInstanceIdentifier="app", ForceFailover=True)
    after = instance(rds, "app")
    assert after["AvailabilityZone"] != before
    assert after["DBInstanceStatus"] == "available"
    events = rds.describe_events(SourceIdentifier="app", SourceType="db-instance")["Events"]
    assert [event["Message"] for event in events][-1] == "Multi-AZ instance failover completed"
    rds.modify_db_instance(DBInstanceIdentifier="app", MultiAZ=False, ApplyImmediately=True)
    with pytest.raises(ClientError, match="not configured for MultiAZ"):
        rds.reboot_db_instance(DBInstanceIdentifier="app", ForceFailover=True)


def test_a_cache_fails_over_to_a_replica(client: Clients) -> None:
    cache = client("elasticache")
    cache.create_replication_group(
        ReplicationGroupId="app", ReplicationGroupDescription="d", NumCacheClusters=2, AutomaticFailoverEnabled=True
    )

    def roles() -> dict[str, str]:
        [group] = cache.describe_replication_groups(ReplicationGroupId="app")["ReplicationGroups"]
        return {node["CacheClusterId"]: node["CurrentRole"] for node in group["NodeGroups"][0]["NodeGroupMembers"]}

    assert roles() == {"app-001": "primary", "app-002": "replica"}
    cache.test_failover(ReplicationGroupId="app", NodeGroupId="0001")
    assert roles() == {"app-001": "replica", "app-002": "primary"}


def test_a_load_balancer_leaves_a_zone_and_comes_back(client: Clients) -> None:
    ec2, balancing, shifts = client("ec2"), client("elbv2"), client("arc-zonal-shift")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    zones = ec2.describe_availability_zones()["AvailabilityZones"][:2]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone["ZoneName"])["Subnet"]
        for number, zone in enumerate(zones)
    ]
    [made] = balancing.create_load_balancer(Name="app", Subnets=[item["SubnetId"] for item in subnets])["LoadBalancers"]
    arn, away = made["LoadBalancerArn"], zones[0]["ZoneId"]
    shift = {"resourceIdentifier": arn, "awayFrom": away, "expiresIn": "2h", "comment": "drill"}
    with pytest.raises(ClientError, match="not enabled"):
        shifts.start_zonal_shift(**shift)
    attribute = {"Key": "zonal_shift.config.enabled", "Value": "true"}
    balancing.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[attribute])
    with pytest.raises(ClientError, match="is none of"):
        shifts.start_zonal_shift(**{**shift, "awayFrom": "mars1-az1"})
    started = shifts.start_zonal_shift(**shift)
    assert started["status"] == "ACTIVE"
    with pytest.raises(ClientError, match="ConflictException"):
        shifts.start_zonal_shift(**shift)
    assert shifts.get_managed_resource(resourceIdentifier=arn)["appliedWeights"][away] == 0
    assert len(shifts.list_zonal_shifts()["items"]) == 1
    assert shifts.cancel_zonal_shift(zonalShiftId=started["zonalShiftId"])["status"] == "CANCELED"
    assert set(shifts.get_managed_resource(resourceIdentifier=arn)["appliedWeights"].values()) == {1.0}
