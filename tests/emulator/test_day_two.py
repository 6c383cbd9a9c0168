"""What operators do to databases, caches and load balancers, through an SDK."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.conftest import REGION, Clients

ZONES = [f"{REGION}{letter}" for letter in "abc"]
TAGS = [{"Key": "tier", "Value": "one"}]


def make_subnets(client: Clients) -> list[str]:
    """Make a VPC with a subnet in each zone; return the subnets' ids."""
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for number, zone in enumerate(ZONES)
    ]


def make_database(client: Clients, **attributes: Any) -> Any:
    """Make a protected database `app` with a standby; return the client."""
    rds = client("rds")
    rds.create_db_subnet_group(DBSubnetGroupName="app", DBSubnetGroupDescription="d", SubnetIds=make_subnets(client))
    rds.create_db_instance(
        **{
            "DBInstanceIdentifier": "app",
            "DBInstanceClass": "db.t4g.large",
            "Engine": "postgres",
            "EngineVersion": "16",
            "DBName": "shop",
            "AllocatedStorage": 50,
            "BackupRetentionPeriod": 7,
            "CopyTagsToSnapshot": True,
            "DBSubnetGroupName": "app",
            "DeletionProtection": True,
            "EnableCloudwatchLogsExports": ["postgresql"],
            "MasterUsername": "campus",
            "MasterUserPassword": "long-enough",
            "MultiAZ": True,
            "StorageEncrypted": True,
            "Tags": TAGS,
            **attributes,
        }
    )
    return rds


def described(rds: Any, name: str) -> dict[str, Any]:
    [found] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return dict(found)


def zones(rds: Any, name: str) -> tuple[str, str | None]:
    """Return the zones of a database and of its standby."""
    found = described(rds, name)
    return found["AvailabilityZone"], found.get("SecondaryAvailabilityZone")


def messages(service: Any, **asked: Any) -> list[str]:
    return [item["Message"] for item in service.describe_events(**asked)["Events"]]


# Databases


def test_a_failover_swaps_the_zones_and_is_in_the_events(client: Clients) -> None:
    rds = make_database(client)
    before = zones(rds, "app")
    assert before == (ZONES[0], ZONES[1])
    said = rds.reboot_db_instance(DBInstanceIdentifier="app", ForceFailover=True)["DBInstance"]
    assert said["DBInstanceStatus"] == "rebooting"
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="app")
    assert zones(rds, "app") == before[::-1]
    asked = {"SourceType": "db-instance", "SourceIdentifier": "app"}
    assert messages(rds, **asked, EventCategories=["failover"]) == [
        "Multi-AZ instance failover started.",
        "Multi-AZ instance failover completed",
    ]
    assert "DB instance created" in messages(rds, **asked)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert messages(rds, **asked, StartTime=tomorrow - timedelta(hours=1), EndTime=tomorrow) == []
    with pytest.raises(ClientError, match="SourceIdentifier needs a SourceType"):
        rds.describe_events(SourceIdentifier="app")
    rds.reboot_db_instance(DBInstanceIdentifier="app", ForceFailover=True)
    assert zones(rds, "app") == before


def test_without_a_standby_there_is_no_failover(client: Clients) -> None:
    rds = make_database(client, MultiAZ=False)
    assert zones(rds, "app") == (ZONES[0], None)
    with pytest.raises(ClientError, match="not configured for Multi-AZ"):
        rds.reboot_db_instance(DBInstanceIdentifier="app", ForceFailover=True)
    rds.reboot_db_instance(DBInstanceIdentifier="app")
    rds.modify_db_instance(DBInstanceIdentifier="app", MultiAZ=True, ApplyImmediately=True)
    assert zones(rds, "app") == (ZONES[0], ZONES[1])


def test_a_restored_database_has_the_data_of_its_source_and_the_settings_of_the_call(client: Clients) -> None:
    rds = make_database(client)
    restore = {"SourceDBInstanceIdentifier": "app", "UseLatestRestorableTime": True}
    rds.restore_db_instance_to_point_in_time(**restore, TargetDBInstanceIdentifier="bare")
    source, bare = described(rds, "app"), described(rds, "bare")
    for same in ("DBInstanceClass", "DBName", "AllocatedStorage", "MasterUsername", "StorageEncrypted", "KmsKeyId"):
        assert bare[same] == source[same], same
    assert not any(bare[name] for name in ("MultiAZ", "DeletionProtection", "CopyTagsToSnapshot", "TagList"))
    assert bare.get("EnabledCloudwatchLogsExports", []) == []
    assert bare["DbiResourceId"] != source["DbiResourceId"]
    rds.restore_db_instance_to_point_in_time(
        **restore,
        TargetDBInstanceIdentifier="full",
        DBSubnetGroupName="app",
        DeletionProtection=True,
        MultiAZ=True,
        Tags=TAGS,
    )
    full = described(rds, "full")
    assert full["DeletionProtection"]
    assert full["SecondaryAvailabilityZone"] == ZONES[1]
    assert full["TagList"] == TAGS
    assert full["Endpoint"]["Address"].startswith("full.")
    assert "Restored from DB instance app to full." in messages(rds, SourceType="db-instance", SourceIdentifier="full")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"UseLatestRestorableTime": True, "TargetDBInstanceIdentifier": "app"}, "DBInstanceAlreadyExists"),
        ({"TargetDBInstanceIdentifier": "new"}, "InvalidParameterCombination"),
        (
            {"TargetDBInstanceIdentifier": "new", "RestoreTime": datetime(2020, 1, 1, tzinfo=UTC)},
            "InvalidParameterValue",
        ),
        (
            {"TargetDBInstanceIdentifier": "new", "UseLatestRestorableTime": True, "AllocatedStorage": 20},
            "InvalidParameterValue",
        ),
        (
            {
                "TargetDBInstanceIdentifier": "new",
                "UseLatestRestorableTime": True,
                "SourceDBInstanceIdentifier": "none",
            },
            "DBInstanceNotFound",
        ),
    ],
)
def test_a_restore_that_aws_refuses(client: Clients, given: dict[str, Any], code: str) -> None:
    rds = make_database(client)
    with pytest.raises(ClientError) as refused:
        rds.restore_db_instance_to_point_in_time(**{"SourceDBInstanceIdentifier": "app", **given})
    assert refused.value.response["Error"]["Code"] == code


def test_a_restore_to_a_time(client: Clients) -> None:
    rds = make_database(client)
    rds.restore_db_instance_to_point_in_time(
        SourceDbiResourceId=described(rds, "app")["DbiResourceId"],
        TargetDBInstanceIdentifier="then",
        RestoreTime=datetime.now(UTC),
    )
    assert described(rds, "then")["DBName"] == "shop"


def test_two_databases_change_names_and_everything_follows(client: Clients) -> None:
    rds = make_database(client)
    rds.modify_db_instance(DBInstanceIdentifier="app", EnablePerformanceInsights=True)
    rds.create_db_instance_read_replica(DBInstanceIdentifier="app-reader", SourceDBInstanceIdentifier="app")
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="app", TargetDBInstanceIdentifier="app-restored", UseLatestRestorableTime=True
    )
    old, new = described(rds, "app"), described(rds, "app-restored")
    with pytest.raises(ClientError, match="DBInstanceAlreadyExists"):
        rds.modify_db_instance(
            DBInstanceIdentifier="app-restored", NewDBInstanceIdentifier="app", ApplyImmediately=True
        )
    for before, after in (("app", "app-old"), ("app-restored", "app")):
        rds.modify_db_instance(DBInstanceIdentifier=before, NewDBInstanceIdentifier=after, ApplyImmediately=True)
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        described(rds, "app-restored")
    assert described(rds, "app")["DbiResourceId"] == new["DbiResourceId"]
    assert described(rds, "app")["Endpoint"]["Address"] == old["Endpoint"]["Address"]
    assert not described(rds, "app").get("PerformanceInsightsEnabled")
    moved = described(rds, "app-old")
    assert (moved["DbiResourceId"], moved["TagList"]) == (old["DbiResourceId"], TAGS)
    assert moved["PerformanceInsightsEnabled"]
    assert moved["ReadReplicaDBInstanceIdentifiers"] == ["app-reader"]
    assert described(rds, "app-reader")["ReadReplicaSourceDBInstanceIdentifier"] == "app-old"
    [by_id] = rds.describe_db_instances(Filters=[{"Name": "dbi-resource-id", "Values": [old["DbiResourceId"]]}])[
        "DBInstances"
    ]
    assert by_id["DBInstanceIdentifier"] == "app-old"
    assert rds.list_tags_for_resource(ResourceName=moved["DBInstanceArn"])["TagList"] == TAGS
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="app", TargetDBInstanceIdentifier="app-restored", UseLatestRestorableTime=True
    )
    ids = [item["DbiResourceId"] for item in rds.describe_db_instances()["DBInstances"]]
    assert len(ids) == len(set(ids)) == 4


def test_a_replica_is_promoted_or_left_alone(client: Clients) -> None:
    rds = make_database(client)
    for name in ("one", "two"):
        rds.create_db_instance_read_replica(DBInstanceIdentifier=name, SourceDBInstanceIdentifier="app")
    assert not described(rds, "one")["MultiAZ"]
    rds.promote_read_replica(DBInstanceIdentifier="one", BackupRetentionPeriod=7)
    assert described(rds, "app")["ReadReplicaDBInstanceIdentifiers"] == ["two"]
    assert "ReadReplicaSourceDBInstanceIdentifier" not in described(rds, "one")
    rds.modify_db_instance(DBInstanceIdentifier="app", DeletionProtection=False)
    rds.delete_db_instance(DBInstanceIdentifier="app", SkipFinalSnapshot=True)
    assert "ReadReplicaSourceDBInstanceIdentifier" not in described(rds, "two")
    rds.delete_db_instance(DBInstanceIdentifier="two", SkipFinalSnapshot=True)


def test_automated_backups_outlive_the_database_if_asked_to(client: Clients) -> None:
    rds = make_database(client, DeletionProtection=False)
    [active] = rds.describe_db_instance_automated_backups(DBInstanceIdentifier="app")["DBInstanceAutomatedBackups"]
    assert (active["Status"], active["BackupRetentionPeriod"]) == ("active", 7)
    assert active["RestoreWindow"]["EarliestTime"] <= active["RestoreWindow"]["LatestTime"]
    assert active["DBInstanceAutomatedBackupsArn"].startswith("arn:aws:rds:")
    rds.delete_db_instance(
        DBInstanceIdentifier="app", FinalDBSnapshotIdentifier="app-final", DeleteAutomatedBackups=False
    )
    [kept] = rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert kept["Status"] == "retained"
    assert kept["DBInstanceAutomatedBackupsArn"] == active["DBInstanceAutomatedBackupsArn"]
    with pytest.raises(ClientError, match="DBInstanceAutomatedBackupNotFound"):
        rds.describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn="arn:aws:rds:x")


# Caches


def make_cache(client: Clients, **attributes: Any) -> Any:
    """Make a cache `app` with a node in each of three zones; return the client."""
    elasticache = client("elasticache")
    elasticache.create_cache_subnet_group(
        CacheSubnetGroupName="app", CacheSubnetGroupDescription="d", SubnetIds=make_subnets(client)
    )
    elasticache.create_replication_group(
        **{
            "ReplicationGroupId": "app",
            "ReplicationGroupDescription": "d",
            "AutomaticFailoverEnabled": True,
            "CacheSubnetGroupName": "app",
            "Engine": "redis",
            "EngineVersion": "7.1",
            "NumCacheClusters": 3,
            **attributes,
        }
    )
    return elasticache


def nodes(elasticache: Any) -> dict[str, tuple[str, str]]:
    """Return role and zone of each node."""
    [group] = elasticache.describe_replication_groups(ReplicationGroupId="app")["ReplicationGroups"]
    return {
        item["CacheClusterId"]: (item["CurrentRole"], item["PreferredAvailabilityZone"])
        for item in group["NodeGroups"][0]["NodeGroupMembers"]
    }


def endpoint(elasticache: Any) -> str:
    [group] = elasticache.describe_replication_groups(ReplicationGroupId="app")["ReplicationGroups"]
    return str(group["NodeGroups"][0]["PrimaryEndpoint"]["Address"])


def test_a_cache_fails_over_and_keeps_its_endpoint(client: Clients) -> None:
    elasticache = make_cache(client)
    address = endpoint(elasticache)
    assert nodes(elasticache) == {
        "app-001": ("primary", ZONES[0]),
        "app-002": ("replica", ZONES[1]),
        "app-003": ("replica", ZONES[2]),
    }
    [node] = elasticache.describe_cache_clusters(CacheClusterId="app-003")["CacheClusters"]
    assert node["PreferredAvailabilityZone"] == ZONES[2]
    elasticache.test_failover(ReplicationGroupId="app", NodeGroupId="0001")
    elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId="app")
    assert [role for role, _ in nodes(elasticache).values()] == ["replica", "primary", "replica"]
    assert endpoint(elasticache) == address
    said = messages(elasticache, SourceType="replication-group", SourceIdentifier="app", Duration=60)
    assert said == [
        "Test Failover API called for node group 0001",
        "Failover from primary node app-001 to replica node app-002 completed",
    ]
    assert len(messages(elasticache)) == 5


def test_fewer_nodes_leave_the_primary(client: Clients) -> None:
    elasticache = make_cache(client)
    for _ in range(2):
        elasticache.test_failover(ReplicationGroupId="app", NodeGroupId="0001")
    elasticache.decrease_replica_count(ReplicationGroupId="app", NewReplicaCount=1, ApplyImmediately=True)
    assert nodes(elasticache) == {"app-001": ("replica", ZONES[0]), "app-003": ("primary", ZONES[2])}
    elasticache.increase_replica_count(ReplicationGroupId="app", NewReplicaCount=2, ApplyImmediately=True)
    assert nodes(elasticache)["app-002"] == ("replica", ZONES[1])


@pytest.mark.parametrize(
    ("attributes", "shard", "code"),
    [
        ({"AutomaticFailoverEnabled": False}, "0001", "InvalidReplicationGroupState"),
        ({"NumCacheClusters": 1}, "0001", "InvalidReplicationGroupState"),
        ({}, "0002", "NodeGroupNotFound"),
    ],
)
def test_a_cache_that_cannot_fail_over(client: Clients, attributes: dict[str, Any], shard: str, code: str) -> None:
    elasticache = make_cache(client, **attributes)
    with pytest.raises(ClientError, match=code):
        elasticache.test_failover(ReplicationGroupId="app", NodeGroupId=shard)


# Zones


def make_balancer(client: Clients, *, shifts: bool = True) -> str:
    """Make a load balancer in three zones; return its ARN."""
    elbv2 = client("elbv2")
    [made] = elbv2.create_load_balancer(Name="app", Scheme="internal", Subnets=make_subnets(client))["LoadBalancers"]
    elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=made["LoadBalancerArn"],
        Attributes=[{"Key": "zonal_shift.config.enabled", "Value": str(shifts).lower()}],
    )
    return str(made["LoadBalancerArn"])


def zone_ids(client: Clients) -> list[str]:
    found = client("ec2").describe_availability_zones(ZoneNames=ZONES)["AvailabilityZones"]
    return sorted(item["ZoneId"] for item in found)


def test_a_balancer_leaves_a_zone_and_comes_back(client: Clients) -> None:
    shift, balancer = client("arc-zonal-shift"), make_balancer(client)
    away, *others = zone_ids(client)
    assert [item["arn"] for item in shift.list_managed_resources()["items"]] == [balancer]
    begun = shift.start_zonal_shift(resourceIdentifier=balancer, awayFrom=away, expiresIn="3h", comment="sick")
    assert begun["status"] == "ACTIVE"
    assert begun["expiryTime"] - begun["startTime"] == timedelta(hours=3)
    managed = shift.get_managed_resource(resourceIdentifier=balancer)
    assert managed["appliedWeights"] == {away: 0.0, **dict.fromkeys(others, 1.0)}
    assert managed["zonalShifts"][0]["appliedStatus"] == "APPLIED"
    with pytest.raises(ClientError, match="ConflictException"):
        shift.start_zonal_shift(resourceIdentifier=balancer, awayFrom=others[0], expiresIn="3h", comment="sick")
    longer = shift.update_zonal_shift(zonalShiftId=begun["zonalShiftId"], expiresIn="2d")
    assert longer["expiryTime"] > begun["expiryTime"]
    assert [item["comment"] for item in shift.list_zonal_shifts(status="ACTIVE")["items"]] == ["sick"]
    assert shift.cancel_zonal_shift(zonalShiftId=begun["zonalShiftId"])["status"] == "CANCELED"
    assert shift.list_zonal_shifts(status="ACTIVE", resourceIdentifier=balancer)["items"] == []
    assert set(shift.get_managed_resource(resourceIdentifier=balancer)["appliedWeights"].values()) == {1.0}
    with pytest.raises(ClientError, match="ConflictException"):
        shift.cancel_zonal_shift(zonalShiftId=begun["zonalShiftId"])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"awayFrom": ZONES[0]}, "ValidationException"),
        ({"expiresIn": "4d"}, "ValidationException"),
        ({"resourceIdentifier": "arn:aws:elasticloadbalancing:none"}, "ResourceNotFoundException"),
    ],
)
def test_a_shift_that_aws_refuses(client: Clients, given: dict[str, str], code: str) -> None:
    shift, balancer = client("arc-zonal-shift"), make_balancer(client)
    asked = {"resourceIdentifier": balancer, "awayFrom": zone_ids(client)[0], "expiresIn": "1h", "comment": "test"}
    with pytest.raises(ClientError, match=code):
        shift.start_zonal_shift(**{**asked, **given})


def test_a_balancer_for_which_shifts_are_off(client: Clients) -> None:
    shift, balancer = client("arc-zonal-shift"), make_balancer(client, shifts=False)
    assert shift.list_managed_resources()["items"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        shift.get_managed_resource(resourceIdentifier=balancer)
